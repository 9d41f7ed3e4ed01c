package saml_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// instants is the table of ParseInstant: what is read, and a word of the
// problem.
var instants = []struct{ value, want, problem string }{
	{"2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z", ""},
	{"2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.5Z", ""},
	{"2026-11-21T10:00:00.1234567Z", "2026-11-21T10:00:00.1234567Z", ""},
	{"2026-11-21T10:00:00.123456789Z", "2026-11-21T10:00:00.123456789Z", ""},
	{"2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z", ""},
	{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", ""},

	{"2026-11-21T11:00:00+01:00", "2026-11-21T10:00:00Z", "offset"},
	{"2026-11-21T05:30:00-04:30", "2026-11-21T10:00:00Z", "offset"},
	{"2026-11-21T10:00:00+0000", "2026-11-21T10:00:00Z", "offset"},
	{"2026-11-21T10:00:00-00:00", "2026-11-21T10:00:00Z", "offset"},
	{"2026-11-21T10:00:00", "2026-11-21T10:00:00Z", "no time zone"},
	{"2026-11-21T10:00:00.123456789123Z", "2026-11-21T10:00:00.123456789Z", "12 digits"},
	{"2026-11-21T24:00:00Z", "2026-11-22T00:00:00Z", "24:00:00"},
	{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "leap second"},
	{" 2026-11-21T10:00:00Z\n", "2026-11-21T10:00:00Z", "white space"},
	{"2026-11-21 10:00:00Z", "2026-11-21T10:00:00Z", "between"},
	{"2026-11-21t10:00:00z", "2026-11-21T10:00:00Z", "between"},
	{"2026-11-21T10:00:00z", "2026-11-21T10:00:00Z", `"z"`},
	{"2026-11-21T10:00Z", "2026-11-21T10:00:00Z", "no seconds"},

	{"", "", "empty"},
	{" \t", "", "empty"},
	{"2026-11-21", "", "without a time"},
	{"2026-11-21T", "", "xs:dateTime"},
	{"2026-11-21T10", "", "xs:dateTime"},
	{"2026-11-21T10:00:0Z", "", "xs:dateTime"},
	{"2026-11-21T10:00:00.Z", "", "xs:dateTime"},
	{"2026-11-21T10:00:00,5Z", "", "xs:dateTime"},
	{"2026-11-21T10:00:00ZZ", "", "xs:dateTime"},
	{"2026-11-21T10:00:00+15:00", "", "xs:dateTime"},
	{"2026-11-21T10:00:00+1:00", "", "xs:dateTime"},
	{"2026-11-21T10:00:00 UTC", "", "xs:dateTime"},
	{"26-11-21T10:00:00Z", "", "xs:dateTime"},
	{"12026-11-21T10:00:00Z", "", "xs:dateTime"},
	{"-0044-03-15T10:00:00Z", "", "xs:dateTime"},
	{"1795255200", "", "xs:dateTime"},
	{"Sat, 21 Nov 2026 10:00:00 GMT", "", "xs:dateTime"},
	{"21/11/2026 10:00:00", "", "xs:dateTime"},
	{"٢٠٢٦-11-21T10:00:00Z", "", "xs:dateTime"},
	{"2026-02-29T10:00:00Z", "", "day that does not exist"},
	{"2026-13-01T10:00:00Z", "", "day that does not exist"},
	{"2026-00-01T10:00:00Z", "", "day that does not exist"},
	{"2026-11-31T10:00:00Z", "", "day that does not exist"},
	{"2026-11-21T25:00:00Z", "", "time of day that does not exist"},
	{"2026-11-21T24:00:01Z", "", "time of day that does not exist"},
	{"2026-11-21T10:60:00Z", "", "time of day that does not exist"},
	{"2026-11-21T10:00:61Z", "", "time of day that does not exist"},
	{"0001-01-01T00:00:00Z", "", "empty date"},
	{"0001-01-01T00:00:00+14:00", "", "0001 to 9999"},
	{"9999-12-31T24:00:00Z", "", "0001 to 9999"},
	{"0000-01-01T00:00:00Z", "", "0001 to 9999"},
}

func TestParseInstant(t *testing.T) {
	for _, test := range instants {
		got, problem := saml.ParseInstant(test.value)
		written := ""
		if !got.IsZero() {
			written = got.Format(time.RFC3339Nano)
		}
		if written != test.want {
			t.Errorf("ParseInstant(%q) = %s, want %s (%s)", test.value, written, test.want, problem)
		}
		if (problem == "") != (test.problem == "") || !strings.Contains(problem, test.problem) {
			t.Errorf("ParseInstant(%q): problem %q, want %q", test.value, problem, test.problem)
		}
	}
}

// FuzzParseInstant: a value without a problem is one that package time reads,
// as the same instant; a zero time always has a problem.
func FuzzParseInstant(f *testing.F) {
	for _, test := range instants {
		f.Add(test.value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, problem := saml.ParseInstant(value)
		if got.IsZero() && problem == "" {
			t.Fatalf("%q: neither time nor problem", value)
		}
		if problem != "" {
			return
		}
		want, err := time.Parse(time.RFC3339Nano, value)
		if err != nil || !got.Equal(want) {
			t.Fatalf("%q is %v, package time says %v, %v", value, got, want, err)
		}
	})
}

func BenchmarkParseInstant(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		saml.ParseInstant("2026-11-21T10:00:00.1234567Z")
	}
}
