package adfs_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

// TestTable checks that every row of the table of trusts is complete, that
// every row fills a field, and that every field is filled by a row.
func TestTable(t *testing.T) {
	filled := map[string]bool{}
	for _, p := range adfs.Properties(adfs.KindRelyingParty) {
		if p.Name == "" || p.Type == 0 || p.Since == 0 || p.Meaning == "" || p.Entra == "" {
			t.Errorf("the row %+v is not complete", p)
		}
		if adfs.LookUp(adfs.KindRelyingParty, strings.ToUpper(p.Name)) != p {
			t.Errorf("%s is not found by its name", p.Name)
		}
		if strings.HasPrefix(p.Name, "PS") || p.Name == "RunspaceId" {
			continue
		}
		field := changedField(t, p)
		if field == "" || filled[field] {
			t.Errorf("%s fills the field %q", p.Name, field)
		}
		filled[field] = true
	}
	for f := range reflect.TypeFor[adfs.RelyingParty]().Fields() {
		if f.Name != "Object" && !filled[f.Name] {
			t.Errorf("no property fills the field %s", f.Name)
		}
	}
}

// samples are values of the types, other than the defaults.
var samples = map[adfs.Type]adfstest.Value{
	adfs.TypeString: adfstest.String("x"), adfs.TypeRules: adfstest.String("x"), adfs.TypeInteger: adfstest.Int(7), adfs.TypeTime: adfstest.Time("2026-11-21T10:00:04Z"),
	adfs.TypeStrings: adfstest.Strings("x"), adfs.TypeEnumeration: adfstest.Enum{Type: "x", Name: "Other", Number: 1}, adfs.TypeCertificate: adfstest.Trust("", "x").Properties[10].Value,
	adfs.TypeCertificates: adfstest.List{Type: "x", Items: []adfstest.Value{adfstest.Trust("", "x").Properties[10].Value}},
	adfs.TypeEndpoints:    adfstest.List{Type: "x", Items: []adfstest.Value{adfstest.Endpoint("POST", "HTTP-POST", "SAMLLogout", "https://x", 0, false)}},
	adfs.TypeDescriptions: adfstest.List{Type: "x", Items: []adfstest.Value{&adfstest.Object{Type: "ClaimDescription", Properties: []adfstest.Entry{{Key: "ClaimType", Value: adfstest.URI("urn:x")}, {Key: "IsRequired", Value: adfstest.Bool(true)}}}}},
	adfs.TypePolicy:       &adfstest.Object{Type: "PolicyMetadata", Properties: []adfstest.Entry{{Key: "Summary", Value: adfstest.String("x")}}},
	adfs.TypeAny:          adfstest.Dict{Type: "x", Entries: []adfstest.Entry{{Key: "k", Value: adfstest.String("v")}}},
}

// changedField is the one field that differs from the defaults where an export
// holds one property.
func changedField(t *testing.T, p *adfs.PropertyInfo) string {
	t.Helper()
	sample := samples[p.Type]
	if p.Type == adfs.TypeBoolean {
		sample = adfstest.Bool(p.Default != "True")
	}
	trusts := []*adfstest.Object{{Type: adfstest.TypeTrust, Properties: []adfstest.Entry{{Key: p.Name, Value: sample}}}}
	objects, errs := read(clixml(t, trusts, adfstest.CLIXMLOptions{Depth: 3}), "x")
	if len(objects) != 1 || errs != nil || len(objects[0].Problems) > 0 {
		t.Fatalf("%s: %d objects, errors %v", p.Name, len(objects), errs)
	}
	defaults, _ := read(clixml(t, []*adfstest.Object{{Type: adfstest.TypeTrust, Properties: []adfstest.Entry{{Key: "PSComputerName", Value: adfstest.String("x")}}}}, adfstest.CLIXMLOptions{}), "x")
	a, b := reflect.ValueOf(defaults[0].RelyingParty()).Elem(), reflect.ValueOf(objects[0].RelyingParty()).Elem()
	for i := range a.NumField() {
		if name := a.Type().Field(i).Name; name != "Object" && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			return name
		}
	}
	return ""
}

// TestDefaults checks what stands for properties that an export does not have.
func TestDefaults(t *testing.T) {
	objects, _ := read(`[{"Name": "x", "IssuanceTransformRules": null}]`, "x")
	rp := objects[0].RelyingParty()
	if !rp.Enabled || !rp.EncryptClaims || rp.SamlResponseSignature != "AssertionOnly" || rp.LifetimeMinutes() != 60 || rp.ProtocolProfile != "WsFed-SAML" ||
		rp.AllowedClientTypes != "Public, Confidential" || rp.SignatureAlgorithm != "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" {
		t.Errorf("the defaults are %+v", rp)
	}
	if rp.Property("Enabled") != nil || rp.Property("issuancetransformrules") == nil || rp.Text("Enabled").Value != "" {
		t.Error("properties that the export does not have are listed")
	}
}

