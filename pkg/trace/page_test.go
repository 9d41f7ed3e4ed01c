package trace

import (
	"strings"
	"testing"
)

func TestPageWords(t *testing.T) {
	for name, c := range map[string]struct{ page, kind, title, alarm string }{
		"title and text":    {"<html><head><title>HaloITSM &amp; you</title><style>.error{}</style></head><body><script>var error=1</script><h1>Sorry</h1><div class=e>The <b>audience</b> is invalid.</div><p>Another error</p></body>", "text/html", "HaloITSM & you", "The audience is invalid."},
		"title repeated":    {"<title>Access denied</title><h1>Access denied</h1><p>Your account could not be found.</p>", "text/html", "Access denied", "Your account could not be found."},
		"lost session":      {"<title>Bad Request</title><p>No saved authentication request found for this response</p>", "text/html", "Bad Request", "No saved authentication request found for this response"},
		"heading and text":  {"<title>Error</title><h1>Single sign-on failed</h1>\n<p>The assertion is not yet valid.</p><p>Another error</p>", "text/html", "Error", "Single sign-on failed: The assertion is not yet valid."},
		"heading alone":     {"<title>Error</title><h2>Single sign-on failed</h2></body>", "text/html", "Error", "Single sign-on failed"},
		"over a limit":      {"<title>Sign-In</title><p>The requested DurationSeconds exceeds the MaxSessionDuration set for this role.</p>", "text/html", "Sign-In", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"page of Google":    {"<title>Error 403 (Forbidden)!!1</title><p><b>403.</b> <ins>That’s an error.</ins><p>Error: app_not_enabled_for_user", "text/html", "Error 403 (Forbidden)!!1", "Error: app_not_enabled_for_user"},
		"no role":           {"<title>Forbidden</title><p>You have no role in this app</p>", "text/html", "Forbidden", "You have no role in this app"},
		"title alone":       {"<title>500 Internal Server Error</title><body></body>", "text/html", "500 Internal Server Error", "500 Internal Server Error"},
		"nothing wrong":     {"<title>Tickets</title><p>Welcome, Ada</p>", "text/html", "Tickets", ""},
		"script alone":      {"<title>Tickets</title><script>if(error){failed()}</script><p>Hello", "text/html", "Tickets", ""},
		"JSON":              {`{"status":403,"message":"SAML response not valid: audience \u0022x\u0022"}`, "application/json", "", `SAML response not valid: audience \u0022x\u0022`},
		"plain text":        {"ValueError: signature mismatch\n", "text/plain", "", "ValueError: signature mismatch"},
		"entities and tags": {"<p>User &lt;ada@contoso.com&gt;<br>does not exist</p>", "text/html", "", "does not exist"},
		"source lines":      {"<p>The audience\n\n   of the token\nis invalid</p>", "text/html", "", "The audience of the token is invalid"},
		"empty":             {"", "text/html", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			title, alarm := pageWords([]byte(c.page), c.kind)
			if title != c.title || alarm != c.alarm {
				t.Errorf("title %q, error %q, want %q, %q", title, alarm, c.title, c.alarm)
			}
		})
	}
}

func TestWordsOfAnswers(t *testing.T) {
	page := "<html><head><title>Error</title></head><body>Your account could not be found</body></html>"
	file := harOf(
		step{method: "GET", url: "https://app.example/quiet", status: 200, page: page},
		step{method: "GET", url: "https://app.example/gone", status: 404, page: page},
		step{method: "POST", url: acsURL, body: responseForm(), status: 200, page: page},
		step{method: "GET", url: "https://app.example/home", status: 200, page: page},
	)
	capture, err := ReadBytes([]byte(file), "", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "Your account could not be found", "Your account could not be found", "Your account could not be found"} {
		if got := capture.Exchanges[i].ErrorText; got != want {
			t.Errorf("exchange %d: %q, want %q", i, got, want)
		}
	}
}

func TestErrorsWithoutMessages(t *testing.T) {
	text := "AADSTS50011: The reply URL does not match.\r\nTrace ID: 1c4f6b2a-0000-4000-8000-5d6e7f801234"
	capture, err := ReadBytes([]byte(text), "", Limits{})
	if err != nil || len(capture.Errors) != 1 || capture.Errors[0].TraceID == "" {
		t.Errorf("pasted text: %v, %+v", err, capture.Errors)
	}
	for name, s := range map[string]step{
		"Okta":         {method: "GET", url: "https://contoso.okta.com/app/halo/exk1/sso/saml", status: 403, page: "<h1>403 App Not Assigned</h1>"},
		"AD FS":        {method: "GET", url: "https://fs.contoso.com/adfs/ls/", status: 200, page: "<p>Activity ID: 7d3e8f90-1111-4111-9111-aabbccddeeff</p>"},
		"redirect":     {method: "GET", url: "https://app.example/x", status: 302, location: "https://app.example/login?error=access_denied&error_description=AADSTS50105%3a+no"},
		"address bar":  {method: "GET", url: "https://login.microsoftonline.com/error?code=50105", status: 200},
		"request line": {method: "GET", url: "https://app.example/login?error_description=AADSTS65001%3a+no", status: 200},
	} {
		capture, err := ReadBytes([]byte(harOf(s)), "", Limits{})
		if err != nil || len(capture.Exchanges[0].Errors) != 1 {
			t.Errorf("%s: %v, %+v", name, err, capture.Exchanges)
		}
	}
	if _, err := ReadBytes([]byte(harOf(step{method: "GET", url: "https://app.example/x", status: 404, page: "<h1>error</h1>"})), "", Limits{}); err == nil {
		t.Error("a page that no identity provider wrote is no sign-in")
	}
}

func FuzzPageWords(f *testing.F) {
	f.Add([]byte("<title>x</title><p>error"), "text/html")
	f.Fuzz(func(t *testing.T, page []byte, kind string) {
		title, alarm := pageWords(page, kind)
		if len(title) > maxPageText+3 || len(alarm) > maxPageText+3 || strings.ContainsAny(title+alarm, "\n\r") {
			t.Errorf("%q %q", title, alarm)
		}
	})
}

func BenchmarkPageWords(b *testing.B) {
	page := []byte("<html><head><title>x</title></head><body>" + strings.Repeat("<div class=\"row\"><p>Nothing to see in this text</p></div>\n", 2000))
	b.SetBytes(int64(min(len(page), maxPageHead)))
	b.ReportAllocs()
	for b.Loop() {
		pageWords(page, "text/html")
	}
}
