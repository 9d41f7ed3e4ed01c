package trace

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

func plain(i int) string  { return fmt.Sprint(i) }
func padded(i int) string { return fmt.Sprintf("%03d", i) }

// written is the sign-in as one producer writes it.
type written struct {
	name, format, file string
	flow               bool // has the exchanges with their responses
	timed              bool // and their times
}

func writtenSignIns() []written {
	steps := signIn()
	return []written{
		{"Fiddler Classic", "saz", writeSAZ(steps, plain), true, true},
		{"Fiddler, padded", "saz", writeSAZ(steps, padded), true, true},
		{"Burp", "burp", writeBurp(steps, true), true, false},
		{"Burp, plain", "burp", writeBurp(steps, false), true, false},
		{"mitmproxy 10", "mitmproxy", writeMitmproxy(steps, 10), true, true},
		{"mitmproxy 21", "mitmproxy", writeMitmproxy(steps, 21), true, true},
		{"Charles", "charles", writeCharles(steps), true, true},
		{"SAML Chrome Panel", "saml-chrome-panel", writeChromePanel(steps), true, true},
		{"Wireshark JSON", "wireshark", writeWiresharkJSON(steps), true, true},
		{"Wireshark EK", "wireshark", writeWiresharkEK(steps), true, true},
		{"Wireshark PDML", "wireshark", writePDML(steps), true, true},
		{"Wireshark text", "wireshark", writeWiresharkText(steps), false, false},
		{"HTTP", "http", writeHTTP(steps, "\r\n"), true, false},
		{"HTTP, LF", "http", writeHTTP(steps, "\n"), true, false},
		{"curl --trace-ascii", "curl-trace", writeCurlTrace(steps, false, false), true, false},
		{"curl --trace", "curl-trace", writeCurlTrace(steps, true, true), true, false},
		{"curl, bash", "curl", writeCurlBash(steps), false, false},
		{"curl, cmd", "curl", writeCurlCmd(steps), false, false},
		{"PowerShell", "curl", writePowerShell(steps), false, false},
		{"fetch", "curl", writeFetch(steps), false, false},
		{"zip of a HAR", "zip", zipped(member{"../../login.har", writeHAR(0, steps)}), true, true},
		{"zip of a zip", "zip", zipped(member{"a.zip", zipped(member{"login.har", writeHAR(1, steps)})}), true, true},
		{"zip of parts", "zip", zipped(member{"1.txt", writeHTTP(steps[:2], "\r\n")}, member{"2.txt", writeHTTP(steps[2:], "\r\n")}), true, false},
		{"mail with a HAR", "mail", mailWith("login.har", writeHAR(0, steps)), true, true},
		{"SAML-tracer", "saml-tracer", tracerFile(nil), false, false},
	}
}

// mailWith is a mail with an attachment.
func mailWith(name, content string) string {
	return "Received: from mx.example by mail.example; Sat, 21 Nov 2026 10:10:00 +0000\r\nFrom: Ada <ada@app.example>\r\nSubject: login\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"b-1\"\r\n\r\n--b-1\r\nContent-Type: text/plain\r\n\r\nSee the attached file.\r\n--b-1\r\nContent-Type: application/octet-stream; name=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		wrapAt(b64(content), "\r\n", 76) + "\r\n--b-1--\r\n"
}

// TestEveryFormat reads one sign-in as every producer writes it.
func TestEveryFormat(t *testing.T) {
	for _, w := range writtenSignIns() {
		t.Run(w.name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(w.file), "login", Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if w.timed {
				checkSignIn(t, capture, w.format)
			} else {
				checkMessages(t, capture)
			}
			if capture.Format != w.format || len(capture.Problems) != 0 {
				t.Errorf("format %q, problems %+v", capture.Format, capture.Problems)
			}
			if w.flow {
				checkFlow(t, capture)
			}
			if text := fmt.Sprintf("%+v", capture.Exchanges); strings.Contains(text, "secret") {
				t.Errorf("a secret is kept: %s", text)
			}
			checkCapture(t, []byte(w.file), capture, err)
			again, err := Read(struct{ io.Reader }{strings.NewReader(w.file)}, "pipe", Limits{})
			if err != nil || summary(again) != summary(capture) {
				t.Errorf("from a pipe: %v\n%s", err, summary(again))
			}
		})
	}
}

