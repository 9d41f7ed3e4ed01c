package claimrule

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// wording puts values and formulas into words that are safe for one line of a
// terminal. Variables of one source are told apart by numbers.
type wording struct {
	names map[*Element]string
	used  map[string]int
}

func newWording() *wording { return &wording{map[*Element]string{}, map[string]int{}} }

// noun is what an element of the source is called.
func (s *Source) noun() string {
	switch {
	case s.GroupForm == tokenGroupForms[0]:
		return "group name"
	case s.GroupForm == "sid":
		return "group SID"
	case s.GroupForm != "":
		return "group name with " + map[bool]string{true: "NetBIOS", false: "DNS"}[s.GroupForm == "domainqualifiedname"] + " domain"
	case s.Kind == DirectoryValues:
		return finding.Printable(finding.Shorten(s.Name, 80))
	case s.Kind == IncomingClaims:
		return typeName(s.Name) + " claim"
	case s.Kind == OtherClaims:
		return "other incoming claim"
	}
	return "answer of " + quoteShort(s.Name) + " to " + quoteShort(s.Query.Query.Value)
}

func (w *wording) element(e *Element) string {
	if name, ok := w.names[e]; ok {
		return name
	}
	name := e.Source.noun()
	if len(e.Source.Params) > 0 {
		name += " (" + strings.TrimPrefix(w.params(e.Source.Params), ", ") + ")"
	}
	w.used[name]++
	if n := w.used[name]; n > 1 {
		name += " #" + strconv.Itoa(n)
	}
	w.names[e] = name
	return name
}

func (w *wording) value(v Term) string {
	switch v := v.(type) {
	case *Constant:
		return finding.Quote(finding.Shorten(v.Text, 200))
	case *Item:
		return w.item(v)
	case *Joined:
		list := make([]string, len(v.Parts))
		for i, p := range v.Parts {
			list[i] = w.value(p)
		}
		return strings.Join(list, " + ")
	case *Replaced:
		return fmt.Sprintf("%s(%s, %s, %s)", regexReplace, w.value(v.Input), w.value(v.Pattern), w.value(v.Replacement))
	case *Unclear:
		return v.words()
	}
	return ""
}

func (w *wording) item(v *Item) string {
	name := w.element(v.Element)
	switch v.Property {
	case Value:
		return name
	case Properties:
		return "property " + quoteShort(v.Key) + " of " + name
	}
	return strings.ToLower(v.Property.String()) + " of " + name
}

func (u *Unclear) words() string {
	return fmt.Sprintf("not known because of rule %d: %s", u.Rule+1, finding.Printable(u.Reason))
}

func (w *wording) formula(f Formula) string { return w.within(f, "") }

// within is a formula as a part of others that are joined by a word.
func (w *wording) within(f Formula, outer string) string {
	switch f := f.(type) {
	case *Truth:
		return map[bool]string{true: "always", false: "never"}[f.Holds]
	case *All:
		return w.list(f.Of, "and", outer)
	case *Any:
		return w.list(f.Of, "or", outer)
	case *Not:
		return w.atom(f.Of, false)
	}
	return w.atom(f, true)
}

func (w *wording) list(list []Formula, word, outer string) string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = w.within(f, map[bool]string{true: word}[len(list) > 1])
	}
	text := strings.Join(out, " "+word+" ")
	if outer != "" && len(list) > 1 {
		return "(" + text + ")"
	}
	return text
}

// atom is a statement that is no combination of others, or its opposite.
func (w *wording) atom(f Formula, holds bool) string {
	switch f := f.(type) {
	case *Present:
		return w.element(f.Element) + map[bool]string{true: " is present", false: " is absent"}[holds]
	case *Test:
		return w.value(f.Left) + " " + testSign(f.Operator, holds) + " " + w.value(f.Right)
	case *Some:
		return w.some(f, holds)
	case *Tally:
		return unless(holds) + w.tally(f)
	case *Found:
		return unless(holds) + "Active Directory finds the user by " + quoteShort(f.Query.Query.Value) + w.params(f.Params)
	case *Unclear:
		return f.words()
	}
	return ""
}

func unless(holds bool) string {
	if holds {
		return ""
	}
	return "not: "
}

func testSign(op Operator, holds bool) string {
	if !holds {
		op = map[Operator]Operator{Equal: NotEqual, Matches: NotMatches}[op]
	}
	return op.String()
}

func (w *wording) params(list []Term) string {
	out := ""
	for i, v := range list {
		out += fmt.Sprintf(", {%d} = %s", i, w.value(v))
	}
	return out
}

