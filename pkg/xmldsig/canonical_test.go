package xmldsig

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// find returns the first element with that local name.
func find(el *etree.Element, local string) *etree.Element {
	if el.Tag == local {
		return el
	}
	for _, child := range el.ChildElements() {
		if found := find(child, local); found != nil {
			return found
		}
	}
	return nil
}

func TestCanonicalize(t *testing.T) {
	tests := []struct {
		what    string
		source  string
		apex    string // local name; "" for the whole document
		without string
		method  Method
		want    string
	}{
		{"markup outside the root", `<?xml version="1.0"?><?a b?><!--c--><r/><!--d--><?e?>`, "", "", Method{}, "<?a b?>\n<r></r>\n<?e?>"},
		{"comments outside the root", "<!--c-->\n<r><!-- in --></r>\n\n<!--d-->", "", "", Method{Comments: true}, "<!--c-->\n<r><!-- in --></r>\n<!--d-->"},
		{"comments left out", `<r>a<!-- in -->b</r>`, "", "", Method{}, `<r>ab</r>`},
		{"empty tags and quotes", `<r  b = 'x"y'   a="1" />`, "", "", Method{}, `<r a="1" b="x&quot;y"></r>`},
		{"text escapes", `<r>&amp;&lt;&gt;&quot;&apos;&#13;&#9;"</r>`, "", "", Method{}, "<r>&amp;&lt;&gt;\"'&#xD;\t\"</r>"},
		{"attribute escapes", `<r a="&amp;&lt;&gt;&quot;&apos;&#13;&#10;&#9;"/>`, "", "", Method{}, `<r a="&amp;&lt;>&quot;'&#xD;&#xA;&#x9;"></r>`},
		{"CDATA becomes text", `<r><![CDATA[a<b>&]]></r>`, "", "", Method{}, `<r>a&lt;b&gt;&amp;</r>`},
		{"attributes by namespace before local name", `<r xmlns:z="urn:a" xmlns:a="urn:z" a:x="1" z:y="2" n="3" b="4"/>`, "", "", Method{}, `<r xmlns:a="urn:z" xmlns:z="urn:a" b="4" n="3" z:y="2" a:x="1"></r>`},
		{"xml attributes sort by their namespace", `<r xmlns:a="urn:a" xmlns:g="http://z" g:g="3" a:b="1" xml:lang="en" c="0"/>`, "", "", Method{}, `<r xmlns:a="urn:a" xmlns:g="http://z" c="0" xml:lang="en" g:g="3" a:b="1"></r>`},
		{"default namespace first", `<r xmlns:a="urn:a" xmlns="urn:d"/>`, "", "", Method{}, `<r xmlns="urn:d" xmlns:a="urn:a"></r>`},
		{"redundant declarations go", `<r xmlns="urn:d" xmlns:a="urn:a"><c xmlns="urn:d" xmlns:a="urn:a"/></r>`, "", "", Method{}, `<r xmlns="urn:d" xmlns:a="urn:a"><c></c></r>`},
		{"xmlns empty only where it undoes one", `<r xmlns=""><a xmlns="urn:d"><b xmlns=""><c xmlns=""/></b></a></r>`, "", "", Method{}, `<r><a xmlns="urn:d"><b xmlns=""><c></c></b></a></r>`},
		{"redeclared and back", `<r xmlns:a="1"><c xmlns:a="2"><d xmlns:a="1"/></c><e/></r>`, "", "", Method{}, `<r xmlns:a="1"><c xmlns:a="2"><d xmlns:a="1"></d></c><e></e></r>`},
		{"declaration of xml is never rendered", `<r xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:id="i"/>`, "", "", Method{}, `<r xml:id="i"></r>`},

		{"apex takes the namespaces in scope", `<r xmlns="urn:d" xmlns:a="urn:a" xmlns:b="urn:b"><c xmlns:b="urn:B"/></r>`, "c", "", Method{}, `<c xmlns="urn:d" xmlns:a="urn:a" xmlns:b="urn:B"></c>`},
		{"apex below an undone default", `<r xmlns="urn:d"><a xmlns=""><c/></a></r>`, "c", "", Method{}, `<c></c>`},
		{"1.0 inherits every xml attribute", `<r xml:lang="en" xml:id="i" xml:base="http://x/" xml:y="1"><a xml:lang="de"><c/></a></r>`, "c", "", Method{}, `<c xml:base="http://x/" xml:id="i" xml:lang="de" xml:y="1"></c>`},
		{"1.1 inherits lang and space", `<r xml:lang="en" xml:space="preserve" xml:id="i" xml:y="1"><c xml:space="default"/></r>`, "c", "", Method{Family: Inclusive11}, `<c xml:lang="en" xml:space="default"></c>`},
		{"1.1 joins base", `<r xml:base="http://x/a/b"><a xml:base="../d/"><c xml:base="e?q#f"/></a></r>`, "c", "", Method{Family: Inclusive11}, `<c xml:base="http://x/d/e?q"></c>`},
		{"1.1 leaves an own base alone", `<r><c xml:base="../e/./f"/></r>`, "c", "", Method{Family: Inclusive11}, `<c xml:base="../e/./f"></c>`},
		{"whole document inherits nothing", `<r xml:lang="en"><c/></r>`, "", "", Method{}, `<r xml:lang="en"><c></c></r>`},

		{"exclusive renders what is used", `<r xmlns="urn:d" xmlns:a="urn:a" xmlns:b="urn:b"><a:c b="1"><b:d a:e="2"/></a:c></r>`, "c", "", Method{Family: Exclusive}, `<a:c xmlns:a="urn:a" b="1"><b:d xmlns:b="urn:b" a:e="2"></b:d></a:c>`},
		{"exclusive renders again for siblings", `<r xmlns:a="urn:a"><a:c/><a:c/></r>`, "", "", Method{Family: Exclusive}, `<r><a:c xmlns:a="urn:a"></a:c><a:c xmlns:a="urn:a"></a:c></r>`},
		{"exclusive ignores xml attributes of ancestors", `<r xml:lang="en"><c/></r>`, "c", "", Method{Family: Exclusive}, `<c></c>`},
		{"exclusive default undone", `<r xmlns="urn:d"><a:c xmlns:a="urn:a"><e xmlns=""/></a:c></r>`, "r", "", Method{Family: Exclusive}, `<r xmlns="urn:d"><a:c xmlns:a="urn:a"><e xmlns=""></e></a:c></r>`},
		{"exclusive default undone but not in the output", `<r xmlns="urn:d"><a:c xmlns:a="urn:a"><e xmlns=""/></a:c></r>`, "c", "", Method{Family: Exclusive}, `<a:c xmlns:a="urn:a"><e></e></a:c>`},
		{"prefix list at the apex", `<r xmlns:xs="urn:xs" xmlns:a="urn:a"><a:c t="xs:string"/></r>`, "c", "", Method{Family: Exclusive, Prefixes: []string{"xs", "none"}}, `<a:c xmlns:a="urn:a" xmlns:xs="urn:xs" t="xs:string"></a:c>`},
		{"prefix list declared below", `<a:c xmlns:a="urn:a"><a:d xmlns:xs="urn:xs"><a:e xmlns:xs="urn:2"/></a:d></a:c>`, "c", "", Method{Family: Exclusive, Prefixes: []string{"xs"}}, `<a:c xmlns:a="urn:a"><a:d xmlns:xs="urn:xs"><a:e xmlns:xs="urn:2"></a:e></a:d></a:c>`},
		{"prefix list with #default", `<r xmlns="urn:d" xmlns:a="urn:a"><a:c><a:d xmlns=""/></a:c></r>`, "c", "", Method{Family: Exclusive, Prefixes: []string{"#default"}}, `<a:c xmlns="urn:d" xmlns:a="urn:a"><a:d xmlns=""></a:d></a:c>`},
		{"a default of the list is used again", `<r xmlns="urn:d"><a:c xmlns:a="urn:a"><e/></a:c></r>`, "c", "", Method{Family: Exclusive, Prefixes: []string{"#default"}}, `<a:c xmlns="urn:d" xmlns:a="urn:a"><e></e></a:c>`},

		{"a subtree left out", `<r><s><t/></s>x<u/></r>`, "r", "s", Method{Family: Exclusive}, `<r>x<u></u></r>`},
		{"the apex left out", `<r><s/></r>`, "s", "s", Method{}, ``},
		{"the root left out", `<?p?><r/><!--c-->`, "", "r", Method{}, "<?p?>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			doc := parse(t, tt.source)
			apex, without := &doc.Element, []*etree.Element(nil)
			if tt.apex != "" {
				apex = find(doc.Root(), tt.apex)
			}
			if tt.without != "" {
				without = append(without, find(doc.Root(), tt.without))
			}
			got := Canonicalize([]byte("kept"), apex, tt.method, without...)
			if string(got) != "kept"+tt.want {
				t.Errorf("got  %s\nwant kept%s", got, tt.want)
			}
		})
	}
}