// TestFormatsHaveWriters: no row of the table without a test of its own.
func TestFormatsHaveWriters(t *testing.T) {
	tested := map[string]bool{"event-log": true, "entra-sign-ins": true, "text": true, "har": true}
	for _, w := range writtenSignIns() {
		tested[w.format] = true
	}
	for _, tc := range textCases() {
		tested[tc.format] = true
	}
	seen := map[string]bool{}
	for _, f := range Formats() {
		if !tested[f.Name] {
			t.Errorf("%s has no test", f.Name)
		}
		if f.Title == "" || f.From == "" || seen[f.Name] {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
	}
}

// TestOneMessage reads the response where nothing but that is at hand.
func TestOneMessage(t *testing.T) {
	value := b64(testXML)
	form := strings.ReplaceAll(strings.ReplaceAll(responseForm(), "\n", ""), "\r", "")
	stamped := func(stamp, text string) string {
		return stamp + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+stamp) + "\n"
	}
	long := strings.Replace(testXML, "<samlp:Status/>", "<samlp:Status/><!-- "+strings.Repeat("groups ", 400)+"-->", 1)
	plusXML := strings.Replace(strings.TrimSpace(testXML), "<samlp:Status/>", "<samlp:Status/><!-- >>> ~~~ >?> ~~> -->", 1)
	for len(plusXML)%3 != 0 {
		plusXML = strings.Replace(plusXML, " -->", "> -->", 1) // no padding shows the end
	}
	blanked := strings.ReplaceAll(b64(plusXML), "+", " ")
	pieces := wrapAt(url.QueryEscape(b64(long)), "\nNov 21 10:00:00 idp app[12]: ", 900)
	var qp strings.Builder
	w := quotedprintable.NewWriter(&qp)
	w.Write([]byte("Hello,\r\n\r\nSAMLResponse: " + value + "\r\n"))
	w.Close()
	event := func(data string) string {
		return "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='AD FS'/><EventID>364</EventID><TimeCreated SystemTime='2026-11-21T10:00:04.2500000Z'/></System><UserData><Event xmlns='http://schemas.microsoft.com/ActiveDirectoryFederationServices/2.0/Events'><EventData><Data>" + data + "</Data></EventData></Event></UserData></Event>"
	}
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;").Replace(testXML)
	for _, tc := range []struct {
		name, format, input, want, checks string
	}{
		{"curl -v", "curl-trace", writeCurlVerbose(signIn()[2]), testXML, ""},
		{"nginx", "text", `192.0.2.1 - - [21/Nov/2026:10:00:04 +0000] "POST /acs HTTP/1.1" 302 0 "-" body="` + form + `"` + "\n", testXML, ""},
		{"nginx, XML", "text", `192.0.2.1 - - [21/Nov/2026:10:00:04 +0000] "POST /acs HTTP/1.1" 200 0 body="` + strings.NewReplacer(`"`, `\x22`, "\r", `\x0D`, "\n", `\x0A`, "ü", `\xC3\xBC`, "é", `\xC3\xA9`).Replace(testXML) + `"` + "\n", testXML, "input-repaired"},
		{"syslog, in pieces", "text", "Nov 21 10:00:00 idp app[12]: SAMLResponse=" + pieces + "\nNov 21 10:00:01 idp app[12]: done\n", long, "input-repaired"},
		{"rsyslog, escaped", "text", "Nov 21 10:00:00 idp app[12]: " + strings.NewReplacer("\r", "#015", "\n", "#012").Replace(strings.TrimSpace(testXML)) + "\n", strings.TrimSpace(testXML), "input-repaired"},
		{"Spring", "text", "2026-11-21T10:00:04.250Z TRACE 1 --- [nio-8080-exec-1] o.s.s.saml2.provider: SAML response: " + strings.TrimSpace(testXML) + "\n2026-11-21T10:00:05.250Z TRACE 1 --- done\n", strings.TrimSpace(testXML), ""},
		{"blanks for plus", "text", "2026-11-21 10:00:04 INFO SAMLResponse=" + blanked + "\n2026-11-21 10:00:05 INFO done\n", plusXML, "input-repaired"},
		{"blanks for plus, and words", "text", "2026-11-21 10:00:04 INFO acs: SAMLResponse: " + blanked + " from 192.0.2.1 by POST\n", plusXML, "input-repaired"},
		{"blanks for plus, and a parameter", "text", "2026-11-21 10:00:04 INFO SAMLResponse=" + blanked + " RelayState=abc\n", plusXML, "input-repaired"},
		{"SimpleSAMLphp", "text", stamped("Nov 21 10:00:04 simplesamlphp DEBUG [f1ab2c] ", "Received message:\n"+strings.TrimSpace(testXML)), strings.TrimSpace(testXML), "input-repaired"},
		{"Shibboleth", "text", "2026-11-21 10:00:04 DEBUG OpenSAML.MessageDecoder.SAML2POST [1]: decoded SAML message:\n" + testXML + "\n2026-11-21 10:00:04 DEBUG Shibboleth.SSO [1]: done\n", strings.TrimSpace(testXML), ""},
		{"Keycloak", "text", "2026-11-21 10:00:04,250 DEBUG [org.keycloak.saml.common] (executor-thread-1) SAML Response Document: " + strings.TrimSpace(testXML) + "\n", strings.TrimSpace(testXML), ""},
		{"Docker", "json", `{"log":` + quoted("DEBUG SAMLResponse="+url.QueryEscape(value)+"\n") + `,"stream":"stdout","time":"2026-11-21T10:00:04.25Z"}` + "\n" + `{"log":"done\n","stream":"stdout"}` + "\n", testXML, ""},
		{"Event Viewer", "event-log", event("The token was &#13;&#10;" + escaped), testXML, ""},
		{"Event Viewer, twice escaped, in a list", "event-log", "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>" + event("nothing") + event(strings.ReplaceAll(escaped, "&", "&amp;")) + "</Events>", testXML, ""},
		{"wevtutil, UTF-16", "event-log", inUTF16(event(escaped), true), testXML, ""},
		{"mail", "mail", "From: Ada <ada@app.example>\nMessage-ID: <1@app.example>\nSubject: login\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + qp.String(), testXML, ""},
		{"mail, quoted reply", "text", "On Saturday Ada wrote:\n" + stamped("> ", "Hello,\n\n"+wrapAt(value, "\n", 72)), testXML, "input-repaired input-repaired"},
		{"Entra test panel", "base64", "\ufeff" + value + "\r\n", testXML, ""},
		{"zip of XML", "zip", zipped(member{"a/", ""}, member{"a/SAMLResponse.xml", testXML}, member{"__MACOSX/a", "x"}), testXML, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(tc.input), "in", Limits{})
			if err != nil || capture.Format != tc.format || len(capture.Messages) != 1 || len(capture.Problems) != 0 {
				t.Fatalf("%v, format %q, %d messages, %+v", err, capture.Format, len(capture.Messages), capture.Problems)
			}
			m := capture.Messages[0]
			if strings.TrimRight(string(m.XML), "\n") != strings.TrimRight(tc.want, "\n") {
				t.Errorf("XML differs:\n got %q\nwant %q", m.XML, tc.want)
			}
			if checksOf(m) != tc.checks {
				t.Errorf("problems %+v", m.Problems)
			}
			checkCapture(t, []byte(tc.input), capture, err)
		})
	}
}

