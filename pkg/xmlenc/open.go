package xmlenc

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// maxDepth is how often what was decrypted is searched for more: an assertion
// with encrypted attributes takes two rounds.
const maxDepth = 4

// Opened is a document with what was encrypted in it.
type Opened struct {
	// Items are all EncryptedData, those of the captured text first, then those
	// that came to light.
	Items []*Item
	// Layers are the documents from the captured one to that in which all is
	// decrypted that could be. Signatures must be verified in the first layer
	// that shows them: decrypting more changes what they cover.
	Layers []*Layer
}

// Layer is one document on the way. Each EncryptedData that could be decrypted
// is replaced by its content in the next.
type Layer struct {
	Doc *xmldoc.Document
	// Fresh are the elements that this layer brought to light; none for the
	// captured document.
	Fresh []*etree.Element

	patches []patch        // what was replaced in the text before, in order
	before  *Layer         // nil for the captured document
	final   func() mapping // to the elements of the last layer
}

// patch is a part of the text of the layer before, and the size of its
// replacement.
type patch struct{ start, end, size int }

// Open decrypts what it can of a document with the keys, which may be none. It
// never fails and leaves the document as it is.
func Open(doc *xmldoc.Document, keys []Key) *Opened {
	o := &Opened{Layers: []*Layer{{Doc: doc}}}
	work := &opener{keys: keys, trials: maxTrials, opened: map[*etree.Element]*encryptedKey{}}
	for depth := range maxDepth {
		if !o.round(work, depth) {
			break
		}
	}
	for i, l := range o.Layers {
		l.final = o.mapper(i)
	}
	for _, item := range o.Items {
		item.data = nil
		if item.Outcome == Decrypted {
			item.Content = o.Layers[item.depth+1].Final(item.Content)
			item.Around = item.Content.Parent()
		}
	}
	return o
}

// Doc is the document in which all is decrypted that could be: the captured
// one where nothing was.
func (o *Opened) Doc() *xmldoc.Document { return o.last().Doc }

func (o *Opened) last() *Layer { return o.Layers[len(o.Layers)-1] }

// round decrypts what the last layer holds, and adds the next layer. It
// reports whether there is one.
func (o *Opened) round(work *opener, depth int) bool {
	layer := o.last()
	inside := layer.Fresh
	if depth == 0 {
		inside = []*etree.Element{layer.Doc.Root()}
	}
	index := newIndex(layer.Doc.Root(), inside)
	var items []*Item
	for _, data := range index.data {
		if len(o.Items) == maxItems {
			break
		}
		item := &Item{Holder: data.Parent().Tag, depth: depth, data: data}
		item.Location = finding.Location{Path: layer.Doc.Path(data), Span: layer.Origin(layer.Doc.Span(data))}
		work.decrypt(item, index)
		if item.Outcome == Decrypted {
			item.prepare(layer.Doc)
		}
		o.Items = append(o.Items, item)
		if item.Outcome == Decrypted {
			items = append(items, item)
		}
	}
	return len(items) > 0 && o.splice(layer, items)
}

// splice makes the next layer: the text of the last with the contents in it.
func (o *Opened) splice(layer *Layer, items []*Item) bool {
	text := layer.Doc.Text
	next := &Layer{before: layer}
	out := make([]byte, 0, len(text))
	from := 0
	for _, item := range items {
		span := layer.Doc.Span(item.data)
		out = append(append(out, text[from:span.Offset]...), item.plain...)
		from = span.End
		next.patches = append(next.patches, patch{span.Offset, span.End, len(item.plain)})
	}
	out = append(out, text[from:]...)
	if layer.Doc.Encoding != "utf-8" {
		blankDeclaration(out)
	}
	doc, err := xmldoc.Parse(out, xmldoc.Limits{})
	if err != nil {
		for _, item := range items {
			item.fail(damaged("the decrypted content does not fit into the message: %v", err))
		}
		return false
	}
	next.Doc = doc
	o.Layers = append(o.Layers, next)
	here := pair(layer.Doc.Root(), doc.Root())
	for _, item := range items {
		item.Content = here[item.data]
		next.Fresh = append(next.Fresh, item.Content)
		item.plain = nil
	}
	return true
}

