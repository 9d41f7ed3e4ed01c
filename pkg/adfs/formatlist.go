package adfs

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// formatList reads the text that PowerShell shows of objects: "Name : value",
// all colons of an object in one column, longer values on lines below. What
// the console wrapped is joined again.
type formatList struct {
	in    *input
	colon int // column of the colon of the object, from 0; -1 outside objects
	obj   *Value
	props []listedProperty
	seen  map[string]bool
	lines int  // of the object
	blank bool // the line before is blank
	width int  // of the console: that of the longest line at the start
}

// listedProperty is a property with the lines of its value, each without the
// blanks around it.
type listedProperty struct {
	name  string
	lines []Text
}

func (in *input) readFormatList() {
	r := &formatList{in: in, colon: -1, blank: true}
	r.width = longestLine(in.text.rest())
	build := newTextBuilder(cursor{})
	for !in.stopped {
		n := in.text.upToByte('\n')
		if n < 0 {
			n = len(in.text.rest())
		}
		if n == 0 && len(in.text.rest()) == 0 {
			break
		}
		build.reset(in.text.at)
		build.verbatim(in.text.take(n))
		if err := r.line(build.text()); err != nil {
			in.fail(err)
			return
		}
		if in.text.has("\n") {
			in.text.take(1)
		}
		if in.text.ended() != nil {
			break
		}
	}
	r.finish()
	if err := in.text.ended(); err != nil {
		in.fail(err)
	}
}

func longestLine(head []byte) int {
	longest := 0
	for line := range bytes.Lines(head) {
		longest = max(longest, utf8.RuneCount(bytes.TrimRight(line, " \t\r\n")))
	}
	return longest
}

// line takes the next line of the text.
func (r *formatList) line(t Text) error {
	trimmed := strings.TrimRight(t.Value, " \t\r")
	defer func() { r.blank = trimmed == "" }()
	if strings.HasPrefix(trimmed, "PS ") && strings.Contains(trimmed, ">") {
		r.finish()
		return nil
	}
	name, at := r.property(trimmed)
	switch {
	case name == "" && r.colon < 0:
	case name == "":
		last := &r.props[len(r.props)-1]
		last.lines = append(last.lines, r.continuation(t, trimmed))
	default:
		if r.colon != at || r.seen[strings.ToLower(name)] {
			r.finish()
			r.start(t, at)
		}
		r.seen[strings.ToLower(name)] = true
		value := strings.TrimLeft(trimmed[at+1:], " ")
		r.props = append(r.props, listedProperty{name, []Text{t.Slice(len(trimmed)-len(value), len(trimmed))}})
	}
	return r.checkSize(t)
}

// checkSize bounds the object that is read.
func (r *formatList) checkSize(t Text) error {
	l := &r.in.limits
	if r.lines++; r.colon < 0 || r.lines <= l.Nodes && t.Span.End-r.obj.Text.Span.Offset <= l.ObjectBytes {
		return nil
	}
	return &ReadError{Check: CheckTooLarge, Span: r.obj.Text.Span, Msg: fmt.Sprintf("one object has more than %d lines or %d bytes", l.Nodes, l.ObjectBytes)}
}

func (r *formatList) start(t Text, colon int) {
	r.colon, r.seen, r.props, r.lines = colon, map[string]bool{}, nil, 0
	r.obj = &Value{Shape: ShapeMap, Text: Text{Span: t.Span}}
}

// continuation is a further line of a value, without the blanks that put it
// under the value.
func (r *formatList) continuation(t Text, trimmed string) Text {
	indent := len(trimmed) - len(strings.TrimLeft(trimmed, " "))
	return t.Slice(min(indent, r.colon+2), len(trimmed))
}

// property tells whether a line starts a property, and at which column its
// colon stands. The first of an object must have a name that AD FS knows.
func (r *formatList) property(line string) (name string, colon int) {
	if r.colon > 0 && len(line) > r.colon && line[r.colon] == ':' {
		if name = propertyName(line[:r.colon]); name != "" {
			return name, r.colon
		}
	}
	if r.colon > 0 && !r.blank {
		return "", 0
	}
	colon = strings.IndexByte(line, ':')
	if colon < 0 {
		return "", 0
	}
	if name = propertyName(line[:colon]); name == "" || !isPropertyName(name) {
		return "", 0
	}
	return name, colon
}

// propertyName is the name before a colon, with the blank that PowerShell puts
// between them; "" for anything else.
func propertyName(before string) string {
	name := strings.TrimRight(before, " ")
	if name == before || name == "" {
		return ""
	}
	for i, c := range name {
		if c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return ""
		}
	}
	return name
}