// TestArchives: what is in an archive beside captures, and what is wrong with
// archives.
func TestArchives(t *testing.T) {
	har := writeHAR(0, signIn())
	locked := func(archive string) string { // sets bit 0 of the flags of every member
		b := []byte(archive)
		for i := range len(b) - 10 {
			switch string(b[i : i+4]) {
			case "PK\x03\x04":
				b[i+6] |= 1
			case "PK\x01\x02":
				b[i+8] |= 1
			}
		}
		return string(b)
	}
	bomb := zipped(member{"bomb.txt", strings.Repeat("<a>", 30<<20)}, member{"login.har", har})
	nested := har
	for range maxNested + 1 {
		nested = zipped(member{"inner.zip", nested})
	}
	tunnel := zipped(member{"raw/1_c.txt", "CONNECT idp.example:443 HTTP/1.1\r\nHost: idp.example:443\r\n\r\n"}, member{"raw/1_s.txt", "HTTP/1.1 200 Connection Established\r\n\r\n"})
	odd := zipped(member{"raw/1_c.txt", rawRequest(signIn()[1], true)}, member{"raw/1_s.txt", rawResponse(signIn()[1], "odd")})
	for _, tc := range []struct {
		name, input string
		messages    int
		say         string // error, or problem
	}{
		{"screenshot beside", zipped(member{"a.png", "\x89PNG\r\n"}, member{"login.har", har}, member{"readme.txt", "hello"}), 2, `passed over: "a.png" (a PNG image), "readme.txt" (nothing of a sign-in in it)`},
		{"other XML beside", zipped(member{"login.har", har}, member{"x.xml", "<a/>"}), 2, `"x.xml" (nothing of a sign-in in it)`},
		{"encrypted", locked(zipped(member{"login.har", har})), 0, "an encrypted archive; unpack it with its password"},
		{"encrypted SAZ", locked(writeSAZ(signIn(), plain)), 0, "an encrypted Fiddler session archive; open it in Fiddler and save it again without a password"},
		{"cut", zipped(member{"login.har", har})[:400], 0, "cut off or damaged"},
		{"Word document", zipped(member{"[Content_Types].xml", "<Types/>"}, member{"word/document.xml", "<w/>"}), 0, "a Word document"},
		{"deep", nested, 0, "an archive inside 3 archives"},
		{"bomb", bomb, 2, "input-too-large: \"bomb.txt\""},
		{"tunnels", tunnel, 0, "all 1 exchanges are tunnels (CONNECT) whose traffic was not decrypted; in Fiddler switch on Tools > Options > HTTPS > Decrypt HTTPS traffic"},
		{"unknown coding", odd, 1, `compressed with "odd" are not read (1 with pages or data, the first of "idp.example")`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(tc.input), "in", Limits{Text: 64 << 20})
			said := fmt.Sprint(err)
			for _, p := range capture.Problems {
				said += "\n" + p.Check + ": " + p.Detail
				if p.Severity == finding.Error && p.Check == "input-unread" {
					t.Errorf("%+v", p)
				}
			}
			if len(capture.Messages) != tc.messages || !strings.Contains(said, tc.say) {
				t.Errorf("%d messages, %s\nwant %s", len(capture.Messages), said, tc.say)
			}
		})
	}
}

