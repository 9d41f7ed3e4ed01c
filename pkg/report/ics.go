package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// alarmDays are the days before its end at which a certificate is brought to
// mind, beside the threshold of the calendar itself. Entra sends its mails at
// 60, 30 and 7 days.
var alarmDays = []int{60, 30, 7, 1}

// calendarICS writes an event for the end of each certificate (RFC 5545). An
// event keeps its UID as long as the certificate is the same one, so that a
// calendar that is imported again replaces what it has.
func calendarICS(w io.Writer, c Calendar, _ Options) error {
	out := icsWriter{w: bufio.NewWriter(w)}
	out.line("BEGIN", "VCALENDAR")
	out.line("VERSION", "2.0")
	out.line("PRODID", "-//ssodoctor//certificates//EN")
	out.line("CALSCALE", "GREGORIAN")
	out.line("METHOD", "PUBLISH")
	out.text("X-WR-CALNAME", "Certificates of single sign-on")
	for i := range c.Certificates {
		if s := &c.Certificates[i]; !s.NotAfter.IsZero() {
			out.event(&c, s)
		}
	}
	out.line("END", "VCALENDAR")
	return out.w.Flush()
}

// event writes one certificate.
func (o *icsWriter) event(c *Calendar, s *validate.CertificateSighted) {
	const moment = "20060102T150405Z"
	summary := summaryOf(s)
	o.line("BEGIN", "VEVENT")
	o.line("UID", s.SHA1+"@certificates.ssodoctor")
	o.line("DTSTAMP", c.At.UTC().Format(moment))
	o.line("DTSTART", s.NotAfter.UTC().Format(moment))
	o.text("SUMMARY", summary)
	o.text("DESCRIPTION", describe(s))
	o.line("TRANSP", "TRANSPARENT")
	o.line("CATEGORIES", "Certificate")
	for _, days := range c.alarms() {
		o.line("BEGIN", "VALARM")
		o.line("ACTION", "DISPLAY")
		o.line("TRIGGER", fmt.Sprintf("-P%dD", days))
		o.text("DESCRIPTION", summary+" in "+plural(days, "day"))
		o.line("END", "VALARM")
	}
	o.line("END", "VEVENT")
}

// alarms are the days before the end, the earliest first.
func (c *Calendar) alarms() []int {
	days := slices.Clone(alarmDays)
	if warning := int(c.Warning / (24 * time.Hour)); warning > 0 {
		days = append(days, warning)
	}
	slices.Sort(days)
	slices.Reverse(days)
	return slices.Compact(days)
}

func summaryOf(s *validate.CertificateSighted) string {
	about := certificateName(s)
	if owners := s.Owners(); len(owners) > 0 {
		about = owners[0]
		if more := len(owners) - 1; more > 0 {
			about += fmt.Sprintf(" and %d more", more)
		}
	}
	kind := "Certificate"
	if uses := s.Uses(); len(uses) == 1 {
		kind = strings.ToUpper(uses[0][:1]) + uses[0][1:] + " certificate"
	}
	return kind + " of " + finding.Shorten(about, 120) + " ends"
}

// describe lists what one needs to renew the certificate, line by line.
func describe(s *validate.CertificateSighted) string {
	lines := []string{"Subject: " + certificateName(s), "SHA-1: " + s.SHA1}
	if s.SHA256 != "" {
		lines = append(lines, "SHA-256: "+s.SHA256)
	}
	for n, p := range s.Places {
		if n == maxPlaces {
			lines = append(lines, fmt.Sprintf("and %d more places", len(s.Places)-n))
			break
		}
		lines = append(lines, "In: "+placeName(p))
	}
	return strings.Join(lines, "\n")
}

// icsWriter writes content lines (RFC 5545 section 3.1).
type icsWriter struct{ w *bufio.Writer }

var icsEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// text writes a property whose value is text (section 3.3.11).
func (o *icsWriter) text(name, value string) {
	lines := strings.Split(value, "\n")
	for i := range lines {
		lines[i] = finding.Printable(lines[i])
	}
	o.line(name, icsEscapes.Replace(strings.Join(lines, "\n")))
}

// maxICSLine is the longest line in octets, without its end.
const maxICSLine = 75

// line writes a property, folded between characters where it is long.
func (o *icsWriter) line(name, value string) {
	rest := name + ":" + value
	for room := maxICSLine; len(rest) > room; room = maxICSLine - 1 {
		cut := room
		for cut > 0 && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		o.w.WriteString(rest[:cut] + "\r\n ")
		rest = rest[cut:]
	}
	o.w.WriteString(rest + "\r\n")
}
