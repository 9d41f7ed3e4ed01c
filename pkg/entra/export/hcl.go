package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The bounds of Terraform files, whose reader holds the whole file and goes
// down one call for each level of nesting.
const (
	maxTerraform      = 1 << 20
	maxTerraformDepth = 200
)

var terraformBlock = lazyregexp.New(`(?m)^\s*resource\s+"azuread_\w+"\s+"[^"]*"\s*\{`)

func isTerraform(_ string, head []byte) bool {
	return bytes.Contains(head, []byte(`"azuread_`)) && terraformBlock.Match(head) // most files have none, and are passed over many times as fast
}

func readTerraform(r *reader) {
	if err := bounded(r.source); err != nil {
		r.fail(err)
		return
	}
	file, diagnostics := hclsyntax.ParseConfig(r.data, r.file.Name, hcl.InitialPos)
	for _, d := range diagnostics {
		if d.Severity == hcl.DiagError {
			r.fail(&syntaxError{at: r.spanOf(d.Subject), message: fmt.Sprintf("%s: %s", lowerFirst(d.Summary), strings.TrimSuffix(d.Detail, "."))})
		}
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return
	}
	e := &hclReader{reader: r, locals: map[string]hclsyntax.Expression{}}
	for _, b := range body.Blocks {
		if b.Type == "locals" {
			for name, a := range b.Body.Attributes {
				e.locals[name] = a.Expr
			}
		}
	}
	for _, b := range body.Blocks {
		if b.Type == "resource" && len(b.Labels) == 2 {
			n := e.body(b.Body)
			n.span = r.spanOf(b.TypeRange.Ptr())
			r.terraform(b.Labels[0], b.Labels[0]+"."+b.Labels[1], n)
		}
	}
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// spanOf is a range of the HCL reader as a place.
func (r *reader) spanOf(at *hcl.Range) finding.Span {
	if at == nil {
		return finding.Span{}
	}
	from := min(at.Start.Byte, len(r.data))
	return r.span(from, max(from, min(at.End.Byte, len(r.data))))
}

// bounded refuses texts that would take the HCL reader too deep: it is
// recursive, and a stack that overflows cannot be caught.
func bounded(s *source) error {
	if len(s.data) > maxTerraform {
		return &syntaxError{large: true, message: fmt.Sprintf("the file has %d bytes, expected at most %d of a Terraform file", len(s.data), maxTerraform)}
	}
	tokens, _ := hclsyntax.LexConfig(s.data, "", hcl.InitialPos)
	depth, chain := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth = max(depth-1, 0)
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenQuestion:
			chain++
		case hclsyntax.TokenNewline:
			chain = 0
		}
		if depth > maxTerraformDepth || chain > maxTerraformDepth {
			return &syntaxError{at: s.pinpoint(t.Range.Start.Byte), large: true, message: fmt.Sprintf("expressions are nested more than %d deep", maxTerraformDepth)}
		}
	}
	return nil
}

// hclReader turns expressions into values, as far as they are constant.
type hclReader struct {
	*reader
	locals map[string]hclsyntax.Expression
	nodes  int // bounds what locals that refer to locals can grow to
}

// body gives the arguments and blocks of a block, in the order of the text.
func (e *hclReader) body(body *hclsyntax.Body) *node {
	n := object(e.spanOf(body.SrcRange.Ptr()))
	for _, name := range sortedNames(body.Attributes) {
		n.members = append(n.members, member{name, e.value(body.Attributes[name].Expr, 0)})
	}
	lists := map[string]*node{}
	for _, b := range body.Blocks {
		inner, name := e.body(b.Body), b.Type
		inner.span = e.spanOf(b.TypeRange.Ptr())
		if b.Type == "dynamic" && len(b.Labels) == 1 {
			name, inner = b.Labels[0], &node{kind: kindUnknown, span: inner.span}
		}
		if before := lists[name]; before != nil {
			before.items = append(before.items, inner)
			continue
		}
		lists[name] = &node{kind: kindList, span: inner.span, items: []*node{inner}}
		n.members = append(n.members, member{name, lists[name]})
	}
	return n
}

func sortedNames(attributes hclsyntax.Attributes) []string {
	names := make([]string, 0, len(attributes))
	for name := range attributes {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		return attributes[names[i]].SrcRange.Start.Byte < attributes[names[j]].SrcRange.Start.Byte
	})
	return names
}

