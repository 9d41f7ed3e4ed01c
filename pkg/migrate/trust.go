package migrate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const referenceMove = "Microsoft Learn: Move application authentication from AD FS to Microsoft Entra ID"

// trustJudge judges one trust.
type trustJudge struct {
	rp    *adfs.RelyingParty
	sets  *ruleSets
	at    time.Time
	items []Item
	*shared
	// claims is what the transform rules become, with the items of them in
	// transformed, once they are translated; entry is who may sign in.
	claims      claimPlan
	transformed []Item
	entry       *accessPlan
	// authorization and additional are the rules that decide, policySet those
	// of the access control policy that takes their place.
	authorization, additional *entryJudge
	policySet                 entryRuleSet

	current *adfs.Property // the property being judged
	value   string         // what its items show
	said    bool
}

// assessTrust judges every property and every rule of a trust.
func assessTrust(rp *adfs.RelyingParty, at time.Time, s *shared) (*Trust, *trustJudge) {
	j := &trustJudge{rp: rp, sets: readRules(rp), at: at, shared: s, claims: emptyClaimPlan()}
	j.decide()
	for i := range rp.Properties {
		j.property(&rp.Properties[i])
	}
	j.missing()
	j.reader()
	j.ruleProblems()
	t := &Trust{
		Name: rp.Name, Source: sourceOf(rp.Source), Enabled: rp.Enabled, Protocol: protocol(rp),
		Identifiers: slices.Clone(rp.Identifier), Tests: runTests(rp, j.sets), Items: j.items,
		upn: j.claims.upn,
	}
	if t.Identifiers == nil {
		t.Identifiers = []string{}
	}
	j.sets.each(func(s *ruleSet) {
		for _, name := range storesOf(s.rules) {
			if !slices.Contains(t.queries, name) {
				t.queries = append(t.queries, name)
			}
		}
	})
	return t, j
}

// property judges one property; one of which nothing special is known says
// what the table of properties says.
func (j *trustJudge) property(p *adfs.Property) {
	j.current, j.said = p, false
	j.value = shownValue(p)
	switch {
	case p.Info == nil:
		j.say(Manual, finding.Info, "", "it is no known property: find out what it does")
		return
	case p.State == adfs.Lost || p.State == adfs.Unreadable:
		j.lost(p)
		return
	}
	if judge, ok := propertyJudges[p.Name]; ok {
		judge(j)
	}
	if p.State == adfs.Partial {
		j.lost(p)
	}
	if !j.said {
		j.plain(p)
	}
}

// plain says what the table says of a property.
func (j *trustJudge) plain(p *adfs.Property) {
	shared := plainVerdicts[p.Name]
	v := shared.other
	if p.Value.Shape == adfs.ShapeNull || j.value == p.Info.Default {
		v = shared.byDefault
	}
	j.put(v)
}

// plainVerdicts are what is said of properties without a judge, or that their
// judge has nothing to say of. They are shared by all trusts.
var plainVerdicts = makePlainVerdicts()

type plainVerdict struct{ byDefault, other *Verdict }

func makePlainVerdicts() map[string]plainVerdict {
	verdicts := map[string]plainVerdict{}
	for _, info := range adfs.Properties(adfs.KindRelyingParty) {
		v := Verdict{Setting: info.Name, Outcome: Default, Severity: finding.Info, Target: info.Entra, Message: info.Meaning, Reference: referenceMove}
		other := v
		other.Outcome = Mapped
		if strings.HasPrefix(info.Entra, "none") {
			v.Outcome, other.Outcome = NotApplicable, NotApplicable
		}
		verdicts[info.Name] = plainVerdict{&v, &other}
	}
	return verdicts
}

