package claimrule

import "testing"

var explainCases = []struct{ rule, want string }{
	{account + ` => issue(store = "Active Directory", types = ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "role"), query = ";mail,tokenGroups;{0}", param = c.Value);`,
		`Sends the user's mail as E-Mail Address and group names as "role".`},
	{account + ` => add(store = "Active Directory", types = ("a", "b", "c"), query = ";mail,tokenGroups(SID),tokenGroups(domainQualifiedName);{0}", param = c.Value);`,
		`Keeps the user's mail as "a", group SIDs as "b" and group names with their domain as "c" for later rules.`},
	{`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(store = "Active Directory", types = ("a"), query = "mail={0};sn;X\y", param = c.Value);`,
		`Sends sn as "a", taken from the object in Active Directory with "mail={0}".`},
	{`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-21-1-2-3-512", Issuer == "AD AUTHORITY"] => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", Value = "admin", Issuer = c.Issuer);`,
		`Sends "admin" as Role to the members of the group S-1-5-21-1-2-3-512 (Domain Admins).`},
	{`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value =~ "^(?i)S-1-5-21-1-2-3-1104$"] => issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "PermitUsersWithClaim");`,
		`Permits access to the members of the group S-1-5-21-1-2-3-1104.`},
	{`NOT EXISTS([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-32-544"]) => issue(Type = "http://schemas.microsoft.com/authorization/claims/deny");`,
		`Denies access if the user is not one of the members of the group S-1-5-32-544 (BUILTIN\Administrators).`},
	{`EXISTS([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid", Value == "S-1-5-21-1-2-3-9"]) => issue(Type = "a");`,
		`Sends an empty value as "a" if the user is S-1-5-21-1-2-3-9.`},
	{`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value =~ "-513$"] => issue(claim = c);`,
		`Passes on every Group SID claim that ends with "-513" (Domain Users).`},
	{`c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "true"] => issue(Type = "a", Value = "b");`,
		`Sends "b" as "a" for requests from inside the corporate network.`},
	{`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", Value =~ "^(?i).+@contoso\.com$"] => issue(claim = c);`,
		`Passes on the UPN claim that matches the regular expression "^(?i).+@contoso\.com$".`},
	{`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", Value =~ "@contoso\.com$"] => issue(Type = "mail", Value = c.Value);`,
		`Sends the UPN as "mail" if the UPN ends with "@contoso.com".`},
	{`c:[Type == "dept", Value =~ "^(?i)(Sales|IT)$"] => issue(Type = "d", Value = c.Value);`,
		`Sends the claim "dept" as "d" for each "dept" claim that is "IT" or "Sales" in any letter case.`},
	{`c:[Type == "dept", Value !~ "^x"] => issue(claim = c);`, `Passes on every "dept" claim that does not begin with "x".`},
	{`c:[Type == "dept", Value !~ "x\$"] => issue(claim = c);`, `Passes on every "dept" claim that does not contain "x$".`},
	{`c:[Type == "dept", Issuer == "X", Properties["p"] != "1"] => issue(claim = c);`, `Passes on every "dept" claim that has an issuer that is "X" and has a property "p" that is not "1".`},
	{`COUNT([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"]) >= 2 => issue(Type = "a", Value = "b");`, `Sends "b" as "a" if the number of Role claims is at least 2.`},
	{`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = RegExReplace(c.Value, "^.*\\", ""), Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");`,
		`Sends the Windows account name without the domain as Name ID in the format persistent.`},
	{`c:[Type == "a"] => issue(Type = c.Issuer, Value = RegExReplace(c.Value, "-", "_") + "x" + RegExReplace(c.Value, "(a)", "$1"));`,
		`Sends the claim "a" with every "-" replaced by "_" followed by "x" followed by the claim "a" with every match of the regular expression "(a)" replaced by "$1" as a type made of the issuer of the claim "a".`},
	{`c:[] => add(claim = c);`, `Does nothing: add copies every claim to where it is already.`},
	{`c:[] => issue(Type = "a", Value = "b");`, `Sends "b" as "a" once for each claim that is there.`},
	{`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "a", Value = "b");`, `Sends "b" as "a" if there is a UPN claim.`},
	{`=> add(store = "_OpaqueIdStore", types = ("id"), query = "{0}", param = "ppid");`, `Keeps an opaque identifier as "id" for later rules.`},
	{"=> issue(store = \"Active Directory\", types = (\"a\"), query = \";m\x1bail;{0}\", param = \"C\\u\");", `Sends the user's m\x1bail as "a".`},
	{`=> issue(store = "HR", types = ("a", "b"), query = "SELECT 1");`, `Sends what the attribute store "HR" answers to "SELECT 1" as "a" and "b".`},
}

func TestExplain(t *testing.T) {
	for _, c := range explainCases {
		rs, errs := Parse(c.rule, Position{})
		if len(errs) > 0 {
			t.Errorf("%s: %v", c.rule, errs)
			continue
		}
		if got := Explain(rs.Rules[0]); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.rule, got, c.want)
		}
	}
	if got := Explain(&Rule{Bad: true}); got != "This rule cannot be read." {
		t.Error(got)
	}
}
