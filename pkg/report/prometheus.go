package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// metric is a gauge over certificates.
type metric struct {
	name, help string
	value      func(*validate.CertificateSighted) time.Time
}

var certificateMetrics = []metric{
	{"ssodoctor_certificate_not_after_seconds", "End of the validity of a certificate, in seconds since 1970.", func(s *validate.CertificateSighted) time.Time { return s.NotAfter }},
	{"ssodoctor_certificate_not_before_seconds", "Start of the validity of a certificate, in seconds since 1970.", func(s *validate.CertificateSighted) time.Time { return s.NotBefore }},
}

// calendarPrometheus writes gauges in the text format of Prometheus 0.0.4, a
// series for each certificate, owner, use and file. Lines of files are left
// out: a series must not begin anew because a file was edited.
func calendarPrometheus(w io.Writer, c Calendar, _ Options) error {
	out := bufio.NewWriter(w)
	for _, m := range certificateMetrics {
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", m.name, m.help, m.name)
		for i := range c.Certificates {
			s := &c.Certificates[i]
			if m.value(s).IsZero() {
				continue
			}
			seen := map[string]bool{}
			for _, p := range s.Places {
				if labels := certificateLabels(s, p); !seen[labels] {
					seen[labels] = true
					fmt.Fprintf(out, "%s{%s} %d\n", m.name, labels, m.value(s).Unix())
				}
			}
		}
	}
	fmt.Fprintf(out, "# HELP ssodoctor_certificates Certificates that were found.\n# TYPE ssodoctor_certificates gauge\nssodoctor_certificates %d\n", len(c.Certificates))
	fmt.Fprintf(out, "# HELP ssodoctor_certificates_read_seconds When the certificates were read, in seconds since 1970.\n# TYPE ssodoctor_certificates_read_seconds gauge\nssodoctor_certificates_read_seconds %d\n", c.At.Unix())
	return out.Flush()
}

func certificateLabels(s *validate.CertificateSighted, p validate.CertificatePlace) string {
	var b strings.Builder
	for i, l := range []struct{ name, value string }{
		{"app", p.App}, {"file", p.Input}, {"owner", p.Owner}, {"sha1", s.SHA1}, {"subject", s.Subject}, {"use", p.Use},
	} {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `%s="%s"`, l.name, labelEscapes.Replace(finding.Printable(l.value)))
	}
	return b.String()
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
