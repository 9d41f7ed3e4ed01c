package report

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// shownApps is how many apps of a sign-in log a report lists.
const shownApps = 30

// signIns writes the counts of sign-in logs, app by app.
func (p *page) signIns(groups []validate.SignInGroup) {
	if len(groups) == 0 {
		return
	}
	all, failed := 0, 0
	for _, g := range groups {
		all, failed = all+g.SignIns, failed+g.Failed
	}
	p.blank()
	p.heading("SIGN-INS", fmt.Sprintf("%s to %s, %d failed", plural(all, "sign-in"), plural(len(groups), "app"), failed))
	for i, g := range groups {
		if i == shownApps {
			p.row(2, 28, "", fmt.Sprintf("and %d more apps", len(groups)-shownApps), p.paint.faint)
			break
		}
		text := plural(g.SignIns, "sign-in")
		if g.Failed > 0 {
			var codes []string
			for _, c := range g.Codes {
				codes = append(codes, fmt.Sprintf("%d x %s", c.Count, c.Code))
			}
			text += fmt.Sprintf(", %d failed: %s", g.Failed, strings.Join(codes, ", "))
		}
		p.row(2, 28, g.App, text, nil)
	}
}
