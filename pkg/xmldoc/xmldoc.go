// Package xmldoc reads XML strictly and remembers where everything stood: from
// bytes to an etree tree, byte spans and problems.
//
// It is XML 1.0 (fifth edition) with namespaces. Nothing is resolved, fetched
// or expanded: a DOCTYPE is a problem, an entity reference other than the five
// predefined ones and character references is an error.
//
// etree looks names up by prefix, ends an element's text at a processing
// instruction and takes a namespaced attribute for an unprefixed one; [Is],
// [Child], [Children], [Attr] and [Text] do not.
package xmldoc

import (
	"cmp"
	"fmt"
	"math"
	"sync"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Limits bound what a document may cost. A zero field means its default.
//
// Nodes of every kind together (elements, texts, comments, processing
// instructions) are bounded by four times Elements, the attributes of all
// elements that are open at a time by twice Attributes.
type Limits struct {
	Depth      int // nested elements, default 512
	Elements   int // elements in all, default 200,000
	Attributes int // attributes of one element, default 1,024
	Bytes      int // bytes of input, default 10 MiB
}

// withDefaults fills the fields that are zero. Offsets are kept in 32 bits, so
// Bytes has a ceiling.
func (l Limits) withDefaults() Limits {
	return Limits{
		Depth:      cmp.Or(l.Depth, 512),
		Elements:   cmp.Or(l.Elements, 200_000),
		Attributes: cmp.Or(l.Attributes, 1024),
		Bytes:      min(cmp.Or(l.Bytes, 10<<20), math.MaxInt32/2),
	}
}

// Document is a document that was read. It is safe for concurrent readers;
// its bytes and tree belong to whoever called [Parse], and the positions hold
// as long as Text is not changed.
type Document struct {
	// Tree is the document as etree has it. Attribute values and line ends
	// are normalised as XML 1.0 sections 2.11 and 3.3.3 say, character
	// references are resolved, CDATA sections, comments and processing
	// instructions are kept. A DOCTYPE is left out.
	Tree *etree.Document
	// Source is the input as it was given, Text the same as UTF-8 (the same
	// slice where the input was UTF-8, with its byte order mark); all spans
	// are offsets into Text.
	Source, Text []byte
	// Encoding is the encoding that Source was read in, in lower case:
	// "utf-8", "utf-16le", "utf-16be", "iso-8859-1" or "windows-1252".
	Encoding string
	// Problems are the things that are well-formed or could be read past, and
	// still matter: a DOCTYPE, an encoding declaration that is not true.
	Problems []finding.Problem

	elements [][]etree.Element // in document order
	extents  []extent          // of the elements, in the same order

	places    map[*etree.Element]place
	marks     []mark
	placeOnce sync.Once
	markOnce  sync.Once
}

// Root returns the document element.
func (d *Document) Root() *etree.Element { return d.Tree.Root() }

// SyntaxError says why a document is not well-formed, or over a limit, and
// where. Check is "xml-malformed", "xml-doctype", "input-truncated" (the
// document ends before it is complete) or "input-too-large". Span is a place
// in the text as UTF-8.
type SyntaxError struct {
	Check string
	Msg   string
	Span  finding.Span
}

// Error gives line, column and the message.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Span.Line, e.Span.Column, e.Msg)
}

// The checks that a reader's findings belong to.
const (
	checkMalformed = "xml-malformed"
	checkDoctype   = "xml-doctype"
	checkTruncated = "input-truncated"
	checkTooLarge  = "input-too-large"
	checkRepaired  = "input-repaired"
)

// Parse reads one document. The error is a *[SyntaxError], the first in the
// order of the text; there is no document then. The document keeps src and
// never changes it; the tree does not share memory with it.
func Parse(src []byte, limits Limits) (*Document, error) {
	limits = limits.withDefaults()
	if len(src) > limits.Bytes {
		return nil, &SyntaxError{
			Check: checkTooLarge,
			Msg:   fmt.Sprintf("the document has %d bytes, expected at most %d", len(src), limits.Bytes),
			Span:  finding.Span{Line: 1, Column: 1},
		}
	}
	in := decode(src)
	p := newParser(in, limits)
	err := p.document()
	if in.fault != nil && (err == nil || err.Span.Offset >= in.good) {
		err = in.fault
	}
	if err != nil {
		err.Span = locate(in.text, err.Span.Offset, err.Span.End)
		return nil, err
	}
	for i := range p.problems {
		span := &p.problems[i].Location.Span
		*span = locate(in.text, span.Offset, span.End)
	}
	return &Document{
		Tree:     p.tree.document,
		Source:   src,
		Text:     in.text,
		Encoding: in.encoding,
		Problems: p.problems,
		elements: p.tree.elements.all(),
		extents:  p.tree.extents,
	}, nil
}
