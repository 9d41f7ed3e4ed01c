package migrate

import (
	"fmt"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// covering makes up users that show what rules do; none where the rules cannot
// be read. Those that Entra would not take as they are are left out.
func covering(rules *claimrule.RuleSet, n int) []Person {
	tables, err := rules.Tables(claimrule.TableOptions{})
	if err != nil {
		return nil
	}
	var people []Person
	for i, u := range claimrule.CoveringUsers([]*claimrule.Tables{tables}, n) {
		if nameless(u) == nil {
			people = append(people, Person{fmt.Sprintf("generated user %d", i+1), u})
		}
	}
	return people
}
