package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// propertyJudges judge the properties that can keep a trust from moving as it
// is. A judge that says nothing leaves the property to the table.
var propertyJudges = map[string]func(*trustJudge){
	"Name":       (*trustJudge).name,
	"Identifier": (*trustJudge).identifiers,
	"Enabled": func(j *trustJudge) {
		if !j.rp.Enabled {
			j.say(Mapped, finding.Info, "servicePrincipal.accountEnabled", "the trust is disabled: leave it behind, or move it disabled")
		}
	},
	"Notes": func(j *trustJudge) {
		if len([]rune(j.rp.Notes)) > entra.MaxNotes {
			j.say(Changed, finding.Info, "application.notes", fmt.Sprintf("the notes of an application have at most %d characters: the rest is cut off", entra.MaxNotes))
		}
	},
	"WSFedEndpoint":           (*trustJudge).wsFed,
	"AdditionalWSFedEndpoint": (*trustJudge).additionalWSFed,
	"SamlEndpoints":           (*trustJudge).endpoints,
	"SignatureAlgorithm":      (*trustJudge).signatureAlgorithm,
	"SignedSamlRequestsRequired": func(j *trustJudge) {
		switch {
		case j.rp.SignedSamlRequestsRequired && len(j.rp.RequestSigningCertificate) == 0 && j.whole("RequestSigningCertificate"):
			j.say(Manual, finding.Warning, "application.requestSignatureVerification", "signed requests are demanded, but there is no certificate to verify them by: get it from the app")
		case j.rp.SignedSamlRequestsRequired:
			j.say(Mapped, finding.Info, "application.requestSignatureVerification", "Entra verifies requests by the certificates of the trust; sign-ins that the identity provider starts are refused then")
		}
	},
	"RequestSigningCertificate": func(j *trustJudge) {
		for _, c := range j.rp.RequestSigningCertificate {
			j.certificate(c, "application.keyCredentials (Verify)", "verifies requests")
		}
	},
	"EncryptClaims": func(j *trustJudge) {
		switch {
		case j.rp.EncryptClaims && j.rp.EncryptionCertificate != nil:
			j.say(Mapped, finding.Info, "application.tokenEncryptionKeyId", "tokens stay encrypted for the certificate of the trust; token encryption needs Entra ID P1")
		case j.rp.EncryptClaims && j.whole("EncryptionCertificate"):
			j.say(Default, finding.Info, "application.tokenEncryptionKeyId", "there is no encryption certificate, so that tokens are not encrypted")
		}
	},
	"EncryptionCertificate": func(j *trustJudge) {
		if c := j.rp.EncryptionCertificate; c != nil {
			j.certificate(c, "application.keyCredentials (Encrypt)", "encrypts tokens")
		}
	},
	"EncryptedNameIdRequired": func(j *trustJudge) {
		switch {
		case j.rp.EncryptedNameIDRequired && j.rp.EncryptionCertificate != nil:
			j.say(Unsupported, finding.Error, "", "Entra cannot encrypt the NameID alone; it encrypts the whole assertion: the app must accept that")
		case j.rp.EncryptedNameIDRequired:
			j.say(Unsupported, finding.Warning, "", "the NameID is to be encrypted, but there is no certificate; Entra cannot encrypt it alone")
		}
	},
	"TokenLifetime": (*trustJudge).tokenLifetime,
	"NotBeforeSkew": func(j *trustJudge) {
		switch n := j.rp.NotBeforeSkew; {
		case n > entra.BackdatedMinutes:
			j.say(Changed, finding.Warning, "", fmt.Sprintf("NotBefore lies %d minutes in the past, and with Entra always %d: an app whose clock is behind refuses tokens", n, entra.BackdatedMinutes))
		case n > 0:
			j.say(Changed, finding.Info, "", fmt.Sprintf("Entra puts NotBefore %d minutes into the past by itself", entra.BackdatedMinutes))
		}
	},
	"AlwaysRequireAuthentication": flag(func(r *adfs.RelyingParty) bool { return r.AlwaysRequireAuthentication }, Manual, finding.Warning, targetConditional,
		"becomes a Conditional Access policy with the sign-in frequency \"every time\", or ForceAuthn in the requests of the app"),
	"AllowedAuthenticationClassReferences": func(j *trustJudge) {
		if len(j.rp.AllowedAuthenticationClassReferences) > 0 {
			j.say(Manual, finding.Warning, targetConditional, "becomes a Conditional Access policy with an authentication strength; there is no setting for the contexts themselves")
		}
	},
	"ClaimsProviderName": func(j *trustJudge) {
		if others := slices.DeleteFunc(slices.Clone(j.rp.ClaimsProviderName), func(s string) bool { return s == activeDirectory }); len(others) > 0 {
			j.say(Unsupported, finding.Error, "", "users come from "+quoteList(others)+": they must become guests (B2B) or users of another federation before the app moves")
		}
	},
	"RequestMFAFromClaimsProviders": flag(func(r *adfs.RelyingParty) bool { return r.RequestMFAFromClaimsProviders }, Manual, finding.Warning, targetConditional,
		"becomes a Conditional Access policy, and trust in the multifactor authentication of the other tenants"),
	"MetadataUrl": func(j *trustJudge) {
		if j.rp.MetadataURL != "" {
			j.say(Lost, finding.Info, "application.samlMetadataUrl", "Entra notes the address but does not read it: certificates and endpoints that change there must be carried over by hand")
		}
	},
	"MonitoringEnabled": flag(func(r *adfs.RelyingParty) bool { return r.MonitoringEnabled }, Lost, finding.Warning, "",
		"Entra does not watch the metadata of the app: agree with its vendor on how changes are told"),
	"AutoUpdateEnabled": flag(func(r *adfs.RelyingParty) bool { return r.AutoUpdateEnabled }, Lost, finding.Warning, "",
		"Entra does not follow the metadata of the app: certificates that roll over there must be carried over by hand"),
	"ConflictWithPublishedPolicy": flag(func(r *adfs.RelyingParty) bool { return r.ConflictWithPublishedPolicy }, Manual, finding.Warning, "",
		"the trust differs from the metadata of the app: find out which of the two is right before the move"),
	"IssuanceTransformRules":          func(j *trustJudge) { j.rules(j.transform()) },
	"IssuanceAuthorizationRules":      (*trustJudge).judgeAuthorization,
	"AdditionalAuthenticationRules":   func(j *trustJudge) { j.rules(j.additional.items) },
	"DelegationAuthorizationRules":    (*trustJudge).delegation,
	"ImpersonationAuthorizationRules": (*trustJudge).impersonation,
	"AccessControlPolicyName":         (*trustJudge).policy,
	"AccessControlPolicyParameters": func(j *trustJudge) {
		if j.rp.AccessControlPolicyParameters != nil {
			j.say(Mapped, finding.Info, targetAssignment, "the groups and values of the access control policy; groups by name must be found in Entra")
		}
	},
	"ResultantPolicy": func(j *trustJudge) {
		if p := j.rp.ResultantPolicy; p != nil && p.RequireFreshAuthentication {
			j.say(Manual, finding.Warning, targetConditional, "the policy demands a fresh sign-in: becomes a Conditional Access policy with the sign-in frequency \"every time\"")
		}
	},
	"ClaimsAccepted": (*trustJudge).claimsAccepted,
	"ProxyEndpointMappings": func(j *trustJudge) {
		if j.rp.ProxyEndpointMappings != nil {
			j.say(Manual, finding.Warning, "", "the app is published through the Web Application Proxy: publish it through the application proxy of Entra, or otherwise")
		}
	},
	"ProxyTrustedEndpoints": func(j *trustJudge) {
		if len(j.rp.ProxyTrustedEndpoints) > 0 {
			j.say(Manual, finding.Warning, "", "these addresses are trusted through the Web Application Proxy: publish the app through the application proxy of Entra, or otherwise")
		}
	},
	"PublishedThroughProxy": flag(func(r *adfs.RelyingParty) bool { return r.PublishedThroughProxy }, Manual, finding.Warning, "",
		"the app is published through the Web Application Proxy: publish it through the application proxy of Entra, or otherwise"),
	"EnableJWT": flag(func(r *adfs.RelyingParty) bool { return r.EnableJWT }, Unsupported, finding.Error, "",
		"the app takes JSON web tokens over WS-Federation, which Entra does not send: it must use OpenID Connect"),
	"SigningCertificateRevocationCheck":    notDefault(Lost, "Entra does not check revocation of the certificates of an app"),
	"EncryptionCertificateRevocationCheck": notDefault(Lost, "Entra does not check revocation of the certificates of an app"),
	"ScopeGroupId": func(j *trustJudge) {
		if j.rp.ScopeGroupID != "" {
			j.say(NotApplicable, finding.Info, "", "the trust came from a metadata file of many, or belongs to an application group")
		}
	},
	"OrganizationInfo": func(j *trustJudge) {
		if j.rp.OrganizationInfo != "" {
			j.say(Lost, finding.Info, "", "Entra has no field for it; the notes can hold it")
		}
	},
	"DeviceAuthenticationMethod": func(j *trustJudge) {
		if m := j.rp.DeviceAuthenticationMethod; m != "" {
			j.say(Manual, finding.Info, targetConditional, "devices prove who they are by "+m+": Conditional Access has device conditions and grants instead")
		}
	},
}

