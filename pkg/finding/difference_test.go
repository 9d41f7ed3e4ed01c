package finding

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var compareCases = []struct {
	a, b string
	want Difference
}{
	{"", "", ""},
	{"https://a/x", "https://a/x", ""},
	{"", "x", "other"},
	{"https://a/x", "https://a/x/", "trailing slash"},
	{"https://a", "https://a/", "trailing slash"},
	{"https://a/x//", "https://a/x", "trailing slash"},
	{"https://a/x?b=1", "https://a/x/?b=1", "trailing slash"},
	{"HTTPS://A/x", "https://a/x", "letter case"},
	{"https://a/SAML", "https://a/saml", "letter case"},
	{"https://a/SAML", "https://a/saml/", "trailing slash, letter case"},
	{"http://a/x", "https://a/x", "scheme"},
	{"a/x", "https://a/x", "scheme"},
	{"a.contoso.com", "https://a.contoso.com", "scheme"},
	{"//a/x", "https://a/x", "scheme"},
	{"a.contoso.com", "https://a.contoso.com/", "trailing slash, scheme"},
	{"b/x", "https://a/x", "other"},
	{"00000000-1111", "spn:00000000-1111", "scheme"},
	{"urn:a", "urn:b", "other"},
	{"urn:A", "urn:a", "letter case"},
	{"urn:a", "https://a", "other"},
	{"https://a:443/x", "https://a/x", "port"},
	{"http://a:80/x", "http://a/x", "port"},
	{"http://a:80/x", "https://a:443/x", "scheme, port"},
	{"https://a:8443/x", "https://a/x", "port"},
	{"https://a:/x", "https://a/x", "port"},
	{"https://[::1]:1/x", "https://[::1]:2/x", "port"},
	{"https://[::1]/x", "https://[::2]/x", "host"},
	{"https://a/x", "https://b/x", "host"},
	{"https://u@a/x", "https://a/x", "host"},
	{"https://a/x", "https://a/y", "path"},
	{"https://a/x/", "https://a/y", "path"},
	{"https://a", "https://a/x", "path"},
	{"https://a/./x", "https://a/x", "path"},
	{"https://a/x?a=1&b=2", "https://a/x?b=2&a=1", "query"},
	{"https://a/x?a=1", "https://a/x", "query"},
	{"https://a/x#f", "https://a/x", "other"},
	{"http://a/x", "https://b/y", "scheme, host, path"},
	{"HTTP://a/x", "http://b/x", "letter case, host"},
	{"https://a/X?q=1", "https://a/x?q=2", "letter case, query"},
	{" https://a/x", "https://a/x", "white space"},
	{"https://a/x\n", "https://a/x", "white space"},
	{"https://a/x\u00a0", "https://a/x ", "white space"},
	{"ada lovelace", "ada  lovelace", "white space"},
	{"ada\u00a0lovelace", "ada lovelace", "white space"},
	{"ada\tlovelace", "ada lovelace", "white space"},
	{"ada\u200blovelace", "adalovelace", "white space"},
	{"\ufeffhttps://a/x", "https://a/x", "white space"},
	{"https://a/x ", "http://a/x", "scheme, white space"},
	{"https://a/%78", "https://a/x", "percent-encoding"},
	{"https://a/%2f", "https://a/%2F", "percent-encoding"},
	{"https://a/a%20b", "https://a/a b", "percent-encoding"},
	{"ada%40contoso.com", "ada@contoso.com", "percent-encoding"},
	{"100%", "100%25", "percent-encoding"},
	{"https://contoso.com/x", "https://cоntoso.com/x", "look-alike"}, // Cyrillic о
	{"ΑΒΕ", "ABE", "look-alike"},                                     // Greek
	{"ＡＤＡ", "ADA", "look-alike"},
	{"a-b", "a–b", "look-alike"},
	{"a-b", "a‑b", "look-alike"},
	{"o'neil", "o’neil", "look-alike"},
	{"contoso", "con\u00adtoso", "look-alike"},
	{"é", "e\u0301", "look-alike"},
	{"https://а/x/", "https://a/x", "trailing slash, look-alike"},
	{"\xff", "\xfe", "other"},
	{"ada@contoso.com", "ada@fabrikam.com", "other"},
	{" ada", "bob", "white space, other"},
	{strings.Repeat("a", maxCompared+1), strings.Repeat("A", maxCompared+1), "other"},
}

