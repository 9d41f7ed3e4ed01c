package write

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// stream is what a target writes of a plan, in one.
func stream(t testing.TB, name string, p *migrate.Plan, o Options) string {
	t.Helper()
	target, ok := LookupTarget(name)
	if !ok {
		t.Fatalf("no target %s", name)
	}
	var b bytes.Buffer
	if err := target.Stream(&b, p.Plans(), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func graphOf(t testing.TB, p *migrate.Plan, o Options) Graph {
	t.Helper()
	var g Graph
	if err := json.Unmarshal([]byte(stream(t, "graph", p, o)), &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// bodyOf is the first body with a method and an end of its address.
func bodyOf(t testing.TB, r Requests, method, end string) map[string]any {
	t.Helper()
	for _, request := range r.Requests {
		if request.Method == method && strings.HasSuffix(request.URL, end) {
			var body map[string]any
			if err := json.Unmarshal(request.Body, &body); err != nil {
				t.Fatal(err)
			}
			return body
		}
	}
	t.Fatalf("no request %s …%s", method, end)
	return nil
}

func TestRequestsAreThoseThatGraphTakes(t *testing.T) {
	facts := loadFacts[graphFacts](t, graphFactsFile)
	for name, o := range optionSets {
		t.Run(name, func(t *testing.T) {
			g := graphOf(t, hostilePlan(), o)
			if len(g.Trusts) != len(hostile)+5 {
				t.Fatalf("%d trusts, want %d", len(g.Trusts), len(hostile)+5)
			}
			for _, trust := range g.Trusts {
				for i, r := range trust.Requests {
					if r.Step != i+1 {
						t.Errorf("step %d has the number %d", i+1, r.Step)
					}
					for _, problem := range checkRequest(facts, o.host(), r) {
						t.Errorf("%s: step %d: %s", trust.Name, r.Step, problem)
					}
				}
			}
		})
	}
}

// TestTheCheckOfRequestsFindsMistakes holds the oracle itself to be one.
func TestTheCheckOfRequestsFindsMistakes(t *testing.T) {
	facts := loadFacts[graphFacts](t, graphFactsFile)
	host := Options{}.host()
	for body, want := range map[string]string{
		`{"identifierUri": []}`:                                                   `no property "identifierUri"`,
		`{"web": {"redirectUris": "https://a"}}`:                                  "expected a list",
		`{"identifierUris": null}`:                                                "null is not allowed",
		`{"web": {"redirectUriSettings": [{"uri": 1}]}}`:                          "1 is no Edm.String",
		`{"keyCredentials": [{"keyId": "no"}]}`:                                   "no is no Edm.Guid",
		`{"keyCredentials": [{"key": "%%"}]}`:                                     "no Edm.Binary",
		`{"requestSignatureVerification": {"allowedWeakAlgorithms": "rsa-sha1"}}`: "is none of",
		`{"requestSignatureVerification": {"isSignedRequestRequired": "true"}}`:   "no Edm.Boolean",
		`{"keyCredentials": [{"endDateTime": "2026-01-01"}]}`:                     "no Edm.DateTimeOffset",
	} {
		found := checkRequest(facts, host, Request{Method: "PATCH", URL: host + "/v1.0/applications/{applicationObjectId}", Body: json.RawMessage(body)})
		if len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), want) {
			t.Errorf("%s: found %q, want %q", body, found, want)
		}
	}
	for body, want := range map[string]string{
		`{"claims": [{"@odata.type": "#microsoft.graph.samlClaims"}]}`:                                            "no type of the beta",
		`{"claims": [{"@odata.type": "#microsoft.graph.customClaim", "nameFormat": "uri"}]}`:                      `no property "nameFormat"`,
		`{"claims": [{"@odata.type": "#microsoft.graph.customClaim", "tokenFormat": ["SAML"]}]}`:                  "SAML is none of",
		`{"claims": [{"@odata.type": "#microsoft.graph.customClaim", "configurations": [{"conditions": null}]}]}`: `no property "conditions"`,
	} {
		found := checkRequest(facts, host, Request{Method: "PUT", URL: host + "/beta/servicePrincipals/{servicePrincipalId}/claimsPolicy", Body: json.RawMessage(body)})
		if len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), want) {
			t.Errorf("%s: found %q, want %q", body, found, want)
		}
	}
	if found := checkRequest(facts, host, Request{Method: "DELETE", URL: host + "/v1.0/applications"}); len(found) == 0 {
		t.Error("an unknown call is let through")
	}
}

