package finding

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable makes text safe for one line of a terminal: control characters,
// bidirectional overrides, zero-width and other characters that show nothing,
// and bytes that are not UTF-8 become escapes as Go writes them (`\n`, `\x1b`,
// `\u202e`). Everything that prints stays as it is, the backslash too, so the
// result is for eyes and cannot be turned back.
func Printable(s string) string {
	if strings.Contains(s, "##") || strings.HasPrefix(strings.TrimLeft(s, " \t\r\n"), "::") {
		s = disarm(s)
	}
	if prints(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		writeEscaped(&b, r, size, s[i])
		i += size
	}
	return b.String()
}

// disarm takes apart the commands of GitHub Actions and Azure Pipelines
// (actions/runner, ActionCommand; azure-pipelines-agent, Command).
func disarm(s string) string {
	s = commandMarks.Replace(s)
	if at := strings.Index(s, "::"); at >= 0 && strings.TrimLeft(s[:at], " \t\r\n") == "" {
		s = s[:at] + `\x3a:` + s[at+2:]
	}
	return s
}

var commandMarks = strings.NewReplacer("##[", `#\x23[`, "##vso[", `#\x23vso[`)

func prints(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func writeEscaped(b *strings.Builder, r rune, size int, first byte) {
	switch {
	case r == utf8.RuneError && size == 1:
		fmt.Fprintf(b, `\x%02x`, first)
	case unicode.IsPrint(r):
		b.WriteRune(r)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < utf8.RuneSelf:
		fmt.Fprintf(b, `\x%02x`, r)
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

// Quote is [Printable] text between double quotes, with the quotes inside it
// escaped.
func Quote(s string) string {
	return `"` + strings.ReplaceAll(Printable(s), `"`, `\"`) + `"`
}

// Shorten cuts text to at most max characters by replacing its middle with
// "…". Bytes that are not UTF-8 count as one character each.
func Shorten(s string, max int) string {
	if len(s) <= max {
		return s
	}
	if max <= 0 {
		return ""
	}
	if utf8.RuneCountInString(s) <= max {
		return s
	}
	head, tail := 0, len(s)
	for range max / 2 {
		_, size := utf8.DecodeRuneInString(s[head:])
		head += size
	}
	for range (max - 1) / 2 {
		_, size := utf8.DecodeLastRuneInString(s[:tail])
		tail -= size
	}
	return s[:head] + "…" + s[tail:]
}

// markdownMarks are the characters that mean something in Markdown, in HTML
// inside it, or to a service that turns names into mentions.
var markdownMarks = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`",
	"[", `\[`, "]", `\]`, "#", `\#`, "~", `\~`, "!", `\!`, "$", `\$`, "@", "&#64;")

// Markdown is [Printable] text that means itself in Markdown: in a paragraph, a
// list or the cell of a table.
func Markdown(s string) string { return markdownMarks.Replace(Printable(s)) }

// Cell is [Printable] text that a spreadsheet does not take for a formula: one
// that would begin as a formula does gets an apostrophe before it.
func Cell(s string) string {
	s = Printable(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}
