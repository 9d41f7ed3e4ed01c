package xmldsig

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// What a byte that is no digit means.
const (
	base64Space   = 0xfd
	base64Padding = 0xfe
	base64Illegal = 0xff
)

var base64Digits = func() (t [256]byte) {
	for i := range t {
		t[i] = base64Illegal
	}
	for i := range len(base64Alphabet) {
		t[base64Alphabet[i]] = byte(i)
	}
	for _, c := range " \t\r\n" {
		t[c] = base64Space
	}
	t['='] = base64Padding
	return t
}()

// decodeBase64 reads Base64 as XML carries it (XML Schema 3.2.16): white space
// anywhere. Padding may be missing or too long; padded tells whether it is
// right. The error names the first character that does not belong.
func decodeBase64(dst []byte, s string) (out []byte, padded bool, err error) {
	var bits uint32
	digits, padding := 0, 0
	for i := 0; i < len(s); i++ {
		switch d := base64Digits[s[i]]; {
		case d == base64Space:
		case d == base64Padding:
			padding++
		case d == base64Illegal && strings.HasPrefix(s[i:], "-----BEGIN"):
			return nil, false, fmt.Errorf("a PEM line (-----BEGIN …) stands there, expected the Base64 alone")
		case d == base64Illegal:
			r := []rune(s[i:min(len(s), i+4)])[0]
			return nil, false, fmt.Errorf("character %s is not Base64", finding.Quote(string(r)))
		case padding > 0:
			return nil, false, fmt.Errorf("the Base64 goes on after its padding")
		default:
			bits = bits<<6 | uint32(d)
			if digits++; digits%4 == 0 {
				dst = append(dst, byte(bits>>16), byte(bits>>8), byte(bits))
			}
		}
	}
	switch digits % 4 {
	case 1:
		return nil, false, fmt.Errorf("the Base64 is cut short: %d characters make no whole number of bytes", digits)
	case 2:
		dst = append(dst, byte(bits>>4))
	case 3:
		dst = append(dst, byte(bits>>10), byte(bits>>2))
	}
	return dst, padding == -digits&3, nil
}

// decodeElement decodes the Base64 that an element holds. An element, comment
// or processing instruction inside is an error: readers differ in what they
// make of it, which is how forged digests were smuggled in (CVE-2025-29774,
// CVE-2025-29775).
func decodeElement(el *etree.Element) (data []byte, padded bool, err error) {
	var text string
	for _, token := range el.Child {
		switch t := token.(type) {
		case *etree.CharData:
			if text == "" {
				text = t.Data
			} else {
				return decodeRuns(el)
			}
		case *etree.Comment:
			return nil, false, fmt.Errorf("a comment stands in %s, expected Base64 only", el.Tag)
		case *etree.ProcInst:
			return nil, false, fmt.Errorf("a processing instruction stands in %s, expected Base64 only", el.Tag)
		case *etree.Element:
			return nil, false, fmt.Errorf("element %s stands in %s, expected Base64 only", finding.Quote(t.Tag), el.Tag)
		}
	}
	data, padded, err = decodeBase64(make([]byte, 0, len(text)/4*3+3), text)
	if err == nil && len(data) == 0 {
		err = fmt.Errorf("%s is empty", el.Tag)
	}
	return data, padded, err
}

// decodeRuns is decodeElement for text in several pieces, as CDATA makes it.
func decodeRuns(el *etree.Element) ([]byte, bool, error) {
	var b strings.Builder
	whole := etree.Element{Tag: el.Tag}
	for _, token := range el.Child {
		if t, ok := token.(*etree.CharData); ok {
			b.WriteString(t.Data)
			continue
		}
		whole.Child = append(whole.Child, token)
	}
	whole.Child = append(whole.Child, etree.NewText(b.String()))
	return decodeElement(&whole)
}
