package xmldoc_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"pgregory.net/rapid"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

const placed = "<?xml version=\"1.0\"?>\r\n" +
	"<r xmlns='u' xmlns:p=\"v\">\n" +
	"  <a ID = 'x\n&#10;y' p:ID=\"é/>\"/><a>té&lt;<!--c-->xt</a >\n" +
	"é<p:a><![CDATA[</p:a>]]></p:a><b></b></r>\n"

func TestPlaces(t *testing.T) {
	doc := parse(t, placed)
	els := doc.Root().ChildElements()
	for _, c := range []struct {
		name         string
		span         finding.Span
		holds        string
		line, column int
	}{
		{"root", doc.Span(doc.Root()), placed[23 : len(placed)-1], 2, 1},
		{"empty element", doc.Span(els[0]), "<a ID = 'x\n&#10;y' p:ID=\"é/>\"/>", 3, 3},
		{"element", doc.Span(els[1]), "<a>té&lt;<!--c-->xt</a >", 4, 21},
		{"element behind a letter", doc.Span(els[2]), "<p:a><![CDATA[</p:a>]]></p:a>", 5, 2},
		{"attribute", doc.AttrSpan(els[0], "ID"), "x\n&#10;y", 3, 12},
		{"attribute with prefix", doc.AttrSpan(els[0], "p:ID"), "é/>", 4, 15},
		{"declaration", doc.AttrSpan(doc.Root(), "xmlns:p"), "v", 2, 23},
		{"text", doc.TextSpan(els[1]), "té&lt;<!--c-->xt", 4, 24},
		{"CDATA", doc.TextSpan(els[2]), "<![CDATA[</p:a>]]>", 5, 7},
		{"no text", doc.TextSpan(els[3]), "", 5, 34},
		{"no content", doc.TextSpan(els[0]), "", 4, 21},
	} {
		if got := placed[c.span.Offset:c.span.End]; got != c.holds || c.span.Line != c.line || c.span.Column != c.column {
			t.Errorf("%s: got %q at %d:%d, want %q at %d:%d", c.name, got, c.span.Line, c.span.Column, c.holds, c.line, c.column)
		}
	}
	var paths []string
	for _, el := range append(els, doc.Root()) {
		paths = append(paths, doc.Path(el))
	}
	if want := []string{"/r/a[1]", "/r/a[2]", "/r/a[3]", "/r/b", "/r"}; !slices.Equal(paths, want) {
		t.Errorf("got paths %q, want %q", paths, want)
	}
}

func TestPlacesUnknown(t *testing.T) {
	doc := parse(t, placed)
	stranger := etree.NewElement("a")
	for name, span := range map[string]finding.Span{
		"element of no document":  doc.Span(stranger),
		"its text":                doc.TextSpan(stranger),
		"its attribute":           doc.AttrSpan(stranger, "ID"),
		"missing attribute":       doc.AttrSpan(doc.Root(), "ID"),
		"attribute by local name": doc.AttrSpan(doc.Root(), "p"),
		"nil":                     doc.Span(nil),
	} {
		if span.Known() {
			t.Errorf("%s: got %v, want it unknown", name, span)
		}
	}
	if doc.Path(stranger) != "" || doc.Path(nil) != "" {
		t.Error("an element of no document has a path")
	}
}

// TestPlacesSurvive takes an element out of the tree before anybody asks.
func TestPlacesSurvive(t *testing.T) {
	doc := parse(t, placed)
	els := doc.Root().ChildElements()
	els[0].Remove()
	els[1].SortAttrs()
	if got := doc.Span(els[0]); placed[got.Offset:got.Offset+2] != "<a" || got.Line != 3 {
		t.Errorf("got %v", got)
	}
	if got := doc.Span(els[3]); placed[got.Offset:got.End] != "<b></b>" {
		t.Errorf("got %v", got)
	}
}

// TestPositionLaw compares lines and columns with a plain count, over texts
// long enough for many marks.
func TestPositionLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{"\n", "\r\n", "\r", "é", "\U0001F600", "<b/>", strings.Repeat("x", 511)}), 0, 60).Draw(t, "pieces")
		bom := rapid.SampledFrom([]string{"", "\uFEFF"}).Draw(t, "bom")
		src := bom + "<a>" + strings.Join(pieces, "") + "</a>"
		doc, err := xmldoc.Parse([]byte(src), xmldoc.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for el := range doc.Tree.FindElementsSeq("//*") {
			got := doc.Span(el)
			before := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(src[:got.Offset], bom))
			if strings.HasSuffix(src[:got.Offset], "\r") && strings.HasPrefix(src[got.Offset:], "\n") {
				t.Fatal("an element begins inside of a line end")
			}
			line := 1 + strings.Count(before, "\n")
			column := 1 + len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
			if got.Line != line || got.Column != column {
				t.Fatalf("offset %d of %q: got %d:%d, want %d:%d", got.Offset, src, got.Line, got.Column, line, column)
			}
		}
	})
}

