package migrate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// configurations are those of a claim in Entra's order of evaluation, with what
// differs remarked.
func (t *translator) configurations(c *claimDraft) []entra.Configuration {
	var ways []way
	for _, d := range c.drafts {
		ways = append(ways, d.ways...)
	}
	if len(ways) == 0 {
		return nil
	}
	slices.SortStableFunc(ways, func(a, b way) int { return cmp.Compare(b.negatives, a.negatives) })
	order := evaluated(ways)
	found := t.compared(c.drafts, order)
	if found > same && !slices.EqualFunc(ways, order, sameWay) {
		if forced := transformed(ways); forced != nil {
			if other := t.compared(c.drafts, forced); other < found {
				order, found = forced, other
			}
		}
	}
	t.differs(c, found)
	list := make([]entra.Configuration, 0, len(order))
	for _, w := range order {
		one := w.value.configuration()
		one.Condition.Groups = append(one.Condition.Groups, w.groups...)
		list = append(list, one)
		t.out.upn = t.out.upn || w.value.source == entra.AttributeSource("userprincipalname")
	}
	return list
}

func sameWay(a, b way) bool {
	return a.key == b.key && slices.Equal(a.atoms, b.atoms) && a.value.plain() == b.value.plain()
}

// evaluated is the order in which Entra looks at configurations: plain ones
// before those with transformations.
func evaluated(ways []way) []way {
	order := slices.Clone(ways)
	slices.SortStableFunc(order, func(a, b way) int { return cmp.Compare(len(a.value.steps), 0) - cmp.Compare(len(b.value.steps), 0) })
	return order
}

// transformed makes all configurations behind the first transformation ones
// with transformations too, so that Entra keeps their order.
func transformed(ways []way) []way {
	out := slices.Clone(ways)
	behind := false
	for i, w := range out {
		if behind = behind || !w.value.plain(); !behind || !w.value.plain() {
			continue
		}
		output := w.value.source
		if output.Kind == entra.FromConstant {
			out[i].value.source = entra.AttributeSource("onpremisessamaccountname") // every user has one
		}
		out[i].value = out[i].value.step(entra.Transformation{Method: entra.IfNotEmpty, Parameters: entra.Parameters{Output: &output}})
	}
	return out
}

// differs remarks how the configurations of a claim differ from the rules, where
// nothing that was said of the claim tells that it will.
func (t *translator) differs(c *claimDraft, found mismatch) {
	if found == same || slices.ContainsFunc(c.drafts, func(d *draft) bool { return announces(gravest(d.remarks).outcome) > 1 }) && found <= partial {
		return
	}
	for _, d := range c.drafts {
		for _, r := range d.remarks {
			if announces(r.outcome) > 1 && found != several {
				return
			}
		}
	}
	switch found {
	case partial:
		t.of(c.claimType, Changed, finding.Info, "users who lack one of the joined values get no claim from AD FS; what Entra joins then is not documented")
	case several:
		t.of(c.claimType, Changed, finding.Warning, fmt.Sprintf("%d rows give a value: users for whom several hold get all values from AD FS, and the last that matches from Entra", len(c.drafts)))
	default:
		t.of(c.claimType, Changed, finding.Warning, "the conditions of the rules cannot be told apart by groups: some users get another value from Entra, or one where AD FS sends none")
	}
}
