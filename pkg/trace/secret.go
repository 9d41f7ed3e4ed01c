package trace

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

// secretWords are in the names that apps give to parameters and settings that
// nobody else may know.
var secretWords = []string{"token", "secret", "passw", "pwd", "jwt", "session", "ticket", "credential", "apikey", "api_key", "api-key", "cookie"}

// isSecretName tells a name that stands for a secret, by a word in it; the name
// is in lower case.
func isSecretName(name string) bool {
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// What pages show of secrets: the headers that carry them, settings with their
// values, JSON web tokens, and what is too long for a word or an identifier.
var (
	shownHeader  = lazyregexp.New(`(?i)\b(bearer|basic|digest|negotiate) +[A-Za-z0-9._~+/=-]{6,}`)
	shownSetting = lazyregexp.New(`(?i)([A-Za-z0-9_-]{0,32}(?:token|secret|passw(?:or)?d|pwd|jwt|session(?:_?id)?|ticket|credentials?|api[_-]?key|cookie)["']?(?:=|: ?["'])["']?)[^\s"'&;,<>]{4,}`)
	shownToken   = lazyregexp.New(`\beyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*|[A-Za-z0-9+_=-]{44,}`)
)

// withoutSecrets is a text of a page as it may be shown.
func withoutSecrets(text string) string {
	text = shownHeader.Get().ReplaceAllString(text, "$1 …")
	text = shownSetting.Get().ReplaceAllString(text, "$1…")
	return shownToken.Get().ReplaceAllString(text, "…")
}
