package export

import (
	"bytes"
	"path"
	"strings"
)

// isTerraformJSON knows .tf.json by its blocks, plans and states by theirs.
func isTerraformJSON(name string, head []byte) bool {
	if !isJSONText(head) || !bytes.Contains(head, []byte(`"azuread_`)) {
		return strings.HasSuffix(path.Base(name), ".tf.json") && isJSONText(head) && hasName(head, "resource")
	}
	return hasName(head, "resource") || hasName(head, "planned_values") || hasName(head, "root_module") || hasName(head, "resources")
}

func readTerraformJSON(r *reader) {
	j := &jsonReader{source: r.source}
	err := j.each(func(n, _ *node) {
		if n == nil {
			return
		}
		r.configuration(n.get("resource"))
		for _, root := range []string{"planned_values.root_module", "values.root_module"} {
			r.module(n.at(root), 0)
		}
		for _, resource := range n.get("resources").list() {
			r.state(resource)
		}
	})
	if err != nil {
		r.fail(err)
	}
}

// configuration reads the blocks of a .tf.json file.
func (r *reader) configuration(blocks *node) {
	for _, list := range blocks.list() {
		for _, kind := range list.members {
			for _, named := range kind.value.list() {
				for _, m := range named.members {
					for _, n := range m.value.list() {
						r.terraform(kind.name, kind.name+"."+m.name, templates(n))
					}
				}
			}
		}
	}
}

// templates turns the references in the strings of .tf.json into unknown
// values.
func templates(n *node) *node {
	out := *n
	switch {
	case n.kind == kindObject:
		out.members = nil
		for _, m := range n.members {
			out.members = append(out.members, member{m.name, templates(m.value)})
		}
	case n.kind == kindList:
		out.items = make([]*node, len(n.items))
		for i, item := range n.items {
			out.items[i] = templates(item)
		}
	case n.kind == kindText && strings.Contains(n.text, "${"):
		inner, whole := strings.CutPrefix(n.text, "${")
		inner, closed := strings.CutSuffix(inner, "}")
		out.kind, out.text = kindUnknown, ""
		if whole && closed && !strings.ContainsAny(inner, "{}()[] ") {
			out.text = address(strings.Split(inner, "."))
		}
	}
	return &out
}

// module reads the resources of a module in a plan or state that terraform show
// has written.
func (r *reader) module(n *node, depth int) {
	if n == nil || depth > 16 {
		return
	}
	for _, resource := range n.get("resources").list() {
		if v := resource.get("values"); v != nil && resource.get("mode").string() != "data" {
			r.terraform(resource.get("type").string(), resource.get("address").string(), v)
		}
	}
	for _, child := range n.get("child_modules").list() {
		r.module(child, depth+1)
	}
}

// state reads a resource of a state file.
func (r *reader) state(resource *node) {
	if resource.get("mode").string() == "data" {
		return
	}
	kind := resource.get("type").string()
	for _, instance := range resource.get("instances").list() {
		if v := instance.get("attributes"); v != nil {
			r.terraform(kind, kind+"."+resource.get("name").string(), v)
		}
	}
}
