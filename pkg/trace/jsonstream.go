package trace

import (
	"bytes"
	"io"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// windowBytes is what a jsonStream holds of its input at a time.
const windowBytes = 256 << 10

// jsonStream reads JSON forward, through a window, without building anything.
// The caller says which values it wants; all others are passed over. Where the
// text ends early or is no JSON the stream is broken: every further read gives
// nothing, and what was read so far stands.
type jsonStream struct {
	r        io.Reader
	buf      []byte
	pos, end int   // the unread part of buf
	base     int64 // offset of buf[0] in the input
	eof      bool
	readErr  error
	broken   bool
	scratch  []byte // a string that does not fit the window

	counted      int // buf[:counted] is in line and column
	line, column int
}

func newJSONStream(r io.Reader) *jsonStream {
	return &jsonStream{r: r, buf: make([]byte, windowBytes), line: 1, column: 1}
}

// fill makes room and reads on. It reports whether there is more to read.
func (s *jsonStream) fill() bool {
	if s.eof {
		return false
	}
	s.count()
	copy(s.buf, s.buf[s.pos:s.end])
	s.base += int64(s.pos)
	s.end -= s.pos
	s.pos, s.counted = 0, 0
	for empty := 0; ; {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err != nil || n == 0 && empty > 100 {
			s.eof = true
			if err != nil && !isTruncation(err) {
				s.readErr = err
			}
		}
		if n > 0 || s.eof {
			return n > 0
		}
		empty++
	}
}

// count brings line and column up to pos.
func (s *jsonStream) count() {
	passed := s.buf[s.counted:s.pos]
	s.counted = s.pos
	if newlines := bytes.Count(passed, []byte{'\n'}); newlines > 0 { // counting is many times as fast as looking for the last
		s.line += newlines
		s.column = 1
		passed = passed[lastLineEnd(passed)+1:]
	}
	s.column += characters(passed)
}

// here is the place of the next byte.
func (s *jsonStream) here() finding.Span {
	s.count()
	at := s.offset()
	return finding.Span{Offset: at, End: at, Line: s.line, Column: s.column}
}

func (s *jsonStream) offset() int { return int(s.base) + s.pos }

// next gives the next byte that is no white space, without taking it; 0 where
// there is none.
func (s *jsonStream) next() byte {
	for !s.broken {
		for ; s.pos < s.end; s.pos++ {
			if c := s.buf[s.pos]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				return c
			}
		}
		if !s.fill() {
			s.broken = true
		}
	}
	return 0
}

// take takes a byte that must come next.
func (s *jsonStream) take(c byte) bool {
	if s.next() != c {
		s.broken = true
		return false
	}
	s.pos++
	return true
}

// object calls member for each member of the object that comes next; member
// must read the value. A value of another kind is passed over.
func (s *jsonStream) object(member func(key string)) {
	s.items('{', '}', func() {
		if s.next() != '"' {
			s.broken = true
			return
		}
		key := string(s.string(maxKey))
		if s.take(':') {
			member(key)
		}
	})
}

// maxKey is the longest key that is told apart.
const maxKey = 64

// array calls item for each item of the array that comes next; item must read
// it. A value of another kind is passed over.
func (s *jsonStream) array(item func()) { s.items('[', ']', item) }

func (s *jsonStream) items(open, closing byte, item func()) {
	if s.next() != open {
		s.skip()
		return
	}
	s.pos++
	for first := true; !s.broken; first = false {
		c := s.next()
		if c == closing {
			s.pos++
			return
		}
		if !first && !s.take(',') {
			return
		}
		item()
	}
}

// segment gives the next part of a string, as far as the window holds it, and
// whether the string ends with it. The opening quote is taken already. An
// escape of one character is never torn apart. The part is valid until the
// next read.
func (s *jsonStream) segment() (part []byte, done bool) {
	for !s.broken {
		rest := s.buf[s.pos:s.end]
		if n := closingQuote(rest); n >= 0 {
			s.pos += n + 1
			return rest[:n], true
		}
		if part = rest[:len(rest)-slashesBefore(rest)%2]; len(part) > 0 {
			s.pos += len(part)
			return part, false
		}
		if !s.fill() {
			s.pos, s.broken = s.end, true
		}
	}
	return nil, true
}