// flag judges a property that matters where it is set.
func flag(set func(*adfs.RelyingParty) bool, outcome Outcome, severity finding.Severity, target, message string) func(*trustJudge) {
	return func(j *trustJudge) {
		if set(j.rp) {
			j.say(outcome, severity, target, message)
		}
	}
}

// notDefault judges a property that matters where it is not what AD FS sets.
func notDefault(outcome Outcome, message string) func(*trustJudge) {
	return func(j *trustJudge) {
		if j.value != j.current.Info.Default && j.value != "" {
			j.say(outcome, finding.Info, "", message)
		}
	}
}

func (j *trustJudge) name() {
	switch n := len([]rune(j.rp.Name)); {
	case n == 0:
		j.say(Manual, finding.Warning, "application.displayName", "the trust has no name: the application needs one")
	case n > entra.MaxName:
		j.say(Changed, finding.Warning, "application.displayName", fmt.Sprintf("a display name has at most %d characters", entra.MaxName))
	}
}

func (j *trustJudge) identifiers() {
	if len(j.rp.Identifier) == 0 {
		j.say(Unsupported, finding.Error, "application.identifierUris", "the trust has no identifier: the application needs one that requests name")
	}
	for _, id := range j.rp.Identifier {
		j.objections(id, finding.Span{}, "application.identifierUris", entra.Identifier(id), "becomes an identifier (Entity ID)")
	}
}

