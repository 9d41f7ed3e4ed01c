package entra

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// PolicyProblem is something wrong with a claims policy.
type PolicyProblem struct {
	// Offset is the byte at which the value at fault starts in the JSON of the
	// policy, Path its place there: "claims[3].configurations[0].attribute".
	Offset int
	Path   string
	// Severity is Error where Entra refuses the policy or the claim is not
	// emitted as it says.
	Severity finding.Severity
	// Claim is the claim type that it is about; empty for none.
	Claim string
	// Text is one sentence, with what was found and what was expected.
	Text string
}

// maxProblems is how many problems of one policy are told.
const maxProblems = 200

// policyReader takes values out of a policy, and notes what is wrong with them.
type policyReader struct {
	problems []PolicyProblem
	claim    string // the claim type that is read
	groups   map[string]bool
}

// open reads the object that a policy is; where the text is none, a problem
// says so.
func (r *policyReader) open(data []byte) (policy cursor, ok bool) {
	root, err := parseNode(data)
	policy = cursor{root, ""}
	if err != nil {
		r.note(policy, finding.Error, "%s", err)
		return policy, false
	}
	return policy, r.is(policy, object)
}

// cursor is a value of a policy with its path.
type cursor struct {
	*node
	path string
}

func (r *policyReader) note(a cursor, severity finding.Severity, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, PolicyProblem{Offset: a.offset(), Path: a.path, Severity: severity, Claim: r.claim, Text: fmt.Sprintf(format, args...)})
	}
}

// offset is that of the value.
func (a cursor) offset() int {
	if a.node == nil {
		return 0
	}
	return a.node.at
}

// given tells whether there is a value, and that it is not null.
func (a cursor) given() bool { return a.node != nil && a.kind != null }

// field is a member of an object; its node is nil where there is none.
func (a cursor) field(name string) cursor {
	path := name
	if a.path != "" {
		path = a.path + "." + name
	}
	if a.node == nil {
		return cursor{nil, path}
	}
	return cursor{a.member(name), path}
}

// known notes the members that are none of those known, and those in other
// letter case.
func (r *policyReader) known(a cursor, names ...string) {
	if a.node == nil {
		return
	}
	for _, m := range a.members {
		if strings.HasPrefix(m.name, "@") || strings.Contains(m.name, "@odata.") || slices.Contains(names, m.name) {
			continue
		}
		place := cursor{&node{at: m.at}, a.path}
		if near := finding.DidYouMean(m.name, names); near != "" {
			r.note(place, finding.Warning, "there is no property %s; did you mean %q?", finding.Quote(finding.Shorten(m.name, 60)), near)
			continue
		}
		r.note(place, finding.Info, "the property %s is not known", finding.Quote(finding.Shorten(m.name, 60)))
	}
}

// is notes a value of another kind; false where there is none of that kind.
func (r *policyReader) is(a cursor, kind nodeKind) bool {
	if !a.given() {
		return false
	}
	if a.kind != kind {
		r.note(a, finding.Error, "%s is %s, expected %s", finding.Quote(a.path), nodeKinds[a.kind], nodeKinds[kind])
		return false
	}
	return true
}

// text is a text without blanks around it; empty where there is none.
func (r *policyReader) text(a cursor) string {
	if !r.is(a, text) {
		return ""
	}
	trimmed := strings.TrimSpace(a.value)
	if trimmed != a.value {
		r.note(a, finding.Warning, "there are blanks around %s", finding.Quote(finding.Shorten(trimmed, 60)))
	}
	return trimmed
}

// raw is a text as it stands.
func (r *policyReader) raw(a cursor) string {
	if !r.is(a, text) {
		return ""
	}
	return a.value
}

// flag is a boolean, or a text that says one, as Microsoft's samples have it.
func (r *policyReader) flag(a cursor) bool {
	if a.given() && a.kind == text && (strings.EqualFold(a.value, "true") || strings.EqualFold(a.value, "false")) {
		return strings.EqualFold(a.value, "true")
	}
	return r.is(a, boolean) && a.value == "true"
}

// integer is a number that is not negative; nil where there is none.
func (r *policyReader) integer(a cursor) *int {
	if !r.is(a, number) {
		return nil
	}
	n, err := strconv.Atoi(a.value)
	if err != nil || n < 0 {
		r.note(a, finding.Error, "%s is no whole number from 0 on", finding.Quote(finding.Shorten(a.value, 30)))
		return nil
	}
	return &n
}

