package entra

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// What an application can have at most.
const (
	MaxName            = 256  // characters of a display name
	MaxNotes           = 1024 // characters
	MaxIdentifier      = 255  // characters of an identifier URI
	MaxReplyURLs       = 256
	MaxReplyURL        = 256 // characters
	MaxLogoutURL       = 255 // characters
	MaxClaims          = 50  // claims of a claims mapping policy; more are dropped in silence
	MaxConditionGroups = 50  // distinct groups in the claim conditions of an application
	MaxGroupsInToken   = 150 // more, and a link takes the place of the group claim
	MinLifetimeMinutes = 10  // of a token
	MaxTransformations = 2   // of one claim
	MaxLifetimeMinutes = 1440
	BackdatedMinutes   = 5 // NotBefore lies that much in the past
)

// Objection is something that Entra does not accept, or may not.
type Objection struct {
	// Severity is Error where Entra refuses the value, Warning where it
	// accepts it at times or the value will not work as it did.
	Severity finding.Severity
	// Text is one sentence without the value.
	Text string
}

// Identifier says what Entra objects to in an identifier (Entity ID).
func Identifier(id string) (list []Objection) {
	object := func(s finding.Severity, text string) { list = append(list, Objection{s, text}) }
	switch {
	case id == "":
		object(finding.Error, "an identifier cannot be empty")
		return list
	case strings.ContainsFunc(id, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		object(finding.Error, "an identifier cannot hold blanks or control characters")
	case strings.Contains(id, "*"):
		object(finding.Error, "an identifier cannot hold a wildcard")
	}
	if utf8.RuneCountInString(id) > MaxIdentifier {
		object(finding.Error, fmt.Sprintf("an identifier has at most %d characters", MaxIdentifier))
	}
	if scheme, _, ok := strings.Cut(id, ":"); !ok || strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") != "" {
		object(finding.Warning, "an identifier ought to be a URI: Microsoft Graph may refuse it, the portal takes it for SAML applications")
	}
	return list
}

// ReplyURL says what Entra objects to in a Reply URL.
func ReplyURL(address string) (list []Objection) {
	object := func(s finding.Severity, text string) { list = append(list, Objection{s, text}) }
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		object(finding.Error, "a Reply URL is a full http or https address")
		return list
	}
	if u.Scheme == "http" && !local(u.Hostname()) {
		object(finding.Warning, "a Reply URL must begin with https, except for localhost: put TLS before the app")
	}
	if strings.Contains(address, "*") {
		object(finding.Warning, "a Reply URL with a wildcard is taken through the manifest only, and discouraged")
	}
	if strings.ContainsAny(address, "!$'(),; ") {
		object(finding.Error, "a Reply URL cannot hold any of ! $ ' ( ) , ; or a blank")
	}
	if u.Fragment != "" {
		object(finding.Error, "a Reply URL cannot have a fragment")
	}
	if utf8.RuneCountInString(address) > MaxReplyURL {
		object(finding.Error, fmt.Sprintf("a Reply URL has at most %d characters", MaxReplyURL))
	}
	return list
}

// LogoutURL says what Entra objects to in a Logout URL.
func LogoutURL(address string) (list []Objection) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		list = append(list, Objection{finding.Warning, "the Logout URL is no full address"})
	case u.Scheme != "https":
		list = append(list, Objection{finding.Warning, "the Logout URL must begin with https"})
	}
	if utf8.RuneCountInString(address) > MaxLogoutURL {
		list = append(list, Objection{finding.Warning, fmt.Sprintf("the Logout URL has at most %d characters", MaxLogoutURL)})
	}
	return list
}

func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }
