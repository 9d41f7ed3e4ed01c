package xmldsig_test

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

func TestKeys(t *testing.T) {
	rsa, other, ecdsa := samltest.RSA(), samltest.Other(), samltest.ECDSA()
	signed := func(p samltest.Pair, o samltest.SignOptions) string {
		o.ID = "_a"
		return sign(t, message(), with(p, o))
	}
	none := samltest.SignOptions{KeyInfo: samltest.NoKeyInfo}
	value := samltest.SignOptions{KeyInfo: samltest.KeyValue}
	tests := []struct {
		what    string
		xml     string
		trusted []samltest.Pair
		want    string // value/key
		cert    []byte
	}{
		{"nothing given", signed(rsa, samltest.SignOptions{}), nil, "match/embedded", rsa.Cert},
		{"configured", signed(rsa, samltest.SignOptions{}), []samltest.Pair{rsa}, "match/configured", rsa.Cert},
		{"rollover", signed(rsa, samltest.SignOptions{}), []samltest.Pair{other, ecdsa, rsa}, "match/configured", rsa.Cert},
		{"untrusted", signed(rsa, samltest.SignOptions{}), []samltest.Pair{other}, "match/untrusted", rsa.Cert},
		{"untrusted, keys of another kind", signed(rsa, samltest.SignOptions{}), []samltest.Pair{ecdsa}, "match/untrusted", rsa.Cert},
		{"no KeyInfo, configured", signed(rsa, none), []samltest.Pair{other, rsa}, "match/configured", rsa.Cert},
		{"no KeyInfo, another key", signed(rsa, none), []samltest.Pair{other}, "mismatch/none", nil},
		{"no KeyInfo, nothing given", signed(rsa, none), nil, "not-checked/none", nil},
		{"no KeyInfo, key of another kind", signed(rsa, none), []samltest.Pair{ecdsa}, "unsupported/unsupported", nil},
		{"signer not first", signed(rsa, samltest.SignOptions{Chain: [][]byte{other.Cert}}), nil, "match/embedded", rsa.Cert},
		{"signer not first, configured", signed(rsa, samltest.SignOptions{Chain: [][]byte{other.Cert}}), []samltest.Pair{rsa}, "match/configured", rsa.Cert},
		{"certificate of another key", sign(t, message(), samltest.SignOptions{ID: "_a", Key: rsa.Key, Cert: other.Cert}), nil, "mismatch/none", other.Cert},
		{"certificate of another key, configured", sign(t, message(), samltest.SignOptions{ID: "_a", Key: rsa.Key, Cert: other.Cert}), []samltest.Pair{rsa}, "match/configured", rsa.Cert},
		{"renewed certificate, same key", sign(t, message(), samltest.SignOptions{ID: "_a", Key: rsa.Key, Cert: renewed(t, rsa)}), []samltest.Pair{rsa}, "match/configured", rsa.Cert},
		{"RSA KeyValue", signed(rsa, value), nil, "match/embedded", nil},
		{"RSA KeyValue, configured", signed(rsa, value), []samltest.Pair{rsa}, "match/configured", rsa.Cert},
		{"RSA KeyValue, untrusted", signed(rsa, value), []samltest.Pair{other}, "match/untrusted", nil},
		{"EC KeyValue", signed(ecdsa, value), nil, "match/embedded", nil},
		{"expired", signed(samltest.Expired(), samltest.SignOptions{}), []samltest.Pair{samltest.Expired()}, "match/configured", samltest.Expired().Cert},
		{"1024 bits", signed(samltest.Weak(), samltest.SignOptions{}), []samltest.Pair{samltest.Weak()}, "match/configured", samltest.Weak().Cert},
		{"security token reference", replace(t, signed(rsa, none), "</ds:SignatureValue>", `</ds:SignatureValue><ds:KeyInfo><o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><o:KeyIdentifier>x</o:KeyIdentifier></o:SecurityTokenReference></ds:KeyInfo>`), []samltest.Pair{rsa}, "match/configured", rsa.Cert},
		{"curve that is not supported", replace(t, signed(rsa, none), "</ds:SignatureValue>", "</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"+koblitz+"</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"), nil, "unsupported/unsupported", decodeDER(t, koblitz)},
		{"key name", replace(t, signed(rsa, none), "</ds:SignatureValue>", `</ds:SignatureValue><ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo>`), nil, "not-checked/none", nil},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			r := verify(t, tt.xml, tt.trusted...)
			s := r.Signatures[0]
			if got := string(s.Value) + "/" + string(s.Key); got != tt.want || s.Digest != xmldsig.Match {
				t.Errorf("digest %s, value and key %s, want %s%s", s.Digest, got, tt.want, dump(r))
			}
			switch {
			case (s.Certificate != nil) != (tt.cert != nil):
				t.Errorf("certificate %v", s.Certificate)
			case s.Certificate != nil && string(s.Certificate.Raw) != string(tt.cert):
				t.Errorf("certificate of %s", s.Certificate.Subject)
			}
		})
	}
}

