package finding

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var printableCases = []struct{ in, want string }{
	{"", ""},
	{"plain ~ text", "plain ~ text"},
	{"Käthe 東京 🙂", "Käthe 東京 🙂"},
	{`CONTOSO\Ada`, `CONTOSO\Ada`},
	{"a\nb\rc\td", `a\nb\rc\td`},
	{"\x1b[31mred\x1b]0;title\a", `\x1b[31mred\x1b]0;title\x07`},
	{"\x00\x7f", `\x00\x7f`},
	{"\u009b31m", `\u009b31m`},
	{"user\u202etxt.exe", `user\u202etxt.exe`},
	{"\u2066a\u2069\u200e", `\u2066a\u2069\u200e`},
	{"a\u200bb\ufeffc", `a\u200bb\ufeffc`},
	{"a\u00a0b\u3000c", `a\u00a0b\u3000c`},
	{"a\u2028b", `a\u2028b`},
	{"\U000e0041", `\U000e0041`},
	{"a\xffb\xc3", `a\xffb\xc3`},
	{"\ufffd", "\ufffd"},
}

func TestPrintable(t *testing.T) {
	for _, c := range printableCases {
		if got := Printable(c.in); got != c.want {
			t.Errorf("Printable(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{"": `""`, "a": `"a"`, `say "x"`: `"say \"x\""`, "\n": `"\n"`} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	cases := []struct {
		in   string
		max  int
		want string
	}{
		{"", 0, ""}, {"abc", -1, ""}, {"abc", 0, ""}, {"abc", 1, "…"}, {"abc", 2, "a…"}, {"abc", 3, "abc"},
		{"abcdef", 5, "ab…ef"}, {"abcdef", 4, "ab…f"}, {"äöü", 3, "äöü"}, {"äöüß", 3, "ä…ß"}, {"\xff\xfe\xfd\xfc", 3, "\xff…\xfc"},
	}
	for _, c := range cases {
		if got := Shorten(c.in, c.max); got != c.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, c := range printableCases {
		f.Add(c.in, 5)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		out := Quote(s)
		if strings.IndexFunc(out, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 || !utf8.ValidString(out) {
			t.Fatalf("Quote(%q) = %q does not print", s, out)
		}
		if len(out) > 10*len(s)+2 {
			t.Fatalf("Quote(%q) is %d bytes long", s, len(out))
		}
		if short := Shorten(s, max); utf8.RuneCountInString(short) > utf8.RuneCountInString(s) || max >= 0 && utf8.RuneCountInString(short) > max {
			t.Fatalf("Shorten(%q, %d) = %q", s, max, short)
		}
	})
}

func BenchmarkPrintable(b *testing.B) {
	text := strings.Repeat("https://halo.contoso.com/auth/saml ", 8)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Printable(text)
	}
}

func TestMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, 1.":            "plain text, 1.",
		"a|b<script>&c":             `a\|b&lt;script&gt;&amp;c`,
		"*x* _y_ `z` [l](u)\n# top": "\\*x\\* \\_y\\_ \\`z\\` \\[l\\](u)\\\\n\\# top",
		"@team ~s~ ![i] $x$":        `&#64;team \~s\~ \!\[i\] \$x\$`,
	} {
		if got := Markdown(in); got != want {
			t.Errorf("Markdown(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "a=b": "a=b", "\t=1": `\t=1`,
	} {
		if got := Cell(in); got != want {
			t.Errorf("Cell(%q) = %q, want %q", in, got, want)
		}
	}
}