func TestCompare(t *testing.T) {
	for _, c := range compareCases {
		if got := Compare(c.a, c.b); got != c.want {
			t.Errorf("Compare(%q, %q) = %q, want %q", Shorten(c.a, 60), Shorten(c.b, 60), got, c.want)
		}
		if got := Compare(c.b, c.a); got != c.want {
			t.Errorf("Compare(%q, %q) = %q, want %q (swapped)", Shorten(c.b, 60), Shorten(c.a, 60), got, c.want)
		}
	}
}

func TestLookAlikesPairUp(t *testing.T) {
	for _, row := range lookAlikes {
		if n := utf8.RuneCountInString(row.from); len(row.to) != 1 && len(row.to) != n {
			t.Errorf("%q has %d characters, its targets %q %d", row.from, n, row.to, len(row.to))
		}
	}
	for r, want := range map[rune]rune{'Х': 'X', 'у': 'y', 'ѵ': 'v', 'Χ': 'X', 'χ': 'x', '“': '"', 'ß': 'ß'} {
		if got := looksLike(r); got != want {
			t.Errorf("looksLike(%q) = %q, want %q", r, got, want)
		}
	}
}

func value() *rapid.Generator[string] {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{
		"https", "http", "://", "a", "A", "а", "/", "?", "#", ":", "443", " ", "\u00a0", "%41", "%2f", "\xff", "urn:", "-", "–", "\u00ad", "@", "[", "]",
	}), 0, 8)
	return rapid.Map(parts, func(list []string) string { return strings.Join(list, "") })
}

func TestCompareLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := value().Draw(t, "a"), value().Draw(t, "b")
		checkCompareLaws(t, a, b)
	})
}

type fataler interface {
	Fatalf(format string, args ...any)
}

func checkCompareLaws(t fataler, a, b string) {
	got := Compare(a, b)
	if (got == "") != (a == b) {
		t.Fatalf("Compare(%q, %q) = %q", a, b, got)
	}
	if back := Compare(b, a); back != got {
		t.Fatalf("Compare(%q, %q) = %q, but %q the other way", a, b, got, back)
	}
	if Compare(a, a) != "" {
		t.Fatalf("Compare(%q, itself) is not empty", a)
	}
	at := FirstDifference(a, b)
	if (at < 0) != (a == b) || at > utf8.RuneCountInString(a) || at > utf8.RuneCountInString(b) {
		t.Fatalf("FirstDifference(%q, %q) = %d", a, b, at)
	}
}

func FuzzCompare(f *testing.F) {
	for _, c := range compareCases {
		if len(c.a) < 1000 {
			f.Add(c.a, c.b)
		}
	}
	f.Fuzz(func(t *testing.T, a, b string) { checkCompareLaws(t, a, b) })
}

func TestNearest(t *testing.T) {
	cases := []struct {
		candidates []string
		actual     string
		want       string
		diff       Difference
	}{
		{nil, "x", "", ""},
		{[]string{"https://a/x"}, "https://a/x", "https://a/x", ""},
		{[]string{"https://b/x", "https://a/x/"}, "https://a/x", "https://a/x/", "trailing slash"},
		{[]string{"http://a/x", "https://a/y"}, "https://a/x", "http://a/x", "scheme"},
		{[]string{"https://a/one", "https://a/two"}, "https://a/twin", "https://a/two", "path"},
		{[]string{"b", "c"}, "a", "b", "other"},
	}
	for _, c := range cases {
		got, diff := Nearest(c.candidates, c.actual)
		if got != c.want || diff != c.diff {
			t.Errorf("Nearest(%q, %q) = %q, %q, want %q, %q", c.candidates, c.actual, got, diff, c.want, c.diff)
		}
	}
}

func TestFirstDifference(t *testing.T) {
	cases := []struct {
		a, b string
		want int
	}{
		{"", "", -1}, {"a", "a", -1}, {"", "a", 0}, {"a", "ab", 1}, {"äb", "äc", 1}, {"é", "è", 0}, {"\xffa", "\xffb", 1},
	}
	for _, c := range cases {
		if got := FirstDifference(c.a, c.b); got != c.want {
			t.Errorf("FirstDifference(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	names := []string{"json", "sarif", "junit", "github", "markdown", "html", "text"}
	cases := []struct{ word, want string }{
		{"jsno", "json"}, {"JSON", "json"}, {"sariff", "sarif"}, {"makrdown", "markdown"}, {"text", ""}, {"", ""},
		{"x", ""}, {"yaml", ""}, {"githbu", "github"}, {strings.Repeat("a", maxSuggested+1), ""},
	}
	for _, c := range cases {
		if got := DidYouMean(c.word, names); got != c.want {
			t.Errorf("DidYouMean(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Compare("https://halo.contoso.com/auth/saml/", "https://halo.contoso.com/auth/saml")
	}
}
