package claimrule

import (
	"strconv"
	"strings"
	"testing"
)

// badCases are texts with errors: where each is ("line:column"), what AD FS
// would call it, and a part of its message.
var badCases = []struct {
	text string
	want []string
}{
	{`c:[Type == “http://a”] => issue(claim = c);`, []string{`1:12 POLICY0029 unexpected typographic quote`}},
	{`c:[Type == "http://a”] => issue(claim = c);`, []string{`1:21 POLICY0029 close it with "`}},
	{`c:[Type == 'a'] => issue(claim = c);`, []string{`1:12 POLICY0029 unexpected single quote`}},
	{`c:[Type == &quot;a&quot;] =&gt; issue(claim = c);`, []string{"1:12 POLICY0029 XML-escaped", "1:27 POLICY0029 XML-escaped"}},
	{`c:[Type == \"a\"] => issue(claim = c);`, []string{"1:12 POLICY0029 escaped for JSON"}},
	{"c:[Type == `\"a`\"] => issue(claim = c);", []string{"1:12 POLICY0029 escaped for PowerShell"}},
	{`c:[Type = "a"] => issue(claim = c);`, []string{`1:9 POLICY0030 a comparison is written "=="`}},
	{`c:[Type ~= "a"] => issue(claim = c);`, []string{`1:9 POLICY0029 unexpected "~=", expected "=~"`}},
	{`c:[Type =! "a"] => issue(claim = c);`, []string{`1:9 POLICY0029 write "!="`}},
	{`c:[Type <> "a"] => issue(claim = c);`, []string{`1:9 POLICY0029 write "!="`}},
	{`c:[Type == "a"] & d:[Type == "b"] => issue(claim = c);`, []string{`1:17 POLICY0029 joined by "&&"`}},
	{`c:[Type == "a"] &amp;&amp; d:[] => issue(claim = c);`, []string{`1:17 POLICY0029 XML-escaped`}},
	{`c:[Type == "a"] and d:[] => issue(claim = c);`, []string{`1:17 POLICY0030 joined by "&&"`}},
	{`c:[Type == "a"] d:[] => issue(claim = c);`, []string{`1:17 POLICY0030 joined by "&&"`}},
	{`c:[Type == "a"] || d:[] => issue(claim = c);`, []string{`1:17 POLICY0030 there is no "or"`}},
	{`c:[Type == "a"] OR d:[] => issue(claim = c);`, []string{`1:17 POLICY0030 there is no "or"`}},
	{`c:[Type == "a"] = > issue(claim = c);`, []string{`1:17 POLICY0029 white space inside "=>"`}},
	{`c:[Type == "a"] -> issue(claim = c);`, []string{`1:17 POLICY0029 write "=>"`}},
	{`c:[Type == "a"] issue(claim = c);`, []string{`1:17 POLICY0030 "=>" is missing before issue`}},
	{`issue(Type = "a");`, []string{`1:1 POLICY0030 even where there is no condition`}},
	{`c:[Type == "a"] && => issue(claim = c);`, []string{`1:20 POLICY0030 delete the "&&"`}},
	{"=> issue(Type = \"a\")\n=> issue(Type = \"b\");", []string{`1:21 POLICY0030 the rule does not end`}},
	{"=> issue(Type = \"a\");;", []string{`1:22 POLICY0030 too many`}},
	{"// note\n=> issue(Type = \"a\");", []string{"1:1 POLICY0029 no comments"}},
	{"/* note */ => issue(Type = \"a\"); # end", []string{"1:1 POLICY0029 no comments", "1:34 POLICY0029 no comments"}},
	{"=> issue(Type = \"a\"); /*", []string{"1:23 POLICY0029 no comments"}},
	{`c:[Type == http://a/b, Value == urn:oid:1.2] => issue(claim = c);`,
		[]string{`1:12 POLICY0029 "http://a/b" without quotes`, `1:33 POLICY0029 "urn:oid:1.2" without quotes`}},
	{`c:[Value == S-1-5-21-1] => issue(claim = c);`, []string{`1:13 POLICY0029 "S-1-5-21-1" without quotes`}},
	{`c:[Value == 1, Value == true] => issue(claim = c);`, []string{`1:13 POLICY0029 unexpected "1"`, `1:25 POLICY0029 unexpected "true"`}},
	{`c:[Type == "a",] => issue(claim = c);`, []string{`1:15 POLICY0030 delete the comma`}},
	{`c:[Type == "a" Value == "b"] => issue(claim = c);`, []string{`1:16 POLICY0030 "," is missing`}},
	{`c:[Type == "a" && Value == "b"] => issue(claim = c);`, []string{`1:16 POLICY0030 separated by ","`}},
	{`c;[] => issue(claim = c);`, []string{`1:2 POLICY0030 unexpected ";", expected ":"`}},
	{`c[] => issue(claim = c);`, []string{`1:2 POLICY0030 unexpected "[", expected ":"`}},
	{`c:[] => issue(claim = d);`, []string{`1:23 POLICY0011 tag "d" is not bound`}},
	{`[] => issue(claim = c);`, []string{`1:21 POLICY0011 put c: before the "["`}},
	{`exists(c:[]) => issue(claim = c);`, []string{`1:31 POLICY0011 EXISTS and COUNT only test`}},
	{`c:[] && C:[] => issue(claim = c);`, []string{`1:9 POLICY0002 stands for two selectors`}},
	{`c:[Value == c.Type] => issue(claim = c);`, []string{`1:13 POLICY0011 inside its own selector`}},
	{`c:[] => issue(claim == c);`, []string{`1:21 POLICY0030 "==" only compares`}},
	{`c:[] => issue(claim = c.Value);`, []string{`1:24 POLICY0030 written Value = c.Value`}},
	{`c:[] => issue(Type = c.Type, Valu = "0");`, []string{`1:30 POLICY0030 did you mean Value?`}},
	{`c:[Typ == "a"] => issue(claim = c);`, []string{`1:4 POLICY0030 did you mean Type?`}},
	{`c:[] => isue(claim = c);`, []string{`1:9 POLICY0030 did you mean issue?`}},
	{`=> issue(= "a");`, []string{`1:10 POLICY0030 the property before "=" is missing`}},
	{`=> issue(Value = "a");`, []string{`1:10 POLICY0002 new claim without a type`}},
	{`=> issue();`, []string{`1:10 POLICY0002 new claim without a type`}},
	{`=> issue(Type = "a", Type = "b");`, []string{`1:22 POLICY0002 assigned twice`}},
	{`=> issue(Type = "a"; Value = "b");`, []string{`1:20 POLICY0030 separated by ","`}},
	{`=> issue(Type = "a"`, []string{`1:20 POLICY0030 not closed`}},
	{"=> issue(Type = \"a\";\n=> issue(Type = \"b\");", []string{`1:20 POLICY0030 not closed`}},
	{`c:[] => issue(Type = "a", Value = ToUpper(c.Value));`, []string{`1:35 POLICY0029 unknown function "ToUpper"`}},
	{`c:[] => issue(Type = "a", Value = RegExReplace(c.Value, "b"));`, []string{`1:35 POLICY0029 with 2 arguments`}},
	{`c:[] => issue(store = "s", query = "q", types = ("t"));`, []string{`1:41 POLICY0030 the order is`}},
	{`c:[] => issue(store = "s", types = "t", query = "q");`, []string{`1:36 POLICY0030 types stand in parentheses`}},
	{`c:[] => issue(store = "s", query = "q");`, []string{`1:15 POLICY0030 without types`}},
	{`c:[] => issue(store = "s", types = ("t"), query = "q", Value = "x");`, []string{`1:56 POLICY0030 cannot be mixed`}},
	{`c:[] => issue(store = "s", types = ("t"), query = "q" + c.Value);`, []string{`1:55 POLICY0030 unexpected "+"`}},
	{`count([]) => issue(Type = "a");`, []string{`1:11 POLICY0030 compared with a number`}},
	{`count([]) > "0" => issue(Type = "a");`, []string{`1:13 POLICY0029 without quotes`}},
	{`count([]) > 99999999999999999999 => issue(Type = "a");`, []string{`1:13 POLICY0029 no claim set is that large`}},
	{`not [Type == "a"] => issue(Type = "a");`, []string{`1:5 POLICY0030 only EXISTS can be negated`}},
	{`exists [Type == "a"] => issue(Type = "a");`, []string{`1:8 POLICY0030 write exists([…])`}},
	{`issuer:[] => issue(claim = issuer);`, []string{`1:1 POLICY0030 used as a tag`}},
	{"c:[Type == \"a] => issue(claim = c);\n=> issue(Type = \"b\");", []string{`1:12 POLICY0029 string without a closing quote`}},
	{"c:[Type == \"http://claimpro\nperties/format\"] => issue(claim = c);", []string{`1:12 POLICY0029 unexpected line end inside a string`}},
	{"c:[]\u00a0=> issue(claim = c);", []string{`1:5 POLICY0029 unexpected invisible character`}},
	{"$rules", []string{`1:1 POLICY0030 a variable of a script`}},
	{`exist([Type == "a"]) => issue(Type = "b");`, []string{`1:6 POLICY0030 did you mean EXISTS?`}},
	{`!exists([Type == "a"]) => issue(Type = "b");`, []string{`1:1 POLICY0030 write NOT EXISTS`}},
	{`NOT EXIST([Type == "a"]) => issue(Type = "b");`, []string{`1:5 POLICY0030 only EXISTS can be negated`}},
	{"@\"\n=> issue(Type = \"b\");\n\"@", []string{"1:1 POLICY0029 here-string", "3:1 POLICY0029 here-string"}},
	{strings.Repeat("[]&&", maxConditions) + "[] => issue(Type = \"b\");", []string{`1:4001 POLICY0030 so many conditions`}},
	{"=> issue(Type = \"a\") xyz; => isue(Type = \"b\");", []string{`1:22 POLICY0030 unexpected "xyz", expected ";"`, `1:30 POLICY0030 did you mean issue?`}},
	{"=> issue(Type = \"a\", Value = exists(\"b\"));", []string{`1:30 POLICY0029 unknown function "exists"`}},
	{"c [] => issue(claim = c);", []string{`1:3 POLICY0030 a tag is followed by`}},
	{"c, d:[] => issue(claim = d);", []string{`1:2 POLICY0030 expected ":"`}},
	{"COUNT([]) = 1 => issue(Type = \"a\");", []string{`1:11 POLICY0030 a comparison is written`}},
	{"hello world", []string{`1:7 POLICY0030 a condition is written`}},
	{"@RuleName: \"x\"\n=> issue(Type = \"b\");", []string{`1:10 POLICY0030 an annotation is written`}},
	{"@ => issue(Type = \"b\");", []string{`1:3 POLICY0030`}},
	{`[Properties.x == "a"] => issue(Type = "b");`, []string{`1:12 POLICY0030 write Properties["name"]`}},
	{"=> issue(Type = x);\n c:[Type === \"a\"] => issue(claim = c);", []string{`1:17 POLICY0029 double quotes`, `2:12 POLICY0030`}},
	{`c:[Type == "a"] => issue(Type = ` + strings.Repeat("RegExReplace(", 60) + `"a"`, []string{`1:683 POLICY0030 nested too deeply`}},
}

