package compare_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/compare"
	"github.com/ssodoctor/ssodoctor/pkg/entra/export"
)

const enterprise = `[{"appId": "a1", "displayName": "Halo", "identifierUris": ["https://halo.contoso.com"], "web": {"redirectUris": ["https://halo.contoso.com/acs"]}, "groupMembershipClaims": "ApplicationGroup",
   "tokenEncryptionKeyId": null, "requestSignatureVerification": {"isSignedRequestRequired": false}},
  {"id": "s1", "appId": "a1", "displayName": "Halo", "preferredSingleSignOnMode": "saml", "appRoleAssignmentRequired": true, "accountEnabled": true, "preferredTokenSigningKeyThumbprint": "AA",
   "claimsMappingPolicies": [{"id": "p", "definition": ["{\"ClaimsMappingPolicy\":{\"Version\":1,\"ClaimsSchema\":[{\"Source\":\"user\",\"ID\":\"mail\",\"SamlClaimType\":\"mail\"}]}}"]}],
   "appRoleAssignedTo": [{"principalId": "g", "principalType": "Group", "principalDisplayName": "Agents", "resourceId": "s1"}]}]`

func entraExport(t testing.TB, text string) compare.Export {
	t.Helper()
	f := export.Read("export.json", []byte(text))
	if len(f.Problems) > 0 {
		t.Fatal(f.Problems)
	}
	return compare.Export{Name: f.Name, Format: f.Format, Applications: export.Join([]*export.File{f})}
}

func adfsExport(t testing.TB, text string) compare.Export {
	t.Helper()
	e := compare.Export{Name: "trusts.json", Format: "json"}
	for trust, err := range adfs.RelyingParties(adfs.Read(strings.NewReader(text), e.Name, adfs.Limits{})) {
		if err != nil {
			t.Fatal(err)
		}
		e.Trusts = append(e.Trusts, trust)
	}
	return e
}

// TestApplications: each setting of an enterprise application that differs is
// told, with what that breaks; nothing else is.
func TestApplications(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"https://halo.contoso.com"]`, `"https://halo.contoso.com/"]`, "error differs identifier Halo"},
		{`halo.contoso.com/acs`, `halo.contoso.com/saml`, "error differs Reply URL Halo"},
		{`"https://halo.contoso.com/acs"`, `"https://halo.contoso.com/acs", "https://halo2.contoso.com/acs"`, "info differs Reply URL Halo"},
		{`"saml"`, `"oidc"`, "error differs single sign-on mode Halo"},
		{`"appRoleAssignmentRequired": true`, `"appRoleAssignmentRequired": false`, "warning differs assignment required Halo"},
		{`"accountEnabled": true`, `"accountEnabled": false`, "error differs enabled for users Halo"},
		{`"AA"`, `"BB"`, "error differs active signing certificate Halo"},
		{`\"ID\":\"mail\"`, `\"ID\":\"userprincipalname\"`, "error differs emitted claims Halo"},
		{`"Agents"`, `"All Users"`, "warning differs assigned Halo"},
		{`"tokenEncryptionKeyId": null`, `"tokenEncryptionKeyId": "k"`, "error added token encryption key Halo"},
		{`"isSignedRequestRequired": false`, `"isSignedRequestRequired": true`, "error differs signed requests required Halo"},
		{`ApplicationGroup`, `All`, "warning differs groups emitted Halo"},
		{`"displayName": "Halo", "preferred`, `"displayName": "Halo ITSM", "preferred`, ""},
	} {
		got := differing(compare.Exports(entraExport(t, enterprise), entraExport(t, strings.Replace(enterprise, c.old, c.new, 1))))
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s -> %s: %q, want %q", c.old, c.new, got, c.want)
		}
	}
}

// TestOneSided: what an export does not hold is not missing.
func TestOneSided(t *testing.T) {
	principal := `{"id": "s1", "appId": "a1", "displayName": "Halo", "preferredSingleSignOnMode": "saml", "appRoleAssignmentRequired": true, "accountEnabled": true, "preferredTokenSigningKeyThumbprint": "AA"}`
	c := compare.Exports(entraExport(t, enterprise), entraExport(t, principal))
	for _, f := range c.Facts {
		if f.Outcome != compare.Same {
			t.Errorf("%+v", f)
		}
	}
	two := "[" + principal + `, {"id": "s2", "appId": "a2", "displayName": "Other", "preferredSingleSignOnMode": "saml"}]`
	if got := differing(compare.Exports(entraExport(t, two), entraExport(t, principal))); !slices.Equal(got, []string{"error missing application Other"}) {
		t.Error(got)
	}
	if got := differing(compare.Exports(entraExport(t, principal), entraExport(t, two))); !slices.Equal(got, []string{"info added application Other"}) {
		t.Error(got)
	}
	if c := compare.Exports(entraExport(t, principal), adfsExport(t, trust)); len(c.Facts) > 0 {
		t.Error("two products are compared")
	}
}

const trust = `[{"Name": "Halo", "Identifier": ["https://halo.contoso.com"], "Enabled": true, "SignatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "TokenLifetime": 0, "Notes": "x",
  "SamlEndpoints": [{"Binding": "POST", "BindingUri": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", "Index": 0, "IsDefault": true, "Location": "https://halo.contoso.com/acs", "Protocol": "SAMLAssertionConsumer", "ResponseLocation": null}],
  "IssuanceTransformRules": "c:[Type == \"a\"] => issue(claim = c);"}]`

// TestTrusts: each setting of a relying party trust that differs is told.
func TestTrusts(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"https://halo.contoso.com"]`, `"https://halo.contoso.com/"]`, "error differs identifier Halo"},
		{`"Enabled": true`, `"Enabled": false`, "error differs enabled Halo"},
		{`halo.contoso.com/acs`, `halo.contoso.com/saml`, "error differs Reply URL Halo"},
		{`2001/04/xmldsig-more#rsa-sha256`, `2000/09/xmldsig#rsa-sha1`, "warning differs signature algorithm Halo"},
		{`"TokenLifetime": 0`, `"TokenLifetime": 480`, "info differs token lifetime Halo"},
		{`"TokenLifetime": 0`, `"TokenLifetime": 60`, ""},
		{`Type == \"a\"`, `Type == \"b\"`, "error differs transform rules Halo"},
		{`c:[Type == \"a\"] => issue`, `c:[Type==\"a\"]\n=>  issue`, ""},
		{`"Notes": "x"`, `"Notes": "y"`, "info differs Notes Halo"},
		{`"Name": "Halo"`, `"Name": "HaloITSM"`, ""},
	} {
		got := differing(compare.Exports(adfsExport(t, trust), adfsExport(t, strings.Replace(trust, c.old, c.new, 1))))
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s -> %s: %q, want %q", c.old, c.new, got, c.want)
		}
	}
}

// TestManyApplications: large tenants are paired by their ids, in their order.
func TestManyApplications(t *testing.T) {
	var list []string
	for i := range 500 {
		list = append(list, fmt.Sprintf(`{"id": "s%d", "appId": "a%d", "displayName": "App", "preferredSingleSignOnMode": "saml"}`, i, i))
	}
	forth := entraExport(t, "["+strings.Join(list, ",")+"]")
	slices.Reverse(list)
	back := entraExport(t, "["+strings.Join(list, ",")+"]")
	if c := compare.Exports(forth, back); c.Summary.Same != 500 || len(c.Facts) != 500 {
		t.Errorf("%+v", c.Summary)
	}
}
