package redact_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/redact"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// secrets are all over the capture of leaky; none may be in a copy.
var secrets = []string{
	"ada.secret@contoso.com", "ada.secret", "Lovelace-Byron", "Zephyrine", "9a8b7c6d-5e4f-4a3b-2c1d-0e9f8a7b6c5d", `CONTOSO\zephyrine`,
	"cookie-canary-71", "bearer-canary-72", "password-canary-73", "code-canary-74", "token-canary-75", "203.0.113.77", "relay-canary-76", "2001:db8:77::77",
	"page-canary-78", "header-canary-79", "jsession-canary-80", "status-canary-81@contoso.com", "comment-canary-82", "extension-canary-83", "fragment-canary-84",
	"state-canary-85", "title-canary-86@contoso.com", "userinfo-canary-87", "groups-canary-88",
	"opaqueword89",
}

func leakyResponse() string {
	r := samltest.NewResponse()
	a := r.Assertions[0]
	a.NameID.Value = secrets[0]
	a.Confirmations[0].Address = "203.0.113.77"
	a.Attributes = []samltest.Attribute{
		samltest.NewAttribute(samltest.ClaimEmail, secrets[0]), samltest.NewAttribute(samltest.ClaimSurname, "Lovelace-Byron"),
		samltest.NewAttribute("first_name", "Zephyrine"), samltest.NewAttribute(samltest.ClaimObjectID, "9a8b7c6d-5e4f-4a3b-2c1d-0e9f8a7b6c5d"),
		samltest.NewAttribute("account", `CONTOSO\zephyrine`), samltest.NewAttribute(samltest.ClaimGroups, "groups-canary-88"),
		{Name: "nested", Raw: []string{`<AttributeValue><x:Issuer xmlns:x="urn:x" Name="extension-canary-83">token-canary-75<x:Audience>password-canary-73</x:Audience></x:Issuer></AttributeValue>`}},
	}
	a.After = []string{`<!-- comment-canary-82 --><Advice><x:y xmlns:x="urn:x" Destination="https://userinfo-canary-87@x.example/">extension-canary-83</x:y></Advice>`}
	r.StatusMessage = "user status-canary-81@contoso.com (Zephyrine Lovelace-Byron, CONTOSO\\zephyrine) from 203.0.113.77 or 2001:db8:77::77"
	r.Sign(samltest.SignAssertion, samltest.RSA())
	return r.XML()
}

// leaky is a sign-in with a secret in every place that a capture has.
func leaky() string {
	exchanges := samltest.SignIn(samltest.NewAuthnRequest().XML(), leakyResponse())
	for i := range exchanges {
		e := &exchanges[i]
		e.RequestHeaders = append(e.RequestHeaders, samltest.Header{Name: "Cookie", Value: "sid=cookie-canary-71; zephyrine=1"},
			samltest.Header{Name: "Authorization", Value: "Bearer bearer-canary-72"}, samltest.Header{Name: "X-Forwarded-For", Value: "203.0.113.77"},
			samltest.Header{Name: "X-Odd", Value: "header-canary-79"}, samltest.Header{Name: "Referer", Value: "https://login.example.com/page"})
		e.ResponseHeaders = append(e.ResponseHeaders, samltest.Header{Name: "Set-Cookie", Value: "sid=cookie-canary-71; Path=/u/Zephyrine; Secure"})
	}
	login := samltest.Post(samltest.Time, "https://login.example.com/common/login;jsessionid=jsession-canary-80?state=state-canary-85&u=ada.secret%40contoso.com#fragment-canary-84",
		"login=ada.secret%40contoso.com&passwd=password-canary-73&RelayState=relay-canary-76", "https://app.example/done")
	oauth := samltest.Redirect(samltest.Time, "https://203.0.113.77/authorize?code=code-canary-74&wctx=relay-canary-76&error=access_denied&error_description=no+ada.secret%40contoso.com",
		"https://userinfo-canary-87:x@app.example/people/Zephyrine/ada.secret%40contoso.com?id_token=token-canary-75&x=relay-canary-76")
	failed := samltest.Get(samltest.Time.Add(time.Second), "https://login.microsoftonline.com/error", "<title>Error for title-canary-86@contoso.com</title>page-canary-78 <p>AADSTS50105: The signed in user 'ada.secret@contoso.com' (Zephyrine) is not assigned to a role.</p>")
	failed.Status = 400
	app := samltest.Get(samltest.Time.Add(2*time.Second), "https://halo.contoso.com/error", "<title>Error opaqueword89</title><p>Login failed for the ticket opaqueword89 of Zephyrine</p>")
	app.Status = 500
	return samltest.HAR(append(exchanges, login, oauth, failed, app)...)
}