func TestWrappedString(t *testing.T) {
	for text, want := range map[string]string{
		"c:[Type == \"http://claimpro\n   perties/format\"] => issue(claim = c);":     "http://claimproperties/format",
		"c:[Type == \"http://claimpro  \r\n   perties/format\"] => issue(claim = c);": "http://claimproperties/format",
		"c:[Type == \"AD \n   AUTHORITY\"] => issue(claim = c);":                      "AD AUTHORITY",
	} {
		rs, errs := Parse(text, Position{})
		got, _ := rs.Rules[0].Selector("C").FixedType()
		if got != want || len(errs) != 1 {
			t.Errorf("%q is read as %q, %v", text, got, errs)
		}
	}
}

func describe(e *SyntaxError) string {
	return strings.TrimSpace(strings.Join([]string{place(e), e.Code, e.Message()}, " "))
}

func place(e *SyntaxError) string {
	return strconv.Itoa(e.Span.Line) + ":" + strconv.Itoa(e.Span.Column)
}

func TestBadTexts(t *testing.T) {
	for _, c := range badCases {
		rs, errs := Parse(c.text, Position{})
		var got []string
		for _, e := range errs {
			got = append(got, describe(e))
		}
		if !fits(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.text, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
		checkErrors(t, c.text, errs)
		checkExtents(t, rs)
	}
}

// fits holds that each error stands at its place and says what is wanted.
func fits(got, want []string) bool {
	if len(got) != len(want) {
		return false
	}
	for i, w := range want {
		for _, part := range strings.SplitN(w, " ", 3) {
			if !strings.Contains(got[i], part) {
				return false
			}
		}
		if at, _, _ := strings.Cut(w, " "); !strings.HasPrefix(got[i], at+" ") {
			return false
		}
	}
	return true
}

// checkErrors holds that errors lie inside the text, are in order and few.
func checkErrors(t tester, text string, errs []*SyntaxError) {
	t.Helper()
	if len(errs) > maxErrors {
		t.Fatalf("%d errors", len(errs))
	}
	last := 0
	for _, e := range errs {
		if e.Pos < last || e.End < e.Pos || e.End > len(text) {
			t.Fatalf("error at %d-%d after %d of %d: %v", e.Pos, e.End, last, len(text), e)
		}
		last = e.Pos
		if e.Found == "" || e.Code == "" || !e.Span.Known() {
			t.Fatalf("incomplete error %#v", e)
		}
		if n := len(e.Caret(text)); n > 3000 {
			t.Fatalf("caret of %d bytes", n)
		}
	}
}

// tester is what laws need of a test, a fuzz target or a rapid property.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// checkPrint holds that printing what was printed changes nothing.
func checkPrint(t tester, rs *RuleSet) {
	t.Helper()
	once := Print(rs)
	again, errs := Parse(once, Position{})
	for _, err := range errs {
		t.Fatalf("the printed text is refused: %v\n%s", err, once)
	}
	if twice := Print(again); twice != once {
		t.Fatalf("printed again:\n%s\nfirst:\n%s", twice, once)
	}
}

// checkExtents holds that every node lies inside the text and inside the node
// that it is a part of.
func checkExtents(t tester, rs *RuleSet) {
	t.Helper()
	var check func(outer Node) func(Node) bool
	check = func(outer Node) func(Node) bool {
		return func(n Node) bool {
			if n == outer {
				return true
			}
			if n.Pos() < outer.Pos() || n.End() > outer.End() || n.Pos() > n.End() {
				t.Fatalf("%T %d-%d is not inside %T %d-%d of %q", n, n.Pos(), n.End(), outer, outer.Pos(), outer.End(), rs.Text)
			}
			Walk(n, check(n))
			return false
		}
	}
	Walk(rs, check(rs))
}