// Every algorithm of the tables that can be computed verifies, and a changed
// message does not.
func TestAlgorithms(t *testing.T) {
	const more, more2007, more2021 = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#", "http://www.w3.org/2021/04/xmldsig-more#"
	d := testDSA()
	pss := func(salt string) string {
		xml := sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Algorithm: more2007 + "rsa-pss", Parameters: `<p:RSAPSSParams xmlns:p="` + more2007 + `"><ds:DigestMethod Algorithm="` + samltest.SHA256 + `"/><p:SaltLength>` + salt + `</p:SaltLength></p:RSAPSSParams>`}))
		return xml
	}
	tests := []struct {
		what, xml, want string
	}{
		{"rsa-pss", sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Algorithm: more2007 + "rsa-pss"})), "match"},
		{"rsa-pss with parameters", pss("32"), "match"},
		{"rsa-pss with another salt", pss("20"), "mismatch"},
		{"rsa-pss with a salt that is none", pss("x"), "unsupported"},
		{"sha512-rsa-MGF1", sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Algorithm: more2007 + "sha512-rsa-MGF1"})), "match"},
		{"sha3-256-rsa-MGF1", sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Algorithm: more2007 + "sha3-256-rsa-MGF1", Digest: more2007 + "sha3-512"})), "match"},
		{"ecdsa-sha3-384", sign(t, message(), with(samltest.ECDSA(), samltest.SignOptions{ID: "_a", Algorithm: more2021 + "ecdsa-sha3-384", Digest: more2007 + "sha3-224"})), "match"},
		{"ecdsa in DER", sign(t, message(), with(samltest.ECDSA(), samltest.SignOptions{ID: "_a", DER: true})), "match"},
		{"ed25519", sign(t, message(), with(samltest.Ed25519(), samltest.SignOptions{ID: "_a"})), "match"},
		{"dsa-sha1", replace(t, sign(t, message(), samltest.SignOptions{ID: "_a", Key: d, Algorithm: "http://www.w3.org/2000/09/xmldsig#dsa-sha1"}), "</ds:SignatureValue>", "</ds:SignatureValue>"+d.keyInfo()), "match"},
		{"dsa-sha256", replace(t, sign(t, message(), samltest.SignOptions{ID: "_a", Key: d, Algorithm: "http://www.w3.org/2009/xmldsig11#dsa-sha256"}), "</ds:SignatureValue>", "</ds:SignatureValue>"+d.keyInfo()), "match"},
		{"rsa-sha224", sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Algorithm: more + "rsa-sha224", Digest: more + "sha384"})), "match"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			r := verify(t, tt.xml)
			s := r.Signatures[0]
			if string(s.Value) != tt.want || s.Digest != xmldsig.Match {
				t.Fatalf("digest %s, value %s, want %s%s", s.Digest, s.Value, tt.want, dump(r))
			}
			if tt.want != "match" {
				return
			}
			// an attribute more in SignedInfo leaves the digest alone and breaks the value
			changed := verify(t, replace(t, tt.xml, `URI="#_a"`, `URI="#_a" Id="x"`)).Signatures[0]
			if changed.Digest != xmldsig.Match || changed.Value != xmldsig.Mismatch {
				t.Errorf("changed: digest %s, value %s", changed.Digest, changed.Value)
			}
		})
	}
}

