package profile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47"

var issuers = []struct{ issuer, product, detail string }{
	{"https://sts.windows.net/" + tenant + "/", "entra", tenant},
	{"https://sts.windows.net/" + tenant, "entra", tenant},
	{" https://sts.windows.net/" + tenant + "/\n", "entra", tenant},
	{"http://sts.windows.net/" + tenant + "/", "entra", tenant},
	{"https://sts.windows.net/" + tenant + "/9f8b2f0e-7f4a-4d0c-9d8d-6a1f2c3b4d5e", "entra", tenant},
	{"https://sts.chinacloudapi.cn/" + tenant + "/", "entra", tenant},
	{"https://login.microsoftonline.com/" + tenant + "/", "entra", tenant},
	{"https://login.microsoftonline.us/" + tenant + "/saml2", "entra", tenant},
	{"https://sts.windows.net/some_guid/", "", ""},
	{"http://fs.contoso.com/adfs/services/trust", "adfs", "fs.contoso.com"},
	{"https://fs.contoso.com/adfs/services/trust/", "adfs", "fs.contoso.com"},
	{"http://www.okta.com/exk659aytfMeNI49v0h7", "okta", "exk659aytfMeNI49v0h7"},
	{"http://www.okta.com/k7xkhq0jUHUPQAXVMUAN", "okta", "k7xkhq0jUHUPQAXVMUAN"},
	{"https://www.okta.com/saml2/service-provider/spabc", "", ""},
	{"https://auth.pingone.eu/9d9eaf1e-3c2b-4f8a-a6a5-2f0b3c1d7e55", "ping", "9d9eaf1e-3c2b-4f8a-a6a5-2f0b3c1d7e55"},
	{"https://accounts.google.com/o/saml2?idpid=C03az79cb", "google", "C03az79cb"},
	{"https://app.onelogin.com/saml/metadata/634027", "onelogin", "634027"},
	{"https://id.contoso.com/auth/realms/main", "keycloak", "id.contoso.com/auth/realms/main"},
	{"http://localhost:8080/realms/main", "keycloak", "localhost:8080/realms/main"},
	{"https://idp.testshib.org/idp/shibboleth", "shibboleth", "idp.testshib.org"},
	{"https://pitbulk.no-ip.org/simplesaml/saml2/idp/metadata.php", "simplesamlphp", "pitbulk.no-ip.org"},
	{"https://sp.contoso.edu/simplesaml/module.php/saml/sp/metadata.php/default-sp", "", ""},
	{"urn:x-simplesamlphp:example-idp", "", ""},
	{"idp.myexample.org", "", ""},
	{"", "", ""},
	{"https://sts.windows.net/" + tenant + "/" + strings.Repeat("a", maxIdentified), "", ""},
}

func TestIdentifyIdP(t *testing.T) {
	for _, c := range issuers {
		if product, detail := IdentifyIdP(c.issuer); product != c.product || detail != c.detail {
			t.Errorf("IdentifyIdP(%.80q) = %q, %q, want %q, %q", c.issuer, product, detail, c.product, c.detail)
		}
	}
}

var endpoints = []struct{ url, product, cloud, detail string }{
	{"https://login.microsoftonline.com/" + tenant + "/saml2", "entra", "global", tenant},
	{"https://login.microsoftonline.us/" + tenant + "/saml2", "entra", "us-gov", tenant},
	{"https://login.partner.microsoftonline.cn/" + tenant + "/wsfed", "entra", "china", tenant},
	{"https://login.microsoftonline.com/common/wsfederation?wa=wsignout1.0", "entra", "global", "common"},
	{"https://login.windows.net/" + tenant + "/federationmetadata/2007-06/federationmetadata.xml?appid=1", "entra", "global", tenant},
	{"https://fs.contoso.com/adfs/ls/", "adfs", "self-hosted", "fs.contoso.com"},
	{"https://fs.contoso.com/FederationMetadata/2007-06/FederationMetadata.xml", "adfs", "self-hosted", "fs.contoso.com"},
	{"https://contoso.okta.com/app/contoso_halo_1/exk659/sso/saml?SAMLRequest=x", "okta", "global", "contoso.okta.com"},
	{"https://pf.contoso.com:9031/idp/SSO.saml2", "ping", "pingfederate", "pf.contoso.com"},
	{"https://id.contoso.com/realms/main/protocol/saml", "keycloak", "self-hosted", "id.contoso.com/realms/main"},
	{"https://idp.contoso.edu/idp/profile/SAML2/POST/SSO", "shibboleth", "self-hosted", "idp.contoso.edu"},
	{"https://idp.contoso.edu/simplesaml/saml2/idp/SSOService.php", "simplesamlphp", "self-hosted", "idp.contoso.edu"},
	{"https://idp.contoso.edu/module.php/saml/idp/singleLogout", "simplesamlphp", "self-hosted", "idp.contoso.edu"},
	{"https://halo.contoso.com/auth/saml", "", "", ""},
	{"https://myapps.microsoft.com/signin/halo", "", "", ""},
}

func TestIdentifyEndpoint(t *testing.T) {
	for _, c := range endpoints {
		product, cloud, detail := IdentifyEndpoint(c.url)
		if product != c.product || cloud != c.cloud || detail != c.detail {
			t.Errorf("IdentifyEndpoint(%q) = %q, %q, %q, want %q, %q, %q", c.url, product, cloud, detail, c.product, c.cloud, c.detail)
		}
	}
}