// everything decodes a text in every way that anything in a copy is encoded,
// over and over, and gives all that it comes to.
func everything(t testing.TB, data []byte) []string {
	t.Helper()
	seen := map[string]bool{}
	queue := []string{string(data), hexLines.ReplaceAllString(string(data), "$1"), wrapped.ReplaceAllString(string(data), "$1")}
	for len(queue) > 0 && len(seen) < 100_000 {
		text := queue[0]
		queue = queue[1:]
		if seen[text] || len(text) < 8 {
			continue
		}
		seen[text] = true
		queue = append(queue, decodings(text)...)
	}
	out := make([]string, 0, len(seen))
	for text := range seen {
		out = append(out, strings.ToLower(text))
	}
	return out
}

var base64Words = regexp.MustCompile(`[A-Za-z0-9+/_-]{16,}={0,2}`)

// Bytes in hexadecimal, the offsets before and the text behind them in a dump,
// and lines that were broken.
var (
	hexWords = regexp.MustCompile(`(?:[0-9a-f]{2}[: ]){7,}[0-9a-f]{2}`)
	hexLines = regexp.MustCompile(`(?m)^[0-9a-f]{4,}: ((?:[0-9a-f]{2} ){1,16}).*\n`)
	wrapped  = regexp.MustCompile(`(?m)^(?:[0-9a-f]{4,}: )?([^\r\n]*)\r?\n`)
)

var escapedWords = regexp.MustCompile(`[^\s"'<>]*%[^\s"'<>]*`)

func decodings(text string) (out []string) {
	if z, err := zip.NewReader(strings.NewReader(text), int64(len(text))); err == nil {
		for _, f := range z.File {
			if r, err := f.Open(); err == nil {
				content, _ := io.ReadAll(r)
				out = append(out, f.Name, string(content))
			}
		}
		return out
	}
	if plain, err := url.QueryUnescape(text); err == nil {
		out = append(out, plain)
	}
	for _, word := range escapedWords.FindAllString(text, -1) {
		if plain, err := url.QueryUnescape(word); err == nil {
			out = append(out, plain)
		}
	}
	out = append(out, html.UnescapeString(text), strings.ReplaceAll(strings.ReplaceAll(text, `\"`, `"`), `\/`, "/"))
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		out = append(out, jsonStrings(v)...)
	}
	for _, word := range hexWords.FindAllString(text, -1) {
		if plain, err := hex.DecodeString(strings.Join(strings.FieldsFunc(word, func(c rune) bool { return c == ':' || c == ' ' }), "")); err == nil {
			out = append(out, string(plain))
		}
	}
	for _, word := range base64Words.FindAllString(text, -1) {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			plain, err := e.DecodeString(word)
			if err != nil {
				continue
			}
			out = append(out, string(plain))
			if inflated, err := io.ReadAll(flate.NewReader(bytes.NewReader(plain))); err == nil {
				out = append(out, string(inflated))
			}
		}
	}
	return out
}

func jsonStrings(v any) (out []string) {
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = append(out, jsonStrings(e)...)
		}
	case map[string]any:
		for key, e := range v {
			out = append(append(out, key), jsonStrings(e)...)
		}
	}
	return out
}

// hold fails where a secret is in a copy.
func hold(t testing.TB, r *redact.Copy, secrets ...string) {
	t.Helper()
	told := map[string]bool{}
	for _, text := range everything(t, r.Content) {
		for _, secret := range secrets {
			if at := strings.Index(text, strings.ToLower(secret)); at >= 0 && !told[secret] {
				told[secret] = true
				t.Errorf("%s: %q is in the copy: …%q…", r.Format, secret, text[max(0, at-60):min(len(text), at+60)])
			}
		}
	}
}

