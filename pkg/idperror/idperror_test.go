package idperror

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

func TestTablesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All() {
		if seen[c.ID] {
			t.Errorf("%s is there twice", c.ID)
		}
		seen[c.ID] = true
		if c.Meaning == "" || c.Cause == "" || c.Check == "" || len(c.Fixes) == 0 {
			t.Errorf("%s is not complete: %+v", c.ID, c)
		}
		for _, text := range []string{c.Meaning, c.Cause} {
			if strings.HasSuffix(text, ".") || finding.Printable(text) != text {
				t.Errorf("%s: %q ends with a full stop or is not printable", c.ID, text)
			}
		}
		for _, f := range c.Fixes {
			if f.System == "" || f.Place == "" || f.Action == "" {
				t.Errorf("%s: the fix %+v is not complete", c.ID, f)
			}
		}
		if found, known := Lookup(strings.ToLower(c.ID)); !known || found.ID != c.ID {
			t.Errorf("%s is not found by its own name: %+v", c.ID, found)
		}
	}
	if len(seen) < 200 {
		t.Errorf("%d codes are known", len(seen))
	}
}

// TestReference holds the table of Entra against the codes of the reference.
func TestReference(t *testing.T) {
	text, err := os.ReadFile("../../../shared/reference/entra.md")
	if err != nil {
		t.Skip(err)
	}
	_, rest, _ := strings.Cut(string(text), "## 5. AADSTS")
	section, _, _ := strings.Cut(rest, "### 5.2")
	number, span := regexp.MustCompile(`\d{5,7}`), regexp.MustCompile(`(\d{5})–(\d{5})`)
	checked := 0
	for line := range strings.Lines(section) {
		cell := strings.Split(line, "|")
		if len(cell) < 4 {
			continue
		}
		codes := number.FindAllString(cell[1], -1)
		for _, s := range span.FindAllStringSubmatch(cell[1], -1) {
			first, _ := strconv.Atoi(s[1])
			last, _ := strconv.Atoi(s[2])
			for n := first; n <= last; n++ {
				codes = append(codes, strconv.Itoa(n))
			}
		}
		for _, code := range codes {
			checked++
			if _, known := Lookup("AADSTS" + code); !known {
				t.Errorf("AADSTS%s is not known: %s", code, strings.TrimSpace(line))
			}
		}
	}
	if checked < 150 {
		t.Errorf("only %d codes found in the reference", checked)
	}
}

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		id, want, check string
		known           bool
	}{
		{"AADSTS50105", "AADSTS50105", UserNotAssigned, true},
		{"aadsts50011", "AADSTS50011", ReplyURLNotRegistered, true},
		{"50105", "AADSTS50105", UserNotAssigned, true},
		{"364", "Event 364", ADFSError, true},
		{"AADSTS81007", "AADSTS81007", EntraError, true},
		{"AADSTS9999999", "AADSTS9999999", EntraError, false},
		{"msis7102", "MSIS7102", ContextTooStrict, true},
		{"MSIS9999", "MSIS9999", ADFSError, false},
		{"E0000006", "E0000006", UserNotAssigned, true},
		{"E0000999", "E0000999", OktaError, false},
		{"app not assigned", "App Not Assigned", UserNotAssigned, true},
		{"12", "", "", false},
		{"", "", "", false},
		{"AADSTS", "", "", false},
		{"audience-mismatch", "", "", false},
	} {
		got, known := Lookup(c.id)
		if got.ID != c.want || got.Check != c.check || known != c.known {
			t.Errorf("Lookup(%q) = %q %q %v, want %q %q %v", c.id, got.ID, got.Check, known, c.want, c.check, c.known)
		}
		if got.ID != "" && (got.Meaning == "" || len(got.Fixes) == 0) {
			t.Errorf("Lookup(%q) says nothing: %+v", c.id, got)
		}
	}
}

const (
	traceID       = "1c4f6b2a-0000-4000-8000-5d6e7f801234"
	correlationID = "7d3e8f90-1111-4111-9111-aabbccddeeff"
)

