package write

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// The chapters of a runbook that come after the application itself.

func (r *runbook) access() {
	if len(r.ConditionalAccess) == 0 {
		return
	}
	r.heading("Conditional Access")
	r.do("Open **%s** for each of these policies.", placeAccess)
	r.do("Under **Enable policy** choose **Report-only**. Nothing is enforced yet: watch the report of some days, then switch it on.")
	var rows [][]string
	for _, p := range r.ConditionalAccess {
		data, err := accessBody(p)
		if err != nil {
			continue // a policy of the plan always has a body
		}
		var lines []string
		conditions(data, "", func(field, value string) { lines = append(lines, field+" "+cellCode(value)) })
		rows = append(rows, []string{cellCode(p.DisplayName), strings.Join(lines, "<br>")})
	}
	r.table([]string{"Policy", "Settings"}, rows)
}

// conditions walks over the values of a policy.
func conditions(n node, field string, each func(field, value string)) {
	switch n := n.(type) {
	case object:
		for _, m := range n {
			if m.name != "displayName" {
				conditions(m.value, m.name, each)
			}
		}
	case list:
		for _, item := range n {
			conditions(item, field, each)
		}
	case text, ref, joined:
		each(field, plain(n))
	}
}

func (r *runbook) policies() {
	var rows [][]string
	for _, s := range settingsOf(r.TrustPlan, r.o) {
		if s.lacks&byPortal != 0 {
			rows = append(rows, []string{finding.Markdown(s.field), codes(s.values)})
		}
	}
	if len(rows) == 0 {
		return
	}
	r.heading("What the portal has no field for")
	r.do("Set these with Microsoft Graph: `ssodoctor adfs convert --to graph` writes the requests, `--to powershell` a script.")
	r.table([]string{"Setting", "Value"}, rows)
}

func (r *runbook) owner() {
	r.heading("For the owner of the app")
	r.do("Replace `{tenant-id}` and `{app-id}` by the ids of **Overview**, where they stand below, and hand this over. The app must change all of it at once.")
	var rows [][]string
	for _, v := range r.Provider {
		rows = append(rows, []string{finding.Markdown(v.Label), cellCode(v.ADFS), cellCode(v.Entra), finding.Markdown(v.Note)})
	}
	r.table([]string{"", "AD FS today", "Entra from now on", ""}, rows)
	if len(r.Paste) == 0 {
		return
	}
	r.text("")
	r.do("On the screen of the app:")
	rows = nil
	for _, p := range r.Paste {
		rows = append(rows, []string{finding.Markdown(p.Provider), finding.Markdown(p.App), cellCode(p.Value), finding.Markdown(p.Note)})
	}
	r.table([]string{"At the identity provider", "In the app", "Value", ""}, rows)
}

func (r *runbook) test() {
	r.heading("Test")
	r.do("Compare the claims for real users: `ssodoctor adfs verify EXPORT --users users.csv`.")
	r.do("Let the owner of the app switch a test instance over, or agree on a time at which few people work.")
	if r.RequestSignature.Required {
		r.do("Start at the app: as signed requests are demanded, the **Test** button and My Apps do not work.")
	} else {
		r.do("Choose **Single sign-on > Test**, and start at the app too.")
	}
	r.do("Record a sign-in in the browser (DevTools > Network > Save all as HAR) and run `ssodoctor check login.har`.")
	r.do("Look at **Enterprise applications > (app) > Sign-in logs** for failures, also those of report-only Conditional Access.")
}

func (r *runbook) back() {
	r.heading("The way back")
	r.do("Leave the relying party trust enabled until all users have signed in through Entra for some weeks.")
	r.do("To go back, the owner of the app enters the values of the column *AD FS today* again. Nothing has changed in AD FS.")
	r.do("Then set **%s > Enabled for users to sign-in?** to **No**, so that nobody signs in through Entra meanwhile.", placeProperties)
	r.do("When all is well, disable the trust (`Disable-AdfsRelyingPartyTrust`), and delete it later.")
}

// all lists every item of the plan.
func (r *runbook) all() {
	r.heading("Every setting of the trust")
	items := slices.Clone(r.Items)
	slices.SortStableFunc(items, func(a, b migrate.Item) int { return int(b.Severity) - int(a.Severity) })
	var rows [][]string
	for _, i := range items {
		value := i.Value
		if value != "" {
			value = cellCode(finding.Shorten(value, maxItemValue))
		}
		rows = append(rows, []string{i.Severity.String(), string(i.Outcome), finding.Markdown(i.Setting), value, finding.Markdown(i.Target), finding.Markdown(i.Message)})
	}
	r.table([]string{"Severity", "Outcome", "Setting", "Value", "In Entra", ""}, rows)
}

// maxItemValue bounds what is shown of a value in the list of all settings.
const maxItemValue = 120