func read(t testing.TB, data []byte) *trace.Capture {
	t.Helper()
	c, err := trace.ReadBytes(data, "capture", trace.Limits{})
	if err != nil {
		t.Fatalf("%v in %.200q", err, data)
	}
	return c
}

func key(b byte) []byte { return bytes.Repeat([]byte{b}, redact.KeySize) }

func redacted(t testing.TB, c *trace.Capture) *redact.Copy {
	t.Helper()
	r, err := redact.Capture(c, redact.Options{Key: key(1)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// withExchanges are the formats that hold exchanges, with their variants.
var withExchanges = []string{
	"har", "saml-chrome-panel", "saml-tracer", "saz", "burp", "mitmproxy", "charles", "http", "wireshark json", "wireshark pdml", "wireshark text",
	"curl bash", "curl cmd", "curl powershell", "curl fetch", "curl-trace ascii", "curl-trace hex", "curl-trace verbose",
}

// withoutSender are those that do not say from which page a message was sent:
// of commands the header fields are not read, and curl -v shows no body.
var withoutSender = []string{"curl bash", "curl cmd", "curl powershell", "curl fetch", "curl-trace verbose"}

// TestNothingSurvives: no secret is in the copy in any format, decoded in any
// way; and what is read from the copy is what the original held.
func TestNothingSurvives(t *testing.T) {
	original := read(t, []byte(leaky()))
	for _, name := range withExchanges {
		t.Run(name, func(t *testing.T) {
			c := *original
			c.Format, c.Variant, _ = strings.Cut(name, " ")
			r := redacted(t, &c)
			if r.Format != c.Format {
				t.Fatalf("written as %q", r.Format)
			}
			hold(t, r, secrets...)
			again := read(t, r.Content)
			if again.Format != c.Format || again.Variant != c.Variant {
				t.Errorf("the copy is recognised as %q %q", again.Format, again.Variant)
			}
			if len(again.Messages) != len(original.Messages) {
				t.Errorf("%d messages, want %d", len(again.Messages), len(original.Messages))
			}
			if len(again.Exchanges) != len(original.Exchanges) {
				t.Errorf("%d exchanges, want %d", len(again.Exchanges), len(original.Exchanges))
			}
			for i, m := range again.Messages[:min(len(again.Messages), len(original.Messages))] {
				was := original.Messages[i]
				if m.SentFrom != was.SentFrom && !slices.Contains(withoutSender, name) {
					t.Errorf("message %d was sent from %q, want %q", i, m.SentFrom, was.SentFrom)
				}
				if m.PostedTo != was.PostedTo || m.Parameter != was.Parameter || m.Binding != was.Binding {
					t.Errorf("message %d: %s %s to %q, want %s %s to %q", i, m.Binding, m.Parameter, m.PostedTo, was.Binding, was.Parameter, was.PostedTo)
				}
			}
		})
	}
}

// TestSearch: what hold looks for is found however it is encoded.
func TestSearch(t *testing.T) {
	const canary = "zephyrine.canary@contoso.com"
	b64 := base64.StdEncoding.EncodeToString([]byte("<NameID>" + canary + "</NameID>"))
	var deflated bytes.Buffer
	w, _ := flate.NewWriter(&deflated, flate.BestCompression)
	w.Write([]byte(strings.Repeat("<a/>", 20) + canary))
	w.Close()
	quoted, _ := json.Marshal(map[string]string{"html": `<input value="` + b64 + `">`})
	dump := hex.Dump([]byte("SAMLResponse=" + url.QueryEscape(b64)))
	plainDump := regexp.MustCompile(`(?m)^0000([0-9a-f]{4})  ((?:[0-9a-f]{2} )+) ?((?:[0-9a-f]{2} )*) *\|.*$`).ReplaceAllString(dump, "$1: $2$3 ................")
	for name, text := range map[string]string{
		"plain": canary, "form": "SAMLResponse=" + url.QueryEscape(b64), "deflate": "SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString(deflated.Bytes())),
		"JSON": string(quoted), "JSON lines of Base64": wrapLines(base64.StdEncoding.EncodeToString(quoted)), "hexadecimal": strings.ReplaceAll(fmt.Sprintf("% x", "a=1&SAMLResponse="+b64), " ", ":"),
		"dump": plainDump, "markup": html.EscapeString("<a>&" + canary + "</a>"),
	} {
		if !slices.ContainsFunc(everything(t, []byte(text)), func(found string) bool { return strings.Contains(found, canary) }) {
			t.Errorf("%s: not found in %.200q", name, text)
		}
	}
}

func wrapLines(text string) (out string) {
	for part := range slices.Chunk([]byte(text), 76) {
		out += string(part) + "\r\n"
	}
	return out
}

// TestParts: of an archive or an e-mail every file is written in its own
// format, also inside another one; and names of files tell nothing.
func TestParts(t *testing.T) {
	event := "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><TimeCreated SystemTime=\"2026-11-21T10:00:04.250Z\"/></System><EventData><Data>MSIS7012: An error for user 'opaqueword89' occurred. Activity ID: c0ffee00-0000-4000-8000-000000000001</Data><Data>" +
		html.EscapeString(leakyResponse()) + "</Data></EventData></Event>"
	log := `[{"createdDateTime":"2026-11-21T10:00:00Z","userPrincipalName":"ada.secret@contoso.com","appDisplayName":"HaloITSM","ipAddress":"203.0.113.77","status":{"errorCode":50105}}]`
	text := "2026-11-21 INFO user Zephyrine sent SAMLResponse=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(leakyResponse()))) + " page-canary-78\n"
	inner, err := zipFile(map[string]string{"notes of Zephyrine.txt": text})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"Zephyrine.har": leaky(), "adfs.xml": event, "sign-ins.json": log, "inner.zip": inner, "empty.txt": "nothing of page-canary-78 here"}
	archive, err := zipFile(files)
	if err != nil {
		t.Fatal(err)
	}
	mail := "From: Ada <ada.secret@contoso.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n" + text +
		"\r\n--b\r\nContent-Type: application/zip; name=\"Zephyrine.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapLines(base64.StdEncoding.EncodeToString([]byte(archive))) + "--b--\r\n"
	for name, file := range map[string]string{"zip": archive, "mail": mail} {
		t.Run(name, func(t *testing.T) {
			before := read(t, []byte(file))
			r := redacted(t, before)
			hold(t, r, secrets...)
			after := read(t, r.Content)
			if got, want := partsOf(after), partsOf(before); after.Format != name || !slices.Equal(got, want) {
				t.Errorf("%s of %q, expected %q", after.Format, got, want)
			}
			if len(after.Exchanges) != len(before.Exchanges) || len(after.SignIns) != 1 || r.SignIns != 1 || len(after.Messages) != len(before.Messages) {
				t.Fatalf("%d exchanges, %d sign-ins, %d messages; expected %d, 1, %d", len(after.Exchanges), len(after.SignIns), len(after.Messages), len(before.Exchanges), len(before.Messages))
			}
			for i, m := range after.Messages {
				if got, want := len(m.Sightings), len(before.Messages[i].Sightings); got != want {
					t.Errorf("message %d was seen %d times, expected %d", i, got, want)
				}
			}
		})
	}
}

// zipFile makes an archive, its files in the order of their names.
func zipFile(files map[string]string) (string, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err != nil {
			return "", err
		}
		if _, err := f.Write([]byte(files[name])); err != nil {
			return "", err
		}
	}
	err := w.Close()
	return out.String(), err
}

// partsOf are the formats of the parts that hold anything.
func partsOf(c *trace.Capture) (out []string) {
	for i, p := range c.Parts {
		number := i + 1
		holds := slices.ContainsFunc(c.Exchanges, func(e trace.Exchange) bool { return e.Part == number }) || slices.ContainsFunc(c.SignIns, func(s trace.SignIn) bool { return s.Part == number }) ||
			slices.ContainsFunc(c.Messages, func(m *trace.Message) bool {
				return slices.ContainsFunc(m.Sightings, func(s trace.Sighting) bool { return s.Part == number })
			})
		if holds || p.Format == "zip" {
			out = append(out, p.Format+" "+p.Variant)
		}
	}
	return out
}

// TestErrorTexts: a text that holds an error code or an artifact alone has a
// copy that tells the same.
func TestErrorTexts(t *testing.T) {
	raw := append([]byte{0, 4, 0, 1}, bytes.Repeat([]byte("source--entity--id--handle-canary-90"), 2)[:40]...)
	artifact := base64.StdEncoding.EncodeToString(raw)
	handle := base64.StdEncoding.EncodeToString(raw[24:])
	const said = "AADSTS50105: Your administrator has configured the application HaloITSM to block users. The signed in user 'opaqueword89' is not assigned to a role for the application.\nTrace ID: c0ffee00-0000-4000-8000-000000000001\nCorrelation ID: c0ffee00-0000-4000-8000-000000000002\nTimestamp: 2026-11-21 10:00:04Z\n"
	for format, text := range map[string]string{
		"text": said, "html": "<html><body><p>" + said + "</p>page-canary-78</body></html>", "base64": artifact, "url": "https://halo.contoso.com/acs?SAMLart=" + url.QueryEscape(artifact) + "&RelayState=relay-canary-76",
		"form": "SAMLart=" + url.QueryEscape(artifact) + "&RelayState=relay-canary-76",
	} {
		t.Run(format, func(t *testing.T) {
			before := read(t, []byte(text))
			if before.Format != format {
				t.Fatalf("the original is recognised as %q", before.Format)
			}
			r := redacted(t, before)
			hold(t, r, append(secrets, handle, "handle-canary-90")...)
			after := read(t, r.Content)
			if after.Format != format || len(after.Errors) != len(before.Errors) || len(after.Artifacts) != len(before.Artifacts) {
				t.Fatalf("%q with %+v and %q in %q", after.Format, after.Errors, after.Artifacts, r.Content)
			}
			for i, e := range after.Errors {
				was := before.Errors[i]
				if e.Code != was.Code || e.TraceID != was.TraceID || e.CorrelationID != was.CorrelationID || !e.Timestamp.Equal(was.Timestamp) {
					t.Errorf("%+v became %+v", was, e)
				}
			}
			for i, a := range after.Artifacts {
				if got, err := base64.StdEncoding.DecodeString(a); err != nil || !bytes.Equal(got[:24], raw[:24]) || a == before.Artifacts[i] {
					t.Errorf("%q became %q", before.Artifacts[i], a)
				}
			}
		})
	}
}

// TestLooseMessages: messages without exchanges are written as they came.
func TestLooseMessages(t *testing.T) {
	xml := leakyResponse()
	b64 := base64.StdEncoding.EncodeToString([]byte(xml))
	for format, text := range map[string]string{
		"xml": xml, "base64": b64, "form": "SAMLResponse=" + url.QueryEscape(b64) + "&RelayState=relay-canary-76",
		"json": `{"SAMLResponse":"` + b64 + `","RelayState":"relay-canary-76","x":"page-canary-78"}`,
		"html": `<html><body>page-canary-78<form method="post" action="https://halo.contoso.com/auth/saml"><input name="SAMLResponse" value="` + b64 + `"><input name="RelayState" value="relay-canary-76"></form></body></html>`,
		"url":  "https://halo.contoso.com/auth/saml?SAMLResponse=" + url.QueryEscape(b64) + "&RelayState=relay-canary-76",
		"text": "2026-11-21 INFO user Zephyrine sent SAMLResponse=" + url.QueryEscape(b64) + " page-canary-78",
	} {
		t.Run(format, func(t *testing.T) {
			c := read(t, []byte(text))
			if c.Format != format {
				t.Fatalf("the original is recognised as %q", c.Format)
			}
			r := redacted(t, c)
			hold(t, r, secrets...)
			if again := read(t, r.Content); again.Format != format || len(again.Messages) != len(c.Messages) {
				t.Errorf("the copy has %d messages as %q, want %d", len(again.Messages), again.Format, len(c.Messages))
			}
		})
	}
}

// TestWriters: every format that is read is written, where a capture holds what
// the format is for; what it has no place for is written as another one.
func TestWriters(t *testing.T) {
	archive, err := zipFile(map[string]string{"a.har": leaky()})
	if err != nil {
		t.Fatal(err)
	}
	log := `[{"userPrincipalName":"ada@contoso.com","appDisplayName":"HaloITSM","status":{"errorCode":50105}}]`
	var captures []*trace.Capture
	for _, file := range []string{leaky(), leakyResponse(), log, archive} {
		captures = append(captures, read(t, []byte(file)))
	}
	for _, f := range trace.Formats() {
		written := map[string]bool{}
		for _, original := range captures {
			c := *original
			c.Format = f.Name
			r := redacted(t, &c)
			written[r.Format] = true
			if r.Format != f.Name && r.Format != "har" && r.Format != "text" {
				t.Errorf("%s is written as %q", f.Name, r.Format)
			}
		}
		if !written[f.Name] {
			t.Errorf("%s is never written, but %q", f.Name, slices.Collect(maps.Keys(written)))
		}
	}
}

// TestPseudonyms: the same value has the same pseudonym within a copy and
// another one with another key; shapes stay.
func TestPseudonyms(t *testing.T) {
	c := read(t, []byte(leakyResponse()))
	mails := func(k byte, keep bool) []string {
		r, err := redact.Capture(c, redact.Options{Key: key(k), KeepDomains: keep})
		if err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`>user[0-9a-f]+@[a-z0-9.]+<`).FindAllString(string(r.Content), -1)
	}
	first := mails(1, false)
	if len(first) < 2 || first[0] != first[1] {
		t.Errorf("NameID and claim of one value are %q", first)
	}
	if again := mails(1, false); !slices.Equal(first, again) {
		t.Errorf("%q, then %q with the same key", first, again)
	}
	if other := mails(2, false); slices.Contains(other, first[0]) {
		t.Errorf("%q with another key too", first[0])
	}
	if kept := mails(1, true); !strings.HasSuffix(kept[0], "@contoso.com<") {
		t.Errorf("%q does not keep the domain", kept[0])
	}
}