// say adds an item about the current property.
func (j *trustJudge) say(outcome Outcome, severity finding.Severity, target, message string) {
	v := &Verdict{Setting: j.current.Name, Outcome: outcome, Severity: severity, Target: target, Message: message, Reference: referenceMove}
	if target == "" && j.current.Info != nil {
		v.Target = j.current.Info.Entra
	}
	switch severity {
	case finding.Error:
		v.Check = "adfs-unsupported"
	case finding.Warning:
		v.Check = "adfs-needs-work"
	}
	if slices.Contains(testNames, v.Setting) {
		v.Aliases = testAliases[v.Setting]
	}
	j.put(v)
}

var testNames = TestNames()

// testAliases are the names of Microsoft's tests as aliases.
var testAliases = func() map[string][]string {
	m := map[string][]string{}
	for _, name := range testNames {
		m[name] = []string{name}
	}
	return m
}()

func (j *trustJudge) put(v *Verdict) {
	j.said = true
	j.items = append(j.items, Item{Verdict: v, Value: j.value, Line: int32(j.current.Span.Line), Column: int32(j.current.Span.Column)})
}

// about adds an item about a part of the current property.
func (j *trustJudge) about(value string, at finding.Span, outcome Outcome, severity finding.Severity, target, message string) {
	whole := j.value
	j.value = value
	j.say(outcome, severity, target, message)
	j.value = whole
	if at.Known() {
		last := &j.items[len(j.items)-1]
		last.Line, last.Column = int32(at.Line), int32(at.Column)
	}
}

// decisive are the properties without which a trust cannot be judged.
var decisive = []struct {
	names []string // one of them is enough
	what  string
}{
	{[]string{"SamlEndpoints", "WSFedEndpoint"}, "where tokens are sent"},
	{[]string{"IssuanceTransformRules"}, "which claims are sent"},
	{[]string{"IssuanceAuthorizationRules", "AccessControlPolicyName"}, "who is let in"},
	{[]string{"AdditionalAuthenticationRules"}, "when a second factor is demanded"},
	{[]string{"Identifier"}, "the identifiers of the app"},
}

// lost says of a value that the export does not hold all of, or that cannot be
// read, in the words of the reader. One that is judged makes work.
func (j *trustJudge) lost(p *adfs.Property) {
	_, judged := propertyJudges[p.Name]
	severity, check := finding.Info, ""
	if judged && (p.State != adfs.Partial || p.Name != "ResultantPolicy") {
		severity, check = finding.Warning, "adfs-export-incomplete"
	}
	message := "the export does not hold the value, so that it is not judged: export again with Export-Clixml and without -Depth"
	for _, problem := range j.rp.Problems {
		if problem.Location.Span == p.Span && (problem.Check == adfs.CheckIncomplete || problem.Check == adfs.CheckUnreadable) {
			message = problem.Detail
			if severity == finding.Warning {
				check = problem.Check
			}
		}
	}
	j.say(Manual, severity, "", message)
	j.recheck(check)
}

// whole tells whether the export holds all of a property, or does not have it.
func (j *trustJudge) whole(name string) bool {
	p := j.rp.Property(name)
	return p == nil || p.State == adfs.Held
}

// recheck gives the last item another check.
func (j *trustJudge) recheck(check string) {
	last := &j.items[len(j.items)-1]
	v := *last.Verdict
	v.Check = check
	last.Verdict = &v
}

// missing says which of the decisive properties the export does not have.
func (j *trustJudge) missing() {
	for _, d := range decisive {
		if slices.ContainsFunc(d.names, func(name string) bool { return j.rp.Property(name) != nil }) {
			continue
		}
		j.current = &adfs.Property{Name: d.names[0], Info: adfs.LookUp(adfs.KindRelyingParty, d.names[0]), Span: j.rp.Span}
		j.value = ""
		severity := finding.Warning
		if d.names[0] == "AdditionalAuthenticationRules" {
			severity = finding.Info // AD FS 2.0 has none
		}
		j.say(Manual, severity, "", "the export does not say "+d.what+": export all properties with Export-Clixml")
		if severity == finding.Warning {
			j.recheck("adfs-export-incomplete")
		}
	}
}

