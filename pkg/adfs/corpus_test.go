package adfs_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

const corpus = "../../../shared/corpus/adfs"

// corpusFolder opens the folder of samples; the test is skipped where it is
// absent.
func corpusFolder(t testing.TB) fs.FS {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the folder of samples is not here")
	}
	return os.DirFS(corpus)
}

// TestCorpus reads every sample: its objects, by kind, name and how many of
// their properties are not held, or the word of the error that is due.
func TestCorpus(t *testing.T) {
	const three = "RelyingPartyTrust Contoso CRM (SAML) 51-%d, RelyingPartyTrust Sample Claims Aware Application 51-%d, RelyingPartyTrust Microsoft Office 365 Identity Platform 51-%d"
	want := map[string]string{
		"PROVENANCE.md": "error a script",
		"constructed/CPT - Active Directory.utf16le.xml":                "ClaimsProviderTrust Active Directory 22-0",
		"constructed/RPT - Contoso CRM (SAML).utf16le.xml":              "RelyingPartyTrust Contoso CRM (SAML) 51-0",
		"constructed/RPT - Contoso CRM (SAML).utf8.xml":                 "RelyingPartyTrust Contoso CRM (SAML) 51-0",
		"constructed/RPT - Sample Claims Aware Application.utf16le.xml": "RelyingPartyTrust Sample Claims Aware Application 51-0",
		"constructed/all-rps-depth1.utf16le.xml":                        "RelyingPartyTrust Contoso CRM (SAML) 51-2, RelyingPartyTrust Sample Claims Aware Application 51-1",
		"constructed/all-rps-one-file.utf16le.xml":                      fmt.Sprintf(three, 0, 0, 0),
		"constructed/enc.cer":                                           "error a certificate or key",
		"constructed/sign.cer":                                          "error a certificate or key",
		"constructed/rps.convertto-csv.csv":                             fmt.Sprintf(three, 12, 10, 9),
		"constructed/rps.ps5.depth2-default.json":                       fmt.Sprintf(three, 3, 0, 0),
		"constructed/rps.ps7.depth5.json":                               fmt.Sprintf(three, 0, 0, 0),
		"constructed/single-rp.ps5.depth2-default.json":                 "RelyingPartyTrust Contoso CRM (SAML) 51-0",
		"formatlist/adfsclient_2012r2.txt":                              "AdfsClient Silent Circle Enterprise Client 7-0",
		"formatlist/adfsproperties_2016.txt":                            "ServiceProperties  48-3",
		"formatlist/applicationgroup_2019.txt":                          "ApplicationGroup OAuth-Test 5-1",
		"formatlist/rp_adfs2016_wsfed_claimsaware.txt":                  "RelyingPartyTrust Sample Claims Aware Application 49-3",
		"formatlist/rp_adfs2019_saml_with_signing_cert.txt":             "RelyingPartyTrust XXXX 51-3",
		"formatlist/rp_adfs2019_saml_wrapped80.txt":                     "RelyingPartyTrust RP 51-1",
		"formatlist/rp_adfs30_2012r2_oauth.txt":                         "RelyingPartyTrust Silent Circle Enterprise Client 42-0",
		"formatlist/wap_relyingparty_2016.txt":                          "WebApplicationProxyRelyingPartyTrust urn:AppProxy:com 11-0",
		"metadata/sp_localhost44342_sustainsys.xml":                     "RelyingPartyTrust https://localhost:44342/Saml2 6-0",
		"policymetadata/adfstk_everyone_require_mfa.xml":                "error an access control policy",
		"policymetadata/adfstk_mfa_then_always.xml":                     "error an access control policy",
		"policymetadata/builtin_permit_everyone_2019.xml":               "error an access control policy",
		"xml/clixml_real_fragment_identifier.xml":                       "error a value of the type \"S\"",
		"xml/codeproject_getrelyingparty.xml":                           "RelyingPartyTrust WIF sample application (with SAML 2.0 extension CTP) 23-1",
	}
	got := map[string]string{}
	folder := corpusFolder(t)
	err := fs.WalkDir(folder, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got[path] = summary(t, folder, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is read of the samples (-want +got):\n%s", diff)
	}
}

func summary(t *testing.T, folder fs.FS, path string) string {
	f, err := folder.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var parts []string
	for o, err := range adfs.Read(f, path, adfs.Limits{}) {
		if err != nil {
			_, found, _ := strings.Cut(err.Error(), "found ")
			found, _, _ = strings.Cut(found, ", expected")
			parts = append(parts, "error "+found)
			continue
		}
		missing := 0
		for _, p := range o.Properties {
			if p.State != adfs.Held {
				missing++
			}
			if p.Info == nil {
				t.Errorf("%s: the property %q is in no table", path, p.Name)
			}
		}
		parts = append(parts, fmt.Sprintf("%s %s %d-%d", o.Kind, o.Name(), len(o.Properties), missing))
	}
	return strings.Join(parts, ", ")
}

// TestCorpusTrust looks at one real-looking trust closely, in each of its
// files.
func TestCorpusTrust(t *testing.T) {
	folder := corpusFolder(t)
	var want *adfs.RelyingParty
	for _, path := range []string{"constructed/RPT - Contoso CRM (SAML).utf16le.xml", "constructed/RPT - Contoso CRM (SAML).utf8.xml", "constructed/all-rps-one-file.utf16le.xml", "constructed/rps.ps7.depth5.json", "constructed/single-rp.ps5.depth2-default.json"} {
		data, err := fs.ReadFile(folder, path)
		if err != nil {
			t.Fatal(err)
		}
		objects, errs := read(string(data), path)
		if errs != nil {
			t.Fatal(path, errs)
		}
		rp := objects[0].RelyingParty()
		if want == nil {
			want = rp
		}
		if diff := cmp.Diff(want, rp, same); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", path, diff)
		}
	}
	if consumers := want.AssertionConsumers(); len(consumers) < 2 || consumers[0].Location != "https://crm.contoso.com/saml2/acs" {
		t.Errorf("the endpoints for responses are %+v", consumers)
	}
	if !strings.Contains(want.IssuanceTransformRules.Value, "Admins été 😀 a_x0041_b") {
		t.Errorf("the rules are %q", want.IssuanceTransformRules.Value)
	}
	if want.Notes != "Owner: CRM team\nTicket <1234> & \"co\"" || want.LifetimeMinutes() != 480 || want.EncryptionCertificate == nil || len(want.RequestSigningCertificate) != 1 {
		t.Errorf("the trust is %+v", want)
	}
	if group := want.AccessControlPolicyParameters.Get("groupparameter"); group.String() != `CONTOSO\App Users, CONTOSO\App Admins` {
		t.Errorf("the groups are %q", group)
	}
	policy := want.ResultantPolicy
	if policy == nil || len(policy.Rules) != 1 || policy.Rules[0].Conditions[0].Known || policy.Unknown[0] != "SpecificGroupCondition" || policy.Rules[0].Conditions[0].Values[0] != "S-1-5-21-1004336348-1177238915-682003330-1128" {
		t.Errorf("the policy is %+v", policy)
	}
}