// TestTwice: a copy of a copy keeps the verdicts of the first.
func TestTwice(t *testing.T) {
	once := redacted(t, read(t, []byte(leaky())))
	twice := redacted(t, read(t, once.Content))
	hold(t, twice, secrets...)
	again := read(t, twice.Content)
	for _, m := range again.Messages {
		if n := bytes.Count(m.XML, []byte("<?ssodoctor-redacted ")); n != 1 {
			t.Errorf("%d seals in one message", n)
		}
	}
}

func TestRefusals(t *testing.T) {
	c := read(t, []byte(leaky()))
	if _, err := redact.Capture(c, redact.Options{Key: []byte("short")}); err == nil {
		t.Error("a short key is taken")
	}
	if _, err := redact.Capture(&trace.Capture{}, redact.Options{Key: key(1)}); err == nil {
		t.Error("an empty capture is written")
	}
}

// TestUnreadableMessage: what is no XML is left out, and the reason kept.
func TestUnreadableMessage(t *testing.T) {
	broken := strings.Replace(leakyResponse(), "</samlp:Response>", "<oops></samlp:Response>", 1)
	r := redacted(t, read(t, []byte(samltest.HAR(samltest.SignIn(samltest.NewAuthnRequest().XML(), broken)...))))
	hold(t, r, secrets...)
}

