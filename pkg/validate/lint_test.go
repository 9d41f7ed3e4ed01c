package validate

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// TestUnknownFiles: a file of no known kind is told where it was named, and
// passed over where it was found.
func TestUnknownFiles(t *testing.T) {
	r := repository{"README.md": "# Hello\n\n-----BEGIN CERTIFICATE-----\n"}
	for _, named := range []bool{false, true} {
		got := Lint(r, []LintFile{{Name: "README.md", Named: named}, {Name: "gone.xml", Named: named}}, LintOptions{})
		told := slices.ContainsFunc(got.Unread, func(err error) bool { return strings.HasPrefix(err.Error(), "README.md: ") })
		if told != named || len(got.Inputs) > 0 {
			t.Errorf("named %t: told %t, inputs %v", named, told, got.Inputs)
		}
		if len(got.Unread) == 0 {
			t.Error("a file that cannot be opened is not told")
		}
	}
}

// TestReaders: what other packages read is reported under the checks that they
// name.
func TestReaders(t *testing.T) {
	rules := Reader{
		Format: "claim rules",
		Is:     func(name string, head []byte) bool { return bytes.Contains(head, []byte("=>")) },
		Read: func(string, io.Reader) (Content, error) {
			c, err := keys.ParseCertificate(samltest.RSA().Cert)
			return Content{
				Problems:     []finding.Problem{{Check: "adfs-rule-syntax", Detail: "no"}},
				Certificates: []HeldCertificate{{c, finding.Span{Line: 7}, "https://halo.contoso.com", "encryption"}},
			}, err
		},
	}
	got := Lint(repository{"rules.txt": "=> issue(a);"}, []LintFile{{Name: "rules.txt"}}, LintOptions{Readers: []Reader{rules}})
	if len(got.Inputs) != 1 || got.Inputs[0].Format != "claim rules" || len(got.Findings) != 1 || got.Summary.Error != 1 {
		t.Errorf("%+v", got)
	}
	want := CertificatePlace{Input: "rules.txt", Location: finding.Location{Span: finding.Span{Line: 7}}, Owner: "https://halo.contoso.com", Use: "encryption"}
	if len(got.Certificates) != 1 || !slices.Equal(got.Certificates[0].Places, []CertificatePlace{want}) {
		t.Errorf("certificates %+v, want one at %+v", got.Certificates, want)
	}
}

// TestUTF16Metadata: metadata is recognised however it is encoded.
func TestUTF16Metadata(t *testing.T) {
	var wide bytes.Buffer
	wide.WriteString("\xff\xfe")
	for _, b := range []byte(newRepository()["app/metadata.xml"]) {
		wide.Write([]byte{b, 0})
	}
	got := Lint(repository{"m": wide.String()}, []LintFile{{Name: "m"}}, LintOptions{})
	if len(got.Inputs) != 1 || got.Inputs[0].Format != "metadata" {
		t.Errorf("inputs %+v, unread %v", got.Inputs, got.Unread)
	}
}
