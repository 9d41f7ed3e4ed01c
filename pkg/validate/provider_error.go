package validate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/idperror"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// refusalExplains is what follows where the identity provider refuses.
var refusalExplains = []string{"status-not-success", "flow-response-missing", "flow-app-rejected", "flow-login-loop"}

var endpointErrorChecks = []*Check{
	{
		Name: idperror.ReplyURLNotRegistered, Severity: finding.Error, Family: FamilyEndpoint, Scope: OfBoth,
		Title: "The identity provider does not know the Reply URL that the app asks for",
		Why:   "A token is sent to registered addresses alone: for any other the identity provider shows an error page, and the app never gets an answer.",
		Cause: "The ACS URL in the app's request differs from the registered one: a trailing slash, letter case, http behind a TLS proxy, a port, another environment.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraReplyURL, Action: "add {actual}, character by character"},
			{System: finding.ADFS, Place: adfsEndpoints, Action: "add {actual} as SAML Assertion Consumer endpoint"},
			{System: finding.App, Place: appReplyURL, Action: "or make the app send the address that is registered: {expected}"},
		},
		Reference: "Microsoft Learn, AADSTS50011; SAML Core 3.4.1",
		Since:     "0.1.0",
		Explains:  append([]string{"request-acs-mismatch"}, refusalExplains...),
		run:       runProviderError,
	},
}

var identityErrorChecks = []*Check{
	{
		Name: idperror.IdentifierNotRegistered, Severity: finding.Error, Family: FamilyIdentity, Scope: OfBoth,
		Title: "The identity provider does not know the app by the name that it gives",
		Why:   "The identity provider finds the app by the Issuer (or wtrealm) of its request; without a match it shows an error page.",
		Cause: "The Identifier differs from the app's Entity ID by a slash, letter case or environment, or the request went to another tenant.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraIdentifier, Action: "set it to {actual}, character by character"},
			{System: finding.ADFS, Place: adfsIdentifiers, Action: "add {actual}"},
			{System: finding.Okta, Place: oktaSAML, Action: "check that the app exists in this organisation"},
			{System: finding.App, Place: appEntityID, Action: "or make the app call itself by the Identifier that is registered: {expected}"},
		},
		Reference: "Microsoft Learn, AADSTS700016; SAML Core 3.4.1",
		Since:     "0.1.0",
		Explains:  append([]string{"request-issuer-mismatch"}, refusalExplains...),
		run:       runProviderError,
	},
	{
		Name: idperror.UserNotAssigned, Severity: finding.Error, Family: FamilyIdentity, Scope: OfBoth,
		Title: "The user may not use the app",
		Why:   "The identity provider signs the user in and then refuses a token for this app, so the app never sees the user.",
		Cause: "Neither the user nor a group of the user is assigned. In Entra members of nested groups do not count.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraAssignment, Action: "assign the user, or a group that has the user as a direct member"},
			{System: finding.ADFS, Place: adfsTrust + " > Edit Access Control Policy", Action: "permit a group that the user is in"},
			{System: finding.Okta, Place: oktaAssignment, Action: "assign the user, or a group that the user is in"},
		},
		Reference: "Microsoft Learn, AADSTS50105",
		Since:     "0.1.0",
		Explains:  refusalExplains,
		run:       runProviderError,
	},
	providerErrorCheck(idperror.EntraError, "Entra refused the sign-in", "Microsoft Learn, Microsoft Entra authentication and authorization error codes",
		finding.Fix{System: finding.Entra, Place: "Enterprise applications > (app) > Sign-in logs", Action: "open the failed sign-in by its correlation ID and act on its failure reason"}),
	providerErrorCheck(idperror.ADFSError, "AD FS refused the sign-in", "Microsoft Learn, AD FS troubleshooting: events and logging",
		finding.Fix{System: finding.ADFS, Place: "Event Viewer on the AD FS server > Applications and Services Logs > AD FS > Admin", Action: "look for event 364 with this activity ID and act on the exception in it"}),
	providerErrorCheck(idperror.OktaError, "Okta refused the sign-in", "Okta developer documentation, Error codes",
		finding.Fix{System: finding.Okta, Place: oktaLog, Action: "look for the failed sign-on to the app at this time"}),
}

