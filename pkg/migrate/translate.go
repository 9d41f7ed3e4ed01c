package migrate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// translator turns the decision tables of a rule set into claims of Entra, and
// says of each rule what becomes of it.
type translator struct {
	*shared
	set    *ruleSet
	atoms  *atoms
	access *accessPlan // who is assigned; nil where that is not known
	out    claimPlan
	items  []Item
	naming bool         // the claim that is translated is the NameID
	slow   int          // expressions that took too long
	told   map[int]bool // rules that an item speaks of
}

// shared is what the translations of all trusts have in common.
type shared struct {
	groups       *GroupList
	replaces     map[replaceKey]replacement
	texts        map[string]string
	certificates map[string]Certificate
}

func newShared(groups *GroupList) *shared {
	return &shared{groups: groups, replaces: map[replaceKey]replacement{}, texts: map[string]string{}, certificates: map[string]Certificate{}}
}

// maxTexts bounds how many texts are kept once.
const maxTexts = 100_000

// own is a text that does not keep the one that it is a part of.
func (s *shared) own(text string) string {
	if known, ok := s.texts[text]; ok {
		return known
	}
	text = strings.Clone(text)
	if len(s.texts) < maxTexts {
		s.texts[text] = text
	}
	return text
}

// claimPlan is what the claims of a trust become.
type claimPlan struct {
	nameID   PlannedNameID
	claims   []PlannedClaim
	optional []string
	groups   entra.GroupClaim
	roles    []entra.Role
	rolesFor string // the claim type that the roles are for
	// issued counts the rows of each claim type.
	issued map[string]int
	// upn is set where a claim is made of the UPN.
	upn bool
}

func emptyClaimPlan() claimPlan {
	return claimPlan{
		nameID: PlannedNameID{NameID: entra.NameID{Configurations: []entra.Configuration{}}, Rules: []RuleLine{}},
		claims: []PlannedClaim{}, optional: []string{}, roles: []entra.Role{}, groups: entra.GroupClaim{Emit: entra.NoGroups}, issued: map[string]int{},
	}
}

func newTranslator(set *ruleSet, s *shared, access *accessPlan) *translator {
	return &translator{shared: s, set: set, atoms: newAtoms(s.groups), access: access, out: emptyClaimPlan(), told: map[int]bool{}}
}

// run translates all claim types.
func (t *translator) run() {
	tables, err := t.set.tables()
	if err == nil {
		for _, table := range tables.Types {
			t.table(table)
		}
		if tables.Open != nil {
			t.open(tables.Open)
		}
	}
	t.rest(tables)
	if t.set.count() > 0 {
		t.together(tables)
	}
	t.out.claims = slices.Clip(t.out.claims)
	slices.SortFunc(t.out.claims, func(a, b PlannedClaim) int { return cmp.Compare(a.Type(), b.Type()) })
	slices.SortStableFunc(t.items, func(a, b Item) int { return cmp.Compare(itemRule(a), itemRule(b)) })
}

// itemRule orders items by their rules, those of none last.
func itemRule(i Item) int {
	if i.Rule == nil {
		return int(^uint(0) >> 1)
	}
	return i.Rule.Index
}

// table translates one claim type.
func (t *translator) table(table *claimrule.Table) {
	if table.Unclear != nil {
		t.unclear(table)
		return
	}
	t.out.issued[table.Type] = len(table.Rows)
	t.naming = table.Type == entra.TypeNameID
	var drafts []*draft
	for _, row := range table.Rows {
		if group := groupElement(row); group != nil {
			t.groupRow(table.Type, row, group)
			continue
		}
		drafts = append(drafts, t.draft(row))
	}
	if len(drafts) == 0 {
		return
	}
	c := &claimDraft{claimType: table.Type, drafts: drafts, mixed: len(drafts) < len(table.Rows)}
	if table.Type != entra.TypeNameID {
		c.withoutPairwise()
	}
	switch {
	case table.Type == entra.TypeNameID:
		t.nameID(c)
	case t.byRoles(c):
	case t.allowed(c):
		t.claim(c)
	}
	t.tell(c)
}

// claimDraft is a claim on its way to Entra.
type claimDraft struct {
	claimType string
	drafts    []*draft
	mixed     bool // some rows are groups
}

// all adds a remark about the claim to each row.
func (c *claimDraft) all(outcome Outcome, severity finding.Severity, text string) {
	for _, d := range c.drafts {
		d.remark(outcome, severity, text)
	}
}