// TestNames reads names that other tools stumble over: each stays as it is, and
// two trusts of one name stay two.
func TestNames(t *testing.T) {
	list := []string{"[x] (y) {z}", "😀 Größe 中文", "tab\tand bell\a and \u0085", "a_x0041_b _X0041_ _x005F_ _", `"quoted" 'single' <b>&amp;</b>`, "CR\rLF\nCRLF\r\n", "twice", "twice", "trailing "}
	var farm []*adfstest.Object
	for _, name := range list {
		farm = append(farm, adfstest.Trust(name, "x"))
	}
	for _, f := range formats(t, farm) {
		if f.format == "format-list" {
			continue // has no escapes
		}
		objects, errs := read(f.export, "x")
		if len(objects) != len(list) || errs != nil {
			t.Fatalf("%s: %d objects, errors %v", f.name, len(objects), errs)
		}
		for i, o := range objects {
			if o.Name() != list[i] || o.RelyingParty().Name != list[i] || o.Source.Index != i {
				t.Errorf("%s: the name is %q, expected %q", f.name, o.Name(), list[i])
			}
		}
	}
}

// TestValues reads values as formats, versions and people write them.
func TestValues(t *testing.T) {
	for _, test := range []struct{ name, property, want, problem string }{
		{"number of an enumeration", `"SigningCertificateRevocationCheck": 0`, "None", ""},
		{"text of an enumeration", `"SigningCertificateRevocationCheck": "CheckChain"`, "CheckChain", ""},
		{"flags", `"AllowedClientTypes": 6`, "Public, Confidential", ""},
		{"one flag", `"AllowedClientTypes": 4`, "Confidential", ""},
		{"flags as text", `"AllowedClientTypes": "Public,Confidential"`, "Public, Confidential", ""},
		{"a number that is none", `"SigningCertificateRevocationCheck": 99`, "99", "cannot be read"},
		{"text of a boolean", `"Enabled": "false"`, "False", ""},
		{"digit of a boolean", `"Enabled": "1"`, "True", ""},
		{"no boolean", `"Enabled": "maybe"`, "maybe", "expected True or False"},
		{"empty boolean", `"Enabled": ""`, "", ""},
		{"text of a number", `"TokenLifetime": "60"`, "60", ""},
		{"no number", `"TokenLifetime": "long"`, "long", "expected a whole number"},
		{"never", `"LastUpdateTime": "\/Date(-2208988800000)\/"`, "", ""},
		{"never in the west", `"LastUpdateTime": "12/31/1899 7:00:00 PM"`, "", ""},
		{"milliseconds", `"LastUpdateTime": "\/Date(1795255204000)\/"`, "2026-11-21T10:00:04Z", ""},
		{"a date with an offset", `"LastUpdateTime": "2026-11-21T12:00:04+02:00"`, "2026-11-21T10:00:04Z", ""},
		{"a date object", `"LastUpdateTime": {"value": "\/Date(1795255204000)\/", "DisplayHint": 2, "DateTime": "x"}`, "2026-11-21T10:00:04Z", ""},
		{"a date of the locale", `"LastUpdateTime": "03/04/2026 10:00:04"`, "03/04/2026 10:00:04", "cannot be told for sure"},
		{"one identifier", `"Identifier": "urn:x"`, "urn:x", ""},
		{"wrapped list", `"Identifier": {"value": ["urn:x", "urn:y"], "Count": 2}`, "urn:x, urn:y", ""},
		{"joined list", `"Identifier": "urn:x urn:y"`, "urn:x urn:y", "joined by blanks"},
		{"list of types", `"Identifier": ["System.Object"]`, "System.Object", "type name"},
		{"URI object", `"WSFedEndpoint": {"AbsolutePath": "/", "OriginalString": "https://x"}`, "https://x", ""},
		{"one endpoint", `"SamlEndpoints": {"Binding": "POST", "Index": "1", "IsDefault": "true", "Location": "https://x", "Protocol": "SAMLLogout"}`, "{Binding=POST; Location=https://x; Protocol=SAMLLogout; Index=1; IsDefault=True}", ""},
		{"endpoint with more", `"SamlEndpoints": [{"Binding": "POST", "Colour": "red", "Empty": null}]`, "{Binding=POST; Colour=red}", ""},
		{"endpoints as hashes", `"SamlEndpoints": ["@{Binding=POST; Index=0}"]`, "@{Binding=POST; Index=0}", "expected the SAML endpoints"},
		{"an index that is none", `"SamlEndpoints": [{"Index": "first"}]`, "first", "Index: found"},
		{"no certificate", `"EncryptionCertificate": {"RawData": [1, 2, 3]}`, "", "not a certificate"},
		{"bytes that are none", `"EncryptionCertificate": {"RawData": [1, 999]}`, "", "no certificate"},
		{"no RawData", `"EncryptionCertificate": {"Subject": "CN=x"}`, "", "RawData"},
		{"accounts joined", `"AccessControlPolicyParameters": {"GroupParameter": "C\\a b C\\c d"}`, `{GroupParameter=C\a b C\c d}`, "joined by blanks"},
		{"policy without conditions", `"ResultantPolicy": "Permit everyone"`, "{Summary=Permit everyone}", "without its conditions"},
		{"policy that is no XML", `"ResultantPolicy": {"Serialized": "<Policy", "Summary": "x"}`, "{Serialized=<Policy; Summary=x}", "cannot be read"},
		{"unknown", `"Frobnicate": {"a": [1, true, null]}`, "{a=1, True, }", "no known property"},
		{"twice", `"Notes": "a", "notes": "b"`, "a", "comes twice"},
		{"group that was eaten", `"IssuanceTransformRules": "regexreplace(c.Value, \"(?[^\\\\]+)\")"`, `regexreplace(c.Value, "(?[^\\]+)")`, "starts no group"},
		{"typographic quotes", `"IssuanceTransformRules": "c:[Type == \u201cx\u201d]"`, "c:[Type == \u201cx\u201d]", "typographic"},
	} {
		t.Run(test.name, func(t *testing.T) {
			objects, errs := read(`{"Name": "x", "SamlResponseSignature": "AssertionOnly", `+test.property+`}`, "x")
			if len(objects) != 1 || errs != nil {
				t.Fatalf("%d objects, errors %v", len(objects), errs)
			}
			name, _, _ := strings.Cut(test.property[1:], `"`)
			if got := objects[0].Property(name).Value.String(); got != test.want {
				t.Errorf("the value is %q, expected %q", got, test.want)
			}
			var details []string
			for _, p := range objects[0].Problems {
				if !p.Location.Span.Known() || p.Check == "" || p.Severity == 0 {
					t.Errorf("the problem %+v is not complete", p)
				}
				details = append(details, p.Detail)
			}
			if test.problem == "" && details != nil || !strings.Contains(fmt.Sprint(details), test.problem) {
				t.Errorf("the problems are %q, expected %q", details, test.problem)
			}
		})
	}
}

