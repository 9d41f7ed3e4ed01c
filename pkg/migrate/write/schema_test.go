package write

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// built is a plan of trusts as an export has them.
func built(t testing.TB, o migrate.PlanOptions) *migrate.Plan {
	t.Helper()
	var export bytes.Buffer
	if err := adfstest.WriteCLIXML(&export, adfstest.Farm(3), adfstest.CLIXMLOptions{}); err != nil {
		t.Fatal(err)
	}
	o.At = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	p, err := migrate.Build(adfs.Read(&export, "trusts.xml", adfs.Limits{}), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Trusts) == 0 {
		t.Fatal("the plan has no trusts")
	}
	return p
}

// schemaOf reads a schema of the project.
func schemaOf(t testing.TB, file string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(filepath.Join("..", "..", "..", "docs", "schema", file))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func valid(t testing.TB, schema *jsonschema.Schema, output string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(output))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		t.Error(err)
	}
}

func TestOutputsFollowTheirSchemas(t *testing.T) {
	p, o := built(t, migrate.PlanOptions{}), Options{Claims: CustomClaims}
	valid(t, schemaOf(t, "plan.schema.json"), stream(t, "plan", p, o))
	graph := schemaOf(t, "graph.schema.json")
	valid(t, graph, stream(t, "graph", p, o))
	valid(t, graph, stream(t, "graph", hostilePlan(), o))
	files, err := graphFiles(entry{TrustPlan: full("plain")}, o)
	if err != nil {
		t.Fatal(err)
	}
	valid(t, graph, string(files[len(files)-1].Data))
}

// TestRealExportsBecomeWhatTheToolsTake holds the outputs for real exports to
// all that the other tests hold theirs to.
func TestRealExportsBecomeWhatTheToolsTake(t *testing.T) {
	const corpus = "../../../../shared/corpus/adfs"
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus is not at hand")
	}
	p, err := migrate.Build(adfs.ReadFS(os.DirFS(corpus), "corpus", adfs.Limits{}), migrate.PlanOptions{At: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	valid(t, schemaOf(t, "plan.schema.json"), stream(t, "plan", p, Options{}))
	facts := loadFacts[graphFacts](t, graphFactsFile)
	for name, o := range optionSets {
		o.Skipped = true
		for _, trust := range graphOf(t, p, o).Trusts {
			for _, r := range trust.Requests {
				for _, problem := range checkRequest(facts, o.host(), r) {
					t.Errorf("%s, %s: step %d: %s", trust.Name, name, r.Step, problem)
				}
			}
		}
		for _, trust := range p.Trusts {
			one := &migrate.Plan{Trusts: []*migrate.TrustPlan{trust}}
			if !reflect.DeepEqual(scriptBodies(t, psCalls(t, stream(t, "powershell", one, o))), requestBodies(t, graphOf(t, one, o).Trusts[0])) {
				t.Errorf("%s, %s: the script does not make the requests", trust.Name, name)
			}
		}
		c := &terraformCheck{facts: loadFacts[terraformFacts](t, terraformFactsFile), declared: map[string]bool{}}
		c.file(parseHCL(t, stream(t, "terraform", p, o)))
		for _, problem := range c.found {
			t.Error(problem)
		}
	}
}
