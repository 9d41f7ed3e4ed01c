package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/compare"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

func TestComparison(t *testing.T) {
	schema := compile(t, "comparison.schema.json")
	read := func(text string) *trace.Capture {
		c, err := trace.ReadBytes([]byte(text), "side.xml", trace.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	b := samltest.NewResponse()
	b.Destination += "\x1b[31m"
	b.Destination = strings.ReplaceAll(b.Destination, "\x1b", "&#x9b;")
	b.Assertions[0].Remove("first_name")
	for _, c := range []*compare.Comparison{
		compare.Captures(read(samltest.NewResponse().XML()), read(b.XML()), compare.Options{}),
		compare.Captures(read(samltest.NewSPMetadata().XML()), read(samltest.NewIdPMetadata(samltest.RSA().Cert).XML()), compare.Options{}),
		compare.Captures(read(samltest.NewResponse().XML()), read(samltest.NewAuthnRequest().XML()), compare.Options{}),
		compare.Exports(
			compare.Export{Name: "a.json", Applications: []*entra.EnterpriseApplication{{Principal: &entra.ServicePrincipal{DisplayName: entra.Text{V: "Halo\u009b[31m", Known: true}, Mode: entra.Text{V: "saml", Known: true}}}}},
			compare.Export{Name: "b.json", Applications: []*entra.EnterpriseApplication{{Principal: &entra.ServicePrincipal{Mode: entra.Text{V: "\x1b[31moidc", Known: true}}}}},
		),
	} {
		var out bytes.Buffer
		if err := Comparison(&out, c, "json", Options{}); err != nil {
			t.Fatal(err)
		}
		validateJSON(t, schema, out.Bytes())
		out.Reset()
		if err := Comparison(&out, c, "text", Options{Width: 80}); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); !strings.HasPrefix(text, "COMPARISON  ") || strings.ContainsAny(text, "\x1b\u009b") {
			t.Errorf("text %q", text)
		}
	}
}
