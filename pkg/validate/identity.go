package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

const (
	noIssuer   = "no issuer is known: give --issuer or --idp-metadata"
	noEntityID = "the Entity ID of the app is not known: give --entity-id, --sp-metadata or --profile"
)

// identifierFixes are the same wherever the Entity ID of the app is wrong.
var identifierFixes = []finding.Fix{
	{System: finding.Entra, Place: entraIdentifier, Action: "set it to {expected}"},
	{System: finding.ADFS, Place: adfsIdentifiers, Action: "add {expected}, and let the app ask for that one"},
	{System: finding.Okta, Place: oktaAudience, Action: "set it to {expected}"},
	{System: finding.App, Place: appEntityID, Action: "if {actual} is the right Identifier, make the app expect that instead"},
}

// selfNamedFixes are those where the identity provider repeats what the app
// called itself: it is the app that has to change first.
var selfNamedFixes = []finding.Fix{{System: finding.App, Place: appEntityID, Action: "its own request says {actual}: make it call itself {expected}"}}

// issuerFixes correct the Issuer that the app expects.
var issuerFixes = []finding.Fix{
	{System: finding.App, Place: appIssuer, Action: "set it to {actual}, if that is the identity provider that you mean"},
	{System: finding.Entra, Place: entraSetUp + " > Microsoft Entra Identifier", Action: "copy it from there, with its trailing slash"},
	{System: finding.ADFS, Place: adfsProperties + " > Federation Service identifier", Action: "copy it from there; it starts with http:, not https:"},
	{System: finding.Okta, Place: oktaIssuer, Action: "copy it from there"},
}

// tenantFixes bring the user to the tenant that the app trusts.
var tenantFixes = []finding.Fix{
	{System: finding.App, Place: appSSOURL, Action: "send users to the Login URL of {expected}, with that tenant in it, not to \"common\" or \"organizations\""},
	{System: finding.User, Place: "the browser", Action: "sign in with an account of that tenant, in a private window"},
	{System: finding.App, Place: appIssuer, Action: "set it to {actual}, if that is the tenant that you mean"},
}

var identityChecks = []*Check{
	{
		Name: "issuer-mismatch", Severity: finding.Error, Family: FamilyIdentity, Scope: OfToken,
		Title: "The token is from another identity provider than the app expects",
		Why:   "The app looks up the identity provider by Issuer, character by character; one that it does not know it refuses.",
		Cause: "The app still names the old identity provider or another tenant, or a slash or the scheme of the Issuer got lost when it was typed in.",
		Fixes: append(issuerFixes,
			finding.Fix{System: finding.App, Place: appSSOURL, Action: "if {expected} is the right one, make the app send users there: its Login URL belongs here"}),
		Reference: "SAML Profiles 4.1.4.2",
		Since:     "0.1.0",
		Explains:  []string{"signature-untrusted-certificate"},
		run:       runIssuerMismatch,
	},
	{
		Name: "audience-mismatch", Severity: finding.Error, Family: FamilyIdentity, Scope: OfToken,
		Title:     "The token is meant for another app",
		Why:       "An app must refuse an assertion whose Audience is not its own Entity ID, character by character.",
		Cause:     "The Identifier at the identity provider differs from the Entity ID that the app calls itself: another environment, a trailing slash, letter case.",
		Fixes:     identifierFixes,
		Reference: "SAML Core 2.5.1.4",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected"},
		run:       runAudienceMismatch,
	},
	{
		Name: "audience-missing", Severity: finding.Error, Family: FamilyIdentity, Scope: OfToken,
		Title:     "The assertion names no Audience",
		Why:       "An assertion for nobody in particular could be used at any app, so most apps refuse it.",
		Cause:     "A home-grown identity provider, or an Identifier that was left empty.",
		Fixes:     identifierFixes[:3],
		Reference: "SAML Profiles 4.1.4.2",
		Since:     "0.1.0",
		run:       runAudienceMissing,
	},
	{
		Name: "entity-id-acs-swapped", Severity: finding.Error, Family: FamilyIdentity, Scope: OfToken,
		Title: "Identifier and Reply URL are mixed up",
		Why:   "The app finds its Reply URL where its Entity ID should be, or the other way round, and refuses the token.",
		Cause: "The two values look alike and were pasted into each other's field.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraBasic, Action: "put the Entity ID into Identifier and the ACS URL into Reply URL"},
			{System: finding.ADFS, Place: adfsTrust + " > Properties", Action: "put the Entity ID on the Identifiers tab and the ACS URL on the Endpoints tab"},
			{System: finding.Okta, Place: oktaSAML, Action: "put the Entity ID into Audience URI and the ACS URL into Single sign-on URL"},
			{System: finding.App, Place: appEntityID, Action: "check that Entity ID and ACS URL are not mixed up there"},
		},
		Reference: "SAML Core 2.5.1.4, SAML Profiles 4.1.4.3",
		Since:     "0.1.0",
		Explains:  []string{"audience-mismatch", "destination-mismatch", "recipient-mismatch", "reply-url-mismatch", "nameid-qualifier-mismatch"},
		run:       runEntityIDSwapped,
	},
}

