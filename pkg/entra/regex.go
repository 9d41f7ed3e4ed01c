package entra

import (
	"fmt"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// What a regular expression of a policy may cost. Entra too gives up on those
// that take too long (AADSTS501621).
const (
	regexTimeout = 100 * time.Millisecond
	maxPattern   = 32 << 10  // bytes
	maxSubject   = 256 << 10 // bytes of a text that is searched
)

// compileRegex reads an expression of .NET, which is what Entra runs.
func compileRegex(pattern string) (*regexp2.Regexp, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("regular expression of %d bytes, expected at most %d", len(pattern), maxPattern)
	}
	re, err := regexp2.Compile(pattern)
	if err != nil {
		reason := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		if i := strings.LastIndex(reason, " in `"); i >= 0 {
			reason = reason[:i]
		}
		return nil, fmt.Errorf("invalid regular expression %s: %s", finding.Quote(finding.Shorten(pattern, 60)), reason)
	}
	re.MatchTimeout = regexTimeout
	return re, nil
}
