package migrate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// TestResult is a result of Microsoft's tools, with their numbers.
type TestResult uint8

// The results.
const (
	TestPass TestResult = iota
	TestWarning
	TestFail
)

var testResults = [...]string{TestPass: "Pass", TestWarning: "Warning", TestFail: "Fail"}

// String returns "Pass", "Warning" or "Fail".
func (r TestResult) String() string { return testResults[r] }

// testCount is the number of tests.
const testCount = 17

// Tests are the results of Microsoft's tests on a trust, in the order of
// [TestNames].
type Tests [testCount]TestResult

// Result is the worst of all, which Microsoft's tools give the trust.
func (t Tests) Result() TestResult { return slices.Max(t[:]) }

// MarshalJSON writes the results by the names of the tests.
func (t Tests) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range TestNames() {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%q", name, t[i])
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Tests) UnmarshalJSON(data []byte) error {
	var byName map[string]string
	if err := json.Unmarshal(data, &byName); err != nil {
		return err
	}
	for i, name := range TestNames() {
		t[i] = TestResult(max(0, slices.Index(testResults[:], byName[name])))
	}
	return nil
}

// microsoftTest is a test of ADFSAADMigrationUtils.psm1, as its code decides;
// the AD FS application activity report of Entra has the same names.
type microsoftTest struct {
	name string
	run  func(*adfs.RelyingParty, *ruleSets) TestResult
}

// when gives the result where the condition holds.
func when(condition bool, r TestResult) TestResult {
	if condition {
		return r
	}
	return TestPass
}

var microsoftTests = [testCount]microsoftTest{
	{"AdditionalAuthenticationRules", func(_ *adfs.RelyingParty, s *ruleSets) TestResult {
		return when(!s.additional.all(knownMFA), TestFail)
	}},
	{"AdditionalWSFedEndpoint", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(len(r.AdditionalWSFedEndpoint) > 0, TestFail)
	}},
	{"AllowedAuthenticationClassReferences", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(len(r.AllowedAuthenticationClassReferences) > 0, TestFail)
	}},
	{"AlwaysRequireAuthentication", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(r.AlwaysRequireAuthentication, TestFail)
	}},
	{"AutoUpdateEnabled", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(r.AutoUpdateEnabled, TestWarning)
	}},
	{"ClaimsProviderName", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(len(r.ClaimsProviderName) > 1 || len(r.ClaimsProviderName) == 1 && r.ClaimsProviderName[0] != activeDirectory, TestFail)
	}},
	{"DelegationAuthorizationRules", func(_ *adfs.RelyingParty, s *ruleSets) TestResult {
		return when(s.delegation.count() > 0, TestWarning)
	}},
	{"EncryptClaims", func(*adfs.RelyingParty, *ruleSets) TestResult { return TestPass }},
	{"ImpersonationAuthorizationRules", func(_ *adfs.RelyingParty, s *ruleSets) TestResult {
		return when(!s.impersonation.all(proxyRule), TestWarning)
	}},
	{"IssuanceAuthorizationRules", func(_ *adfs.RelyingParty, s *ruleSets) TestResult {
		return when(!s.authorization.all(knownPermit), TestWarning)
	}},
	{"IssuanceTransformRules", func(_ *adfs.RelyingParty, s *ruleSets) TestResult {
		return when(!s.transform.all(ldapRule), TestWarning)
	}},
	{"MonitoringEnabled", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(r.MonitoringEnabled, TestWarning)
	}},
	{"NotBeforeSkew", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(r.NotBeforeSkew > 0, TestWarning)
	}},
	{"RequestMFAFromClaimsProviders", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(r.RequestMFAFromClaimsProviders, TestWarning)
	}},
	{"SignedSamlRequestsRequired", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(r.SignedSamlRequestsRequired, TestWarning)
	}},
	{"TokenLifetime", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(r.TokenLifetime > 0 && r.TokenLifetime < 10, TestFail)
	}},
	{"EncryptedNameIdRequired", func(r *adfs.RelyingParty, _ *ruleSets) TestResult {
		return when(r.EncryptedNameIDRequired && r.EncryptionCertificate != nil, TestFail)
	}},
}

// TestNames lists the names of Microsoft's tests, in the order of their table.
// Each is the property that it looks at.
func TestNames() []string {
	names := make([]string, 0, testCount)
	for _, t := range microsoftTests {
		names = append(names, t.name)
	}
	return names
}

func runTests(rp *adfs.RelyingParty, sets *ruleSets) (t Tests) {
	for i, test := range microsoftTests {
		t[i] = test.run(rp, sets)
	}
	return t
}

// The rules that Microsoft's tools know. They are told by what they do, not by
// their text.

func ldapRule(r *claimrule.Rule) bool {
	q, ok := r.Body.(*claimrule.Query)
	return ok && r.Verb == claimrule.Issue && strings.EqualFold(q.Store.Value, claimrule.StoreAD) && len(r.Conditions) == 1
}

func knownPermit(r *claimrule.Rule) bool {
	if !issues(r, claimrule.TypePermit, "") {
		return false
	}
	if len(r.Conditions) == 0 {
		return true
	}
	t, _, ok := onlyClaim(r)
	return ok && t == claimrule.TypeGroupSID
}

func knownMFA(r *claimrule.Rule) bool {
	if !issues(r, claimrule.TypeAuthnMethod, multipleAuthn) {
		return false
	}
	t, value, ok := onlyClaim(r)
	switch {
	case !ok:
		return false
	case t == claimrule.TypePrimarySID, t == claimrule.TypeGroupSID:
		return true
	}
	return (t == claimrule.TypeInsideNetwork || t == typeRegisteredUser) && value == "false"
}

func proxyRule(r *claimrule.Rule) bool {
	q, ok := r.Body.(*claimrule.Query)
	return ok && strings.EqualFold(q.Store.Value, "_ProxyCredentialStore")
}