func runIssuerMismatch(x *exam) {
	response := x.msg.saml.Issuer
	if response.Present() {
		x.compareIssuer(response, "Issuer of the response")
	}
	for _, a := range x.msg.saml.Assertions {
		switch {
		case !a.Issuer.Present():
		case response.Present() && a.Issuer.Value != response.Value:
			x.fail(fact{
				field:    a.Issuer.Field,
				detail:   fmt.Sprintf("Issuer of the assertion is %s, but the response around it is from %s", named(a.Issuer.Value), named(response.Value)),
				expected: []string{response.Value}, actual: a.Issuer.Value,
				fixes: []finding.Fix{{System: finding.App, Place: "the identity provider or proxy that made the response", Action: "write the same Issuer into response and assertion"}},
			})
		case !response.Present():
			x.compareIssuer(a.Issuer, "Issuer of the assertion")
		}
	}
	if len(x.expect.Issuers) == 0 {
		x.skip(noIssuer)
	}
}

func (x *exam) compareIssuer(issuer saml.NameID, what string) {
	if len(x.expect.Issuers) == 0 || among(x.expect.Issuers, issuer.Value) {
		return
	}
	expected := values(x.expect.Issuers)
	nearest, _ := finding.Nearest(expected, issuer.Value)
	f := fact{
		field:    issuer.Field,
		detail:   fmt.Sprintf("%s is %s, but the app expects %s", what, named(issuer.Value), named(nearest)),
		expected: expected, actual: issuer.Value,
	}
	product, detail := profile.IdentifyIdP(nearest)
	other, otherDetail := profile.IdentifyIdP(issuer.Value)
	switch same := product == other && strings.EqualFold(detail, otherDetail); {
	case product == "" || other == "":
	case same:
		f.fixes = issuerFixes // the same one, spelled differently
	case product == other && product == string(finding.Entra):
		f.detail += ": the user signed in to another tenant than the one that the app trusts"
		f.fixes = tenantFixes
	}
	x.fail(f)
}

// named quotes an entity ID and says which product it belongs to, where that
// is known.
func named(issuer string) string {
	product, _ := profile.IdentifyIdP(issuer)
	if p, err := profile.Load(product); product != "" && err == nil {
		return finding.Quote(issuer) + " (" + p.Title + ")"
	}
	return finding.Quote(issuer)
}

func runAudienceMismatch(x *exam) {
	for _, a := range x.assertions() {
		for _, c := range a.Conditions {
			for _, r := range c.Restrictions {
				x.compareAudiences(r)
			}
		}
	}
	if len(x.expect.EntityIDs) == 0 && len(x.expect.EntityIDPatterns) == 0 && x.requestIssuer() == "" {
		x.skip(noEntityID)
	}
}

// compareAudiences judges one restriction: any audience of it will do.
func (x *exam) compareAudiences(r saml.Restriction) {
	audiences := audienceValues(r)
	if len(audiences) == 0 {
		return // audience-missing tells
	}
	switch {
	case len(x.expect.EntityIDs) > 0:
		x.requireAudience(r, audiences, x.expect.EntityIDs, 0, "Audience is %s, but the app calls itself %s")
	case len(x.expect.EntityIDPatterns) > 0:
		for _, value := range audiences {
			if matchesAny(x.expect.EntityIDPatterns, value) {
				x.repeats(r, audiences)
				return
			}
		}
		x.matchPatterns(x.expect.EntityIDPatterns, r.Audiences[0], audiences[0], "Audience is %s, which does not look like an Identifier of this app")
	default:
		x.repeats(r, audiences)
	}
}