// TestCorpus redacts every real message and capture.
func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/corpus/*/*/*")
	if len(files) == 0 {
		t.Skip("no corpus")
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil || len(data) > 4<<20 {
			continue
		}
		c, err := trace.ReadBytes(data, filepath.Base(name), trace.Limits{})
		if err != nil || c == nil || len(c.Messages)+len(c.Exchanges) == 0 {
			continue
		}
		r, err := redact.Capture(c, redact.Options{Key: key(1)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := trace.ReadBytes(r.Content, "copy", trace.Limits{})
		if err != nil && len(c.Messages) > 0 {
			t.Errorf("%s (%s): the copy as %s: %v", name, c.Format, r.Format, err)
			continue
		}
		if len(again.Messages) != len(c.Messages) {
			t.Logf("%s (%s): %d messages in the copy as %s, want %d", name, c.Format, len(again.Messages), r.Format, len(c.Messages))
		}
	}
}

func FuzzCapture(f *testing.F) {
	f.Add([]byte(leaky()))
	f.Add([]byte(leakyResponse()))
	f.Add([]byte("https://x/?SAMLRequest=abc&RelayState=%"))
	f.Add([]byte("AADSTS50105: The user 'a' is not assigned. Trace ID: b"))
	f.Add([]byte("Date (UTC),Username,Application,Sign-in error code\n2026-11-21T10:00:00Z,\"=a\nb\",c,50105\n"))
	if archive, err := zipFile(map[string]string{"a.har": leaky(), "b.txt": leakyResponse()}); err == nil {
		f.Add([]byte(archive))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, _ := trace.ReadBytes(data, "fuzz", trace.Limits{Text: 1 << 20})
		if !redact.Holds(c) {
			return
		}
		for _, format := range []string{c.Format, "wireshark", "curl-trace", "event-log"} {
			c.Format = format
			if _, err := redact.Capture(c, redact.Options{Key: key(1)}); err != nil {
				t.Error(err)
			}
		}
	})
}

