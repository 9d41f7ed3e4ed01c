package trace

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// compression is how a value was compressed.
type compression string

const (
	notCompressed compression = ""
	rawDeflate    compression = "DEFLATE"
	zlibWrapped   compression = "zlib"
	gzipWrapped   compression = "gzip"
	brotliCoded   compression = "Brotli" // of HTTP bodies only
	zstdCoded     compression = "zstd"   // of HTTP bodies only
)

// zstdWindow is the largest window that a body in Zstandard may ask for (RFC
// 9659, section 3).
const zstdWindow = 8 << 20

// errTooLarge says that a stream inflates past its limit.
var errTooLarge = errors.New("inflates past the limit")

// inflate undoes the wrapping of DEFLATE that the first bytes tell.
func (l Limits) inflate(data []byte) ([]byte, compression, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}):
		return l.inflateAs(gzipWrapped, data)
	case isZlib(data):
		return l.inflateAs(zlibWrapped, data)
	}
	return l.inflateAs(rawDeflate, data)
}

// inflateAs stops at the limits of size and ratio. A stream that ends early
// gives what there is, with io.ErrUnexpectedEOF.
func (l Limits) inflateAs(kind compression, data []byte) ([]byte, compression, error) {
	var r io.Reader = bytes.NewReader(data)
	var err error
	switch kind {
	case gzipWrapped:
		r, err = gzip.NewReader(r)
	case zlibWrapped:
		r, err = zlib.NewReader(r)
	case brotliCoded:
		r = brotli.NewReader(r)
	case zstdCoded:
		var z *zstd.Decoder
		if z, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow)); err == nil {
			defer z.Close()
			r = z
		}
	default:
		r = flate.NewReader(r)
	}
	if err != nil {
		return nil, kind, err
	}
	limit := min(l.Message, max(len(data)*l.Ratio, 1024))
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if len(out) > limit {
		return nil, kind, errTooLarge
	}
	return out, kind, err
}

// isTruncation reports whether a read error means that a file ends, early or
// damaged, and not that it could not be read.
func isTruncation(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &corrupt) ||
		errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) ||
		errors.Is(err, zlib.ErrChecksum) || errors.Is(err, zlib.ErrHeader)
}

// isZlib knows the header of RFC 1950: deflate, and a checksum of two bytes.
func isZlib(data []byte) bool {
	return len(data) > 2 && data[0]&0x0f == 8 && data[0]>>4 <= 7 && (int(data[0])<<8|int(data[1]))%31 == 0
}
