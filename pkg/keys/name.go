package keys

import (
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// attributeNames are the short names of attribute types (RFC 4514 section 3,
// and those that Windows and OpenSSL print), by the octets of their OID.
var attributeNames = map[string]string{
	"\x55\x04\x03": "CN",
	"\x55\x04\x04": "SN",
	"\x55\x04\x05": "SERIALNUMBER",
	"\x55\x04\x06": "C",
	"\x55\x04\x07": "L",
	"\x55\x04\x08": "ST",
	"\x55\x04\x09": "STREET",
	"\x55\x04\x0a": "O",
	"\x55\x04\x0b": "OU",
	"\x55\x04\x0c": "T",
	"\x55\x04\x11": "POSTALCODE",
	"\x55\x04\x2a": "GN",
	"\x55\x04\x61": "OID.2.5.4.97",
	"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01": "UID",
	"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19": "DC",
	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01":     "E",
}

// maxNameParts bounds the relative names that are printed.
const maxNameParts = 64

// formatName prints a DER Name as RFC 4514 does, last part first, in
// characters that print. What is no Name prints as far as it can be read.
func formatName(name element) string {
	parts := name.children(maxNameParts)
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		for j, attribute := range parts[i].children(maxNameParts) {
			switch {
			case j > 0:
				b.WriteByte('+')
			case b.Len() > 0:
				b.WriteByte(',')
			}
			writeAttribute(&b, attribute)
		}
	}
	return finding.Printable(b.String())
}

func writeAttribute(b *strings.Builder, attribute element) {
	pair := reader{rest: attribute.body}
	kind := pair.next()
	value := pair.next()
	name, known := attributeNames[string(kind.body)]
	if !known {
		name = kind.oid()
	}
	b.WriteString(name)
	b.WriteByte('=')
	text, ok := decodeString(value)
	if !ok {
		b.WriteByte('#')
		b.WriteString(hex.EncodeToString(value.full))
		return
	}
	writeEscaped(b, text)
}

// writeEscaped escapes a value as RFC 4514 section 2.4 asks.
func writeEscaped(b *strings.Builder, text string) {
	for i := range len(text) {
		c := text[i]
		edge := c == ' ' && (i == 0 || i == len(text)-1) || c == '#' && i == 0
		if edge || strings.IndexByte(`,+"\<>;`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
}

// decodeString reads any of the ASN.1 string types. Text that breaks its own
// encoding reads as Latin-1.
func decodeString(e element) (string, bool) {
	switch e.tag {
	case tagUTF8String, tagPrintableString, tagIA5String, tagVisibleString, tagNumericString, tagTeletexString:
		if utf8.Valid(e.body) {
			return string(e.body), true
		}
		return latin1(e.body), true
	case tagBMPString:
		return utf16Text(e.body, 1, 0), true
	case tagUniversalString:
		var b strings.Builder
		for i := 0; i+3 < len(e.body); i += 4 {
			b.WriteRune(rune(e.body[i])<<24 | rune(e.body[i+1])<<16 | rune(e.body[i+2])<<8 | rune(e.body[i+3]))
		}
		return b.String(), true
	}
	return "", false
}

func latin1(in []byte) string {
	runes := make([]rune, len(in))
	for i, b := range in {
		runes[i] = rune(b)
	}
	return string(runes)
}

// utf16Text decodes UTF-16 whose low and high bytes stand at these places of
// each pair; an odd last byte is dropped.
func utf16Text(in []byte, low, high int) string {
	units := make([]uint16, len(in)/2)
	for i := range units {
		units[i] = uint16(in[2*i+low]) | uint16(in[2*i+high])<<8
	}
	return string(utf16.Decode(units))
}
