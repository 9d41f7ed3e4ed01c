package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// Fingerprints names each finding by what it is about: the check, the input,
// the path inside it and the value found, not the line, so that a name stays
// when lines move and when a sentence is reworded. Findings that are alike in
// all of that are told apart by their order. A name is 32 lower-case
// hexadecimal digits.
func Fingerprints(list []Finding) []string {
	seen := make(map[string]int, len(list))
	out := make([]string, len(list))
	for i := range list {
		f := &list[i]
		message := ""
		if f.Message != nil {
			message = strconv.Itoa(*f.Message)
		}
		input := strings.TrimPrefix(strings.ReplaceAll(f.Input, `\`, "/"), "./")
		identity := strings.Join([]string{f.Check, input, message, f.Location.Path, f.Actual}, "\x00")
		seen[identity]++
		sum := sha256.Sum256([]byte(identity + "\x00" + strconv.Itoa(seen[identity])))
		out[i] = hex.EncodeToString(sum[:16])
	}
	return out
}