// string reads the string that comes next and decodes its escapes; of a longer
// one it gives the first limit bytes or so. Any other value is passed over and
// gives nil. The result is valid until the next read.
func (s *jsonStream) string(limit int) []byte {
	if s.next() != '"' {
		s.skip()
		return nil
	}
	s.pos++
	part, done := s.segment()
	if !done || len(part) > limit {
		s.scratch = append(s.scratch[:0], part[:min(len(part), limit)]...)
		for !done {
			part, done = s.segment()
			if room := limit - len(s.scratch); room > 0 {
				s.scratch = append(s.scratch, part[:min(len(part), room)]...)
			}
		}
		part = s.scratch
	}
	if bytes.IndexByte(part, '\\') >= 0 {
		return unescapeJSON(part)
	}
	return part
}

// lookBack is how much is kept of a long string before its first marker.
const lookBack = 1 << 20

// growth is by what a long string with a marker grows at a time: by doubling,
// its old copies would take as much memory again.
const growth = 4

// text reads the string that comes next if it holds a marker, and of any other
// gives the first sample bytes, without holding more of it than lookBack. Of a
// string with a marker it gives at most limit bytes; cut says that there were
// more. The result is the caller's.
func (s *jsonStream) text(limit, sample int) (value []byte, cut bool) {
	if s.next() != '"' {
		s.skip()
		return nil, false
	}
	s.pos++
	part, done := s.segment()
	if done {
		if !hasMarker(part) {
			return s.sample(part, sample), false
		}
		return unescapeJSON(part[:min(len(part), limit)]), len(part) > limit
	}
	kept, marked := s.scratch[:0], false
	for {
		from := max(0, len(kept)-markerMax)
		if !marked && len(kept)+len(part) > 2*lookBack {
			kept = append(kept[:0], kept[max(0, len(kept)-lookBack):]...)
			from = max(0, len(kept)-markerMax)
		}
		if need := len(kept) + len(part); marked && cap(kept) < limit && need > cap(kept) {
			kept = slices.Grow(kept, min(limit, growth*need)-len(kept))
		}
		room := limit - len(kept)
		cut = cut || len(part) > room
		kept = append(kept, part[:max(0, min(len(part), room))]...)
		marked = marked || hasMarker(kept[min(from, len(kept)):])
		if done {
			break
		}
		part, done = s.segment()
	}
	if !marked {
		s.scratch = kept
		return s.sample(kept, sample), false
	}
	s.scratch = nil
	return appendUnescaped(kept[:0], kept), cut
}

// sample is the start of a string that is of no interest in full; of one longer
// than lookBack it may be the start of a later part.
func (s *jsonStream) sample(text []byte, n int) []byte {
	if n == 0 {
		return nil
	}
	return unescapeJSON(text[:min(len(text), n)])
}

// number reads the number that comes next, 0 where it is none or no integer.
func (s *jsonStream) number() int {
	c := s.next()
	if c == '"' {
		return atoi(s.string(16))
	}
	if c != '-' && (c < '0' || c > '9') {
		s.skip()
		return 0
	}
	var digits []byte
	for {
		for ; s.pos < s.end; s.pos++ {
			if c := s.buf[s.pos]; c == ',' || c == '}' || c == ']' || isSpace(c) {
				return atoi(digits)
			}
			if len(digits) < 16 {
				digits = append(digits, s.buf[s.pos])
			}
		}
		if !s.fill() {
			s.broken = true
			return atoi(digits)
		}
	}
}

func atoi(digits []byte) int {
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' || n > 1<<52 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// skip passes over the value that comes next, however deep. It looks at
// strings and brackets alone.
func (s *jsonStream) skip() {
	depth := 0
	for {
		switch c := s.next(); c {
		case 0:
			s.broken = true
			return
		case '"':
			s.pos++
			for done := false; !done; {
				_, done = s.segment()
			}
		case '{', '[':
			s.pos++
			depth++
		case '}', ']':
			if depth == 0 {
				s.broken = true
				return
			}
			s.pos++
			depth--
		case ',', ':':
			if depth == 0 {
				s.broken = true
				return
			}
			s.pos++
			continue
		default:
			s.skipWord()
		}
		if depth == 0 || s.broken {
			return
		}
	}
}

// skipWord passes over a number or literal.
func (s *jsonStream) skipWord() {
	for {
		for ; s.pos < s.end; s.pos++ {
			switch s.buf[s.pos] {
			case ',', ':', '}', ']', '{', '[', '"', ' ', '\n', '\r', '\t':
				return
			}
		}
		if !s.fill() {
			return
		}
	}
}
