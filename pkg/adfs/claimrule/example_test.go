package claimrule_test

import (
	"fmt"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

func ExampleParse() {
	text := `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", Value ~= "@contoso\.com$"]
 => issue(Type = "mail", Value = c.Value);`
	_, errs := claimrule.Parse(text, claimrule.Position{})
	for _, err := range errs {
		fmt.Println(err)
	}
	// Output:
	// line 1, column 79: unexpected "~=", expected "=~"; the sign of a regular expression match is "=~"
}

func ExampleRuleSet_Eval() {
	rules, _ := claimrule.Parse(`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"]
 => issue(Type = "user", Value = RegExReplace(c.Value, "@.*$", ""));`, claimrule.Position{})
	result, err := rules.Eval(&claimrule.User{Attributes: map[string][]string{"userPrincipalName": {"ada@contoso.com"}}}, claimrule.Options{})
	fmt.Println(result.Claims[0].Type, result.Claims[0].Value, err)
	// Output:
	// user ada <nil>
}

func ExampleExplain() {
	rules, _ := claimrule.Parse(`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-21-1-2-3-512"]
 => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", Value = "admin");`, claimrule.Position{})
	fmt.Println(claimrule.Explain(rules.Rules[0]))
	// Output:
	// Sends "admin" as Role to the members of the group S-1-5-21-1-2-3-512 (Domain Admins).
}
