package migrate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// entangled is a farm whose trusts say much of each other, and whose other
// objects stand behind them.
func entangled() []*adfstest.Object {
	named := func(name, key string, identifiers ...string) *adfstest.Object {
		return ready().Set("Name", adfstest.String(name)).Set("ObjectIdentifier", adfstest.String(key)).Set("Identifier", adfstest.Strings(identifiers...)).
			Set("IssuanceTransformRules", adfstest.String(upnRule+`c:[] => issue(store = "HR", types = ("urn:hr"), query = "select 1");`))
	}
	poorer := named("Twice", "k4", "urn:twice")
	poorer.Properties = slices.DeleteFunc(poorer.Properties, func(e adfstest.Entry) bool {
		return e.Key == "IssuanceAuthorizationRules" || e.Key == "AccessControlPolicyName"
	})
	return []*adfstest.Object{
		named("First", "k1", "urn:a", "urn:b"), named("Second", "k2", "URN:A", "urn:c"), named("Third", "k3", "urn:c", "urn:b").Set("Enabled", adfstest.Bool(false)),
		poorer, named("Twice", "k4", "urn:twice"), named("Other", "k5", "urn:other"),
		adfstest.Provider().Set("AlternateLoginID", adfstest.String("mail")),
		{Type: "Microsoft.IdentityServer.Management.Resources.AttributeStore", Properties: []adfstest.Entry{{Key: "Name", Value: adfstest.String("CRM")}, {Key: "StoreTypeQualifiedName", Value: adfstest.String("Sql")}, {Key: "Configuration", Value: adfstest.String("")}}},
	}
}

func written(t *testing.T, farm []*adfstest.Object) string {
	t.Helper()
	var b strings.Builder
	if err := adfstest.WriteCLIXML(&b, farm, adfstest.CLIXMLOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// collected makes plans one by one and puts them together.
func collected(t *testing.T, p *Plans) *Plan {
	t.Helper()
	out := &Plan{Schema: PlanSchema, Trusts: []*TrustPlan{}, Problems: p.Problems}
	for trust, err := range p.All() {
		if err != nil {
			t.Fatal(err)
		}
		out.Trusts = append(out.Trusts, trust)
	}
	out.Summary = p.Summary()
	return out
}

// TestPlansOneByOne holds plans that are made one by one to those that are made
// while nothing is let go, and their items to those of the assessment.
func TestPlansOneByOne(t *testing.T) {
	check := func(name string, read func() []*adfs.Object) {
		whole, err := Build(yielded(read()), PlanOptions{At: benchTime})
		if err != nil {
			t.Fatal(err)
		}
		plans, err := Open(yielded(read()), PlanOptions{At: benchTime})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, want := marshalled(t, collected(t, plans)), marshalled(t, whole); got != want {
				t.Errorf("%s: made one by one\n%s\nmade at once\n%s", name, got, want)
			}
		}
		items := map[Source]string{}
		for _, trust := range Assess(yielded(read()), benchTime).Trusts {
			items[trust.Source] = fmt.Sprint(trust.Skipped, trust.Readiness, said(trust.Items))
		}
		for _, trust := range whole.Trusts {
			list := slices.DeleteFunc(slices.Clone(trust.Items), func(i Item) bool { return i.Setting == "(profile)" })
			if got := fmt.Sprint(trust.Skipped, trust.Readiness, said(list)); got != items[trust.Source] {
				t.Errorf("%s: %s: the plan says\n%s\nthe assessment\n%s", name, trust.Name, got, items[trust.Source])
			}
		}
	}
	ofExports(t, check)
	check("entangled", func() (list []*adfs.Object) {
		for o, err := range adfs.Read(strings.NewReader(written(t, entangled())), "farm.xml", adfs.Limits{}) {
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, o)
		}
		return list
	})
}

func said(items []Item) (list []string) {
	for _, i := range items {
		list = append(list, fmt.Sprint(i.Setting, i.Outcome, i.Severity, i.Message, i.Value, i.Line))
	}
	return list
}

