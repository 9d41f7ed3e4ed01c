package xmldsig_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// Every shape that is listed as a risk has a message on which goxmldsig
// really differs, and the report says so.
func TestInteropRisks(t *testing.T) {
	rsa := func(t *testing.T, xml string, o samltest.SignOptions) string {
		o.ID = "_a"
		return sign(t, xml, with(samltest.RSA(), o))
	}
	more := "http://www.w3.org/2001/04/xmldsig-more#"
	tests := []struct {
		name string
		xml  func(t *testing.T) string
	}{
		{"many-elements", func(t *testing.T) string {
			return rsa(t, strings.Replace(message(), "</saml:AttributeStatement>", strings.Repeat("<saml:Attribute/>", 1100)+"</saml:AttributeStatement>", 1), samltest.SignOptions{})
		}},
		{"signature-algorithm", func(t *testing.T) string {
			return rsa(t, message(), samltest.SignOptions{Algorithm: "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"})
		}},
		{"digest-algorithm", func(t *testing.T) string {
			return rsa(t, message(), samltest.SignOptions{Digest: more + "sha224"})
		}},
		{"ecdsa-value", func(t *testing.T) string {
			return sign(t, message(), with(samltest.ECDSA(), samltest.SignOptions{ID: "_a"}))
		}},
		{"default-prefix", func(t *testing.T) string {
			return rsa(t, strings.Replace(message(), "<samlp:Response ", `<samlp:Response xmlns="urn:d" `, 1), samltest.SignOptions{Prefixes: []string{"#default"}})
		}},
		{"signed-info-prefixes", func(t *testing.T) string {
			return rsa(t, message(), samltest.SignOptions{SignedInfoList: []string{"samlp"}})
		}},
		{"blanks-in-base64", func(t *testing.T) string {
			return rsa(t, message(), samltest.SignOptions{LineWidth: 64, LineEnd: "\n    "})
		}},
		{"signer-not-first", func(t *testing.T) string {
			return rsa(t, message(), samltest.SignOptions{Chain: [][]byte{samltest.Other().Cert}})
		}},
		{"no-certificate", func(t *testing.T) string {
			return rsa(t, message(), samltest.SignOptions{KeyInfo: samltest.KeyValue})
		}},
		{"inherited-xml-attributes", func(t *testing.T) string {
			return rsa(t, strings.Replace(message(), "<samlp:Response ", `<samlp:Response xml:lang="de" `, 1), samltest.SignOptions{Canonicalization: samltest.C14N10})
		}},
		{"with-comments", func(t *testing.T) string {
			xml := strings.Replace(message(), "<saml:Subject>", `<saml:Subject><!-- c -->`, 1)
			return rsa(t, xml, samltest.SignOptions{Canonicalization: samltest.C14N10, SignedInfo: samltest.ExcC14N, Transforms: []string{samltest.Enveloped}})
		}},
		{"with-comments", func(t *testing.T) string {
			xml := strings.Replace(message(), "<saml:Subject>", `<saml:Subject><!-- c -->`, 1)
			return rsa(t, xml, samltest.SignOptions{Canonicalization: samltest.ExcC14N + "WithComments", SignedInfo: samltest.ExcC14N})
		}},
		{"attribute-order", func(t *testing.T) string {
			xml := strings.Replace(message(), "<saml:AttributeValue ", `<saml:AttributeValue xmlns:x500="urn:oasis:names:tc:SAML:2.0:profiles:attribute:X500" x500:Encoding="LDAP" xmlns:a="urn:z" a:A="1" `, 1)
			return rsa(t, xml, samltest.SignOptions{})
		}},
		{"attribute-line-break", func(t *testing.T) string {
			return rsa(t, strings.Replace(message(), `Name="mail"`, "Name=\"mail\nbox\"", 1), samltest.SignOptions{})
		}},
		{"superfluous-undeclaration", func(t *testing.T) string {
			return rsa(t, strings.Replace(message(), "</saml:AttributeStatement>", `<x xmlns=""/></saml:AttributeStatement>`, 1), samltest.SignOptions{})
		}},
		{"encoding", func(t *testing.T) string {
			return string(utf16(rsa(t, message(), samltest.SignOptions{})))
		}},
		{"duplicate-id", func(t *testing.T) string {
			return replace(t, rsa(t, message(), samltest.SignOptions{}), "<samlp:Status>", `<samlp:Status ID="_a">`)
		}},
		{"several-references", func(t *testing.T) string {
			return severalReferences(t)
		}},
		{"key-value", func(t *testing.T) string {
			xml := rsa(t, message(), samltest.SignOptions{KeyInfo: samltest.KeyValue})
			return replace(t, xml, "</ds:KeyInfo>", "<ds:X509Data><ds:X509Certificate>"+base64.StdEncoding.EncodeToString(samltest.Other().Cert)+"</ds:X509Certificate></ds:X509Data></ds:KeyInfo>")
		}},
		{"other-certificate", func(t *testing.T) string {
			return sign(t, message(), samltest.SignOptions{ID: "_a", Key: samltest.RSA().Key, Cert: renewed(t, samltest.RSA())})
		}},
	}
	var tested []string
	for _, tt := range tests {
		tested = append(tested, tt.name)
		t.Run(tt.name, func(t *testing.T) {
			trusted := samltest.RSA()
			if tt.name == "ecdsa-value" {
				trusted = samltest.ECDSA()
			}
			cert, err := keys.ParseCertificate(trusted.Cert)
			if err != nil {
				t.Fatal(err)
			}
			certs := []*keys.Certificate{cert}
			if tt.name == "key-value" {
				certs = nil
			}
			doc := parse(t, tt.xml(t))
			r := xmldsig.Verify(doc, xmldsig.Options{Trusted: certs})
			var names []string
			for _, risk := range xmldsig.InteropRisks(doc, r.Signatures[0]) {
				names = append(names, risk.Name)
			}
			if !slices.Contains(names, tt.name) {
				t.Errorf("risks are %q", names)
			}
			agrees, verdict := xmldsig.SecondOpinion(doc, r.Signatures[0], certs)
			if agrees {
				t.Errorf("goxmldsig agrees (%s) with %s", verdict, verdicts(r))
			}
			if !strings.Contains(dump(r), "Go service providers") {
				t.Errorf("not reported:%s", dump(r))
			}
		})
	}
	if want := xmldsig.RiskNames(); !slices.Equal(slices.Compact(slices.Sorted(slices.Values(tested))), slices.Sorted(slices.Values(want))) {
		t.Errorf("tested %q, want all of %q", tested, want)
	}
}

