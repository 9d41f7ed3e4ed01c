package adfs_test

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

// TestHostile repeats what a format consists of: all must end, in few enough
// steps, and say something.
func TestHostile(t *testing.T) {
	const n = 1 << 18
	rep := func(s string) string { return strings.Repeat(s, n/len(s)) }
	for name, in := range map[string]string{
		"objs":       `<Objs>` + rep(`<Obj RefId="1"><TN RefId="1">`),
		"objs lines": `<Objs>` + rep("\n<Obj RefId=\"1\"><TN RefId=\"1\">"),
		"lt":         `<Objs>` + rep(`<`),
		"comment":    `<Objs>` + rep(`<!--`),
		"cdata":      `<Objs><Obj><Props><S N="Name">` + rep(`<![CDATA[x]]>`),
		"x":          `<Objs><Obj><Props><S N="Name">` + rep(`_x0041_`),
		"x2":         `<Objs><Obj><Props><S N="Name">` + rep(`_x`),
		"amp":        `<Objs><Obj><Props><S N="Name">` + rep(`&`),
		"attrs":      `<Objs><Obj ` + rep(`a="b" `),
		"quote":      `<Objs><Obj a="` + rep(`>`),
		"nils":       `<Objs><Obj><Props>` + rep(`<Nil N="x"/>`),
		"objects":    `<Objs>` + rep(`<Obj><MS><Nil N="x"/></MS></Obj>`),
		"types":      `<Objs><Obj><TN RefId="0">` + rep(`<T>a</T>`),
		"json esc":   `[{"Name": "` + rep(`\u0041`),
		"json arr":   rep(`[`),
		"json objs":  `[` + rep(`{"Name":1},`),
		"json bad":   "[\n{" + rep("\n{\"a\""),
		"json sp":    `[` + rep(" "),
		"json nums":  `[{"Name": [` + rep("1,"),
		"fl":         rep("Name    : x\nEnabled : True\n"),
		"fl lines":   "Name    : x\nEnabled : True\n" + rep("a\n"),
		"fl blank":   "Name    : x\nEnabled : True\n" + rep("\n"),
		"fl list":    "Name       : x\nEnabled    : True\nSamlResponseSignature : x\nIdentifier : {" + rep("a, ") + "b}\n",
		"fl list2":   "Identifier            : {" + rep("a, ") + "b}\nSamlResponseSignature : x\n",
		"fl rules":   "SamlResponseSignature  : x\nIssuanceTransformRules : \"" + rep("a\n \""),
		"csv":        "Name,Enabled\n" + rep("\"a\"\"\",b\n"),
		"csv q":      "Name,Enabled\n\"" + rep("\"\""),
		"csv one":    "Name,Enabled\n" + rep("a"),
		"health":     `{"Columns":["Name","Identifier","SamlEndpoints"],"Rows":[` + rep(`["a","[\"b\",\"c\"]","[]"],`),
		"health2":    `{"Columns":["Name","Identifier"],"Rows":[["a","[` + rep(`\"b\",`),
	} {
		steps := 0
		for o, err := range adfs.Read(strings.NewReader(in), "x", adfs.Limits{}) {
			if steps++; (o == nil) == (err == nil) {
				t.Errorf("%s: object %v and error %v", name, o, err)
			}
		}
		if steps == 0 || steps > n/8 {
			t.Errorf("%s: %d steps", name, steps)
		}
	}
}
