package export

import (
	"fmt"
	"strings"
	"testing"
)

// TestBudget: of exports with more objects than their size can have, the first
// are read, and the rest is told.
func TestBudget(t *testing.T) {
	list := func(n int, object string) string { return "[" + strings.Repeat(object+",", n-1) + object + "]" }
	small := `{"id":"a","servicePrincipalType":"Application"}`
	real := `{"id":"a","servicePrincipalType":"Application","notes":"` + strings.Repeat("x", 400) + `"}`
	roles := `{"id":"a","servicePrincipalType":"Application","appRoles":` + list(60_000, "{}") + `}`
	for _, c := range []struct {
		name, text string
		all        int // principals read, where nothing is told
		told       string
	}{
		{"objects of little text", list(30_000, small), 0, "more values than real ones: the first %d of 30000 are judged, the rest is not"},
		{"as many real ones", list(30_000, real), 30_000, ""},
		{"an object of very many empty ones", list(2, roles), 0, "more values than real ones: the first %d of 2 are judged, the rest is not"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Read("sp.json", []byte(c.text))
			switch {
			case c.told == "":
				if len(f.Problems) > 0 || len(f.Principals) != c.all {
					t.Errorf("%d principals, problems %v", len(f.Principals), f.Problems)
				}
			case len(f.Problems) != 1 || f.Problems[0].Check != CheckTooLarge || !strings.Contains(f.Problems[0].Detail, fmt.Sprintf(c.told, len(f.Principals))):
				t.Errorf("%d principals, problems %v", len(f.Principals), f.Problems)
			}
		})
	}
}

// TestDefinitionBound: a definition of more values than any policy has is not
// read, and that is told.
func TestDefinitionBound(t *testing.T) {
	claims := strings.Repeat("0,", maxDefinition)
	f := Read("policy.json", []byte(`{"id":"p","definition":["{\"ClaimsMappingPolicy\":{\"ClaimsSchema\":[`+claims+`0]}}"]}`))
	if len(f.Policies) != 1 || len(f.Policies[0].Content.Problems) != 1 || !strings.Contains(f.Policies[0].Content.Problems[0].Detail, "more than 65536 values") {
		t.Errorf("policies %v, problems %v", len(f.Policies), f.Problems)
	}
}