// problem adds what a reader said, beside the items that were judged.
func (j *trustJudge) problem(setting string, p finding.Problem) {
	v := &Verdict{Setting: setting, Outcome: Manual, Severity: p.Severity, Message: p.Detail, Check: p.Check}
	j.items = append(j.items, Item{Verdict: v, Value: oneLine(p.Actual), Line: int32(p.Location.Span.Line), Column: int32(p.Location.Span.Column)})
}

// reader adds what the reader of the export said.
func (j *trustJudge) reader() {
	told := map[finding.Span]bool{}
	for _, p := range j.rp.Properties {
		if p.State != adfs.Held && p.Info != nil {
			told[p.Span] = true
		}
	}
	for _, p := range j.rp.Problems {
		if p.Check == adfs.CheckUnknown || told[p.Location.Span] {
			continue // the item of the property says so
		}
		j.problem("(export)", p)
	}
}

// ruleProblems adds what is wrong with the rules.
func (j *trustJudge) ruleProblems() {
	j.sets.each(func(s *ruleSet) {
		for _, p := range s.problems() {
			j.problem(s.setting, p)
		}
	})
}

// shownValue is a value for an item: short, on one line.
func shownValue(p *adfs.Property) string {
	if p.Info != nil && p.Info.Type == adfs.TypeRules {
		return oneLine(p.Value.Text.Value)
	}
	s := p.Value.String()
	if p.Info != nil && s == p.Info.Default {
		return p.Info.Default
	}
	if len(s) < 60 && !strings.ContainsAny(s, "\r\n\t") {
		return s
	}
	return oneLine(s)
}

// protocol is what the endpoints of a trust speak. Where the export does not
// hold them, there are some: an empty list is never lost.
func protocol(rp *adfs.RelyingParty) string {
	saml, wsfed := len(rp.AssertionConsumers()) > 0, rp.WSFedEndpoint != ""
	if p := rp.Property("SamlEndpoints"); p != nil && p.State >= adfs.Lost && !strings.EqualFold(rp.ProtocolProfile, "WsFederation") {
		saml = true
	}
	switch {
	case saml && wsfed:
		return "both"
	case saml:
		return "saml2"
	case wsfed:
		return "wsfed"
	}
	return "none"
}

// microsoftTrusts are the identifiers of trusts that AD FS or Microsoft's
// services made; "*" stands for the rest.
var microsoftTrusts = []string{
	"urn:federation:microsoftonline", "urn:ms-drs:*", "microsoft:winhello:cert:prov:server", "urn:appproxy:com",
	"urn:microsoft:adfs:claimsxray", "urn:microsoft:userinfo", "https://login.microsoftonline.com/extsts.srf",
}

var microsoftNames = []string{"Device Registration Service", "ProxyTrustProvisionRelyingParty", "UserInfo", "Microsoft Office 365 Identity Platform"}

// skipped says why a trust is not one to move.
func skipped(rp *adfs.RelyingParty) string {
	for _, id := range rp.Identifier {
		for _, own := range microsoftTrusts {
			prefix, open := strings.CutSuffix(own, "*")
			if lower := strings.ToLower(strings.TrimSuffix(id, "/")); lower == prefix || open && strings.HasPrefix(lower, prefix) {
				return "the trust is AD FS's own or of a service of Microsoft"
			}
		}
	}
	for _, name := range microsoftNames {
		if strings.HasPrefix(rp.Name, name) {
			return "the trust is AD FS's own or of a service of Microsoft"
		}
	}
	if !rp.Enabled {
		return "the trust is disabled"
	}
	return ""
}

// storesOf lists the attribute stores that rules ask.
func storesOf(rs *claimrule.RuleSet) []string {
	var list []string
	claimrule.Walk(rs, func(n claimrule.Node) bool {
		if q, ok := n.(*claimrule.Query); ok {
			list = append(list, strings.Clone(q.Store.Value))
		}
		return true
	})
	return list
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
