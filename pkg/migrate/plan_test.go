package migrate

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// plan writes trusts as an export and plans them.
func plan(t *testing.T, o PlanOptions, objects ...*adfstest.Object) *Plan {
	t.Helper()
	var b strings.Builder
	if err := adfstest.WriteCLIXML(&b, objects, adfstest.CLIXMLOptions{}); err != nil {
		t.Fatal(err)
	}
	o.At = benchTime
	p, err := Build(adfs.Read(strings.NewReader(b.String()), "trusts.xml", adfs.Limits{}), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range p.Problems {
		t.Fatalf("the export cannot be read: %+v", problem)
	}
	return p
}

// TestPlanSettings holds each setting of an application to the property that it
// comes from.
func TestPlanSettings(t *testing.T) {
	post := func(host string, index int, isDefault bool) *adfstest.Object {
		return adfstest.Endpoint("POST", "HTTP-POST", "SAMLAssertionConsumer", "https://"+host+".contoso.com/acs", index, isDefault)
	}
	for _, c := range []struct {
		name     string
		property string
		value    adfstest.Value
		path     string // in the JSON
		want     string
	}{
		{"name", "Name", adfstest.String(`A "name" | <b>`), "application.displayName", `"A \"name\" | <b>"`},
		{"long name", "Name", adfstest.String(strings.Repeat("ä", 300)), "application.displayName", `"` + strings.Repeat("ä", 256) + `"`},
		{"notes", "Notes", adfstest.String("call Ada"), "application.notes", `"call Ada"`},
		{"identifiers", "Identifier", adfstest.Strings("urn:a", "https://b.contoso.com/", "urn:a", "with blanks"), "application.identifiers", `["urn:a","https://b.contoso.com/"]`},
		{"reply urls", "SamlEndpoints", endpoints(post("a", 0, false), post("b", 7, true), adfstest.Endpoint("Artifact", "HTTP-Artifact", "SAMLAssertionConsumer", "https://c.contoso.com/acs", 1, false)),
			"application.replyUrls", `[{"default":true,"index":7,"url":"https://b.contoso.com/acs"},{"default":false,"index":0,"url":"https://a.contoso.com/acs"}]`},
		{"logout by redirect", "SamlEndpoints", endpoints(post("a", 0, true), adfstest.Endpoint("POST", "HTTP-POST", "SAMLLogout", "https://a.contoso.com/post", 0, false),
			adfstest.Endpoint("Redirect", "HTTP-Redirect", "SAMLLogout", "https://a.contoso.com/redirect", 0, false)), "application.logoutUrl", `"https://a.contoso.com/redirect"`},
		{"logout that Entra refuses", "SamlEndpoints", endpoints(post("a", 0, true), adfstest.Endpoint("Redirect", "HTTP-Redirect", "SAMLLogout", "http://a.contoso.com/slo", 0, false)), "application.logoutUrl", `""`},
		{"realm of WS-Federation", "WSFedEndpoint", adfstest.URI("https://wiki.contoso.com/wsfed"), "application.replyUrls.1.url", `"https://wiki.contoso.com/wsfed"`},
		{"metadata", "MetadataUrl", adfstest.URI("https://wiki.contoso.com/metadata"), "application.metadataUrl", `"https://wiki.contoso.com/metadata"`},
		{"sign the response", "SamlResponseSignature", adfstest.String("MessageOnly"), "signing.option", `"response"`},
		{"sign both", "SamlResponseSignature", adfstest.String("MessageAndAssertion"), "signing.option", `"both"`},
		{"sha1", "SignatureAlgorithm", adfstest.String("http://www.w3.org/2000/09/xmldsig#rsa-sha1"), "signing.algorithm", `"rsa-sha1"`},
		{"sha1 requests", "SignatureAlgorithm", adfstest.String("http://www.w3.org/2000/09/xmldsig#rsa-sha1"), "requestSignature.allowSha1", `true`},
		{"signed requests", "SignedSamlRequestsRequired", adfstest.Bool(true), "requestSignature.required", `true`},
		{"no encryption", "EncryptClaims", adfstest.Bool(false), "encryption.enabled", `false`},
		{"no certificate", "EncryptionCertificate", adfstest.Null{}, "encryption", `{"certificate":null,"enabled":false}`},
		{"lifetime", "TokenLifetime", adfstest.Int(480), "tokenLifetimeMinutes", `480`},
		{"default lifetime", "TokenLifetime", adfstest.Int(0), "tokenLifetimeMinutes", `60`},
		{"short lifetime", "TokenLifetime", adfstest.Int(1), "tokenLifetimeMinutes", `10`},
		{"long lifetime", "TokenLifetime", adfstest.Int(99999), "tokenLifetimeMinutes", `1440`},
		{"disabled", "Enabled", adfstest.Bool(false), "enabled", `false`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plan(t, PlanOptions{}, ready().Set(c.property, c.value))
			if got := at(t, p.Trusts[0], c.path); got != c.want {
				t.Errorf("%s is %s, want %s", c.path, got, c.want)
			}
		})
	}
}

