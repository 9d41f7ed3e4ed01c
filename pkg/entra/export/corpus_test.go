package export

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// corpusFiles are the samples below ../shared/corpus/entra, which is beside the
// repository of those who build it.
func corpusFiles(t *testing.T) map[string][]byte {
	t.Helper()
	root := filepath.Join("..", "..", "..", "..", "shared", "corpus", "entra")
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = data
		return err
	})
	if err != nil {
		t.Skip("no corpus")
	}
	return files
}

// foreign are the samples that are about something else than applications and
// the policies on them.
var foreign = []string{
	"PROVENANCE.md", "saml/", "signin", "provisioning", "synchronization", "azuread_group", "authentication_strength",
	"application-saml-sso-configure-api-01", // templates
	"application-saml-sso-configure-api-07", // a certificate on its own
	"application-saml-sso-configure-api-08", // users
	"application-saml-sso-configure-api-09",
	"addtokensigningcertificate", "azuread_application_certificate", "azuread_service_principal_certificate",
}

func TestCorpusIsRead(t *testing.T) {
	read := 0
	for name, data := range corpusFiles(t) {
		isForeign := false
		for _, part := range foreign {
			isForeign = isForeign || strings.Contains(name, part)
		}
		if isForeign {
			continue
		}
		if strings.HasSuffix(name, ".tmpl") { // with verbs of fmt where the test has lines
			data = regexp.MustCompile(`(?m)^\s*%\[1\][sd]\s*$`).ReplaceAll(data, nil)
		}
		f := Read(name, data)
		for _, p := range f.Problems {
			t.Errorf("%s:%d:%d: %s", name, p.Location.Span.Line, p.Location.Span.Column, p.Detail)
		}
		if f.Empty() {
			t.Errorf("%s: nothing was read", name)
		}
		read++
	}
	t.Logf("%d files read", read)
}
