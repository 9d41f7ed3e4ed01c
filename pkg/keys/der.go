package keys

import (
	"errors"
	"fmt"
)

// ASN.1 tags as they stand in the identifier octet (X.690 section 8.1.2).
const (
	tagBoolean         = 0x01
	tagInteger         = 0x02
	tagBitString       = 0x03
	tagOctetString     = 0x04
	tagOID             = 0x06
	tagUTF8String      = 0x0c
	tagNumericString   = 0x12
	tagPrintableString = 0x13
	tagTeletexString   = 0x14
	tagIA5String       = 0x16
	tagUTCTime         = 0x17
	tagGeneralizedTime = 0x18
	tagVisibleString   = 0x1a
	tagUniversalString = 0x1c
	tagBMPString       = 0x1e
	tagSequence        = 0x30
	tagSet             = 0x31
	tagContext0        = 0xa0
	tagContext3        = 0xa3
)

// element is one ASN.1 value. Its slices alias the input.
type element struct {
	tag  byte
	body []byte // the contents octets
	full []byte // with identifier and length
}

// truncatedError says that an element is longer than its input.
type truncatedError struct{ missing int }

func (e truncatedError) Error() string {
	return fmt.Sprintf("truncated: %d more bytes are announced than there are", e.missing)
}

// errIndefinite is the refusal of BER that is not DER.
var errIndefinite = errors.New("the data has BER indefinite lengths, expected DER; convert it with: openssl asn1parse, or export the certificate again as DER or Base64")

// readElement reads the first element of in. Unlike DER it lets lengths be
// longer than need be, since certificates of old appliances have them.
func readElement(in []byte) (e element, rest []byte, err error) {
	if len(in) < 2 {
		return element{}, nil, truncatedError{2 - len(in)}
	}
	if in[0]&0x1f == 0x1f {
		return element{}, nil, fmt.Errorf("unexpected ASN.1 tag 0x%02x", in[0])
	}
	header, length := 2, int(in[1])
	switch {
	case length == 0x80:
		return element{}, nil, errIndefinite
	case length > 0x84:
		return element{}, nil, fmt.Errorf("an ASN.1 length takes %d bytes, expected at most 4", length&0x7f)
	case length > 0x80:
		size := length & 0x7f
		if len(in) < header+size {
			return element{}, nil, truncatedError{header + size - len(in)}
		}
		length = 0
		for _, b := range in[header : header+size] {
			length = length<<8 | int(b)
		}
		header += size
	}
	if length > len(in)-header {
		return element{}, nil, truncatedError{length - (len(in) - header)}
	}
	end := header + length
	return element{tag: in[0], body: in[header:end], full: in[:end]}, in[end:], nil
}

// reader walks the elements of a constructed value and keeps the first error.
type reader struct {
	rest []byte
	err  error
}

// next reads the next element; a zero element after an error or at the end.
func (r *reader) next() element {
	if r.err != nil {
		return element{}
	}
	e, rest, err := readElement(r.rest)
	if err != nil {
		r.err = err
		return element{}
	}
	r.rest = rest
	return e
}

// want reads the next element, which must have the tag.
func (r *reader) want(tag byte, name string) element {
	e := r.next()
	if r.err == nil && e.tag != tag {
		r.err = fmt.Errorf("%s has ASN.1 tag 0x%02x, expected 0x%02x", name, e.tag, tag)
	}
	if r.err != nil {
		return element{}
	}
	return e
}

// peek returns the tag of the next element, 0 at the end.
func (r *reader) peek() byte {
	if r.err != nil || len(r.rest) == 0 {
		return 0
	}
	return r.rest[0]
}

// children returns the elements inside a constructed value, as far as they can
// be read, at most limit of them.
func (e element) children(limit int) []element {
	r := reader{rest: e.body}
	var list []element
	for len(r.rest) > 0 && len(list) < limit {
		child := r.next()
		if r.err != nil {
			break
		}
		list = append(list, child)
	}
	return list
}

// oid returns the dotted form of an object identifier; empty where the element
// is none.
func (e element) oid() string {
	if e.tag != tagOID || len(e.body) == 0 || len(e.body) > 64 {
		return ""
	}
	out := make([]byte, 0, 32)
	value := uint64(0)
	for _, b := range e.body {
		value = value<<7 | uint64(b&0x7f)
		if b&0x80 != 0 {
			continue
		}
		if len(out) == 0 {
			first := min(value/40, 2)
			out = fmt.Appendf(out, "%d.%d", first, value-40*first)
		} else {
			out = fmt.Appendf(out, ".%d", value)
		}
		value = 0
	}
	return string(out)
}

// bits returns the octets of a bit string without the count of unused bits.
func (e element) bits() []byte {
	if e.tag != tagBitString || len(e.body) == 0 {
		return nil
	}
	return e.body[1:]
}
