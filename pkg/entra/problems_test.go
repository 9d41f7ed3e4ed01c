package entra

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// a configuration that is right, to stand in policies that are wrong elsewhere
const plainMail = `"configurations":[{"attribute":{"id":"mail","source":"user"}}]`

// customProblems lists policies with what is said of them; %s is a claim.
var customProblems = []struct{ policy, want string }{
	{``, "no valid JSON: it ends too early"},
	{`{"claims":[`, "it ends too early"},
	{`{} {}`, "more than one value"},
	{`[]`, `is a list, expected an object`},
	{strings.Repeat(`{"a":`, 100), "nested more than 64 deep"},
	{`{"claims":{}}`, `"claims" is an object, expected a list`},
	{`{"includeBasicClaimSet":1}`, `is a number, expected true or false`},
	{`{"Claims":[],"groupfilter":null}`, `did you mean "claims"?`},
	{`{"colour":1}`, `the property "colour" is not known`},
	{`{"claims":[{"@odata.type":"#microsoft.graph.samlClaim"}]}`, `there is no claim of the type "samlClaim"`},
	{`{"claims":[{` + plainMail + `}]}`, "the claim has no name"},
	{`{"claims":[{"name":"role","namespace":"` + strings.TrimSuffix(msClaims, "/") + `",` + plainMail + `}]}`, "the claim type is restricted: use app roles"},
	{`{"claims":[{"name":"` + soapClaims + `sid",` + plainMail + `}]}`, "restricted unless the application has a signing key"},
	{`{"claims":[{"name":"https://aws.amazon.com/SAML/Attributes/nameidentifier",` + plainMail + `}]}`, "this is no NameID"},
	{`{"claims":[{"name":"a",` + plainMail + `},{"name":"A",` + plainMail + `}]}`, "the claim stands twice"},
	{`{"claims":[{"name":"a","samlAttributeNameFormat":"url",` + plainMail + `}]}`, `"url" is none of unspecified, uri, basic`},
	{`{"claims":[{"name":"a","tokenFormat":["xml"],` + plainMail + `}]}`, `"xml" is none of saml, jwt`},
	{`{"claims":[{"name":"a"}]}`, "the claim has no configuration"},
	{`{"claims":[{"name":"a","samlNameFormat":"uri",` + plainMail + `}]}`, `the property "samlNameFormat" is not known`},
	{`{"claims":[{"@odata.type":"#microsoft.graph.samlNameIdClaim","nameFormat":"default",` + plainMail + `}]}`, `there is no property "nameFormat"; did you mean "nameIdFormat"?`},
	{`{"claims":[{"name":"a","configurations":[{}]}]}`, "neither an attribute nor a transformation"},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"id":"departmnt","source":"user"}}]}]}`, `the user has no attribute "departmnt"; did you mean "department"?`},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"id":"900","source":"user"}}]}]}`, "a fixed value is given as Value"},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"id":" mail","source":"user"}}]}]}`, `there are blanks around "mail"`},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"id":"tenantcountry","source":"user"}}]}]}`, "tenantcountry is an attribute of the source company"},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"id":"mail","source":"group"}}]}]}`, `there is no source "group"`},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"id":"mail","source":"company"}}]}]}`, `company has no attribute "mail"`},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"id":"extension_1_b","source":"user"}}]}]}`, "isExtensionAttribute is not true"},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"id":"badge","source":"user","isExtensionAttribute":true}}]}]}`, "whose names are extension_appid_name"},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"@odata.type":"#microsoft.graph.other"}}]}]}`, `there is no attribute of the type "other"`},
	{`{"claims":[{"name":"a","configurations":[{"condition":{"userType":"guests"},"attribute":{"value":"x"}}]}]}`, `"guests" is none of any, members`},
	{step1(`{"@odata.type":"#microsoft.graph.reverseTransformation"}`), `there is no transformation "#microsoft.graph.reverseTransformation"`},
	{step1(`{"@odata.type":"#microsoft.graph.joinTransformation","separator":"-"}`), "Join() has no input2"},
	{step1(`{"@odata.type":"#microsoft.graph.extractMailPrefixTransformation"}`), "the first transformation has no input"},
	{step1(`{"@odata.type":"#microsoft.graph.substringTransformation","index":-1}`), `"-1" is no whole number`},
	{step1(`{"@odata.type":"#microsoft.graph.extractAlphaTransformation","type":"middle"}`), `"middle" is none of prefix, suffix`},
	{step1(`{"@odata.type":"#microsoft.graph.regexReplaceTransformation","regex":"(","replacement":""}`), "invalid regular expression"},
	{step1(strings.Repeat(`{"@odata.type":"#microsoft.graph.toLowercaseTransformation"},`, 2) + `{"@odata.type":"#microsoft.graph.toLowercaseTransformation"}`), "there are 3 transformations, a claim can have 2"},
	{`{"claims":[{"@odata.type":"#microsoft.graph.samlNameIdClaim","nameIdFormat":"transient",` + plainMail + `}]}`, `"transient" is none of default`},
	{`{"claims":[{"@odata.type":"#microsoft.graph.samlNameIdClaim","configurations":[{"attribute":{"id":"city","source":"user"}}]}]}`, `a NameID cannot be made of "user.city"`},
	{groupsOf(MaxConditionGroups + 1), "name more than 50 groups"},
	{`{"claims":[{"name":"a","configurations":[{"attribute":{"source":"user"}}]}]}`, "the attribute has no id"},
	{`{"claims":[` + nameID + `,` + nameID + `]}`, "there is more than one NameID"},
	{step1(lower + `,` + lower), "the input is not used"},
	{step1(`{"@odata.type":"#microsoft.graph.regexReplaceTransformation","regex":"a","replacement":"b","additionalAttributes":[` + strings.Repeat(`{"id":"mail","source":"user"},`, MaxRegexAttributes) + `{"id":"mail","source":"user"}]}`), "further attributes, RegexReplace() can have"},
}

const (
	nameID = `{"@odata.type":"#microsoft.graph.samlNameIdClaim",` + plainMail + `}`
	lower  = `{"@odata.type":"#microsoft.graph.toLowercaseTransformation","input":{"attribute":{"id":"mail","source":"user"}}}`
)

func step1(steps string) string {
	return `{"claims":[{"name":"a","configurations":[{"transformations":[` + steps + `]}]}]}`
}

func groupsOf(n int) string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf(`"id%d"`, i))
	}
	return `{"claims":[{"name":"a","configurations":[{"condition":{"memberOf":[` + strings.Join(ids, ",") + `]},"attribute":{"value":"x"}}]}]}`
}

func TestCustomClaimsProblems(t *testing.T) {
	for _, c := range customProblems {
		_, problems := DecodeCustomClaims([]byte(c.policy))
		finds(t, c.policy, c.want, problems)
	}
	if _, problems := DecodeCustomClaims([]byte(groupsOf(MaxConditionGroups))); len(problems) > 0 {
		t.Errorf("fifty groups: %v", problems)
	}
}

func finds(t *testing.T, policy, want string, problems []PolicyProblem) {
	t.Helper()
	for _, p := range problems {
		if strings.Contains(p.Text, want) {
			return
		}
	}
	t.Errorf("%.300s\n%v\nwant %s", policy, problems, want)
}

// mapped is a definition around its inner part.
func mapped(inner string) string { return `{"ClaimsMappingPolicy":{"Version":1,` + inner + `}}` }

func mappedClaim(steps string, more ...string) string {
	return mapped(`"ClaimsSchema":[{"Source":"user","ID":"mail"},{"Source":"transformation","ID":"out","TransformationId":"t","SamlClaimType":"a"}` + strings.Join(more, "") + `],"ClaimsTransformation":[` + steps + `]`)
}

const takesMail = `"InputClaims":[{"ClaimTypeReferenceId":"mail","TransformationClaimType":"mail"}]`
const givesOut = `"OutputClaims":[{"ClaimTypeReferenceId":"out","TransformationClaimType":"outputClaim"}]`

// made is a transformation of one entry into another.
func made(id, from, to string) string {
	return `{"ID":"` + id + `","TransformationMethod":"ExtractMailPrefix","InputClaims":[{"ClaimTypeReferenceId":"` + from + `","TransformationClaimType":"mail"}],"OutputClaims":[{"ClaimTypeReferenceId":"` + to + `","TransformationClaimType":"outputClaim"}]}`
}

var mappingProblems = []struct{ definition, want string }{
	{`{}`, "there is no ClaimsMappingPolicy in the definition"},
	{`{"ClaimsMappingPolicy":{}}`, "the Version is not 1"},
	{mapped(`"ClaimSchema":[]`), `did you mean "ClaimsSchema"?`},
	{mapped(`"ClaimsSchema":[{"SamlClaimType":"a"}]`), "there is no Value"},
	{mapped(`"ClaimsSchema":[{"Source":"user","ID":"mail","Value":"x","SamlClaimType":"a"}]`), "more than one of Value, ID and ExtensionID"},
	{mapped(`"ClaimsSchema":[{"ID":"mail","SamlClaimType":"a"}]`), "there is an ID, but no Source"},
	{mapped(`"ClaimsSchema":[{"Source":"User","ID":"900","SamlClaimType":"a"}]`), "a fixed value is given as Value"},
	{mapped(`"ClaimsSchema":[{"Source":"user","ID":"mail"}]`), "no SamlClaimType and no JwtClaimType"},
	{mapped(`"ClaimsSchema":[{"Source":"user","ID":"mail","SamlClaimType":"` + TypeGroups + `"}]`), "the claim type is restricted"},
	{mapped(`"ClaimsSchema":[{"Source":"user","ID":"mail","SamlClaimType":"a","SAMLNameForm":"uri2"}]`), "is none of urn:oasis:names:tc:SAML:2.0:attrname-format:"},
	{mapped(`"ClaimsSchema":[{"Source":"user","ID":"mail","SamlClaimType":"` + TypeNameID + `","SamlNameIdFormat":"x"}]`), "SamlNameIdFormat is not documented"},
	{mapped(`"ClaimsSchema":[{"Source":"user","ID":"city","SamlClaimType":"` + TypeNameID + `"}]`), `a NameID cannot be made of "user.city"`},
	{mapped(`"ClaimsSchema":[` + strings.Repeat(`{"Value":"x","JwtClaimType":"a"},`, MaxClaims) + `{"Value":"x","JwtClaimType":"a"}]`), "at most 50 claims"},
	{mapped(`"GroupFilter":{"MatchOn":"name","Type":"prefix","Value":"x"}`), `"name" is none of displayName, sAMAccountName`},
	{mappedClaim(``), `no transformation has the ID "t"`},
	{mappedClaim(`{"ID":"t","TransformationMethod":"Reverse",` + takesMail + `,` + givesOut + `}`), `there is no transformation "Reverse", expected one of Join`},
	{mappedClaim(`{"ID":"t","TransformationMethod":"ExtractMailPrefix","InputClaims":[{"ClaimTypeReferenceId":"upn","TransformationClaimType":"mail"}],` + givesOut + `}`), `no entry of ClaimsSchema has the ID "upn"`},
	{mappedClaim(`{"ID":"t","TransformationMethod":"ExtractMailPrefix",` + takesMail + `}`), "has no OutputClaims"},
	{mappedClaim(`{"ID":"t","TransformationMethod":"Join",` + takesMail + `,` + givesOut + `}`), "Join has no string2"},
	{mapped(`"ClaimsSchema":[{"Source":"transformation","ID":"out","SamlClaimType":"a"}]`), "there is no TransformationID"},
	{mappedClaim(`{"TransformationMethod":"ExtractMailPrefix",` + takesMail + `,` + givesOut + `}`), "the transformation has no ID"},
	{mappedClaim(`{"ID":"t","TransformationMethod":"ExtractMailPrefix",` + takesMail + `,` + givesOut + `},{"ID":"T","TransformationMethod":"ToLowercase",` + takesMail + `,` + givesOut + `}`), "there are two transformations of this ID"},
	{mappedClaim(strings.Repeat(`{"ID":"x"},`, MaxClaims) + `{"ID":"x"}`), "at most 50 transformations"},
	{mappedClaim(made("t", "one", "out")+`,`+made("u", "two", "one")+`,`+made("v", "mail", "two"), `,{"Source":"transformation","ID":"one","TransformationId":"u"},{"Source":"transformation","ID":"two","TransformationId":"v"}`), "the claim takes 3 transformations, it can have 2"},
	{mappedClaim(`{"ID":"t","TransformationMethod":"Join","InputClaims":[{"ClaimTypeReferenceId":"mail","TransformationClaimType":"string1"},{"ClaimTypeReferenceId":"one","TransformationClaimType":"string2"}],`+givesOut+`},`+made("u", "mail", "one"), `,{"Source":"transformation","ID":"one","TransformationId":"u"}`), "the second input of Join is made by a transformation"},
	{mappedClaim(`{"ID":"t","TransformationMethod":"ExtractMailPrefix",` + takesMail + `,` + givesOut + `},{"ID":"u","TransformationMethod":"ExtractMailPrefix",` + takesMail + `,` + givesOut + `}`), `no entry of ClaimsSchema has the TransformationID "u"`},
	{mappedClaim(`{"ID":"t","TransformationMethod":"ExtractMailPrefix","InputClaims":[{"ClaimTypeReferenceId":"out","TransformationClaimType":"mail"}],` + givesOut + `}`), "go round in a circle"},
	{mapped(`"ClaimsSchema":[{"Source":"user","ID":"mail"},{"Source":"transformation","ID":"out","TransformationID":"t","SamlClaimType":"` + TypeNameID + `"}],"ClaimsTransformations":[{"ID":"t","TransformationMethod":"ToLowercase()",` + takesMail + `,` + givesOut + `}]`), "a NameID cannot be made with ToLowercase()"},
}

func TestClaimsMappingProblems(t *testing.T) {
	for _, c := range mappingProblems {
		_, problems := DecodeClaimsMapping([]byte(c.definition))
		finds(t, c.definition, c.want, problems)
	}
}

func TestTokenSettingsProblems(t *testing.T) {
	groups := func(emit, properties string) string {
		return `{"groupMembershipClaims":` + emit + `,"optionalClaims":{"saml2Token":[{"name":"groups","additionalProperties":[` + properties + `]}]}}`
	}
	for _, c := range []struct{ application, want string }{
		{`[]`, "is a list, expected an object"},
		{groups(`null`, ``), "groupMembershipClaims lets none into the token"},
		{groups(`"SecurityGroups"`, ``), `"SecurityGroups" is none of None, SecurityGroup`},
		{groups(`"All"`, `"sam_account_name","netbios_domain_and_sam_account_name"`), "more than one format of groups: sam_account_name"},
		{groups(`"All"`, `"samAccountName"`), `the property "samAccountName" of the group claim is not known`},
	} {
		_, problems := DecodeTokenSettings([]byte(c.application))
		finds(t, c.application, c.want, problems)
	}
	if _, problems := DecodeTokenSettings([]byte(groups(`"SecurityGroup, DirectoryRole"`, `"sam_account_name","emit_as_roles","max_size_limit"`))); len(problems) > 0 {
		t.Errorf("%+v", problems)
	}
}

// TestProblemsHavePlaces holds that a problem names the byte at which the value
// at fault stands.
func TestProblemsHavePlaces(t *testing.T) {
	const policy = `{ "claims" : [ {"name": "a", "configurations" : [ {"attribute": {"id":  "male"} } ] } ] }`
	_, problems := DecodeCustomClaims([]byte(policy))
	if len(problems) != 1 || !strings.HasPrefix(policy[problems[0].Offset:], `"male"`) || problems[0].Path != "claims[0].configurations[0].attribute.id" || problems[0].Claim != "a" {
		t.Errorf("%+v", problems)
	}
}

// TestProblemsAreBounded holds that a hostile policy is told of no more often
// than a reader can bear.
func TestProblemsAreBounded(t *testing.T) {
	_, problems := DecodeCustomClaims([]byte(`{"claims":[` + strings.Repeat(`0,`, 2*maxProblems) + `0]}`))
	if len(problems) != maxProblems {
		t.Errorf("%d problems, want %d", len(problems), maxProblems)
	}
}

// TestMappedParameterIsInput: a transformation without input claims works on a
// parameter of the name that its method knows.
func TestMappedParameterIsInput(t *testing.T) {
	const parameter = `"InputParameters":[{"ID":"mail","Value":"ada@contoso.com"}]`
	c, problems := DecodeClaimsMapping([]byte(mapped(`"ClaimsSchema":[{"Source":"transformation","ID":"out","TransformationId":"t","SamlClaimType":"a"}],"ClaimsTransformation":[{"ID":"t","TransformationMethod":"ExtractMailPrefix",` + parameter + `,` + givesOut + `}]`)))
	if len(problems) > 0 || len(c.Claims) != 1 {
		t.Fatalf("%+v, %v", c, problems)
	}
	made := c.Claims[0].Configurations[0]
	if made.Source != ConstantSource("ada@contoso.com") || len(made.Transformations) != 1 || made.Transformations[0].Parameters.TreatAsMultiValue {
		t.Errorf("%+v", made)
	}
}

// TestMappedInputsGoByName: the order in which a transformation lists its
// inputs says nothing, and several values are joined where the first takes them.
func TestMappedInputsGoByName(t *testing.T) {
	const one, two = `{"ClaimTypeReferenceId":"mail","TransformationClaimType":"string1","TreatAsMultiValue":%t}`, `{"ClaimTypeReferenceId":"name","TransformationClaimType":"string2","TreatAsMultiValue":%t}`
	for _, order := range []string{one + "," + two, two + "," + one} {
		for _, several := range []bool{true, false} {
			inputs := strings.Replace(strings.Replace(order, one, fmt.Sprintf(one, several), 1), two, fmt.Sprintf(two, !several), 1)
			c, problems := DecodeClaimsMapping([]byte(mappedClaim(`{"ID":"t","TransformationMethod":"Join","InputClaims":[`+inputs+`],"InputParameters":[{"ID":"separator","Value":"-"}],`+givesOut+`}`, `,{"Source":"user","ID":"name"}`)))
			if len(c.Claims) != 1 {
				t.Fatalf("%+v, %v", c, problems)
			}
			if made := c.Claims[0].Configurations[0]; made.Source != AttributeSource("mail") || made.Transformations[0].Parameters.TreatAsMultiValue != several {
				t.Errorf("%s: %+v", inputs, made)
			}
		}
	}
}

func TestLosses(t *testing.T) {
	plain := []Configuration{when(AttributeSource("mail"))}
	claim := func(list ...Configuration) Claims { return Claims{Claims: []Claim{{Name: "a", Configurations: list}}} }
	var many []Configuration
	for i := range MaxConditionGroups + 1 {
		many = append(many, when(ConstantSource("x"), fmt.Sprintf("S-1-5-21-1-1-1-%d", i+1000)))
	}
	for _, c := range []struct {
		claims          Claims
		custom, mapping string // what is said; empty for no loss
	}{
		{claim(plain...), "", ""},
		{Claims{Claims: []Claim{{Name: TypeRole, Configurations: plain}}}, "restricted", "restricted"},
		{claim(by(AttributeSource("mail"), Transformation{Method: "Reverse"})), `there is no transformation "Reverse"`, "has no transformation Reverse"},
		{claim(by(AttributeSource("mail"), Transformation{Method: ToUppercase})), "", "not documented"},
		{claim(by(AttributeSource("mail"), Transformation{Method: Join})), "Join() has no input2", ""},
		{claim(by(AttributeSource("mail"), Transformation{Substring, Parameters{Index: new(1)}})), "", "has no transformation Substring"},
		{claim(when(AttributeSource("mail")), when(ConstantSource("b"), agents)), "", "no conditions"},
		{claim(when(AttributeSource("mail")), when(ConstantSource("b"))), "", "one way to make a claim"},
		{claim(by(AttributeSource("mail"), Transformation{Method: ExtractMailPrefix}).or(ConstantSource("x"))), "", "no output for values that do not match"},
		{claim(by(ExtensionSource("badge"), Transformation{Method: ExtractMailPrefix})), "", "is not documented"},
		{claim(by(AttributeSource("mail"), Transformation{Method: ExtractMailPrefix}, Transformation{Method: ExtractMailPrefix}, Transformation{Method: ExtractMailPrefix})), "takes 3 transformations", "takes 3 transformations"},
		{claim(many...), "beyond the 50 groups", "no conditions"},
		{Claims{NameID: NameID{Format: "persistent", Configurations: plain}}, "", "no format of the NameID"},
		{Claims{NameID: NameID{Configurations: []Configuration{by(AttributeSource("mail"), Transformation{Method: ToUppercase})}}}, "", "not documented"},
	} {
		_, custom := EncodeCustomClaims(&c.claims)
		_, mapping := EncodeClaimsMapping("x", &c.claims)
		for want, lost := range map[string][]Loss{"custom " + c.custom: custom, "mapping " + c.mapping: mapping} {
			_, want, _ = strings.Cut(want, " ")
			if (want == "") != (len(lost) == 0) || want != "" && !strings.Contains(fmt.Sprint(lost), want) {
				t.Errorf("%+v: %v, want %q", c.claims, lost, want)
			}
		}
	}
}

func FuzzDecodePolicy(f *testing.F) {
	for _, c := range customProblems {
		f.Add([]byte(c.policy))
	}
	for _, c := range mappingProblems {
		f.Add([]byte(c.definition))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, decode := range []func([]byte) (*Claims, []PolicyProblem){DecodeCustomClaims, DecodeClaimsMapping, DecodeTokenSettings} {
			c, problems := decode(data)
			for _, p := range problems {
				if p.Offset < 0 || p.Offset > len(data) || p.Text == "" || p.Severity < finding.Info {
					t.Fatalf("%+v", p)
				}
			}
			if len(problems) > maxProblems || c == nil && len(problems) == 0 {
				t.Fatalf("%d problems", len(problems))
			}
			if c != nil {
				NewEvaluator(c, nil).Evaluate(ada())
				EncodeCustomClaims(c)
				EncodeClaimsMapping("x", c)
			}
		}
	})
}
