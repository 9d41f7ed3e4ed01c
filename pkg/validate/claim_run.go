package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

const (
	groupsClaim = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"
	groupsLink  = "http://schemas.microsoft.com/claims/groups.link"
)

// largestForm is the size in bytes of a form body from which some apps refuse
// it: the default limit of Express.
const largestForm = 100 << 10

// severity is Info where the expectation is not certain.
func (c *ClaimExpectation) severity() finding.Severity {
	if c.Unverified {
		return finding.Info
	}
	return finding.Error
}

// needs reports whether the app cannot do without the claim, at the Reply URL
// that the message is for.
func (x *exam) needs(c *ClaimExpectation) bool {
	url := cmp.Or(x.msg.carrier.PostedTo, x.msg.saml.Destination.Value)
	return c.Required && !matchesAny(c.Elsewhere, url)
}

// reads reports whether an attribute of that name is the claim, to the letter.
func (c *ClaimExpectation) reads(name string) bool {
	return name == c.Name || slices.Contains(c.Aliases, name)
}

// claims yields every expected claim with the attribute that is read for it,
// nil where the message has none.
func (x *exam) claims() func(func(*ClaimExpectation, *saml.Attribute) bool) {
	return func(yield func(*ClaimExpectation, *saml.Attribute) bool) {
		x.assertions()
		if len(x.expect.Claims) == 0 {
			x.skip(noClaim)
		}
		if len(x.msg.readable) == 0 {
			return
		}
		for i := range x.expect.Claims {
			c := &x.expect.Claims[i]
			if !yield(c, x.attribute(c.reads)) {
				return
			}
		}
	}
}

// attribute finds the first attribute whose name will do.
func (x *exam) attribute(named func(string) bool) *saml.Attribute {
	for _, a := range x.msg.readable {
		for _, at := range a.Attributes {
			if named(at.Name.Value) {
				return at
			}
		}
	}
	return nil
}

// empty reports whether no value of the attribute says anything.
func empty(at *saml.Attribute) bool {
	return !at.Encrypted && !slices.ContainsFunc(at.Values, func(v saml.AttributeValue) bool {
		return v.Structured || !v.Nil && strings.TrimSpace(v.Value) != ""
	})
}

func runClaimMissing(x *exam) {
	for c, at := range x.claims() {
		if at != nil || !x.needs(c) {
			continue
		}
		detail := fmt.Sprintf("the app needs the claim %s, and the token does not have it", finding.Quote(c.Name))
		if near, _ := x.nearClaim(c); near != nil {
			detail += " under that name"
		} else if x.msg.product == finding.Entra {
			detail += ": either the claim is not set up in Entra, or the attribute behind it is empty for this user, and then Entra leaves the claim out"
		}
		if other := x.confused(c, true); other != nil {
			detail += fmt.Sprintf("; what it has is %s, which the app does not read in its place", finding.Quote(other.Name.Value))
		}
		x.fail(fact{element: x.attributesElement(), severity: c.severity(), detail: detail, expected: []string{c.Name}, fixes: c.sourced(x.check.Fixes)})
	}
}

// sourced says in the fixes what the claim is usually made from.
func (c *ClaimExpectation) sourced(fixes []finding.Fix) []finding.Fix {
	out := slices.Clone(fixes)
	for i, f := range out {
		from := map[finding.System]string{finding.Entra: c.From.Entra, finding.ADFS: c.From.ADFS, finding.Okta: c.From.Okta}[f.System]
		if from != "" {
			out[i].Action += " (usually " + from + ")"
		}
	}
	return out
}

// attributesElement is where a missing claim should have been.
func (x *exam) attributesElement() *etree.Element {
	first := x.msg.readable[0]
	if len(first.Statements) > 0 {
		return first.Statements[0]
	}
	return first.Element
}

func runClaimMisnamed(x *exam) {
	for c, at := range x.claims() {
		if at != nil || !x.needs(c) {
			continue
		}
		near, how := x.nearClaim(c)
		if near == nil {
			continue
		}
		x.fail(fact{
			field: near.Name, severity: c.severity(), expected: []string{c.Name}, actual: near.Name.Value, fixes: renameFixes(x.check.Fixes, c.Name),
			detail: fmt.Sprintf("the app reads the claim %s, but the token calls it %s: %s", finding.Quote(c.Name), finding.Quote(near.Name.Value), how),
		})
	}
}