// repeats holds audiences against what the app called itself in its request,
// where that was captured.
func (x *exam) repeats(r saml.Restriction, audiences []string) {
	if named := x.requestIssuer(); named != "" {
		x.requireAudience(r, audiences, []Value{{named, "captured request"}}, finding.Warning, "Audience is %s, but the app called itself %s in its request")
	}
}

func (x *exam) requireAudience(r saml.Restriction, audiences []string, ids []Value, severity finding.Severity, format string) {
	if slices.ContainsFunc(audiences, func(a string) bool { return among(ids, a) }) {
		return
	}
	expected := values(ids)
	nearest, _ := finding.Nearest(audiences, expected[0])
	detail := fmt.Sprintf(format, quoteAll(audiences), quoteAll(expected))
	f := fact{
		field:    r.Audiences[slices.IndexFunc(r.Audiences, func(f saml.Field) bool { return f.Value == nearest })],
		severity: severity, detail: detail, expected: expected, actual: nearest,
	}
	if nearest == x.requestIssuer() {
		f.detail += ": the app called itself that in its own request"
		f.fixes = append(selfNamedFixes, identifierFixes[:3]...)
	}
	if slices.Contains(expected, strings.TrimPrefix(nearest, "spn:")) {
		f.detail += ": Entra writes \"spn:\" before an Identifier that is no URI"
		f.fixes = []finding.Fix{
			{System: finding.Entra, Place: entraIdentifier, Action: "choose an Identifier that is a URI, and enter the same in the app"},
			{System: finding.App, Place: appEntityID, Action: "or make the app expect {actual}"},
		}
	}
	x.fail(f)
}

// requestIssuer is what the app called itself in the request that the message
// answers, "" where that was not captured.
func (x *exam) requestIssuer() string {
	if x.msg.request == nil {
		return ""
	}
	return x.msg.request.saml.Issuer.Value
}

// audienceValues are the audiences of a restriction that are not empty.
func audienceValues(r saml.Restriction) []string {
	var out []string
	for _, f := range r.Audiences {
		if strings.TrimSpace(f.Value) != "" {
			out = append(out, f.Value)
		}
	}
	return out
}

func runAudienceMissing(x *exam) {
	severity := finding.Error
	if x.msg.saml.Protocol != "saml2" || x.msg.saml.Kind != "Response" {
		severity = finding.Warning // only the browser profile of SAML 2.0 demands it
	}
	for _, a := range x.assertions() {
		element, detail := a.Element, "the assertion has no AudienceRestriction, so it does not say which app it is for"
		for _, c := range a.Conditions {
			for _, r := range c.Restrictions {
				if len(audienceValues(r)) > 0 {
					element = nil
					continue
				}
				x.fail(fact{element: r.Element, severity: severity, detail: "an AudienceRestriction of the assertion names no Audience", expected: values(x.expect.EntityIDs)})
				element = nil
			}
		}
		if element != nil {
			x.fail(fact{element: element, severity: severity, detail: detail, expected: values(x.expect.EntityIDs)})
		}
	}
}

func runEntityIDSwapped(x *exam) {
	replyURLs := x.replyURLs()
	switch {
	case len(x.expect.EntityIDs) == 0:
		x.skip(noEntityID)
		return
	case len(replyURLs) == 0:
		x.skip(noReplyURL)
		return
	}
	for _, a := range x.assertions() {
		for _, c := range a.Conditions {
			for _, r := range c.Restrictions {
				for _, f := range r.Audiences {
					if !among(x.expect.EntityIDs, f.Value) && slices.Contains(replyURLs, f.Value) {
						x.swapped(f, "Audience is %s: that is the Reply URL of the app, its Entity ID belongs there", values(x.expect.EntityIDs))
					}
				}
			}
		}
	}
	if f := x.msg.saml.Destination; among(x.expect.EntityIDs, f.Value) && !x.received(f.Value) {
		x.swapped(f, "Destination is %s: that is the Entity ID of the app, its Reply URL belongs there", replyURLs)
	}
}

func (x *exam) swapped(f saml.Field, detail string, expected []string) {
	x.fail(fact{field: f, detail: fmt.Sprintf(detail, finding.Quote(f.Value)), expected: expected, actual: f.Value})
}
