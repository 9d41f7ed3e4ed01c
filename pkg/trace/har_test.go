package trace

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/idperror"
)

func TestHARProducers(t *testing.T) {
	for i, p := range producers {
		t.Run(p.name, func(t *testing.T) {
			file := writeHAR(i, signIn())
			capture, err := ReadBytes([]byte(file), "login.har", Limits{})
			if err != nil {
				t.Fatal(err)
			}
			checkSignIn(t, capture, "har")
			for _, e := range capture.Exchanges {
				if got := file[e.Span.Offset:e.Span.End]; got[0] != '{' || got[len(got)-1] != '}' {
					t.Errorf("exchange %d: span holds %.20q…%q", e.Index, got, got[len(got)-5:])
				}
				lineStart := strings.LastIndexByte(file[:e.Span.Offset], '\n') + 1
				if column := 1 + utf8.RuneCountInString(strings.TrimPrefix(file[lineStart:e.Span.Offset], "\ufeff")); e.Span.Column != column {
					t.Errorf("exchange %d: column %d, want %d", e.Index, e.Span.Column, column)
				}
				if line := 1 + strings.Count(file[:e.Span.Offset], "\n"); e.Span.Line != line {
					t.Errorf("exchange %d: line %d, want %d", e.Index, e.Span.Line, line)
				}
			}
			if text := fmt.Sprintf("%+v", capture.Exchanges); strings.Contains(text, "secret") {
				t.Errorf("a secret is kept: %s", text)
			}
			again, err := Read(iotest.OneByteReader(strings.NewReader(gzipped(file))), "login.har.gz", Limits{})
			if err != nil {
				t.Fatal(err)
			}
			checkSignIn(t, again, "har")
		})
	}
}

// checkSignIn holds a capture to what the sign-in is, whoever wrote it down.
func checkSignIn(t *testing.T, capture *Capture, format string) {
	t.Helper()
	if capture.Format != format || capture.ExchangeCount != 4 || len(capture.Exchanges) != 4 || len(capture.Problems) != 0 {
		t.Fatalf("format %q, %d exchanges, problems %+v", capture.Format, capture.ExchangeCount, capture.Problems)
	}
	checkMessages(t, capture)
	at := time.Date(2026, 11, 21, 10, 0, 0, 250e6, time.UTC)
	request, response := capture.Messages[0], capture.Messages[1]
	if request.Exchange != 1 || !request.Time.Equal(at.Add(time.Second)) || response.Exchange != 2 || !response.Time.Equal(at.Add(2*time.Second)) {
		t.Errorf("request: %+v, response: %+v", short(request), short(response))
	}
	checkFlow(t, capture)
}

// checkMessages holds the two messages to what was sent.
func checkMessages(t *testing.T, capture *Capture) {
	t.Helper()
	if len(capture.Messages) != 2 {
		t.Fatalf("%d messages, want 2; problems %+v", len(capture.Messages), capture.Problems)
	}
	request, response := capture.Messages[0], capture.Messages[1]
	if string(request.XML) != requestXML || string(response.XML) != testXML {
		t.Errorf("XML differs: %q, %q", request.XML, response.XML)
	}
	if request.Parameter != "SAMLRequest" || request.Binding != BindingRedirect || request.PostedTo != idpURL || request.RawQuery != requestQuery() {
		t.Errorf("request: %+v", short(request))
	}
	if response.Parameter != "SAMLResponse" || response.Binding != BindingPOST || response.PostedTo != acsURL || response.RawQuery != "" {
		t.Errorf("response: %+v", short(response))
	}
	for _, m := range capture.Messages {
		if !m.HasRelayState || m.RelayState != relay || len(m.Problems) != 0 {
			t.Errorf("relay state %q, problems %+v", m.RelayState, m.Problems)
		}
	}
}

