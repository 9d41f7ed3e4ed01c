package trace

import (
	"errors"
	"strings"
	"testing"
)

// TestContentCodings holds that a body in each coding is read, up to where it
// is cut, that what was decoded already stays as it is, and that none inflates
// past the limits.
func TestContentCodings(t *testing.T) {
	page := strings.Repeat("<form action=\"/acs\">ä</form>\n", 40)
	bomb := strings.Repeat("\x00", 12<<20)
	for coding, encode := range map[string]func(string) string{
		"gzip": gzipped, "x-gzip": gzipped, "deflate": rawDeflated, "br": brotlied, "zstd": zstandard,
	} {
		t.Run(coding, func(t *testing.T) {
			c := newCollector("", Limits{})
			if out, err := c.uncoded([]byte(encode(page)), coding); err != nil || string(out) != page {
				t.Errorf("%d bytes, error %v; expected %d", len(out), err, len(page))
			}
			if out, err := c.uncoded([]byte(page), coding); err != nil || string(out) != page {
				t.Errorf("decoded already: %d bytes, error %v", len(out), err)
			}
			if out, err := c.uncoded([]byte(encode(bomb)), coding); !errors.Is(err, errTooLarge) || len(out) > 0 {
				t.Errorf("bomb: %d bytes, error %v", len(out), err)
			}
			whole := encode(page)
			for cut := range whole {
				if out, _ := c.uncoded([]byte(whole[:cut]), coding); len(out) > len(page) {
					t.Fatalf("cut after %d: %d bytes", cut, len(out))
				}
			}
		})
	}
	if _, err := newCollector("", Limits{}).uncoded([]byte("\x01\x02\xff\xfe"), "odd"); !errors.Is(err, errNoDecoder) {
		t.Errorf("error %v", err)
	}
}
