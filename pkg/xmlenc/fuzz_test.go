package xmlenc_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// FuzzOpen holds Open to its promises on any document: no panic, places inside
// of the captured text, the number of layers bounded.
func FuzzOpen(f *testing.F) {
	files, _ := filepath.Glob("testdata/xmlsec1/*.xml")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	o := samltest.For(samltest.RSA())
	o.Place = samltest.KeyRetrieved
	f.Add([]byte(samltest.EncryptElement(samltest.EncryptElement(samltest.NewResponse().XML(), "NameID", "EncryptedID", o), "Assertion", "EncryptedAssertion", o)))
	keys := []xmlenc.Key{key(f, samltest.RSA()), key(f, samltest.Weak())}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := xmldoc.Parse(data, xmldoc.Limits{})
		if err != nil {
			return
		}
		checkOpened(t, doc, xmlenc.Open(doc, keys))
	})
}

// FuzzContent decrypts any content in the place of an assertion.
func FuzzContent(f *testing.F) {
	for _, plain := range []string{"", "<", `<saml:Assertion/>`, `</saml:EncryptedAssertion><saml:EncryptedAssertion><saml:Assertion/>`, `<?xml version="1.0"?><a/>`} {
		f.Add([]byte(plain))
	}
	keys := []xmlenc.Key{key(f, samltest.RSA())}
	f.Fuzz(func(t *testing.T, plain []byte) {
		doc := parse(t, `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:EncryptedAssertion>`+
			samltest.Encrypt(plain, samltest.For(samltest.RSA()))+`</saml:EncryptedAssertion><p:Status/></p:Response>`)
		opened := xmlenc.Open(doc, keys)
		checkOpened(t, doc, opened)
		if last := opened.Doc(); last.Root().SelectElement("Status") == nil || last.Root().SelectElement("EncryptedAssertion") == nil {
			t.Errorf("%q changes what is around it", plain)
		}
	})
}

func checkOpened(t *testing.T, doc *xmldoc.Document, opened *xmlenc.Opened) {
	t.Helper()
	if len(opened.Layers) == 0 || len(opened.Layers) > 5 || opened.Layers[0].Doc != doc {
		t.Fatalf("%d layers", len(opened.Layers))
	}
	for _, item := range opened.Items {
		if (item.Outcome == xmlenc.Decrypted) != (item.Content != nil && item.Detail == "") || item.Outcome == "" {
			t.Errorf("item %+v", item)
		}
		if span := item.Location.Span; span.Offset < 0 || span.End < span.Offset || span.End > len(doc.Text) {
			t.Errorf("span %+v is outside of the text", span)
		}
		if item.Content != nil && opened.Doc().Path(item.Content) == "" {
			t.Error("the content is not in the last document")
		}
	}
	for _, layer := range opened.Layers {
		span := layer.Origin(layer.Doc.Span(layer.Doc.Root()))
		if span.End > len(doc.Text) || layer.Final(layer.Doc.Root()) != opened.Doc().Root() {
			t.Errorf("the root of a layer is at %+v", span)
		}
	}
}

// TestBounds opens documents that are made to cost time: more of everything
// than any message has.
func TestBounds(t *testing.T) {
	o := samltest.For(samltest.Weak())
	o.Receivers = []samltest.Receiver{o.Receivers[0], o.Receivers[0], o.Receivers[0]}
	data := samltest.Encrypt([]byte("<x/>"), o)
	many := `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol">` + strings.Repeat(`<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">`+data+`</EncryptedAssertion>`, 400) + `</p:Response>`
	opened := xmlenc.Open(parse(t, many), []xmlenc.Key{key(t, samltest.Other())})
	if len(opened.Items) != 256 || opened.Items[0].Outcome != xmlenc.KeyMismatch || opened.Items[255].Outcome != xmlenc.Unsupported {
		t.Errorf("%d items, the last %+v", len(opened.Items), opened.Items[len(opened.Items)-1])
	}
	// An EncryptedData inside of another one belongs to that.
	inner := `<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">` + samltest.Encrypt([]byte(`<Assertion/>`), samltest.For(samltest.RSA())) + `</EncryptedAssertion>`
	nested := strings.Replace(encrypted(samltest.For(samltest.RSA())), "</ds:KeyInfo>", inner+"</ds:KeyInfo>", 1)
	if got := only(t, xmlenc.Open(parse(t, nested), []xmlenc.Key{key(t, samltest.RSA())})); got.Outcome != xmlenc.Decrypted {
		t.Errorf("%s: %s", got.Outcome, got.Detail)
	}
	// Content that holds itself, over and over.
	deep := `<Assertion/>`
	for range 8 {
		deep = `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><EncryptedAssertion>` + samltest.Encrypt([]byte(deep), samltest.For(samltest.RSA())) + `</EncryptedAssertion></Assertion>`
	}
	if got := xmlenc.Open(parse(t, deep), []xmlenc.Key{key(t, samltest.RSA())}); len(got.Layers) != 5 {
		t.Errorf("%d layers", len(got.Layers))
	}
}

func BenchmarkOpen(b *testing.B) {
	for name, transport := range map[string]string{"OAEP": samltest.RSAOAEP, "RSA15": samltest.RSA15} {
		o := samltest.For(samltest.RSA())
		o.Receivers[0].Transport = transport
		text := encrypted(o)
		doc, keys := parse(b, text), []xmlenc.Key{key(b, samltest.RSA())}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if opened := xmlenc.Open(doc, keys); opened.Items[0].Outcome != xmlenc.Decrypted {
					b.Fatal(opened.Items[0].Detail)
				}
			}
		})
	}
}

// BenchmarkRSA is the bare private key operation, for comparison.
func BenchmarkRSA(b *testing.B) {
	k := key(b, samltest.RSA()).Private
	text := encrypted(samltest.For(samltest.RSA()))
	_, text, _ = strings.Cut(text, "<xenc:CipherValue>")
	value, _, _ := strings.Cut(text, "<")
	octets, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := k.Decrypt(nil, octets, oaepSHA1); err != nil {
			b.Fatal(err)
		}
	}
}