// checkFlow holds the exchanges to what happened.
func checkFlow(t *testing.T, capture *Capture) {
	t.Helper()
	request, response := capture.Messages[0], capture.Messages[1]
	if got := places(request); got != "0 redirect https://idp.example/sso, 1 request URL https://idp.example/sso" {
		t.Errorf("request seen at %s", got)
	}
	if got := places(response); got != "1 response page "+acsURL+", 2 request body "+acsURL {
		t.Errorf("response seen at %s", got)
	}
	want := []string{"GET 302 " + appURL, "GET 200 " + idpURL + "?SAMLRequest=…&RelayState=" + url.QueryEscape(relay), "POST 302 " + acsURL, "GET 200 https://app.example/home"}
	for i, e := range capture.Exchanges {
		if got := fmt.Sprintf("%s %d %s", e.Method, e.Status, e.URL); got != want[i] || e.Index != i {
			t.Errorf("exchange %d: %s, want %s", i, got, want[i])
		}
		if e.ServerDate != time.Date(2026, 11, 21, 10, 0, 7, 0, time.UTC) {
			t.Errorf("exchange %d: server date %v", i, e.ServerDate)
		}
	}
	if got := capture.Exchanges[2].RedirectURL; got != "https://app.example/home" {
		t.Errorf("redirect to %q", got)
	}
}

func short(m *Message) Message {
	c := *m
	c.XML = nil
	return c
}

func places(m *Message) string {
	var out []string
	for _, s := range m.Sightings {
		out = append(out, fmt.Sprintf("%d %s %s", s.Exchange, s.Place, s.URL))
	}
	return strings.Join(out, ", ")
}

