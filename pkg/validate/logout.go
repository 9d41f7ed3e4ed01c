package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

const (
	entraLogout = entraBasic + " > Logout URL"
	oktaLogout  = oktaAdvanced + " > Enable Single Logout"
	appLogout   = "the app's SAML settings: single logout"
)

var logoutChecks = []*Check{
	{
		Name: "logout-nameid-mismatch", Severity: finding.Error, Family: FamilyLogout, Scope: OfLogout,
		Title: "The logout names another user than the sign-in",
		Why:   "The receiver finds the session by NameID with Format and qualifiers, all exactly as in the assertion; otherwise nobody is logged out.",
		Cause: "The app keeps its own user name instead of the NameID, or leaves out Format or qualifiers.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appLogout, Action: "keep the NameID of the sign-in with Format, NameQualifier and SPNameQualifier, and send it back unchanged"},
		},
		Reference: "SAML Core 3.7.1, SAML Profiles 4.4.4.1",
		Since:     "0.1.0",
		Explains:  []string{"logout-status"},
		run:       runLogoutNameID,
	},
	{
		Name: "logout-session-mismatch", Severity: finding.Warning, Family: FamilyLogout, Scope: OfLogout,
		Title: "The logout names a session that no sign-in started",
		Why:   "The receiver finds no such session and ends none, or all of the user's.",
		Cause: "The app sends a session number of its own instead of the SessionIndex of the assertion.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appLogout, Action: "keep the SessionIndex of the AuthnStatement and send it back, or leave it out to end all sessions"},
		},
		Reference: "SAML Core 3.7.1",
		Since:     "0.1.0",
		Explains:  []string{"logout-status"},
		run:       runLogoutSession,
	},
	{
		Name: "logout-status", Severity: finding.Error, Family: FamilyLogout, Scope: OfLogout,
		Title: "The logout did not succeed",
		Why:   "The user is still signed in somewhere.",
		Cause: "The session was not found, a message was refused, or one of several apps did not answer.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appLogout, Action: "compare NameID, SessionIndex and signature of the logout request with the sign-in"},
			{System: finding.ADFS, Place: "Event Viewer on the AD FS server > Applications and Services Logs > AD FS > Admin", Action: "look for event 364 at this time"},
			{System: finding.Okta, Place: oktaLog, Action: "look for the failed logout at this time"},
		},
		Reference: "SAML Core 3.7.2, 3.2.2.2",
		Since:     "0.1.0",
		run:       runLogoutStatus,
	},
	{
		Name: "logout-destination-mismatch", Severity: finding.Error, Family: FamilyLogout, Scope: OfLogout,
		Title: "The logout message was not sent where it says, or not where it belongs",
		Why:   "A receiver refuses a message whose Destination is not its own address; at another endpoint nobody listens for it.",
		Cause: "The logout URL is outdated or of another endpoint: answers go to ResponseLocation where the metadata has one.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraLogout, Action: "set it to {expected}"},
			{System: finding.ADFS, Place: adfsEndpoints, Action: "set the SAML Logout endpoint to {expected}, with its Response URL"},
			{System: finding.Okta, Place: oktaLogout, Action: "set Single Logout URL to {expected}"},
			{System: finding.App, Place: appLogout, Action: "set the logout URL of the identity provider to {expected}"},
		},
		Reference: "SAML Bindings 3.4.5.2, SAML Metadata 2.2.2",
		Since:     "0.1.0",
		Explains:  []string{"logout-status"},
		run:       runLogoutDestination,
	},
	{
		Name: "logout-expired", Severity: finding.Error, Family: FamilyLogout, Scope: OfLogout,
		Title: "The logout request had expired when it was sent",
		Why:   "A receiver that looks at NotOnOrAfter refuses the request, and the session goes on.",
		Cause: "The clock of the sender is wrong, the request lay in a page or queue for long, or its lifetime is a few seconds.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: "the app server's clock (NTP)", Action: "compare it with the true time, and let NTP keep it"},
			{System: finding.App, Place: appLogout, Action: "send the request at once, with a lifetime of some minutes or without NotOnOrAfter"},
		},
		Reference: "SAML Core 3.7.1",
		Since:     "0.1.0",
		Explains:  []string{"logout-status"},
		run:       runLogoutExpired,
	},
	{
		Name: "logout-in-response-to-mismatch", Severity: finding.Error, Family: FamilyLogout, Scope: OfLogout,
		Title: "The answer to the logout names another request",
		Why:   "Who asked for the logout looks for the ID of the request in the answer, and does not end its own session for any other.",
		Cause: "Two logouts at once, a page that was sent again, or a receiver that makes the answer without the request at hand.",
		Fixes: []finding.Fix{
			{System: finding.User, Place: "the browser", Action: "close the other tabs of the app, and log out anew"},
			{System: finding.App, Place: appLogout, Action: "put the ID of the LogoutRequest into InResponseTo of the LogoutResponse"},
		},
		Reference: "SAML Core 3.2.2, SAML Profiles 4.4.4.2",
		Since:     "0.1.0",
		run:       runLogoutInResponseTo,
	},
	{
		Name: "logout-unsigned", Severity: finding.Warning, Family: FamilyLogout, Scope: OfLogout,
		Title: "The logout message is not signed",
		Why:   "Through the browser nothing else says who sent it: strict receivers refuse it, others let anybody log users out.",
		Cause: "The signing of logout messages is a switch of its own in many apps, and needs a key of the app.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appLogout, Action: "switch the signing of logout messages on (python3-saml: logoutRequestSigned, logoutResponseSigned; ruby-saml: logout_requests_signed)"},
			{System: finding.ADFS, Place: adfsSignature, Action: "add the certificate that the app signs with: AD FS refuses unsigned logout"},
			{System: finding.Okta, Place: oktaLogout, Action: "upload the certificate that the app signs with: Okta refuses unsigned logout"},
		},
		Reference: "SAML Profiles 4.4.4.1",
		Since:     "0.1.0",
		run:       runLogoutUnsigned,
	},
}

