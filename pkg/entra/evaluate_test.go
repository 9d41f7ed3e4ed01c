package entra

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	agents = "S-1-5-21-1-2-3-1104"
	admins = "S-1-5-21-1-2-3-1105"
)

// ada is a user who has most things.
func ada() *User {
	return Synchronize(Account{
		Attributes: map[string][]string{
			"userPrincipalName": {"ada@contoso.com"}, "mail": {"Ada.Lovelace@contoso.com"}, "sAMAccountName": {"ada"}, "givenName": {"Ada"}, "sn": {"Lovelace"}, "department": {""},
			"employeeID": {"000123X"}, "badge": {"7", "8"}, "proxyAddresses": {"SMTP:a@contoso.com", "smtp:b@contoso.com"}, "objectGUID": {"AAAA"}, "title": {"a@b@c"}, "company": {" x "},
		},
		NetBIOS: "CONTOSO", DNS: "contoso.com",
		Groups: []Group{{SID: agents, Name: `CONTOSO\Agents`}, {SID: admins, Name: `CONTOSO\App-Admins`}, {SID: "S-1-5-32-545", Name: `BUILTIN\Users`}, {SID: "S-1-5-21-1-2-3-513", Name: `CONTOSO\Domain Users`}},
	})
}

func when(source ClaimSource, groups ...string) Configuration {
	c := Configuration{Source: source}
	for _, sid := range groups {
		c.Condition.Groups = append(c.Condition.Groups, Group{SID: sid})
	}
	return c
}

func by(source ClaimSource, steps ...Transformation) Configuration {
	return Configuration{Source: source, Transformations: steps}
}

func (c Configuration) or(s ClaimSource) Configuration { c.Fallback = &s; return c }

func regex(pattern, replacement string, more ...ClaimSource) Transformation {
	return Transformation{RegexReplace, Parameters{Regex: pattern, Replacement: replacement, AdditionalAttributes: more}}
}

const unknown = "?"

