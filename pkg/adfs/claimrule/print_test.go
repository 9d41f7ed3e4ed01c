package claimrule

import (
	"strings"
	"testing"
)

// goodCases are texts of the language with their canonical form. A form that
// is empty is that of the text itself.
var goodCases = []struct{ text, want string }{
	{"", ""},
	{" \r\n\t", ""},
	{"\ufeff=>issue(type=\"a\");", `=> issue(Type = "a");`},
	{`=> issue(Type = "a", Value = "b");`, ""},
	{`=> issue(Type = "a")`, `=> issue(Type = "a");`},
	{`@RuleName="x"@ruletemplate = "y"=>ISSUE(TYPE="a");`, "@RuleName = \"x\"\n@RuleTemplate = \"y\"\n=> issue(Type = \"a\");"},
	{`@Note = "x" => issue(Type = "a");`, "@Note = \"x\"\n=> issue(Type = \"a\");"},
	{`c:[]=>issue(claim=c);`, "c:[]\n => issue(claim = c);"},
	{`[] => add(Type = "a");`, "[]\n => add(Type = \"a\");"},
	{`c : [ type=="a" , VALUE=~"b", valuetype!="c",issuer!~"d",originalIssuer=="e",properties [ "f" ]=="g" ] => issue ( claim = C ) ;`,
		"c:[Type == \"a\", Value =~ \"b\", ValueType != \"c\", Issuer !~ \"d\", OriginalIssuer == \"e\", Properties[\"f\"] == \"g\"]\n => issue(claim = C);"},
	{`c1:[Type=="a"]&&c2:[Value==c1.Value+"x"]=>issue(Type="b",Value=c1.value+" "+c2.Properties["p"]);`,
		"c1:[Type == \"a\"]\n && c2:[Value == c1.Value + \"x\"]\n => issue(Type = \"b\", Value = c1.Value + \" \" + c2.Properties[\"p\"]);"},
	{`exists([Type=="a"])&&not exists(c:[])&&count([])>=2=>issue(Type="b");`,
		"EXISTS([Type == \"a\"])\n && NOT EXISTS(c:[])\n && COUNT([]) >= 2\n => issue(Type = \"b\");"},
	{`count([])<1=>issue(Type="b");count([])<=1=>issue(Type="b");count([])>1=>issue(Type="b");count([])==1=>issue(Type="b");count([])!=007=>issue(Type="b");`,
		"COUNT([]) < 1\n => issue(Type = \"b\");\n\nCOUNT([]) <= 1\n => issue(Type = \"b\");\n\nCOUNT([]) > 1\n => issue(Type = \"b\");\n\nCOUNT([]) == 1\n => issue(Type = \"b\");\n\nCOUNT([]) != 7\n => issue(Type = \"b\");"},
	{`c:[]=>add(store="s",types=("t","u"),query=";a,b;{0}",param=c.Value,param=regexreplace(c.Value,"@.*","")+"x");`,
		"c:[]\n => add(store = \"s\", types = (\"t\", \"u\"), query = \";a,b;{0}\", param = c.Value, param = RegExReplace(c.Value, \"@.*\", \"\") + \"x\");"},
	{`c:[Value == "ends with \"] => issue(claim = c);`, "c:[Value == \"ends with \\\"]\n => issue(claim = c);"},
	{`c:[Value == "a // b /* c */ # d 'e' “f” &amp;"] => issue(claim = c);`, "c:[Value == \"a // b /* c */ # d 'e' “f” &amp;\"]\n => issue(claim = c);"},
	{"_x1:[]\n=>\nissue\n(\nclaim\n=\n_X1\n)\n;", "_x1:[]\n => issue(claim = _X1);"},
	{`=> issue(Properties["a"] = "1", Properties["b"] = "2", Type = "t");`, ""},
	{"c:[Value == \"\xff\"] => issue(claim = c);", "c:[Value == \"\xff\"]\n => issue(claim = c);"},
	{`urn:[] => issue(claim = urn);`, "urn:[]\n => issue(claim = urn);"},
}

func TestPrint(t *testing.T) {
	for _, c := range goodCases {
		rs, errs := Parse(c.text, Position{})
		for _, err := range errs {
			t.Errorf("%s: %v", c.text, err)
		}
		want := c.want
		if want == "" && strings.TrimSpace(c.text) != "" {
			want = c.text
		}
		if got := strings.TrimSuffix(Print(rs), "\n"); got != want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, want)
		}
		checkPrint(t, rs)
		checkExtents(t, rs)
	}
}

func TestPrintKeepsWhatItCannotRead(t *testing.T) {
	rs, errs := Parse("=> issue(Type = \"a\") ;\nc:[ Oops ] => issue(claim = c) ;\n=> add(Type=\"b\");", Position{})
	if len(errs) != 1 {
		t.Errorf("errors %v", errs)
	}
	want := "=> issue(Type = \"a\");\n\nc:[ Oops ] => issue(claim = c) ;\n\n=> add(Type = \"b\");\n"
	if got := Print(rs); got != want {
		t.Errorf("got %s", got)
	}
	if rs.Rules[1].String() != "" || !rs.Rules[1].Bad || rs.Rules[2].Bad {
		t.Error("the wrong rule is bad")
	}
}

func TestRuleNames(t *testing.T) {
	rs, _ := Parse(`@rulename = "n" @RuleTemplate = "t" => issue(Type = "a"); => issue(Type = "a");`, Position{})
	if r := rs.Rules[0]; r.Name() != "n" || r.Template() != "t" {
		t.Errorf("%q %q", r.Name(), r.Template())
	}
	if r := rs.Rules[1]; r.Name() != "" || r.Template() != "" || r.Index != 1 {
		t.Errorf("%q %q %d", r.Name(), r.Template(), r.Index)
	}
}

func TestWalkOrder(t *testing.T) {
	text := `@RuleName = "n" c:[Type == "a"] && EXISTS([Value == c.Value]) && COUNT([]) > 1 => issue(Type = "b" + RegExReplace(c.Value, "x", ""), Properties["p"] = "q");
c:[] => add(store = "s", types = ("t"), query = "q", param = c.Value); c:[] => issue(claim = c);`
	rs, errs := Parse(text, Position{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	last, kinds := -1, map[string]bool{}
	Walk(rs, func(n Node) bool {
		if n.Pos() < last {
			t.Errorf("%T at %d after %d", n, n.Pos(), last)
		}
		last = n.Pos()
		kinds[strings.TrimPrefix(strings.TrimPrefix(typeOf(n), "*claimrule."), "claimrule.")] = true
		return true
	})
	for _, kind := range strings.Fields("RuleSet Rule Annotation Ident Selector Exists Count Match Property Copy New Assignment Query String Integer Ref Call Concat") {
		if !kinds[kind] {
			t.Errorf("no %s was visited", kind)
		}
	}
}