// list is the items of a list.
func (r *policyReader) list(a cursor) []cursor {
	if !r.is(a, array) {
		return nil
	}
	items := make([]cursor, len(a.items))
	for i, n := range a.items {
		items[i] = cursor{n, fmt.Sprintf("%s[%d]", a.path, i)}
	}
	return items
}

// word is one of several words, without regard to letter case; the empty one
// where the text is none of them.
func word[W ~string](r *policyReader, a cursor, words []W) W {
	found := r.text(a)
	if found == "" {
		return ""
	}
	for _, w := range words {
		if strings.EqualFold(found, string(w)) {
			return w
		}
	}
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	r.note(a, finding.Error, "%s is none of %s", finding.Quote(finding.Shorten(found, 60)), strings.Join(list, ", "))
	return ""
}

// group counts the groups of conditions.
func (r *policyReader) group(a cursor, id string) {
	if r.groups == nil {
		r.groups = map[string]bool{}
	}
	if r.groups[id] = true; len(r.groups) == MaxConditionGroups+1 {
		r.note(a, finding.Error, "the conditions name more than %d groups, which is all that an application can have", MaxConditionGroups)
	}
}

// sourced reads the attribute of an object of the directory.
func (r *policyReader) sourced(a cursor, source, id string) ClaimSource {
	source = strings.ToLower(source)
	ids, known := sourceObjects[source]
	full := source + "." + id
	switch {
	case !known:
		r.note(a, finding.Error, "there is no source %s, expected one of %s", finding.Quote(finding.Shorten(source, 30)), strings.Join(sortedSources(), ", "))
	case source == "user":
		r.userAttribute(a, id)
	case !slices.ContainsFunc(ids, func(known string) bool { return strings.EqualFold(known, id) }):
		r.note(a, finding.Error, "%s has no attribute %s, expected one of %s", source, finding.Quote(finding.Shorten(id, 60)), strings.Join(ids, ", "))
	}
	return ClaimSource{Kind: FromAttribute, ID: strings.ToLower(full)}
}

// sourceObjects lists the attributes of the objects beside the user.
var sourceObjects = map[string][]string{
	"user": nil, "company": {"tenantcountry"}, "application": {"displayname", "objectid", "tags"},
	"resource": {"displayname", "objectid", "tags"}, "audience": {"displayname", "objectid", "tags"},
}

func sortedSources() []string {
	return []string{"user", "application", "resource", "audience", "company"}
}

// userAttribute judges the ID of an attribute of the user.
func (r *policyReader) userAttribute(a cursor, id string) {
	if _, known := LookupSource(id); known {
		return
	}
	if strings.EqualFold(id, "tenantcountry") {
		r.note(a, finding.Error, "tenantcountry is an attribute of the source company, not of the user")
		return
	}
	if id != "" && strings.Trim(id, "0123456789") == "" {
		r.note(a, finding.Error, "the user has no attribute %s: a fixed value is given as Value", finding.Quote(finding.Shorten(id, 30)))
		return
	}
	hint := ""
	if near := finding.DidYouMean(strings.ToLower(id), sourceIDs()); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	r.note(a, finding.Error, "the user has no attribute %s%s", finding.Quote(finding.Shorten(id, 60)), hint)
}

func sourceIDs() []string {
	var ids []string
	for _, s := range Sources() {
		ids = append(ids, s.ID)
	}
	return ids
}

// named judges the type of a claim.
func (r *policyReader) named(a cursor, seen map[string]bool) {
	folded := strings.ToLower(r.claim)
	switch {
	case RestrictionOf(r.claim) == Restricted:
		r.note(a, finding.Error, "the claim type is restricted: %s", WayAround(r.claim))
	case RestrictionOf(r.claim) == SigningKey:
		r.note(a, finding.Info, "the claim type is restricted unless the application has a signing key of its own")
	case strings.HasSuffix(folded, "/nameidentifier") && folded != TypeNameID:
		r.note(a, finding.Warning, "this is no NameID, but an attribute with a name like it: the type of the NameID is %s", TypeNameID)
	}
	if seen[folded] {
		r.note(a, finding.Warning, "the claim stands twice")
	}
	seen[folded] = true
}
