package validate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/seal"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

var redactedChecks = []*Check{
	{
		Name: "input-redacted", Severity: finding.Info, Family: FamilyInput, Scope: OfMessage,
		Title:     "The message is a redacted copy",
		Why:       "Values about users are pseudonyms, so no digest fits. Whether the signatures were valid, and what was wrong with the transport, is what the copy says was found before redaction; it proves nothing about who wrote it.",
		Cause:     "The capture was made shareable with ssodoctor redact.",
		Fixes:     []finding.Fix{{System: finding.User, Place: "the original capture", Action: "examine it where a verdict matters that rests on the signature or on a value"}},
		Reference: "ssodoctor redact",
		Since:     "0.1.0",
		run: func(x *exam) {
			if x.msg.sealed == nil {
				x.inapplicable()
				return
			}
			x.fail(fact{detail: "the values about users are pseudonyms; the verdicts on its signatures and on its transport are as taken before redaction"})
		},
	},
}

// unseal fills the message from a redacted copy: what is still in it, and what
// its seal says of the rest.
func (m *message) unseal(s *seal.Seal, options xmldsig.Options) {
	m.sealed = s
	fresh := m.problems
	m.problems = nil
	for _, p := range s.Problems {
		m.problems = append(m.problems, p.Problem())
	}
	for _, p := range fresh {
		if !slices.ContainsFunc(m.problems, func(known finding.Problem) bool { return known.Check == p.Check }) {
			m.problems = append(m.problems, p)
		}
	}
	if s.Unreadable != nil {
		m.doc = nil
		m.syntax = &xmldoc.SyntaxError{Check: s.Unreadable.Check, Msg: s.Unreadable.Detail}
		m.problems = append(m.problems, s.Unreadable.Problem())
		return
	}
	m.saml = saml.Read(m.doc)
	m.sigs = xmldsig.Verify(m.doc, xmldsig.Options{})
	s.Restore(m.sigs, options.Trusted)
	if m.saml.Encryption() {
		m.open(nil, options) // the content is gone, no key opens it
	}
	m.group()
	m.product = product(m.issuer().Value)
}
