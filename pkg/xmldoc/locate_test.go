package xmldoc_test

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func TestLocate(t *testing.T) {
	doc, err := xmldoc.Parse([]byte("<a>\n <b/>\n</a>"), xmldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		offset, end int
		want        finding.Span
	}{
		{5, 9, doc.Span(doc.Root().ChildElements()[0])},
		{0, 14, doc.Span(doc.Root())},
		{14, 14, finding.Span{Offset: 14, End: 14, Line: 3, Column: 5}},
		{-1, 2, finding.Span{}},
		{3, 2, finding.Span{}},
		{3, 15, finding.Span{}},
	} {
		if got := doc.Locate(test.offset, test.end); got != test.want {
			t.Errorf("%d to %d is %+v, want %+v", test.offset, test.end, got, test.want)
		}
	}
}