// renameFixes say of Entra, which has two fields for the name of a claim, what
// belongs into which.
func renameFixes(fixes []finding.Fix, name string) []finding.Fix {
	out := slices.Clone(fixes)
	for i := range out {
		if out[i].System != finding.Entra {
			continue
		}
		if cut := strings.LastIndexByte(name, '/'); cut > 0 {
			out[i].Action += ": Name " + name[cut+1:] + ", Namespace " + name[:cut]
		} else {
			out[i].Action += "; a name without namespace needs the namespace to be empty"
		}
	}
	return out
}

// nearClaim finds the attribute that was probably meant to be the claim, and
// says how its name differs. Attributes that the app reads as something else
// are not in question.
func (x *exam) nearClaim(c *ClaimExpectation) (near *saml.Attribute, how string) {
	if near = x.confused(c, false); near != nil {
		return near, "that name carries the same and is not read"
	}
	near = x.attribute(func(n string) bool {
		same, difference := saml.SameClaim(c.Name, n)
		if !same || x.wanted(n) {
			return false
		}
		how = misnaming(difference)
		return true
	})
	if near != nil {
		return near, how
	}
	for _, a := range x.msg.readable {
		for _, at := range a.Attributes {
			if f := at.FriendlyName.Value; f != "" && strings.EqualFold(f, c.Name) && !x.wanted(at.Name.Value) {
				return at, "only its FriendlyName is right, and apps read the Name"
			}
		}
	}
	return nil, ""
}

// confused finds an attribute that the claim is often confused with: one that
// is known to say something else, or one that says the same.
func (x *exam) confused(c *ClaimExpectation, somethingElse bool) *saml.Attribute {
	for _, name := range c.ConfusedWith {
		_, known := saml.LookupClaim(c.Name)
		_, alsoKnown := saml.LookupClaim(name)
		same, _ := saml.SameClaim(c.Name, name)
		if (known && alsoKnown && !same) != somethingElse {
			continue
		}
		if at := x.attribute(func(n string) bool { return n == name && !x.wanted(n) }); at != nil {
			return at
		}
	}
	return nil
}

// wanted reports whether the app reads an attribute of that name as one of its
// claims.
func (x *exam) wanted(name string) bool {
	return slices.ContainsFunc(x.expect.Claims, func(c ClaimExpectation) bool { return c.reads(name) })
}

// misnaming completes the sentence "the token calls it ...:" from the words of
// [saml.SameClaim].
func misnaming(difference string) string {
	switch what, ok := strings.CutSuffix(difference, " of"); {
	case what == "other name":
		return "that is another name of the same claim"
	case ok:
		return "that is the " + what + " of the same claim"
	case what == "namespace":
		return "that is the same name in another namespace"
	}
	return "the names differ by " + difference
}

func runClaimEmpty(x *exam) {
	var idle []string // empty, and nobody said that the app needs them
	var first saml.Field
	for _, a := range x.assertions() {
		for _, at := range a.Attributes {
			name := at.Name.Value
			switch c := x.required(name); {
			case !empty(at):
			case c != nil:
				x.fail(fact{
					field: at.Name, severity: c.severity(), actual: name,
					detail: fmt.Sprintf("the claim %s, which the app needs, has no value for this user", finding.Quote(name)),
				})
			default:
				if len(idle) == 0 {
					first = at.Name
				}
				idle = append(idle, name)
			}
		}
	}
	if len(idle) > 0 {
		x.fail(fact{field: first, severity: finding.Info, actual: idle[0], detail: "no value in the token for " + enumerate(idle)})
	}
}

// required returns the expectation of a claim of that name that the app cannot
// do without, nil where there is none.
func (x *exam) required(name string) *ClaimExpectation {
	for i := range x.expect.Claims {
		if c := &x.expect.Claims[i]; c.reads(name) && x.needs(c) {
			return c
		}
	}
	return nil
}

// mismatched reports whether the claim has values none of which fits.
func mismatched(c *ClaimExpectation, at *saml.Attribute) bool {
	if at == nil || c.Pattern == nil || at.Encrypted || empty(at) {
		return false
	}
	return !slices.ContainsFunc(at.Values, func(v saml.AttributeValue) bool { return c.Pattern.Regexp.MatchString(v.Value) })
}

func runClaimValue(x *exam) {
	for c, at := range x.claims() {
		if !mismatched(c, at) {
			continue
		}
		f := fact{
			field: at.Values[0].Field, severity: min(c.severity(), c.Pattern.severity()), expected: []string{c.Pattern.Shown}, forms: true, actual: at.Values[0].Value, fixes: c.sourced(x.check.Fixes),
			detail: fmt.Sprintf("the claim %s is %s, but the app expects %s", finding.Quote(c.Name), someValues(at), finding.Quote(c.Pattern.Shown)),
		}
		if sign := joined(c, at); sign != "" {
			f.detail += fmt.Sprintf(": several values are joined by %s into one", finding.Quote(sign))
			f.fixes = claimFixes("send one AttributeValue for each value, not all in one text")
		}
		x.fail(f)
	}
}

