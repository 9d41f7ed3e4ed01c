package validate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// aggregate is metadata of entities that all hold the same.
func aggregate(entities int, content string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<EntitiesDescriptor xmlns=%q>`, saml.NSMetadata)
	for i := range entities {
		fmt.Fprintf(&b, `<EntityDescriptor entityID="https://e%d.example.com/metadata">%s</EntityDescriptor>`, i, content)
	}
	return b.String() + "</EntitiesDescriptor>"
}

// TestMetadataBounds: what is not judged for its size is told, and hides nothing
// of the rest.
func TestMetadataBounds(t *testing.T) {
	large := strings.Repeat("<SingleLogoutService/>", maxEntityElements+1)
	for _, c := range []struct{ name, text, want, judged string }{
		{name: "an entity of many elements", text: aggregate(2, `<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`+large+`</SPSSODescriptor>`),
			want: "\"https://e0.example.com/metadata\" has more than 20000 elements, expected some hundred: it is not judged"},
		{name: "an entity of many elements behind one of few", text: strings.Replace(aggregate(2, ""), "</EntityDescriptor></EntitiesDescriptor>", large+"</EntityDescriptor></EntitiesDescriptor>", 1),
			want: "\"https://e1.example.com/metadata\" has more than 20000 elements", judged: "metadata-role-missing"},
		{name: "many entities", text: aggregate(maxEntities+1, ""),
			want: "the metadata describes more than 50000 entities: the first 50000 are judged, the rest is not", judged: "metadata-role-missing"},
		{name: "elements of few bytes", text: "<EntityDescriptor>" + strings.Repeat("<a/>", 300_000) + "</EntityDescriptor>",
			want: "the document has more than 225000 elements"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := lintText(t, "metadata.xml", c.text)
			if f := findingOf(got, "input-too-large"); f == nil || !strings.Contains(f.Detail, c.want) || f.Severity != finding.Error {
				t.Errorf("finding %+v, want %q", f, c.want)
			}
			if c.judged != "" && findingOf(got, c.judged) == nil {
				t.Errorf("nothing of %s: what is within the bounds was not judged", c.judged)
			}
		})
	}
	if got := lintText(t, "metadata.xml", aggregate(2, strings.Repeat("<Extensions/>", 10_000))); findingOf(got, "input-too-large") != nil {
		t.Error("entities within the bounds are too large")
	}
}

func lintText(t *testing.T, name, text string) *Report {
	t.Helper()
	r := repository{name: text}
	return Lint(r, []LintFile{{Name: name, Named: true}}, LintOptions{})
}

func findingOf(r *Report, check string) *finding.Finding {
	for i := range r.Findings {
		if r.Findings[i].Check == check {
			return &r.Findings[i]
		}
	}
	return nil
}
