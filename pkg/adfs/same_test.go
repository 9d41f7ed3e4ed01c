package adfs_test

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// read collects what an export yields.
func read(export, name string) ([]*adfs.Object, []error) {
	return collect(adfs.Read(strings.NewReader(export), name, adfs.Limits{}))
}

func collect(seq iter.Seq2[*adfs.Object, error]) (objects []*adfs.Object, errs []error) {
	for o, err := range seq {
		if err != nil {
			errs = append(errs, err)
		} else {
			objects = append(objects, o)
		}
	}
	return objects, errs
}

func clixml(t testing.TB, farm []*adfstest.Object, o adfstest.CLIXMLOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := adfstest.WriteCLIXML(&b, farm, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// same compares trusts by what they say, not by where they stand.
var same = cmp.Options{
	cmpopts.IgnoreFields(adfs.RelyingParty{}, "Object"),
	cmpopts.IgnoreFields(adfs.SamlEndpoint{}, "Span"),
	cmp.Transformer("text", func(t adfs.Text) string { return t.Value }),
	cmp.Transformer("value", func(v *adfs.Value) string { return v.String() }),
	cmp.Comparer(func(a, b *keys.Certificate) bool { return a == nil && b == nil || a != nil && b != nil && a.Equal(b) }),
}

// formats are the ways to write one farm. Lossless ones give equal trusts.
func formats(t testing.TB, farm []*adfstest.Object) []struct {
	name, format, export string
	lossless             bool
} {
	return []struct {
		name, format, export string
		lossless             bool
	}{
		{"clixml utf-8", "clixml", clixml(t, farm, adfstest.CLIXMLOptions{}), true},
		{"clixml utf-16", "clixml", clixml(t, farm, adfstest.CLIXMLOptions{UTF16: true}), true},
		{"clixml utf-16be", "clixml", clixml(t, farm, adfstest.CLIXMLOptions{BigEndian: true}), true},
		{"clixml utf-16 without mark", "clixml", strings.TrimPrefix(clixml(t, farm, adfstest.CLIXMLOptions{UTF16: true}), "\xFF\xFE"), true},
		{"clixml utf-8 with mark", "clixml", "\uFEFF" + clixml(t, farm, adfstest.CLIXMLOptions{}), true},
		{"clixml with a declaration", "clixml", `<?xml version="1.0" encoding="utf-8"?><!-- by hand -->` + clixml(t, farm, adfstest.CLIXMLOptions{}), true},
		{"clixml deserialized", "clixml", clixml(t, farm, adfstest.CLIXMLOptions{Deserialized: true}), true},
		{"clixml list", "clixml", clixml(t, farm, adfstest.CLIXMLOptions{List: true}), true},
		{"clixml one line", "clixml", clixml(t, farm, adfstest.CLIXMLOptions{OneLine: true}), true},
		{"clixml depth 1", "clixml", clixml(t, farm, adfstest.CLIXMLOptions{Depth: 1}), false},
		{"json 7 deep", "json", adfstest.JSON(farm, adfstest.JSONOptions{Depth: 6}), true},
		{"json 7 compressed", "json", adfstest.JSON(farm, adfstest.JSONOptions{Depth: 6, Compress: true}), true},
		{"json 5.1 deep", "json", adfstest.JSON(farm, adfstest.JSONOptions{Depth: 6, Windows: true}), true},
		{"json in an object", "json", `{"Exported": "today", "RelyingParties": ` + adfstest.JSON(farm, adfstest.JSONOptions{Depth: 6}) + `}`, true},
		{"json value and Count", "json", `{"value": ` + adfstest.JSON(farm, adfstest.JSONOptions{Depth: 6}) + `, "Count": 3}`, true},
		{"json 7", "json", adfstest.JSON(farm, adfstest.JSONOptions{}), false},
		{"json 5.1", "json", adfstest.JSON(farm, adfstest.JSONOptions{Windows: true}), false},
		{"json depth 1", "json", adfstest.JSON(farm, adfstest.JSONOptions{Depth: 1}), false},
		{"connect health", "health-json", adfstest.HealthJSON(farm), true},
		{"csv", "csv", adfstest.CSV(farm, ","), false},
		{"csv semicolons", "csv", adfstest.CSV(farm, ";"), false},
		{"csv with type", "csv", "#TYPE " + adfstest.TypeTrust + "\r\n" + adfstest.CSV(farm, ","), false},
		{"format-list", "format-list", adfstest.FormatList(farm, 0), false},
		{"format-list 120", "format-list", adfstest.FormatList(farm, 120), false},
		{"format-list 80", "format-list", adfstest.FormatList(farm, 80), false},
	}
}

// TestEveryFormatGivesTheSame writes one farm in every format. What a format
// holds must be equal to what CLIXML holds, what it does not must be reported.
func TestEveryFormatGivesTheSame(t *testing.T) {
	farm := adfstest.Farm(4)
	want, errs := read(clixml(t, farm, adfstest.CLIXMLOptions{}), "farm.xml")
	if len(want) != 4 || errs != nil {
		t.Fatalf("the reference has %d objects and errors %v", len(want), errs)
	}
	for _, f := range formats(t, farm) {
		t.Run(f.name, func(t *testing.T) {
			got, errs := read(f.export, "farm")
			if len(got) != len(want) || errs != nil {
				t.Fatalf("read %d objects, expected %d; errors %v", len(got), len(want), errs)
			}
			for i, o := range got {
				if o.Format != f.format || o.Kind != adfs.KindRelyingParty || o.RelyingParty() == nil || o.Source.Index != i {
					t.Fatalf("object %d is a %q of the format %q at %+v", i, o.Kind, o.Format, o.Source)
				}
				if f.lossless {
					if diff := cmp.Diff(want[i].RelyingParty(), o.RelyingParty(), same); diff != "" {
						t.Errorf("trust %d differs from CLIXML (-want +got):\n%s", i, diff)
					}
					if len(o.Problems) > 0 {
						t.Errorf("trust %d has problems: %+v", i, o.Problems)
					}
				}
				sameOrReported(t, want[i], o)
			}
		})
	}
}

// sameOrReported checks that each property is equal or reported as lost.
func sameOrReported(t *testing.T, want, got *adfs.Object) {
	t.Helper()
	if len(got.Properties) != len(want.Properties) {
		t.Errorf("%s has %d properties, expected %d", got.Name(), len(got.Properties), len(want.Properties))
	}
	for _, p := range got.Properties {
		w := want.Property(p.Name)
		if w == nil || p.Info == nil || p.Value == nil {
			t.Errorf("unexpected property %+v", p)
			continue
		}
		if p.State != adfs.Held {
			reported := slices.ContainsFunc(got.Problems, func(f finding.Problem) bool {
				return f.Check == adfs.CheckIncomplete && strings.Contains(f.Detail, p.Name)
			})
			if !reported {
				t.Errorf("%s is not held, and not reported", p.Name)
			}
			continue
		}
		if a, b := comparable(w), comparable(&p); a != b {
			t.Errorf("%s of %s is\n%s, expected\n%s", p.Name, got.Name(), b, a)
		}
	}
}

// comparable is a value without what means nothing: white space between the
// tokens of rules, which wrapped text loses.
func comparable(p *adfs.Property) string {
	s := p.Value.String()
	if p.Info.Type == adfs.TypeRules {
		return tokens(s)
	}
	return fmt.Sprint(p.Value.Shape, s)
}

// tokens is a text of rules without white space outside strings.
func tokens(rules string) string {
	parts := strings.Split(rules, `"`)
	for i := range parts {
		if i%2 == 0 {
			parts[i] = strings.Join(strings.Fields(parts[i]), "")
		}
	}
	return strings.Join(parts, `"`)
}

// TestWrappedRules checks that strings that the console broke are whole again,
// at any width.
func TestWrappedRules(t *testing.T) {
	farm := adfstest.Farm(1)
	want := tokens(adfstest.Rules("app0.contoso.com"))
	for width := 70; width < 260; width++ {
		got, errs := read(adfstest.FormatList(farm, width), "list.txt")
		if len(got) != 1 || errs != nil {
			t.Fatalf("width %d: %d objects, errors %v", width, len(got), errs)
		}
		if text := tokens(got[0].RelyingParty().IssuanceTransformRules.Value); text != want {
			t.Errorf("width %d:\n%s, expected\n%s", width, text, want)
		}
	}
}

// TestReadBeginsAgain holds that what can be rewound is read as often as it is
// asked for, from where it stood.
func TestReadBeginsAgain(t *testing.T) {
	var export strings.Builder
	if err := adfstest.WriteCLIXML(&export, adfstest.Farm(2), adfstest.CLIXMLOptions{}); err != nil {
		t.Fatal(err)
	}
	const before = "what another reader took"
	r := strings.NewReader(before + export.String())
	if _, err := io.CopyN(io.Discard, r, int64(len(before))); err != nil {
		t.Fatal(err)
	}
	objects := adfs.Read(r, "trusts.xml", adfs.Limits{})
	for range 2 {
		n := 0
		for _, err := range objects {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 2 {
			t.Errorf("%d objects, want 2", n)
		}
	}
}
