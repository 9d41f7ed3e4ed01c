package validate

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

// FuzzLint: no file makes lint panic or say too much, whatever it is called,
// alone and beside a configuration that names it.
func FuzzLint(f *testing.F) {
	for name, text := range newRepository() {
		f.Add(name, text)
	}
	f.Add("a.cer", "-----BEGIN CERTIFICATE-----\n")
	f.Add("ssodoctor.yaml", "include: [x]\napps: [{name: a, idp: {metadata: x}, app: {certificates: [x]}, entra: {application: x}, captures: [x]}]\nsuppress: [{file: '*', reason: r}]")
	f.Fuzz(func(t *testing.T, name, text string) {
		const config = "apps: [{name: A, idp: {metadata: x}, app: {metadata: x, certificates: [x]}, entra: {application: x}, captures: [x]}]"
		for _, r := range []repository{{name: text}, {"ssodoctor.yaml": config, "x": text}, {"ssodoctor.yaml": text, "x": text}} {
			got := r.lint()
			if limit := maxFindings * len(Catalogue()); len(got.Findings) > limit {
				t.Errorf("%d findings", len(got.Findings))
			}
			for i := range got.Findings {
				if found := &got.Findings[i]; found.Severity == 0 || found.Title == "" || found.Detail == "" {
					t.Errorf("the finding %+v is not complete", found)
				}
			}
		}
	})
}

// TestLintTime: the same files are judged at the time that is asked for.
func TestLintTime(t *testing.T) {
	r := newRepository()
	late := Lint(r, []LintFile{{Name: "app/pasted.cer"}}, LintOptions{Clock: Clock{Now: samltest.Time, At: samltest.Time.AddDate(20, 0, 0)}})
	if len(of(late, "certificate-expired")) == 0 {
		explain(t, late)
		t.Error("the certificate has not expired in 20 years")
	}
}