// blankDeclaration overwrites an XML declaration, which names an encoding that
// is no longer true, with blanks: all offsets stay as they are.
func blankDeclaration(text []byte) {
	start := bytes.Index(text[:min(len(text), 4)], []byte("<?"))
	end := bytes.Index(text, []byte("?>"))
	if start < 0 || end < 0 {
		return
	}
	for i := start; i < end+2; i++ {
		text[i] = ' '
	}
}

// prepare holds the plain octets against what may stand in this place: one
// element of the right name, well-formed with the namespaces that are declared
// around it.
func (item *Item) prepare(doc *xmldoc.Document) {
	plain, fault := undress(item.plain)
	if fault == nil {
		fault = item.suits(plain)
	}
	if fault != nil {
		item.fail(fault)
		return
	}
	item.plain = plain
}

// undress takes byte order mark and XML declaration off the content. Octets
// that are not UTF-8 are read as the encoding that they declare.
func undress(plain []byte) ([]byte, *fault) {
	mark := []byte("\xef\xbb\xbf")
	bare := bytes.TrimSpace(bytes.TrimPrefix(plain, mark))
	if bytes.HasPrefix(bare, []byte("<?xml ")) || bytes.HasPrefix(bare, []byte("\xff\xfe")) || bytes.HasPrefix(bare, []byte("\xfe\xff")) {
		doc, err := xmldoc.Parse(bare, xmldoc.Limits{})
		if err != nil {
			return nil, damaged("the decrypted content is not well-formed XML: %v", err)
		}
		span := doc.Span(doc.Root())
		bare = doc.Text[span.Offset:span.End]
	}
	if len(bare) == 0 || bare[0] != '<' {
		return nil, damaged("the decrypted content is not XML: the encrypted content was damaged")
	}
	return bare, nil
}

// suits parses the content inside of an element that declares the namespaces
// of its place, so that it can neither end what is around it nor bring a second
// element.
func (item *Item) suits(plain []byte) *fault {
	var b bytes.Buffer
	b.WriteString("<w")
	for prefix, uri := range namespaces(item.data.Parent()) {
		b.WriteString(" xmlns")
		if prefix != "" {
			b.WriteString(":" + prefix)
		}
		b.WriteString(`="` + attributeEscaper.Replace(uri) + `"`)
	}
	b.WriteByte('>')
	b.Write(plain)
	b.WriteString("</w>")
	doc, err := xmldoc.Parse(b.Bytes(), xmldoc.Limits{})
	if err != nil {
		why := err.Error()
		var syntax *xmldoc.SyntaxError
		if errors.As(err, &syntax) {
			why = syntax.Msg // the line would be that of no document
		}
		return damaged("the decrypted content is not well-formed XML (%s): %s", why, item.changed())
	}
	var found []string
	for el := range doc.Root().ChildElementsSeq() {
		found = append(found, el.Tag)
	}
	wanted := holders[item.Holder]
	if len(found) != 1 || !slices.Contains(wanted, found[0]) {
		return damaged("the decrypted content holds %s, expected %s", finding.Quote(finding.Shorten(strings.Join(found, ", "), 80)), strings.Join(wanted, " or "))
	}
	return nil
}

// changed says where content that is no XML comes from: only GCM notices that
// it was changed.
func (item *Item) changed() string {
	if cipher, _ := findCipher(item.Algorithm); cipher.gcm {
		return "the identity provider encrypted it so"
	}
	return "the encrypted content was changed on its way, or encrypted so"
}

var attributeEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#9;", "\n", "&#10;", "\r", "&#13;")

// namespaces are the declarations in scope at an element, by prefix. Those
// that the empty prefix takes back are left out.
func namespaces(el *etree.Element) map[string]string {
	scope := map[string]string{}
	for ; el != nil; el = el.Parent() {
		for i := range el.Attr {
			a := &el.Attr[i]
			prefix := a.Key
			switch {
			case a.Space == "xmlns":
			case a.Space == "" && a.Key == "xmlns":
				prefix = ""
			default:
				continue
			}
			if _, inner := scope[prefix]; !inner && prefix != "xml" {
				scope[prefix] = a.Value
			}
		}
	}
	return scope
}