func TestCorpusPolicies(t *testing.T) {
	folder := corpusFolder(t)
	for path, want := range map[string]string{
		"adfstk_everyone_require_mfa":  "[MultiFactorAuthenticationCondition IsPresent  []]",
		"adfstk_mfa_then_always":       "[SpecificClaimCondition Equals http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod [https://refeds.org/profile/mfa] MultiFactorAuthenticationCondition IsPresent  []][AlwaysCondition IsPresent  []]",
		"builtin_permit_everyone_2019": "[AlwaysCondition IsPresent  []]",
	} {
		data, err := fs.ReadFile(folder, "policymetadata/"+path+".xml")
		if err != nil {
			t.Fatal(err)
		}
		policy := adfs.ParseAccessPolicy(adfs.Text{Value: string(data)})
		var b strings.Builder
		for _, rule := range policy.Rules {
			var parts []string
			for _, c := range rule.Conditions {
				parts = append(parts, fmt.Sprint(c.Type, " ", c.Operator, " ", c.ClaimType, " ", c.Values))
			}
			b.WriteString("[" + strings.Join(parts, " ") + "]")
		}
		if b.String() != want || policy.Err != nil || policy.Unknown != nil || policy.RequireFreshAuthentication {
			t.Errorf("%s is %s, %v, %q", path, b.String(), policy.Err, policy.Unknown)
		}
	}
}
