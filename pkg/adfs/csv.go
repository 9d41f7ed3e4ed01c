package adfs

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// csvReader reads what Export-Csv and ConvertTo-Csv write.
type csvReader struct {
	w         *window
	delimiter byte
	limits    Limits
	build     *textBuilder
}

// csvDelimiter is what parts the names of a header: ",", ";" or a tab; 0 for
// none.
func csvDelimiter(header []byte) byte {
	best, most := byte(0), 0
	for _, c := range []byte{',', ';', '\t'} {
		if n := bytes.Count(header, []byte{c}); n > most {
			best, most = c, n
		}
	}
	return best
}

func (in *input) readCSV() {
	c := &csvReader{w: in.text, limits: in.limits, build: newTextBuilder(cursor{})}
	in.text.skipSpace()
	var types []string
	if c.w.has("#TYPE ") {
		line, _ := c.line()
		types = []string{strings.TrimSpace(strings.TrimPrefix(line, "#TYPE "))}
	}
	end := max(0, c.w.upToByte('\n'))
	if c.delimiter = csvDelimiter(c.w.rest()[:end]); c.delimiter == 0 {
		in.fail(&ReadError{Msg: "the first line names no columns, expected the header that Export-Csv writes"})
		return
	}
	names, err := c.record()
	for err == nil && !in.stopped {
		if in.text.skipSpace(); len(in.text.rest()) == 0 {
			break
		}
		var fields []Text
		if fields, err = c.record(); err == nil {
			in.emitRecord(types, names, fields)
		}
	}
	if err == nil {
		err = c.w.ended()
	}
	if err != nil {
		in.fail(err)
	}
}

func (in *input) emitRecord(types []string, names, fields []Text) {
	if len(fields) != len(names) {
		in.fail(&ReadError{Severity: finding.Error, Span: fields[0].Span,
			Msg: fmt.Sprintf("found a record of %d fields, expected one for each of the %d columns; the file was changed by another program, export again", len(fields), len(names))})
		return
	}
	obj := &Value{Shape: ShapeMap, Types: types, Text: Text{Span: fields[0].Span}}
	for i, f := range fields {
		obj.Entries = append(obj.Entries, Entry{names[i].Value, &Value{Shape: ShapeText, Text: f, size: 1}})
	}
	in.emitTree(obj)
}

// line takes a line, without its end.
func (c *csvReader) line() (string, bool) {
	n := c.w.upToByte('\n')
	if n < 0 {
		return strings.TrimRight(string(c.w.take(len(c.w.rest()))), "\r"), false
	}
	line := strings.TrimRight(string(c.w.take(n)), "\r")
	c.w.take(1)
	return line, true
}

// record reads a record up to its end.
func (c *csvReader) record() ([]Text, error) {
	var fields []Text
	for start := c.w.at; ; {
		f, err := c.field(start)
		if err != nil {
			return nil, err
		}
		if fields = append(fields, f); len(fields) > c.limits.Nodes || c.w.at.offset-start.offset > c.limits.ObjectBytes {
			return nil, &ReadError{Check: CheckTooLarge, Span: start.span(), Msg: fmt.Sprintf("a record has more than %d fields or %d bytes", c.limits.Nodes, c.limits.ObjectBytes)}
		}
		next, ok := c.w.peek()
		switch {
		case ok && next == c.delimiter:
			c.w.take(1)
		case !ok:
			return fields, c.w.ended()
		default:
			if c.w.has("\r\n") {
				c.w.take(1)
			}
			c.w.take(1)
			return fields, nil
		}
	}
}

// field reads a field, with or without quotation marks.
func (c *csvReader) field(start cursor) (Text, error) {
	if !c.w.has(`"`) {
		return c.bare()
	}
	at := c.w.at
	c.w.take(1)
	c.build.reset(c.w.at)
	for {
		rest := c.w.rest()
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			c.build.verbatim(c.w.take(len(rest)))
			if c.w.at.offset-start.offset > c.limits.ObjectBytes {
				return Text{}, errTooLarge(c.limits.ObjectBytes)
			}
			if c.w.more() {
				continue
			}
			if err := c.w.ended(); err != nil {
				return Text{}, err
			}
			return Text{}, &ReadError{Check: CheckTruncated, Span: at.span(), Msg: "the file ends inside the field that starts here; export again"}
		}
		c.build.verbatim(c.w.take(i))
		if !c.w.has(`""`) {
			t := c.build.text()
			c.w.take(1)
			if t.Value == "" {
				t.Span = at.span()
			}
			return t, c.behind()
		}
		c.build.escape(c.w.take(2), '"')
	}
}

// behind checks what follows a field in quotation marks.
func (c *csvReader) behind() error {
	next, ok := c.w.peek()
	if !ok || next == c.delimiter || next == '\n' || next == '\r' {
		return nil
	}
	return &ReadError{Check: CheckUnreadable, Span: c.w.at.span(), Msg: fmt.Sprintf("found %q behind a field, expected %q or the end of the line", next, c.delimiter)}
}

func (c *csvReader) bare() (Text, error) {
	n := c.w.upTo(func(text []byte, from int) int {
		if i := bytes.IndexAny(text[from:], string([]byte{c.delimiter, '\r', '\n'})); i >= 0 {
			return from + i
		}
		return -1
	})
	if n < 0 {
		n = len(c.w.rest())
	}
	c.build.reset(c.w.at)
	c.build.verbatim(c.w.take(n))
	t := c.build.text()
	return t, c.w.ended()
}
