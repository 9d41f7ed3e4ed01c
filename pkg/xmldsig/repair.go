package xmldsig

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"
	"golang.org/x/text/encoding/charmap"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// damage is something that happens to a message when it is copied, and how to
// undo it on a copy of the tree. undo reports whether there was anything to.
type damage struct {
	name string // what happened, as it follows "the message was"
	undo func(root *etree.Element) bool
}

// damages are those that no attacker needs. Taking out comments is not among
// them: it changes what careless readers see.
var damages = []damage{
	{"pretty-printed", removeIndents},
	{"pretty-printed, with the text on lines of its own", func(root *etree.Element) bool {
		removed, trimmed := removeIndents(root), mapText(root, trimLines)
		return removed || trimmed
	}},
	{"given LF line ends instead of CR LF", func(root *etree.Element) bool { return mapText(root, addCR) }},
	{"given CR LF line ends instead of LF", func(root *etree.Element) bool { return mapText(root, dropCR) }},
	{"read as Windows-1252 although it was UTF-8", func(root *etree.Element) bool { return mapValues(root, undoMojibake) }},
	{"read as UTF-8 although it was signed as Windows-1252", func(root *etree.Element) bool { return mapValues(root, mojibake) }},
	{"escaped twice", func(root *etree.Element) bool { return mapValues(root, html.UnescapeString) }},
	{"unescaped once too often", func(root *etree.Element) bool { return mapValues(root, reescaper.Replace) }},
}

// separators are what signers put between the tags of a signature: nothing,
// or line ends, as the Java libraries do.
var separators = [...]string{"", "\n", "\r\n"}

// Trying is bounded by document size and by the bytes that all trials take.
const (
	repairBytes = 1 << 20
	repairTotal = 24 << 20
	repairTries = 64
)

// repair looks for an innocent damage that explains a mismatch: after undoing
// it every digest and SignedInfo verify.
func (v *verifier) repair(s *Signature) {
	if s.Digest != Mismatch && s.Value != Mismatch || len(v.doc.Text) > repairBytes || len(s.References) == 0 {
		return
	}
	for _, d := range damages {
		for i, separator := range separators {
			if i > 0 && !strings.HasPrefix(d.name, "pretty") {
				break
			}
			if v.repairs++; v.repairs > min(repairTries, repairTotal/(len(v.doc.Text)+1)) {
				return
			}
			if v.explains(s, d, separator) {
				v.repaired(s, d)
				return
			}
		}
	}
}

func (v *verifier) repaired(s *Signature, d damage) {
	s.Repair = d.name
	s.Problems = append(s.Problems, finding.Problem{
		Check:    "input-reformatted",
		Severity: finding.Warning,
		Detail:   fmt.Sprintf("the message was %s after it was signed: with that undone it verifies; capture the original raw, byte for byte, to be sure", d.name),
		Location: v.location(s.Element),
	})
}

// explains reports whether a signature verifies once a damage is undone.
func (v *verifier) explains(s *Signature, d damage, separator string) bool {
	tree := v.doc.Tree.Copy()
	signature := sameElement(tree, v.doc.Root(), s.Element)
	if signature == nil || !d.undo(tree.Root()) {
		return false
	}
	if separator != "" {
		separate(tree.Root(), separator, false)
	}
	trial := newVerifier(&xmldoc.Document{Tree: tree, Text: v.doc.Text}, v.opts)
	repaired := trial.judge(signature)
	return repaired.Digest == Match && repaired.Value == Match
}

// removeIndents takes out text of white space only between elements.
func removeIndents(el *etree.Element) bool {
	kept := make([]etree.Token, 0, len(el.Child))
	hasElements := len(el.ChildElements()) > 0
	changed := false
	for _, token := range el.Child {
		switch t := token.(type) {
		case *etree.CharData:
			if hasElements && strings.Trim(t.Data, " \t\r\n") == "" {
				changed = true
				continue
			}
		case *etree.Element:
			changed = removeIndents(t) || changed
		}
		kept = append(kept, token)
	}
	el.Child = kept
	return changed
}

// separate puts text between the tags of every ds:Signature. A prefix list
// stays on the line of its transform, as the Java libraries have it.
func separate(el *etree.Element, text string, inside bool) {
	inside = inside || xmldoc.Is(el, dsNamespace, "Signature")
	children := el.ChildElements()
	for _, child := range children {
		separate(child, text, inside)
	}
	if !inside || len(children) == 0 || children[0].Tag == "InclusiveNamespaces" {
		return
	}
	separated := []etree.Token{etree.NewText(text)}
	for _, token := range el.Child {
		separated = append(separated, token, etree.NewText(text))
	}
	el.Child = separated
}

// mapText changes the character data of a tree and reports whether any
// changed.
func mapText(el *etree.Element, f func(string) string) bool {
	changed := false
	for _, token := range el.Child {
		switch t := token.(type) {
		case *etree.CharData:
			if s := f(t.Data); s != t.Data {
				t.SetData(s)
				changed = true
			}
		case *etree.Element:
			changed = mapText(t, f) || changed
		}
	}
	return changed
}

// mapValues is mapText for attribute values as well.
func mapValues(root *etree.Element, f func(string) string) bool {
	attributes, text := mapAttributes(root, f), mapText(root, f)
	return attributes || text
}

func mapAttributes(el *etree.Element, f func(string) string) bool {
	changed := false
	for i := range el.Attr {
		if _, ok := declares(&el.Attr[i]); ok {
			continue
		}
		if s := f(el.Attr[i].Value); s != el.Attr[i].Value {
			el.Attr[i].Value = s
			changed = true
		}
	}
	for _, child := range el.ChildElements() {
		changed = mapAttributes(child, f) || changed
	}
	return changed
}

// trimLines takes the white space off text that starts on a new line.
func trimLines(s string) string {
	if trimmed := strings.TrimLeft(s, " \t\r"); trimmed != "" && trimmed[0] == '\n' {
		return strings.Trim(s, " \t\r\n")
	}
	return s
}

func addCR(s string) string  { return strings.ReplaceAll(dropCR(s), "\n", "\r\n") }
func dropCR(s string) string { return strings.ReplaceAll(s, "\r", "") }

// reescaper is the inverse of reading entities once too often.
var reescaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// undoMojibake reads text that came from UTF-8 by way of Windows-1252 or
// ISO-8859-1 as what it was; other text stays.
func undoMojibake(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case ok:
		case r < 0x100:
			b = byte(r)
		default:
			return s
		}
		out = append(out, b)
	}
	if !utf8.Valid(out) {
		return s
	}
	return string(out)
}

// mojibake is the inverse of undoMojibake.
func mojibake(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(charmap.Windows1252.DecodeByte(s[i]))
	}
	return b.String()
}