// some is "member of …", "a claim is present", "some X == …" or "there is …".
func (w *wording) some(f *Some, holds bool) string {
	if group, ok := groupOf(f); ok {
		return map[bool]string{true: "member of ", false: "not a member of "}[holds] + group.words()
	}
	if len(f.Elements) == 1 {
		if all, ok := f.Of.(*Truth); ok && all.Holds {
			return w.atom(&Present{Element: f.Elements[0]}, holds)
		}
		name := map[bool]string{true: "some ", false: "no "}[holds]
		if _, ok := f.Of.(*Test); ok {
			return name + w.within(f.Of, "")
		}
		return name + w.element(f.Elements[0]) + " with (" + w.within(f.Of, "") + ")"
	}
	names := make([]string, len(f.Elements))
	for i, e := range f.Elements {
		names[i] = w.element(e)
	}
	return map[bool]string{true: "some ", false: "no "}[holds] + finding.List(names) + " with (" + w.within(f.Of, "") + ")"
}

func (w *wording) tally(f *Tally) string {
	list := make([]string, len(f.Families))
	for i, family := range f.Families {
		if len(family.Elements) == 0 {
			list[i] = "1 if " + w.within(family.When, "")
			continue
		}
		names := make([]string, len(family.Elements))
		for j, e := range family.Elements {
			names[j] = w.element(e)
		}
		list[i] = "each " + finding.List(names)
		if t, ok := family.When.(*Truth); !ok || !t.Holds {
			list[i] += " with (" + w.within(family.When, "") + ")"
		}
	}
	return "the number of (" + strings.Join(list, "; ") + ") " + f.Operator.String() + " " + strconv.Itoa(f.Number)
}

// GroupRef is a group that a formula speaks of.
type GroupRef struct {
	// Form is how it is named: "sid", or one of the name forms of
	// tokenGroups.
	Form string
	// Text is the SID or the name. IgnoreCase is set where letter case does
	// not count.
	Text       string
	IgnoreCase bool
}

func (g GroupRef) words() string {
	text := finding.Printable(finding.Shorten(g.Text, 120))
	if name := SIDName(g.Text); g.Form == "sid" && name != "" {
		return text + " (" + name + ")"
	}
	if g.Form != "sid" {
		return quoteShort(g.Text)
	}
	return text
}

func groupOf(s *Some) (GroupRef, bool) {
	test, ok := s.Of.(*Test)
	if !ok || len(s.Elements) != 1 || s.Elements[0].Source.GroupForm == "" {
		return GroupRef{}, false
	}
	item, ok := test.Left.(*Item)
	text, fixed := test.Right.(*Constant)
	if !ok || !fixed || item.Property != Value {
		return GroupRef{}, false
	}
	g := GroupRef{Form: s.Elements[0].Source.GroupForm, Text: text.Text}
	if test.Operator == Matches {
		g.Text, g.IgnoreCase, ok = WholeText(text.Text)
	}
	return g, ok
}

// WholeText reads a regular expression that matches one text only, as the AD FS
// console writes it for a comparison: "^(?i)text$".
func WholeText(pattern string) (text string, ignoreCase, ok bool) {
	for _, prefix := range []string{"^(?i)", "(?i)^", "^"} {
		rest, found := strings.CutPrefix(pattern, prefix)
		if !found {
			continue
		}
		if rest, found = strings.CutSuffix(rest, "$"); found {
			text, ok = plainText(rest)
			return text, prefix != "^", ok
		}
	}
	return "", false, false
}

// String is the text in quotes.
func (v *Constant) String() string { return newWording().value(v) }

// String names the element and the property.
func (v *Item) String() string { return newWording().value(v) }

// String is the parts with "+" between them.
func (v *Joined) String() string { return newWording().value(v) }

// String is the call of RegExReplace.
func (v *Replaced) String() string { return newWording().value(v) }

// String says why it is not known.
func (u *Unclear) String() string { return u.words() }

// String is "always" or "never".
func (f *Truth) String() string { return newWording().formula(f) }

// String is the parts with "and" between them.
func (f *All) String() string { return newWording().formula(f) }

// String is the parts with "or" between them.
func (f *Any) String() string { return newWording().formula(f) }

// String says the opposite of its part.
func (f *Not) String() string { return newWording().formula(f) }

// String says that the element is present.
func (f *Present) String() string { return newWording().formula(f) }

// String is the comparison.
func (f *Test) String() string { return newWording().formula(f) }

// String says what there must be.
func (f *Some) String() string { return newWording().formula(f) }

// String says what is counted.
func (f *Tally) String() string { return newWording().formula(f) }

// String says what is searched for.
func (f *Found) String() string { return newWording().formula(f) }
