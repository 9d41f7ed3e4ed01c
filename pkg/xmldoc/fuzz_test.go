package xmldoc_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func FuzzParse(f *testing.F) {
	for _, c := range wellFormedness {
		f.Add([]byte(c.src))
	}
	f.Add(signedResponse(1))
	f.Add(encodeUTF16("\uFEFF<?xml version='1.0' encoding='utf-16'?><a b='é'>\r\n&lt;</a>", false))
	f.Add([]byte("<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>"))
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, err := xmldoc.Parse(src, xmldoc.Limits{})
		if err != nil {
			syntax, is := errors.AsType[*xmldoc.SyntaxError](err)
			if !is || syntax.Msg == "" || !syntax.Span.Known() || syntax.Span.Column < 1 || syntax.Span.End < syntax.Span.Offset {
				t.Fatalf("got error %#v", err)
			}
			return
		}
		checkSpans(t, doc)
		checkRoundTrip(t, doc)
		if err := standardReader(doc.Text); err != nil && !stricter(err, doc) {
			t.Errorf("encoding/xml: %v", err)
		}
	})
}

// checkSpans holds every place in a document against its text.
func checkSpans(t *testing.T, doc *xmldoc.Document) {
	inside := func(span finding.Span) string {
		if span.Offset < 0 || span.Offset > span.End || span.End > len(doc.Text) || span.Line < 1 || span.Column < 1 {
			t.Fatalf("got span %v in a text of %d bytes", span, len(doc.Text))
		}
		return string(doc.Text[span.Offset:span.End])
	}
	for _, p := range doc.Problems {
		inside(p.Location.Span)
	}
	paths := map[string]bool{}
	for el := range doc.Tree.FindElementsSeq("//*") {
		all, content := inside(doc.Span(el)), inside(doc.TextSpan(el))
		if !strings.HasPrefix(all, "<"+el.FullTag()) || !strings.HasSuffix(all, ">") || !strings.Contains(all, content) {
			t.Fatalf("<%s> stands at %q with content %q", el.FullTag(), all, content)
		}
		for _, a := range el.Attr {
			raw := inside(doc.AttrSpan(el, a.FullKey()))
			if !strings.Contains(all, raw) || len(raw) < len(a.Value) || !strings.ContainsAny(raw, "&\r\n\t") && raw != a.Value {
				t.Fatalf("%s=%q stands at %q", a.FullKey(), a.Value, raw)
			}
		}
		path := doc.Path(el)
		if paths[path] || !strings.HasSuffix(strings.TrimRight(path, "[]0123456789"), strings.TrimRight(el.Tag, "0123456789")) {
			t.Fatalf("<%s> has the path %q", el.FullTag(), path)
		}
		paths[path] = true
	}
}

// checkRoundTrip makes sure that what etree writes reads as the same tree.
func checkRoundTrip(t *testing.T, doc *xmldoc.Document) {
	before := outline(&doc.Tree.Element)
	if first, ok := doc.Tree.Child[0].(*etree.ProcInst); ok && first.Target == "xml" {
		before = before[1:]
	}
	var out bytes.Buffer
	for _, token := range doc.Tree.Child {
		if p, ok := token.(*etree.ProcInst); ok && p.Target == "xml" {
			continue // the text is UTF-8 now
		}
		token.WriteTo(&out, &etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true})
	}
	again, err := xmldoc.Parse(out.Bytes(), xmldoc.Limits{})
	if err != nil {
		t.Fatalf("%v in %q", err, out.Bytes())
	}
	if diff := cmp.Diff(joined(before), joined(outline(&again.Tree.Element))); diff != "" {
		t.Errorf("%q:\n%s", out.Bytes(), diff)
	}
}

// joined leaves out texts that are empty, and joins those that touch, as their
// borders do not survive writing.
func joined(lines []string) []string {
	var out []string
	for _, line := range lines {
		if line == "cdata " || line == "text " {
			continue
		}
		if n := len(out); n > 0 && strings.HasPrefix(line, "text ") && strings.HasPrefix(out[n-1], "text ") {
			out[n-1] += line[len("text "):]
			continue
		}
		out = append(out, line)
	}
	return out
}

func standardReader(text []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		if _, err := decoder.RawToken(); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
	}
}

// stricter reports whether encoding/xml refuses something that XML allows.
func stricter(err error, doc *xmldoc.Document) bool {
	for _, known := range []string{
		"unsupported version", // other than 1.0
		"invalid XML name",    // it has the names of the fourth edition
	} {
		if strings.Contains(err.Error(), known) {
			return true
		}
	}
	return bytes.Contains(doc.Text, []byte("<!DOCTYPE")) // quotes and comments of a subset
}
