// Package xmldoc reads XML strictly and remembers where everything stood: from
// bytes to an etree tree, byte spans and problems.
//
// It is XML 1.0 (fifth edition) with namespaces. Nothing is resolved, fetched
// or expanded: a DOCTYPE is a problem, an entity reference other than the five
// predefined ones and character references is an error.
package xmldoc

import (
	"fmt"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Limits bound what a document may cost. A zero field means its default.
type Limits struct {
	Depth      int // nested elements, default 512
	Elements   int // elements in all, default 200,000
	Attributes int // attributes of one element, default 1,024
	Bytes      int // bytes of input, default 10 MiB
}

// Document is a document that was read.
type Document struct {
	// Tree is the document as etree has it. Attribute values and line ends
	// are normalised as XML 1.0 sections 2.11 and 3.3.3 say, character
	// references are resolved, CDATA sections, comments and processing
	// instructions are kept.
	Tree *etree.Document
	// Source is the input as it was given, Text the same as UTF-8 (the same
	// slice where the input was UTF-8); all spans are offsets into Text.
	Source, Text []byte
	// Encoding is the encoding that Source was read in, in lower case:
	// "utf-8", "utf-16le", "utf-16be", "iso-8859-1" or "windows-1252".
	Encoding string
	// Problems are the things that are well-formed or could be read past, and
	// still matter: a DOCTYPE, an encoding declaration that is not true.
	Problems []finding.Problem
}

// Root returns the document element.
func (d *Document) Root() *etree.Element { return d.Tree.Root() }

// SyntaxError says why a document is not well-formed, or over a limit, and
// where. Check is "xml-malformed", "xml-doctype", "input-truncated" (the
// document ends before it is complete) or "input-too-large".
type SyntaxError struct {
	Check string
	Msg   string
	Span  finding.Span
}

// Error gives line, column and the message.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Span.Line, e.Span.Column, e.Msg)
}
