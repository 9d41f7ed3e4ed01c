package validate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/idperror"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

const entraSignIns = "Enterprise applications > (app) > Sign-in logs"

var signInChecks = []*Check{
	{
		Name: "sign-in-failures-repeated", Severity: finding.Warning, Family: FamilySignIn, Scope: OfInput,
		Title: "A user fails to sign in again and again",
		Why:   "Somebody cannot work, or somebody else tries passwords: both deserve a look.",
		Cause: "An assignment or account that is missing, a second factor that was lost, a saved password that is old, or an attack.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraSignIns, Action: "filter by the user, and act on the failure reason"},
			{System: finding.Entra, Place: "Protection > Identity Protection > Risky users", Action: "check whether the user is at risk, where places or addresses look strange"},
		},
		Reference: "Microsoft Learn, Sign-in logs in Microsoft Entra ID",
		Since:     "0.1.0",
		run:       runRepeatedFailures,
	},
	{
		Name: "sign-in-unusual", Severity: finding.Warning, Family: FamilySignIn, Scope: OfInput,
		Title: "A user signed in from a place or a system that the log knows little of",
		Why:   "One sign-in from elsewhere among many may be a journey or a new device, or a stolen session.",
		Cause: "Travel, a VPN or proxy in another country, a new device, or an attacker.",
		Fixes: []finding.Fix{
			{System: finding.User, Place: "the user", Action: "ask whether it was the user"},
			{System: finding.Entra, Place: "Protection > Identity Protection > Risky sign-ins", Action: "look at the sign-in; revoke the sessions where the user does not know it"},
		},
		Reference: "Microsoft Learn, Sign-in logs in Microsoft Entra ID",
		Since:     "0.1.0",
		run:       runUnusualSignIns,
	},
}

// SignInGroup counts the sign-ins to one app of a log.
type SignInGroup struct {
	Input   string       `json:"input"`
	App     string       `json:"app"`
	SignIns int          `json:"signIns"`
	Failed  int          `json:"failed"`
	Codes   []SignInCode `json:"codes,omitempty"` // of the failures, the most frequent first
}

// SignInCode counts the failures with one code.
type SignInCode struct {
	Code  string `json:"code"`
	Count int    `json:"count"`
}

// failedSignIns are the failures of one app with one code.
type failedSignIns struct {
	app         string
	number      int
	count       int
	users       map[string]bool
	left        map[string]bool // users who have not got into the app since
	first, last time.Time
	example     trace.SignIn // the last that has a correlation ID
}

// failedGroups groups the failures of a log by app and code, the largest first.
// A step of a sign-in that succeeded afterwards is no failure.
func failedGroups(rows []trace.SignIn) []*failedSignIns {
	succeeded := successes(rows)
	type key struct {
		app    string
		number int
	}
	groups := map[key]*failedSignIns{}
	for _, r := range rows {
		if r.Succeeded || succeeded.overcame(r) {
			continue
		}
		k := key{r.App, r.Code}
		g := groups[k]
		if g == nil {
			g = &failedSignIns{app: r.App, number: r.Code, users: map[string]bool{}, left: map[string]bool{}, first: r.Time, last: r.Time, example: r}
			groups[k] = g
		}
		g.count++
		g.users[r.User] = true
		if !succeeded.after(r) {
			g.left[r.User] = true
		}
		if !r.Time.IsZero() && (g.first.IsZero() || r.Time.Before(g.first)) {
			g.first = r.Time
		}
		if r.Time.After(g.last) {
			g.last, g.example = r.Time, r
		}
	}
	return slices.SortedFunc(maps.Values(groups), func(a, b *failedSignIns) int {
		return cmp.Or(b.count-a.count, strings.Compare(a.app, b.app), a.number-b.number)
	})
}

// successLog knows what succeeded: by correlation ID, and by user and app.
type successLog struct {
	ids  map[string]bool
	last map[[2]string]time.Time
}

func successes(rows []trace.SignIn) successLog {
	s := successLog{map[string]bool{}, map[[2]string]time.Time{}}
	for _, r := range rows {
		if !r.Succeeded {
			continue
		}
		if r.ID != "" {
			s.ids[r.ID] = true
		}
		if k := [2]string{r.User, r.App}; r.Time.After(s.last[k]) {
			s.last[k] = r.Time
		}
	}
	return s
}

// overcame reports whether a row is a step of a sign-in that succeeded.
func (s successLog) overcame(r trace.SignIn) bool {
	code, _ := idperror.Lookup("AADSTS" + strconv.Itoa(r.Code))
	return code.Interrupt && (s.ids[r.ID] && r.ID != "" || s.after(r))
}

// after reports whether the user got into the app after a row.
func (s successLog) after(r trace.SignIn) bool {
	last, ok := s.last[[2]string{r.User, r.App}]
	return ok && !last.Before(r.Time)
}

// logErrors reports the codes of a sign-in log that are mapped to the check, by
// app.
func (x *exam) logErrors() {
	for _, g := range failedGroups(x.capture.SignIns) {
		code, _ := idperror.Lookup("AADSTS" + strconv.Itoa(g.number))
		if reporter(code) != x.check.Name {
			continue
		}
		f := fact{detail: g.sentence(code), fixes: code.Fixes, reach: finding.Reach{Users: len(g.users), SignIns: g.count}}
		switch {
		case code.Interrupt, code.Personal && len(g.left) == 0:
			f.severity = finding.Info // ordinary sign-ins have such steps
		case code.Personal:
			f.severity = finding.Warning
		}
		x.fail(f)
	}
}

