package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// required are the claims that the app does not do without.
func (a *configured) required() []held {
	var out []held
	for _, c := range a.Expect.Claims {
		if c.Required {
			out = append(out, heldText(c.Name)...)
		}
	}
	if a.sp != nil {
		for _, h := range a.sp.sp.required {
			if !slices.ContainsFunc(out, h.same) {
				out = append(out, h)
			}
		}
	}
	return out
}

// emitted are the names of the claims that Entra emits for the app, as far as
// the claims policy says; false where that is not known: without the policy,
// with a claims mapping policy, which wins over it, and with claims that other
// settings bring.
func (a *configured) emitted() ([]string, bool) {
	e := a.enterprise
	if e == nil || e.Claims == nil || slices.ContainsFunc(e.Policies, func(p *entra.Policy) bool { return p.Kind == entra.ClaimsMapping }) {
		return nil, false
	}
	claims, problems := entra.DecodeCustomClaims([]byte(e.Claims.Definition.V))
	if claims == nil || slices.ContainsFunc(problems, func(p entra.PolicyProblem) bool { return p.Severity == finding.Error }) {
		return nil, false
	}
	out := entra.CoreClaims()
	if claims.Basic {
		out = append(out, entra.BasicClaims()...)
	}
	for i := range claims.Claims {
		out = append(out, claims.Claims[i].Type())
	}
	return out, true
}

// lacksClaims reports the claims that the app requires and Entra does not emit;
// false where that cannot be compared.
func (x *inspection) lacksClaims(a *configured) bool {
	wanted := a.required()
	names, known := a.emitted()
	if len(wanted) == 0 || !known {
		return false
	}
	policy := a.enterprise.Claims.At
	for _, w := range wanted {
		groups := strings.HasSuffix(w.value, "/groups") || strings.HasSuffix(w.value, "/role") // settings of their own
		if slices.Contains(names, w.value) || groups {
			continue
		}
		near := finding.DidYouMean(w.value, names)
		detail := fmt.Sprintf("%s: the app requires the claim %s (%s), and the claims policy of Entra does not emit it", a.Name.Value, w.shown(), standing(w))
		if near != "" {
			detail += "; it has " + finding.Quote(near)
		}
		x.fail(fact{
			input: policy.File, location: finding.Location{Span: policy.Span}, expected: []string{w.value}, actual: near,
			title: "A claim that the app requires is not emitted", detail: detail, fixes: []finding.Fix{fixEntraClaim},
		})
	}
	return true
}

var fixEntraClaim = finding.Fix{System: finding.Entra, Place: entraClaims, Action: "add the claim {expected}, or correct the name of the one that is meant"}
