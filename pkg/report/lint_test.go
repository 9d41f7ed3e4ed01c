package report

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// tree is files by name.
type tree map[string]string

func (t tree) Open(name string) (io.ReadCloser, error) {
	text, ok := t[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func (t tree) Glob(string) ([]string, error) { return nil, nil }

func lintOf() *validate.Report {
	files := tree{
		"ssodoctor.yaml": "apps:\n  - name: \"Halo\\e[31m\"\n    idp: {metadata: idp.xml}\n    app: {issuer: \"https://sts.windows.net/x\"}\n" +
			"suppress: [{check: metadata-unsigned, reason: known}]\n",
		"idp.xml": samltest.NewIdPMetadata(samltest.RSA().Cert).XML(),
	}
	return validate.Lint(files, []validate.LintFile{{Name: "ssodoctor.yaml"}}, validate.LintOptions{Clock: validate.Clock{Now: samltest.Time.Add(time.Hour)}})
}

func TestLintText(t *testing.T) {
	var b bytes.Buffer
	if err := Lint(&b, lintOf(), Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"LINT  2 files, 1 error, 1 warning\n", "[config-drift]", "ssodoctor.yaml, line 4, column 19", "suppression-unused"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("a control character of a file reaches the terminal")
	}
	r := lintOf()
	r.Suppressed = []validate.Suppressed{{Finding: finding.Finding{}, Reason: "known"}}
	b.Reset()
	if err := Lint(&b, r, Options{}); err != nil || !strings.Contains(b.String(), "(1 accepted)") {
		t.Errorf("what was accepted is not counted: %v\n%s", err, b.String())
	}
}

func TestLintFollowsTheSchema(t *testing.T) {
	schema := compile(t, "report.schema.json")
	for name, r := range map[string]*validate.Report{"findings": lintOf(), "nothing": validate.Lint(tree{}, nil, validate.LintOptions{})} {
		var b bytes.Buffer
		if err := JSON(&b, r, Options{}); err != nil {
			t.Fatal(err)
		}
		validateJSON(t, schema, b.Bytes())
		if name == "findings" && !strings.Contains(b.String(), `"app": "Halo`) {
			t.Error("findings do not name their app")
		}
	}
}
