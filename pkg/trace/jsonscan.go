package trace

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// What every byte of a capture in JSON goes through: eight bytes of it are one
// word, and a byte of a word is found by arithmetic on all eight.
const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// closingQuote gives where the string ends that a text begins in, outside of an
// escape; -1 where it goes on behind the text. A string without escaped quotes
// costs one bytes.IndexByte. One with them, a page or script, has so many that
// a call for each would cost more than to look at every word: there, quotes
// right behind a single backslash are passed over together.
func closingQuote(text []byte) int {
	i := bytes.IndexByte(text, '"')
	if i < 0 || slashesBefore(text[:i])%2 == 0 {
		return i
	}
	for i++; i+8 <= len(text); i += 8 {
		near := text[i-2 : i+8]
		quote := binary.LittleEndian.Uint64(near[2:]) ^ lowBits*'"'
		before := binary.LittleEndian.Uint64(near[1:]) ^ lowBits*'\\'
		second := binary.LittleEndian.Uint64(near) ^ lowBits*'\\'
		other := before&^highBits + ^uint64(highBits) | before // no backslash
		ends := (quote - lowBits) &^ quote & (other | (second-lowBits)&^second) & highBits
		for ; ends != 0; ends &= ends - 1 {
			if at := i + bits.TrailingZeros64(ends)/8; text[at] == '"' && slashesBefore(text[:at])%2 == 0 {
				return at
			}
		}
	}
	for ; i < len(text); i++ {
		if text[i] == '"' && slashesBefore(text[:i])%2 == 0 {
			return i
		}
	}
	return -1
}

func slashesBefore(b []byte) int {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n
}

// characters counts the bytes that are no continuation of a character in
// UTF-8.
func characters(text []byte) int {
	n := len(text)
	for ; len(text) >= 32; text = text[32:] {
		a, b := binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[8:])
		c, d := binary.LittleEndian.Uint64(text[16:]), binary.LittleEndian.Uint64(text[24:])
		if (a|b|c|d)&highBits != 0 {
			n -= continuations(a) + continuations(b) + continuations(c) + continuations(d)
		}
	}
	for _, c := range text {
		if c&0xc0 == 0x80 {
			n--
		}
	}
	return n
}

func continuations(word uint64) int { return bits.OnesCount64(word &^ (word << 1) & highBits) }

// lastLineEnd is bytes.LastIndexByte of a line end, which goes byte by byte
// where bytes.IndexByte does not: so the half is found first that it is in.
func lastLineEnd(text []byte) int {
	from := 0
	for len(text)-from > 64 {
		half := (from + len(text)) / 2
		if n := bytes.IndexByte(text[half:], '\n'); n >= 0 {
			from = half + n
		} else {
			text = text[:half]
		}
	}
	return from + bytes.LastIndexByte(text[from:], '\n')
}
