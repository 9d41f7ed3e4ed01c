package xmldoc_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

const (
	ok        = ""
	malformed = "xml-malformed"
	doctype   = "xml-doctype"
	truncated = "input-truncated"
	tooLarge  = "input-too-large"
)

// wellFormedness is what the reader says of small documents. Where xmllint
// says otherwise, xmllint holds the reason.
var wellFormedness = []struct {
	name, src    string
	check        string
	line, column int
	says         string // a part of the message
	xmllint      string
}{
	// The document as a whole.
	{name: "smallest", src: "<a/>"},
	{name: "declaration", src: "<?xml version='1.0' encoding=\"UTF-8\" standalone='yes' ?>\n<a/>\n"},
	{name: "byte order mark", src: "\uFEFF<?xml version=\"1.0\"?><a/>"},
	{name: "misc around root", src: "<!-- a --><?p q?>\n<a/>\n<?p?><!---->"},
	{name: "empty", src: "", check: malformed, line: 1, column: 1, says: "empty"},
	{name: "white space only", src: " \n ", check: malformed, line: 2, column: 2, says: "empty"},
	{name: "prolog only", src: "<?xml version=\"1.0\"?>\n", check: truncated, line: 2, column: 1},
	{name: "text before root", src: "\n x<a/>", check: malformed, line: 2, column: 2, says: `before the root element, beginning with "x"`},
	{name: "text after root", src: "<a/>\n\nx", check: malformed, line: 3, column: 1, says: "after the root element"},
	{name: "reference after root", src: "<a/>&amp;", check: malformed, line: 1, column: 5},
	{name: "CDATA after root", src: "<a/><![CDATA[x]]>", check: malformed, line: 1, column: 5, says: "CDATA"},
	{name: "second root", src: "<a/><b/>", check: malformed, line: 1, column: 5, says: "second root element <b>"},
	{name: "end tag after root", src: "<a></a></a>", check: malformed, line: 1, column: 8, says: "no element is open"},
	{name: "end tag first", src: "</a>", check: malformed, line: 1, column: 1},

	// The XML declaration.
	{name: "version 1.1", src: "<?xml version='1.1'?><a/>"},
	{name: "version 1.7", src: "<?xml version='1.7'?><a/>"},
	{name: "version 2.0", src: "<?xml version='2.0'?><a/>", check: malformed, line: 1, column: 16, says: `expected "1.0"`},
	{name: "version missing", src: "<?xml encoding='utf-8'?><a/>", check: malformed, line: 1, column: 7},
	{name: "declaration empty", src: "<?xml ?><a/>", check: malformed, line: 1, column: 1, says: "no version"},
	{name: "declaration bare", src: "<?xml?><a/>", check: malformed, line: 1, column: 1},
	{name: "order", src: "<?xml version='1.0' standalone='no' encoding='utf-8'?><a/>", check: malformed, line: 1, column: 37},
	{name: "twice", src: "<?xml version='1.0' version='1.0'?><a/>", check: malformed, line: 1, column: 21},
	{name: "no space", src: "<?xml version='1.0'encoding='utf-8'?><a/>", check: malformed, line: 1, column: 20},
	{name: "no value", src: "<?xml version?><a/>", check: malformed, line: 1, column: 7},
	{name: "no quote", src: "<?xml version=1.0?><a/>", check: malformed, line: 1, column: 7},
	{name: "open quote", src: "<?xml version='1.0?><a/>", check: malformed, line: 1, column: 7},
	{name: "standalone maybe", src: "<?xml version='1.0' standalone='maybe'?><a/>", check: malformed, line: 1, column: 33},
	{name: "encoding not a name", src: "<?xml version='1.0' encoding=' utf-8'?><a/>", check: malformed, line: 1, column: 31, says: "expected UTF-8"},
	{name: "encoding empty", src: "<?xml version='1.0' encoding=''?><a/>", check: malformed, line: 1, column: 31},
	{name: "encoding unknown", src: "<?xml version='1.0' encoding='x-klingon'?><a/>", check: malformed, line: 1, column: 31, says: "expected UTF-8, UTF-16, ISO-8859-1, Windows-1252 or US-ASCII"},
	{name: "declaration late", src: "\n<?xml version='1.0'?><a/>", check: malformed, line: 2, column: 1, says: "remove what precedes it"},
	{name: "declaration inside", src: "<a><?xml version='1.0'?></a>", check: malformed, line: 1, column: 4},
	{name: "declaration open", src: "<?xml version='1.0' <a/>", check: truncated, line: 1, column: 25},
	{name: "instruction like a declaration", src: "<?xml-stylesheet href='x'?><a/>"},
	{name: "reserved target", src: "<?XML x?><a/>", check: malformed, line: 1, column: 1, says: "reserved"},

	// Tags and names.
	{name: "names", src: "<_a-1.b é='x' \u0391='y'><\u4e00/></_a-1.b>"},
	{name: "space in tags", src: "<a\n\tb = 'c'\r\n></a \n>"},
	{name: "mismatch", src: "<a>\n <b>\n</a>", check: malformed, line: 3, column: 1, says: "found </a>, expected </b> to close <b> (opened at line 2, column 2)"},
	{name: "mismatch by case", src: "<a></A>", check: malformed, line: 1, column: 4},
	{name: "mismatch by length", src: "<a></ab>", check: malformed, line: 1, column: 4},
	{name: "mismatch by prefix", src: "<p:a xmlns:p='u' xmlns:q='u'></q:a>", check: malformed, line: 1, column: 30},
	{name: "attribute in end tag", src: "<a></a b='c'>", check: malformed, line: 1, column: 4},
	{name: "name begins with digit", src: "<1a/>", check: malformed, line: 1, column: 1, says: `"<" is followed by "1"`},
	{name: "name begins with combining mark", src: "<\u0301a/>", check: malformed, line: 1, column: 1},
	{name: "name holds a sign", src: "<a\u00d7/>", check: malformed, line: 1, column: 3},
	{name: "literal less-than", src: "<a>1 < 2</a>", check: malformed, line: 1, column: 6, says: "&lt;"},
	{name: "slash alone", src: "<a / >", check: malformed, line: 1, column: 4},
	{name: "empty tag", src: "<a><></a>", check: malformed, line: 1, column: 4},
	{name: "exclamation", src: "<a><!x></a>", check: malformed, line: 1, column: 4},
	{name: "attributes run together", src: "<a b='1'c='2'/>", check: malformed, line: 1, column: 9, says: "white space"},
	{name: "attribute without value", src: "<a b/>", check: malformed, line: 1, column: 4},
	{name: "attribute without quotes", src: "<a b=c/>", check: malformed, line: 1, column: 6, says: "quotation mark"},
	{name: "attribute with less-than", src: "<a b='<'/>", check: malformed, line: 1, column: 7, says: "&lt;"},
	{name: "attribute bad name", src: "<a 1='c'/>", check: malformed, line: 1, column: 4},
	{name: "attribute with the other quote", src: `<a b='"' c="'"/>`},
	{name: "attribute with greater-than", src: "<a b='>'/>"},
	{name: "duplicate attribute", src: "<a ID='1'\n ID='2'/>", check: malformed, line: 2, column: 2, says: `"ID" stands twice`},
	{name: "duplicate of many", src: "<a a='' b='' c='' d='' e='' f='' g='' h='' i='' b=''/>", check: malformed, line: 1, column: 49, says: `"b"`},

	// Namespaces.
	{name: "prefixes", src: "<p:a xmlns:p='u' p:b='' b=''><b xmlns='v' xmlns:p='w' p:b=''/></p:a>"},
	{name: "default undeclared", src: "<a xmlns='u'><b xmlns=''/></a>"},
	{name: "xml prefix", src: "<a xml:lang='en' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>"},
	{name: "default does not reach attributes", src: "<a xmlns='u' xmlns:p='u' b='' p:b=''/>"},
	{name: "undeclared element prefix", src: "<a>\n<p:b/></a>", check: malformed, line: 2, column: 2, says: `prefix "p" of "p:b" is not declared`},
	{name: "undeclared attribute prefix", src: "<a p:b=''/>", check: malformed, line: 1, column: 4},
	{name: "prefix out of scope", src: "<a><b xmlns:p='u'/><p:c/></a>", check: malformed, line: 1, column: 21},
	{name: "same attribute by namespace", src: "<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", check: malformed, line: 1, column: 35, says: "same namespace"},
	{name: "same attribute by namespace of many", src: "<a xmlns:p='u' xmlns:q='u' c='' d='' e='' f='' g='' h='' p:b='' q:b=''/>", check: malformed, line: 1, column: 65, says: "same namespace"},
	{name: "empty binding", src: "<a xmlns:p=''/>", check: malformed, line: 1, column: 4},
	{name: "xml rebound", src: "<a xmlns:xml='u'/>", check: malformed, line: 1, column: 4},
	{name: "xml by another name", src: "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", check: malformed, line: 1, column: 4},
	{name: "xml as default", src: "<a xmlns='http://www.w3.org/XML/1998/namespace'/>", check: malformed, line: 1, column: 4},
	{name: "xmlns declared", src: "<a xmlns:xmlns='u'/>", check: malformed, line: 1, column: 4},
	{name: "xmlns by another name", src: "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", check: malformed, line: 1, column: 4},
	{name: "xmlns as element", src: "<xmlns:a/>", check: malformed, line: 1, column: 2, says: "xmlns"},
	{name: "colon first", src: "<:a/>", check: malformed, line: 1, column: 1},
	{name: "colon last", src: "<a:/>", check: malformed, line: 1, column: 2},
	{name: "two colons", src: "<a:b:c xmlns:a='u'/>", check: malformed, line: 1, column: 2, says: "second colon"},
	{name: "digit after colon", src: "<a:1 xmlns:a='u'/>", check: malformed, line: 1, column: 2},
	{name: "colon in instruction", src: "<a><?p:q?></a>", check: malformed, line: 1, column: 4},

	// Text and references.
	{name: "references", src: "<a b='&lt;&#10;&#x10FFFF;'>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&#xe9;</a>"},
	{name: "brackets", src: "<a>]] ]> ]]&gt;<![CDATA[]]]]>></a>"},
	{name: "end of CDATA in text", src: "<a>x]]></a>", check: malformed, line: 1, column: 5, says: "]]&gt;"},
	{name: "unknown entity", src: "<a>é&nbsp;</a>", check: malformed, line: 1, column: 5, says: `"&nbsp;" is not declared`},
	{name: "unknown entity in attribute", src: "<a b='&nbsp;'/>", check: malformed, line: 1, column: 7},
	{name: "bare ampersand", src: "<a>x & y</a>", check: malformed, line: 1, column: 6, says: "&amp;"},
	{name: "query in attribute", src: "<a b='?x=1&y=2'/>", check: malformed, line: 1, column: 11, says: "&amp;"},
	{name: "reference to nothing", src: "<a>&;</a>", check: malformed, line: 1, column: 4},
	{name: "reference without digits", src: "<a>&#;</a>", check: malformed, line: 1, column: 4},
	{name: "reference without hex digits", src: "<a>&#x;</a>", check: malformed, line: 1, column: 4},
	{name: "reference with capital X", src: "<a>&#X41;</a>", check: malformed, line: 1, column: 4},
	{name: "reference with letters", src: "<a>&#4a;</a>", check: malformed, line: 1, column: 4},
	{name: "reference to NUL", src: "<a>&#0;</a>", check: malformed, line: 1, column: 4, says: "not allowed"},
	{name: "reference to a surrogate", src: "<a>&#xD800;</a>", check: malformed, line: 1, column: 4},
	{name: "reference to a noncharacter", src: "<a>&#xFFFE;</a>", check: malformed, line: 1, column: 4},
	{name: "reference beyond Unicode", src: "<a>&#x110000;</a>", check: malformed, line: 1, column: 4},
	{name: "reference that overflows", src: "<a>&#99999999999999999999;</a>", check: malformed, line: 1, column: 4},
	{name: "control character", src: "<a>\n\x01</a>", check: malformed, line: 2, column: 1, says: "U+0001"},
	{name: "noncharacter", src: "<a>\uFFFF</a>", check: malformed, line: 1, column: 4},
	{name: "DEL and C1", src: "<a>\u007f\u0080</a>"},
	{name: "not UTF-8", src: "<a>caf\xe9</a>", check: malformed, line: 1, column: 7, says: "byte 0xE9"},
	{name: "surrogate in UTF-8", src: "<a>\xed\xa0\x80</a>", check: malformed, line: 1, column: 4},
	{name: "first error first", src: "<a><b></a>\x01", check: malformed, line: 1, column: 7},
	{name: "character after the root", src: "<a/>\x01", check: malformed, line: 1, column: 5},
	{name: "column counts characters", src: "<a b='\U0001F600é'>&x;</a>", check: malformed, line: 1, column: 11},
	{name: "byte order mark takes no column", src: "\uFEFF<a>&x;</a>", check: malformed, line: 1, column: 4},
	{name: "bad reference before ]]>", src: "<a>&x;]]></a>", check: malformed, line: 1, column: 4, says: "&x;"},
	{name: "bad reference before <", src: "<a b='&x;<'/>", check: malformed, line: 1, column: 7, says: "&x;"},
	{name: "bad reference before the end", src: "<a b='&x;", check: malformed, line: 1, column: 7, says: "&x;"},
	{name: "hostile name is cut short", src: "<a><" + strings.Repeat("é", 500) + "></a>", check: malformed, line: 1, column: 506, says: "é…"},
	{name: "carriage return ends a line", src: "<a>\r\r\n&x;</a>", check: malformed, line: 3, column: 1},

	// Comments, CDATA, instructions.
	{name: "comment", src: "<a><!-- - -> <b> & --></a>"},
	{name: "comment with dashes", src: "<a><!-- -- --></a>", check: malformed, line: 1, column: 9},
	{name: "comment ends in dash", src: "<a><!-- ---></a>", check: malformed, line: 1, column: 9},
	{name: "CDATA", src: "<a><![CDATA[<b>&amp;]]]]></a>"},
	{name: "CDATA in small letters", src: "<a><![cdata[x]]></a>", check: malformed, line: 1, column: 4},
	{name: "instruction", src: "<a><?p <b> & ? > ?><?q?></a>"},
	{name: "instruction without name", src: "<a><? p?></a>", check: malformed, line: 1, column: 4},
	{name: "instruction without space", src: "<a><?p+q?></a>", check: malformed, line: 1, column: 4},

	// Ends too early.
	{name: "ends in text", src: "<a>\n<p:b xmlns:p='u'>tex", check: truncated, line: 2, column: 21, says: "<p:b> (opened at line 2, column 1)"},
	{name: "ends in tag", src: "<a><b ", check: truncated, line: 1, column: 7, says: "<a> (opened at line 1, column 1)"},
	{name: "ends in name", src: "<a><bcd", check: truncated, line: 1, column: 8},
	{name: "ends behind <", src: "<a><", check: truncated, line: 1, column: 5},
	{name: "ends behind </", src: "<a></", check: truncated, line: 1, column: 6},
	{name: "ends in end tag", src: "<abc></ab", check: truncated, line: 1, column: 10},
	{name: "ends before >", src: "<a></a", check: truncated, line: 1, column: 7},
	{name: "ends in attribute", src: "<a b", check: truncated, line: 1, column: 5},
	{name: "ends behind =", src: "<a b= ", check: truncated, line: 1, column: 7},
	{name: "ends in value", src: "<a b='c", check: truncated, line: 1, column: 8},
	{name: "ends behind /", src: "<a/", check: truncated, line: 1, column: 4},
	{name: "ends in reference", src: "<a>&am", check: truncated, line: 1, column: 7},
	{name: "ends in character reference", src: "<a>&#x2", check: truncated, line: 1, column: 8},
	{name: "ends in comment", src: "<a><!-- x -", check: truncated, line: 1, column: 12},
	{name: "ends in CDATA", src: "<a><![CDATA[ ]]", check: truncated, line: 1, column: 16},
	{name: "ends in <![CD", src: "<a><![CD", check: truncated, line: 1, column: 9},
	{name: "ends in instruction", src: "<a><?p ", check: truncated, line: 1, column: 8},
	{name: "ends in DOCTYPE", src: "<!DOCTYPE a [ <!ENTITY x 'y", check: truncated, line: 1, column: 28},

	// DOCTYPE.
	{name: "DOCTYPE", src: "<!DOCTYPE a><a/>"},
	{name: "DOCTYPE with system identifier", src: "<!DOCTYPE a SYSTEM 'x\"><!--'><a/>"},
	{name: "DOCTYPE with public identifier", src: "<!DOCTYPE a PUBLIC '-//x' \"y\" [ ]><a/>"},
	{name: "DOCTYPE with subset", src: "<!DOCTYPE a [<!-- ]> ' --><?p ]> ?><!ELEMENT a ANY><!ATTLIST a b CDATA ']>'>\n<!NOTATION n SYSTEM 'x'>] ><a/>"},
	{name: "DOCTYPE with parameter entity", src: "<!DOCTYPE a [<!ENTITY % p 'x'> %p; ]><a/>", xmllint: "expands it"},
	{name: "entity from a parameter entity", src: "<!DOCTYPE a [%p;]><a>&z;</a>", check: doctype, line: 1, column: 22},
	{name: "percent sign in DOCTYPE", src: "<!DOCTYPE a [ % ]><a/>", check: malformed, line: 1, column: 15, says: "parameter entity"},
	{name: "less-than in a declaration", src: "<!DOCTYPE a [<!ELEMENT a ANY <!ELEMENT b ANY>]><a/>", check: malformed, line: 1, column: 30},
	{name: "declaration without space", src: "<!DOCTYPE a [<!ELEMENTa ANY>]><a/>", check: malformed, line: 1, column: 23},
	{name: "comment with dashes in DOCTYPE", src: "<!DOCTYPE a [<!-- -- -->]><a/>", check: malformed, line: 1, column: 19},
	{name: "ends behind DOCTYPE", src: "<!DOCTYPE", check: truncated, line: 1, column: 10},
	{name: "ends before > of DOCTYPE", src: "<!DOCTYPE a ", check: truncated, line: 1, column: 13},
	{name: "ends in subset", src: "<!DOCTYPE a [ ", check: truncated, line: 1, column: 15},
	{name: "ends in a keyword", src: "<!DOCTYPE a [<!ENT", check: truncated, line: 1, column: 19},
	{name: "ends in a declaration", src: "<!DOCTYPE a [<!ENTITY x", check: truncated, line: 1, column: 24},
	{name: "ends in a parameter reference", src: "<!DOCTYPE a [%p", check: truncated, line: 1, column: 16},
	{name: "ends in system identifier", src: "<!DOCTYPE a SYSTEM 'x", check: truncated, line: 1, column: 22},
	{name: "public identifier alone", src: "<!DOCTYPE a PUBLIC '-//x'><a/>", check: malformed, line: 1, column: 26},
	{name: "declared entity", src: "<!DOCTYPE a [<!ENTITY x 'y'>]>\n<a>&x;</a>", check: doctype, line: 2, column: 4, says: "nothing from a DOCTYPE is expanded", xmllint: "expands it"},
	{name: "entity other than declared", src: "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&z;</a>", check: malformed, line: 1, column: 34},
	{name: "entity from outside", src: "<!DOCTYPE a SYSTEM 'x'><a>&z;</a>", check: doctype, line: 1, column: 27, xmllint: "may be declared outside"},
	{name: "predefined entity redeclared", src: "<!DOCTYPE a [<!ENTITY lt '&#38;#60;'>]><a>&lt;</a>"},
	{name: "DOCTYPE after root", src: "<a/><!DOCTYPE a>", check: malformed, line: 1, column: 5},
	{name: "DOCTYPE inside", src: "<a><!DOCTYPE a></a>", check: malformed, line: 1, column: 4},
	{name: "DOCTYPE twice", src: "<!DOCTYPE a><!DOCTYPE a><a/>", check: malformed, line: 1, column: 13},
	{name: "DOCTYPE without name", src: "<!DOCTYPE ><a/>", check: malformed, line: 1, column: 11},
	{name: "DOCTYPE without space", src: "<!DOCTYPEa><a/>", check: malformed, line: 1, column: 10, xmllint: "recovers without a word"},
	{name: "DOCTYPE in small letters", src: "<!doctype a><a/>", check: malformed, line: 1, column: 1},
	{name: "DOCTYPE with junk", src: "<!DOCTYPE a b><a/>", check: malformed, line: 1, column: 13},
	{name: "DOCTYPE with junk inside", src: "<!DOCTYPE a [x]><a/>", check: malformed, line: 1, column: 14},
	{name: "system identifier without quotes", src: "<!DOCTYPE a SYSTEM x><a/>", check: malformed, line: 1, column: 20},
}

