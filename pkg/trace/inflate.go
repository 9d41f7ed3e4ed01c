package trace

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
)

// compression is how a value was compressed.
type compression string

const (
	notCompressed compression = ""
	rawDeflate    compression = "DEFLATE"
	zlibWrapped   compression = "zlib"
	gzipWrapped   compression = "gzip"
)

// errTooLarge says that a stream inflates past its limit.
var errTooLarge = errors.New("inflates past the limit")

// inflate undoes any of the three wrappings of DEFLATE, told apart by their
// first bytes, and stops at the limits of size and ratio. A stream that ends
// early gives what there is with io.ErrUnexpectedEOF.
func (l Limits) inflate(data []byte) ([]byte, compression, error) {
	kind, open := rawDeflate, func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil }
	switch {
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		kind, open = gzipWrapped, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
	case isZlib(data):
		kind, open = zlibWrapped, func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }
	}
	limit := min(l.Message, max(len(data)*l.Ratio, 1024))
	r, err := open(bytes.NewReader(data))
	if err != nil {
		return nil, kind, err
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if len(out) > limit {
		return nil, kind, errTooLarge
	}
	return out, kind, err
}

// isZlib knows the header of RFC 1950: deflate, and a checksum of two bytes.
func isZlib(data []byte) bool {
	return len(data) > 2 && data[0]&0x0f == 8 && data[0]>>4 <= 7 && (int(data[0])<<8|int(data[1]))%31 == 0
}