// TestEventErrors keeps what AD FS logs of a refused sign-in.
func TestEventErrors(t *testing.T) {
	event := "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><TimeCreated SystemTime=\"2026-11-21T10:00:04.250Z\"/></System><EventData><Data/><Data>Microsoft.IdentityServer.RequestFailedException: MSIS7012: An error occurred while processing the request.</Data></EventData></Event>"
	capture, _ := ReadBytes([]byte(event), "adfs.xml", Limits{})
	if capture.Format != "event-log" || len(capture.Exchanges) != 1 {
		t.Fatalf("%+v", capture)
	}
	e := capture.Exchanges[0]
	if len(e.Errors) != 1 || e.Errors[0].Code != "MSIS7012" || !e.Time.Equal(began(4)) {
		t.Errorf("%+v", e)
	}
	if len(capture.Errors) != 0 {
		t.Errorf("the code of the event is told a second time: %+v", capture.Errors)
	}
}

// TestLargeFormats reads files that are larger than what is looked at to
// recognise them, on one line and on many, with exchanges that say nothing.
func TestLargeFormats(t *testing.T) {
	var filler []step
	for i := range 300 {
		filler = append(filler, step{method: "GET", url: fmt.Sprintf("https://cdn.example/%d", i), status: 200, page: strings.Repeat("x", 500)})
	}
	steps := append(filler, signIn()...)
	for name, file := range map[string]string{
		"saz": writeSAZ(steps, padded), "burp": writeBurp(steps, true), "mitmproxy": writeMitmproxy(steps, 21), "charles": writeCharles(steps),
		"panel": writeChromePanel(steps), "wireshark": writeWiresharkJSON(steps), "pdml": writePDML(steps), "wireshark text": writeWiresharkText(steps),
		"http": writeHTTP(steps, "\r\n"), "curl --trace": writeCurlTrace(steps, true, true), "curl": writeCurlBash(steps), "PowerShell": writePowerShell(steps),
	} {
		capture, err := ReadBytes([]byte(file), name, Limits{})
		if err != nil || capture.ExchangeCount != 304 || len(capture.Messages) != 2 {
			t.Errorf("%s: %v, %d exchanges, %d messages", name, err, capture.ExchangeCount, len(capture.Messages))
			continue
		}
		if m := capture.Messages[1]; string(m.XML) != testXML || m.Exchange != 302 || len(m.Problems) != 0 {
			t.Errorf("%s: %+v", name, short(m))
		}
		checkCapture(t, []byte(file), capture, err)
	}
}

