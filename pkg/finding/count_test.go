package finding

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 exchanges", 1: "1 exchange", 2: "2 exchanges"} {
		if got := Count(n, "exchange"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestFew(t *testing.T) {
	list := []string{"a", "b", "c", "d"}
	for _, c := range []struct {
		list        []string
		few, either string
	}{
		{nil, "", ""},
		{list[:1], `"a"`, `"a"`},
		{list[:2], `"a", "b"`, `"a" or "b"`},
		{list[:3], `"a", "b" and 1 more`, `"a" or "b" or 1 other`},
		{list, `"a", "b" and 2 more`, `"a" or "b" or 2 others`},
	} {
		if few, either := Few(c.list, 2, Quote), Either(c.list, 2, Quote); few != c.few || either != c.either {
			t.Errorf("%q: %s, %s, want %s, %s", c.list, few, either, c.few, c.either)
		}
	}
}

func TestList(t *testing.T) {
	for _, tc := range []struct {
		words []string
		want  string
	}{{nil, ""}, {[]string{"a"}, "a"}, {[]string{"a", "b"}, "a and b"}, {[]string{"a", "b", "c"}, "a, b and c"}} {
		if got := List(tc.words); got != tc.want {
			t.Errorf("List(%q) = %q, want %q", tc.words, got, tc.want)
		}
	}
}