// providerErrorCheck is the check for those codes of a product that have no
// check of their own.
func providerErrorCheck(name, title, reference string, fix finding.Fix) *Check {
	return &Check{
		Name: name, Severity: finding.Error, Family: FamilyIdentity, Scope: OfBoth,
		Title:     title,
		Why:       "The identity provider stops the sign-in with an error code, so the app gets no token.",
		Cause:     "The code says which part of the request, the configuration, a policy or the user it is: explain shows its meaning.",
		Fixes:     []finding.Fix{fix},
		Reference: reference,
		Since:     "0.1.0",
		Explains:  refusalExplains,
		run:       runProviderError,
	}
}

// providerError is an error code that the identity provider showed.
type providerError struct {
	idperror.Mention
	code     idperror.Code
	exchange *int // nil for a status message, and for a text without exchanges
	time     time.Time
	times    int // how many exchanges showed it
}

// runProviderError reports the codes that are mapped to the check: those on the
// pages of a capture, or in the status of a message.
func runProviderError(x *exam) {
	if x.msg != nil {
		x.statusErrors()
		return
	}
	for _, e := range x.pageErrors() {
		x.failProvider(e)
	}
	x.logErrors()
}

// runContextErrors judges the demands of a request; where no request was
// captured that makes any, the codes of identity providers tell.
func runContextErrors(x *exam) {
	switch {
	case x.msg == nil:
		for _, m := range x.all {
			if m.capture == x.capture && m.saml != nil && m.saml.Request != nil && m.saml.Request.ContextClassRefs != nil && demanding(m.saml.Request) {
				return // said of the request
			}
		}
		runProviderError(x)
	case x.msg.saml == nil:
		x.skip("the message could not be read")
	default:
		runRequestContext(x)
		if !x.failed && x.msg.saml.Status != nil {
			x.statusErrors()
		}
	}
}

// statusErrors reports the codes in the status message of a response, and in
// the reason of a fault.
func (x *exam) statusErrors() {
	if x.msg.saml == nil {
		x.inapplicable()
		return
	}
	text := ""
	switch s, f := x.msg.saml.Status, x.msg.saml.Fault; {
	case s != nil && !s.Success():
		text = s.Message.Value + " " + s.Detail.Value
	case f != nil:
		text = f.Reason.Value + " " + f.Detail.Value
	case s == nil:
		x.inapplicable()
		return
	}
	for _, m := range idperror.Find([]byte(text)) {
		if code, _ := idperror.Lookup(m.Code); reporter(code) == x.check.Name {
			x.failProvider(providerError{Mention: m, code: code, times: 1})
		}
	}
}

// reporters are the checks that report codes of their own; all others are left
// to the check of the product.
var reporters = []string{idperror.ReplyURLNotRegistered, idperror.IdentifierNotRegistered, idperror.UserNotAssigned, idperror.ContextTooStrict, idperror.LoginLoop}

// reporter is the check that reports a code.
func reporter(c idperror.Code) string {
	if slices.Contains(reporters, c.Check) {
		return c.Check
	}
	return map[finding.System]string{finding.Entra: idperror.EntraError, finding.ADFS: idperror.ADFSError, finding.Okta: idperror.OktaError}[c.System]
}

// pageErrors are the codes on the pages of the capture that the check reports,
// each once.
func (x *exam) pageErrors() []providerError {
	var out []providerError
	add := func(m idperror.Mention, e *trace.Exchange) {
		code, _ := idperror.Lookup(m.Code)
		if code.ID == "" || reporter(code) != x.check.Name {
			return
		}
		for i := range out {
			if out[i].Code == m.Code {
				out[i].times++
				return
			}
		}
		p := providerError{Mention: m, code: code, times: 1}
		if e != nil {
			p.exchange, p.time = &e.Index, e.Time
		}
		out = append(out, p)
	}
	for _, m := range x.capture.Errors {
		add(m, nil)
	}
	for i := range x.capture.Exchanges {
		e := &x.capture.Exchanges[i]
		for _, m := range e.Errors {
			add(m, e)
		}
	}
	return out
}

// failProvider reports one code with all that helps to find it in the logs.
func (x *exam) failProvider(e providerError) {
	f := fact{detail: e.sentence(), fixes: e.code.Fixes, product: e.code.System}
	if x.msg == nil {
		f.location.Exchange = e.exchange
		switch {
		case x.overcome(e):
			f.severity = finding.Info
			f.detail += "; a later sign-in in the capture succeeded"
		case e.code.Interrupt:
			f.severity = finding.Warning
		}
	} else if x.msg.saml.Status != nil && x.msg.saml.Status.Message.Present() {
		f.field = x.msg.saml.Status.Message
	}
	x.compareRegistered(e, &f)
	x.fail(f)
}