// objections adds what Entra objects to in a value, or that it is taken over.
func (j *trustJudge) objections(value string, at finding.Span, target string, list []entra.Objection, mapped string) {
	for _, o := range list {
		outcome := Changed
		if o.Severity == finding.Error {
			outcome = Unsupported
		}
		j.about(value, at, outcome, o.Severity, target, o.Text)
	}
	if len(list) == 0 {
		j.about(value, at, Mapped, finding.Info, target, mapped)
	}
}

func (j *trustJudge) signatureAlgorithm() {
	switch a := j.rp.SignatureAlgorithm; {
	case strings.HasSuffix(a, "#rsa-sha1"):
		j.say(Mapped, finding.Info, "tokenIssuancePolicy.SigningAlgorithm", "Entra signs by rsa-sha1 as well; move the app to rsa-sha256 where it can")
	case !strings.HasSuffix(a, "#rsa-sha256"):
		j.say(Changed, finding.Warning, "tokenIssuancePolicy.SigningAlgorithm", "Entra signs by rsa-sha256 or rsa-sha1 only")
	}
}

func (j *trustJudge) tokenLifetime() {
	const target = "tokenLifetimePolicy.AccessTokenLifetime"
	switch n := j.rp.TokenLifetime; {
	case n == 0:
	case n < entra.MinLifetimeMinutes:
		j.say(Changed, finding.Warning, target, fmt.Sprintf("tokens are valid for %s, and with Entra for at least %d", count(n, "minute"), entra.MinLifetimeMinutes))
	case n > entra.MaxLifetimeMinutes:
		j.say(Changed, finding.Warning, target, fmt.Sprintf("tokens are valid for %d minutes, and with Entra for at most %d", n, entra.MaxLifetimeMinutes))
	case n != 60:
		j.say(Mapped, finding.Info, target, "a token lifetime policy needs Entra ID P1, and sets the end of the conditions alone")
	}
}

