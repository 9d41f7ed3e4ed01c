package xmldoc_test

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func TestParsePlaces(t *testing.T) {
	src := "<?xml version=\"1.0\"?>\r\n<r xmlns='u' xmlns:p=\"v\">\n  <a ID = 'x\n&#10;y' p:ID=\"é>\"/><a>té&lt;<!--c-->xt</a >\n<p:b><![CDATA[<]]></p:b></r>\n"
	doc, err := xmldoc.Parse([]byte(src), xmldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	out, _ := doc.Tree.WriteToString()
	t.Log(out)
	for _, el := range doc.Root().ChildElements() {
		s := doc.Span(el)
		x := doc.TextSpan(el)
		a := doc.AttrSpan(el, "p:ID")
		t.Logf("%s %v %q %q %q", doc.Path(el), s, src[s.Offset:s.End], src[x.Offset:x.End], src[a.Offset:a.End])
	}
}