// finish gives on the object that was read, if any.
func (r *formatList) finish() {
	if r.colon < 0 {
		return
	}
	for _, p := range r.props {
		r.obj.Entries = append(r.obj.Entries, Entry{Key: p.name})
	}
	kind := kindByProperties(r.obj.Entries)
	row := kindRow(kind)
	for i, p := range r.props {
		t := TypeAny
		if known := row.lookUp(p.name); known != nil {
			t = known.Type
		}
		r.obj.Entries[i].Value = r.value(t, p.lines)
	}
	r.in.emit(r.obj, kind)
	r.colon = -1
}

// value makes a value of its lines.
func (r *formatList) value(t Type, lines []Text) *Value {
	for len(lines) > 1 && lines[len(lines)-1].Value == "" {
		lines = lines[:len(lines)-1]
	}
	switch t {
	case TypeRules:
		text, joined := r.joinRules(lines)
		v := &Value{Shape: ShapeText, Text: text, size: 1}
		if joined > 0 {
			v.note = "strings that the console wrapped were joined again; check them against AD FS"
		}
		return v
	case TypePolicy, TypeCertificate:
		return &Value{Shape: ShapeText, Text: joinLines(lines, func(int) string { return "\n" }), size: 1}
	}
	text := joinLines(lines, r.wrapped(lines))
	if t == TypeString || !strings.HasPrefix(text.Value, "{") || !strings.HasSuffix(text.Value, "}") {
		return &Value{Shape: ShapeText, Text: text, size: 1}
	}
	if t == TypeAny && len(text.Value) > len("{}") {
		return &Value{Shape: ShapeLost, Text: text, size: 1}
	}
	return listed(t, text.Slice(1, len(text.Value)-1))
}

// listed reads what stands between braces. PowerShell shows four items, and
// "..." for the rest.
func listed(t Type, inner Text) *Value {
	list := &Value{Shape: ShapeList, Text: Text{Span: inner.Span}, size: 1}
	var ranges [][2]int
	rest := false
	for from := 0; from < len(inner.Value); {
		to := len(inner.Value)
		if i := strings.Index(inner.Value[from:], ", "); i >= 0 && t != TypeCertificates && t != TypeEndpoints {
			to = from + i
		}
		shown := to
		for _, dots := range []string{"...", "…"} {
			if to == len(inner.Value) && strings.HasSuffix(inner.Value[from:], dots) {
				shown, rest = to-len(dots), true
			}
		}
		if shown > from {
			ranges = append(ranges, [2]int{from, shown})
		}
		if shown < to {
			ranges = append(ranges, [2]int{shown, to})
		}
		from = to + len(", ")
	}
	for _, item := range inner.cut(ranges...) {
		list.Items = append(list.Items, &Value{Shape: ShapeText, Text: item, size: 1})
	}
	if rest {
		list.Items[len(list.Items)-1].Shape = ShapeLost
	}
	return list
}

// wrapped is what stood between the lines of a value that has no line ends of
// its own: a blank, at which the console broke it, or nothing where it broke a
// word that fits into no line.
func (r *formatList) wrapped(lines []Text) func(int) string {
	return func(i int) string {
		line := lines[i]
		end := line.At(len(line.Value)).Column - 1
		word := len(lastWord(line.Value)) + len(firstWord(lines[i+1].Value))
		if end >= r.width && word > r.width-r.colon-2 {
			return ""
		}
		return " "
	}
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// joinRules puts a text of rules together. Line ends stay, but inside strings:
// none can stand there, so the console wrapped. It returns how many it took out.
func (r *formatList) joinRules(lines []Text) (Text, int) {
	between := make([]string, len(lines))
	open, joined := false, 0
	for i, line := range lines {
		open = open != (strings.Count(line.Value, `"`)%2 == 1)
		if i+1 == len(lines) {
			break
		}
		if between[i] = r.wrapped(lines)(i); between[i] == " " && !open {
			between[i] = "\n"
			continue
		}
		joined++
	}
	return joinLines(lines, func(i int) string { return between[i] }), joined
}

// joinLines joins lines by what stands between them.
func joinLines(lines []Text, between func(int) string) Text {
	var joined Text
	var b strings.Builder
	joined.Span = lines[0].Span
	for i, line := range lines {
		start := line.At(0)
		joined.marks = append(joined.marks, mark{at: b.Len(), offset: start.Offset, line: start.Line, column: start.Column})
		for _, m := range line.marks {
			if m.at > 0 {
				m.at += b.Len()
				joined.marks = append(joined.marks, m)
			}
		}
		b.WriteString(line.Value)
		joined.Span.End = line.Span.End
		if i+1 < len(lines) {
			b.WriteString(between(i))
		}
	}
	joined.Value = b.String()
	return joined
}