// TestSecrets checks that secrets are not kept.
func TestSecrets(t *testing.T) {
	for _, export := range []string{
		`{"Name": "x", "ADUserPrincipalName": null, "ClientSecret": "hunter2"}`,
		`<Objs><Obj RefId="0"><TN RefId="0"><T>Microsoft.IdentityServer.Management.Resources.ServerApplication</T></TN><Props><S N="Name">x</S><S N="ClientSecret">hunter2</S><SS N="Key">hunter2</SS></Props></Obj></Objs>`,
		`[{"Name": "x", "StoreTypeQualifiedName": "SQL", "Configuration": {"Connection": "Password=hunter2"}}]`,
	} {
		objects, errs := read(export, "x")
		if len(objects) != 1 || errs != nil {
			t.Fatalf("%d objects, errors %v", len(objects), errs)
		}
		text := fmt.Sprintf("%+v", objects[0].Problems)
		for _, p := range objects[0].Properties {
			text += p.Value.String() + fmt.Sprintf("%+v", *p.Value)
		}
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "(secret)") {
			t.Errorf("what was read of %s is %s", objects[0].Kind, text)
		}
	}
}

// TestKinds tells objects by type names and by properties.
func TestKinds(t *testing.T) {
	typed := func(name string) string {
		return `<Objs><Obj RefId="0"><TN RefId="0"><T>` + name + `</T><T>System.Object</T></TN><MS><S N="Name">x</S></MS></Obj></Objs>`
	}
	for export, want := range map[string]adfs.Kind{
		typed("Microsoft.IdentityServer.Management.Resources.RelyingPartyTrust"):                         adfs.KindRelyingParty,
		typed("Microsoft.IdentityServer.PowerShell.Resources.RelyingPartyTrust"):                         adfs.KindRelyingParty,
		typed("Selected.Microsoft.IdentityServer.Management.Resources.RelyingPartyTrust"):                adfs.KindRelyingParty,
		typed("Deserialized.Microsoft.IdentityServer.Management.Resources.ClaimsProviderTrust"):          adfs.KindClaimsProvider,
		typed("Microsoft.IdentityServer.Management.Resources.NonClaimsAwareRelyingPartyTrust"):           adfs.KindNonClaimsAware,
		typed("Microsoft.IdentityServer.Management.Resources.WebApiApplication"):                         adfs.KindWebAPIApplication,
		typed("Microsoft.IdentityServer.Management.Resources.NativeClientApplication"):                   adfs.KindNativeClientApplication,
		typed("Microsoft.IdentityServer.Management.Resources.SomethingNew"):                              adfs.KindUnknown,
		`{"Name": "x", "ApplicationGroupIdentifier": "g", "IssuanceTransformRules": ""}`:                 adfs.KindWebAPIApplication,
		`{"Name": "x", "ApplicationGroupIdentifier": "g", "RedirectUri": []}`:                            adfs.KindNativeClientApplication,
		`{"Name": "x", "AcceptanceTransformRules": "", "SamlEndpoints": []}`:                             adfs.KindClaimsProvider,
		`{"Name": "x", "Identifier": "y", "IssuanceTransformRules": ""}`:                                 adfs.KindRelyingParty,
		`{"Exported": "today", "Name": "x", "IssuanceTransformRules": ""}`:                               adfs.KindRelyingParty,
		`{"Name": "x", "StoreTypeQualifiedName": "y"}`:                                                   adfs.KindAttributeStore,
		"#TYPE Selected.Microsoft.IdentityServer.Management.Resources.RelyingPartyTrust\nName;Notes\nx;": adfs.KindRelyingParty,
	} {
		objects, errs := read(export, "x")
		if len(objects) != 1 || errs != nil || objects[0].Kind != want || objects[0].Name() != "x" {
			t.Errorf("%s is %+v, errors %v, expected %q", export, objects, errs, want)
		}
	}
	if (adfs.Properties("nothing") != nil) || adfs.LookUp("nothing", "Name") != nil {
		t.Error("an unknown kind has properties")
	}
}

