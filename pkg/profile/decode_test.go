package profile

import (
	"reflect"
	"testing"
)

// FuzzDecode: no text makes the decoder panic, and what it accepts keeps its
// promises.
func FuzzDecode(f *testing.F) {
	for _, name := range Names() {
		data, err := files.ReadFile("data/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(minimal))
	f.Add([]byte(pattern("'^a$'", "[a]", "[b]")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 32<<10 {
			t.Skip("larger than any profile")
		}
		p, err := decode(data)
		if err != nil {
			return
		}
		if (p.App == nil) == (p.IdP == nil) {
			t.Fatal("neither or both of app and idp")
		}
		for _, pattern := range patternsIn(reflect.ValueOf(p)) {
			if pattern.Regexp == nil || !anchored(pattern.Regexp.String()) {
				t.Fatalf("pattern %v is not anchored", pattern.Regexp)
			}
		}
		if p.App != nil {
			p.App.PasteTable(nil)
			p.App.Identifier.Judge("x")
			for _, c := range p.App.Claims {
				if c.Required && c.Unverified {
					t.Fatalf("claim %q is required and unverified", c.Name)
				}
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"haloitsm", "entra", "box"} {
		data, err := files.ReadFile("data/" + name + ".yaml")
		if err != nil {
			continue
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Load(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