func runLogoutUnsigned(x *exam) {
	m := x.msg
	switch {
	case m.query != nil || m.carriesSignature(m.saml.Element):
	case m.carrier.Binding == trace.BindingSOAP:
		x.skip("the message was not sent through the browser")
	case m.carrier.Binding == "":
		x.skip("the capture does not show how the message was sent: a signature in the URL would be lost")
	case m.carrier.Binding == trace.BindingRedirect && m.carrier.RawQuery == "":
		x.skip("the capture does not hold the URL as it was sent")
	default:
		x.fail(fact{element: m.saml.Element, detail: fmt.Sprintf("the %s is not signed", m.saml.Kind)})
	}
}

// sessions are the assertions that were captured before a logout. Where there
// are none it says why the check could not be made.
func (x *exam) sessions() []*saml.Assertion {
	if x.msg.saml.Logout == nil {
		x.inapplicable()
		return nil
	}
	var out []*saml.Assertion
	for _, m := range x.all[:x.msg.index] {
		if m.saml != nil && m.token() {
			out = append(out, m.readable...)
		}
	}
	if len(out) == 0 {
		x.skip("no sign-in that can be read was captured before the logout")
	}
	return out
}

func runLogoutNameID(x *exam) {
	sessions := x.sessions()
	if len(sessions) == 0 {
		return
	}
	id := x.msg.saml.Logout.NameID
	if id == nil {
		if x.msg.saml.Logout.EncryptedID != nil {
			x.skip("the NameID of the logout is encrypted")
			return
		}
		x.fail(fact{element: x.msg.saml.Element, detail: "the LogoutRequest names no user: it has no NameID"})
		return
	}
	var known []string
	var nearest *saml.NameID
	for _, a := range sessions {
		if a.Subject == nil || a.Subject.NameID == nil {
			continue
		}
		used := a.Subject.NameID
		if used.Value == id.Value {
			if differs(used, id) == "" {
				return
			}
			nearest = used
		}
		if !slices.Contains(known, used.Value) {
			known = append(known, used.Value)
		}
	}
	switch {
	case len(known) == 0:
		x.skip("the sign-in has no NameID that can be read")
	case nearest != nil:
		x.fail(fact{field: id.Field, detail: fmt.Sprintf("the logout names %s, as the sign-in does, but with another %s", quote(id.Value), differs(nearest, id))})
	default:
		x.fail(fact{field: id.Field, expected: known, actual: id.Value,
			detail: fmt.Sprintf("the logout is for %s, but the sign-in was by %s", quote(id.Value), quoteAll(known))})
	}
}

// differs says by what two identifiers of the same value are not the same one
// (Core 8.3.7), with both values; "" where they are.
func differs(a, b *saml.NameID) string {
	for _, row := range []struct {
		name          string
		signIn, other saml.Field
	}{
		{"Format", a.Format, b.Format}, {"NameQualifier", a.NameQualifier, b.NameQualifier}, {"SPNameQualifier", a.SPNameQualifier, b.SPNameQualifier},
	} {
		same := row.signIn.Value == row.other.Value
		if row.name == "Format" {
			same = formatName(row.signIn.Value) == formatName(row.other.Value)
		}
		if !same {
			return fmt.Sprintf("%s: %s there, %s here", row.name, orNone(row.signIn.Value), orNone(row.other.Value))
		}
	}
	return ""
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return quote(value)
}

func runLogoutSession(x *exam) {
	sessions := x.sessions()
	if len(sessions) == 0 {
		return
	}
	var known []string
	for _, a := range sessions {
		for _, s := range a.Authn {
			if s.SessionIndex.Value != "" && !slices.Contains(known, s.SessionIndex.Value) {
				known = append(known, s.SessionIndex.Value)
			}
		}
	}
	for _, index := range x.msg.saml.Logout.SessionIndexes {
		switch {
		case slices.Contains(known, index.Value):
		case len(known) == 0:
			x.fail(fact{field: index, actual: index.Value, detail: fmt.Sprintf("the logout is for the session %s, but the sign-in has no SessionIndex", quote(index.Value))})
		default:
			x.fail(fact{field: index, expected: known, actual: index.Value,
				detail: fmt.Sprintf("the logout is for the session %s, but the sign-in started %s", quote(index.Value), quoteAll(known))})
		}
	}
}

