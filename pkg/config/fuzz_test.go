package config

import (
	"strings"
	"testing"
)

// FuzzLoad: no text makes the reader panic, and what it says stands in the text.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		full, "", "apps: [{name: A}]", "a: &a [*a]", "<<: {a: b}", "version: 1\n---\nb", "\xff\xfea\x00", "apps:\r- name: \"\u2028\"",
		"include: ['*.yaml', ssodoctor.yaml]", "suppress: [{check: a, reason: b, until: 2026-12-06}]", "? {a: b}\n: c\n", "apps: [{name: é, aps: 1}]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := files{"ssodoctor.yaml": text, "b.yaml": text}
		c := load(t, in)
		if len(c.Problems) > 3*maxProblems {
			t.Errorf("%d problems", len(c.Problems))
		}
		if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
			return // places are those of the text as UTF-8
		}
		for _, p := range c.Problems {
			if s := p.Location.Span; s.Offset < 0 || s.Offset > s.End || s.End > len(text) {
				t.Errorf("%s: the span %+v is outside of the text of %d bytes", p.Detail, s, len(text))
			}
		}
		if _, err := SettingsOf("ssodoctor.yaml", in.source(nil)); err == nil && len(c.Files) == 0 {
			t.Error("settings of a file that was not read")
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	text := strings.Repeat(strings.TrimPrefix(full[strings.Index(full, "  - name"):strings.Index(full, "suppress")], ""), 400)
	for i := range 400 {
		text = strings.Replace(text, "name: HaloITSM", "name: App"+strings.Repeat("x", i), 1)
	}
	in := fullFiles()
	in["ssodoctor.yaml"] = "apps:\n" + text
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if c := load(b, in); len(c.Apps) != 400 || len(c.Problems) > 0 {
			b.Fatalf("%d apps, problems %+v", len(c.Apps), c.Problems[:1])
		}
	}
}