func TestWellFormedness(t *testing.T) {
	for _, c := range wellFormedness {
		t.Run(c.name, func(t *testing.T) {
			doc, err := xmldoc.Parse([]byte(c.src), xmldoc.Limits{})
			if c.check == ok {
				if err != nil {
					t.Fatalf("%q: %v", c.src, err)
				}
				return
			}
			syntax, is := errors.AsType[*xmldoc.SyntaxError](err)
			if !is || doc != nil {
				t.Fatalf("%q: got %v, want a *SyntaxError", c.src, err)
			}
			if syntax.Check != c.check || syntax.Span.Line != c.line || syntax.Span.Column != c.column {
				t.Errorf("%q: got %s: %v, want %s at %d:%d", c.src, syntax.Check, err, c.check, c.line, c.column)
			}
			if !strings.Contains(syntax.Msg, c.says) {
				t.Errorf("%q: got %q, want it to say %q", c.src, syntax.Msg, c.says)
			}
		})
	}
}

// TestAgainstXmllint holds the table against another reader.
func TestAgainstXmllint(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed")
	}
	for _, c := range wellFormedness {
		cmd := exec.Command(xmllint, "--noout", "--nonet", "-")
		cmd.Stdin = strings.NewReader(c.src)
		out, err := cmd.CombinedOutput()
		// Errors of namespaces do not change its exit code.
		accepts := err == nil && !strings.Contains(string(out), "namespace error")
		if agrees := accepts == (c.check == ok); agrees != (c.xmllint == "") {
			t.Errorf("%s: %q: xmllint accepts: %t, noted: %q\n%s", c.name, c.src, accepts, c.xmllint, out)
		}
	}
}