// configured lists ways to make a claim with the value that ada gets; unknown
// is a question mark.
var configured = []struct {
	name string
	list []Configuration
	want string // values joined by commas
}{
	{"attribute", []Configuration{when(AttributeSource("mail"))}, "Ada.Lovelace@contoso.com"},
	{"letter case of the id", []Configuration{when(AttributeSource("user.Mail"))}, "Ada.Lovelace@contoso.com"},
	{"constant", []Configuration{when(ConstantSource("x"))}, "x"},
	{"no value", []Configuration{when(AttributeSource("department"))}, ""},
	{"last wins", []Configuration{when(ConstantSource("a")), when(ConstantSource("b"))}, "b"},
	{"empty is skipped", []Configuration{when(AttributeSource("userprincipalname")), when(AttributeSource("department"))}, "ada@contoso.com"},
	{"transformation after attribute", []Configuration{by(AttributeSource("mail"), Transformation{Method: ExtractMailPrefix}), when(ConstantSource("b"))}, "Ada.Lovelace"},
	{"member", []Configuration{when(ConstantSource("a")), when(ConstantSource("b"), agents)}, "b"},
	{"no member", []Configuration{when(ConstantSource("a")), when(ConstantSource("b"), "S-1-5-21-9-9-9-9999")}, "a"},
	{"in some of the groups", []Configuration{when(ConstantSource("b"), agents, "S-1-5-21-9-9-9-9999")}, unknown},
	{"in some, but later wins", []Configuration{when(ConstantSource("b"), agents, "S-1-5-21-9-9-9-9999"), when(ConstantSource("c"))}, "c"},
	{"groups that are not synchronized", []Configuration{when(ConstantSource("b"), "S-1-5-21-1-2-3-513")}, ""},
	{"members", []Configuration{{Condition: Condition{UserType: Members}, Source: ConstantSource("m")}, {Condition: Condition{UserType: AllGuests}, Source: ConstantSource("g")}}, "m"},
	{"first of several", []Configuration{when(AttributeSource("proxyaddresses"))}, "SMTP:a@contoso.com"},
	{"all of an extension", []Configuration{when(ExtensionSource("Badge"))}, "7,8"},
	{"extension by its name", []Configuration{when(ExtensionSource("extension_0f8e_badge"))}, "7,8"},
	{"source anchor", []Configuration{when(AttributeSource("onpremisesimmutableid"))}, unknown},
	{"object id", []Configuration{when(AttributeSource("objectid"))}, unknown},
	{"tenant", []Configuration{when(AttributeSource("company.tenantcountry"))}, unknown},
	{"no such attribute", []Configuration{when(AttributeSource("shoesize"))}, unknown},
	{"account name", []Configuration{by(AttributeSource("netbiosname"), Transformation{Join, Parameters{Separator: `\`, Input2: new(AttributeSource("onpremisessamaccountname"))}})}, `CONTOSO\ada`},
	{"join with nothing", []Configuration{by(AttributeSource("mail"), Transformation{Join, Parameters{Input2: new(AttributeSource("department"))}})}, unknown},
	{"nothing joined", []Configuration{by(AttributeSource("department"), Transformation{Join, Parameters{Input2: new(AttributeSource("mail"))}})}, unknown},
	{"prefix without @", []Configuration{by(AttributeSource("givenname"), Transformation{Method: ExtractMailPrefix})}, "Ada"},
	{"prefix with two @", []Configuration{by(AttributeSource("jobtitle"), Transformation{Method: ExtractMailPrefix})}, unknown},
	{"two steps", []Configuration{by(AttributeSource("mail"), Transformation{Method: ExtractMailPrefix}, Transformation{Method: ToUppercase})}, "ADA.LOVELACE"},
	{"all of several", []Configuration{by(ExtensionSource("badge"), Transformation{Join, Parameters{TreatAsMultiValue: true, Separator: "-", Input2: new(ConstantSource("x"))}})}, "7-x,8-x"},
	{"first of several to transform", []Configuration{by(ExtensionSource("badge"), Transformation{Method: ToLowercase})}, "7"},
	{"several through two steps", []Configuration{by(ExtensionSource("badge"), Transformation{ToLowercase, Parameters{TreatAsMultiValue: true}}, Transformation{Method: ToUppercase})}, unknown},
	{"contains", []Configuration{by(AttributeSource("mail"), Transformation{Contains, Parameters{Value: "@contoso.com", Output: new(AttributeSource("givenname"))}})}, "Ada"},
	{"contains not", []Configuration{by(AttributeSource("mail"), Transformation{Contains, Parameters{Value: "@fabrikam.com", Output: new(AttributeSource("givenname"))}})}, ""},
	{"contains not, with a fallback", []Configuration{by(AttributeSource("mail"), Transformation{Contains, Parameters{Value: "@fabrikam.com", Output: new(AttributeSource("givenname"))}}).or(ConstantSource("f"))}, "f"},
	{"contains in other letter case", []Configuration{by(AttributeSource("mail"), Transformation{Contains, Parameters{Value: "@CONTOSO.com", Output: new(AttributeSource("givenname"))}})}, unknown},
	{"starts with", []Configuration{by(AttributeSource("mail"), Transformation{StartsWith, Parameters{Value: "Ada", Output: new(ConstantSource("y"))}})}, "y"},
	{"ends with", []Configuration{by(AttributeSource("mail"), Transformation{EndsWith, Parameters{Value: "Ada", Output: new(ConstantSource("y"))}})}, ""},
	{"if empty", []Configuration{by(AttributeSource("department"), Transformation{IfEmpty, Parameters{Output: new(AttributeSource("mail"))}})}, "Ada.Lovelace@contoso.com"},
	{"if empty, and it is not", []Configuration{by(AttributeSource("mail"), Transformation{IfEmpty, Parameters{Output: new(ConstantSource("x"))}}).or(AttributeSource("mail"))}, "Ada.Lovelace@contoso.com"},
	{"if not empty", []Configuration{by(AttributeSource("mail"), Transformation{IfNotEmpty, Parameters{Output: new(ConstantSource("x"))}})}, "x"},
	{"if not empty, and it is", []Configuration{when(ConstantSource("y")), by(AttributeSource("department"), Transformation{IfNotEmpty, Parameters{Output: new(ConstantSource("x"))}})}, "y"},
	{"substring", []Configuration{by(AttributeSource("givenname"), Transformation{Substring, Parameters{Index: new(1), Length: new(5)}})}, "da"},
	{"substring to the end", []Configuration{by(AttributeSource("givenname"), Transformation{Substring, Parameters{Index: new(2)}})}, "a"},
	{"substring beyond", []Configuration{by(AttributeSource("givenname"), Transformation{Substring, Parameters{Index: new(9)}})}, unknown},
	{"digits before", []Configuration{by(AttributeSource("employeeid"), Transformation{ExtractNumber, Parameters{Type: "prefix"}})}, "000123"},
	{"letters after", []Configuration{by(AttributeSource("employeeid"), Transformation{ExtractAlpha, Parameters{Type: "suffix"}})}, "X"},
	{"letters before", []Configuration{by(AttributeSource("employeeid"), Transformation{ExtractAlpha, Parameters{Type: "prefix"}})}, ""},
	{"letters beyond ASCII", []Configuration{by(ConstantSource("Zoë1"), Transformation{ExtractAlpha, Parameters{Type: "prefix"}})}, unknown},
	{"extract", []Configuration{by(AttributeSource("mail"), Transformation{Extract, Parameters{Type: "after", Value: "@"}})}, unknown},
	{"nothing to trim", []Configuration{by(AttributeSource("givenname"), Transformation{Trim, Parameters{Type: "leading"}})}, "Ada"},
	{"trim", []Configuration{by(AttributeSource("companyname"), Transformation{Trim, Parameters{Type: "leading"}})}, unknown},
	{"whole match", []Configuration{by(AttributeSource("mail"), regex(`^(?<who>[^@]+)@.*$`, "{who}@fabrikam.com"))}, "Ada.Lovelace@fabrikam.com"},
	{"quoted groups and attributes", []Configuration{by(AttributeSource("mail"), regex(`(?'who'^.*?)@contoso\.com$`, "{surname}.{who}", AttributeSource("surname")))}, "Lovelace.Ada.Lovelace"},
	{"group without a match", []Configuration{by(AttributeSource("mail"), regex(`^(?<a>x)?(?<b>.*)$`, "{a}{b}"))}, "Ada.Lovelace@contoso.com"},
	{"attribute without a value", []Configuration{by(AttributeSource("mail"), regex(`^.*$`, "{department}", AttributeSource("department")))}, unknown},
	{"match of a part", []Configuration{by(AttributeSource("mail"), regex(`@.*$`, ""))}, unknown},
	{"no match", []Configuration{by(AttributeSource("mail"), regex(`^x$`, "y"))}, unknown},
	{"no match, with a fallback", []Configuration{by(AttributeSource("mail"), regex(`^x$`, "y")).or(AttributeSource("givenname"))}, "Ada"},
	{"no match, with an empty fallback", []Configuration{when(ConstantSource("z")), by(AttributeSource("mail"), regex(`^x$`, "y")).or(AttributeSource("department"))}, "z"},
	{"number of a group", []Configuration{by(AttributeSource("mail"), regex(`^(.*)$`, "{1}"))}, unknown},
	{"no such group", []Configuration{by(AttributeSource("mail"), regex(`^.*$`, "{who}"))}, unknown},
	{"open brace", []Configuration{by(AttributeSource("mail"), regex(`^.*$`, "a{b"))}, unknown},
	{"brace alone", []Configuration{by(AttributeSource("mail"), regex(`^.*$`, "a}b"))}, unknown},
	{"bad expression", []Configuration{by(AttributeSource("mail"), regex(`(`, "a"))}, unknown},
	{"slow expression", []Configuration{by(ConstantSource(strings.Repeat("a", 40)), regex(`^(a+)+(?<b>b)(?!\1)$`, "a"))}, unknown},
	{"unknown transformation", []Configuration{by(AttributeSource("mail"), Transformation{Method: "Reverse"})}, unknown},
}

func TestEvaluateConfigurations(t *testing.T) {
	for _, c := range configured {
		t.Run(c.name, func(t *testing.T) {
			claims := &Claims{Claims: []Claim{{Name: "x", Configurations: c.list}}}
			got := says(NewEvaluator(claims, nil).Evaluate(ada()), "x")
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestConditionsOnTheKindOfUser: a user of whom nothing else is known is no
// guest.
func TestConditionsOnTheKindOfUser(t *testing.T) {
	for _, c := range []struct {
		user, condition UserType
		want            string
	}{
		{"", AllGuests, ""},
		{AnyUser, AllGuests, ""},
		{Members, AllGuests, ""},
		{AADGuests, AllGuests, "x"},
		{ExternalGuests, AllGuests, "x"},
		{AADGuests, AADGuests, "x"},
		{AADGuests, ExternalGuests, ""},
		{AADGuests, Members, ""},
		{Members, Members, "x"},
		{"", AnyUser, "x"},
	} {
		u := ada()
		u.Type = c.user
		claims := &Claims{Claims: []Claim{{Name: "x", Configurations: []Configuration{{Condition: Condition{UserType: c.condition}, Source: ConstantSource("x")}}}}}
		if got := says(NewEvaluator(claims, nil).Evaluate(u), "x"); got != c.want {
			t.Errorf("%q, for %q: %q, want %q", c.user, c.condition, got, c.want)
		}
	}
}

// says is the value of a claim in a token.
func says(t *Token, claimType string) string {
	for _, o := range t.Claims {
		if o.Type == claimType && o.Unknown != "" {
			return unknown
		} else if o.Type == claimType {
			return strings.Join(o.Values, ",")
		}
	}
	return ""
}

func TestEvaluateNameID(t *testing.T) {
	for _, c := range []struct {
		nameID   NameID
		want     string
		pairwise bool
	}{
		{NameID{}, "ada@contoso.com", false},
		{NameID{Configurations: []Configuration{when(AttributeSource("mail"))}}, "Ada.Lovelace@contoso.com", false},
		{NameID{Configurations: []Configuration{when(AttributeSource("department"))}}, "", true},
		{NameID{Configurations: []Configuration{when(AttributeSource("pairwiseid"))}}, "", true},
		{NameID{Configurations: []Configuration{by(AttributeSource("mail"), Transformation{Join, Parameters{Separator: "@", Input2: new(ConstantSource("fabrikam.com"))}})}}, "Ada.Lovelace@fabrikam.com", false},
		{NameID{Configurations: []Configuration{when(ExtensionSource("badge"))}}, "7", false},
	} {
		got := NewEvaluator(&Claims{NameID: c.nameID}, nil).Evaluate(ada())
		if strings.Join(got.NameID.Values, ",") != c.want || got.Pairwise != c.pairwise {
			t.Errorf("%+v: %+v", c.nameID, got)
		}
	}
}

func TestEvaluateGroupsAndRoles(t *testing.T) {
	roles := []Role{{"Reader", Group{SID: agents}}, {"Reader", Group{SID: admins}}, {"Owner", Group{Name: `contoso\app-admins`}}, {"Other", Group{SID: "S-1-5-21-9-9-9-9999"}}}
	for _, c := range []struct {
		name, claimType, want string
		claims                Claims
		assigned              []Group
	}{
		{"names", TypeGroups, "Agents,App-Admins", Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name"}}, nil},
		{"NetBIOS names", TypeGroups, `CONTOSO\Agents,CONTOSO\App-Admins`, Claims{Groups: GroupClaim{Emit: AllGroups, Format: "netbios_domain_and_sam_account_name"}}, nil},
		{"DNS names", TypeGroups, `contoso.com\Agents,contoso.com\App-Admins`, Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "dns_domain_and_sam_account_name"}}, nil},
		{"SIDs in another claim", "x", agents + "," + admins, Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "on_premise_security_identifier", Claim: "x"}}, nil},
		{"object ids", TypeGroups, unknown, Claims{Groups: GroupClaim{Emit: SecurityGroups}}, nil},
		{"prefix", TypeGroups, "App-Admins", Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name", Filter: GroupFilter{"sAMAccountName", "prefix", "app-"}}}, nil},
		{"suffix", TypeGroups, "Agents,App-Admins", Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name", Filter: GroupFilter{"displayName", "suffix", "s"}}}, nil},
		{"contains", TypeGroups, "Agents", Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name", Filter: GroupFilter{"displayName", "contains", "gent"}}}, nil},
		{"assigned", TypeGroups, "Agents", Claims{Groups: GroupClaim{Emit: AssignedGroups, Format: "sam_account_name"}}, []Group{{SID: agents}}},
		{"rewritten", "x", "Admins", Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name", Claim: "x", Regex: "^App-(?<n>.*)$", Replacement: "{n}"}}, nil},
		{"rewritten, none", "x", "Agents,App-Admins", Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name", Claim: "x", Regex: "^No-(?<n>.*)$", Replacement: "{n}"}}, nil},
		{"rewritten in part", "x", unknown, Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name", Claim: "x", Regex: "^App-", Replacement: ""}}, nil},
		{"none", TypeGroups, "", Claims{Groups: GroupClaim{Emit: NoGroups, Format: "sam_account_name"}}, nil},
		{"roles", TypeRole, "Reader,Owner", Claims{Roles: roles}, nil},
		{"roles elsewhere", "x", "Reader,Owner", Claims{Roles: roles, Claims: []Claim{{Name: "x", Configurations: []Configuration{when(AttributeSource("assignedroles"))}}}}, nil},
		{"groups as roles", TypeRole, "Agents,App-Admins", Claims{Roles: roles, Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name", EmitAsRoles: true}}, nil},
		{"restricted", TypeUPN, "", Claims{Claims: []Claim{{Name: "upn", Namespace: strings.TrimSuffix(soapClaims, "/"), Configurations: []Configuration{when(ConstantSource("x"))}}}}, nil},
		{"optional", TypeUPN, "ada@contoso.com", Claims{Optional: []string{"upn"}}, nil},
		{"basic", TypeName, "ada@contoso.com", Claims{Basic: true}, nil},
		{"basic, given another value", TypeName, "Ada", Claims{Basic: true, Claims: []Claim{{Name: TypeName, Configurations: []Configuration{when(AttributeSource("givenname"))}}}}, nil},
	} {
		if got := says(NewEvaluator(&c.claims, c.assigned).Evaluate(ada()), c.claimType); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEvaluateTooManyGroups(t *testing.T) {
	a := Account{NetBIOS: "CONTOSO"}
	for i := range MaxGroupsInToken + 1 {
		a.Groups = append(a.Groups, Group{SID: fmt.Sprintf("S-1-5-21-1-2-3-%d", 2000+i), Name: fmt.Sprintf(`CONTOSO\g%d`, i)})
	}
	claims := &Claims{Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name"}}
	if got := NewEvaluator(claims, nil).Evaluate(Synchronize(a)); says(got, TypeGroups) != unknown {
		t.Errorf("%+v", got)
	}
	a.Groups = a.Groups[1:]
	if got := NewEvaluator(claims, nil).Evaluate(Synchronize(a)); strings.Count(says(got, TypeGroups), ",") != MaxGroupsInToken-1 {
		t.Errorf("%+v", got)
	}
}

// TestEvaluateLaw holds that evaluation never changes with what is written and
// read in between, and that a value is never both known and unknown.
func TestEvaluateLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClaims(t)
		body, _ := EncodeCustomClaims(c)
		back, _ := DecodeCustomClaims(body)
		one, two := NewEvaluator(c, nil).Evaluate(ada()), NewEvaluator(back, nil).Evaluate(ada())
		if fmt.Sprint(one) != fmt.Sprint(two) {
			t.Fatalf("%v\n%v\n%s", one, two, body)
		}
		for _, o := range append(one.Claims, one.NameID) {
			if o.Unknown == "" && slices.Contains(o.Values, "") {
				t.Fatalf("%+v has an empty value", o)
			}
		}
	})
}

func TestTokenSettings(t *testing.T) {
	for _, c := range []struct {
		claims Claims
		want   string
		lost   int
	}{
		{Claims{Groups: GroupClaim{Emit: NoGroups}}, `{"groupMembershipClaims":"None","optionalClaims":{"idToken":[],"accessToken":[],"saml2Token":[]}}`, 0},
		{Claims{Optional: []string{"upn"}, Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name", EmitAsRoles: true}},
			`{"groupMembershipClaims":"SecurityGroup","optionalClaims":{"idToken":[],"accessToken":[],"saml2Token":[{"name":"groups","source":null,"essential":false,"additionalProperties":["sam_account_name","emit_as_roles"]},{"name":"upn","source":null,"essential":false,"additionalProperties":[]}]}}`, 0},
		{Claims{Groups: GroupClaim{Emit: AssignedGroups}}, `{"groupMembershipClaims":"ApplicationGroup","optionalClaims":{"idToken":[],"accessToken":[],"saml2Token":[{"name":"groups","source":null,"essential":false,"additionalProperties":[]}]}}`, 0},
		{Claims{Groups: GroupClaim{Emit: AllGroups, Claim: "x", Regex: "y", Filter: GroupFilter{Value: "z"}}}, `{"groupMembershipClaims":"All","optionalClaims":{"idToken":[],"accessToken":[],"saml2Token":[{"name":"groups","source":null,"essential":false,"additionalProperties":[]}]}}`, 3},
	} {
		body, lost := EncodeTokenSettings(&c.claims)
		if string(body) != c.want || len(lost) != c.lost {
			t.Errorf("%s %v\nwant %s", body, lost, c.want)
		}
		back, problems := DecodeTokenSettings(body)
		g := c.claims.Groups
		g.Claim, g.Regex, g.Filter = "", "", GroupFilter{}
		if back.Groups != g || !slices.Equal(back.Optional, c.claims.Optional) || len(problems) > 0 {
			t.Errorf("%+v %v", back, problems)
		}
	}
}
