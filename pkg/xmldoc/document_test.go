package xmldoc_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func parse(t testing.TB, src string) *xmldoc.Document {
	t.Helper()
	doc, err := xmldoc.Parse([]byte(src), xmldoc.Limits{})
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	return doc
}

// outline lists what a tree holds, a token a line.
func outline(parent *etree.Element) []string {
	var lines []string
	for _, token := range parent.Child {
		switch token := token.(type) {
		case *etree.Element:
			line := "<" + token.FullTag()
			for _, a := range token.Attr {
				line += " " + a.FullKey() + "=" + a.Value
			}
			lines = append(append(lines, line), outline(token)...)
			lines = append(lines, ">")
		case *etree.CharData:
			kind := "text "
			if token.IsCData() {
				kind = "cdata "
			}
			lines = append(lines, kind+token.Data)
		case *etree.Comment:
			lines = append(lines, "comment "+token.Data)
		case *etree.ProcInst:
			lines = append(lines, "instruction "+token.Target+" "+token.Inst)
		}
	}
	return lines
}

func TestTree(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"line ends", "<a>x\r\ny\rz&#13;\n<!--\r\n--><?p \r\n?><![CDATA[\r]]></a>",
			[]string{"<a", "text x\ny\nz\r\n", "comment \n", "instruction p ", "cdata \n", ">"}},
		{"attribute values", "<a b='x\r\ny\rz\tw\n&#13;&#10;&#9; &lt;&quot;' c=\"it's\"/>",
			[]string{"<a b=x y z w \r\n\t <\" c=it's", ">"}},
		{"references", "<a>&lt;b&gt; &amp;amp; &#x41;&#66;&#x1F600;</a>", []string{"<a", "text <b> &amp; AB\U0001F600", ">"}},
		{"text around sections", "<a>x<![CDATA[<&]]>y<b/>z</a>", []string{"<a", "text x", "cdata <&", "text y", "<b", ">", "text z", ">"}},
		{"around the root", "<?xml version='1.0'?>\n<!--c--><a/>\n", []string{"instruction xml version='1.0'", "text \n", "comment c", "<a", ">", "text \n"}},
		{"DOCTYPE left out", "<!DOCTYPE a><a/>", []string{"<a", ">"}},
		{"names", "<p:a xmlns:p='u' p:b='1' b='2'/>", []string{"<p:a xmlns:p=u p:b=1 b=2", ">"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, outline(&parse(t, c.src).Tree.Element)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTreeLinks makes sure that etree can work on the tree: every token knows
// its parent and index, every attribute its element.
func TestTreeLinks(t *testing.T) {
	doc := parse(t, string(signedResponse(20)))
	var walk func(*etree.Element)
	walk = func(el *etree.Element) {
		for i := range el.Attr {
			if el.Attr[i].Element() != el {
				t.Fatalf("attribute %s of %s belongs to another element", el.Attr[i].FullKey(), el.Tag)
			}
		}
		for i, token := range el.Child {
			if token.Parent() != el || token.Index() != i {
				t.Fatalf("child %d of %s has index %d", i, el.Tag, token.Index())
			}
			if child, ok := token.(*etree.Element); ok {
				walk(child)
			}
		}
	}
	walk(&doc.Tree.Element)
	subject := doc.Root().FindElement("//Subject")
	subject.CreateElement("First").CreateAttr("a", "b")
	subject.Parent().FindElement("Issuer").CreateAttr("c", "d")
	if subject.Parent().FindElement("Issuer").SelectAttrValue("c", "") != "d" || doc.Root().FindElement("//Conditions").SelectAttrValue("a", "none") != "none" {
		t.Error("an element that grows overwrites another one")
	}
}

func encodeUTF16(text string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestEncodings(t *testing.T) {
	declare := func(name string) string { return `<?xml version="1.0" encoding="` + name + `"?>` }
	const body = "<a>é€\U0001F600</a>"
	for _, c := range []struct {
		name     string
		src      []byte
		encoding string
		text     string
		untrue   string // what the declaration said, where it was not so
	}{
		{"utf-8", []byte(body), "utf-8", "é€\U0001F600", ""},
		{"utf-8 declared", []byte(declare("utf-8") + body), "utf-8", "é€\U0001F600", ""},
		{"utf-8 marked", []byte("\xEF\xBB\xBF" + declare("UTF-8") + body), "utf-8", "é€\U0001F600", ""},
		{"utf-16le marked", encodeUTF16("\uFEFF"+declare("utf-16")+body, false), "utf-16le", "é€\U0001F600", ""},
		{"utf-16be marked", encodeUTF16("\uFEFF"+body, true), "utf-16be", "é€\U0001F600", ""},
		{"utf-16le", encodeUTF16(declare("UTF-16LE")+body, false), "utf-16le", "é€\U0001F600", ""},
		{"utf-16be", encodeUTF16(body, true), "utf-16be", "é€\U0001F600", ""},
		{"utf-16 in white space", encodeUTF16("\n"+body, false), "utf-16le", "é€\U0001F600", ""},
		{"latin-1", []byte(declare("ISO-8859-1") + "<a>\xe9\x80</a>"), "iso-8859-1", "é\u0080", ""},
		{"latin-1 without need", []byte(declare("latin1") + "<a>e</a>"), "iso-8859-1", "e", ""},
		{"windows-1252", []byte(declare("Windows-1252") + "<a>\xe9\x80\x9f</a>"), "windows-1252", "é€Ÿ", ""},
		{"ascii", []byte(declare("us-ascii") + "<a>e</a>"), "utf-8", "e", ""},
		{"ascii is not", []byte(declare("us-ascii") + "<a>é</a>"), "utf-8", "é", "us-ascii"},
		{"utf-8 called utf-16", []byte(declare("utf-16") + body), "utf-8", "é€\U0001F600", "utf-16"},
		{"utf-16 called utf-8", encodeUTF16(declare("utf-8")+body, false), "utf-16le", "é€\U0001F600", "utf-8"},
		{"utf-16le called utf-16be", encodeUTF16(declare("utf-16be")+body, false), "utf-16le", "é€\U0001F600", "utf-16be"},
		{"mark against declaration", []byte("\xEF\xBB\xBF" + declare("iso-8859-1") + body), "utf-8", "é€\U0001F600", "iso-8859-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := parse(t, string(c.src))
			if got := xmldoc.Text(doc.Root()); got != c.text || doc.Encoding != c.encoding {
				t.Errorf("got %q in %s, want %q in %s", got, doc.Encoding, c.text, c.encoding)
			}
			if span := doc.TextSpan(doc.Root()); string(doc.Text[span.Offset:span.End]) != c.text {
				t.Errorf("the text stands at %v, which holds %q", span, doc.Text[span.Offset:span.End])
			}
			untrue := ""
			for _, p := range doc.Problems {
				untrue = p.Actual
				if s := p.Location.Span; p.Check != "input-repaired" || p.Severity != finding.Info || string(doc.Text[s.Offset:s.End]) != c.untrue {
					t.Errorf("got problem %+v", p)
				}
			}
			if untrue != c.untrue {
				t.Errorf("got problem with %q, want %q", untrue, c.untrue)
			}
		})
	}
}

func TestEncodingErrors(t *testing.T) {
	for _, c := range []struct {
		name, src    string
		check        string
		line, column int
		says         string
	}{
		{"utf-32", "\xFF\xFE\x00\x00<\x00\x00\x00", malformed, 1, 1, "utf-32"},
		{"half a pair", string(encodeUTF16("<a>\n", false)) + "\x3D\xD8<\x00", malformed, 2, 1, "0xD83D"},
		{"odd", string(encodeUTF16("<a/>", false)) + "\n", truncated, 1, 5, "odd number"},
		{"unassigned", "<?xml version='1.0' encoding='cp1252'?>\n<a>\x81</a>", malformed, 2, 4, "0x81"},
		{"unsupported", "<?xml version='1.0' encoding='Shift_JIS'?>\n<a>\x81</a>", malformed, 1, 31, `"Shift_JIS"`},
		{"NUL", "<a>\x00</a>", malformed, 1, 4, "U+0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := xmldoc.Parse([]byte(c.src), xmldoc.Limits{})
			syntax, is := errors.AsType[*xmldoc.SyntaxError](err)
			if !is {
				t.Fatalf("got %v, want a *SyntaxError", err)
			}
			if syntax.Check != c.check || syntax.Span.Line != c.line || syntax.Span.Column != c.column || !strings.Contains(syntax.Msg, c.says) {
				t.Errorf("got %s: %v, want %s at %d:%d saying %q", syntax.Check, err, c.check, c.line, c.column, c.says)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct{ name, src, check, says, at string }{
		{"plain DOCTYPE", "<!DOCTYPE a><a/>", doctype, "a DOCTYPE (a)", "<!DOCTYPE a>"},
		{"entities", "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", doctype, "that declares entities;", "<!DOCTYPE a [<!ENTITY x 'y'>]>"},
		{"outside", "<!DOCTYPE a SYSTEM 'http://x/'><a/>", doctype, "that names an external subset;", "<!DOCTYPE a SYSTEM 'http://x/'>"},
		{"both", "<!DOCTYPE a SYSTEM 'x' [<!ENTITY % p 'y'><!ENTITY q 'z'>]><a/>", doctype, "declares entities and names an external subset", "<!DOCTYPE a SYSTEM 'x' [<!ENTITY % p 'y'><!ENTITY q 'z'>]>"},
		{"version 1.1", "<?xml version='1.1'?><a/>", "input-repaired", "version 1.1", "1.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := parse(t, c.src)
			if len(doc.Problems) != 1 {
				t.Fatalf("got %+v, want one problem", doc.Problems)
			}
			p := doc.Problems[0]
			at := c.src[p.Location.Span.Offset:p.Location.Span.End]
			if p.Check != c.check || !strings.Contains(p.Detail, c.says) || at != c.at || p.Location.Span.Line != 1 {
				t.Errorf("got %+v at %q, want %s saying %q", p, at, c.check, c.says)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	for _, c := range []struct {
		name   string
		limits xmldoc.Limits
		src    string
		says   string
	}{
		{"depth reached", xmldoc.Limits{}, nested(512), ""},
		{"depth", xmldoc.Limits{}, nested(513), "nested more than 512 deep"},
		{"a million deep", xmldoc.Limits{}, strings.Repeat("<a>", 1<<20), "nested more than 512 deep"},
		{"depth of empty elements", xmldoc.Limits{Depth: 1}, "<a><b/></a>", "nested more than 1 deep"},
		{"elements reached", xmldoc.Limits{Elements: 3}, "<a><b/><b/></a>", ""},
		{"elements", xmldoc.Limits{Elements: 3}, "<a><b/><b/><b/></a>", "more than 3 elements"},
		{"nodes", xmldoc.Limits{Elements: 3}, "<a>" + strings.Repeat("<?p?>", 20) + "</a>", "more than 12 texts"},
		{"attributes reached", xmldoc.Limits{Attributes: 2}, "<a b='' c=''/>", ""},
		{"attributes", xmldoc.Limits{Attributes: 2}, "<a b='' c='' d=''/>", "more than 2 attributes"},
		{"attributes of open elements", xmldoc.Limits{Attributes: 2}, "<a b='' c=''><a b='' c=''><a b=''/></a></a>", "more than 4 attributes together"},
		{"attributes of closed elements", xmldoc.Limits{Attributes: 2}, "<a>" + strings.Repeat("<a b='' c=''/>", 9) + "</a>", ""},
		{"bytes reached", xmldoc.Limits{Bytes: 4}, "<a/>", ""},
		{"bytes", xmldoc.Limits{Bytes: 4}, "<ab/>", "has 5 bytes, expected at most 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := xmldoc.Parse([]byte(c.src), c.limits)
			syntax, is := errors.AsType[*xmldoc.SyntaxError](err)
			switch {
			case c.says == "" && err != nil:
				t.Errorf("got %v", err)
			case c.says != "" && (!is || syntax.Check != tooLarge || !strings.Contains(syntax.Msg, c.says)):
				t.Errorf("got %v, want it to say %q", err, c.says)
			}
		})
	}
}

// TestManyOfEverything has documents in which every index is in use.
func TestManyOfEverything(t *testing.T) {
	var b strings.Builder
	b.WriteString("<p0:r")
	for i := range 40 {
		b.WriteString(" xmlns:p" + string(rune('0'+i%10)) + strings.Repeat("x", i/10) + "='u" + string(rune('0'+i%10)) + "'")
	}
	b.WriteString(">" + strings.Repeat("<a xmlns:p0='inner'><p0:b p1:c='' p2:c=''/></a><p0:b/>", 30) + "</p0:r>")
	src := b.String()
	doc := parse(t, src)
	inner := 0
	for el := range doc.Root().FindElementsSeq("//b") {
		if xmldoc.Is(el, "inner", "b") {
			inner++
		}
	}
	if got := len(doc.Root().SelectElements("p0:b")); inner != 30 || got != 30 {
		t.Errorf("got %d and %d elements, want 30 and 30", inner, got)
	}
	if _, err := xmldoc.Parse([]byte(strings.Replace(src, "p2:c", "p1x:c", 1)), xmldoc.Limits{}); err == nil || !strings.Contains(err.Error(), "same namespace") {
		t.Errorf("got %v, want the same namespace", err)
	}
}

// corpus visits the XML of the corpus.
func corpus(t *testing.T, visit func(path string, src []byte)) {
	root := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the corpus is not here")
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		src, err := os.ReadFile(path)
		if err == nil && (filepath.Ext(path) == ".xml" || bytes.HasPrefix(bytes.TrimSpace(src), []byte("<"))) {
			visit(path, src)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reference is the outline of a document as encoding/xml has it, with
// expanded names, text runs joined and white space of attributes normalised.
func reference(src []byte) ([]string, error) {
	decoder := xml.NewDecoder(bytes.NewReader(src))
	decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var lines []string
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			line := "<{" + token.Name.Space + "}" + token.Name.Local
			for _, a := range token.Attr {
				line += " {" + a.Name.Space + "}" + a.Name.Local + "=" + flat(a.Value)
			}
			lines = append(lines, line)
		case xml.EndElement:
			lines = append(lines, ">")
		case xml.CharData:
			lines = appendText(lines, string(token))
		}
	}
}

var flat = strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace

func appendText(lines []string, text string) []string {
	if n := len(lines); n > 0 && strings.HasPrefix(lines[n-1], "text ") {
		lines[n-1] += text
		return lines
	}
	if text == "" {
		return lines
	}
	return append(lines, "text "+text)
}

// expanded is the outline of a tree in the same form.
func expanded(parent *etree.Element, lines []string) []string {
	for _, token := range parent.Child {
		switch token := token.(type) {
		case *etree.Element:
			line := "<{" + xmldoc.Namespace(token) + "}" + token.Tag
			for _, a := range token.Attr {
				uri := ""
				switch a.Space {
				case "":
				case "xmlns":
					uri = "xmlns" // as encoding/xml has it
				default:
					uri = xmldoc.Resolve(token, a.Space)
				}
				line += " {" + uri + "}" + a.Key + "=" + flat(a.Value)
			}
			lines = append(expanded(token, append(lines, line)), ">")
		case *etree.CharData:
			lines = appendText(lines, token.Data)
		}
	}
	return lines
}

func TestAgainstEncodingXML(t *testing.T) {
	read, compared := 0, 0
	corpus(t, func(path string, src []byte) {
		doc, err := xmldoc.Parse(src, xmldoc.Limits{})
		if err != nil {
			t.Logf("%s: %v", path, err)
			return
		}
		read++
		want, err := reference(doc.Text)
		if err != nil {
			t.Logf("%s: encoding/xml: %v", path, err)
			return
		}
		compared++
		if diff := cmp.Diff(want, expanded(&doc.Tree.Element, nil)); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
	})
	t.Logf("read %d documents, compared %d", read, compared)
	if compared < 100 {
		t.Errorf("compared %d documents, expected most of the corpus", compared)
	}
}

func TestConcurrentReaders(t *testing.T) {
	doc := parse(t, string(signedResponse(50)))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for el := range doc.Root().FindElementsSeq("//*") {
				if span := doc.Span(el); doc.Text[span.Offset] != '<' || doc.Path(el) == "" {
					t.Errorf("%s stands at %v", el.Tag, span)
				}
			}
		})
	}
	group.Wait()
}