// value is the value of an expression. Depth counts the locals gone through,
// which can be circular.
func (e *hclReader) value(x hclsyntax.Expression, depth int) *node {
	n := &node{kind: kindUnknown, span: e.spanOf(x.Range().Ptr())}
	if e.nodes++; e.nodes > maxNodes {
		return n
	}
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		return literalNode(x.Val, n)
	case *hclsyntax.TemplateExpr:
		return e.template(x, n)
	case *hclsyntax.TemplateWrapExpr:
		return e.value(x.Wrapped, depth)
	case *hclsyntax.ParenthesesExpr:
		return e.value(x.Expression, depth)
	case *hclsyntax.TupleConsExpr:
		n.kind = kindList
		for _, item := range x.Exprs {
			n.items = append(n.items, e.value(item, depth))
		}
	case *hclsyntax.ObjectConsExpr:
		n.kind = kindObject
		for _, item := range x.Items {
			name := hcl.ExprAsKeyword(item.KeyExpr)
			if key, _ := item.KeyExpr.Value(nil); name == "" && key.IsKnown() && !key.IsNull() && key.Type() == cty.String {
				name = key.AsString()
			}
			n.members = append(n.members, member{name, e.value(item.ValueExpr, depth)})
		}
	case *hclsyntax.FunctionCallExpr:
		return e.call(x, n, depth)
	case *hclsyntax.ScopeTraversalExpr:
		return e.reference(x, n, depth)
	}
	return n
}

func literalNode(v cty.Value, n *node) *node {
	switch {
	case !v.IsKnown():
	case v.IsNull():
		n.kind = kindNull
	case v.Type() == cty.String:
		n.kind, n.text = kindText, v.AsString()
	case v.Type() == cty.Bool:
		n.kind, n.text = kindBool, fmt.Sprint(v.True())
	case v.Type() == cty.Number:
		n.kind, n.text = kindNumber, v.AsBigFloat().Text('f', -1)
	}
	return n
}

// template is a string; one with an interpolation is unknown. Its place is that
// of its text.
func (e *hclReader) template(x *hclsyntax.TemplateExpr, n *node) *node {
	var out strings.Builder
	for i, part := range x.Parts {
		literal, ok := part.(*hclsyntax.LiteralValueExpr)
		if !ok || literal.Val.IsNull() || literal.Val.Type() != cty.String {
			return n
		}
		if i == 0 {
			end := n.span.End
			n.span = e.spanOf(literal.SrcRange.Ptr())
			n.span.End = max(n.span.Offset, end-1)
		}
		out.WriteString(literal.Val.AsString())
	}
	n.kind, n.text = kindText, out.String()
	return n
}

// transparent are functions that leave the values of their argument as they
// are, for what is read here.
var transparent = map[string]bool{"toset": true, "tolist": true, "sensitive": true, "nonsensitive": true, "distinct": true, "compact": true, "trimspace": true}

func (e *hclReader) call(x *hclsyntax.FunctionCallExpr, n *node, depth int) *node {
	switch {
	case len(x.Args) != 1:
	case x.Name == "jsonencode":
		return encodeJSON(e.value(x.Args[0], depth))
	case transparent[x.Name]:
		return e.value(x.Args[0], depth)
	}
	return n
}

// reference is what a traversal refers to: the value of a local, else an
// unknown value with the address of the resource.
func (e *hclReader) reference(x *hclsyntax.ScopeTraversalExpr, n *node, depth int) *node {
	var steps []string
	for _, step := range x.Traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			steps = append(steps, step.Name)
		case hcl.TraverseAttr:
			steps = append(steps, step.Name)
		}
	}
	if len(steps) == 2 && steps[0] == "local" && depth < 8 {
		if local, ok := e.locals[steps[1]]; ok {
			return e.value(local, depth+1)
		}
	}
	n.text = address(steps)
	return n
}

// address is the address of a resource that a reference begins with; "" where it
// is none.
func address(steps []string) string {
	length := 2
	if len(steps) > 0 && steps[0] == "data" {
		length = 3
	}
	if len(steps) <= length || !strings.HasPrefix(steps[length-2], "azuread_") {
		return ""
	}
	return strings.Join(steps[:length], ".")
}

// quoteJSON writes a text as a string of JSON.
func quoteJSON(s string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // no string fails
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// locate finds the value that an offset of the text written belongs to.
func (e *jsonEncoder) locate(offset int) finding.Span {
	i := sort.SearchInts(e.starts, offset+1) - 1
	if i < 0 {
		i = 0
	}
	return e.spans[i]
}
