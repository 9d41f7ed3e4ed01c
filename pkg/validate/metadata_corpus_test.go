package validate

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// folder is a Tree of files on disk.
type folder string

func (f folder) Open(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(f), filepath.FromSlash(name)))
}

func (f folder) Glob(pattern string) ([]string, error) { return nil, nil }

// corpusFolder is a folder of real samples, which a plain checkout lacks.
func corpusFolder(t testing.TB, path string) folder {
	t.Helper()
	f := folder(filepath.Join("..", "..", "..", "shared", "corpus", filepath.FromSlash(path)))
	if _, err := os.Stat(string(f)); err != nil {
		t.Skip("no corpus here")
	}
	return f
}

// lintAlone judges one file.
func lintAlone(f folder, name string, at time.Time) *Report {
	return Lint(f, []LintFile{{Name: name, Named: true}}, LintOptions{Clock: Clock{At: at}})
}

// cieDefects are the deliberate defects of the test metadata of CIE, by the
// number of the rule that the file breaks: the check that must fire, and a part
// of what it says. The numbers 3.1 to 3.5 are about signatures; the files were
// published without theirs, all but 3.4.
var cieDefects = map[string]struct{ check, detail string }{
	"2":           {"metadata-federation-rule", "as the root element"},
	"2.1":         {"metadata-federation-rule", "the namespace " + nsCIE},
	"2.2b2":       {"metadata-entity-id-invalid", "no absolute URI"},
	"3":           {"metadata-federation-rule", "a Signature"},
	"3.1":         {"metadata-federation-rule", "a Signature"},
	"3.1-signed":  {"metadata-federation-rule", "a Signature"},
	"3.2":         {"certificate-expired", "expired on 2022-02-02"},
	"3.3":         {"metadata-federation-rule", "a Signature"},
	"3.3-sha1":    {"metadata-federation-rule", "a Signature"},
	"3.4":         {"certificate-key-weak", "RSA key of 512 bits"},
	"3.4-rsa_512": {"metadata-federation-rule", "a Signature"},
	"3.5":         {"metadata-federation-rule", "a Signature"},
	"4":           {"metadata-federation-rule", "exactly one SPSSODescriptor"},
	"4.1":         {"metadata-federation-rule", "exactly one SPSSODescriptor"},
	"4.2":         {"metadata-federation-rule", "AuthnRequestsSigned"},
	"4.3":         {"metadata-federation-rule", "AuthnRequestsSigned"},
	"4.4":         {"metadata-federation-rule", "WantAssertionsSigned"},
	"4.5":         {"metadata-federation-rule", "WantAssertionsSigned"},
	"4.6":         {"metadata-role-missing", `protocolSupportEnumeration is "valore"`},
	"4.7":         {"metadata-key-missing", "AuthnRequestsSigned"},
	"4.8a":        {"metadata-federation-rule", `a KeyDescriptor with use="signing"`},
	"4.8b":        {"metadata-federation-rule", `a KeyDescriptor with use="signing"`},
	"4.9a":        {"metadata-federation-rule", "a SingleLogoutService with the binding HTTP-Redirect"},
	"4.9b":        {"metadata-federation-rule", "a SingleLogoutService with the binding HTTP-Redirect"},
	"4.10":        {"metadata-federation-rule", "as the binding of every SingleLogoutService"},
	"4.11":        {"metadata-endpoint-invalid", `"url non valido" is no URL`},
	"4.12":        {"metadata-federation-rule", "one NameIDFormat at most"},
	"4.13":        {"metadata-federation-rule", "the NameIDFormat transient"},
	"4.14":        {"metadata-endpoint-missing", "has no AssertionConsumerService"},
	"4.15":        {"metadata-federation-rule", "as the binding of every AssertionConsumerService"},
	"4.16":        {"metadata-endpoint-invalid", "AssertionConsumerService"},
	"4.17a":       {"metadata-federation-rule", "exactly one AssertionConsumerService with isDefault"},
	"4.17b":       {"metadata-acs-index", "more than one AssertionConsumerService is marked as the default"},
	"4.18":        {"metadata-acs-index", "index 1 belongs to more than one AssertionConsumerService"},
	"4.19":        {"metadata-federation-rule", "an AttributeConsumingService"},
	"4.20":        {"metadata-consuming-service", "index 3 belongs to more than one AttributeConsumingService"},
	"4.21":        {"metadata-federation-rule", "urn:uuid: of version 4"},
	"4.22":        {"metadata-federation-rule", "from one to four RequestedAttributes"},
	"5":           {"metadata-federation-rule", "an Organization"},
	"5.2":         {"metadata-contact-invalid", `OrganizationURL "url_non_valido"`},
	"6":           {"metadata-federation-rule", "one ContactPerson"},
	"6.1":         {"metadata-federation-rule", "one ContactPerson"},
	"6.2":         {"metadata-federation-rule", "one ContactPerson"},
	"6.3a":        {"metadata-federation-rule", "one ContactPerson"},
	"6.3b":        {"metadata-federation-rule", "one ContactPerson"},
	"6.3c":        {"metadata-federation-rule", "one ContactPerson"},
	"6.3d":        {"metadata-federation-rule", "one ContactPerson"},
	"6.3e":        {"metadata-federation-rule", "one ContactPerson"},
	"6.4":         {"metadata-federation-rule", "Extensions in every ContactPerson"},
	"6.5":         {"metadata-federation-rule", "exactly one of cie:Public and cie:Private"},
	"6.6a":        {"metadata-federation-rule", "exactly one cie:IPACode"},
	"6.6b":        {"metadata-federation-rule", "exactly one cie:IPACode"},
	"6.7a":        {"metadata-federation-rule", "exactly one cie:Municipality"},
	"6.7b":        {"metadata-federation-rule", "exactly one cie:Municipality"},
	"6.8a":        {"metadata-federation-rule", "cie:Country"},
	"6.8b":        {"metadata-federation-rule", "exactly one cie:Country"},
	"6.9a":        {"metadata-federation-rule", "exactly one cie:VATNumber"},
	"6.9b":        {"metadata-federation-rule", "exactly one cie:VATNumber"},
	"6.10a":       {"metadata-federation-rule", "exactly one cie:FiscalCode"},
	"6.10b":       {"metadata-federation-rule", "exactly one cie:FiscalCode"},
	"6.11a":       {"metadata-federation-rule", "a cie:NACE2Code"},
	"6.11b":       {"metadata-federation-rule", "a cie:NACE2Code"},
	"6.12a":       {"metadata-federation-rule", "exactly one cie:Municipality"},
	"6.12b":       {"metadata-federation-rule", "exactly one cie:Municipality"},
	"6.13a":       {"metadata-federation-rule", "exactly one cie:Country"},
	"6.13b":       {"metadata-federation-rule", "exactly one cie:Country"},
	"6.14a":       {"metadata-federation-rule", "exactly one Company"},
	"6.14b":       {"metadata-federation-rule", "exactly one Company"},
	"6.15a":       {"metadata-federation-rule", "exactly one EmailAddress"},
	"6.15b":       {"metadata-federation-rule", "exactly one EmailAddress"},
	"6.18":        {"metadata-federation-rule", "cie:VATNumber in the form"},
	"6.19":        {"metadata-federation-rule", "cie:FiscalCode as"},
	"6.20":        {"metadata-federation-rule", "cie:NACE2Code in the form"},
	"6.21":        {"metadata-federation-rule", "cie:Municipality as the code"},
	"6.22":        {"metadata-federation-rule", "cie:Province"},
	"6.23":        {"metadata-federation-rule", "cie:Country as the two letters"},
	"6.25":        {"metadata-contact-invalid", `"info.isp.gov.it" is no e-mail address`},
}