// refuse leaves the claim out, with the reason.
func (c *claimDraft) refuse(why remark) {
	for _, d := range c.drafts {
		d.ways, d.remarks = nil, addRemark(d.remarks, why)
	}
}

// withoutPairwise takes the pairwise identifier from a claim: it is a NameID
// alone.
func (c *claimDraft) withoutPairwise() {
	for _, d := range c.drafts {
		if d.value.source == entra.AttributeSource(pairwise) {
			d.ways, d.remarks = nil, nil
			d.remark(Unsupported, finding.Error, "the identifiers that AD FS computes are none that Entra has: a NameID alone can be pairwise, with other values")
		}
	}
}

// rules are those that issue the claim.
func (t *translator) rules(drafts []*draft) []RuleLine {
	var list []int
	for _, d := range drafts {
		list = append(list, d.row.Rules...)
	}
	slices.Sort(list)
	return t.set.ruleLines(slices.Compact(list))
}

// allowed tells whether an application may emit a claim type by its policy.
func (t *translator) allowed(c *claimDraft) bool {
	switch entra.RestrictionOf(c.claimType) {
	case entra.Free:
		return true
	case entra.SigningKey:
		c.all(Mapped, finding.Info, "the type is allowed as the application has a signing key of its own")
		return true
	}
	if c.claimType == entra.TypeUPN && len(c.drafts) == 1 && t.plainly(c.drafts[0], "userprincipalname") {
		t.out.optional = append(t.out.optional, "upn")
		t.out.upn = true
		c.drafts[0].becomes = "the optional claim upn of the app registration"
		return false
	}
	if slices.ContainsFunc(c.drafts, func(d *draft) bool { return gravest(d.remarks).severity == finding.Error }) {
		c.refuse(remark{})
		return false
	}
	c.refuse(remark{Unsupported, finding.Error, "Entra keeps the claim type " + typeName(c.claimType) + " for itself: " + entra.WayAround(c.claimType)})
	return false
}

// plainly tells whether a row is an attribute for everybody who has it.
func (t *translator) plainly(d *draft, id string) bool {
	return d.value.plain() && d.value.source == entra.AttributeSource(id) && t.compared([]*draft{d}, d.ways) == same && len(d.ways) == 1 && len(d.ways[0].groups) == 0
}

// claim makes the configurations of a claim.
func (t *translator) claim(c *claimDraft) {
	configurations := t.configurations(c)
	if len(configurations) == 0 {
		return
	}
	namespace, name := entra.SplitType(t.own(c.claimType))
	t.out.claims = append(t.out.claims, PlannedClaim{Rules: t.rules(c.drafts),
		Claim: entra.Claim{Name: name, Namespace: namespace, NameFormat: nameFormat(c.drafts), Configurations: configurations}})
}

// nameFormat is the word of the format of an attribute name that rules set.
func nameFormat(drafts []*draft) string {
	const prefix = "urn:oasis:names:tc:SAML:2.0:attrname-format:"
	for _, d := range drafts {
		if c, ok := d.row.Properties[propertyNameFormat].(*claimrule.Constant); ok {
			if word, ok := strings.CutPrefix(c.Text, prefix); ok && slices.Contains([]string{"uri", "basic", "unspecified"}, word) {
				return word
			}
		}
	}
	return ""
}

const (
	claimProperties    = "http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/"
	propertyNameFormat = claimProperties + "attributename"
	propertyFormat     = claimProperties + "format"
)

// tell adds an item for each row and the rules that issue it.
func (t *translator) tell(c *claimDraft) {
	if slices.ContainsFunc(c.drafts, func(d *draft) bool { return !d.value.made() && gravest(d.value.remarks).outcome == Manual }) {
		t.of(c.claimType, Unsupported, finding.Info, "where such a claim comes in all the same, AD FS sends it, and Entra does not")
	}
	for _, d := range c.drafts {
		g := t.capped(gravest(d.remarks), d.row)
		says := cmp.Or(d.becomes, d.says())
		for _, r := range d.row.Rules {
			t.rule(r, c.claimType, g.outcome, g.severity, strings.TrimPrefix(says, "nothing"), sentence(says, d.remarks))
		}
	}
}

// capped is a verdict on a row; where the rules pass all claims on, no single
// one of them keeps the trust from moving.
func (t *translator) capped(r remark, row *claimrule.Row) remark {
	if !slices.ContainsFunc(row.Rules, func(i int) bool { return shapeOf(t.set.rules.Rules[i]) != ShapePassAll }) {
		r.severity = min(r.severity, finding.Warning)
	}
	return r
}

