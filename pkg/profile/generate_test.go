package profile

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"regexp/syntax"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write recognisers.go anew from the profiles")

// TestRecognisers holds the tables that are compiled in to the YAML they come
// from, so that a fact still has one place.
func TestRecognisers(t *testing.T) {
	var src bytes.Buffer
	src.WriteString("// Code generated from data/*.yaml by \"go test -run TestRecognisers -update\"; DO NOT EDIT.\n\npackage profile\n")
	table := func(name, doc string, rows func(p *Profile)) {
		fmt.Fprintf(&src, "\n// %s %s\nvar %s = []recogniser{\n", name, doc, name)
		for _, p := range allIdPs(t) {
			rows(p)
		}
		src.WriteString("}\n")
	}
	row := func(product, cloud string, p *Pattern) {
		fmt.Fprintf(&src, "\t{%q, %q, %q, lazily(%#q)},\n", product, cloud, literalOf(t, p.Regexp.String()), p.Regexp)
	}
	table("issuerRows", "are the patterns that tell an identity provider by its issuer.", func(p *Profile) {
		for i := range p.IdP.Recognise {
			row(p.Name, "", &p.IdP.Recognise[i])
		}
	})
	table("endpointRows", "are the patterns that tell it by one of its URLs.", func(p *Profile) {
		for i := range p.IdP.Clouds {
			for _, e := range p.IdP.Clouds[i].endpoints() {
				row(p.Name, p.IdP.Clouds[i].Name, e)
			}
		}
	})
	want, err := format.Source(src.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("recognisers.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("recognisers.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("recognisers.go differs from the profiles, run: go test ./pkg/profile -run TestRecognisers -update")
	}
}

// literalOf is the longest text, in lower case, that every match of an expression
// has in it.
func literalOf(t *testing.T, expr string) string {
	t.Helper()
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	longest := ""
	var walk func(part *syntax.Regexp)
	walk = func(part *syntax.Regexp) {
		switch part.Op {
		case syntax.OpLiteral:
			if text := strings.ToLower(string(part.Rune)); len(text) >= len(longest) {
				longest = text
			}
		case syntax.OpConcat, syntax.OpCapture:
			for _, sub := range part.Sub {
				walk(sub)
			}
		}
	}
	walk(parsed)
	return longest
}

// allIdPs loads the identity providers, the common ones first.
func allIdPs(t *testing.T) []*Profile {
	t.Helper()
	var first, rest []*Profile
	for _, name := range Names() {
		p, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case p.Kind != KindIdP:
		case name == "entra":
			first = append(first, p)
		default:
			rest = append(rest, p)
		}
	}
	return append(first, rest...)
}