// compareRegistered puts the value that the identity provider does not know
// beside the one that both sides have agreed on.
func (x *exam) compareRegistered(e providerError, f *fact) {
	request := x.requestBefore(e.exchange)
	switch x.check.Name {
	case idperror.ReplyURLNotRegistered:
		f.actual, f.expected = quotedURL(e.Text), values(x.expect.ReplyURLs)
		if request != nil && request.saml.Request.AssertionConsumerServiceURL.Value != "" {
			f.actual = request.saml.Request.AssertionConsumerServiceURL.Value
		}
	case idperror.IdentifierNotRegistered:
		f.expected = values(x.expect.EntityIDs)
		if request != nil {
			f.actual = request.saml.Issuer.Value
		} else if m := quotedText.FindStringSubmatch(e.Text); m != nil {
			f.actual = m[1]
		}
	default:
		return
	}
	if slices.Contains(f.expected, f.actual) || f.actual == "" {
		f.expected = nil // the two sides agree: it is the registration that differs
	}
	if f.actual != "" {
		f.detail += fmt.Sprintf("; the app asked with %s", finding.Quote(f.actual))
		f.fixes = x.check.Fixes
	}
	if x.check.Name == idperror.ReplyURLNotRegistered && plain(f.actual) {
		f.fixes = append(behindProxy(f.actual), f.fixes...)
		f.fixes = slices.DeleteFunc(f.fixes, func(fix finding.Fix) bool { return fix.Place == entraReplyURL || fix.Place == adfsEndpoints })
	}
}

var quotedText = lazyregexp.New(`'([^'\s]{3,400})'`)

// quotedURL is the first URL in quotes of a text.
func quotedURL(text string) string {
	for _, m := range quotedText.FindAllStringSubmatch(text, 8) {
		if strings.Contains(m[1], "://") {
			return m[1]
		}
	}
	return ""
}

// requestBefore is the last AuthnRequest of the input that was sent before an
// exchange showed something; with nil the one that the message answers, else
// the last of the input.
func (x *exam) requestBefore(exchange *int) *message {
	if x.msg != nil && x.msg.request != nil {
		return x.msg.request
	}
	var found *message
	for _, m := range x.all {
		if m.capture == x.capture && m.saml != nil && m.saml.Request != nil && (exchange == nil || m.carrier.Exchange <= *exchange) {
			found = m
		}
	}
	return found
}

// overcome reports whether a token was delivered after the error was shown, so
// that the sign-in went on.
func (x *exam) overcome(e providerError) bool {
	if e.exchange == nil {
		return false
	}
	for _, m := range x.all {
		if m.capture == x.capture && m.brings() && m.delivered() && m.carrier.Exchange > *e.exchange {
			return true
		}
	}
	return false
}

// brings reports whether the message brings a token that the identity provider
// issued, or one that cannot be read.
func (m *message) brings() bool {
	return m.token() && len(m.saml.Assertions) > 0 && (m.saml.Status == nil || m.saml.Status.Success())
}

// sentence says all of an error in one sentence.
func (e providerError) sentence() string {
	var b strings.Builder
	name := e.code.ID
	if e.code.Name != "" {
		name += " (" + e.code.Name + ")"
	}
	fmt.Fprintf(&b, "%s stopped the sign-in with %s: %s; usual cause: %s", systemTitle(e.code.System), finding.Printable(name), e.code.Meaning, e.code.Cause)
	if text := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(e.Text, e.Code), ":")); text != "" {
		fmt.Fprintf(&b, "; it says %s", finding.Quote(finding.Shorten(text, 500)))
	}
	ids := []string{}
	if e.TraceID != "" {
		ids = append(ids, map[bool]string{true: "trace ID ", false: "request ID "}[e.code.System == finding.Entra]+e.TraceID)
	}
	if e.CorrelationID != "" {
		ids = append(ids, map[bool]string{true: "activity ID ", false: "correlation ID "}[e.code.System == finding.ADFS]+e.CorrelationID)
	}
	if at := e.Timestamp; !at.IsZero() {
		ids = append(ids, "at "+stamp(at))
	} else if !e.time.IsZero() {
		ids = append(ids, "at "+stamp(e.time))
	}
	if len(ids) > 0 {
		b.WriteString("; " + strings.Join(ids, ", "))
	}
	if e.times > 1 {
		fmt.Fprintf(&b, "; shown %d times", e.times)
	}
	return b.String()
}

func systemTitle(s finding.System) string {
	switch s {
	case finding.Entra:
		return "Entra"
	case finding.ADFS:
		return "AD FS"
	case finding.Okta:
		return "Okta"
	}
	return "the identity provider"
}