// Weak and odd forms are named without changing the verdict.
func TestNotes(t *testing.T) {
	tests := []struct {
		what, xml, check string
		severity         finding.Severity
	}{
		{"SHA-1", sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Algorithm: samltest.RSASHA1})), "signature-algorithm-weak", 0},
		{"SHA-1 digest", sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Digest: samltest.SHA1})), "signature-algorithm-weak", 0},
		{"DER", sign(t, message(), with(samltest.ECDSA(), samltest.SignOptions{ID: "_a", DER: true})), "signature-malformed", finding.Warning},
		{"empty URI", sign(t, message(), with(samltest.RSA(), samltest.SignOptions{})), "signature-reference-invalid", finding.Warning},
		{"padding", strings.Replace(signID(t, message(), "_a"), "==</ds:SignatureValue>", "</ds:SignatureValue>", 1), "signature-malformed", finding.Info},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			r := verify(t, tt.xml)
			s := r.Signatures[0]
			if s.Digest != xmldsig.Match || s.Value != xmldsig.Match {
				t.Errorf("%s", verdicts(r))
			}
			for _, p := range s.Problems {
				if p.Check == tt.check && p.Severity == tt.severity && p.Location.Span.Known() && strings.HasPrefix(p.Location.Path, "/Response/") {
					return
				}
			}
			t.Errorf("no problem %s of severity %v:%s", tt.check, tt.severity, dump(r))
		})
	}
}

// TestWeakOnce: an algorithm of the signature and one of its digests that are weak
// are one thing to change, so one problem.
func TestWeakOnce(t *testing.T) {
	r := verify(t, sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Algorithm: samltest.RSASHA1, Digest: samltest.SHA1})))
	var weak []finding.Problem
	for _, p := range r.Signatures[0].Problems {
		if p.Check == "signature-algorithm-weak" {
			weak = append(weak, p)
		}
	}
	if len(weak) != 1 || !strings.Contains(weak[0].Detail, "rsa-sha1 uses SHA-1") || !strings.Contains(weak[0].Detail, "so does its digest algorithm sha1") {
		t.Errorf("%+v", weak)
	}
}

// References of every kind find what they name.
func TestReferences(t *testing.T) {
	comment := replace(t, message(), "<saml:Subject>", "<saml:Subject><!-- c -->")
	withComments := with(samltest.RSA(), samltest.SignOptions{ID: "_a", Canonicalization: samltest.ExcC14N + "WithComments"})
	tests := []struct {
		what, xml, uri, want string
	}{
		{"comments do not count for an ID", sign(t, comment, withComments), "#_a", "match"},
		{"comments count for an XPointer", sign(t, comment, withComments), "#xpointer(id('_a'))", "mismatch"},
		{"XPointer", signID(t, message(), "_a"), "#xpointer(id('_a'))", "match"},
		{"XPointer to the document", strings.Replace(sign(t, message(), with(samltest.RSA(), samltest.SignOptions{})), `URI=""`, `URI="#_a"`, 1), "#xpointer(/)", "match"},
		{"another element", signID(t, message(), "_a"), "#_r", "mismatch"},
		{"nothing", signID(t, message(), "_a"), "#_x", "malformed"},
		{"outside", signID(t, message(), "_a"), "file:///etc/passwd", "unsupported"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			r := verify(t, strings.Replace(tt.xml, `URI="#_a"`, `URI="`+tt.uri+`"`, 1))
			ref := r.Signatures[0].References[0]
			if string(ref.Digest) != tt.want || ref.URI != tt.uri || !ref.HasURI {
				t.Errorf("digest %s of %q, want %s", ref.Digest, ref.URI, tt.want)
			}
			if known := ref.Target != nil; known != (tt.want == "match" || tt.want == "mismatch") {
				t.Errorf("target %v", ref.Target)
			}
		})
	}
}