func TestHARCookies(t *testing.T) {
	capture, err := ReadBytes([]byte(writeHAR(0, signIn())), "", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	e := capture.Exchanges[0]
	if want := []Cookie{{Name: "sid", Path: "/", SameSite: "None", Secure: true}}; !slices.Equal(e.SetCookies, want) {
		t.Errorf("set %+v, want %+v", e.SetCookies, want)
	}
	if want := []string{"sid", "other"}; !slices.Equal(e.SentCookies, want) {
		t.Errorf("sent %q, want %q", e.SentCookies, want)
	}
}

// TestHARCut reads a file that ends anywhere: never a panic, never a message
// that was not sent, and the exchanges before the cut stand.
func TestHARCut(t *testing.T) {
	for producer := range producers {
		file := writeHAR(producer, signIn())
		for end := 64; end < len(file); end += 97 {
			capture, err := ReadBytes([]byte(file[:end]), "", Limits{})
			if capture.Format != "har" {
				if end > 400 {
					t.Fatalf("%s cut at %d: format %q, %v", producers[producer].name, end, capture.Format, err)
				}
				continue
			}
			if !slices.ContainsFunc(capture.Problems, func(p finding.Problem) bool { return p.Check == "input-truncated" }) && end < len(file)-4 {
				t.Errorf("%s cut at %d: not reported", producers[producer].name, end)
			}
			for _, m := range capture.Messages {
				whole := testXML
				if m.Parameter == "SAMLRequest" {
					whole = requestXML
				}
				if !strings.HasPrefix(whole, string(m.XML)) {
					t.Fatalf("%s cut at %d: %q", producers[producer].name, end, m.XML)
				}
				if len(m.XML) < len(whole)-2 && !strings.Contains(checksOf(m), "input-truncated") {
					t.Errorf("%s cut at %d: message of %d bytes is not called truncated", producers[producer].name, end, len(m.XML))
				}
			}
		}
	}
}

func harOf(steps ...step) string { return writeHAR(2, steps) }

func TestHARFindings(t *testing.T) {
	post := func(body string) step { return step{method: "POST", url: acsURL, body: body, status: 200} }
	other := strings.Replace(testXML, "_r1", "_r2", 1)
	soap := "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><samlp:ArtifactResolve xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"/></s:Body></s:Envelope>"
	for _, tc := range []struct {
		name     string
		har      string
		messages int
		checks   string // of messages
		problems string // of the capture
	}{
		{"posted differs from page", harOf(step{method: "GET", url: idpURL, status: 200, page: responsePage()}, post("SAMLResponse="+b64(other))), 2, "input-repaired", ""},
		{"both parameters", harOf(post("SAMLResponse=" + url.QueryEscape(b64(testXML)) + "&" + requestQuery())), 2, "input-parameter-duplicated input-wrong-compression input-parameter-duplicated", ""},
		{"masked by SAML-tracer", harOf(post("SAMLResponse=%7Bhash%3A00ff%7D")), 0, "", "input-masked"},
		{"masked by Cloudflare", harOf(post("SAMLResponse=[SAMLResponse redacted]")), 0, "", "input-masked"},
		{"masked with stars", harOf(post("SAMLResponse=****")), 0, "", "input-masked"},
		{"empty", harOf(post("SAMLResponse=&RelayState=x")), 0, "", "input-masked"},
		{"relay state masked alone", harOf(post("SAMLResponse=" + b64(testXML)[:0] + strings.ReplaceAll(strings.ReplaceAll(b64(testXML), "+", "%2B"), "=", "%3D") + "&RelayState=REDACTED")), 1, "", ""},
		{"words in an answer", harOf(step{method: "GET", url: acsURL, status: 200, page: `{"labels":["SAMLResponse","the message"],"SAMLRequest":"sent to the IdP","a":"SAMLResponse: invalid"}`}), 0, "", ""},
		{"message in an answer", harOf(step{method: "GET", url: acsURL, status: 200, page: `{"SAMLResponse":"` + b64(testXML) + `"}`}), 1, "", ""},
		{"no base64", harOf(post("SAMLResponse=%21%21%21%21%21")), 0, "", "xml-malformed"},
		{"soap", harOf(post(soap)), 1, "", ""},
		{"soap login", harOf(post(strings.Replace(soap, "<s:Body>", "<UsernameToken>x</UsernameToken><s:Body>", 1))), 0, "", ""},
		{"json body", harOf(post(`{"SAMLResponse":"` + b64(testXML) + `"}`)), 1, "", ""},
		{"multipart", harOf(post("--x\r\nContent-Disposition: form-data; name=\"SAMLResponse\"\r\n\r\n" + b64(testXML) + "\r\n--x--\r\n")), 1, "", ""},
		{"response by redirect", harOf(step{method: "GET", url: acsURL + "&SAMLResponse=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(deflated(testXML)), status: 200}), 1, "response-by-redirect", ""},
		{"wresult", harOf(post("wa=wsignin1.0&wresult=%3Ct%3ARequestSecurityTokenResponse+xmlns%3At%3D%22urn%3At%22%2F%3E&wctx=x")), 1, "", ""},
		{"openid connect", harOf(step{method: "GET", url: "https://idp.example/authorize?client_id=1&response_type=code&scope=openid+profile", status: 302}), 0, "", "flow-not-saml"},
		{"openid configuration", harOf(step{method: "GET", url: "https://idp.example/.well-known/openid-configuration", status: 200}), 0, "", "flow-not-saml"},
		{"id_token posted", harOf(post("id_token=eyJ0&state=1&hint=saml")), 0, "", "flow-not-saml"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(tc.har), "", Limits{})
			if none := (*NoMessageError)(nil); err != nil && (!errors.As(err, &none) || tc.problems != "" || tc.messages > 0) {
				t.Errorf("error %v", err)
			}
			if len(capture.Messages) != tc.messages {
				t.Fatalf("%d messages, want %d; %+v", len(capture.Messages), tc.messages, capture.Problems)
			}
			var checks []string
			for _, m := range capture.Messages {
				if got := checksOf(m); got != "" {
					checks = append(checks, got)
				}
			}
			if got := strings.Join(checks, " "); got != tc.checks {
				t.Errorf("messages have %q, want %q", got, tc.checks)
			}
			var problems []string
			for _, p := range capture.Problems {
				problems = append(problems, p.Check)
			}
			if got := strings.Join(problems, " "); got != tc.problems {
				t.Errorf("problems %+v, want %q", capture.Problems, tc.problems)
			}
		})
	}
}

func TestHARErrorPage(t *testing.T) {
	page := `<html><div id="exceptionMessageContainer">AADSTS50105: Your administrator has configured <b>the application</b> HaloITSM.</div><p>AADSTS50105 again</p></html>`
	capture, _ := ReadBytes([]byte(harOf(step{method: "GET", url: idpURL, status: 200, page: page})), "", Limits{})
	want := []idperror.Mention{{Code: "AADSTS50105", Text: "AADSTS50105: Your administrator has configured the application HaloITSM."}}
	if got := capture.Exchanges[0].Errors; !slices.Equal(got, want) {
		t.Errorf("errors %q, want %q", got, want)
	}
}

// TestHARLongStrings puts a message behind and after megabytes of a string.
func TestHARLongStrings(t *testing.T) {
	for _, n := range []int{windowBytes - 10, windowBytes, 2*lookBack - 20, 5 << 20} {
		for shift := range max(1, 20-n>>16) {
			pad := strings.Repeat(`x \\\"`, (n+shift)/5) + strings.Repeat("y", shift)
			file := `{"log":{"entries":[{"request":{"method":"POST","url":"https://app.example/","postData":{"text":"` + pad + "&" + responseForm() + `"}}}]}}`
			capture, err := ReadBytes([]byte(file), "", Limits{})
			if err != nil || len(capture.Messages) != 1 || string(capture.Messages[0].XML) != testXML {
				t.Fatalf("%d+%d: %d messages, %v %v", n, shift, len(capture.Messages), err, capture.Problems)
			}
		}
	}
}

func TestHARKeepsExchanges(t *testing.T) {
	var steps []step
	for i := range 40 {
		steps = append(steps, step{method: "GET", url: fmt.Sprintf("https://app.example/%d", i), status: 200})
	}
	steps = append(steps, signIn()...)
	capture, err := ReadBytes([]byte(harOf(steps...)), "", Limits{Exchanges: 20})
	if err != nil {
		t.Fatal(err)
	}
	if capture.ExchangeCount != 44 || len(capture.Exchanges) != 13 {
		t.Errorf("%d exchanges, %d kept", capture.ExchangeCount, len(capture.Exchanges))
	}
	if m := capture.Messages[1]; m.Exchange != 42 {
		t.Errorf("response in exchange %d", m.Exchange)
	}
}

// TestHARAssets holds scripts and films that are longer than any message, and
// speak of some.
func TestHARAssets(t *testing.T) {
	for _, mime := range []string{"text/javascript", "Application/X-JavaScript; charset=utf-8", "text/css", "image/svg+xml", "font/woff2", "audio/mp4", "video/mp4"} {
		file := `{"log":{"entries":[{"request":{"method":"GET","url":"https://app.example/a"},"response":{"status":200,"content":{"mimeType":"` + mime + `","text":"` + strings.Repeat(`read(\"SAMLResponse\");`, 1000) + `"}}}]}}`
		capture, _ := ReadBytes([]byte(file), "", Limits{Message: 1000})
		if capture.ExchangeCount != 1 || len(capture.Messages) != 0 || len(capture.Problems) != 0 {
			t.Errorf("%s: %d exchanges, %d messages, problems %v", mime, capture.ExchangeCount, len(capture.Messages), capture.Problems)
		}
	}
}

// TestPostedLineEnds: a browser posts CR LF for each line end of a page.
func TestPostedLineEnds(t *testing.T) {
	rstr := "<t:RequestSecurityTokenResponse xmlns:t=\"urn:t\">\n</t:RequestSecurityTokenResponse>\n"
	page := `<form method="post" action="https://app.example/"><input name="wa" value="wsignin1.0"><input name="wresult" value="` + html.EscapeString(rstr) + `"></form>`
	page = "<html>" + page + "</html>"
	posted := strings.ReplaceAll(rstr, "\n", "\r\n")
	capture, err := ReadBytes([]byte(harOf(
		step{method: "GET", url: idpURL, status: 200, page: page},
		step{method: "POST", url: "https://app.example/", body: "wa=wsignin1.0&wresult=" + url.QueryEscape(posted), status: 302},
	)), "", Limits{})
	if err != nil || len(capture.Messages) != 1 {
		t.Fatalf("%v, %d messages", err, len(capture.Messages))
	}
	m := capture.Messages[0]
	if string(m.XML) != posted || m.Exchange != 1 || len(m.Sightings) != 2 || m.Parameter != "wresult" || m.Binding != BindingPOST || len(m.Problems) != 0 {
		t.Errorf("%q %+v", m.XML, short(m))
	}
	if want := []Parameter{{"wa", "wsignin1.0"}}; !slices.Equal(capture.Exchanges[1].Parameters, want) {
		t.Errorf("parameters %+v", capture.Exchanges[1].Parameters)
	}
}

func TestShownURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.example/x#code=1":                       "https://a.example/x",
		"https://a.example/?a=1&code=s3&SAMLRequest=x":     "https://a.example/?a=1&code=…&SAMLRequest=…",
		"https://a.example/?a=" + strings.Repeat("x", 600): "https://a.example/?a=…",
		"": "",
	} {
		if got := shownURL(raw); got != want {
			t.Errorf("%.80s is shown as %s, want %s", raw, got, want)
		}
	}
	if got := shownURL("https://a.example/?" + strings.Repeat("a=1&", 1<<16)); len(got) > maxShownURL+8 {
		t.Errorf("shown with %d bytes", len(got))
	}
}

