package validate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// logRow is a row of a sign-in log in the test.
type logRow struct {
	user, app, country, system, id string
	code                           int
	after                          time.Duration
}

func (r logRow) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{"createdDateTime":%q,"userPrincipalName":%q,"appDisplayName":%q,"correlationId":%q,"status":{"errorCode":%d},"location":{"countryOrRegion":%q},"deviceDetail":{"operatingSystem":%q}}`,
		samltest.Time.Add(r.after).Format(time.RFC3339), r.user, r.app, r.id, r.code, r.country, r.system), nil
}

// signInLog is a log of ordinary days, and what is added to it.
func signInLog(more ...logRow) func(*scene) {
	return func(s *scene) {
		var rows []logRow
		for i := range 30 {
			for _, user := range []string{"ada@contoso.com", "bo@contoso.com"} {
				rows = append(rows, logRow{user: user, app: "HaloITSM", country: "NL", system: "Windows 11", id: fmt.Sprint(user, i), after: time.Duration(i) * time.Hour})
			}
		}
		text, err := json.Marshal(append(rows, more...))
		if err != nil {
			panic(err)
		}
		s.input(string(text))
	}
}

func failures(n, code int, user string) []logRow {
	var rows []logRow
	for i := range n {
		rows = append(rows, logRow{user: user, app: "HaloITSM", country: "NL", system: "Windows 11", code: code, id: fmt.Sprint("f", i), after: 40*time.Hour + time.Duration(i)*time.Minute})
	}
	return rows
}

var fixturesSignIn = []fixture{
	{check: "sign-in-failures-repeated", name: "five", base: signInLog(failures(4, 50105, "cy@contoso.com")...), fire: signInLog(failures(5, 50105, "cy@contoso.com")...),
		want: want{actual: "cy@contoso.com", detail: "5 x AADSTS50105"}},
	{check: "sign-in-unusual", name: "a country", base: signInLog(), fire: signInLog(logRow{user: "ada@contoso.com", app: "HaloITSM", country: "KP", system: "Windows 11", after: 41 * time.Hour}),
		want: want{actual: "KP", detail: "1 of 31 sign-ins"}},
	{check: "sign-in-unusual", name: "a system", base: signInLog(), fire: signInLog(logRow{user: "ada@contoso.com", app: "HaloITSM", country: "NL", system: "Linux", after: 41 * time.Hour}),
		want: want{actual: "Linux"}},
	{check: "user-not-assigned", name: "in a log", base: signInLog(), fire: signInLog(failures(3, 50105, "cy@contoso.com")...),
		want: want{detail: `3 sign-ins of 1 user to "HaloITSM" failed with AADSTS50105`}},
	{check: "reply-url-not-registered", name: "in a log", base: signInLog(), fire: signInLog(failures(2, 50011, "cy@contoso.com")...)},
	{check: "entra-error", name: "a wrong password in a log", base: signInLog(), fire: signInLog(failures(2, 50126, "ada@contoso.com")...), want: want{severity: finding.Warning}},
	{check: "entra-error", name: "a second factor in a log, then success", base: signInLog(
		logRow{user: "ada@contoso.com", app: "HaloITSM", country: "NL", system: "Windows 11", code: 50076, id: "same", after: 41 * time.Hour},
		logRow{user: "ada@contoso.com", app: "HaloITSM", country: "NL", system: "Windows 11", id: "same", after: 41*time.Hour + time.Minute},
	), fire: signInLog(failures(1, 50076, "ada@contoso.com")...), want: want{severity: finding.Info}},
	{check: "entra-error", name: "a wrong password in a log, then the right one", base: signInLog(), fire: signInLog(append(failures(2, 50126, "ada@contoso.com"),
		logRow{user: "ada@contoso.com", app: "HaloITSM", country: "NL", system: "Windows 11", after: 42 * time.Hour})...), want: want{severity: finding.Info, detail: "all of them got in afterwards"}},
}

// TestSignInDiagnosis holds that of the errors of a log the one that hits most
// people is named, then the one that is most frequent, and never a step that
// ordinary sign-ins have.
func TestSignInDiagnosis(t *testing.T) {
	each := func(n, code int) (rows []logRow) {
		for i := range n {
			rows = append(rows, failures(1, code, fmt.Sprintf("user%d@contoso.com", i))...)
		}
		return rows
	}
	for _, tc := range []struct {
		name  string
		rows  [][]logRow
		check string
		code  string
	}{
		{"most people", [][]logRow{failures(9, 50011, "cy@contoso.com"), each(3, 50105)}, "user-not-assigned", "50105"},
		{"most people, of a later check", [][]logRow{failures(9, 50011, "cy@contoso.com"), each(3, 7000112)}, "entra-error", "7000112"},
		{"most sign-ins", [][]logRow{failures(3, 700016, "cy@contoso.com"), failures(2, 50011, "di@contoso.com")}, "identifier-not-registered", "700016"},
		{"most people of one check", [][]logRow{each(2, 75011), each(5, 50146)}, "entra-error", "50146"},
		{"an error before passwords", [][]logRow{each(8, 50126), failures(1, 50105, "cy@contoso.com")}, "user-not-assigned", "50105"},
		{"passwords before steps", [][]logRow{each(9, 50140), each(8, 50074), each(7, 65001), each(2, 50126)}, "entra-error", "50126"},
		{"somebody who never gets through", [][]logRow{each(9, 50140), failures(6, 50074, "cy@contoso.com")}, "sign-in-failures-repeated", "6 x AADSTS50074"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScene()
			signInLog(slices.Concat(tc.rows...)...)(s)
			d := s.report(t).Diagnosis
			if d == nil || d.Check != tc.check || !strings.Contains(d.Summary, tc.code) {
				t.Errorf("diagnosis %+v, expected %s with %s", d, tc.check, tc.code)
			}
		})
	}
}

// TestSignInLog holds that a log of many apps is told app by app, the most
// failures first.
func TestSignInLog(t *testing.T) {
	s := newScene()
	other := logRow{user: "dee@contoso.com", app: "Slack", country: "NL", system: "iOS", code: 50011, id: "s1", after: time.Hour}
	signInLog(append(failures(6, 50105, "cy@contoso.com"), other)...)(s)
	r := s.report(t)
	if len(r.SignIns) != 2 || r.SignIns[0].App != "HaloITSM" || r.SignIns[0].Failed != 6 || r.SignIns[0].SignIns != 66 || r.SignIns[1].Codes[0].Code != "AADSTS50011" {
		t.Errorf("groups %+v", r.SignIns)
	}
	if r.Diagnosis == nil || r.Diagnosis.Check != "user-not-assigned" {
		t.Errorf("diagnosis %+v", r.Diagnosis)
	}
	found := of(r, "user-not-assigned")
	if len(found) != 1 || !strings.Contains(found[0].Detail, "6 sign-ins of 1 user") || !strings.Contains(found[0].Detail, "correlation ID f5") {
		t.Errorf("%+v", found)
	}
}