// TestIdentifyAgreesWithProfiles: what a profile gives as an example of its
// issuer is recognised as that product, and as no other.
func TestIdentifyAgreesWithProfiles(t *testing.T) {
	for _, p := range allIdPs(t) {
		for _, cloud := range p.IdP.Clouds {
			for _, issuer := range cloud.Issuer.Examples.Accepts {
				if cloud.Name == "pingfederate" {
					continue // its entity ID is free text
				}
				if product, detail := IdentifyIdP(issuer); product != p.Name || detail == "" {
					t.Errorf("issuer %q of %s is taken for %q, %q", issuer, p.Name, product, detail)
				}
			}
			for _, e := range cloud.endpoints() {
				for _, url := range e.Examples.Accepts {
					if product, name, _ := IdentifyEndpoint(url); product != p.Name || name != cloud.Name {
						t.Errorf("endpoint %q of %s %s is taken for %s %s", url, p.Name, cloud.Name, product, name)
					}
				}
			}
		}
	}
}

// TestIdentifyForgives: a slip of the hand does not hide the product.
func TestIdentifyForgives(t *testing.T) {
	hex := func(n int) *rapid.Generator[string] { return rapid.StringMatching(fmt.Sprintf("[0-9a-f]{%d}", n)) }
	rapid.Check(t, func(t *rapid.T) {
		id := hex(8).Draw(t, "a") + "-" + hex(4).Draw(t, "b") + "-" + hex(4).Draw(t, "c") + "-" + hex(4).Draw(t, "d") + "-" + hex(12).Draw(t, "e")
		slash := rapid.SampledFrom([]string{"", "/"}).Draw(t, "slash")
		space := rapid.SampledFrom([]string{"", " ", "\t\r\n"}).Draw(t, "space")
		issuer := "https://sts.windows.net/" + id + slash
		if rapid.Bool().Draw(t, "upper") {
			issuer = strings.ToUpper(issuer)
		}
		product, detail := IdentifyIdP(space + issuer + space)
		if product != "entra" || !strings.EqualFold(detail, id) {
			t.Fatalf("IdentifyIdP(%q) = %q, %q", issuer, product, detail)
		}
	})
}

// TestCorpusIssuers reads real messages, where they are at hand.
func TestCorpusIssuers(t *testing.T) {
	const corpus = "../../../shared/corpus/messages"
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus")
	}
	known := map[string]string{"//www.okta.com/": "okta", "//app.onelogin.com/saml/metadata/": "onelogin", "/adfs/services/trust": "adfs", "/idp/shibboleth": "shibboleth", "/saml2/idp/metadata.php": "simplesamlphp"}
	element, found := regexp.MustCompile(`Issuer[^<>]*>\s*([^<>\s]+)\s*<`), map[string]int{}
	err := filepath.WalkDir(corpus, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, match := range element.FindAllStringSubmatch(string(data), -1) {
			product, _ := IdentifyIdP(match[1])
			found[product]++
			for part, want := range known {
				if strings.Contains(match[1], part) && product != want {
					t.Errorf("%s: %q is taken for %q, want %q", path, match[1], product, want)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("issuers: %v", found)
	for _, product := range known {
		if product != "adfs" && found[product] == 0 {
			t.Errorf("no issuer of %s in the corpus", product)
		}
	}
}

func FuzzIdentify(f *testing.F) {
	for _, c := range issuers {
		f.Add(c.issuer)
	}
	for _, c := range endpoints {
		f.Add(c.url)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if product, detail := IdentifyIdP(s); !strings.Contains(s, detail) || (product == "" && detail != "") {
			t.Errorf("IdentifyIdP(%q) = %q, %q", s, product, detail)
		}
		if product, cloud, detail := IdentifyEndpoint(s); !strings.Contains(s, detail) || (product == "") != (cloud == "") {
			t.Errorf("IdentifyEndpoint(%q) = %q, %q, %q", s, product, cloud, detail)
		}
	})
}

func BenchmarkIdentifyIdP(b *testing.B) {
	for _, issuer := range []string{"https://sts.windows.net/" + tenant + "/", "https://idp.example.org/unknown"} {
		product, _ := IdentifyIdP(issuer)
		b.Run("product="+product, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				IdentifyIdP(issuer)
			}
		})
	}
}

// TestPartsOfPatterns: whatever matches a pattern has the part that stands
// beside it, so that no row is passed over which would have matched.
func TestPartsOfPatterns(t *testing.T) {
	for _, row := range slices.Concat(issuerRows, endpointRows) {
		values := rapid.StringMatching(row.regexp().String())
		rapid.Check(t, func(t *rapid.T) {
			value := values.Draw(t, "value")
			if row.regexp().MatchString(value) && isASCII(value) && !strings.Contains(strings.ToLower(value), row.part) {
				t.Fatalf("%s: %q is without %q", row.product, value, row.part)
			}
		})
	}
	if product, _ := IdentifyIdP("https://ſts.windows.net/" + tenant + "/"); product != "entra" {
		t.Errorf("a letter that folds into ASCII makes it %q", product)
	}
}
