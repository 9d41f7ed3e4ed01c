package trace

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"testing"
)

// deflateStreams hold blocks that are stored, with the fixed codes, and with
// codes of their own.
func deflateStreams() []string {
	long := strings.Repeat(testXML, 3) + strings.Repeat("ab", 300)
	return []string{"\x01\x04\x00\xfb\xff<a/>", deflated("<a/>"), deflated(testXML), deflated(long)}
}

// checkDecompressor compares with the reader of the standard library: the same
// end, and the same bytes up to a few at a cut.
func checkDecompressor(t *testing.T, open zip.Decompressor, data []byte) {
	t.Helper()
	got, err := io.ReadAll(io.LimitReader(open(bytes.NewReader(data)), 1<<20))
	want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), 1<<20))
	if len(got) == 1<<20 {
		return
	}
	same := bytes.Equal(got, want) || bytes.HasPrefix(want, got) && err == io.ErrUnexpectedEOF
	if !same || (err == nil) != (wantErr == nil) || err != nil && !isTruncation(err) {
		t.Fatalf("% x\n got %q %v\nwant %q %v", data, got, err, want, wantErr)
	}
}

func TestDecompressor(t *testing.T) {
	open := decompressor() // one for all, so that nothing of a damaged stream may stay
	for _, stream := range deflateStreams() {
		checkDecompressor(t, open, []byte(stream))
		for i := range len(stream) {
			checkDecompressor(t, open, []byte(stream[:i]))
			for _, bit := range []byte{1, 0x10, 0x80} {
				damaged := []byte(stream)
				damaged[i] ^= bit
				checkDecompressor(t, open, damaged)
			}
		}
	}
}

func FuzzDecompressor(f *testing.F) {
	for _, stream := range deflateStreams() {
		f.Add([]byte(stream))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkDecompressor(t, decompressor(), data) })
}

// TestCutValue: the last character of a message counts, even where the end of
// the DEFLATE stream is lost.
func TestCutValue(t *testing.T) {
	stream := []byte(deflated(testXML))
	for cut := 1; ; cut++ {
		want, _ := io.ReadAll(flate.NewReader(bytes.NewReader(stream[:len(stream)-cut])))
		if got, _, _ := (Limits{}).withDefaults().inflate(stream[:len(stream)-cut]); !bytes.Equal(got, want) {
			t.Fatalf("without the last %d bytes: %q, want %q", cut, got, want)
		}
		if len(want) < len(testXML)-10 {
			break
		}
	}
}
