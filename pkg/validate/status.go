package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

var statusChecks = []*Check{
	{
		Name: "status-not-success", Severity: finding.Error, Family: FamilyStatus, Scope: OfResponse,
		Title: "The identity provider refused the sign-in",
		Why:   "The response says that the sign-in failed, so the app signs nobody in. Whatever else is wrong with this response is of no account.",
		Cause: "A request that the identity provider does not accept, a policy, or a user who could not sign in: the status says which.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: "Enterprise applications > (app) > Sign-in logs", Action: "open the failed sign-in of this time and act on its failure reason"},
			{System: finding.ADFS, Place: "Event Viewer on the AD FS server > Applications and Services Logs > AD FS > Admin", Action: "look for event 364 at this time and act on the exception in it"},
			{System: finding.Okta, Place: oktaLog, Action: "look for the failed sign-on to the app at this time"},
			{System: finding.App, Place: "the app's sign-in request", Action: "remove from the request what the status complains of"},
		},
		Reference: "SAML Core 3.2.2.2",
		Since:     "0.1.0",
		Explains: []string{
			"status-missing", "assertion-count", "issuer-missing", "signature/", "encryption/", "endpoint/", "identity/", "time/", "subject/", "authn/", "claim/",
			"certificate-expired", "certificate-not-yet-valid", "certificate-expiring", "certificate-key-weak", "certificate-signature-weak", "certificate-unreadable", "certificate-rollover",
		},
		run: runStatusNotSuccess,
	},
	{
		Name: "status-missing", Severity: finding.Error, Family: FamilyStatus, Scope: OfResponse,
		Title:     "The response has no status",
		Why:       "Without a status code the app cannot tell success from failure and refuses the response.",
		Cause:     "A home-grown identity provider, or a message that was edited by hand.",
		Fixes:     senderFix("write Status with a StatusCode, such as urn:oasis:names:tc:SAML:2.0:status:Success"),
		Reference: "SAML Core 3.2.2.1",
		Since:     "0.1.0",
		run: func(x *exam) {
			s := x.msg.saml.Status
			switch {
			case s == nil:
				x.fail(fact{element: x.msg.saml.Element, detail: "the response has no Status"})
			case len(s.Codes) == 0:
				x.fail(fact{element: s.Element, detail: "the Status of the response has no StatusCode"})
			case strings.TrimSpace(s.Codes[0].Value) == "":
				x.fail(fact{field: s.Codes[0], detail: "the StatusCode of the response has no value"})
			}
		},
	},
}

func runStatusNotSuccess(x *exam) {
	s := x.msg.saml.Status
	if s == nil || len(s.Codes) == 0 || strings.TrimSpace(s.Codes[0].Value) == "" {
		x.skip("the response has no status")
		return
	}
	if s.Success() {
		return
	}
	f := fact{field: s.Codes[0], actual: s.Codes[0].Value, detail: statusDetail(s)}
	if code, ok := decisive(s); ok && code.Next != "" {
		f.fixes = x.statusFixes(code)
		if format := x.requestedFormat(); code.Short == "InvalidNameIDPolicy" && format != "" {
			f.detail += "; the request asks for " + finding.Quote(format)
		}
	}
	x.fail(f)
}

// statusFixes are the moves that a status code asks for, at the side that it is
// about.
func (x *exam) statusFixes(code saml.StatusCode) []finding.Fix {
	logs := slices.Clone(x.check.Fixes[:3])
	switch code.Short {
	case "InvalidNameIDPolicy":
		return append(nameIDFixes("issue a NameID in the format that the request asks for"),
			finding.Fix{System: finding.App, Place: appRequest + " > NameIDPolicy", Action: "or ask for the format that is issued, or for none"})
	case "Responder", "AuthnFailed", "RequestDenied", "NoAvailableIDP":
		for i := range logs {
			logs[i].Action = code.Next
		}
		return logs
	}
	return append([]finding.Fix{{System: finding.App, Place: appRequest, Action: code.Next}}, logs...)
}

// decisive is the innermost code that the specification knows: it says most.
func decisive(s *saml.Status) (code saml.StatusCode, found bool) {
	for _, c := range s.Codes {
		if known, ok := saml.LookupStatus(c.Value); ok && known.Short != "Success" {
			code, found = known, true
		}
	}
	return code, found
}

// statusDetail says in one sentence what the status means, with both codes and
// the message.
func statusDetail(s *saml.Status) string {
	var names []string
	for _, c := range s.Codes[:min(len(s.Codes), 3)] {
		name := quote(c.Value)
		if known, ok := saml.LookupStatus(c.Value); ok {
			name = known.Short
		}
		names = append(names, name)
	}
	out := "the identity provider answered " + strings.Join(names, " / ")
	if code, ok := decisive(s); ok {
		out += ": " + code.Meaning
		if code.Cause != "" {
			out += "; usual cause: " + code.Cause
		}
	} else {
		out += ", which is no status that SAML defines"
	}
	if text := strings.TrimSpace(s.Message.Value); text != "" {
		out += fmt.Sprintf("; it says %s", finding.Quote(finding.Shorten(text, 300)))
	}
	return out
}