func runLogoutStatus(x *exam) {
	s := x.msg.saml.Status
	switch {
	case x.msg.saml.Kind != "LogoutResponse":
		x.inapplicable()
	case s == nil || len(s.Codes) == 0:
		x.fail(fact{element: x.msg.saml.Element, detail: "the LogoutResponse has no status"})
	case partial(s):
		x.fail(fact{field: s.Codes[0], severity: finding.Warning, actual: s.Codes[len(s.Codes)-1].Value,
			detail: "the logout was partial: at least one other app did not end its session"})
	case !s.Success():
		x.fail(fact{field: s.Codes[0], actual: s.Codes[0].Value, detail: "the logout failed: " + strings.Replace(statusDetail(s), "the identity provider answered", "the answer was", 1)})
	}
}

func partial(s *saml.Status) bool {
	return slices.ContainsFunc(s.Codes, func(c saml.Field) bool { return strings.HasSuffix(c.Value, ":PartialLogout") })
}

func runLogoutDestination(x *exam) {
	sent, said := x.sentTo(), x.msg.saml.Destination
	published := x.logoutURLs()
	known := func(address string) bool {
		return slices.ContainsFunc(published, func(p string) bool { return address == p || sameAddress(address, p) })
	}
	at := sent
	if at == "" {
		at = said.Value
	}
	switch {
	case said.Value == "" && (x.msg.query != nil || x.msg.signed(x.msg.saml.Element)):
		x.fail(fact{element: x.msg.saml.Element, severity: finding.Warning, expected: published, detail: fmt.Sprintf("the %s is signed but has no Destination", x.msg.saml.Kind)})
	case said.Value != "" && sent != "" && !sameAddress(sent, said.Value):
		x.fail(fact{field: said, expected: []string{sent}, actual: said.Value,
			detail: fmt.Sprintf("the %s says that it goes to %s, but it was sent to %s", x.msg.saml.Kind, finding.Quote(said.Value), finding.Quote(sent))})
	case len(published) > 0 && at != "" && !known(at):
		x.fail(fact{field: said, expected: published, actual: at,
			detail: fmt.Sprintf("the %s goes to %s, but the metadata of the receiver names %s", x.msg.saml.Kind, finding.Quote(at), quoteAll(published))})
	case len(published) == 0 && sent == "":
		x.skip("the capture does not show where the message was sent: give --idp-metadata and --sp-metadata")
	}
}

// logoutURLs are the addresses for logout messages of this kind in the
// metadata of the receiver: answers go to ResponseLocation where there is one.
func (x *exam) logoutURLs() []string {
	var out []string
	for _, e := range x.logoutEndpoints() {
		address := e.Location.Value
		if x.msg.saml.Kind == "LogoutResponse" && e.ResponseLocation.Value != "" {
			address = e.ResponseLocation.Value
		}
		if address != "" && !slices.Contains(out, address) {
			out = append(out, address)
		}
	}
	return out
}

func (x *exam) logoutEndpoints() (list []saml.Endpoint) {
	if x.fromApp() {
		for _, m := range x.expect.IdPMetadata {
			if m.IdP != nil {
				list = append(list, m.IdP.SingleLogout...)
			}
		}
		return list
	}
	for _, m := range x.expect.SPMetadata {
		if m.SP != nil {
			list = append(list, m.SP.SingleLogout...)
		}
	}
	return list
}

// runLogoutExpired judges the time of the request alone: when it was captured.
func runLogoutExpired(x *exam) {
	if x.msg.saml.Logout == nil {
		x.inapplicable()
		return
	}
	x.judgeEnd(x.msg.saml.Logout.NotOnOrAfter, "the LogoutRequest ended at")
}

// runLogoutInResponseTo holds an answer against the requests of the capture that
// came before it.
func runLogoutInResponseTo(x *exam) {
	if x.msg.saml.Kind != "LogoutResponse" {
		x.inapplicable()
		return
	}
	var known []string
	for _, m := range x.all[:x.msg.index] {
		if m.capture == x.msg.capture && m.saml != nil && m.saml.Logout != nil && m.saml.ID.Value != "" && !slices.Contains(known, m.saml.ID.Value) {
			known = append(known, m.saml.ID.Value)
		}
	}
	answers := x.msg.saml.InResponseTo
	switch {
	case len(known) == 0:
		x.skip("no LogoutRequest was captured before the answer")
	case answers.Value == "":
		x.fail(fact{element: x.msg.saml.Element, severity: finding.Warning, expected: known, detail: "the LogoutResponse does not say which request it answers"})
	case !slices.Contains(known, answers.Value):
		x.fail(fact{field: answers, expected: known, actual: answers.Value,
			detail: fmt.Sprintf("the LogoutResponse answers %s, but the captured LogoutRequest is %s", quote(answers.Value), quoteAll(known))})
	}
}
