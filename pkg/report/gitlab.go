package report

import (
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

type (
	gitlabIssue struct {
		Description string         `json:"description"`
		CheckName   string         `json:"check_name"`
		Fingerprint string         `json:"fingerprint"`
		Severity    string         `json:"severity"`
		Location    gitlabLocation `json:"location"`
	}
	gitlabLocation struct {
		Path  string      `json:"path"`
		Lines gitlabLines `json:"lines"`
	}
	gitlabLines struct {
		Begin int `json:"begin"`
	}
)

var gitlabSeverities = map[finding.Severity]string{finding.Info: "info", finding.Warning: "minor", finding.Error: "major"}

// GitLab writes the findings as a Code Quality report (GitLab Docs, "Code
// Quality", "Code Quality report format"). What has no line stands at line 1,
// since a line is needed.
func GitLab(w io.Writer, r *validate.Report, _ Options) error {
	issues := make([]gitlabIssue, len(r.Findings))
	where, names := sites(r), finding.Fingerprints(r.Findings)
	for i := range r.Findings {
		f := &r.Findings[i]
		s := where(f)
		issues[i] = gitlabIssue{
			Description: sentence(f), CheckName: f.Check, Fingerprint: names[i], Severity: gitlabSeverities[f.Severity],
			Location: gitlabLocation{s.file, gitlabLines{max(s.line, 1)}},
		}
	}
	return Encode(w, issues)
}
