package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// restricted adds what Entra allows of a claim type.
func restricted(claimType string, o origin) origin {
	switch entra.RestrictionOf(claimType) {
	case entra.SigningKey:
		return o.with(Mapped, finding.Info, "the type is allowed as the application has a signing key of its own")
	case entra.Free:
		return o
	}
	switch {
	case claimType == entra.TypeUPN && o.says == "user.userprincipalname":
		o.says = "the optional claim upn of the app registration"
	case claimType == entra.TypeRole && o.kind == ofGroups:
		o.says += ", emitted as roles"
	case claimType == entra.TypeRole && o.kind == ofConstant:
		o.says = "the app role " + o.says
	case o.kind == ofEntra, o.kind == ofRequest, o.kind == ofNothing:
	default:
		o = o.with(Unsupported, finding.Error, "Entra keeps the claim type "+typeName(claimType)+" for itself: "+entra.WayAround(claimType))
	}
	return o
}

// nameID adds what Entra allows of a NameID.
func nameID(m made) origin {
	o := m.of
	switch {
	case o.kind == ofConstant:
		o = o.with(Unsupported, finding.Error, "a NameID cannot be a fixed value")
	case o.kind == ofGroups:
		o = o.with(Unsupported, finding.Error, "a NameID cannot be a group")
	case o.kind == ofAttribute && !nameIDSource(o) && !strings.HasPrefix(o.says, "every claim"):
		o = o.with(Changed, finding.Warning, "a NameID is made of a few attributes only (userprincipalname, mail, onpremisessamaccountname, employeeid, telephonenumber, extensionattribute1 to 15, objectid), with ExtractMailPrefix or Join: choose one of them with the app")
	case strings.HasPrefix(o.says, "Join("):
		o = o.with(Changed, finding.Warning, "Join for a NameID takes a suffix that is a verified domain only: choose another source with the app")
	}
	if m.format == "" || o.kind == ofPairwise {
		return o
	}
	f, ok := entra.LookupNameIDFormat(m.format)
	switch {
	case !ok:
		return o.with(Changed, finding.Warning, "Entra has no NameID format "+finding.Quote(m.format)+": tell the app to take unspecified")
	case f.Note != "":
		return o.with(Changed, finding.Warning, f.Note)
	}
	return o
}

// claimJudge judges the rules that make claims.
type claimJudge struct {
	flow
	set   *ruleSet
	items []Item
	// issued are the origins of each type in the token.
	issued map[string][]origin
	upn    bool
}

func newClaimJudge(set *ruleSet) *claimJudge {
	return &claimJudge{flow: flow{made: map[string][]origin{}}, set: set, issued: map[string][]origin{}}
}

func (j *claimJudge) judge() {
	for _, r := range j.set.rules.Rules {
		j.rule(r)
	}
	if j.set.count() > 0 {
		j.conclude()
	}
}

func (j *claimJudge) rule(r *claimrule.Rule) {
	if r.Bad {
		j.add(r, r, "", Unsupported, finding.Error, "", "the rule cannot be read, so that nothing is known of what it sends")
		return
	}
	p := j.premise(r)
	for _, m := range j.body(r, p) {
		j.one(r, p, m)
	}
}

// one judges one claim that a rule makes.
func (j *claimJudge) one(r *claimrule.Rule, p *premise, m made) {
	plain := m.of.bounded().withAll(p.remarks)
	plain.groups = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(plain.groups), p.groups...))))
	plain = plain.bounded()
	if m.of.kind == ofConstant {
		plain = plain.withAll(p.values)
	}
	defer j.keep(m.claimType, plain)
	if r.Verb == claimrule.Add {
		j.add(r, m.node, m.claimType, Mapped, finding.Info, "", "kept for the rules behind it: "+plain.sentence())
		return
	}
	o := plain
	if m.claimType == entra.TypeNameID {
		m.of = plain
		o = nameID(m)
	}
	o = restricted(m.claimType, o)
	j.upn = j.upn || strings.Contains(o.says, "userprincipalname")
	j.issued[m.claimType] = append(j.issued[m.claimType], o)
	g := o.gravest()
	j.add(r, m.node, m.claimType, g.outcome, g.severity, o.says, o.sentence())
}

// keep notes what a claim is made of for the rules behind. One more origin of
// a type that has many adds nothing that an administrator would read, unless it
// is graver than those before.
func (f *flow) keep(claimType string, o origin) {
	list := f.made[claimType]
	if len(list) < maxOrigins {
		f.made[claimType] = append(list, o)
		return
	}
	if last := &list[len(list)-1]; o.gravest().severity > last.gravest().severity {
		*last = o
	}
}

// sentence says what a claim becomes.
func (o origin) sentence() string {
	var parts []string
	if o.kind != ofNothing && o.kind != ofRequest {
		text := "becomes " + o.says
		if n := len(o.groups); n > 0 {
			text += " for the members of " + groupNames(o.groups)
		}
		parts = append(parts, text)
	}
	for _, r := range o.remarks {
		parts = append(parts, r.text)
	}
	return strings.Join(parts, "; ")
}