func TestFind(t *testing.T) {
	long := "AADSTS50011: The redirect URI 'https://halo.contoso.com/auth/saml/' specified in the request does not match the redirect URIs configured for the application 'https://halo.contoso.com'. Make sure the redirect URI sent in the request matches one added to your application. Navigate to https://aka.ms/redirectUriMismatchError to learn more."
	for name, c := range map[string]struct{ text, code, message string }{
		"status message": {long + " Trace ID: " + traceID + " Correlation ID: " + correlationID + " Timestamp: 2026-11-21 10:00:03Z", "AADSTS50011", long},
		"with line ends": {long + "\r\nTrace ID: " + traceID + "\r\nCorrelation ID: " + correlationID + "\r\nTimestamp: 2026-11-21 10:00:03Z", "AADSTS50011", long},
		"in the script of the page": {`<script>$Config={"strServiceExceptionMessage":"` + strings.ReplaceAll(long, "'", `\u0027`) +
			`\r\nTrace ID: ` + traceID + `\r\nCorrelation ID: ` + correlationID + `\r\nTimestamp: 2026-11-21 10:00:03Z","urlX":"https:\/\/x"}</script>`, "AADSTS50011", long},
		"IDs before the message": {"<div>Request Id: <b>" + traceID + "</b><br>Correlation Id: " + correlationID + "<br>Timestamp: 2026-11-21T10:00:03Z<br>Message: AADSTS50105: The signed in user is not assigned.</div>", "AADSTS50105", "AADSTS50105: The signed in user is not assigned."},
		"IDs in JSON":            {`{"error":"invalid_request","error_description":"AADSTS50105: no","timestamp":"2026-11-21 10:00:03Z","trace_id":"x","requestId":"` + traceID + `","correlationId":"` + correlationID + `"}`, "AADSTS50105", "AADSTS50105: no"},
		"AD FS":                  {"<p>Activity ID: " + correlationID + "</p><p>Request ID: " + traceID + "</p><p>Error time: 2026-11-21 10:00:03</p><li>Error details: MSIS3200: No AssertionConsumerService is configured on the trust &#39;https://x&#39;.</li>", "MSIS3200", "MSIS3200: No AssertionConsumerService is configured on the trust 'https://x'."},
	} {
		t.Run(name, func(t *testing.T) {
			got := Find([]byte(c.text))
			if len(got) != 1 {
				t.Fatalf("found %+v", got)
			}
			m := got[0]
			if m.Code != c.code || m.Text != c.message {
				t.Errorf("code %q, text %q, want %q, %q", m.Code, m.Text, c.code, c.message)
			}
			if m.TraceID != traceID || m.CorrelationID != correlationID || m.Timestamp.Format("15:04:05") != "10:00:03" {
				t.Errorf("trace %q, correlation %q, time %v", m.TraceID, m.CorrelationID, m.Timestamp)
			}
		})
	}
}

func TestFindKeepsToItsBounds(t *testing.T) {
	var page strings.Builder
	for n := range 2000 {
		page.WriteString("AADSTS" + strconv.Itoa(50000+n) + ": " + strings.Repeat("<b>x</b> ", 500))
	}
	found := Find([]byte(page.String()))
	if len(found) != maxMentions {
		t.Errorf("%d mentions", len(found))
	}
	for _, m := range found {
		if len(m.Text) > maxText+3 {
			t.Errorf("a text of %d bytes", len(m.Text))
		}
	}
	if found := Find([]byte("AADSTS123, xAADSTS50011, AADSTS50011x and MSISAuth1 are no codes")); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
}

func TestPagesWithoutCode(t *testing.T) {
	for page, want := range map[string]string{
		"<h1>403 App Not Assigned</h1><p>Sorry, you cannot access HaloITSM because you are not assigned this app in Okta.": "App Not Assigned",
		"<h1>Oops</h1>": "Okta error page",
		"<p>400: Bad Request. Error Code: GENERAL_NONSUCCESS</p>":                                              "GENERAL_NONSUCCESS",
		`{"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action"}`: "E0000006",
	} {
		got := FindOkta("https://contoso.okta.com/app/x/sso/saml", []byte(page))
		if len(got) != 1 || got[0].Code != want {
			t.Errorf("%s: %+v, want %s", page, got, want)
		}
		if _, known := Lookup(want); !known {
			t.Errorf("%s is not known", want)
		}
	}
	if got := FindOkta("https://contoso.okta.com/error/400_SAML?stateToken=x", nil); got[0].Code != "400_SAML" {
		t.Errorf("%+v", got)
	}
	page := []byte("<h2>An error occurred</h2><p>Contact your administrator. Activity ID: " + correlationID + "</p>")
	if got := FindADFS(page); len(got) != 1 || got[0].Code != adfsErrorPage || got[0].CorrelationID != correlationID {
		t.Errorf("%+v", got)
	}
	if got := FindADFS([]byte("<h1>Sign in</h1>")); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestInterrupts(t *testing.T) {
	for _, code := range strings.Fields("50058 50072 50074 50076 50079 50097 50125 50129 50140 50199 50203 500581 16000") {
		if c, _ := Lookup(code); !c.Interrupt {
			t.Errorf("AADSTS%s is a step of a sign-in", code)
		}
	}
	if ids := IDs(); !slices.Contains(ids, "MSIS7042") {
		t.Error("IDs lacks MSIS7042")
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte("AADSTS50011: x\r\nTrace ID: " + traceID))
	f.Add([]byte(`MSIS7012 <b>&lt;"\u0027`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, m := range Find(text) {
			if c, _ := Lookup(m.Code); c.ID == "" || len(m.Text) > maxText+3 || strings.ContainsAny(m.Text, "\r\n") {
				t.Errorf("%+v", m)
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	page := []byte(strings.Repeat("<div>nothing here</div>\n", 4000) + "AADSTS50011: x\r\nTrace ID: " + traceID)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		Find(page)
	}
}