func TestJoinURI(t *testing.T) {
	tests := []struct{ base, ref, want string }{
		{"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
		{"http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"},
		{"http://a/b/c/d;p?q", "../../g", "http://a/g"},
		{"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
		{"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
		{"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
		{"http://a/b/c/d;p?q", "//h/x", "http://h/x"},
		{"http://a/b/c/d;p?q", "/x/../y", "http://a/y"},
		{"http://a/b/c/d;p?q", "mailto:m", "mailto:m"},
		{"http://a", "b", "http://a/b"},
		{"a/b", "c", "a/c"},
		{"a/", "../../c", "../c"},
		{"..", "c", "../c"},
		{"../..", "..", "../../../"},
		{"a", "b//c", "b/c"},
	}
	for _, tt := range tests {
		if got := joinURI(tt.base, tt.ref); got != tt.want {
			t.Errorf("joinURI(%q, %q) = %q, want %q", tt.base, tt.ref, got, tt.want)
		}
	}
}

// The output of exclusive canonicalisation can be far longer than the input:
// a limit stops it early.
func TestCanonicalizeLimit(t *testing.T) {
	source := `<r xmlns:p="urn:` + strings.Repeat("x", 1000) + `">` + strings.Repeat(`<p:a/>`, 1000) + `</r>`
	doc := parse(t, source)
	all, ok := canonicalize(nil, doc.Root(), Method{Family: Exclusive}, -1, nil)
	if !ok || len(all) < 1e6 {
		t.Fatalf("unlimited: %v, %d bytes", ok, len(all))
	}
	cut, ok := canonicalize(nil, doc.Root(), Method{Family: Exclusive}, 10_000, nil)
	if ok || len(cut) > 20_000 {
		t.Errorf("limited to 10,000: %v, %d bytes", ok, len(cut))
	}
	if exact, ok := canonicalize(nil, doc.Root(), Method{Family: Exclusive}, len(all), nil); !ok || !bytes.Equal(exact, all) {
		t.Errorf("limited to its own length: %v", ok)
	}
}

// Many namespaces and much depth cost no more per byte.
func TestCanonicalizeLarge(t *testing.T) {
	var b strings.Builder
	b.WriteString("<r")
	for i := range 10_000 {
		fmt.Fprintf(&b, ` xmlns:p%d="urn:%d"`, i, i)
	}
	b.WriteString(">")
	for i := range 10_000 {
		fmt.Fprintf(&b, "<p%d:a/>", i)
	}
	b.WriteString(strings.Repeat("<d>", 500) + strings.Repeat("</d>", 500) + "</r>")
	doc := parse(t, b.String())
	for _, family := range []Family{Inclusive10, Inclusive11, Exclusive} {
		out := Canonicalize(nil, doc.Root(), Method{Family: family})
		if n := bytes.Count(out, []byte(" xmlns:")); n != 10_000 {
			t.Errorf("family %d renders %d namespaces, want 10000", family, n)
		}
	}
}