// TestTokensAreKnownBeforeTheyAreUsed follows the tokens of requests: what one
// uses, an earlier one kept, or Needs says what it is.
func TestTokensAreKnownBeforeTheyAreUsed(t *testing.T) {
	for _, o := range optionSets {
		for _, p := range []*migrate.TrustPlan{full("plain"), minimal("plain")} {
			r, err := requests(p, o)
			if err != nil {
				t.Fatal(err)
			}
			all, _ := steps(p, o)
			kept, n := map[string]bool{}, 0
			for _, s := range all {
				for _, c := range s.calls {
					for _, used := range references(c) {
						if used.kind == fromStep && !kept[used.name] && laterValues[used.name] == "" {
							t.Errorf("step %d uses %s, which nothing keeps", n+1, used.token())
						}
						if !strings.Contains(r.Requests[n].Needs, used.token()) {
							t.Errorf("step %d needs %q, which leaves out %s", n+1, r.Requests[n].Needs, used.token())
						}
					}
					for _, k := range c.keeps {
						kept[k.name] = true
					}
					n++
				}
			}
		}
	}
}

func TestRequestsHoldTheFactsOfThePlan(t *testing.T) {
	p := full(`O'Neil & "Co"`)
	r := graphOf(t, &migrate.Plan{Trusts: []*migrate.TrustPlan{p}}, optionSets["custom"]).Trusts[0]
	principal, application := bodyOf(t, r, "PATCH", "/servicePrincipals/{servicePrincipalId}"), bodyOf(t, r, "PATCH", "/applications/{applicationObjectId}")
	for _, want := range []struct {
		what      string
		got, want any
	}{
		{"single sign-on", principal["preferredSingleSignOnMode"], "saml"},
		{"assignment", principal["appRoleAssignmentRequired"], true},
		{"sign-on URL", principal["loginUrl"], p.Application.SignOnURL},
		{"relay state", principal["samlSingleSignOnSettings"], map[string]any{"relayState": p.Application.RelayState}},
		{"notes", principal["notes"], p.Application.Notes},
		{"mail", principal["notificationEmailAddresses"], []any{"o'hara@contoso.com"}},
		{"identifiers", application["identifierUris"], []any{p.Application.Identifiers[0], p.Application.Identifiers[1]}},
		{"groups", application["groupMembershipClaims"], "ApplicationGroup"},
		{"web", application["web"], map[string]any{
			"redirectUris":        []any{"https://halo.contoso.com/auth/saml", "https://halo.contoso.com/auth/saml?a=1&b=2"},
			"redirectUriSettings": []any{map[string]any{"uri": "https://halo.contoso.com/auth/saml", "index": 0.0}, map[string]any{"uri": "https://halo.contoso.com/auth/saml?a=1&b=2", "index": 7.0}},
			"logoutUrl":           "https://halo.contoso.com/slo"}},
		{"template", bodyOf(t, r, "POST", "/instantiate")["displayName"], p.Name},
	} {
		got, _ := json.Marshal(want.got)
		expected, _ := json.Marshal(want.want)
		if !bytes.Equal(got, expected) {
			t.Errorf("%s: %s, want %s", want.what, got, expected)
		}
	}
	issuance := bodyOf(t, r, "POST", "/policies/tokenIssuancePolicies")["definition"].([]any)[0].(string)
	if want := `{"TokenIssuancePolicy":{"Version":1,"SigningAlgorithm":"http://www.w3.org/2000/09/xmldsig#rsa-sha1","TokenResponseSigningPolicy":"ResponseAndToken","SamlTokenVersion":"2.0","EmitSAMLNameFormat":"true"}}`; issuance != want {
		t.Errorf("issuance policy %s, want %s", issuance, want)
	}
	lifetime := bodyOf(t, r, "POST", "/policies/tokenLifetimePolicies")["definition"].([]any)[0].(string)
	if want := `{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}`; lifetime != want {
		t.Errorf("lifetime policy %s, want %s", lifetime, want)
	}
	if access := bodyOf(t, r, "POST", "/conditionalAccess/policies"); access["state"] != migrate.ReportOnly {
		t.Errorf("Conditional Access is %v", access["state"])
	}
}

