package write

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// hclFile is a Terraform file in the making: lines, laid out at the end.
type hclFile struct{ b bytes.Buffer }

func (h *hclFile) line(format string, arguments ...any) { fmt.Fprintf(&h.b, format+"\n", arguments...) }

// block writes a block with what body puts into it.
func (h *hclFile) block(header string, body func()) {
	h.line("%s {", header)
	body()
	h.line("}")
}

// resource is a block with two labels.
func (h *hclFile) resource(kind, label string, body func()) {
	h.line("")
	h.block(fmt.Sprintf("resource %q %q", kind, label), body)
}

// set writes an argument.
func (h *hclFile) set(name, expression string) { h.line("%s = %s", name, expression) }

// give writes an argument that has a text, unless that is empty.
func (h *hclFile) give(name, value string) {
	if value != "" {
		h.set(name, terraformText(value))
	}
}

// giveAll writes an argument that is a list, unless that is empty.
func (h *hclFile) giveAll(name string, items list, label string) {
	if len(items) > 0 {
		h.set(name, terraformNode(items, label))
	}
}

// flush writes the file as terraform fmt would.
func (h *hclFile) flush(w io.Writer) error {
	_, err := w.Write(hclwrite.Format(h.b.Bytes()))
	return err
}

// providerVersion is the azuread provider whose schema the output is held to.
const providerVersion = "~> 3.9"

// The ids of the role that the template gives every application, and of no
// role at all.
const userRole = "18d14569-c3bd-439b-9a66-3a2aee01d14f"

// customHomePage tells the portal that the application is one with single
// sign-on that is in no gallery.
const customHomePage = "https://account.activedirectory.windowsazure.com:444/applications/default.aspx?metadata=customappsso|ISV9.1|primary|z"

// terraformText is text as a quoted string, in which quotes, backslashes, what
// does not print and the openings of templates are escaped.
func terraformText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch next := s[i+utf8.RuneLen(max(r, 0)):]; {
		case r == utf8.RuneError:
			b.WriteString("\ufffd")
		case (r == '$' || r == '%') && strings.HasPrefix(next, "{"):
			b.WriteRune(r)
			b.WriteRune(r)
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
