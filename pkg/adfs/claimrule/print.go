package claimrule

import (
	"strconv"
	"strings"
)

// Print writes the rules in canonical form: the words as the AD FS console
// writes them, one rule to a paragraph, a condition to a line. Printing what
// [Parse] reads of it gives the same text again. Rules that could not be read
// stay as they were written.
func Print(rs *RuleSet) string {
	w := &printer{}
	for i, r := range rs.Rules {
		if i > 0 {
			w.WriteByte('\n')
		}
		if r.Bad {
			w.WriteString(strings.TrimSpace(rs.Source(r)))
		} else {
			w.rule(r)
		}
		w.WriteByte('\n')
	}
	return w.String()
}

// String is the rule in canonical form, without a line end behind it; empty
// where it could not be read.
func (r *Rule) String() string {
	if r.Bad {
		return ""
	}
	w := &printer{}
	w.rule(r)
	return w.String()
}

type printer struct{ strings.Builder }

func (w *printer) rule(r *Rule) {
	for _, a := range r.Annotations {
		w.word("@", annotationName(a.Name.Name), " = ")
		w.string(a.Value)
		w.WriteByte('\n')
	}
	for i, c := range r.Conditions {
		if i > 0 {
			w.WriteString("\n && ")
		}
		w.condition(c)
	}
	if len(r.Conditions) > 0 {
		w.WriteString("\n ")
	}
	w.word("=> ", r.Verb.String(), "(")
	w.body(r.Body)
	w.WriteString(");")
}

var annotationNames = []string{"RuleName", "RuleTemplate"}

// annotationName is the usual spelling of a known annotation.
func annotationName(name string) string {
	for _, known := range annotationNames {
		if sameWord(known, name) {
			return known
		}
	}
	return name
}

func (w *printer) word(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

func (w *printer) string(s *String) { w.word(`"`, s.Value, `"`) }

func (w *printer) condition(c Condition) {
	switch c := c.(type) {
	case *Selector:
		w.selector(c)
	case *Exists:
		if c.Not {
			w.WriteString("NOT ")
		}
		w.WriteString("EXISTS(")
		w.selector(c.Claims)
		w.WriteByte(')')
	case *Count:
		w.WriteString("COUNT(")
		w.selector(c.Claims)
		w.word(") ", c.Operator.String(), " ", strconv.Itoa(c.Number.Value))
	}
}

func (w *printer) selector(s *Selector) {
	if s.Tag != nil {
		w.word(s.Tag.Name, ":")
	}
	w.WriteByte('[')
	for i, m := range s.Matches {
		w.comma(i)
		w.property(m.Property)
		w.word(" ", m.Operator.String(), " ")
		w.expr(m.Value)
	}
	w.WriteByte(']')
}

func (w *printer) comma(i int) {
	if i > 0 {
		w.WriteString(", ")
	}
}

func (w *printer) property(p *Property) {
	w.WriteString(p.Kind.String())
	if p.Key != nil {
		w.WriteByte('[')
		w.string(p.Key)
		w.WriteByte(']')
	}
}

func (w *printer) body(b Body) {
	switch b := b.(type) {
	case *Copy:
		w.word("claim = ", b.Tag.Name)
	case *New:
		for i, a := range b.Assignments {
			w.comma(i)
			w.property(a.Property)
			w.WriteString(" = ")
			w.expr(a.Value)
		}
	case *Query:
		w.query(b)
	}
}

func (w *printer) query(q *Query) {
	w.WriteString("store = ")
	w.string(q.Store)
	w.WriteString(", types = (")
	for i, t := range q.Types {
		w.comma(i)
		w.string(t)
	}
	w.WriteString("), query = ")
	w.string(q.Query)
	for _, e := range q.Params {
		w.WriteString(", param = ")
		w.expr(e)
	}
}

func (w *printer) expr(e Expr) {
	switch e := e.(type) {
	case *String:
		w.string(e)
	case *Ref:
		w.word(e.Tag.Name, ".")
		w.property(e.Property)
	case *Call:
		w.word(functionName(e.Func.Name), "(")
		for i, a := range e.Args {
			w.comma(i)
			w.expr(a)
		}
		w.WriteByte(')')
	case *Concat:
		for i, t := range e.Terms {
			if i > 0 {
				w.WriteString(" + ")
			}
			w.expr(t)
		}
	}
}

func functionName(name string) string {
	if sameWord(name, regexReplace) {
		return regexReplace
	}
	return name
}
