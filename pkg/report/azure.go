package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// What the values and the properties of a logging command must not hold
// (azure-pipelines-agent, docs/design/percentEncoding.md).
var (
	azureValue    = strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A")
	azureProperty = strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", ";", "%3B", "]", "%5D")
)

// Azure writes one logging command a finding for Azure Pipelines. Its issues
// are errors and warnings; information is a plain line.
func Azure(w io.Writer, r *validate.Report, _ Options) error {
	b := bufio.NewWriter(w)
	for s, f := range located(r) {
		text := oneLine(sentence(f) + " [" + f.Check + "]")
		if f.Severity == finding.Info {
			fmt.Fprintf(b, "info: %s: %s\n", oneLine(place(s)), text)
			continue
		}
		fmt.Fprintf(b, "##vso[task.logissue type=%s;sourcepath=%s;", f.Severity, azureProperty.Replace(s.file))
		if s.line > 0 {
			fmt.Fprintf(b, "linenumber=%d;columnnumber=%d;", s.line, max(s.column, 1))
		}
		fmt.Fprintf(b, "code=%s;]%s\n", azureProperty.Replace(f.Check), azureValue.Replace(text))
	}
	return b.Flush()
}

// place is a file with line and column, as compilers write it.
func place(s site) string {
	if s.line == 0 {
		return s.file
	}
	return fmt.Sprintf("%s:%d:%d", s.file, s.line, max(s.column, 1))
}
