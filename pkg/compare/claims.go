package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// claim is one claim of a token with all its values.
type claim struct {
	name, nameFormat string
	values           []string
	encrypted        bool
}

// claimsOf lists the claims of a token in order; those of one name are one.
func claimsOf(m *message) []*claim {
	var list []*claim
	known := make(map[string]*claim)
	for _, a := range m.Assertions {
		for _, at := range a.Attributes {
			c := known[at.Name.Value]
			if c == nil {
				c = &claim{name: at.Name.Value, nameFormat: at.NameFormat.Value}
				known[c.name] = c
				list = append(list, c)
			}
			c.encrypted = c.encrypted || at.Encrypted
			for _, v := range at.Values {
				c.values = append(c.values, v.Value)
			}
		}
	}
	return list
}

// ofSignIn are the claims that tell of the sign-in or the identity provider,
// not of the user: they differ from one sign-in to the next. Each stands for
// all names of the claim.
var ofSignIn = []string{
	"http://schemas.microsoft.com/claims/authnmethodsreferences",
	"http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod",
	"http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant",
	"http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork",
	"http://schemas.microsoft.com/2012/01/requestcontext/claims/x-ms-forwarded-client-ip",
	"http://schemas.microsoft.com/2014/03/psso",
	"http://schemas.microsoft.com/identity/claims/identityprovider",
	"http://schemas.microsoft.com/identity/claims/tenantid",
	"http://schemas.microsoft.com/identity/claims/objectidentifier",
}

func tellsOfSignIn(name string) bool {
	return slices.ContainsFunc(ofSignIn, func(known string) bool {
		same, _ := saml.SameClaim(known, name)
		return same || known == name
	})
}

// claims compares the claims: first those that both call the same, then those
// of A that B calls something else, at last what only one of them has.
func (p *pair) claims() []Fact {
	left, right := claimsOf(p.a), claimsOf(p.b)
	byName := make(map[string]*claim, len(right))
	for _, c := range right {
		byName[c.name] = c
	}
	var facts []Fact
	var alone []*claim
	matched := make(map[*claim]bool)
	for _, a := range left {
		if b := byName[a.name]; b != nil {
			matched[b] = true
			facts = append(facts, p.claim(a, b))
			continue
		}
		alone = append(alone, a)
	}
	names := newAliases(right, matched)
	for _, a := range alone {
		if b := names.find(a); b != nil {
			matched[b] = true
			facts = append(facts, p.renamed(a, b))
			continue
		}
		facts = append(facts, missing(a, right))
	}
	for _, b := range right {
		if !matched[b] {
			facts = append(facts, claimFact(nil, b, Added, finding.Info, "apps pass over claims that they do not know"))
		}
	}
	return facts
}

func claimFact(a, b *claim, o Outcome, s finding.Severity, breaks string) Fact {
	f := Fact{Of: "token", Aspect: "claim", Outcome: o, Severity: Severity(s), Breaks: breaks}
	if a != nil {
		f.Name, f.A = a.name, a.values
	}
	if b != nil {
		f.B = b.values
		if a == nil {
			f.Name = b.name
		} else if a.name != b.name {
			f.RenamedTo = b.name
		}
	}
	return f
}

// claim compares two claims of one name.
func (p *pair) claim(a, b *claim) Fact {
	switch {
	case !sameSet(a.values, b.values):
		severity, breaks := p.judgeValues(a, b)
		return claimFact(a, b, Differs, severity, breaks)
	case a.nameFormat != b.nameFormat:
		f := claimFact(a, b, Differs, finding.Warning, "Shibboleth and others know a claim by name and NameFormat")
		f.Aspect, f.A, f.B = "claim NameFormat", given(a.nameFormat), given(b.nameFormat)
		return f
	}
	return claimFact(a, b, Same, 0, "")
}

func (p *pair) judgeValues(a, b *claim) (finding.Severity, string) {
	switch {
	case a.encrypted || b.encrypted:
		return finding.Info, "a value is encrypted and was not compared"
	case len(given(slices.Clone(b.values)...)) == 0:
		return finding.Error, "the app reads an empty value"
	case tellsOfSignIn(a.name):
		return finding.Info, "it tells of the sign-in, not of the user"
	case p.otherUser:
		return finding.Info, "the two are different users"
	case sameSet(folded(a.values), folded(b.values)):
		return finding.Warning, "an app that compares exactly takes this for another value"
	case looksLikeIDs(b.values) && !looksLikeIDs(a.values):
		return finding.Error, "the app reads names, B sends object IDs"
	case len(lacking(a.values, b.values)) == 0:
		return finding.Warning, "B sends more values: an app that reads one may take the wrong one, or grant more"
	}
	return finding.Error, "the app reads another value than before"
}

func folded(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ToLower(strings.TrimSpace(v))
	}
	return out
}

// looksLikeIDs reports whether all values are GUIDs.
func looksLikeIDs(values []string) bool {
	for _, v := range values {
		if len(v) != 36 || v[8] != '-' || v[13] != '-' || v[18] != '-' || v[23] != '-' {
			return false
		}
	}
	return len(values) > 0
}

func (p *pair) renamed(a, b *claim) Fact {
	breaks := "the app reads the claim under its old name and finds nothing"
	if !sameSet(a.values, b.values) && !p.otherUser {
		breaks += "; the value differs too"
	}
	severity := finding.Error
	if tellsOfSignIn(a.name) {
		severity = finding.Info
	}
	return claimFact(a, b, Renamed, severity, breaks)
}

// missing is the fact about a claim that only A has; where B sends its values
// in a claim that A has too, that one could be renamed or sent twice.
func missing(a *claim, right []*claim) Fact {
	if tellsOfSignIn(a.name) {
		return claimFact(a, nil, Missing, finding.Info, "it tells of the sign-in, not of the user; few apps read it")
	}
	breaks := "an app that reads it finds nothing"
	for _, b := range right[:min(len(right), maxAliases)] {
		if len(a.values) > 0 && sameSet(a.values, b.values) {
			breaks += fmt.Sprintf("; B sends that value as %s", finding.Quote(b.name))
			break
		}
	}
	return claimFact(a, nil, Missing, finding.Error, breaks)
}

// aliases finds the claims of B that may be one of A under another name.
type aliases struct {
	rest    []*claim
	matched map[*claim]bool
	values  map[string][]*claim // by their values
}

func newAliases(right []*claim, matched map[*claim]bool) *aliases {
	n := &aliases{matched: matched, values: make(map[string][]*claim)}
	for _, b := range right {
		if !matched[b] {
			n.rest = append(n.rest, b)
			n.values[valueKey(b)] = append(n.values[valueKey(b)], b)
		}
	}
	return n
}

// maxAliases bounds how many names are compared with each other.
const maxAliases = 500

func valueKey(c *claim) string { return strings.Join(set(c.values), "\x00") }

// find looks for another name of the same claim, then for the only claim with
// the same values, unless these say too little ("true", "1") to go by.
func (n *aliases) find(a *claim) *claim {
	for _, b := range n.rest[:min(len(n.rest), maxAliases)] {
		if same, _ := saml.SameClaim(a.name, b.name); same && !n.matched[b] {
			return b
		}
	}
	candidates := slices.DeleteFunc(slices.Clone(n.values[valueKey(a)]), func(b *claim) bool { return n.matched[b] })
	if len(candidates) == 1 && len(valueKey(a)) >= 6 {
		return candidates[0]
	}
	return nil
}