// TestTrustsOfAFarm holds what trusts say of each other.
func TestTrustsOfAFarm(t *testing.T) {
	plans, err := Open(adfs.Read(strings.NewReader(written(t, entangled())), "farm.xml", adfs.Limits{}), PlanOptions{At: benchTime})
	if err != nil {
		t.Fatal(err)
	}
	p := collected(t, plans)
	for i, want := range []struct {
		skipped string
		says    []string
	}{
		{"", []string{`the trust "Second" has the same identifier`, `the trust "Third" has the same identifier`}},
		{"", []string{`the trust "First" has the same identifier`, `the trust "Third" has the same identifier`}},
		{"the trust is disabled", []string{`the trust "Second" has the same identifier`, `the trust "First" has the same identifier`}},
		{givenTwice, []string{"the same trust is told from farm.xml (object 4)"}},
		{"", nil},
		{"", nil},
	} {
		trust := p.Trusts[i]
		if trust.Skipped != want.skipped || plans.Trusts[i] != (Outline{trust.Name, want.skipped}) {
			t.Errorf("%s: skipped %q, the outline says %q, want %q", trust.Name, trust.Skipped, plans.Trusts[i].Skipped, want.skipped)
		}
		for _, text := range append(want.says, `users sign in with the alternate login ID "mail"`, `the attribute store "HR" is not one of the farm`) {
			if !slices.ContainsFunc(trust.Items, func(i Item) bool { return strings.Contains(i.Message, text) }) {
				t.Errorf("%s: no item says %s", trust.Name, text)
			}
		}
	}
	some := plans.Included(func(o Outline) bool { return o.Skipped == "" }).Included(func(o Outline) bool { return o.Name != "Other" })
	if got := collected(t, some); len(got.Trusts) != 3 || len(some.Trusts) != 3 || got.Summary.Trusts != 3 || plans.Summary() != got.Summary {
		t.Errorf("%d trusts of %d are left, %+v", len(got.Trusts), len(some.Trusts), plans.Summary())
	}
}

// TestPlansOfAnotherExport holds that an export that changes between the two
// times that it is read gives an error, and no plan that is half of each.
func TestPlansOfAnotherExport(t *testing.T) {
	farm := entangled()
	for name, changed := range map[string][]*adfstest.Object{"shorter": farm[:3], "longer": append(slices.Clone(farm), ready()), "another": append(farm[4:5:5], farm[1:]...)} {
		text := written(t, farm)
		plans, err := Open(func(yield func(*adfs.Object, error) bool) {
			adfs.Read(strings.NewReader(text), "farm.xml", adfs.Limits{})(yield)
		}, PlanOptions{At: benchTime})
		if err != nil {
			t.Fatal(err)
		}
		text = written(t, changed)
		var last error
		for _, err := range plans.All() {
			last = err
		}
		if !errors.Is(last, ErrChanged) {
			t.Errorf("%s: %v", name, last)
		}
	}
}

// TestItemJSON holds the JSON of items to what encoding/json makes of them.
func TestItemJSON(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "plain", `"\<>&`, "\u2028\x00\x7f\xff", "line\nline"}))
	rapid.Check(t, func(t *rapid.T) {
		i := Item{Verdict: &Verdict{
			Setting: text.Draw(t, "setting"), Outcome: Outcome(text.Draw(t, "outcome")), Target: text.Draw(t, "target"),
			Severity: rapid.SampledFrom([]finding.Severity{finding.Info, finding.Warning, finding.Error}).Draw(t, "severity"),
			Claim:    text.Draw(t, "claim"), Message: text.Draw(t, "message"), Check: text.Draw(t, "check"), Reference: text.Draw(t, "reference"),
			Aliases: rapid.SliceOfN(text, 0, 3).Draw(t, "aliases"),
		}, Value: text.Draw(t, "value"), Line: rapid.Int32().Draw(t, "line"), Column: rapid.Int32().Draw(t, "column")}
		if rapid.Bool().Draw(t, "of a rule") {
			i.Rule = &RuleRef{rapid.Int().Draw(t, "index"), text.Draw(t, "name"), Shape(text.Draw(t, "shape"))}
		}
		want, err := json.MarshalIndent(struct {
			Setting   string           `json:"setting"`
			Value     string           `json:"value"`
			Outcome   Outcome          `json:"outcome"`
			Target    string           `json:"target"`
			Severity  finding.Severity `json:"severity"`
			Claim     string           `json:"claim"`
			Message   string           `json:"message"`
			Check     string           `json:"check"`
			Reference string           `json:"reference"`
			Aliases   []string         `json:"aliases,omitempty"`
			Rule      *RuleRef         `json:"rule,omitempty"`
			Line      int32            `json:"line,omitempty"`
			Column    int32            `json:"column,omitempty"`
		}{i.Setting, i.Value, i.Outcome, i.Target, i.Severity, i.Claim, i.Message, i.Check, i.Reference, i.Aliases, i.Rule, i.Line, i.Column}, "  ", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if got := i.AppendJSON(nil, "  "); !bytes.Equal(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}
