package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/encoding/unicode"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The limits of one file. A node of YAML costs some 200 bytes.
const (
	maxFile  = 2 << 20
	maxNodes = 200_000
)

// source is the text of one file, with the places of its lines.
type source struct {
	file  string
	text  string
	lines []int // the offset of each line
	// columns holds the offsets of the characters of lines that are not plain
	// ASCII, made when they are asked for.
	columns map[int][]int32
}

// syntaxError is why a text is no YAML, and in which line.
type syntaxError struct {
	line int // 0 where it is not known
	msg  string
}

func (e *syntaxError) Error() string { return e.msg }

// readSource reads a file within the limits, as UTF-8 or UTF-16. The source is
// never nil.
func readSource(file string, r io.Reader) (*source, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	nothing := &source{file: file, lines: []int{0}}
	if err != nil {
		return nothing, err
	}
	if len(data) > maxFile {
		return nothing, &syntaxError{msg: fmt.Sprintf("the file is larger than %d MiB, expected a configuration; move apps into files of their own and name them under \"include\"", maxFile>>20)}
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		if data, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data); err != nil {
			return nothing, &syntaxError{msg: "the file is no UTF-16 although it begins so; save it as UTF-8"}
		}
	}
	s := &source{file: file, text: strings.TrimPrefix(string(data), "\uFEFF")}
	s.index()
	for i, r := range s.text {
		if r == utf8.RuneError && !strings.HasPrefix(s.text[i:], "\uFFFD") {
			return s, &syntaxError{line: s.lineOf(i), msg: "the file is not UTF-8; save it as UTF-8"}
		}
	}
	return s, nil
}

// index finds the beginnings of lines, as YAML 1.1 counts them.
func (s *source) index() {
	s.lines = append(s.lines[:0], 0)
	for i, r := range s.text {
		switch r {
		case '\r':
			if strings.HasPrefix(s.text[i+1:], "\n") {
				continue
			}
			fallthrough
		case '\n', '\u0085', '\u2028', '\u2029':
			s.lines = append(s.lines, i+utf8.RuneLen(r))
		}
	}
}

// line is the place of a line, counted from 1.
func (s *source) line(n int) finding.Span {
	n = min(n, len(s.lines))
	return finding.Span{Offset: s.lines[n-1], End: s.lines[n-1], Line: n, Column: 1}
}

func (s *source) lineOf(offset int) int {
	line := 0
	for line < len(s.lines) && s.lines[line] <= offset {
		line++
	}
	return line
}

// span is the place of a node. Its end is exact for values on one line.
func (s *source) span(n *yaml.Node) finding.Span {
	if n.Line < 1 || n.Line > len(s.lines) {
		return finding.Span{}
	}
	at := s.offset(n.Line-1, n.Column-1)
	end, written := at, n.Value
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 && at < len(s.text) {
		written = s.text[at:at+1] + n.Value + s.text[at:at+1]
	}
	if n.Kind == yaml.ScalarNode && strings.HasPrefix(s.text[at:], written) {
		end = at + len(written)
	}
	return finding.Span{Offset: at, End: end, Line: n.Line, Column: n.Column}
}

// offset is where a character stands, line and column counted from 0.
func (s *source) offset(line, column int) int {
	start, end := s.lines[line], len(s.text)
	if line+1 < len(s.lines) {
		end = s.lines[line+1]
	}
	offsets, known := s.columns[line]
	if !known {
		if text := s.text[start:end]; utf8.RuneCountInString(text) != len(text) {
			for i := range text {
				offsets = append(offsets, int32(i))
			}
		}
		if s.columns == nil {
			s.columns = map[int][]int32{}
		}
		s.columns[line] = offsets
	}
	switch {
	case offsets == nil:
		return min(start+column, end)
	case column < len(offsets):
		return start + int(offsets[column])
	}
	return end
}

// parse reads the text as one YAML document; a nil node means an empty one.
// Nothing is expanded: aliases stay what they are.
func (s *source) parse() (*yaml.Node, error) {
	if n := nodes(s.text); n > maxNodes {
		return nil, &syntaxError{msg: fmt.Sprintf("the file holds some %d values, more than the %d that are read; move apps into files of their own and name them under \"include\"", n, maxNodes)}
	}
	decoder := yaml.NewDecoder(strings.NewReader(s.text))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, s.yamlError(err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, s.yamlError(err)
		}
		return nil, &syntaxError{line: second.Line, msg: "a second YAML document begins here, expected one; remove the \"---\""}
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

// nodes is an upper bound of the nodes in a YAML text: each is announced by an
// indicator or a line.
func nodes(text string) int {
	n := 2
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n', '\r', ',', '[', '{':
			n += 2
		case ':', '-', '?':
			if i+1 == len(text) || strings.IndexByte(" \t\r\n\"'", text[i+1]) >= 0 {
				n++
			}
		}
	}
	return n
}

var yamlLine = lazyregexp.New(`^(?:yaml: )?(?:line (\d+): )?`)

// yamlError puts an error of the YAML reader into the words of the house. The
// reader names the line where a construct begins; a tab is found at its own.
func (s *source) yamlError(err error) error {
	text := err.Error()
	m := yamlLine.FindStringSubmatch(text)
	line, _ := strconv.Atoi(m[1])
	msg := "not YAML: " + strings.TrimPrefix(text, m[0])
	if strings.Contains(text, "tab character") || strings.Contains(text, "cannot start any token") {
		if tab := s.indentedByTab(line); tab > 0 {
			return &syntaxError{line: tab, msg: "not YAML: the line is indented with a tab; indent with blanks"}
		}
		msg += "; quote values that begin with one of @ ` %"
	}
	return &syntaxError{line: line, msg: msg}
}

// indentedByTab is the first line, from one on, whose indent holds a tab; 0 for
// none.
func (s *source) indentedByTab(from int) int {
	for n := max(from, 1); n <= len(s.lines); n++ {
		rest := strings.TrimLeft(s.text[s.lines[n-1]:], " ")
		if strings.HasPrefix(rest, "\t") {
			return n
		}
	}
	return 0
}
