package xmldsig_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

const (
	samlNames  = `xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"`
	adaSubject = `<saml:Subject><saml:NameID>ada@contoso.com</saml:NameID></saml:Subject>`
)

// assertion is a SAML 2.0 assertion without declarations.
func assertion(id, subject string) string {
	return `<saml:Assertion ID="` + id + `" Version="2.0"><saml:Issuer>https://idp</saml:Issuer>` +
		`<saml:Subject><saml:NameID>` + subject + `</saml:NameID></saml:Subject>` +
		`<saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">` + subject + `</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>`
}

// response is a SAML 2.0 response around content.
func response(content ...string) string {
	return `<samlp:Response ` + samlNames + ` ID="_r" Version="2.0"><saml:Issuer>https://idp</saml:Issuer>` +
		`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` + strings.Join(content, "") + `</samlp:Response>`
}

func message() string { return response(assertion("_a", "ada@contoso.com")) }

// with signs with a pair and the given options.
func with(p samltest.Pair, o samltest.SignOptions) samltest.SignOptions {
	o.Key, o.Cert = p.Key, p.Cert
	return o
}

func sign(t testing.TB, xml string, o samltest.SignOptions) string {
	t.Helper()
	out, err := samltest.Sign([]byte(xml), o)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// signID signs one element with the default key and algorithms.
func signID(t testing.TB, xml, id string) string {
	return sign(t, xml, with(samltest.RSA(), samltest.SignOptions{ID: id}))
}

func parse(t testing.TB, xml string) *xmldoc.Document {
	t.Helper()
	doc, err := xmldoc.Parse([]byte(xml), xmldoc.Limits{})
	if err != nil {
		t.Fatalf("%v\n%s", err, xml)
	}
	return doc
}

func verify(t testing.TB, xml string, trusted ...samltest.Pair) *xmldsig.Result {
	t.Helper()
	var opts xmldsig.Options
	for _, p := range trusted {
		c, err := keys.ParseCertificate(p.Cert)
		if err != nil {
			t.Fatal(err)
		}
		opts.Trusted = append(opts.Trusted, c)
	}
	return xmldsig.Verify(parse(t, xml), opts)
}

// problems lists the checks of all problems of a result that are not Info,
// each once, sorted.
func problems(r *xmldsig.Result) string {
	var names []string
	add := func(list []finding.Problem) {
		for _, p := range list {
			if p.Severity != finding.Info {
				names = append(names, p.Check)
			}
		}
	}
	add(r.Problems)
	for _, s := range r.Signatures {
		add(s.Problems)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// verdicts joins digest, value and key of every signature.
func verdicts(r *xmldsig.Result) string {
	var out []string
	for _, s := range r.Signatures {
		out = append(out, fmt.Sprintf("%s/%s/%s", s.Digest, s.Value, s.Key))
	}
	return strings.Join(out, " ")
}

// dump is for error messages.
func dump(r *xmldsig.Result) string {
	var b strings.Builder
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\n  %s: %s", p.Check, p.Detail)
	}
	for _, s := range r.Signatures {
		for _, p := range s.Problems {
			fmt.Fprintf(&b, "\n  %s (%s): %s", p.Check, p.Location.Path, p.Detail)
		}
	}
	return b.String()
}

// Sound messages of every kind are silent.
func TestSound(t *testing.T) {
	const pretty = "\n  "
	both := func(t *testing.T) string { return signID(t, signID(t, message(), "_a"), "_r") }
	tests := []struct {
		what       string
		xml        func(t *testing.T) string
		signatures int
	}{
		{"assertion signed", func(t *testing.T) string { return signID(t, message(), "_a") }, 1},
		{"response signed", func(t *testing.T) string { return signID(t, message(), "_r") }, 1},
		{"both signed", both, 2},
		{"two assertions signed", func(t *testing.T) string {
			return signID(t, signID(t, response(assertion("_a", "ada@contoso.com"), assertion("_b", "ada@contoso.com")), "_a"), "_b")
		}, 2},
		{"indented", func(t *testing.T) string {
			xml := strings.ReplaceAll(message(), "><", ">"+pretty+"<")
			return sign(t, xml, with(samltest.RSA(), samltest.SignOptions{ID: "_a", Separator: pretty, LineWidth: 64, LineEnd: pretty}))
		}, 1},
		{"CR LF", func(t *testing.T) string {
			xml := strings.ReplaceAll(message(), "><", ">\r\n<")
			return sign(t, xml, with(samltest.RSA(), samltest.SignOptions{ID: "_a", Separator: "\r\n", LineWidth: 64, LineEnd: "\r\n"}))
		}, 1},
		{"character references in Base64", func(t *testing.T) string {
			return sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", LineWidth: 64, LineEnd: "&#13;\n"}))
		}, 1},
		{"signature in the default namespace", func(t *testing.T) string {
			return sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Unprefixed: true}))
		}, 1},
		{"prefix list", func(t *testing.T) string {
			return sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Prefixes: []string{"xs", "#default"}, SignedInfoList: []string{"samlp"}}))
		}, 1},
		{"assertion in advice", func(t *testing.T) string {
			inner := assertion("_b", "proxied@contoso.com")
			xml := response(strings.Replace(assertion("_a", "ada@contoso.com"), "</saml:Subject>", "</saml:Subject><saml:Advice>"+inner+"</saml:Advice>", 1))
			return signID(t, xml, "_a")
		}, 1},
		{"AuthnRequest", func(t *testing.T) string {
			return signID(t, `<samlp:AuthnRequest `+samlNames+` ID="_q"><saml:Issuer>https://sp</saml:Issuer><samlp:NameIDPolicy/></samlp:AuthnRequest>`, "_q")
		}, 1},
		{"LogoutRequest", func(t *testing.T) string {
			return signID(t, `<samlp:LogoutRequest `+samlNames+` ID="_q"><saml:Issuer>https://sp</saml:Issuer><saml:NameID>ada</saml:NameID></samlp:LogoutRequest>`, "_q")
		}, 1},
		{"SAML 1.1", func(t *testing.T) string {
			return signID(t, `<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol" ResponseID="_r"><Status/><Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="_a" Issuer="https://idp"><AuthenticationStatement><Subject><NameIdentifier>ada</NameIdentifier></Subject></AuthenticationStatement></Assertion></Response>`, "_a")
		}, 1},
		{"security token response in SOAP", func(t *testing.T) string {
			return signID(t, `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" `+samlNames+`><s:Header/><s:Body><t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"><t:RequestedSecurityToken>`+assertion("_a", "ada")+`</t:RequestedSecurityToken></t:RequestSecurityTokenResponse></s:Body></s:Envelope>`, "_a")
		}, 1},
		{"metadata of several signed entities", func(t *testing.T) string {
			entity := func(id string) string {
				return `<EntityDescriptor ID="` + id + `" entityID="https://` + id + `"><Organization/></EntityDescriptor>`
			}
			xml := `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" ID="_m">` + entity("_1") + entity("_2") + entity("_3") + `</EntitiesDescriptor>`
			return signID(t, signID(t, signID(t, xml, "_1"), "_2"), "_m")
		}, 3},
		{"plain XML, whole document", func(t *testing.T) string { return signID(t, `<r><a/></r>`, "") }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			r := verify(t, tt.xml(t), samltest.RSA())
			if len(r.Signatures) != tt.signatures {
				t.Fatalf("%d signatures, want %d", len(r.Signatures), tt.signatures)
			}
			if p := problems(r); p != "" {
				t.Errorf("not silent: %s%s", p, dump(r))
			}
			for _, s := range r.Signatures {
				if s.Digest != xmldsig.Match || s.Value != xmldsig.Match || s.Key != xmldsig.KeyConfigured || s.Misplaced || s.Repair != "" {
					t.Errorf("digest %s, value %s, key %s, misplaced %v, repair %q", s.Digest, s.Value, s.Key, s.Misplaced, s.Repair)
				}
				if s.Parent == nil || s.Covers != s.Parent || s.Certificate == nil {
					t.Errorf("parent %v, covers %v, certificate %v", s.Parent, s.Covers, s.Certificate)
				}
			}
		})
	}
}