// certificate judges a certificate of the app.
func (j *trustJudge) certificate(c *keys.Certificate, target, does string) {
	value := c.Subject + ", SHA-1 " + c.SHA1()
	rsa := c.KeyAlgorithm == "RSA"
	said := false
	warn := func(text string) {
		j.about(value, finding.Span{}, Changed, finding.Warning, target, "the certificate that "+does+" "+text)
		said = true
	}
	if !c.NotAfter.IsZero() && j.at.After(c.NotAfter) {
		warn("ended on " + c.NotAfter.Format("2006-01-02") + ": get the current one from the app")
	}
	if !c.NotBefore.IsZero() && j.at.Before(c.NotBefore) {
		warn("begins on " + c.NotBefore.Format("2006-01-02"))
	}
	switch {
	case c.PublicKey == nil:
		warn("has a key that cannot be read")
	case rsa && c.KeyBits > 0 && c.KeyBits < 2048:
		warn(fmt.Sprintf("has a key of %d bits: get one with 2048 or more from the app", c.KeyBits))
	case !rsa:
		warn("has a key of the kind " + c.KeyAlgorithm + "; Entra is known to take RSA keys")
	}
	if !said {
		j.about(value, finding.Span{}, Mapped, finding.Info, target, "the certificate that "+does+" is taken over")
	}
}

// rules adds the items of a rule set, behind one for the property as a whole.
func (j *trustJudge) rules(items []Item) {
	if len(items) == 0 {
		return
	}
	j.items = append(j.items, items...)
	j.said = true
}

func (j *trustJudge) judgeAuthorization() {
	j.rules(j.authorization.items)
	switch {
	case j.sets.authorization.count() > 0 && j.rp.AccessControlPolicyName != "":
		j.say(Manual, finding.Warning, targetAssignment, "the trust has authorization rules and the access control policy "+finding.Quote(j.rp.AccessControlPolicyName)+", of which AD FS uses one: find out which")
	case j.sets.authorization.count() == 0 && j.rp.AccessControlPolicyName == "":
		j.say(Manual, finding.Warning, targetAssignment, "there are neither authorization rules nor an access control policy: AD FS lets nobody in")
	}
}

func (j *trustJudge) policy() {
	if j.rp.AccessControlPolicyName == "" || j.sets.authorization.count() > 0 {
		return
	}
	j.judgePolicy()
}

func (j *trustJudge) delegation() {
	if n := j.sets.delegation.count(); n > 0 {
		j.say(Unsupported, finding.Error, "", "the trust lets other services act as a user (WS-Trust ActAs), which Entra does not have: those services must use OAuth on behalf of the user")
	}
}

func (j *trustJudge) impersonation() {
	switch {
	case j.sets.impersonation.count() == 0:
	case j.sets.impersonation.all(proxyRule):
		j.say(NotApplicable, finding.Info, "", "these are the rules for the federation proxy that AD FS 2.0 made by itself")
	default:
		j.say(Unsupported, finding.Error, "", "the trust lets other services impersonate users (WS-Trust OnBehalfOf), which Entra does not have: those services must use OAuth on behalf of the user")
	}
}

// transform translates the transform rules, once, and gives the items of them.
func (j *trustJudge) transform() []Item {
	if j.transformed == nil {
		t := newTranslator(j.sets.transform, j.shared, j.entry)
		t.run()
		j.claims, j.transformed = t.out, append([]Item{}, t.items...)
	}
	return j.transformed
}

// claimsAccepted compares the claims that the app wants with those it gets.
func (j *trustJudge) claimsAccepted() {
	if len(j.sets.transform.rules.Rules) == 0 {
		return
	}
	j.transform() // exports are in the order of the alphabet, and the rules come later
	for _, c := range j.rp.ClaimsAccepted {
		if _, ok := j.claims.issued[c.ClaimType]; !ok && c.IsRequired {
			j.about(c.ClaimType, finding.Span{}, Manual, finding.Info, "claims", "the app says that it needs this claim, but no rule issues it")
		}
	}
}

func quoteList(values []string) string {
	return finding.Few(values, 4, func(v string) string { return finding.Quote(finding.Shorten(v, 60)) })
}
