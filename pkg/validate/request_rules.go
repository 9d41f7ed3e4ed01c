package validate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// requestRules are what a request must not do (Core 3.4.1, Profiles 4.1.4.1).
var requestRules = []func(*saml.AuthnRequest) (fact, bool){
	func(r *saml.AuthnRequest) (fact, bool) {
		return fact{field: r.AssertionConsumerServiceIndex, actual: r.AssertionConsumerServiceIndex.Value,
				detail: "the request names its Reply URL twice, by AssertionConsumerServiceURL and by AssertionConsumerServiceIndex; SAML allows one of them"},
			r.AssertionConsumerServiceIndex.Present() && (r.AssertionConsumerServiceURL.Present() || r.ProtocolBinding.Present())
	},
	func(r *saml.AuthnRequest) (fact, bool) {
		index := r.AssertionConsumerServiceIndex
		_, err := strconv.ParseUint(strings.TrimSpace(index.Value), 10, 16)
		return fact{field: index, actual: index.Value, detail: fmt.Sprintf("AssertionConsumerServiceIndex is %s, expected a number from 0 to 65535", quote(index.Value))},
			index.Present() && err != nil
	},
	func(r *saml.AuthnRequest) (fact, bool) {
		b := r.ProtocolBinding
		return fact{field: b, actual: b.Value, detail: fmt.Sprintf("the request wants the answer by %s; a Response may come by HTTP-POST, HTTP-POST-SimpleSign, HTTP-Artifact or PAOS only", quote(b.Value))},
			b.Value != "" && !slices.Contains(answerBindings, b.Value)
	},
	func(r *saml.AuthnRequest) (fact, bool) {
		return fact{element: confirmationOf(r), detail: "the Subject of the request holds a SubjectConfirmation, which SAML forbids there"}, confirmationOf(r) != nil
	},
	func(r *saml.AuthnRequest) (fact, bool) {
		return fact{field: r.IsPassive, severity: finding.Warning, detail: "the request says ForceAuthn and IsPassive: the user must sign in anew, but must not be asked, so it can only fail"},
			isTrue(r.ForceAuthn) && isTrue(r.IsPassive)
	},
	func(r *saml.AuthnRequest) (fact, bool) { return wrongBoolean("ForceAuthn", r.ForceAuthn) },
	func(r *saml.AuthnRequest) (fact, bool) { return wrongBoolean("IsPassive", r.IsPassive) },
	func(r *saml.AuthnRequest) (fact, bool) { return wrongBoolean("AllowCreate", r.AllowCreate) },
	func(r *saml.AuthnRequest) (fact, bool) {
		c := r.ContextComparison
		return fact{field: c, actual: c.Value, expected: []string{"exact", "minimum", "maximum", "better"}, detail: fmt.Sprintf("the Comparison of RequestedAuthnContext is %s", quote(c.Value))},
			c.Present() && comparisons[c.Value] == ""
	},
	func(r *saml.AuthnRequest) (fact, bool) {
		return fact{element: r.Context, detail: "RequestedAuthnContext names no way of signing in"},
			r.Context != nil && len(r.Context.ChildElements()) == 0
	},
}

// answerBindings are those that Profiles 4.1.2 and 4.2 allow for a Response.
var answerBindings = []string{
	"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
	"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST-SimpleSign",
	"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
	"urn:oasis:names:tc:SAML:2.0:bindings:PAOS",
}

func confirmationOf(r *saml.AuthnRequest) *etree.Element {
	if r.Subject == nil || len(r.Subject.Confirmations) == 0 {
		return nil
	}
	return r.Subject.Confirmations[0].Element
}

func wrongBoolean(name string, f saml.Field) (fact, bool) {
	return fact{field: f, actual: f.Value, expected: []string{"true", "false"}, detail: fmt.Sprintf("%s is %s, expected true or false", name, quote(f.Value))},
		f.Present() && !slices.Contains([]string{"true", "false", "1", "0"}, strings.TrimSpace(f.Value))
}
