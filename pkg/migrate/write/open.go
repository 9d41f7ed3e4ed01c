package write

import (
	"cmp"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// openItems are the items that a person must settle, the gravest first.
func openItems(t *migrate.TrustPlan) []migrate.Item {
	var list []migrate.Item
	for _, i := range t.Items {
		if i.Severity > finding.Info {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b migrate.Item) int { return cmp.Compare(b.Severity, a.Severity) })
	return list
}

// open says what a person must settle, each once.
func open(t *migrate.TrustPlan) []string {
	list := []string{}
	for _, i := range openItems(t) {
		if text := i.Severity.String() + ": " + i.Sentence(); !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}