// says is what a row becomes.
func (d *draft) says() string {
	if len(d.ways) == 0 {
		return "nothing"
	}
	text := d.ways[0].value.says()
	var sids []string
	for _, w := range d.ways {
		for _, g := range w.groups {
			sids = append(sids, orText(g.SID, g.Name))
		}
	}
	if len(sids) > 0 {
		text += " for the members of " + groupNames(sids)
	}
	return text
}

// sentence says what a claim becomes, and what is to be said of it.
func sentence(says string, remarks []remark) string {
	var parts []string
	if says != "nothing" {
		parts = append(parts, "becomes "+says)
	}
	for _, r := range remarks[:min(len(remarks), maxRemarks)] {
		if !slices.Contains(parts, r.text) {
			parts = append(parts, r.text)
		}
	}
	if len(parts) == 0 {
		return "becomes nothing"
	}
	return strings.Join(parts, "; ")
}

// maxRemarks bounds what is said of one row.
const maxRemarks = 8

// unclear tells of a table that could not be made.
func (t *translator) unclear(table *claimrule.Table) {
	t.out.issued[table.Type] = 1
	t.rule(table.Unclear.Rule, table.Type, Unsupported, finding.Error, "", "it cannot be told what is sent: "+finding.Shorten(table.Unclear.Reason, 300))
}

// open tells of the rows whose claims are of any type.
func (t *translator) open(table *claimrule.Table) {
	if table.Unclear != nil {
		t.unclear(table)
	}
	comesIn := false
	for _, row := range table.Rows {
		outcome, severity, text := Manual, finding.Warning, passAll
		if _, ok := row.Type.(*claimrule.Item); !ok {
			outcome, severity, text = Unsupported, finding.Error, "the type of the claim is made of other claims: Entra's claims have fixed names"
		} else if !comesIn {
			comesIn = true
			t.of("", Unsupported, finding.Info, "where claims of other types come in, AD FS sends them, and Entra does not")
			for _, claimType := range sortedKeys(t.out.issued) {
				t.of(claimType, Changed, finding.Info, "where such a claim comes in besides, AD FS passes it on, and Entra does not")
			}
		}
		for _, r := range row.Rules {
			t.rule(r, "", outcome, severity, "", text)
		}
	}
}

const passAll = "Entra cannot pass all claims on: list those that the app reads"

// rest tells of the rules that no row speaks of.
func (t *translator) rest(tables *claimrule.Tables) {
	feeds := map[int]bool{}
	if tables != nil {
		for _, table := range append(slices.Clone(tables.Types), tables.Open) {
			for _, row := range rowsOf(table) {
				for _, r := range row.Feeds {
					feeds[r] = true
				}
			}
		}
	}
	for _, r := range t.set.rules.Rules {
		switch {
		case r.Bad:
			t.rule(r.Index, "", Unsupported, finding.Error, "", "the rule cannot be read, so that nothing is known of what it sends")
		case t.told[r.Index]:
		case feeds[r.Index]:
			t.rule(r.Index, "", Mapped, finding.Info, "", "kept for the rules behind it, whose claims are made with it")
		case slices.Contains(codes(r), "CONDITION_MATCHES_UNSUPPORTED_ISSUER"):
			t.rule(r.Index, typeOf(r), Manual, finding.Warning, "", forGuests)
		case r.Verb == claimrule.Add:
			t.rule(r.Index, "", NotApplicable, finding.Info, "", "no claim of the token is made of it")
		default:
			t.rule(r.Index, typeOf(r), NotApplicable, finding.Info, "", "no user of Active Directory fulfils its conditions, or other rules say why it cannot be told what it sends")
		}
	}
}

const forGuests = "it is for users of another claims provider: those must become guests, or members of other groups"

// typeOf is the only claim type that a rule names for its claims; empty where
// there are several, or none.
func typeOf(r *claimrule.Rule) string {
	switch b := r.Body.(type) {
	case *claimrule.New:
		text, _ := literal(b.Assigned(claimrule.Type).Value)
		return text
	case *claimrule.Query:
		if len(b.Types) == 1 {
			return b.Types[0].Value
		}
	}
	return ""
}

func rowsOf(table *claimrule.Table) []*claimrule.Row {
	if table == nil {
		return nil
	}
	return table.Rows
}