func TestTheModeComesBeforeTheIdentifiers(t *testing.T) {
	r, err := requests(full("plain"), Options{Claims: CustomClaims})
	if err != nil {
		t.Fatal(err)
	}
	mode := slices.IndexFunc(r.Requests, func(r Request) bool { return bytes.Contains(r.Body, []byte("preferredSingleSignOnMode")) })
	identifiers := slices.IndexFunc(r.Requests, func(r Request) bool { return bytes.Contains(r.Body, []byte("identifierUris")) })
	if mode < 0 || identifiers < mode {
		t.Errorf("the mode is step %d, the identifiers are step %d", mode+1, identifiers+1)
	}
}

// TestAssignmentsLetNobodyExtraIn holds that a role never lets in a group that
// is not let in otherwise.
func TestAssignmentsLetNobodyExtraIn(t *testing.T) {
	for name, test := range map[string]struct {
		access migrate.Access
		want   []string // "principal role"
		left   int
	}{
		"groups and users":       {migrate.Access{AssignmentRequired: true, Groups: []entra.Group{agents, admins}, Users: []string{"S-1-5-9"}}, []string{"{user:S-1-5-9} ", "{group:S-1-5-21-1-2-3-1234} Agent", admins.ObjectID + " Admin"}, 1},
		"one of the groups":      {migrate.Access{AssignmentRequired: true, Groups: []entra.Group{agents}}, []string{"{group:S-1-5-21-1-2-3-1234} Agent"}, 2},
		"a group without a role": {migrate.Access{AssignmentRequired: true, Groups: []entra.Group{{SID: "S-1-5-7"}}}, []string{"{group:S-1-5-7} "}, 3},
		"nobody":                 {migrate.Access{AssignmentRequired: true}, nil, 3},
		"everyone":               {migrate.Access{}, []string{"{group:S-1-5-21-1-2-3-1234} Agent", admins.ObjectID + " Admin", `{group:CONTOSO\It's "Staff"} Agent`}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := full("plain")
			p.Access = test.access
			all, left := assignments(p)
			var got []string
			for _, a := range all {
				got = append(got, plain(a.principal())+" "+a.role)
			}
			if !slices.Equal(got, test.want) || len(left) != test.left {
				t.Errorf("assigned %q, %d left; want %q, %d left", got, len(left), test.want, test.left)
			}
		})
	}
}

func TestAFolderOfRequestsHoldsEveryBody(t *testing.T) {
	p := &migrate.Plan{Trusts: []*migrate.TrustPlan{full("plain")}}
	target, _ := LookupTarget("graph")
	files := map[string][]byte{}
	for f, err := range target.Files(p.Plans(), Options{Claims: CustomClaims}) {
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = f.Data
	}
	var g Graph
	if err := json.Unmarshal(files["plain/requests.json"], &g); err != nil {
		t.Fatal(err)
	}
	one := graphOf(t, p, Options{Claims: CustomClaims})
	named := map[string]bool{"plain/requests.json": true}
	for i, r := range g.Trusts[0].Requests {
		if len(r.Body) > 0 {
			t.Errorf("step %d has its body in the list", r.Step)
		}
		if r.File == "" {
			continue
		}
		named["plain/"+r.File] = true
		var body bytes.Buffer
		if err := json.Compact(&body, files["plain/"+r.File]); err != nil {
			t.Errorf("%s: %v", r.File, err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, one.Trusts[0].Requests[i].Body); err != nil || body.String() != want.String() {
			t.Errorf("%s differs from the body of step %d", r.File, r.Step)
		}
	}
	if len(named) != len(files) {
		t.Errorf("%d files, and %d are named: %v", len(files), len(named), slices.Sorted(maps.Keys(files)))
	}
}