const (
	assertionURI = "urn:oasis:names:tc:SAML:2.0:assertion"
	xsiURI       = "http://www.w3.org/2001/XMLSchema-instance"
)

func TestNames(t *testing.T) {
	doc := parse(t, `<r xmlns:s="`+assertionURI+`" xmlns:xsi="`+xsiURI+`" xml:lang="en">`+
		`<Issuer/><s:Issuer n="1" xsi:ID="no" ID="yes"/><Issuer xmlns="`+assertionURI+`" n="2"><Issuer xmlns="" xsi:ID="no"/></Issuer><s:Subject xmlns:s="other"/></r>`)
	root := doc.Root()
	var found []string
	for el := range xmldoc.Children(root, assertionURI, "Issuer") {
		n, _ := xmldoc.Attr(el, "n")
		found = append(found, n)
	}
	if !slices.Equal(found, []string{"1", "2"}) {
		t.Errorf("got the issuers %q, want 1 and 2", found)
	}
	first := xmldoc.Child(root, assertionURI, "Issuer")
	if id, ok := xmldoc.Attr(first, "ID"); id != "yes" || !ok {
		t.Errorf("got ID %q, %t", id, ok)
	}
	for _, c := range []struct {
		el   *etree.Element
		want string
	}{
		{root, ""}, {root.ChildElements()[0], ""}, {first, assertionURI}, {root.ChildElements()[2], assertionURI},
		{root.ChildElements()[2].ChildElements()[0], ""}, {root.ChildElements()[3], "other"},
	} {
		if got := xmldoc.Namespace(c.el); got != c.want {
			t.Errorf("%s: got namespace %q, want %q", doc.Path(c.el), got, c.want)
		}
	}
	if got := xmldoc.Resolve(first, "xml"); got != "http://www.w3.org/XML/1998/namespace" {
		t.Errorf("xml is bound to %q", got)
	}
	if _, ok := xmldoc.Attr(root.FindElement("./Issuer[3]/Issuer"), "ID"); ok {
		t.Error("a namespaced attribute is taken for an unprefixed one")
	}
	if xmldoc.Child(root, assertionURI, "Subject") != nil || xmldoc.Child(root, "", "Issuer") == nil {
		t.Error("a child is found by its prefix")
	}
}

func TestNil(t *testing.T) {
	for range xmldoc.Children(nil, "", "a") {
		t.Error("nil has a child")
	}
	_, has := xmldoc.Attr(nil, "a")
	if has || xmldoc.Is(nil, "", "") || xmldoc.Child(nil, "", "a") != nil || xmldoc.Text(nil) != "" {
		t.Error("nil has something")
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ src, text string }{
		{"<a/>", ""},
		{"<a>x</a>", "x"},
		{"<a><![CDATA[]]></a>", ""},
		{"<a>x<![CDATA[y]]>z</a>", "xyz"},
		{"<a>a@x.com<!---->.evil</a>", "a@x.com.evil"},
		{"<a>a@x.com<?p?>.evil</a>", "a@x.com.evil"},
		{"<a>x<![CDATA[y]]><?p?><![CDATA[z]]></a>", "xyz"},
		{"<a>x<!----><![CDATA[]]></a>", "x"},
		{"<a>x<!----><![CDATA[]]><!---->y</a>", "xy"},
		{"<a><!---->x<!----></a>", "x"},
		{"<a>x<b>y</b>z</a>", "xz"},
	} {
		root := parse(t, c.src).Root()
		if text := xmldoc.Text(root); text != c.text {
			t.Errorf("%s: got %q, want %q", c.src, text, c.text)
		}
	}
}

// TestLookupsAllocateNothing holds the look-ups to what every check pays.
func TestLookupsAllocateNothing(t *testing.T) {
	root := parse(t, string(signedResponse(3))).Root()
	issuer := xmldoc.Child(root, assertionURI, "Issuer")
	if n := testing.AllocsPerRun(100, func() {
		el := xmldoc.Child(root, assertionURI, "Assertion")
		for c := range xmldoc.Children(el, assertionURI, "AttributeStatement") {
			_ = xmldoc.Text(c)
		}
		_, _ = xmldoc.Attr(el, "ID")
		_ = xmldoc.Text(issuer)
	}); n > 0 {
		t.Errorf("got %v allocations", n)
	}
}

func ExampleParse() {
	doc, err := xmldoc.Parse([]byte("<Response\n ID='_1'><Issuer>a</Issuer></Response>"), xmldoc.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	issuer := xmldoc.Child(doc.Root(), "", "Issuer")
	id := doc.AttrSpan(doc.Root(), "ID")
	fmt.Println(doc.Path(issuer), xmldoc.Text(issuer), id.Line, id.Column)

	_, err = xmldoc.Parse([]byte("<Response>\n<Issuer></Response>"), xmldoc.Limits{})
	fmt.Println(err)
	// Output:
	// /Response/Issuer a 2 6
	// line 2, column 9: found </Response>, expected </Issuer> to close <Issuer> (opened at line 2, column 1)
}
