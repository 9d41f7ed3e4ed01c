package accounts

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// DefaultLimit is how many accounts are read unless Options say otherwise.
const DefaultLimit = 1_000_000

// maxRecord is the size in bytes of the largest record that is read.
const maxRecord = 1 << 20

// Options say how a list is read.
type Options struct {
	// Key is the name of the column that the app knows its users by, letter
	// case aside; empty for the likeliest.
	Key string
	// Limit is the most accounts that are read, DefaultLimit where it is 0.
	Limit int
}

// Read reads the accounts of an app: CSV with a header, parted by commas,
// semicolons, tabs or bars; a bare list of addresses; JSON, as an array of
// objects, an object that holds one (Microsoft Graph, SCIM), or an object a
// line. The text may be UTF-8, UTF-16 or Windows-1252, with or without a byte
// order mark.
//
// It streams: memory follows the keys, not the size of the file. Errors are
// those of r, of a list that is not as described, and [*NoKeyError].
func Read(r io.Reader, o Options) (*List, error) {
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	in := &meter{r: Decode(r), left: maxRecord}
	text := bufio.NewReaderSize(in, 1<<16)
	b := newBuilder(o)
	first, err := firstByte(text)
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty, expected the accounts of the app as CSV or JSON")
	case err != nil:
		return nil, err
	case first == '[' || first == '{':
		err = b.readJSON(text, in)
	default:
		err = b.readCSV(text, in)
	}
	if err != nil {
		return nil, err
	}
	return b.finish()
}

// Decode makes UTF-8 of UTF-16, known by its byte order mark or by a first
// character that is ASCII, and drops the mark.
func Decode(r io.Reader) io.Reader {
	head := bufio.NewReader(r)
	start, _ := head.Peek(2)
	if len(start) == 2 && (start[0] == 0) != (start[1] == 0) {
		order := unicode.LittleEndian
		if start[0] == 0 {
			order = unicode.BigEndian
		}
		return transform.NewReader(head, unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder())
	}
	return transform.NewReader(head, unicode.BOMOverride(transform.Nop))
}

// meter refuses a record that is too large: readers ask for more and more
// bytes of it before they return it.
type meter struct {
	r    io.Reader
	left int
}

var errRecord = fmt.Errorf("a record is larger than %d KiB, expected one account; is a quotation mark or bracket not closed?", maxRecord>>10)

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errRecord
	}
	n, err := m.r.Read(p)
	m.left -= n
	return n, err
}

func (m *meter) reset() { m.left = maxRecord }

// firstByte returns the first byte that is no white space, and leaves it.
func firstByte(r *bufio.Reader) (byte, error) {
	for {
		c, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n", rune(c)) {
			return c, r.UnreadByte()
		}
	}
}

// readCSV reads a header and a record for each account.
func (b *builder) readCSV(text *bufio.Reader, in *meter) error {
	c, err := NewCSV(text)
	if err != nil {
		return err
	}
	header, err := c.Read()
	if err != nil {
		return err
	}
	var columns []int16
	headless := false
	for i, name := range header {
		header[i] = UTF8(name)
		headless = headless || strings.Contains(name, "@")
	}
	for i, name := range header {
		if headless {
			name = fmt.Sprintf("column %d", i+1)
		}
		columns = append(columns, b.number(name))
	}
	if headless {
		b.admitAddresses(columns, header)
		if err := b.record(columns, header); err != nil {
			return err
		}
	}
	for {
		in.reset()
		fields, err := c.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := b.record(columns, fields); err != nil {
			return err
		}
	}
}

// admitAddresses takes the columns of a list without a header whose first line
// has an address in them for columns of addresses.
func (b *builder) admitAddresses(columns []int16, first []string) {
	for i, value := range first {
		if n := columns[i]; n >= 0 && strings.Contains(value, "@") {
			b.columns[n].kind = mail
		}
	}
}

// maxLines is how many lines a field may have. A field with more is taken for
// a quotation mark that was not closed, which would swallow accounts.
const maxLines = 20

// record takes in one account; one of an odd shape counts as unread.
func (b *builder) record(columns []int16, fields []string) error {
	for i, f := range fields {
		odd := len(fields) != len(columns) && strings.Contains(f, "\n") || i < len(columns) && b.useful(columns[i]) && b.columns[columns[i]].kind != alias && strings.Contains(strings.TrimSpace(f), "\n")
		if odd || strings.Count(f, "\n") > maxLines {
			b.list.Unread++
			return nil
		}
	}
	if err := b.start(); err != nil {
		return err
	}
	for i, f := range fields[:min(len(fields), len(columns))] {
		if b.useful(columns[i]) {
			b.add(columns[i], UTF8(f))
		}
	}
	return nil
}

// NewCSV reads CSV with any separator, as Excel and PowerShell write it. Records
// may have any number of fields, and hold only until the next is read.
func NewCSV(text *bufio.Reader) (*csv.Reader, error) {
	comma, err := preamble(text)
	if err != nil {
		return nil, err
	}
	c := csv.NewReader(text)
	c.Comma, c.LazyQuotes, c.FieldsPerRecord, c.ReuseRecord = comma, true, -1, true
	return c, nil
}

// preamble finds out what parts the fields, from "sep=;" as Excel writes it or
// else from the header, and passes over the type line of Export-Csv.
func preamble(text *bufio.Reader) (rune, error) {
	for {
		line := firstLine(text)
		lower := strings.ToLower(string(line[:min(len(line), 8)]))
		switch {
		case strings.HasPrefix(lower, "sep=") && len(line) > len("sep="):
			comma := rune(line[len("sep=")])
			if !strings.ContainsRune(",;\t|", comma) {
				return 0, fmt.Errorf("the first line says that %q parts the columns, expected a comma, semicolon, tab or bar", comma)
			}
			skipLine(text, len(line))
			return comma, nil
		case strings.HasPrefix(lower, "#type "):
			skipLine(text, len(line))
		default:
			return delimiter(line), nil
		}
	}
}

// firstLine returns the line at which the text stands, without its end, and
// leaves it; of a very long one the beginning.
func firstLine(text *bufio.Reader) []byte {
	line, _ := text.Peek(text.Size())
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	return line
}

// skipLine passes over a line that was seen before, and its end.
func skipLine(text *bufio.Reader, n int) {
	_, _ = text.Discard(n)
	_, _ = firstByte(text)
}

// delimiter is what stands most often in the header outside quotation marks.
func delimiter(header []byte) rune {
	counts, quoted := map[byte]int{}, false
	for _, c := range header {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			counts[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{';', '\t', '|'} {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return rune(best)
}

// UTF8 reads a text that is no UTF-8 as ISO-8859-1. Windows-1252 differs
// from it in signs that no key has.
func UTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}