// at is a value inside the JSON of something.
func at(t *testing.T, v *TrustPlan, path string) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch node := tree.(type) {
		case map[string]any:
			next, ok := node[step]
			if !ok {
				t.Fatalf("there is no %s in %s", step, path)
			}
			tree = next
		case []any:
			i := int(step[0] - '0')
			if i >= len(node) {
				t.Fatalf("%s has %d elements", path, len(node))
			}
			tree = node[i]
		}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// TestPlanCertificates holds that certificates come out as they went in.
func TestPlanCertificates(t *testing.T) {
	p := plan(t, PlanOptions{}, adfstest.Trust("App", "app.contoso.com")).Trusts[0]
	if c := p.Encryption.Certificate; c == nil || !p.Encryption.Enabled || len(c.DER) == 0 || c.SHA1 != strings.ToUpper(c.SHA1) || len(c.SHA1) != 40 || c.NotAfter.IsZero() {
		t.Errorf("the certificate for encryption: %+v", c)
	}
	if len(p.RequestSignature.Certificates) != 1 || !p.RequestSignature.Required {
		t.Errorf("the certificates of requests: %+v", p.RequestSignature)
	}
}

func TestPlanOptions(t *testing.T) {
	for _, o := range []PlanOptions{{Tenant: "contoso.com"}, {AppID: "1"}, {Cloud: "moon"}} {
		if _, err := Build(func(func(*adfs.Object, error) bool) {}, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

// TestProviderValues holds the values that the owner of an app types in.
func TestProviderValues(t *testing.T) {
	const tenant, app = "72f988bf-86f1-41af-91ab-2d7cd011db47", "9f8b2f0e-7f4a-4d0c-9d8d-6a1f2c3b4d5e"
	properties := &adfstest.Object{Type: "Microsoft.IdentityServer.Management.Resources.ServiceProperties", Properties: []adfstest.Entry{
		{Key: "HostName", Value: adfstest.String("fs.contoso.com")}, {Key: "Identifier", Value: adfstest.URI("http://fs.contoso.com/adfs/services/trust")}, {Key: "SsoLifetime", Value: adfstest.Int(480)}}}
	saml, wsfed := ready(), ready().Set("SamlEndpoints", endpoints()).Set("WSFedEndpoint", adfstest.URI("https://wiki.contoso.com/wsfed"))
	for _, c := range []struct {
		name  string
		trust *adfstest.Object
		o     PlanOptions
		want  []string // issuer, login, logout, metadata of Entra
	}{
		{"tokens", saml, PlanOptions{}, []string{"https://sts.windows.net/{tenant-id}/", "https://login.microsoftonline.com/{tenant-id}/saml2", "https://login.microsoftonline.com/{tenant-id}/saml2",
			"https://login.microsoftonline.com/{tenant-id}/federationmetadata/2007-06/federationmetadata.xml?appid={app-id}"}},
		{"filled", saml, PlanOptions{Tenant: tenant, AppID: app}, []string{"https://sts.windows.net/" + tenant + "/", "https://login.microsoftonline.com/" + tenant + "/saml2", "https://login.microsoftonline.com/" + tenant + "/saml2",
			"https://login.microsoftonline.com/" + tenant + "/federationmetadata/2007-06/federationmetadata.xml?appid=" + app}},
		{"WS-Federation", wsfed, PlanOptions{Tenant: tenant}, []string{"https://sts.windows.net/" + tenant + "/", "https://login.microsoftonline.com/" + tenant + "/wsfed", "https://login.microsoftonline.com/common/wsfederation?wa=wsignout1.0",
			"https://login.microsoftonline.com/" + tenant + "/federationmetadata/2007-06/federationmetadata.xml?appid={app-id}"}},
		{"US government", saml, PlanOptions{Cloud: "us-gov"}, []string{"https://sts.windows.net/{tenant-id}/", "https://login.microsoftonline.us/{tenant-id}/saml2", "https://login.microsoftonline.us/{tenant-id}/saml2",
			"https://login.microsoftonline.us/{tenant-id}/federationmetadata/2007-06/federationmetadata.xml?appid={app-id}"}},
		{"China", saml, PlanOptions{Cloud: "china"}, []string{"https://sts.chinacloudapi.cn/{tenant-id}/", "https://login.partner.microsoftonline.cn/{tenant-id}/saml2", "https://login.partner.microsoftonline.cn/{tenant-id}/saml2",
			"https://login.partner.microsoftonline.cn/{tenant-id}/federationmetadata/2007-06/federationmetadata.xml?appid={app-id}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			values := plan(t, c.o, c.trust, properties).Trusts[0].Provider
			for i, want := range c.want {
				if values[i].Entra != want {
					t.Errorf("%s is %s, want %s", values[i].Label, values[i].Entra, want)
				}
			}
			if values[0].ADFS != "http://fs.contoso.com/adfs/services/trust" || values[1].ADFS != "https://fs.contoso.com/adfs/ls/" {
				t.Errorf("the values of AD FS: %+v", values)
			}
		})
	}
	if values := plan(t, PlanOptions{}, saml).Trusts[0].Provider; !strings.Contains(values[1].ADFS, hostToken) {
		t.Errorf("the host of AD FS is not known, yet %+v", values[1])
	}
}

// TestGallery holds that every app whose profile documents fixed or patterned
// addresses is recognised by them, and no other is taken for it.
func TestGallery(t *testing.T) {
	g, err := newGallery()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, a := range g.apps {
		identifiers, replies := samples(a.Identifier), samples(a.ReplyURL)
		if len(identifiers) == 0 || len(replies) == 0 {
			continue
		}
		got := g.find(identifiers[:1], replies[:1])
		switch {
		case got == nil:
			t.Logf("%s is not recognised by %s and %s", a.name, identifiers[0], replies[0])
		case got.name != a.name:
			t.Errorf("%s is taken for %s", a.name, got.name)
		default:
			found++
		}
	}
	if found < 20 {
		t.Errorf("%d apps are recognised by their own addresses", found)
	}
	for _, other := range []string{"https://wiki.contoso.com/saml", "https://contoso.com/", "urn:contoso:app"} {
		if got := g.find([]string{other}, []string{"https://wiki.contoso.com/acs"}); got != nil {
			t.Errorf("%s is taken for %s", other, got.name)
		}
	}
}

func samples(v profile.Value) []string {
	var list []string
	for _, f := range v.Exact {
		list = append(list, f.Value)
	}
	for _, p := range v.Patterns {
		list = append(list, p.Examples.Accepts...)
	}
	return list
}

func TestRecognised(t *testing.T) {
	p := plan(t, PlanOptions{Tenant: "72f988bf-86f1-41af-91ab-2d7cd011db47"}, ready().Set("Identifier", adfstest.Strings("https://contoso.service-now.com")).
		Set("SamlEndpoints", endpoints(adfstest.Endpoint("POST", "HTTP-POST", "SAMLAssertionConsumer", "https://contoso.service-now.com/navpage.do", 0, true)))).Trusts[0]
	if p.Application.Template != "ServiceNow" || p.Application.Profile != "servicenow" {
		t.Fatalf("%+v", p.Application)
	}
	if !slices.ContainsFunc(p.Items, func(i Item) bool { return i.Setting == "(profile)" && strings.Contains(i.Message, "ServiceNow") }) {
		t.Error("no item says so")
	}
	for _, want := range []PasteValue{{Provider: "Microsoft Entra Identifier", App: "Identity Provider URL", Value: "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/"},
		{Provider: "Identifier (Entity ID)", App: "Entity ID / Issuer", Value: "https://contoso.service-now.com"}} {
		if !slices.Contains(p.Paste, want) {
			t.Errorf("%+v is not on the sheet %+v", want, p.Paste)
		}
	}
}

func TestReadGroups(t *testing.T) {
	const id = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	for name, c := range map[string]struct{ text, failure string }{
		"plain":            {"sid,objectId,displayName,samAccountName\nS-1-5-21-1-2-3-4," + id + ",All Agents,Agents\n", ""},
		"semicolons, mark": {"\uFEFFsamAccountName;SID;ObjectId\r\nAgents;s-1-5-21-1-2-3-4;" + strings.ToUpper(id) + "\r\n", ""},
		"quoted":           {"\"sid\",\"objectId\",\"samAccountName\"\n\"S-1-5-21-1-2-3-4\",\"" + id + "\",\"Agents\"\n", ""},
		"cloud group":      {"sid,objectId,samAccountName\nS-1-5-21-1-2-3-4," + id + ",Agents\n,0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1,\n", ""},
		"empty":            {"", "the list is empty"},
		"no column":        {"group,id\n", "line 1: found the columns"},
		"bad sid":          {"sid,objectId\nAgents," + id + "\n", `line 2: found the sid "AGENTS"`},
		"bad id":           {"sid,objectId\n\nS-1-5-21-1-2-3-4,12\n", `line 3: found the objectId "12"`},
		"two ids":          {"sid,objectId\nS-1-5-21-1-2-3-4," + id + "\nS-1-5-21-1-2-3-4,1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\n", "line 3: the sid"},
		"open quote":       {"sid,objectId\n\"S-1", "groups.csv: "},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := ReadGroups(strings.NewReader(c.text), "groups.csv")
			if c.failure != "" {
				if err == nil || !strings.Contains(err.Error(), c.failure) || !strings.HasPrefix(err.Error(), "groups.csv: ") {
					t.Fatalf("the error is %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if g := list.withSID("S-1-5-21-1-2-3-4"); g.Ref() != id || len(list.bySID) != 1 {
				t.Errorf("the group is %+v", g)
			}
			if g := list.named(`CONTOSO\agents`); g.ObjectID != id {
				t.Errorf("by its name the group is %+v", g)
			}
			if g := list.withSID("S-1-5-21-9"); g.Ref() != "{group:S-1-5-21-9}" {
				t.Errorf("an unknown group is %+v", g)
			}
		})
	}
}

func FuzzReadGroups(f *testing.F) {
	f.Add("sid,objectId,displayName,samAccountName\nS-1-5-21-1-2-3-4,0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0,All,Agents\n")
	f.Add("\xFF\xFEs\x00i\x00d\x00")
	f.Fuzz(func(t *testing.T, text string) {
		if list, err := ReadGroups(strings.NewReader(text), "g"); err == nil && len(list.bySID) > strings.Count(text, "\n")+strings.Count(text, "\r")+len(text)/2 {
			t.Fatal("more groups than lines")
		}
	})
}
