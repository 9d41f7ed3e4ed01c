package cmd

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// TestExportedCertificates: an export gives the certificates of its trusts,
// each with its owner, use and line.
func TestExportedCertificates(t *testing.T) {
	provider := adfstest.Provider().Set("TokenSigningCertificates", adfstest.List{Items: []adfstest.Value{adfstest.Certificate(samltest.Expired().Cert)}})
	export := adfstest.JSON([]*adfstest.Object{adfstest.Trust("Halo", "halo.contoso.com"), provider}, adfstest.JSONOptions{Depth: 5})
	reader := adfsReaders(samltest.Time)[0]
	if !reader.Is("trusts.json", []byte(export)) {
		t.Fatal("the export is not recognised")
	}
	content, err := reader.Read("trusts.json", strings.NewReader(export))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		der        []byte
		owner, use string
	}{
		{samltest.RSA().Cert, "https://halo.contoso.com/saml", "encryption"},
		{samltest.Other().Cert, "https://halo.contoso.com/saml", "signing"},
		{samltest.Expired().Cert, "AD AUTHORITY", "signing"},
	}
	if len(content.Certificates) != len(want) {
		t.Fatalf("%d certificates, want %d: %+v", len(content.Certificates), len(want), content.Certificates)
	}
	for i, w := range want {
		c, err := keys.ParseCertificate(w.der)
		if err != nil {
			t.Fatal(err)
		}
		if got := content.Certificates[i]; got.SHA1() != c.SHA1() || got.Owner != w.owner || got.Use != w.use || got.Span.Line == 0 {
			t.Errorf("certificate %d: %s of %q for %q at line %d, want %s of %q for %q", i, got.SHA1(), got.Owner, got.Use, got.Span.Line, c.SHA1(), w.owner, w.use)
		}
	}
}
