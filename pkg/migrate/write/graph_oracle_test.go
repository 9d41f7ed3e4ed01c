package write

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// problems of a body against the facts; each names its place.
type graphCheck struct {
	facts graphFacts
	found []string
}

func (c *graphCheck) report(path, format string, arguments ...any) {
	c.found = append(c.found, path+": "+fmt.Sprintf(format, arguments...))
}

// object checks a body or part of it against a type of v1.0.
func (c *graphCheck) object(path, name string, o map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if strings.HasPrefix(key, "@odata.") {
			continue
		}
		kind, ok := c.property(name, key)
		if !ok {
			c.report(path, "%s has no property %q", name, key)
			continue
		}
		c.value(path+"/"+key, kind, o[key])
	}
}

// property finds a property of a type or of those that it is based on.
func (c *graphCheck) property(name, key string) (string, bool) {
	for name != "" {
		g, known := c.facts.Types[name]
		if !known {
			return "", false
		}
		if kind, ok := g.Properties[key]; ok {
			return kind, true
		}
		name = g.Base
	}
	return "", false
}

var token = regexp.MustCompile(`^\{[A-Za-z]+(:[^}]*)?\}$`)

var edm = map[string]*regexp.Regexp{
	"Edm.Guid":           regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
	"Edm.DateTimeOffset": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`),
}

func (c *graphCheck) value(path, kind string, v any) {
	if v == nil {
		if strings.HasSuffix(kind, "!") {
			c.report(path, "null is not allowed")
		}
		return
	}
	kind = strings.TrimSuffix(kind, "!")
	if inner, ok := strings.CutPrefix(kind, "Collection("); ok {
		items, ok := v.([]any)
		if !ok {
			c.report(path, "%T, expected a list", v)
		}
		for i, item := range items {
			c.value(fmt.Sprintf("%s[%d]", path, i), strings.TrimSuffix(inner, ")"), item)
		}
		return
	}
	if name, ok := strings.CutPrefix(kind, "graph."); ok {
		c.typed(path, name, v)
		return
	}
	c.primitive(path, kind, v)
}

func (c *graphCheck) typed(path, name string, v any) {
	if members, ok := c.facts.Enums[name]; ok {
		if s, _ := v.(string); !slices.Contains(members, s) {
			c.report(path, "%v is none of %s", v, members)
		}
		return
	}
	o, ok := v.(map[string]any)
	if !ok {
		c.report(path, "%T, expected %s", v, name)
		return
	}
	c.object(path, name, o)
}

func (c *graphCheck) primitive(path, kind string, v any) {
	ok := false
	switch x := v.(type) {
	case bool:
		ok = kind == "Edm.Boolean"
	case float64:
		ok = kind == "Edm.Int32" && x == float64(int32(x))
	case string:
		switch form := edm[kind]; {
		case kind == "Edm.String":
			ok = true
		case kind == "Edm.Binary":
			_, err := base64.StdEncoding.DecodeString(x)
			ok = err == nil
		case form != nil:
			ok = form.MatchString(x) || token.MatchString(x)
			if _, err := time.Parse(time.RFC3339, x); ok && kind == "Edm.DateTimeOffset" {
				ok = err == nil
			}
		}
	}
	if !ok {
		c.report(path, "%v is no %s", v, kind)
	}
}

// The beta gives names without types: what type a property has, and what type
// it is based on, say the resource pages of Microsoft Graph.
var (
	betaBase = map[string]string{
		"customClaim": "customClaimBase", "samlNameIdClaim": "customClaimBase", "customClaimCondition": "customClaimConditionBase",
		"sourcedAttribute": "customClaimAttributeBase", "valueBasedAttribute": "customClaimAttributeBase",
	}
	betaTyped = map[string]string{"configurations": "customClaimConfiguration", "input": "transformationAttribute", "input2": "transformationAttribute", "output": "transformationAttribute"}
	betaEnum  = map[string]string{"userType": "claimConditionUserType", "nameIdFormat": "samlNameIDFormat", "samlAttributeNameFormat": "samlAttributeNameFormat", "tokenFormat": "tokenFormat"}
)

// policy checks a claims policy of the beta.
func (c *graphCheck) policy(path, expected string, v any) {
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			c.policy(fmt.Sprintf("%s[%d]", path, i), expected, item)
		}
	case map[string]any:
		name := expected
		if s, ok := v["@odata.type"].(string); ok {
			name = strings.TrimPrefix(s, "#microsoft.graph.")
		}
		base := betaBase[name]
		if strings.HasSuffix(name, "Transformation") {
			base = "customClaimTransformation"
		}
		if _, known := c.facts.Beta[name]; !known {
			c.report(path, "%q is no type of the beta", name)
		}
		for key, value := range v {
			if key == "@odata.type" {
				continue
			}
			if !slices.Contains(append(slices.Clone(c.facts.Beta[name]), c.facts.Beta[base]...), key) {
				c.report(path, "%s has no property %q", name, key)
			}
			if enum := betaEnum[key]; enum != "" {
				c.members(path+"/"+key, enum, value)
			} else {
				c.policy(path+"/"+key, betaTyped[key], value)
			}
		}
	}
}

func (c *graphCheck) members(path, enum string, v any) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, item := range list {
		if s, isText := item.(string); item != nil && !(isText && slices.Contains(c.facts.BetaEnums[enum], s)) {
			c.report(path, "%v is none of %s", item, c.facts.BetaEnums[enum])
		}
	}
}

// bodies says what type the body of a request has, by its method and address.
var bodies = []struct {
	method, url, kind string
}{
	{"PATCH", `/v1\.0/servicePrincipals/\{servicePrincipalId\}`, "servicePrincipal"},
	{"PATCH", `/v1\.0/applications/\{applicationObjectId\}`, "application"},
	{"PUT", `/beta/servicePrincipals/\{servicePrincipalId\}/claimsPolicy`, "beta"},
	{"POST", `/v1\.0/servicePrincipals/\{servicePrincipalId\}/appRoleAssignedTo`, "appRoleAssignment"},
	{"POST", `/v1\.0/policies/claimsMappingPolicies`, "claimsMappingPolicy"},
	{"POST", `/v1\.0/policies/tokenIssuancePolicies`, "tokenIssuancePolicy"},
	{"POST", `/v1\.0/policies/tokenLifetimePolicies`, "tokenLifetimePolicy"},
	{"POST", `/v1\.0/identity/conditionalAccess/policies`, "conditionalAccessPolicy"},
	{"POST", `/v1\.0/(applications/\{applicationObjectId\}|servicePrincipals/\{servicePrincipalId\})/(claimsMapping|tokenIssuance|tokenLifetime)Policies/\$ref`, "reference"},
	{"POST", `/v1\.0/applicationTemplates/(\{templateId\}|[0-9a-f-]{36})/instantiate`, "instantiate"},
	{"POST", `/v1\.0/servicePrincipals/\{servicePrincipalId\}/addTokenSigningCertificate`, "addTokenSigningCertificate"},
	{"GET", `/v1\.0/applicationTemplates\?\$filter=displayName%20eq%20'[^#&]*'`, "none"},
}

// parameters are those of actions (Microsoft Graph, "applicationTemplate:
// instantiate" and "servicePrincipal: addTokenSigningCertificate").
var parametersOf = map[string][]string{
	"instantiate": {"displayName", "serviceManagementReference"}, "addTokenSigningCertificate": {"displayName", "endDateTime"}, "reference": {"@odata.id"},
}

// checkRequest holds a request to the facts.
func checkRequest(facts graphFacts, host string, r Request) []string {
	c := &graphCheck{facts: facts}
	for _, b := range bodies {
		if b.method != r.Method || !regexp.MustCompile("^"+regexp.QuoteMeta(host)+b.url+"$").MatchString(r.URL) {
			continue
		}
		var body any
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return []string{err.Error()}
		}
		switch o, _ := body.(map[string]any); {
		case b.kind == "none":
			if body != nil {
				c.report(r.URL, "a body, expected none")
			}
		case b.kind == "beta":
			c.policy("", "customClaimsPolicy", body)
		case parametersOf[b.kind] != nil:
			for key := range o {
				if !slices.Contains(parametersOf[b.kind], key) {
					c.report(r.URL, "no parameter %q", key)
				}
			}
			if len(o) == 0 {
				c.report(r.URL, "no parameters")
			}
		case o == nil:
			c.report(r.URL, "no body")
		default:
			c.object("", b.kind, o)
		}
		return c.found
	}
	return []string{r.Method + " " + r.URL + ": no such call"}
}
