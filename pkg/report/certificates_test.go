package report

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// calendar is a list with every state, and texts that would break a format
// that does not escape.
func calendar() Calendar {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	sighted := func(subject, sha1 string, from, until time.Time, places ...validate.CertificatePlace) validate.CertificateSighted {
		return validate.CertificateSighted{Subject: subject, SHA1: sha1, SHA256: sha1 + sha1[:24], Key: "RSA", Bits: 2048, NotBefore: from, NotAfter: until, Places: places}
	}
	line := func(n int) finding.Location {
		return finding.Location{Span: finding.Span{Offset: 9, End: 20, Line: n, Column: 3}}
	}
	return Calendar{At: at, Warning: 30 * 24 * time.Hour, Certificates: []validate.CertificateSighted{
		sighted("CN=halo", strings.Repeat("a", 40), at.AddDate(-3, 0, 0), at.AddDate(0, 0, -1).Add(-time.Hour),
			validate.CertificatePlace{Input: "idp/halo.xml", Location: line(12), App: "HaloITSM", Owner: "https://sts.windows.net/1/", Use: "signing"},
			validate.CertificatePlace{Input: "app/pasted.cer", Location: line(1)}),
		sighted("=cmd|' /C calc'!A0\nBEGIN:VEVENT\"\\,;", strings.Repeat("b", 40), at.AddDate(-3, 0, 0), at.AddDate(0, 0, 12),
			validate.CertificatePlace{Input: "a \"b\"\\.pem", Owner: "Größe und Länge in einem sehr, sehr langen Namen; er hat Umlaute, damit Zeilen zwischen Bytes brächen 🚀", Use: "encryption"}),
		sighted("CN=ok", strings.Repeat("c", 40), at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0), validate.CertificatePlace{Input: "x.cer"}),
		sighted("CN=next", strings.Repeat("d", 40), at.AddDate(0, 1, 0), at.AddDate(3, 0, 0), validate.CertificatePlace{Input: "y.cer"}, validate.CertificatePlace{Input: "y.cer", Location: line(30)}),
		{SHA1: strings.Repeat("e", 40), Places: []validate.CertificatePlace{{Input: "export.json", Use: "signing"}}},
	}}
}

func rendered(t testing.TB, format string, c Calendar) string {
	t.Helper()
	var b bytes.Buffer
	if err := Certificates(&b, c, format, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCalendarGolden(t *testing.T) {
	for _, format := range CalendarFormats() {
		golden(t, "certificates."+format, []byte(rendered(t, format, calendar())))
	}
	if err := Certificates(&bytes.Buffer{}, calendar(), "yaml", Options{}); err == nil || !strings.Contains(err.Error(), `"yaml", expected one of text`) {
		t.Errorf("an unknown format gives %v", err)
	}
}

func TestCalendarSchema(t *testing.T) {
	schema := compile(t, "certificates.schema.json")
	validateJSON(t, schema, []byte(rendered(t, "json", calendar())))
	validateJSON(t, schema, []byte(rendered(t, "json", Calendar{})))
}

// TestCalendarCSV: a row for each place, and no formula in any cell.
func TestCalendarCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(rendered(t, "csv", calendar()))).ReadAll()
	if err != nil || len(rows) != 8 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := rows[3][4]; !strings.HasPrefix(got, "'=") || strings.Contains(got, "\n") {
		t.Errorf("the subject is %q", got)
	}
}

// unfold undoes the folding of lines (RFC 5545 section 3.1).
func unfold(text string) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n")
}

func checkICS(t testing.TB, text string) {
	t.Helper()
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line of %d octets: %q", len(line), line)
		}
	}
	depth := 0
	for _, line := range unfold(text) {
		switch name, _, found := strings.Cut(line, ":"); {
		case !found:
			t.Errorf("no property: %q", line)
		case name == "BEGIN":
			depth++
		case name == "END":
			depth--
		}
	}
	if depth != 0 || !strings.HasPrefix(text, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		t.Error("components are not closed")
	}
}

func TestCalendarICS(t *testing.T) {
	text := rendered(t, "ics", calendar())
	checkICS(t, text)
	lines := strings.Join(unfold(text), "\n")
	if n := strings.Count(lines, "BEGIN:VEVENT\n"); n != 4 {
		t.Errorf("%d events, want 4: an end that is not known is none", n)
	}
	for _, want := range []string{
		"UID:" + strings.Repeat("a", 40) + "@certificates.ssodoctor\n", "DTSTART:20261203T100000Z\n", "TRIGGER:-P60D\n", "TRIGGER:-P30D\n", "TRIGGER:-P1D\n",
		"SUMMARY:Signing certificate of HaloITSM", `\nIn: idp/halo.xml:12\nIn: app/pasted.cer:1`,
	} {
		if !strings.Contains(lines, want) {
			t.Errorf("no %q", want)
		}
	}
	later := calendar()
	later.At = later.At.AddDate(0, 0, 5)
	uids := regexp.MustCompile(`UID:\S+`)
	if a, b := uids.FindAllString(text, -1), uids.FindAllString(rendered(t, "ics", later), -1); strings.Join(a, " ") != strings.Join(b, " ") {
		t.Errorf("UIDs change with time: %v, %v", a, b)
	}
}

// sample is a line of the text format of Prometheus.
var sample = regexp.MustCompile(`^[a-z_]+(\{([a-z0-9]+="(\\[\\n"]|[^"\\\n])*",?)*\})? -?\d+$`)

func checkPrometheus(t testing.TB, text string) {
	t.Helper()
	seen := map[string]bool{}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "# HELP ") || strings.HasPrefix(line, "# TYPE ") {
			continue
		}
		series, _, _ := strings.Cut(line, "} ")
		if !sample.MatchString(line) || seen[series] || !utf8.ValidString(line) {
			t.Errorf("no sample, or one of the same series twice: %q", line)
		}
		seen[series] = true
	}
}

func TestCalendarPrometheus(t *testing.T) {
	text := rendered(t, "prometheus", calendar())
	checkPrometheus(t, text)
	if n := strings.Count(text, "\nssodoctor_certificate_not_after_seconds{"); n != 5 {
		t.Errorf("%d series, want 5", n)
	}
}

func FuzzCalendar(f *testing.F) {
	for _, c := range calendar().Certificates {
		f.Add(c.Subject, c.Places[0].Input, c.Places[0].Owner, c.NotAfter.Unix())
	}
	f.Fuzz(func(t *testing.T, subject, input, owner string, end int64) {
		c := calendar()
		s := &c.Certificates[0]
		s.Subject, s.NotAfter = subject, time.Unix(end%(1<<37), 0).UTC()
		s.Places[0].Input, s.Places[0].Owner = input, owner
		checkICS(t, rendered(t, "ics", c))
		checkPrometheus(t, rendered(t, "prometheus", c))
		if _, err := csv.NewReader(strings.NewReader(rendered(t, "csv", c))).ReadAll(); err != nil {
			t.Error(err)
		}
		rendered(t, "text", c)
	})
}

func TestDays(t *testing.T) {
	end := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		want int
	}{{end, 0}, {end.Add(-time.Hour), 0}, {end.Add(-24 * time.Hour), 1}, {end.Add(-47 * time.Hour), 1}, {end.Add(time.Second), -1}, {end.Add(24 * time.Hour), -1}, {end.Add(25 * time.Hour), -2}} {
		if got := (&validate.CertificateSighted{NotAfter: end}).Days(c.at); got != c.want {
			t.Errorf("at %s %d days are left, want %d", c.at, got, c.want)
		}
	}
}
