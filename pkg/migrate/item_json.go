package migrate

import (
	"encoding/json"
	"strconv"
	"strings"
)

// MarshalJSON writes the item as the JSON of assessments and plans has it.
func (i Item) MarshalJSON() ([]byte, error) { return i.AppendJSON(nil, ""), nil }

// AppendJSON appends the JSON of the item to b: each member on a line of its own,
// indented by two spaces more than prefix, as json.MarshalIndent would. A plan of
// a farm is items for the most part, which is why they do without reflection.
func (i Item) AppendJSON(b []byte, prefix string) []byte {
	o := jsonObject{append(b, '{'), prefix + "  "}
	o.text("setting", i.Setting)
	o.text("value", i.Value)
	o.text("outcome", string(i.Outcome))
	o.text("target", i.Target)
	o.text("severity", i.Severity.String())
	o.text("claim", i.Claim)
	o.text("message", i.Message)
	o.text("check", i.Check)
	o.text("reference", i.Reference)
	if len(i.Aliases) > 0 {
		o.name("aliases")
		o.list(i.Aliases)
	}
	if i.Rule != nil {
		o.name("rule")
		rule := jsonObject{append(o.b, '{'), o.prefix + "  "}
		rule.number("index", i.Rule.Index)
		rule.text("name", i.Rule.Name)
		rule.text("shape", string(i.Rule.Shape))
		o.b = rule.end(o.prefix)
	}
	if i.Line != 0 {
		o.number("line", int(i.Line))
	}
	if i.Column != 0 {
		o.number("column", int(i.Column))
	}
	return o.end(prefix)
}

// jsonObject writes the members of an object, each on a line behind prefix.
type jsonObject struct {
	b      []byte
	prefix string
}

func (o *jsonObject) line() {
	if last := o.b[len(o.b)-1]; last != '{' && last != '[' {
		o.b = append(o.b, ',')
	}
	o.b = append(append(o.b, '\n'), o.prefix...)
}

func (o *jsonObject) name(name string) {
	o.line()
	o.b = append(append(append(o.b, '"'), name...), `": `...)
}

func (o *jsonObject) text(name, value string) {
	o.name(name)
	o.b = appendText(o.b, value)
}

func (o *jsonObject) number(name string, value int) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, int64(value), 10)
}

func (o *jsonObject) list(items []string) {
	l := jsonObject{append(o.b, '['), o.prefix + "  "}
	for _, item := range items {
		l.line()
		l.b = appendText(l.b, item)
	}
	o.b = append(append(append(l.b, '\n'), o.prefix...), ']')
}

func (o *jsonObject) end(prefix string) []byte {
	return append(append(append(o.b, '\n'), prefix...), '}')
}

// appendText appends text as a JSON string.
func appendText(b []byte, s string) []byte {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`"\<>&`, r) }) {
		quoted, _ := json.Marshal(s) // text always encodes
		return append(b, quoted...)
	}
	return append(append(append(b, '"'), s...), '"')
}
