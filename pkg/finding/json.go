package finding

import (
	"bytes"
	"fmt"
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
	var out []byte
	done := 0
	for i := 0; i < len(json); {
		if json[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(json[i:])
		if steers(r) {
			out = fmt.Appendf(append(out, json[done:i]...), `\u%04x`, r)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return json
	}
	return append(out, json[done:]...)
}

func steers(r rune) bool {
	return r >= 0x7f && r <= 0x9f || r == 0x61c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
