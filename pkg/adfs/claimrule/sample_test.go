package claimrule

import (
	"slices"
	"testing"
)

func TestSampleRegex(t *testing.T) {
	cases := []struct {
		pattern        string
		matching, near []string // some of those that must be there
	}{
		{`^(?i)S-1-5-21-1-2-3-512$`, []string{"s-1-5-21-1-2-3-512", "S-1-5-21-1-2-3-512"}, []string{"s-1-5-21-1-2-3-512x", "xs-1-5-21-1-2-3-512"}},
		{`@.*$`, []string{"@a"}, []string{"ada"}},
		{`(?i)^AWS-`, []string{"aws-", "AWS-", "aws-x"}, []string{"xaws-", "aws_"}},
		{`^[^@]+@contoso\.com$`, []string{"a@contoso.com"}, []string{"a@contoso.comx"}},
		{`^(?!10\.1\.)`, []string{"ada"}, nil},
		{`(?<domain>[^\\]+)\\(?<user>.+)`, []string{`a\a`, `CONTOSO\ada`}, []string{"ada"}},
		{`^.{1,5}$`, []string{"a"}, []string{"Ada.Lovelace-1@contoso.com"}},
		{`(?'x'a|b)\1`, []string{"aa"}, []string{"a"}},
		{`^$`, []string{""}, []string{"ada"}},
		{`[^\s\S]`, nil, []string{"ada"}},
	}
	for _, c := range cases {
		matching, near, err := SampleRegex(c.pattern, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.matching {
			if !slices.Contains(matching, s) {
				t.Errorf("%s: %q is not among the matching %q", c.pattern, s, matching)
			}
		}
		for _, s := range c.near {
			if !slices.Contains(near, s) {
				t.Errorf("%s: %q is not among the near %q", c.pattern, s, near)
			}
		}
		if few, _, _ := SampleRegex(c.pattern, 1); len(few) > 1 {
			t.Errorf("%s: %d samples, expected one", c.pattern, len(few))
		}
	}
	if _, _, err := SampleRegex("(", 5); err == nil {
		t.Error("a broken pattern has samples")
	}
}

func FuzzSampleRegex(f *testing.F) {
	for _, p := range append([]string{`(?<a>x{0,300}){2,100}`, `((((a*)*)*)*)*`, `(?=a)(?<!b)[\]]`, `(?'`, `\`, `(?<`}, symbolicRegex...) {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if len(pattern) > 500 {
			return
		}
		re, err := CompileRegex(pattern, 0)
		if err != nil {
			return
		}
		matching, near, err := SampleRegex(pattern, 20)
		if err != nil || len(matching) > 20 || len(near) > 20 {
			t.Fatalf("%v, %d and %d samples", err, len(matching), len(near))
		}
		for _, s := range matching {
			if ok, err := re.Match(s); err == nil && !ok {
				t.Fatalf("%q does not match", s)
			}
		}
	})
}
