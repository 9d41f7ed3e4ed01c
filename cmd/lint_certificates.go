package cmd

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// bindCertificates adds the flag by which lint lists certificates.
func (o *lintOptions) bindCertificates(c *cobra.Command) {
	c.Flags().BoolVar(&o.certificates, "certificates", false,
		"list every certificate with its owner, its use and the days left, instead of the findings; formats: "+strings.Join(report.CalendarFormats(), ", "))
}

// formats are those of what is asked for.
func (o *lintOptions) formats() []string {
	if o.certificates {
		return report.CalendarFormats()
	}
	return report.Formats()
}

// calendar is what was found of certificates.
func (o *lintOptions) calendar(r *validate.Report, clock validate.Clock) report.Calendar {
	return report.Calendar{At: clock.Judged(), Warning: time.Duration(o.certificateWarningDays) * 24 * time.Hour, Certificates: r.Certificates}
}

// certificateSummary counts the findings that are about certificates: who lists
// certificates has asked about nothing else.
func certificateSummary(r *validate.Report) validate.Summary {
	var s validate.Summary
	for _, f := range r.Findings {
		if c, ok := validate.Lookup(f.Check); !ok || c.Family != validate.FamilyCertificate {
			continue
		}
		switch f.Severity {
		case finding.Error:
			s.Error++
		case finding.Warning:
			s.Warning++
		default:
			s.Info++
		}
	}
	return s
}