// A base64 transform digests what the text decodes to.
func TestBase64Transform(t *testing.T) {
	digest := sha256.Sum256([]byte("Hello"))
	second := `<ds:Reference URI="#_o"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + samltest.SHA256 + `"/><ds:DigestValue>` + base64.StdEncoding.EncodeToString(digest[:]) + `</ds:DigestValue></ds:Reference>`
	for content, want := range map[string]xmldsig.Verdict{
		"SGVs\n bG8=": xmldsig.Match, "SGVsbG9v": xmldsig.Mismatch, "*": xmldsig.Unsupported, "SGVs<x/>bG8=": xmldsig.Unsupported,
	} {
		xml := sign(t, `<r><o ID="_o">`+content+`</o><a ID="_a"><b/></a></r>`, with(samltest.RSA(), samltest.SignOptions{ID: "_a", More: second}))
		s := verify(t, xml).Signatures[0]
		if got := s.References[1].Digest; got != want || s.References[0].Digest != xmldsig.Match || s.Value != xmldsig.Match || s.Digest != want {
			t.Errorf("%q: digest %s, want %s (%s)", content, got, want, s.Digest)
		}
	}
}

// The attributes that name an element, and those that only look like it.
func TestNames(t *testing.T) {
	xml := sign(t, `<r><a ID="_x"><b/></a></r>`, with(samltest.RSA(), samltest.SignOptions{ID: "_x"}))
	for attribute, want := range map[string]bool{
		`ID="_x"`: true, `Id="_x"`: true, `id="_x"`: true, `xml:id="_x"`: true, `AssertionID="_x"`: true,
		`xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" u:Id="_x"`: true,
		`xmlns:u="urn:u" u:Id="_x"`: false, `name="_x"`: false,
	} {
		r := verify(t, replace(t, xml, `ID="_x"`, attribute))
		if got := r.Signatures[0].References[0].Target != nil; got != want {
			t.Errorf("%s names an element: %v", attribute, got)
		}
	}
}

func TestWithin(t *testing.T) {
	doc := parse(t, signID(t, signID(t, message(), "_a"), "_r"))
	inner := doc.Root().FindElement("//Assertion")
	r := xmldsig.Verify(doc, xmldsig.Options{Within: inner})
	if len(r.Signatures) != 1 || r.Signatures[0].Parent != inner || r.Signatures[0].Value != xmldsig.Match {
		t.Errorf("%d signatures, %s", len(r.Signatures), verdicts(r))
	}
}

// What a hostile document can make us do is bounded: the rest is unsupported,
// and says so.
func TestBounds(t *testing.T) {
	one := signID(t, message(), "_a")
	_, signature := cutSignature(t, one)
	many := replace(t, one, "</samlp:Response>", "<x>"+strings.Repeat(signature, 1500)+strings.Repeat("<y/>", 30_000)+"</x></samlp:Response>")
	many = strings.ReplaceAll(many, `URI="#_a"`, `URI="#_r"`)
	r := verify(t, many)
	if last := r.Signatures[len(r.Signatures)-1]; last.Digest != xmldsig.Unsupported || !strings.Contains(dump(r), "far more text") {
		t.Errorf("digest %s of the last of %d signatures", last.Digest, len(r.Signatures))
	}

	trusted := make([]samltest.Pair, 60)
	for i := range trusted {
		trusted[i] = samltest.Other()
	}
	r = verify(t, replace(t, one, "</samlp:Response>", strings.Repeat(signature, 300)+"</samlp:Response>"), trusted...)
	if last := r.Signatures[len(r.Signatures)-1]; last.Value != xmldsig.Unsupported {
		t.Errorf("value %s after 18,000 keys", last.Value)
	}
}

func TestAlgorithmName(t *testing.T) {
	for uri, want := range map[string]string{
		samltest.RSASHA256: "rsa-sha256", samltest.SHA256: "sha256", samltest.ExcC14N: "exc-c14n",
		samltest.Enveloped: "enveloped-signature", "urn:other": "urn:other", "": "",
	} {
		if got := xmldsig.AlgorithmName(uri); got != want {
			t.Errorf("AlgorithmName(%q) = %q, want %q", uri, got, want)
		}
	}
}

func TestID(t *testing.T) {
	for xml, want := range map[string]string{
		`<a ID="1"/>`: "1", `<a AssertionID="2" Id="3"/>`: "2", `<a Id="3"/>`: "3", `<a xmlns:x="urn:x" x:ID="4"/>`: "",
	} {
		if got := xmldsig.ID(parse(t, xml).Root()); got != want {
			t.Errorf("ID(%s) = %q, want %q", xml, got, want)
		}
	}
}