// joined is the sign that joins what the app expects with other values into one
// value, "" where nothing does.
func joined(c *ClaimExpectation, at *saml.Attribute) string {
	for _, sign := range []string{";", "|", ","} {
		for _, v := range at.Values {
			parts := strings.Split(v.Value, sign)
			if len(parts) > 1 && slices.ContainsFunc(parts, func(p string) bool { return c.Pattern.Regexp.MatchString(strings.TrimSpace(p)) }) {
				return sign
			}
		}
	}
	return ""
}

// someValues quotes the first values of an attribute.
func someValues(at *saml.Attribute) string {
	vs := make([]string, len(at.Values))
	for i, v := range at.Values {
		vs[i] = v.Value
	}
	return enumerate(vs)
}

func runGroupIDs(x *exam) {
	for c, at := range x.claims() {
		if !mismatched(c, at) || !aboutGroups(at.Name.Value) || slices.ContainsFunc(at.Values, func(v saml.AttributeValue) bool { return !isGUID(v.Value) }) {
			continue
		}
		x.fail(fact{
			field: at.Values[0].Field, expected: []string{c.Pattern.Shown}, forms: true, actual: at.Values[0].Value,
			detail: fmt.Sprintf("the claim %s holds object IDs of groups (%s), but the app expects %s", finding.Quote(at.Name.Value), someValues(at), finding.Quote(c.Pattern.Shown)),
		})
	}
}

func aboutGroups(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "group") || strings.Contains(name, "memberof") || strings.Contains(name, "role")
}

// isGUID reports whether s is a GUID, 8-4-4-4-12 hexadecimal digits.
func isGUID(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (c == '-') || !hyphen && !hex {
			return false
		}
	}
	return true
}

func runClaimDuplicate(x *exam) {
	for _, a := range x.assertions() {
		seen := make(map[[2]string]int, len(a.Attributes))
		for _, at := range a.Attributes {
			key := [2]string{at.Name.Value, at.NameFormat.Value}
			if seen[key]++; seen[key] == 2 && !at.Encrypted {
				x.fail(fact{severity: x.unlessWelcomed(), field: at.Name, actual: at.Name.Value, detail: fmt.Sprintf("the claim %s stands in the token more than once", finding.Quote(at.Name.Value))})
			}
		}
	}
}

func runClaimMultiValued(x *exam) {
	for c, at := range x.claims() {
		if at == nil || !c.Single || len(at.Values) < 2 {
			continue
		}
		x.fail(fact{
			field: at.Name, expected: []string{"one value"}, forms: true, actual: at.Name.Value,
			detail: fmt.Sprintf("the claim %s has %d values (%s), but the app reads one", finding.Quote(at.Name.Value), len(at.Values), someValues(at)),
		})
	}
}

func runGroupsOverage(x *exam) {
	x.assertions()
	at := x.attribute(func(name string) bool { return strings.EqualFold(name, groupsLink) })
	if at == nil {
		return
	}
	expected := groupsClaim
	for _, c := range x.expect.Claims {
		if same, _ := saml.SameClaim(c.Name, groupsClaim); same {
			expected = c.Name
		}
	}
	x.fail(fact{
		field: at.Name, expected: []string{expected}, actual: at.Name.Value,
		detail: "the user is in more than 150 groups, so Entra sent a link to them in place of the group claim, which apps do not follow",
	})
}

func runTooLarge(x *exam) {
	size := (len(x.msg.carrier.XML) + 2) / 3 * 4
	if size <= largestForm {
		return
	}
	detail := fmt.Sprintf("the token has %d KB as it is posted; some apps refuse more than %d", size>>10, largestForm>>10)
	var largest *saml.Attribute
	for _, a := range x.msg.readable {
		for _, at := range a.Attributes {
			if largest == nil || len(at.Values) > len(largest.Values) {
				largest = at
			}
		}
	}
	if largest != nil && len(largest.Values) > 1 {
		detail += fmt.Sprintf("; the claim %s alone has %d values", finding.Quote(largest.Name.Value), len(largest.Values))
	}
	x.fail(fact{element: x.msg.saml.Element, detail: detail})
}