func BenchmarkCapture(b *testing.B) {
	data := []byte(leaky())
	c := read(b, data)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := redact.Capture(c, redact.Options{Key: key(1)}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestSignInLog holds that of a sign-in log nobody is left, and all that it is
// read for.
func TestSignInLog(t *testing.T) {
	for name, log := range map[string]string{
		"JSON": `[{"createdDateTime":"2026-11-21T10:00:00Z","userPrincipalName":"ada.secret@contoso.com","userDisplayName":"Zephyrine","appDisplayName":"HaloITSM","ipAddress":"203.0.113.77","correlationId":"c0ffee00-0000-4000-8000-000000000001",` +
			`"status":{"errorCode":50105,"failureReason":"ada.secret@contoso.com is not assigned"},"location":{"countryOrRegion":"NL"},"deviceDetail":{"operatingSystem":"Windows 11"}},` +
			`{"createdDateTime":"2026-11-21T10:01:00Z","userPrincipalName":"ada.secret@contoso.com","appDisplayName":"HaloITSM","ipAddress":"2001:db8:77::77","status":{"errorCode":0}}]`,
		"CSV": "Date (UTC),User,Username,Application,IP address,Location,Status,Sign-in error code,Failure reason,Operating System,Correlation ID\n" +
			`2026-11-21T10:00:00Z,Zephyrine,ada.secret@contoso.com,HaloITSM,203.0.113.77,"Delft, , NL",Failure,50105,ada.secret@contoso.com is not assigned,Windows 11,c0ffee00-0000-4000-8000-000000000001` + "\n" +
			`2026-11-21T10:01:00Z,Zephyrine,ada.secret@contoso.com,HaloITSM,2001:db8:77::77,,Success,None,Other.,,` + "\n",
	} {
		before := read(t, []byte(log))
		written, err := redact.Capture(before, redact.Options{Key: make([]byte, redact.KeySize)})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if bytes.Contains(bytes.ToLower(written.Content), []byte(strings.ToLower(secret))) {
				t.Errorf("%s: %s is in the copy", name, secret)
			}
		}
		after := read(t, written.Content)
		if after.Format != before.Format || after.Variant != before.Variant || written.SignIns != 2 || len(after.SignIns) != 2 {
			t.Fatalf("%s: %q with %d of %d sign-ins, want 2 as %q", name, after.Format, len(after.SignIns), written.SignIns, before.Format)
		}
		for i, row := range after.SignIns {
			was := before.SignIns[i]
			if row.User == "" || row.User == was.User || row.User != after.SignIns[0].User || row.IP == "" {
				t.Errorf("%s: the user is %q from %q", name, row.User, row.IP)
			}
			row.User, row.IP, row.Reason = was.User, was.IP, was.Reason
			if row != was {
				t.Errorf("%s: %+v became %+v", name, was, row)
			}
		}
	}
}
