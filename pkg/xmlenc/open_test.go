package xmlenc_test

import (
	"crypto"
	"crypto/rsa"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

const (
	enc   = "http://www.w3.org/2001/04/xmlenc#"
	enc11 = "http://www.w3.org/2009/xmlenc11#"
	ds    = "http://www.w3.org/2000/09/xmldsig#"
	more  = "http://www.w3.org/2001/04/xmldsig-more#"
)

func key(t testing.TB, pair samltest.Pair) xmlenc.Key {
	t.Helper()
	k, err := xmlenc.NewKey(pair.Key, "--key app.pem")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func parse(t testing.TB, xml string) *xmldoc.Document {
	t.Helper()
	doc, err := xmldoc.Parse([]byte(xml), xmldoc.Limits{})
	if err != nil {
		t.Fatalf("%v\n%s", err, xml)
	}
	return doc
}

// encrypted is the correct response with its assertion encrypted.
func encrypted(o samltest.EncryptOptions) string {
	return samltest.EncryptElement(samltest.NewResponse().XML(), "Assertion", "EncryptedAssertion", o)
}

// only returns the single item of a document.
func only(t *testing.T, o *xmlenc.Opened) *xmlenc.Item {
	t.Helper()
	if len(o.Items) != 1 {
		t.Fatalf("%d items, want 1", len(o.Items))
	}
	return o.Items[0]
}

// transports are all ways to hand over the content key: what is declared, and
// what is used.
func transports() map[string]samltest.Receiver {
	list := map[string]samltest.Receiver{
		"RSA 1.5":                     {Transport: samltest.RSA15},
		"OAEP":                        {Transport: samltest.RSAOAEP},
		"label":                       {Transport: samltest.RSAOAEP, Label: []byte("label")},
		"OAEP 1.1 without parameters": {Transport: samltest.RSAOAEP11},
	}
	hashes := []struct {
		name, digest, mask string
		hash               crypto.Hash
	}{
		{"SHA-1", ds + "sha1", enc11 + "mgf1sha1", crypto.SHA1},
		{"SHA-224", more + "sha224", enc11 + "mgf1sha224", crypto.SHA224},
		{"SHA-256", enc + "sha256", enc11 + "mgf1sha256", crypto.SHA256},
		{"SHA-384", more + "sha384", enc11 + "mgf1sha384", crypto.SHA384},
		{"SHA-512", enc + "sha512", enc11 + "mgf1sha512", crypto.SHA512},
	}
	for _, h := range hashes {
		list["OAEP "+h.name] = samltest.Receiver{Transport: samltest.RSAOAEP, Digest: h.digest, Hash: h.hash}
		for _, m := range hashes {
			list["OAEP 1.1 "+h.name+" mask "+m.name] = samltest.Receiver{Transport: samltest.RSAOAEP11, Digest: h.digest, MGF: m.mask, Hash: h.hash, Mask: m.hash}
		}
	}
	return list
}

func TestTransports(t *testing.T) {
	for name, r := range transports() {
		r.To = samltest.RSA().Key.Public().(*rsa.PublicKey)
		xml := encrypted(samltest.EncryptOptions{Receivers: []samltest.Receiver{r}})
		item := only(t, xmlenc.Open(parse(t, xml), []xmlenc.Key{key(t, samltest.RSA())}))
		if item.Outcome != xmlenc.Decrypted || item.Deviation != "" {
			t.Errorf("%s: %s, %s, %s", name, item.Outcome, item.Detail, item.Deviation)
		}
	}
}

func TestCiphers(t *testing.T) {
	for _, uri := range []string{
		samltest.AES128CBC, enc + "aes192-cbc", samltest.AES256CBC, samltest.TripleDES,
		samltest.AES128GCM, enc11 + "aes192-gcm", samltest.AES256GCM,
	} {
		for _, place := range []samltest.KeyPlace{samltest.KeyInside, samltest.KeyRetrieved, samltest.KeyBeside} {
			o := samltest.For(samltest.RSA())
			o.Content, o.Place = uri, place
			opened := xmlenc.Open(parse(t, encrypted(o)), []xmlenc.Key{key(t, samltest.RSA())})
			item := only(t, opened)
			if item.Outcome != xmlenc.Decrypted {
				t.Errorf("%s, place %d: %s: %s", uri, place, item.Outcome, item.Detail)
				continue
			}
			if path := opened.Doc().Path(item.Content); path != "/Response/EncryptedAssertion/Assertion" {
				t.Errorf("%s: the content stands at %q", uri, path)
			}
			if item.Around.Tag != "EncryptedAssertion" || item.Algorithm != uri || !strings.Contains(item.Key, "--key app.pem (RSA, 2048 bits)") {
				t.Errorf("%s: %+v", uri, item)
			}
		}
	}
}

// TestBytes holds what is decrypted to be what was encrypted, byte for byte,
// and all around it to be untouched.
func TestBytes(t *testing.T) {
	plain := samltest.NewResponse().XML()
	for _, head := range []string{"", "\ufeff", `<?xml version="1.0" encoding="UTF-8"?>` + "\r\n"} {
		opened := xmlenc.Open(parse(t, head+encrypted(samltest.For(samltest.RSA()))), []xmlenc.Key{key(t, samltest.RSA())})
		item := only(t, opened)
		doc := opened.Doc()
		around := doc.Span(item.Around)
		span := doc.Span(item.Content)
		text := string(doc.Text)
		if got := text[:around.Offset] + text[span.Offset:span.End] + text[around.End:]; got != head+plain {
			t.Errorf("got %q, want %q", got, head+plain)
		}
	}
}

func TestSeveralReceivers(t *testing.T) {
	o := samltest.EncryptOptions{Receivers: []samltest.Receiver{
		{To: samltest.Other().Key.Public().(*rsa.PublicKey), Recipient: "https://other.contoso.com", Cert: samltest.Other().Cert},
		{To: samltest.RSA().Key.Public().(*rsa.PublicKey), Recipient: "https://halo.contoso.com", Transport: samltest.RSA15},
	}}
	for _, keys := range [][]xmlenc.Key{
		{key(t, samltest.RSA())}, {key(t, samltest.Other())}, {key(t, samltest.Weak()), key(t, samltest.RSA())},
	} {
		item := only(t, xmlenc.Open(parse(t, encrypted(o)), keys))
		if item.Outcome != xmlenc.Decrypted {
			t.Errorf("%s: %s", item.Outcome, item.Detail)
		}
		if len(item.Recipients) != 2 || len(item.Certificates) != 1 || len(item.Transports) != 2 {
			t.Errorf("recipients %q, %d certificates, transports %q", item.Recipients, len(item.Certificates), item.Transports)
		}
	}
}

// TestLayers decrypts what is encrypted inside of what was encrypted.
func TestLayers(t *testing.T) {
	o := samltest.For(samltest.RSA())
	xml := samltest.EncryptElement(samltest.NewResponse().XML(), "NameID", "EncryptedID", o)
	xml = samltest.EncryptElement(xml, "Attribute", "EncryptedAttribute", o)
	xml = samltest.EncryptElement(xml, "Assertion", "EncryptedAssertion", o)
	doc := parse(t, xml)
	opened := xmlenc.Open(doc, []xmlenc.Key{key(t, samltest.RSA())})
	var got []string
	for _, item := range opened.Items {
		got = append(got, string(item.Outcome)+" "+opened.Doc().Path(item.Content))
	}
	want := "decrypted /Response/EncryptedAssertion/Assertion, " +
		"decrypted /Response/EncryptedAssertion/Assertion/Subject/EncryptedID/NameID, " +
		"decrypted /Response/EncryptedAssertion/Assertion/AttributeStatement/EncryptedAttribute/Attribute"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %q", got)
	}
	if len(opened.Layers) != 3 || opened.Layers[0].Doc != doc {
		t.Fatalf("%d layers", len(opened.Layers))
	}
	first := opened.Layers[1]
	if final := first.Final(first.Fresh[0]); final != opened.Items[0].Content {
		t.Error("an element of the first layer is not found in the last")
	}
	// All that came to light stands where the outermost EncryptedData did.
	last := opened.Layers[2]
	origin := last.Origin(last.Doc.Span(opened.Items[1].Content))
	if text := xml[origin.Offset:origin.End]; !strings.HasPrefix(text, "<xenc:EncryptedData") || !strings.HasSuffix(text, "</xenc:EncryptedData>") {
		t.Errorf("the NameID is said to come from %q", text)
	}
	if origin != opened.Items[1].Location.Span {
		t.Errorf("the item is located at %+v, its content at %+v", opened.Items[1].Location.Span, origin)
	}
	for _, local := range []string{"Issuer", "Status"} {
		el := last.Doc.Root().SelectElement(local)
		if el == nil {
			el = last.Doc.Root().FindElement(".//" + local)
		}
		origin := last.Origin(last.Doc.Span(el))
		if want := doc.Span(doc.Root().FindElement("./" + local)); origin != want {
			t.Errorf("%s is located at %+v, want %+v", local, origin, want)
		}
	}
}

// TestNamespaces decrypts content that relies on prefixes of its place, and
// nothing that would change what is around it.
func TestContent(t *testing.T) {
	const assertion = `<saml:Assertion ID="_1" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>`
	utf16 := "\xff\xfe"
	for _, r := range assertion {
		utf16 += string([]byte{byte(r), 0})
	}
	for name, test := range map[string]struct{ plain, detail string }{
		"whole":                {assertion, ""},
		"inherited prefixes":   {`<saml:Assertion ID="_1"><p:x/></saml:Assertion>`, ""},
		"XML declaration":      {`<?xml version="1.0" encoding="utf-8"?>` + "\n" + assertion, ""},
		"byte order mark":      {"\ufeff" + assertion, ""},
		"UTF-16":               {utf16, ""},
		"white space, comment": {" <!-- c --> " + assertion + "\n", ""},
		"undeclared prefix":    {`<x:Assertion/>`, "is not declared, expected xmlns:x=\"…\" on this element or around it): the identity provider encrypted it so"},
		"ends its place":       {assertion + `</saml:EncryptedAssertion></p:Response>`, "not well-formed"},
		"opens another":        {`</w><w>` + assertion, "not well-formed"},
		"two":                  {assertion + assertion, `"Assertion, Assertion", expected Assertion`},
		"text":                 {"hello", "not XML"},
		"nothing":              {"", "not XML"},
		"another element":      {`<saml:NameID/>`, `"NameID", expected Assertion`},
		"DOCTYPE":              {`<!DOCTYPE a [<!ENTITY x "y">]>` + assertion, "not well-formed"},
	} {
		t.Run(name, func(t *testing.T) {
			xml := `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:q="a&amp;b&quot;&lt;"><saml:EncryptedAssertion>` +
				samltest.Encrypt([]byte(test.plain), samltest.For(samltest.RSA())) + `</saml:EncryptedAssertion></p:Response>`
			item := only(t, xmlenc.Open(parse(t, xml), []xmlenc.Key{key(t, samltest.RSA())}))
			if test.detail == "" {
				if item.Outcome != xmlenc.Decrypted || item.Content == nil {
					t.Errorf("%s: %s", item.Outcome, item.Detail)
				}
				return
			}
			if item.Outcome != xmlenc.Damaged || !strings.Contains(item.Detail, test.detail) || item.Content != nil {
				t.Errorf("%s: %q, want %q", item.Outcome, item.Detail, test.detail)
			}
		})
	}
}

// TestEncodings decrypts into a document that is not UTF-8.
func TestEncodings(t *testing.T) {
	xml := `<?xml version="1.0" encoding="ISO-8859-1"?>` + strings.Replace(encrypted(samltest.For(samltest.RSA())), "<samlp:Status>", "<!-- \xe4 --><samlp:Status>", 1)
	opened := xmlenc.Open(parse(t, xml), []xmlenc.Key{key(t, samltest.RSA())})
	if item := only(t, opened); item.Outcome != xmlenc.Decrypted || !strings.Contains(string(opened.Doc().Text), "<!-- ä -->") {
		t.Errorf("%s: %s", item.Outcome, item.Detail)
	}
}

// TestFailures tells apart why something is not decrypted.
func TestFailures(t *testing.T) {
	value := func(xml string, last bool) int {
		at := strings.Index(xml, "CipherValue>")
		if last {
			at = strings.LastIndex(xml[:strings.LastIndex(xml, "</xenc:CipherValue>")], "CipherValue>")
		}
		return at + len("CipherValue>")
	}
	flip := func(last bool) func(string) string {
		return func(xml string) string {
			at := value(xml, last) + 40
			other := "A"
			if xml[at] == 'A' {
				other = "B"
			}
			return xml[:at] + other + xml[at+1:]
		}
	}
	cut := func(xml string) string {
		at, end := value(xml, true), strings.LastIndex(xml, "</xenc:CipherValue>")
		return xml[:at+(end-at)/8*4-8] + xml[end:]
	}
	replace := func(old, new string) func(string) string {
		return func(xml string) string { return strings.Replace(xml, old, new, 1) }
	}
	cbc := func(o *samltest.EncryptOptions) { o.Content = samltest.AES128CBC }
	for name, test := range map[string]struct {
		set     func(*samltest.EncryptOptions)
		change  func(string) string
		keys    []samltest.Pair
		outcome xmlenc.Outcome
		detail  string
	}{
		"no key":               {outcome: xmlenc.NoKey, keys: []samltest.Pair{}},
		"another key":          {keys: []samltest.Pair{samltest.Other()}, outcome: xmlenc.KeyMismatch, detail: "does not open with --key app.pem (RSA, 2048 bits)"},
		"key of another size":  {keys: []samltest.Pair{samltest.Weak()}, outcome: xmlenc.KeyMismatch, detail: "it is encrypted for a key of about 2048 bits"},
		"another key, RSA 1.5": {set: func(o *samltest.EncryptOptions) { o.Receivers[0].Transport = samltest.RSA15 }, keys: []samltest.Pair{samltest.Other()}, outcome: xmlenc.KeyMismatch},
		"another key, named": {set: func(o *samltest.EncryptOptions) {
			o.Receivers[0].Cert, o.Receivers[0].Recipient = samltest.RSA().Cert, "https://x"
		},
			keys: []samltest.Pair{samltest.Other()}, outcome: xmlenc.KeyMismatch, detail: `it is encrypted for the certificate`},
		"key damaged": {set: func(o *samltest.EncryptOptions) { o.Receivers[0].Cert = samltest.RSA().Cert }, change: flip(false),
			outcome: xmlenc.Damaged, detail: "names the certificate of"},
		"key damaged, nobody named": {change: flip(false), outcome: xmlenc.KeyMismatch, detail: "or the encrypted key was changed on its way"},
		"no Base64, another key": {change: func(xml string) string { at := value(xml, true); return xml[:at] + "*" + xml[at:] }, keys: []samltest.Pair{samltest.Other()},
			outcome: xmlenc.KeyMismatch, detail: "does not open with"},
		"key no Base64":        {change: func(xml string) string { at := value(xml, false); return xml[:at] + "*" + xml[at:] }, outcome: xmlenc.Damaged, detail: "EncryptedKey cannot be read"},
		"content changed, GCM": {change: flip(true), outcome: xmlenc.Damaged, detail: "authentication tag"},
		"content changed, CBC": {set: cbc, change: flip(true), outcome: xmlenc.Damaged, detail: "not XML"},
		"content cut, CBC":     {set: cbc, change: cut, outcome: xmlenc.Damaged, detail: "cut off"},
		"no Base64":            {change: func(xml string) string { at := value(xml, true); return xml[:at] + "*" + xml[at:] }, outcome: xmlenc.Damaged, detail: "not Base64"},
		"unknown cipher":       {change: replace("aes256-gcm", "chacha20"), outcome: xmlenc.Unsupported, detail: "chacha20"},
		"unknown transport":    {change: replace("rsa-oaep-mgf1p", "rsa-kem"), outcome: xmlenc.Unsupported, detail: "rsa-kem"},
		"key wrap":             {change: replace("rsa-oaep-mgf1p", "kw-aes128"), outcome: xmlenc.Unsupported, detail: "a secret that both sides share"},
		"unknown digest":       {set: func(o *samltest.EncryptOptions) { o.Receivers[0].Digest = "urn:x" }, outcome: xmlenc.Unsupported, detail: "urn:x"},
		"wrong cipher":         {change: replace("aes256-gcm", "aes128-gcm"), outcome: xmlenc.Damaged, detail: "the content key has 256 bits, AES-128-GCM needs 128"},
		"no EncryptedKey":      {set: func(o *samltest.EncryptOptions) { o.Receivers = nil }, outcome: xmlenc.Unsupported, detail: "no EncryptedKey"},
		"reference": {change: func(xml string) string {
			at := strings.LastIndex(xml, "<xenc:CipherValue>")
			end := strings.LastIndex(xml, "</xenc:CipherValue>") + len("</xenc:CipherValue>")
			return xml[:at] + `<xenc:CipherReference URI="https://evil.example/x"/>` + xml[end:]
		}, outcome: xmlenc.Unsupported, detail: "nothing is fetched"},
	} {
		t.Run(name, func(t *testing.T) {
			o := samltest.For(samltest.RSA())
			if test.set != nil {
				test.set(&o)
			}
			xml := encrypted(o)
			if test.change != nil {
				xml = test.change(xml)
			}
			if test.keys == nil {
				test.keys = []samltest.Pair{samltest.RSA()}
			}
			var keys []xmlenc.Key
			for _, pair := range test.keys {
				keys = append(keys, key(t, pair))
			}
			doc := parse(t, xml)
			opened := xmlenc.Open(doc, keys)
			item := only(t, opened)
			if item.Outcome != test.outcome || !strings.Contains(item.Detail, test.detail) || item.Detail == "" {
				t.Errorf("%s: %q, want %s: %q", item.Outcome, item.Detail, test.outcome, test.detail)
			}
			if opened.Doc() != doc || item.Content != nil {
				t.Error("the document was changed though nothing was decrypted")
			}
		})
	}
}

// TestDeviations opens what senders encrypt in another way than they say.
func TestDeviations(t *testing.T) {
	for name, r := range map[string]samltest.Receiver{
		"mask follows the digest":   {Digest: enc + "sha256", Hash: crypto.SHA256, Mask: crypto.SHA256},
		"digest is ignored":         {Digest: enc + "sha256", Hash: crypto.SHA1, Mask: crypto.SHA1},
		"mask is ignored":           {Transport: samltest.RSAOAEP11, Digest: enc + "sha512", MGF: enc11 + "mgf1sha512", Hash: crypto.SHA512, Mask: crypto.SHA1},
		"nothing of it is declared": {Hash: crypto.SHA256, Mask: crypto.SHA256},
	} {
		r.To = samltest.RSA().Key.Public().(*rsa.PublicKey)
		item := only(t, xmlenc.Open(parse(t, encrypted(samltest.EncryptOptions{Receivers: []samltest.Receiver{r}})), []xmlenc.Key{key(t, samltest.RSA())}))
		if item.Outcome != xmlenc.Decrypted || !strings.Contains(item.Deviation, "the message declares RSA-OAEP") {
			t.Errorf("%s: %s, %q", name, item.Outcome, item.Deviation)
		}
	}
}

func TestNewKey(t *testing.T) {
	if _, err := xmlenc.NewKey(samltest.ECDSA().Key, "k"); err == nil || !strings.Contains(err.Error(), "the key is an EC key, expected RSA") {
		t.Errorf("an EC key gives %v", err)
	}
}

func TestAlgorithmName(t *testing.T) {
	for uri, want := range map[string]string{samltest.AES256GCM: "AES-256-GCM", samltest.RSA15: "RSA PKCS #1 v1.5", "urn:x": "urn:x"} {
		if got := xmlenc.AlgorithmName(uri); got != want {
			t.Errorf("%s is called %q, want %q", uri, got, want)
		}
	}
}

var oaepSHA1 = &rsa.OAEPOptions{Hash: crypto.SHA1}