// TestMetadata makes a trust of the metadata of an app.
func TestMetadata(t *testing.T) {
	export := `<?xml version="1.0" encoding="utf-16"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:app"><SPSSODescriptor AuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://app/slo" ResponseLocation="https://app/slo2"/>` +
		`<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://app/acs" index="3" isDefault="true"/></SPSSODescriptor></EntityDescriptor>`
	objects, errs := read(export, "x")
	if len(objects) != 1 || errs != nil {
		t.Fatalf("%d objects, errors %v", len(objects), errs)
	}
	rp := objects[0].RelyingParty()
	want := []adfs.SamlEndpoint{
		{Binding: "POST", BindingURI: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", Index: 3, IsDefault: true, Location: "https://app/acs", Protocol: adfs.ProtocolAssertionConsumer},
		{Binding: "Redirect", BindingURI: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", Location: "https://app/slo", Protocol: adfs.ProtocolLogout, ResponseLocation: "https://app/slo2"},
	}
	if diff := cmp.Diff(want, rp.SamlEndpoints, same); diff != "" {
		t.Errorf("the endpoints differ (-want +got):\n%s", diff)
	}
	if !rp.SignedSamlRequestsRequired || rp.Name != "urn:app" || rp.Property("IssuanceTransformRules") != nil {
		t.Errorf("the trust is %+v", rp)
	}
	if p := rp.Property("Identifier"); export[p.Value.Items[0].Text.Span.Offset:p.Value.Items[0].Text.Span.End] != "urn:app" {
		t.Errorf("the identifier stands at %+v", p.Span)
	}
}

// TestRelyingParties keeps trusts and errors, and nothing else.
func TestRelyingParties(t *testing.T) {
	farm := append(adfstest.Farm(2), adfstest.Provider())
	n, errs := 0, 0
	export := strings.TrimSuffix(clixml(t, farm, adfstest.CLIXMLOptions{}), "</Objs>")
	for rp, err := range adfs.RelyingParties(adfs.Read(strings.NewReader(export), "x", adfs.Limits{})) {
		if err != nil {
			errs++
		} else if rp.LastMonitoredTime.Equal(time.Date(2026, 11, 21, 10, 0, 4, 0, time.UTC)) && rp.LastUpdateTime.IsZero() {
			n++
		}
	}
	if n != 2 || errs != 1 {
		t.Errorf("%d trusts and %d errors", n, errs)
	}
}
