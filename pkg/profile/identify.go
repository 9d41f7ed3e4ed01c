package profile

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// maxIdentified bounds what is worth matching: the length of a URI that SAML
// allows as an entity ID (Core 8.3.6).
const maxIdentified = 1024

// IdentifyIdP tells which product an issuer belongs to: the name of its profile
// and the detail that tells one installation from another (a tenant id, a host
// name), both "" for an issuer that no profile knows. It forgives white space
// around the value, letter case and a lost trailing slash, so that a value
// that was pasted wrongly is still recognised: what the issuer must be to the
// letter is [Cloud.Issuer]. No YAML is read.
func IdentifyIdP(issuer string) (product, detail string) {
	row, detail := identify(issuerRows, issuer)
	return row.product, detail
}

// IdentifyEndpoint tells whose sign-in, sign-out or metadata URL that is: the
// name of the profile, its cloud and the detail, all "" if no profile knows
// it. No YAML is read.
func IdentifyEndpoint(rawURL string) (product, cloud, detail string) {
	row, detail := identify(endpointRows, rawURL)
	return row.product, row.cloud, detail
}

// recogniser is one row of the generated tables: a pattern of a profile, and in
// lower case a part that each value has that matches it, as most are told by that
// alone, and to compile all patterns takes longer than to check a message.
type recogniser struct {
	product, cloud, part string
	regexp               func() *regexp.Regexp
}

// lazily compiles a pattern when it is first needed.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func identify(rows []recogniser, value string) (recogniser, string) {
	value = strings.TrimSpace(value)
	if len(value) > maxIdentified {
		return recogniser{}, ""
	}
	lowered, simple := strings.ToLower(value), isASCII(value)
	for _, row := range rows {
		if simple && !strings.Contains(lowered, row.part) {
			continue
		}
		match := row.regexp().FindStringSubmatch(value)
		if match == nil {
			continue
		}
		if len(match) > 1 {
			return row, match[1]
		}
		return row, ""
	}
	return recogniser{}, ""
}

// isASCII reports whether letter case is simple: beyond ASCII, two small letters
// may be one without case.
func isASCII(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r >= utf8.RuneSelf })
}

// unknown is the error for a name that is not among the known ones.
func unknown(what, given, key string, known []string) error {
	if near := finding.DidYouMean(key, known); near != "" {
		return fmt.Errorf("unknown %s %q, did you mean %q?", what, given, near)
	}
	return fmt.Errorf("unknown %s %q, expected one of %s", what, given, strings.Join(known, ", "))
}
