package entra

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSplitType(t *testing.T) {
	for _, c := range []struct{ claimType, namespace, name string }{
		{soapClaims + "emailaddress", strings.TrimSuffix(soapClaims, "/"), "emailaddress"},
		{"https://aws.amazon.com/SAML/Attributes/Role", "https://aws.amazon.com/SAML/Attributes", "Role"},
		{"urn:oid:1.2.840", "", "urn:oid:1.2.840"}, {"first_name", "", "first_name"}, {"https://a.contoso.com", "", "https://a.contoso.com"},
		{"https://a.contoso.com/", "", "https://a.contoso.com/"}, {"https://a.contoso.com//x", "https://a.contoso.com/", "x"},
		{"https:///x", "", "https:///x"}, {"urn:a/b", "", "urn:a/b"}, {"", "", ""}, {"http://x/y", "http://x", "y"},
	} {
		if namespace, name := SplitType(c.claimType); namespace != c.namespace || name != c.name {
			t.Errorf("%s: %q and %q", c.claimType, namespace, name)
		}
	}
}

// TestSplitTypeLaw holds that the parts make the whole again.
func TestSplitTypeLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.StringMatching(`(https?:/{1,3})?[a-z./:#]{0,12}`).Draw(t, "type")
		c := Claim{}
		c.Namespace, c.Name = SplitType(whole)
		if c.Type() != whole {
			t.Fatalf("%q became %q", whole, c.Type())
		}
	})
}

func TestConfigurationJSON(t *testing.T) {
	for _, c := range []struct {
		configuration Configuration
		want          string
	}{
		{Configuration{Source: AttributeSource("mail")}, `{"condition":{"groups":[],"userType":"any"},"source":{"kind":"attribute","id":"user.mail","value":""},"transformations":[]}`},
		{Configuration{Condition: Condition{Groups: []Group{{SID: "S-1-5-21-1", Name: "a"}}, UserType: Members}, Source: ConstantSource("x")},
			`{"condition":{"groups":[{"sid":"S-1-5-21-1","name":"a"}],"userType":"members"},"source":{"kind":"constant","id":"","value":"x"},"transformations":[]}`},
		{Configuration{Source: ExtensionSource("badge"), Transformations: []Transformation{{Method: Join, Parameters: Parameters{Separator: "-", Input2: new(AttributeSource("user.mail"))}}}},
			`{"condition":{"groups":[],"userType":"any"},"source":{"kind":"extension","id":"badge","value":""},"transformations":[{"method":"Join","parameters":{"input2":{"kind":"attribute","id":"user.mail","value":""},"separator":"-"}}]}`},
	} {
		got, err := json.Marshal(c.configuration)
		if err != nil || string(got) != c.want {
			t.Errorf("%s\nwant %s (%v)", got, c.want, err)
		}
		var back Configuration
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(back); string(again) != c.want {
			t.Errorf("read back: %s", again)
		}
	}
}

func TestGroupOf(t *testing.T) {
	for _, g := range []Group{{SID: "S-1-5-21-1-2"}, {Name: `CONTOSO\Agents`}, {ObjectID: "0f8e"}} {
		if got := GroupOf(g.Ref()); got != g {
			t.Errorf("%s: %+v, want %+v", g.Ref(), got, g)
		}
	}
	for _, other := range []string{"", "{group:}", "{group:S-1", "group:S-1}"} {
		if g := GroupOf(other); g.ObjectID != other {
			t.Errorf("%q is taken for a token: %+v", other, g)
		}
	}
}

func TestExtensions(t *testing.T) {
	for name, want := range map[string]string{ExtensionName("costCenter"): "costCenter", "extension_0123_a_b": "a_b", "extension_0123_": "", "costCenter": "", "extension_": ""} {
		if got, ok := ExtensionAttribute(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v", name, got, ok)
		}
	}
	if s := ExtensionSource("badge").String(); s != "user.extension_{extensionAppId}_badge" {
		t.Error(s)
	}
	if s := ExtensionName("extension_0123_badge"); s != "extension_0123_badge" {
		t.Error(s)
	}
}

func TestLookupMethod(t *testing.T) {
	for _, m := range methods {
		for _, form := range []string{string(m.Method), m.Custom, "#microsoft.graph." + m.Custom, m.Portal(), m.Mapping, strings.ToUpper(m.Portal())} {
			if got, ok := LookupMethod(form); form != "" && (!ok || got.Method != m.Method) {
				t.Errorf("%s: %v", form, got.Method)
			}
		}
	}
	for _, unknown := range []string{"", "()", "CreateStringClaim", "#microsoft.graph."} {
		if m, ok := LookupMethod(unknown); ok {
			t.Errorf("%q is taken for %s", unknown, m.Method)
		}
	}
}