// groupNames lists groups by SID, with the names of those that every domain
// has.
func groupNames(sids []string) string {
	const shown = 3
	var names []string
	for _, sid := range sids[:min(shown, len(sids))] {
		if name := claimrule.SIDName(sid); name != "" {
			sid = name + " (" + sid + ")"
		}
		names = append(names, sid)
	}
	text := strings.Join(names, ", ")
	if more := len(sids) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more groups", more)
	}
	return text
}

const referenceClaims = "Microsoft Learn: Customize claims issued in the SAML token"

func (j *claimJudge) add(r *claimrule.Rule, at claimrule.Node, claimType string, outcome Outcome, severity finding.Severity, target, message string) {
	v := ruleVerdict(j.set, r, outcome, severity, message)
	v.Claim, v.Target, v.Reference = claimType, target, referenceClaims
	if severity == finding.Error && entra.RestrictionOf(claimType) == entra.Restricted {
		v.Aliases = append(v.Aliases, "RESTRICTED_CLAIM_ISSUED")
	}
	j.items = append(j.items, ruleItem(j.set, r, at, v))
}

// ruleVerdict is what is said of a rule of a set.
func ruleVerdict(set *ruleSet, r *claimrule.Rule, outcome Outcome, severity finding.Severity, message string) *Verdict {
	v := &Verdict{Setting: set.setting, Outcome: outcome, Severity: severity, Message: message,
		Aliases: append([]string{set.setting}, codes(r)...), Rule: &RuleRef{Index: r.Index, Name: r.Name(), Shape: shapeOf(r)}}
	switch severity {
	case finding.Error:
		v.Check = "adfs-rule-untranslatable"
	case finding.Warning:
		v.Check = "adfs-needs-work"
	}
	return v
}

func ruleItem(set *ruleSet, r *claimrule.Rule, at claimrule.Node, v *Verdict) Item {
	span := set.rules.Span(at)
	return Item{Verdict: v, Value: set.shown(r), Line: int32(span.Line), Column: int32(span.Column)}
}

// shown is a rule as items show it.
func (s *ruleSet) shown(r *claimrule.Rule) string {
	if s.lines == nil {
		s.lines = make([]string, s.count())
	}
	if s.lines[r.Index] == "" {
		s.lines[r.Index] = oneLine(s.rules.Source(r))
	}
	return s.lines[r.Index]
}

// oneLine is a text of the export on one line, cut off where it is long.
func oneLine(s string) string {
	const most = 160
	if len(s) > 8*most {
		s = strings.ToValidUTF8(s[:8*most], "") + "…"
	}
	return strings.Clone(finding.Shorten(strings.Join(strings.Fields(s), " "), most))
}

// conclude judges what the rules do together.
func (j *claimJudge) conclude() {
	groups := map[string]bool{}
	for _, t := range sortedKeys(j.issued) {
		list := j.issued[t]
		conditional := 0
		for _, o := range list {
			if len(o.groups) > 0 && o.kind == ofConstant {
				conditional++
			}
			for _, sid := range o.groups {
				groups[strings.ToUpper(sid)] = true
			}
		}
		if conditional > 1 && t != entra.TypeRole {
			j.together(t, Changed, finding.Warning, fmt.Sprintf("%d rules give a value to members of a group: who is in several gets all values from AD FS, and the last that matches from Entra", conditional))
		}
	}
	if len(groups) > entra.MaxConditionGroups {
		j.together("", Unsupported, finding.Error, fmt.Sprintf("the rules name %d groups, and the claim conditions of an application can name %d", len(groups), entra.MaxConditionGroups))
	}
	if len(j.issued) > entra.MaxClaims {
		j.together("", Changed, finding.Warning, fmt.Sprintf("the rules issue %d types of claims; a claims mapping policy drops those behind the first %d", len(j.issued), entra.MaxClaims))
	}
	if len(j.issued) > 0 && len(j.issued[entra.TypeNameID]) == 0 {
		j.together(entra.TypeNameID, Changed, finding.Info, "no rule issues a NameID: AD FS sends none, Entra always sends one (user.userprincipalname unless it is set otherwise)")
	}
}

func (j *claimJudge) together(claimType string, outcome Outcome, severity finding.Severity, message string) {
	v := &Verdict{Setting: j.set.setting, Outcome: outcome, Severity: severity, Claim: claimType, Message: message,
		Reference: referenceClaims, Aliases: []string{j.set.setting}}
	switch severity {
	case finding.Error:
		v.Check = "adfs-unsupported"
	case finding.Warning:
		v.Check = "adfs-needs-work"
	}
	j.items = append(j.items, Item{Verdict: v, Value: "", Line: int32(j.set.text.Span.Line), Column: int32(j.set.text.Span.Column)})
}
