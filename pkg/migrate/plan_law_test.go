package migrate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// ofExports calls for each export at hand: generated ones, and those of the
// corpus.
func ofExports(t *testing.T, visit func(name string, read func() []*adfs.Object)) {
	t.Helper()
	var b strings.Builder
	farm := append(adfstest.Farm(6), ready().Set("FutureSwitch", adfstest.String("on")), adfstest.Provider())
	for i, c := range ruleCases {
		farm = append(farm, ready().Set("Name", adfstest.String(c.name)).Set("ObjectIdentifier", adfstest.String(c.name)).
			Set("Identifier", adfstest.Strings("urn:"+strings.ReplaceAll(c.name, " ", "-"))).Set("IssuanceTransformRules", adfstest.String(ruleCases[i].rules)))
	}
	if err := adfstest.WriteCLIXML(&b, farm, adfstest.CLIXMLOptions{}); err != nil {
		t.Fatal(err)
	}
	objects := func(read func(yield func(*adfs.Object, error) bool)) (list []*adfs.Object) {
		for o, err := range read {
			if err == nil {
				list = append(list, o)
			}
		}
		return list
	}
	visit("generated", func() []*adfs.Object {
		return objects(adfs.Read(strings.NewReader(b.String()), "farm.xml", adfs.Limits{}))
	})
	corpus := filepath.Join("..", "..", "..", "shared", "corpus", "adfs")
	for _, dir := range []string{"constructed", "formatlist", "metadata", "xml"} {
		if _, err := os.Stat(filepath.Join(corpus, dir)); err != nil {
			t.Log("there is no corpus")
			return
		}
		visit(dir, func() []*adfs.Object {
			return objects(adfs.ReadFS(os.DirFS(filepath.Join(corpus, dir)), dir, adfs.Limits{}))
		})
	}
}

func yielded(list []*adfs.Object) func(func(*adfs.Object, error) bool) {
	return func(yield func(*adfs.Object, error) bool) {
		for _, o := range list {
			if !yield(o, nil) {
				return
			}
		}
	}
}

// TestPlanLaws holds for every export: each property is in the items, each rule
// is in a claim or an item, the readiness is that of the items and that of the
// assessment, and the plan is the same each time.
func TestPlanLaws(t *testing.T) {
	trusts := 0
	ofExports(t, func(name string, read func() []*adfs.Object) {
		list := read()
		p, err := Build(yielded(list), PlanOptions{At: benchTime})
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Build(yielded(read()), PlanOptions{At: benchTime})
		one, two := marshalled(t, p), marshalled(t, again)
		if one != two {
			t.Errorf("%s: two plans of the same export differ", name)
		}
		a := Assess(yielded(list), benchTime)
		if a.Summary != p.Summary {
			t.Errorf("%s: the plan counts %+v, the assessment %+v", name, p.Summary, a.Summary)
		}
		bySource := map[Source]*Trust{}
		for _, trust := range a.Trusts {
			bySource[trust.Source] = trust
		}
		for _, trust := range p.Trusts {
			trusts++
			if bySource[trust.Source].Readiness != trust.Readiness {
				t.Errorf("%s: the plan says %s, the assessment %s", trust.Name, trust.Readiness, bySource[trust.Source].Readiness)
			}
			wellFormed(t, trust)
		}
		for _, o := range list {
			if rp := o.RelyingParty(); rp != nil {
				accounted(t, rp, p)
			}
		}
	})
	t.Logf("%d trusts", trusts)
}

func marshalled(t *testing.T, p *Plan) string {
	t.Helper()
	out, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "null,") && strings.Contains(string(out), `"identifiers":null`) {
		t.Error("a list is null")
	}
	return string(out)
}

// accounted holds that each property and each rule of a trust is told.
func accounted(t *testing.T, rp *adfs.RelyingParty, p *Plan) {
	t.Helper()
	i := slices.IndexFunc(p.Trusts, func(trust *TrustPlan) bool { return trust.Source == sourceOf(rp.Source) })
	if i < 0 {
		t.Fatalf("%s is not in the plan", rp.Name)
	}
	trust := p.Trusts[i]
	for _, property := range rp.Properties {
		if !slices.ContainsFunc(trust.Items, func(i Item) bool { return i.Setting == property.Name }) {
			t.Errorf("%s: no item about %s", rp.Name, property.Name)
		}
	}
	for _, set := range []*ruleSet{readRules(rp).transform, readRules(rp).authorization, readRules(rp).additional} {
		for _, r := range set.rules.Rules {
			inItem := slices.ContainsFunc(trust.Items, func(i Item) bool {
				return i.Setting == set.setting && i.Rule != nil && i.Rule.Index == r.Index
			})
			if !inItem && !slices.ContainsFunc(trust.Claims, func(c PlannedClaim) bool {
				return slices.ContainsFunc(c.Rules, func(l RuleLine) bool { return l.Index == r.Index })
			}) {
				t.Errorf("%s: rule %d of %s is told nowhere", rp.Name, r.Index, set.setting)
			}
		}
	}
}

// wellFormed holds what Entra demands of an application.
func wellFormed(t *testing.T, p *TrustPlan) {
	t.Helper()
	worst := Ready
	for _, i := range p.Items {
		switch i.Severity.String() {
		case "error":
			worst = Blocked
		case "warning":
			worst = max(worst, NeedsWork)
		}
	}
	if worst != p.Readiness {
		t.Errorf("%s is %s, and its items say %s", p.Name, p.Readiness, worst)
	}
	for _, id := range p.Application.Identifiers {
		if refused(entra.Identifier(id)) {
			t.Errorf("%s: Entra refuses the identifier %q", p.Name, id)
		}
	}
	for i, r := range p.Application.ReplyURLs {
		if refused(entra.ReplyURL(r.URL)) || r.Default != (i == 0) {
			t.Errorf("%s: the Reply URL %+v", p.Name, r)
		}
	}
	if n := p.TokenLifetimeMinutes; n < entra.MinLifetimeMinutes || n > entra.MaxLifetimeMinutes {
		t.Errorf("%s: a token lifetime of %d minutes", p.Name, n)
	}
	for _, c := range p.ConditionalAccess {
		if c.State != ReportOnly || c.DisplayName == "" || c.GrantControls == nil && c.SessionControls == nil {
			t.Errorf("%s: the policy %+v", p.Name, c)
		}
	}
	for _, c := range p.Claims {
		if len(c.Configurations) == 0 || len(c.Rules) == 0 || entra.RestrictionOf(c.Type()) == entra.Restricted {
			t.Errorf("%s: the claim %+v", p.Name, c)
		}
	}
	if len(p.Provider) != 5 {
		t.Errorf("%s: %d values of the identity provider", p.Name, len(p.Provider))
	}
}