// TestBurpTime: a zone that is ambiguous gives no time.
func TestBurpTime(t *testing.T) {
	for text, want := range map[string]string{
		"Sat Nov 21 11:00:04 CET 2026": "2026-11-21T10:00:04Z", "Sat Nov 21 05:00:04 EST 2026": "2026-11-21T10:00:04Z",
		"Sat Nov 21 05:00:04 CST 2026": "", "": "", "yesterday": "",
	} {
		if got := burpTime(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestCutFormats reads files that end anywhere: never a panic, never a message
// that was not sent.
func TestCutFormats(t *testing.T) {
	for _, w := range writtenSignIns() {
		for end := 64; end < len(w.file); end += 211 {
			capture, err := ReadBytes([]byte(w.file[:end]), "", Limits{})
			checkCapture(t, []byte(w.file[:end]), capture, err)
			for _, m := range capture.Messages {
				whole := string(m.XML) == testXML || string(m.XML) == requestXML
				if !whole && !strings.Contains(checksOf(m), "input-truncated") && len(m.XML) < len(testXML)-4 && len(m.XML) < len(requestXML)-4 {
					t.Errorf("%s cut at %d: %q is not called truncated", w.name, end, m.XML)
				}
			}
		}
	}
}

// TestFormatFile reads an archive from a file, in place.
func TestFormatFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "login.saz")
	if err := os.WriteFile(path, []byte(writeSAZ(signIn(), plain)), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	capture, err := Read(f, path, Limits{Text: 100}) // what is read in place is not bounded by Text
	if err != nil {
		t.Fatal(err)
	}
	checkSignIn(t, capture, "saz")
}

// TestCommands reads what people write by hand.
func TestCommands(t *testing.T) {
	for text, want := range map[string]string{
		`curl -d a=1 --data-urlencode 'b=x y+' https://a.example/`:         "POST https://a.example/ a=1&b=x+y%2B",
		`curl -G --data a=1 --url https://a.example/?z=2 -u me:pw`:         "GET https://a.example/?z=2&a=1 ",
		`curl.exe -XPUT -F "f=\"q\" \$x" -s "https://a.example/"`:          "PUT https://a.example/ f=%22q%22+%24x",
		"$ curl $'https://a.example/\\u0021\\x41\\'' \\\r\n -H 'x: y'; rm": "GET https://a.example/!A' ",
		`curl ^"https://a.example/^%^2B^" ^` + "\r\n" + ` -d ^"a\^"b^"`:    `POST https://a.example/%2B a"b`,
		`curl a.example/x`: "GET http://a.example/x ",
		"irm -Uri https://a.example/ -Method post -Body 'a=1'":                 "POST https://a.example/ a=1",
		`Invoke-WebRequest -Uri "https://a.example/` + "`$`\"" + `"`:           `GET https://a.example/$" `,
		`await fetch("https:\/\/a.example\/", {"body": null, "method":"GET"})`: "GET https://a.example/ ",
		`fetch("https://a.example/")`:                                          "GET https://a.example/ ",
	} {
		found := commands([]byte(text))
		if len(found) != 1 {
			t.Errorf("%s: %d commands", text, len(found))
			continue
		}
		if got := found[0].method + " " + found[0].url + " " + string(found[0].body); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}
