package finding

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"unicode/utf8"
)

// SafeJSON escapes in JSON what steers a terminal beyond the C0 controls (DEL,
// the C1 controls, the marks of text direction), and "##[" and "##vso[", by
// which Azure Pipelines and GitHub Actions know commands anywhere in a line.
// JSON has such characters but in texts, where an escape means the same.
func SafeJSON(json []byte) []byte {
	for _, mark := range []string{"##[", "##vso["} {
		if bytes.Contains(json, []byte(mark)) {
			json = bytes.ReplaceAll(json, []byte(mark), []byte(`\u0023`+mark[1:]))
		}
	}
	if !slices.ContainsFunc(json, func(b byte) bool { return b >= 0x7f }) {
		return json
	}
	return steering().ReplaceAllFunc(json, func(c []byte) []byte {
		r, _ := utf8.DecodeRune(c)
		return fmt.Appendf(nil, `\u%04x`, r)
	})
}

var steering = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("[\x7f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
})
