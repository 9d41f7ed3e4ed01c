package validate

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var entraTokenChecks = []*Check{
	{
		Name: "entra-token-issuance", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "A token issuance policy is not as it should be",
		Why:       "Entra refuses words that it does not know; SHA-1 signatures and SAML 1.1 tokens are refused by the app.",
		Cause:     "The policy was written by hand, or for an app that is gone.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: "Microsoft Graph > policies/tokenIssuancePolicies", Action: "correct the value at the place shown"}},
		Reference: "Microsoft Graph: tokenIssuancePolicy",
		Since:     "0.1.0",
		lint:      lints{policy: lintIssuance},
	},
	{
		Name: "entra-token-lifetime", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "A token lifetime policy is not as it should be",
		Why:       "Entra refuses lifetimes outside of ten minutes to one day, and passes over properties that it no longer honours.",
		Cause:     "The policy is from before January 2021, or the time is not written as hours:minutes:seconds.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: "Microsoft Graph > policies/tokenLifetimePolicies", Action: "set AccessTokenLifetime to a time from 0:10:00 to 23:59:59; use Conditional Access (sign-in frequency) for sessions"}},
		Reference: "Microsoft Learn: Configurable token lifetimes",
		Since:     "0.1.0",
		lint:      lints{policy: lintLifetime},
	},
}

const (
	rsaSHA1   = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
	rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
)

func lintIssuance(x *inspection, p *entra.Policy) {
	i := p.Content.Issuance
	if i == nil {
		x.inapplicable()
		return
	}
	oneOf(x, i.Version, "Version", []string{"1"})
	oneOf(x, i.SigningAlgorithm, "SigningAlgorithm", []string{rsaSHA256, rsaSHA1})
	oneOf(x, i.ResponseSigning, "TokenResponseSigningPolicy", []string{"TokenOnly", "ResponseOnly", "ResponseAndToken"})
	oneOf(x, i.TokenVersion, "SamlTokenVersion", []string{"2.0", "1.1"})
	if i.SigningAlgorithm.V == rsaSHA1 {
		x.failAt(i.SigningAlgorithm.At, fact{severity: finding.Warning, expected: []string{rsaSHA256}, actual: rsaSHA1, detail: policyName(p) + " has tokens signed with SHA-1"})
	}
	if i.TokenVersion.V == "1.1" {
		x.failAt(i.TokenVersion.At, fact{severity: finding.Info, expected: []string{"2.0"}, actual: "1.1", detail: policyName(p) + " asks for SAML 1.1 tokens, which only WS-Federation apps take"})
	}
}

// timeSpan is a TimeSpan of .NET: [d.]hh:mm:ss.
var timeSpan = lazyregexp.New(`^(?:(\d{1,3})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?$`)

func parseTimeSpan(text string) (time.Duration, bool) {
	m := timeSpan.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi("0" + m[i+1])
	}
	return time.Duration(n[0])*24*time.Hour + time.Duration(n[1])*time.Hour + time.Duration(n[2])*time.Minute + time.Duration(n[3])*time.Second, n[1] < 24 && n[2] < 60 && n[3] < 60
}

func lintLifetime(x *inspection, p *entra.Policy) {
	l := p.Content.Lifetime
	if l == nil {
		x.inapplicable()
		return
	}
	for _, dead := range l.Dead {
		x.failAt(dead.At, fact{severity: finding.Warning, actual: dead.V, detail: fmt.Sprintf("%s sets %s, which Entra has not honoured since January 2021", policyName(p), dead.V)})
	}
	if !l.AccessToken.Known {
		return
	}
	const least, most = entra.MinLifetimeMinutes * time.Minute, entra.MaxLifetimeMinutes * time.Minute
	d, ok := parseTimeSpan(l.AccessToken.V)
	switch {
	case !ok:
		x.failAt(l.AccessToken.At, fact{actual: l.AccessToken.V, detail: fmt.Sprintf("AccessTokenLifetime is %s, expected hours:minutes:seconds", finding.Quote(l.AccessToken.V))})
	case d < least || d > most:
		x.failAt(l.AccessToken.At, fact{actual: l.AccessToken.V, detail: fmt.Sprintf("AccessTokenLifetime is %s, expected from ten minutes to one day", finding.Quote(l.AccessToken.V))})
	}
}
