package redact_test

import (
	"bytes"
	"encoding/base64"
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
	"har", "saml-chrome-panel", "saml-tracer", "saz", "burp", "mitmproxy", "charles", "http", "wireshark json", "wireshark ek", "wireshark pdml", "wireshark text",
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

// TestOwnAddress: the address of the machine itself stays, for http to it is
// safe and a copy must not say otherwise.
func TestOwnAddress(t *testing.T) {
	text := samltest.HAR(samltest.Post(samltest.Time, "http://127.0.0.1:8080/acs", "SAMLResponse="+url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(leakyResponse()))), "http://[::1]/"))
	c := read(t, redacted(t, read(t, []byte(text))).Content)
	if e := c.Exchanges[0]; e.URL != "http://127.0.0.1:8080/acs" || e.RedirectURL != "http://[::1]/" {
		t.Errorf("%q to %q", e.URL, e.RedirectURL)
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
