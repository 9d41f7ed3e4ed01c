package validate

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// TestKeyIdentifiers: the thumbprint of a key is known in every form that
// exports have, and a form that nobody knows is not taken for another key.
func TestKeyIdentifiers(t *testing.T) {
	sum := sha256.Sum256([]byte("DA20FCA696C4F83E8CA6EBB5DE9333CED421F3C1"))
	const thumbprint = "DA20FCA696C4F83E8CA6EBB5DE9333CED421F3C1"
	for identifier, want := range map[string]struct{ is, ok bool }{
		"2iD8ppbE+D6Mpuu13pMzztQh88E=":                 {true, true},
		strings.ToLower(thumbprint):                    {true, true},
		thumbprint:                                     {true, true},
		"p9PEYmuKhP2oaMzGfSdNQC/9ChA=":                 {false, true},
		"lY85bR8r6yWTW6jnciNEONwlVhDyiQjdVLgPDnkI5mA=": {false, true},
		base64.StdEncoding.EncodeToString(sum[:]):      {true, true},
		"": {}, "Tog/O1Hv1LtdsbPU5nPphbMduD=": {}, "x": {},
	} {
		is, ok := isKey(entra.Key{Identifier: entra.Text{V: identifier}}, thumbprint)
		if is != want.is || ok != want.ok {
			t.Errorf("%q: %t, %t", identifier, is, ok)
		}
	}
}

// TestExportedCertificates: the certificates of exports are in the list of all,
// joined with those of files by their thumbprint; those of the app are judged.
func TestExportedCertificates(t *testing.T) {
	r := newRepository()
	weak := base64.StdEncoding.EncodeToString(samltest.RSA().Cert)
	r.edit(haloApplication, `"usage": "Verify", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2029-01-01T00:00:00Z", "key": null`, `"usage": "Verify", "key": "`+weak+`"`)
	report := r.lint()
	places := map[string]string{}
	for _, c := range report.Certificates {
		for _, p := range c.Places {
			places[p.Input] = p.Owner + " " + p.Use
		}
	}
	if places[haloPrincipal] != "HaloITSM signing" || places[haloApplication] != "HaloITSM signing" {
		t.Errorf("%v", places)
	}
	if len(report.Certificates) != 1 {
		t.Errorf("the same certificate is listed %d times", len(report.Certificates))
	}
}

// TestOtherApplications: what does not sign users in with SAML is left alone,
// and what is not exported is not judged.
func TestOtherApplications(t *testing.T) {
	r := repository{"sp.json": `[{"id": "1", "appId": "2", "displayName": "Microsoft Graph", "servicePrincipalType": "Application", "appRoleAssignmentRequired": false, "replyUrls": ["http://x"]},
	  {"id": "3", "appId": "4", "displayName": "Halo", "preferredSingleSignOnMode": "saml"}]`}
	report := r.lint()
	for _, f := range report.Findings {
		t.Errorf("%s: %s", f.Check, f.Detail)
	}
	notChecked := 0
	for _, c := range report.Checks {
		if c.Reason != "" {
			notChecked++
		}
	}
	if notChecked < 20 {
		t.Errorf("%d checks say what is missing", notChecked)
	}
}
