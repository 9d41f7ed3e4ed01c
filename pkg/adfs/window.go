package adfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// window is the part of a text that is being looked at: bounded, and moving
// forward only.
type window struct {
	in   *decoder
	buf  []byte // text from the cursor on is buf[pos:]
	pos  int
	at   cursor // of buf[pos]
	most int    // bytes that may be looked at at once
	err  error  // why the text ends here; io.EOF at its end
}

func newWindow(in *decoder, most int) *window {
	return &window{in: in, most: most, at: cursor{line: 1, column: 1}}
}

// windowOn looks at a text at hand that stands at a place of a file.
func windowOn(text []byte, at cursor) *window {
	return &window{buf: text, at: at, most: len(text) + 1, err: io.EOF}
}

// rest is the text that is at hand.
func (w *window) rest() []byte { return w.buf[w.pos:] }

// more gets more text to hand; false where there is none.
func (w *window) more() bool {
	if w.err != nil {
		return false
	}
	if len(w.rest()) >= w.most {
		w.err = errTooLarge(w.most)
		return false
	}
	if w.pos > 0 {
		n := copy(w.buf, w.buf[w.pos:])
		w.buf, w.pos = w.buf[:n], 0
	}
	before := len(w.buf)
	w.buf, w.err = w.in.appendText(w.buf)
	return len(w.buf) > before
}

func errTooLarge(most int) error {
	return &ReadError{Check: CheckTooLarge, Severity: finding.Error, Msg: fmt.Sprintf("a single value is longer than %d bytes", most)}
}

// ended is the error that kept the text from its end; nil where it ended, or
// goes on.
func (w *window) ended() error {
	if w.err == nil || errors.Is(w.err, io.EOF) {
		return nil
	}
	return w.err
}

// peek is the byte at the cursor; false at the end.
func (w *window) peek() (byte, bool) {
	if w.pos == len(w.buf) && !w.more() {
		return 0, false
	}
	return w.buf[w.pos], true
}

// has reports whether the text goes on with a prefix.
func (w *window) has(prefix string) bool {
	for len(w.rest()) < len(prefix) {
		if !w.more() {
			return false
		}
	}
	return string(w.rest()[:len(prefix)]) == prefix
}

// take moves the cursor over n bytes that are at hand and returns them; they
// are valid until more is called.
func (w *window) take(n int) []byte {
	taken := w.buf[w.pos : w.pos+n]
	w.at.over(taken)
	w.pos += n
	return taken
}

// upTo returns how many bytes stand before the next place where find is
// successful; find gets the text at hand and how much of it is new, and
// returns an index or -1. It is -1 where there is none up to the end; all is
// at hand then.
func (w *window) upTo(find func(text []byte, from int) int) int {
	from := 0
	for {
		if i := find(w.rest(), from); i >= 0 {
			return i
		}
		from = len(w.rest())
		if !w.more() {
			return -1
		}
	}
}

// upToByte is upTo a byte.
func (w *window) upToByte(c byte) int {
	if i := bytes.IndexByte(w.rest(), c); i >= 0 {
		return i
	}
	return w.upTo(func(text []byte, from int) int {
		if i := bytes.IndexByte(text[from:], c); i >= 0 {
			return from + i
		}
		return -1
	})
}

// upToString is upTo a string.
func (w *window) upToString(s string) int {
	return w.upTo(func(text []byte, from int) int {
		from = max(0, from-len(s)+1)
		if i := bytes.Index(text[from:], []byte(s)); i >= 0 {
			return from + i
		}
		return -1
	})
}

// skipSpace moves over blanks, tabs, line ends and byte order marks that
// joining files leaves.
func (w *window) skipSpace() {
	for {
		c, ok := w.peek()
		switch {
		case ok && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			rest := w.rest()
			n := 1
			for n < len(rest) && (rest[n] == ' ' || rest[n] == '\t' || rest[n] == '\r' || rest[n] == '\n') {
				n++
			}
			w.take(n)
		case ok && c == bom[0] && w.has(bom):
			w.take(len(bom))
		default:
			return
		}
	}
}

// bom is a byte order mark.
const bom = "\uFEFF"

// discardTo moves the cursor to the next place where s stands; false, at the
// end, where there is none.
func (w *window) discardTo(s string) bool {
	for {
		if i := bytes.Index(w.rest(), []byte(s)); i >= 0 {
			w.take(i)
			return true
		}
		w.take(max(0, len(w.rest())-len(s)+1))
		if !w.more() {
			return false
		}
	}
}