// On the common profile the two agree, and nothing is said.
func TestSecondOpinionAgrees(t *testing.T) {
	for name, xml := range map[string]string{
		"assertion": signID(t, message(), "_a"),
		"response":  signID(t, message(), "_r"),
		"both":      signID(t, signID(t, message(), "_a"), "_r"),
		"changed":   strings.ReplaceAll(signID(t, message(), "_a"), "ada@", "eve@"),
		"foreign":   sign(t, message(), with(samltest.Other(), samltest.SignOptions{ID: "_a"})),
		"SHA-1":     sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Algorithm: samltest.RSASHA1, Digest: samltest.SHA1})),
		"inclusive": sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Canonicalization: samltest.C14N10})),
		"C14N 1.1":  sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_r", Canonicalization: samltest.C14N11})),
		"prefixes":  sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Prefixes: []string{"samlp", "xs"}})),
		"expired":   sign(t, message(), with(samltest.Expired(), samltest.SignOptions{ID: "_a"})),
	} {
		t.Run(name, func(t *testing.T) {
			trusted := samltest.RSA()
			if name == "expired" {
				trusted = samltest.Expired()
			}
			cert, err := keys.ParseCertificate(trusted.Cert)
			if err != nil {
				t.Fatal(err)
			}
			r := xmldsig.Verify(parse(t, xml), xmldsig.Options{Trusted: []*keys.Certificate{cert}, SecondOpinion: true})
			if strings.Contains(dump(r), "Go service providers") {
				t.Errorf("they differ on %s:%s", verdicts(r), dump(r))
			}
		})
	}
}