var cieTime = time.Date(2022, 12, 1, 0, 0, 0, 0, time.UTC)

// TestEveryDefect: each file of the test metadata has one deliberate defect,
// which must be among the findings.
func TestEveryDefect(t *testing.T) {
	f := corpusFolder(t, "metadata/spid-sp-test/tests/metadata/cie")
	for name, want := range cieDefects {
		r := lintAlone(f, name+".xml", cieTime)
		if !slices.ContainsFunc(r.Findings, func(g finding.Finding) bool { return g.Check == want.check && strings.Contains(g.Detail, want.detail) }) {
			t.Errorf("%s: no %s that says %q", name, want.check, want.detail)
			for _, g := range r.Findings {
				t.Logf("  %s: %s", g.Check, g.Detail)
			}
		}
	}
}

// TestSoundMetadata: what others publish and what works gives no error and no
// warning about itself; that certificates have ended since is another matter.
func TestSoundMetadata(t *testing.T) {
	for _, group := range []struct {
		path, pattern string
		ignore        []string // what is wrong with the file indeed
	}{
		{"metadata/spid-sp-test/tests/metadata", "*_signed.xml", []string{"metadata-federation-rule", "metadata-binding-invalid"}},
		{"messages/crewjam-saml/testdata", "TestSPCanHandle*IDPMetadata", nil},
		{"messages/crewjam-saml/testdata", "TestSPRejectsInjectedComment_IDPMetadata", nil},
		{"messages/crewjam-saml/testdata", "TestGetArtifactBindingLocation_IDPMetadata", nil},
		{"messages/crewjam-saml/testdata", "TestIDPNoDestination_idp_metadata.xml", nil},
		{"messages/ruby-saml/test/metadata", "idp_metadata_*_sign_and_encrypt_cert.xml", nil},
		{"adfs/metadata", "*.xml", nil},
	} {
		f := corpusFolder(t, group.path)
		names, err := fs.Glob(os.DirFS(string(f)), group.pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s/%s: %d files, %v", group.path, group.pattern, len(names), err)
		}
		for _, name := range names {
			for _, g := range lintAlone(f, name, cieTime).Findings {
				if g.Severity > finding.Info && g.Check != "metadata-expired" && !strings.HasPrefix(g.Check, "certificate-") && !slices.Contains(group.ignore, g.Check) {
					t.Errorf("%s: %s: %s", name, g.Check, g.Detail)
				}
			}
		}
	}
}