func TestTimes(t *testing.T) {
	want := time.Date(2026, 11, 21, 10, 0, 4, 250e6, time.UTC)
	for _, text := range []string{"2026-11-21T10:00:04.250Z", "2026-11-21T11:00:04.25+01:00", "2026-11-21T11:00:04.2500000+0100", "2026-11-21T02:00:04.250-08", "2026-11-21 10:00:04.250Z"} {
		if got := parseTime(text); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s is %v", text, got)
		}
	}
	for _, text := range []string{"", "NaN-NaN-NaNTNaN:NaN:NaN.NaNZ", "2026-11-21T10:00:04", "yesterday"} {
		if got := parseTime(text); !got.IsZero() {
			t.Errorf("%s is %v", text, got)
		}
	}
}

// TestMediaBodies holds that what is drawn or played is passed over, and other
// bodies are not.
func TestMediaBodies(t *testing.T) {
	for mime, read := range map[string]bool{
		"text/html": true, "application/octet-stream": true, "": true,
		"image/png": false, "image/svg+xml": false, "Font/woff2": false, "video/mp4": false, "audio/mpeg; x=y": false,
	} {
		har := fmt.Sprintf(`{"log":{"entries":[{"request":{"method":"GET","url":"https://login.microsoftonline.com/t/saml2"},"response":{"status":200,"headers":[],"content":{"mimeType":%q,"text":"<p>AADSTS50105: no</p>"}}}]}}`, mime)
		c, _ := ReadBytes([]byte(har), "login.har", Limits{})
		got := false
		for _, e := range c.Exchanges {
			got = got || len(e.Errors) > 0
		}
		if got != read {
			t.Errorf("body of type %q read: %v", mime, got)
		}
	}
}

