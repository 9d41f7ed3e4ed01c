package samltest_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// TestSigned holds that what the builders sign verifies with the pair they
// were given and covers what was asked, and that it repeats byte by byte.
func TestSigned(t *testing.T) {
	pair := samltest.RSA()
	trusted, err := keys.ParseCertificate(pair.Cert)
	if err != nil {
		t.Fatal(err)
	}
	token := samltest.NewTokenResponse()
	token.Token = samltest.Signed(token.Token, samltest.NewAssertion11().ID, pair)
	two := samltest.NewResponse()
	two.Assertions = append(two.Assertions, samltest.NewAssertion())
	two.Assertions[1].ID = "_second"
	for _, test := range []struct {
		name, covers string
		xml          func() string
	}{
		{"assertion", "Assertion", samltest.NewResponse().Sign(samltest.SignAssertion, pair).XML},
		{"response", "Response", samltest.NewResponse().Sign(samltest.SignResponse, pair).XML},
		{"both", "Response Assertion", samltest.NewResponse().Sign(samltest.SignAssertion|samltest.SignResponse, pair).XML},
		{"two assertions", "Assertion Assertion", two.Sign(samltest.SignAssertion, pair).XML},
		{"AuthnRequest", "AuthnRequest", samltest.NewAuthnRequest().Sign(pair).XML},
		{"LogoutRequest", "LogoutRequest", samltest.NewLogoutRequest().Sign(pair).XML},
		{"LogoutResponse", "LogoutResponse", samltest.NewLogoutResponse().Sign(pair).XML},
		{"IdPMetadata", "EntityDescriptor", samltest.NewIdPMetadata(pair.Cert).Sign(pair).XML},
		{"SPMetadata", "EntityDescriptor", samltest.NewSPMetadata().Sign(pair).XML},
		{"token", "Assertion", token.XML},
	} {
		t.Run(test.name, func(t *testing.T) {
			xml := test.xml()
			if again := test.xml(); again != xml {
				t.Error("the second time it is another message")
			}
			doc, err := xmldoc.Parse([]byte(xml), xmldoc.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var covers []string
			result := xmldsig.Verify(doc, xmldsig.Options{Trusted: []*keys.Certificate{trusted}})
			for _, s := range result.Signatures {
				if s.Digest != xmldsig.Match || s.Value != xmldsig.Match || s.Key != xmldsig.KeyConfigured {
					t.Errorf("digest %s, value %s, key %s", s.Digest, s.Value, s.Key)
				}
				covers = append(covers, s.Covers.Tag)
			}
			if got := strings.Join(covers, " "); got != test.covers {
				t.Errorf("signatures cover %q, want %q", got, test.covers)
			}
		})
	}
}

func TestEdits(t *testing.T) {
	r := samltest.NewResponse().Sign(samltest.SignAssertion, samltest.RSA())
	r.Edit(func(xml string) string {
		if strings.Contains(xml, "SignatureValue") {
			t.Error("the first edit sees a signature")
		}
		return strings.Replace(xml, "Ada<", "Grace<", 1)
	})
	r.EditSigned(func(xml string) string {
		if !strings.Contains(xml, "SignatureValue") || !strings.Contains(xml, "Grace<") {
			t.Error("the second edit sees no signature, or not the first edit")
		}
		return xml + "<!-- end -->"
	})
	if xml := r.XML(); !strings.HasSuffix(xml, "<!-- end -->") {
		t.Errorf("the second edit is lost: %s", xml[len(xml)-20:])
	}
}

// TestCarriers takes messages out of each carrier again.
func TestCarriers(t *testing.T) {
	response, request := samltest.NewResponse().XML(), samltest.NewAuthnRequest().XML()
	const relayState = "/tickets?a=1&b=ü"

	form, err := url.ParseQuery(samltest.PostForm(response, relayState))
	if err != nil || unbase64(t, form.Get("SAMLResponse")) != response || form.Get("RelayState") != relayState {
		t.Errorf("POST form: %v, %v", form, err)
	}
	location, err := url.Parse(samltest.RedirectURL(request))
	if err != nil || inflate(t, location.Query().Get("SAMLRequest")) != request || location.Query().Has("RelayState") {
		t.Errorf("redirect: %v, %v", location, err)
	}
	if page := samltest.HTMLForm(response, relayState); !strings.Contains(page, `value="`+samltest.Base64(response)+`"`) ||
		!strings.Contains(page, "a=1&amp;b=ü") || !strings.Contains(page, `action="`+samltest.ACS+`"`) {
		t.Errorf("page: %s", page)
	}
}

func TestSignedRedirectURL(t *testing.T) {
	address := samltest.SignedRedirectURL(samltest.NewAuthnRequest().XML(), "x y", samltest.RSA(), samltest.RSASHA256)
	_, query, _ := strings.Cut(address, "?")
	signed, value, ok := strings.Cut(query, "&Signature=")
	if !ok {
		t.Fatal("no signature in " + address)
	}
	value, err := url.QueryUnescape(value)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(signed))
	public := samltest.RSA().Key.Public().(*rsa.PublicKey)
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], []byte(unbase64(t, value))); err != nil {
		t.Error(err)
	}
}

// TestHAR reads the capture of a sign-in as any consumer of HAR would.
func TestHAR(t *testing.T) {
	response := samltest.NewResponse().XML()
	var file struct {
		Log struct {
			Entries []struct {
				StartedDateTime string
				Request         struct {
					Method, URL string
					PostData    *struct{ MimeType, Text string }
				}
				Response struct {
					Status      int
					RedirectURL string
					Content     struct{ Text string }
				}
			}
		}
	}
	har := samltest.HAR(samltest.SignIn(samltest.NewAuthnRequest().XML(), response)...)
	if err := json.Unmarshal([]byte(har), &file); err != nil {
		t.Fatal(err)
	}
	entries := file.Log.Entries
	if len(entries) != 4 {
		t.Fatalf("%d entries", len(entries))
	}
	post := entries[2]
	if post.Request.Method != "POST" || post.Request.URL != samltest.ACS || post.StartedDateTime != "2026-11-21T10:00:04.000Z" || post.Response.Status != 302 {
		t.Errorf("the POST is %+v", post)
	}
	form, err := url.ParseQuery(post.Request.PostData.Text)
	if err != nil || unbase64(t, form.Get("SAMLResponse")) != response {
		t.Errorf("the form holds %v, %v", form, err)
	}
	if entries[0].Response.RedirectURL != entries[1].Request.URL {
		t.Errorf("the redirect leads to %s, the browser went to %s", entries[0].Response.RedirectURL, entries[1].Request.URL)
	}
	if !strings.Contains(entries[1].Response.Content.Text, samltest.Base64(response)) {
		t.Error("the page of the identity provider lacks the response")
	}
}

func unbase64(t *testing.T, s string) string {
	t.Helper()
	out, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func inflate(t *testing.T, s string) string {
	t.Helper()
	out, err := io.ReadAll(flate.NewReader(bytes.NewReader([]byte(unbase64(t, s)))))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
