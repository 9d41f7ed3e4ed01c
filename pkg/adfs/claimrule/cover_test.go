package claimrule

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// coverage counts the rows that some user gets a claim of, and those that some
// user gets none of.
func coverage(t testing.TB, tables *Tables, users []*User) (rows, shown, denied int) {
	t.Helper()
	for _, table := range tables.all() {
		for _, r := range table.Rows {
			rows++
			yes, no := false, r.When == tables.terms.yes
			for _, u := range users {
				read, err := tables.reader(u)
				if err != nil {
					t.Fatal(err)
				}
				claims, err := read.row(r)
				if err != nil {
					t.Fatalf("%v: %v", r, err)
				}
				yes, no = yes || len(claims) > 0, no || len(claims) == 0
			}
			if yes {
				shown++
			} else {
				t.Logf("nobody gets %v", r)
			}
			if no {
				denied++
			} else {
				t.Logf("everybody gets %v", r)
			}
		}
	}
	return rows, shown, denied
}

func TestCoveringUsersOfTheCorpus(t *testing.T) {
	rows, shown, denied, users := 0, 0, 0, 0
	for name, text := range corpusTexts(t, "*.txt") {
		rs, _ := Parse(text, Position{})
		tables, err := rs.Tables(TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		list := CoveringUsers([]*Tables{tables}, 200)
		users += len(list)
		for _, u := range list {
			if compareTables(t, rs, tables, u) == refused {
				_, err := rs.Eval(u, Options{})
				t.Errorf("%s: the rules do not run for a covering user: %v", name, err)
			}
		}
		r, s, d := coverage(t, tables, list)
		rows, shown, denied = rows+r, shown+s, denied+d
	}
	t.Logf("%d rows, %d shown, %d denied, %d users", rows, shown, denied, users)
	if rows < 120 || shown < rows-1 || denied < rows {
		t.Errorf("%d rows, %d shown to issue a claim, %d shown not to", rows, shown, denied)
	}
}

const (
	group = `c:[Type == "` + TypeGroupSID + `", Value == "S-1-5-21-1-2-3-1104"]`
	getAs = account + ` => add(store = "Active Directory", types = ("tmp", "names"), query = ";mail,tokenGroups;{0}", param = c.Value);`
)

// covered are rule sets and what the users that cover them must show.
var covered = []struct {
	name, rules string
	users       map[string]func(*User) bool
}{
	{"group", group + ` => issue(Type = "r", Value = "x");`, map[string]func(*User) bool{
		"a member":    func(u *User) bool { return inGroup(u, "S-1-5-21-1-2-3-1104") },
		"no member":   func(u *User) bool { return len(u.Groups) > 0 && !inGroup(u, "S-1-5-21-1-2-3-1104") },
		"longer SID":  func(u *User) bool { return inGroup(u, "S-1-5-21-1-2-3-11040") },
		"no mail":     func(u *User) bool { return u.Attribute("mail") == nil && u.Attribute("displayName") != nil },
		"an ordinary": func(u *User) bool { return u.first("mail") != u.first("userPrincipalName") },
	}},
	{"regex", getAs + `c:[Type == "tmp", Value =~ "^[^@]+@contoso\.com$"] => issue(Type = "m", Value = RegExReplace(c.Value, "@.*$", ""));`, map[string]func(*User) bool{
		"a match":    func(u *User) bool { return strings.HasSuffix(u.first("mail"), "@contoso.com") },
		"near":       func(u *User) bool { return strings.HasSuffix(u.first("mail"), "@contoso.comx") },
		"no mail":    func(u *User) bool { return u.Attribute("mail") == nil && u.Attribute("sn") != nil },
		"without @":  func(u *User) bool { m := u.first("mail"); return m != "" && !strings.Contains(m, "@") },
		"other case": func(u *User) bool { return strings.HasSuffix(u.first("mail"), "@CONTOSO.COM") },
	}},
	{"names", getAs + `c:[Type == "names", Value =~ "(?i)^AWS-"] => issue(Type = "n", Value = c.Value);`, map[string]func(*User) bool{
		"one":  func(u *User) bool { return len(u.Groups) == 2 && strings.Contains(u.Groups[1].Name, `\aws-`) },
		"two":  func(u *User) bool { return len(u.Groups) > 2 },
		"near": func(u *User) bool { return len(u.Groups) == 2 && strings.Contains(u.Groups[1].Name, `\xaws-`) },
	}},
	{"network", `c:[Type == "` + TypeInsideNetwork + `", Value == "false"] => issue(Type = "` + TypeDeny + `", Value = "x");`, map[string]func(*User) bool{
		"inside":    func(u *User) bool { return u.InsideCorporateNetwork != nil && *u.InsideCorporateNetwork },
		"outside":   func(u *User) bool { return u.InsideCorporateNetwork != nil && !*u.InsideCorporateNetwork },
		"not known": func(u *User) bool { return u.InsideCorporateNetwork == nil },
	}},
	{"count", `COUNT([Type == "` + TypeGroupSID + `"]) > 2 => issue(Type = "many");`, map[string]func(*User) bool{
		"few":  func(u *User) bool { return len(u.Groups) < 3 },
		"many": func(u *User) bool { return len(u.Groups) > 2 },
	}},
	{"issuer", `c:[Type == "x", Issuer =~ "^SELF$"] => issue(claim = c);`, map[string]func(*User) bool{
		"that issuer": func(u *User) bool { return len(u.Claims) > 0 && u.Claims[len(u.Claims)-1].Issuer == "SELF" },
	}},
	{"store", account + ` => issue(store = "HR", types = ("a", "b"), query = "q", param = c.Value);`, map[string]func(*User) bool{
		"an answer": func(u *User) bool { return len(u.Stores["HR"]["q"]) == 1 && len(u.Stores["HR"]["q"][0]) == 2 },
	}},
	{"two groups", `NOT EXISTS([Type == "` + TypeGroupSID + `", Value == "S-1-5-21-1-2-3-1104"]) => issue(Type = "t", Value = "no");
NOT EXISTS([Type == "` + TypeGroupSID + `", Value == "S-1-5-21-1-2-3-1105"]) => issue(Type = "t", Value = "no");`, map[string]func(*User) bool{
		"both":    func(u *User) bool { return inGroup(u, "S-1-5-21-1-2-3-1104") && inGroup(u, "S-1-5-21-1-2-3-1105") },
		"one":     func(u *User) bool { return inGroup(u, "S-1-5-21-1-2-3-1104") && !inGroup(u, "S-1-5-21-1-2-3-1105") },
		"neither": func(u *User) bool { return !inGroup(u, "S-1-5-21-1-2-3-1104") && !inGroup(u, "S-1-5-21-1-2-3-1105") },
	}},
	{"two roles", group + ` => issue(Type = "t", Value = "1"); ` + strings.Replace(group, "1104", "1105", 1) + ` => issue(Type = "t", Value = "2");`, map[string]func(*User) bool{
		"both": func(u *User) bool { return inGroup(u, "S-1-5-21-1-2-3-1104") && inGroup(u, "S-1-5-21-1-2-3-1105") },
	}},
	{"end of the UPN", `c:[Type == "` + TypeUPN + `", Value =~ "@contoso\.com$"] => issue(Type = "t", Value = "1");`, map[string]func(*User) bool{
		"other case":   func(u *User) bool { return strings.HasSuffix(u.first("userPrincipalName"), "e@CONTOSO.COM") },
		"other domain": func(u *User) bool { return strings.HasSuffix(u.first("userPrincipalName"), "@fabrikam.com") },
	}},
	{"fallback", getAs + `NOT EXISTS([Type == "tmp"]) => add(Type = "flag"); c:[Type == "tmp"] => issue(Type = "id", Value = c.Value);
EXISTS([Type == "flag"]) && c:[Type == "` + TypeUPN + `"] => issue(Type = "id", Value = c.Value);`, map[string]func(*User) bool{
		"neither": func(u *User) bool { return u.Attribute("mail") == nil && u.Attribute("userPrincipalName") == nil },
	}},
}

func inGroup(u *User, sid string) bool {
	return slices.ContainsFunc(u.Groups, func(g Group) bool { return g.SID == sid })
}

func TestCoveringUsers(t *testing.T) {
	for _, c := range covered {
		tables := tablesOf(t, c.rules)
		users := CoveringUsers([]*Tables{tables}, 100)
		for what, is := range c.users {
			if !slices.ContainsFunc(users, is) {
				t.Errorf("%s: %s is missing among %d users", c.name, what, len(users))
			}
		}
		if rows, shown, denied := coverage(t, tables, users); rows == 0 || shown < rows || denied < rows {
			t.Errorf("%s: %d rows, %d shown to issue a claim, %d shown not to\n%s", c.name, rows, shown, denied, dump(tables))
		}
		for _, u := range users {
			if compareTables(t, tables.Rules, tables, u) != same {
				t.Errorf("%s: the rules do not run for %v", c.name, u)
			}
		}
	}
}

func tablesOf(t testing.TB, text string) *Tables {
	t.Helper()
	rs, errs := Parse(text, Position{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	tables, err := rs.Tables(TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func TestCoveringUsersAreTheSame(t *testing.T) {
	text := manyRules(20)
	users := func(n int) string {
		list := CoveringUsers([]*Tables{tablesOf(t, text)}, n)
		if len(list) > n {
			t.Errorf("%d users, expected at most %d", len(list), n)
		}
		out, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	all := users(60)
	if diff := cmp.Diff(all, users(60)); diff != "" {
		t.Error(diff)
	}
	if few := users(5); !strings.HasPrefix(all, strings.TrimSuffix(few, "]")) {
		t.Errorf("fewer users are not the first ones: %s", few)
	}
}
