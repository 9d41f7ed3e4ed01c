package xmldsig_test

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

var methods = []xmldsig.Method{
	{}, {Comments: true},
	{Family: xmldsig.Inclusive11}, {Family: xmldsig.Inclusive11, Comments: true},
	{Family: xmldsig.Exclusive}, {Family: xmldsig.Exclusive, Comments: true},
	{Family: xmldsig.Exclusive, Prefixes: []string{"#default", "a", "xs"}},
}

// checkIdempotent holds that the canonical form of a document is its own
// canonical form.
func checkIdempotent(t interface{ Fatalf(string, ...any) }, doc *xmldoc.Document) {
	for _, m := range methods {
		once := xmldsig.Canonicalize(nil, &doc.Tree.Element, m)
		again, err := xmldoc.Parse(once, xmldoc.Limits{})
		if err != nil {
			t.Fatalf("%+v: the canonical form is not well-formed: %v\n%s", m, err, once)
		}
		if twice := xmldsig.Canonicalize(nil, &again.Tree.Element, m); !bytes.Equal(once, twice) {
			t.Fatalf("%+v\nonce  %s\ntwice %s", m, once, twice)
		}
	}
}

func FuzzCanonicalize(f *testing.F) {
	for _, l := range layouts {
		f.Add([]byte(l.xml))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := xmldoc.Parse(data, xmldoc.Limits{})
		if err != nil {
			return
		}
		checkIdempotent(t, doc)
		for _, el := range doc.Root().ChildElements() {
			for _, m := range methods {
				xmldsig.Canonicalize(nil, el, m)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	for _, l := range layouts {
		f.Add([]byte(signID(f, l.xml, "_a")))
	}
	f.Add([]byte(signID(f, signID(f, message(), "_a"), "_r")))
	f.Add([]byte(sign(f, message(), with(samltest.ECDSA(), samltest.SignOptions{ID: "_a", KeyInfo: samltest.KeyValue}))))
	cert, err := keys.ParseCertificate(samltest.RSA().Cert)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := xmldoc.Parse(data, xmldoc.Limits{})
		if err != nil {
			return
		}
		r := xmldsig.Verify(doc, xmldsig.Options{Trusted: []*keys.Certificate{cert}})
		inside := func(list []finding.Problem) {
			for _, p := range list {
				if s := p.Location.Span; p.Check == "" || p.Detail == "" || s.Offset < 0 || s.End < s.Offset || s.End > len(doc.Text) {
					t.Errorf("problem %+v of %d bytes", p, len(doc.Text))
				}
			}
		}
		inside(r.Problems)
		for _, s := range r.Signatures {
			inside(s.Problems)
			if s.Digest == "" || s.Value == "" || s.Key == "" {
				t.Errorf("no verdict: %+v", s)
			}
			if s.Digest == xmldsig.Match && len(s.References) == 0 {
				t.Error("a digest matches without a Reference")
			}
		}
	})
}

// markup draws an element, as a start tag whose attributes stand in the order
// given, and its content.
func markup(t *rapid.T, depth int) (tag []string, content string) {
	name := rapid.SampledFrom([]string{"a:x", "b:y", "z", "a:q"}).Draw(t, "name")
	tag = []string{name}
	for _, attr := range []string{`a:k`, `b:k`, `k`, `xml:lang`, `j`, `b:a`} {
		if rapid.Bool().Draw(t, attr) {
			tag = append(tag, attr+`="`+rapid.SampledFrom([]string{"", "1", "&lt;&#10;", "ü"}).Draw(t, "value")+`"`)
		}
	}
	for _, prefix := range []string{"a", "b"} {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "declare") == 0 {
			tag = append(tag, `xmlns:`+prefix+`="urn:`+rapid.SampledFrom([]string{"1" + prefix, "2" + prefix}).Draw(t, "uri")+`"`)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "default") == 0 {
		tag = append(tag, `xmlns="`+rapid.SampledFrom([]string{"", "urn:d"}).Draw(t, "uri")+`"`)
	}
	for range rapid.IntRange(0, max(0, 3-depth)).Draw(t, "children") {
		inner, text := markup(t, depth+1)
		content += "<" + strings.Join(inner, " ") + ">" + text + "</" + inner[0] + ">" +
			rapid.SampledFrom([]string{"", " t ", "<!--c-->", "<?p i?>", "<![CDATA[<]]>"}).Draw(t, "text")
	}
	return tag, content
}

// The canonical form is a fixed point, and does not depend on the order of
// attributes and declarations.
func TestCanonicalLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tag, content := markup(t, 0)
		render := func(attrs []string) *xmldoc.Document {
			xml := "<" + tag[0] + " " + strings.Join(attrs, " ") + ">" + content + "</" + tag[0] + ">"
			doc, err := xmldoc.Parse([]byte(xml), xmldoc.Limits{})
			if err != nil {
				t.Fatalf("%v\n%s", err, xml)
			}
			return doc
		}
		doc := render(tag[1:])
		checkIdempotent(t, doc)
		shuffled := render(rapid.Permutation(tag[1:]).Draw(t, "order"))
		for _, m := range methods {
			a, b := xmldsig.Canonicalize(nil, doc.Root(), m), xmldsig.Canonicalize(nil, shuffled.Root(), m)
			if !bytes.Equal(a, b) {
				t.Fatalf("%+v\n%s\n%s", m, a, b)
			}
		}
	})
}
