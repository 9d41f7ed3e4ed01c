package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

var githubCommands = map[finding.Severity]string{finding.Info: "notice", finding.Warning: "warning", finding.Error: "error"}

// What the values and the properties of a workflow command must not hold
// (GitHub Docs, "Workflow commands for GitHub Actions").
var (
	githubValue    = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub writes one workflow command a finding, which GitHub Actions shows as
// an annotation at the line.
func GitHub(w io.Writer, r *validate.Report, _ Options) error {
	b := bufio.NewWriter(w)
	for s, f := range located(r) {
		fmt.Fprintf(b, "::%s file=%s", githubCommands[f.Severity], githubProperty.Replace(s.file))
		if s.line > 0 {
			fmt.Fprintf(b, ",line=%d,col=%d", s.line, max(s.column, 1))
		}
		fmt.Fprintf(b, ",title=%s::%s\n", githubProperty.Replace(oneLine(f.Title+" ["+f.Check+"]")), githubValue.Replace(oneLine(sentence(f))))
	}
	return b.Flush()
}

// oneLine is text that steers neither a terminal nor the log of a pipeline.
func oneLine(s string) string { return finding.Printable(s) }