// TestPostData: what tools make of a form, the value that was sent comes out.
func TestPostData(t *testing.T) {
	const relay = "/a b?c=d%20e"
	value := b64(testXML)
	form := "SAMLResponse=" + url.QueryEscape(value) + "&RelayState=" + url.QueryEscape(relay)
	params := func(message, relay string) string {
		return fmt.Sprintf(`"params":[{"name":"SAMLResponse","value":%q},{"name":"RelayState","value":%q}]`, message, relay)
	}
	for _, tc := range []struct{ name, data, checks string }{
		{"text", fmt.Sprintf(`"text":%q`, form), ""},
		{"decoded parameters", params(value, relay), ""},
		{"parameters as they were sent", params(url.QueryEscape(value), url.QueryEscape(relay)), ""},
		{"the message alone is encoded", params(url.QueryEscape(value), relay), "input-double-encoded"},
		{"text in Base64", fmt.Sprintf(`"encoding":"base64","text":%q`, b64(form)), ""},
		{"text in Base64, and its parameters", fmt.Sprintf(`"text":%q,"_encoding":"base64",%s`, b64(form), params(value, b64(relay))), ""},
		{"text that is said to be Base64", fmt.Sprintf(`"encoding":"base64","text":%q`, form), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := `{"log":{"entries":[{"request":{"method":"POST","url":"https://app.example/acs","postData":{` + tc.data + `}}}]}}`
			c, err := ReadBytes([]byte(file), "", Limits{})
			if err != nil || len(c.Messages) != 1 {
				t.Fatalf("%v, %+v", err, c)
			}
			if m := c.Messages[0]; string(m.XML) != testXML || m.RelayState != relay || checksOf(m) != tc.checks || m.Sightings[0].Place != RequestBody {
				t.Errorf("relay state %q, checks %q, sightings %+v", m.RelayState, checksOf(m), m.Sightings)
			}
		})
	}
}