func (g *failedSignIns) sentence(code idperror.Code) string {
	name := code.ID
	if code.Name != "" {
		name += " (" + code.Name + ")"
	}
	out := fmt.Sprintf("%s of %s to %s failed with %s: %s; usual cause: %s",
		finding.Count(g.count, "sign-in"), finding.Count(len(g.users), "user"), quote(g.app), name, code.Meaning, code.Cause)
	if len(g.users) <= 3 {
		out += "; " + strings.Join(slices.Sorted(maps.Keys(g.users)), ", ")
	}
	switch n := len(g.users) - len(g.left); {
	case n > 0 && n == len(g.users):
		out += "; all of them got in afterwards"
	case n > 0:
		out += fmt.Sprintf("; %d of them got in afterwards", n)
	}
	if !g.first.IsZero() {
		out += "; " + stamp(g.first)
		if g.last.After(g.first) {
			out += " to " + stamp(g.last)
		}
	}
	if g.example.ID != "" {
		out += ", the last with correlation ID " + g.example.ID
	}
	return finding.Printable(out)
}

// repeatedFailures is how many failures of one user at one app are reported.
const repeatedFailures = 5

const noSignIns = "the input is no sign-in log"

func runRepeatedFailures(x *exam) {
	rows := x.capture.SignIns
	if len(rows) == 0 {
		x.skip(noSignIns)
		return
	}
	succeeded := successes(rows)
	counts := map[[2]string]map[int]int{}
	for _, r := range rows {
		if r.Succeeded || succeeded.overcame(r) || succeeded.after(r) {
			continue
		}
		k := [2]string{r.User, r.App}
		if counts[k] == nil {
			counts[k] = map[int]int{}
		}
		counts[k][r.Code]++
	}
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(total(counts[b])-total(counts[a]), strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	})
	for _, k := range keys {
		n := total(counts[k])
		if n < repeatedFailures {
			break
		}
		x.fail(fact{actual: k[0], reach: finding.Reach{Users: 1, SignIns: n}, detail: fmt.Sprintf("%s failed %d times to sign in to %s, and did not get in afterwards: %s", quote(k[0]), n, quote(k[1]), codes(counts[k]))})
	}
}

func total(counts map[int]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// codes lists codes with how often they were seen, the most frequent first.
func codes(counts map[int]int) string {
	var out []string
	for _, c := range sortedCodes(counts) {
		out = append(out, fmt.Sprintf("%d x %s", c.Count, c.Code))
	}
	return strings.Join(out, ", ")
}

func sortedCodes(counts map[int]int) []SignInCode {
	numbers := slices.SortedFunc(maps.Keys(counts), func(a, b int) int { return cmp.Or(counts[b]-counts[a], a-b) })
	out := make([]SignInCode, len(numbers))
	for i, n := range numbers {
		out[i] = SignInCode{"AADSTS" + strconv.Itoa(n), counts[n]}
	}
	return out
}

// A place or system is unusual for a user with at least usualFrom successes,
// where it stands behind no more than one in unusualShare of them.
const (
	usualFrom    = 20
	unusualShare = 20
)

func runUnusualSignIns(x *exam) {
	rows := x.capture.SignIns
	if len(rows) == 0 {
		x.skip(noSignIns)
		return
	}
	for _, aspect := range []struct {
		name string
		of   func(trace.SignIn) string
	}{
		{"country", func(r trace.SignIn) string { return r.Country }},
		{"operating system", func(r trace.SignIn) string { return r.System }},
	} {
		x.unusual(rows, aspect.name, aspect.of)
	}
}

// unusual reports the values of one aspect that are rare for their user.
func (x *exam) unusual(rows []trace.SignIn, name string, of func(trace.SignIn) string) {
	counts, last, all := map[[2]string]int{}, map[[2]string]trace.SignIn{}, map[string]int{}
	for _, r := range rows {
		value := of(r)
		if !r.Succeeded || value == "" {
			continue
		}
		k := [2]string{r.User, value}
		counts[k]++
		all[r.User]++
		if old, ok := last[k]; !ok || r.Time.After(old.Time) {
			last[k] = r
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	}) {
		if n := all[k[0]]; n < usualFrom || counts[k]*unusualShare > n {
			continue
		}
		r := last[k]
		detail := fmt.Sprintf("%s signed in to %s with the %s %s, as in %d of %d sign-ins", quote(k[0]), quote(r.App), name, quote(k[1]), counts[k], all[k[0]])
		if !r.Time.IsZero() {
			detail += ", last at " + stamp(r.Time)
		}
		if r.IP != "" {
			detail += " from " + finding.Printable(r.IP)
		}
		x.fail(fact{actual: k[1], detail: detail})
	}
}

// signInGroups counts the sign-ins of all logs by app, the most failures first.
func signInGroups(captures []*trace.Capture) []SignInGroup {
	var out []SignInGroup
	for _, c := range captures {
		groups := map[string]*SignInGroup{}
		for _, r := range c.SignIns {
			g := groups[r.App]
			if g == nil {
				g = &SignInGroup{Input: c.Name, App: r.App}
				groups[r.App] = g
			}
			g.SignIns++
		}
		counts := map[string]map[int]int{}
		for _, f := range failedGroups(c.SignIns) {
			groups[f.app].Failed += f.count
			if counts[f.app] == nil {
				counts[f.app] = map[int]int{}
			}
			counts[f.app][f.number] += f.count
		}
		for app, g := range groups {
			g.Codes = sortedCodes(counts[app])
		}
		for _, g := range slices.SortedFunc(maps.Values(groups), func(a, b *SignInGroup) int {
			return cmp.Or(b.Failed-a.Failed, b.SignIns-a.SignIns, strings.Compare(a.App, b.App))
		}) {
			out = append(out, *g)
		}
	}
	return out
}
