package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/fatih/color"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// Calendar is the certificates that were found, as they are at a time.
type Calendar struct {
	At           time.Time
	Warning      time.Duration // how long before its end a certificate needs care
	Certificates []validate.CertificateSighted
}

// CalendarFormats are the formats of a calendar, "text" first.
func CalendarFormats() []string { return []string{"text", "json", "csv", "ics", "prometheus"} }

// Certificates writes the calendar in one of [CalendarFormats].
func Certificates(w io.Writer, c Calendar, format string, o Options) error {
	write, ok := map[string]func(io.Writer, Calendar, Options) error{
		"text": calendarText, "json": calendarJSON, "csv": calendarCSV, "ics": calendarICS, "prometheus": calendarPrometheus,
	}[format]
	if !ok {
		return fmt.Errorf("format %q, expected one of %s", format, strings.Join(CalendarFormats(), ", "))
	}
	return write(w, c, o)
}

// state says in a word how a certificate is: "expired", "expiring",
// "not-yet-valid", "valid" or "unknown".
func (c *Calendar) state(s *validate.CertificateSighted) string {
	switch {
	case s.NotAfter.IsZero():
		return "unknown"
	case c.At.After(s.NotAfter):
		return "expired"
	case c.At.Before(s.NotBefore):
		return "not-yet-valid"
	case s.NotAfter.Sub(c.At) <= c.Warning:
		return "expiring"
	}
	return "valid"
}

// certificateName is what people call the certificate.
func certificateName(s *validate.CertificateSighted) string {
	if s.Subject == "" {
		return "certificate " + s.SHA1
	}
	return s.Subject
}

// placeName is a place as compilers print it.
func placeName(p validate.CertificatePlace) string {
	if line := p.Location.Span.Line; line > 0 {
		return p.Input + ":" + strconv.Itoa(line)
	}
	return p.Input
}

func calendarText(w io.Writer, c Calendar, o Options) error {
	p := newPage(w, o)
	p.heading("CERTIFICATES", fmt.Sprintf("%s, as of %s", plural(len(c.Certificates), "certificate"), c.At.UTC().Format("2006-01-02 15:04 UTC")))
	for i := range c.Certificates {
		s := &c.Certificates[i]
		paint := map[string]*color.Color{"expired": p.paint.red, "expiring": p.paint.yellow, "not-yet-valid": p.paint.cyan}[c.state(s)]
		p.blank()
		p.row(0, 12, lastDay(s), c.left(s)+", "+finding.Shorten(certificateName(s), 100), paint)
		column := 10
		p.row(12, column, "use", strings.Join(orUnknown(s.Uses()), ", "), nil)
		p.row(12, column, "owner", strings.Join(orUnknown(s.Owners()), ", "), nil)
		p.row(12, column, "sha1", s.SHA1, nil)
		for n, place := range s.Places {
			if n == maxPlaces {
				p.row(12, column, "", fmt.Sprintf("and %d more places", len(s.Places)-n), nil)
				break
			}
			label := "also in"
			if n == 0 {
				label = "found in"
			}
			p.row(12, column, label, placeName(place), nil)
		}
	}
	return p.w.Flush()
}

// maxPlaces bounds the places of one certificate that people are shown.
const maxPlaces = 10

func orUnknown(list []string) []string {
	if len(list) == 0 {
		return []string{"not said"}
	}
	return list
}

// lastDay is the day on which the certificate ends.
func lastDay(s *validate.CertificateSighted) string {
	if s.NotAfter.IsZero() {
		return "unknown"
	}
	return s.NotAfter.Format(time.DateOnly)
}

// left says how much time is left.
func (c *Calendar) left(s *validate.CertificateSighted) string {
	days := s.Days(c.At)
	switch c.state(s) {
	case "unknown":
		return "the end is not known"
	case "expired":
		if days == -1 {
			return "ended today"
		}
		return "ended " + plural(-days-1, "day") + " ago"
	case "not-yet-valid":
		return "valid from " + s.NotBefore.Format(time.DateOnly) + ", " + plural(days, "day") + " left"
	}
	return plural(days, "day") + " left"
}

// calendarCSV writes one row for each place of each certificate.
func calendarCSV(w io.Writer, c Calendar, _ Options) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"state", "days_left", "not_after", "not_before", "subject", "use", "app", "owner", "file", "line", "sha1", "sha256", "key", "bits"}}
	for i := range c.Certificates {
		s := &c.Certificates[i]
		for _, p := range s.Places {
			rows = append(rows, []string{
				c.state(s), strconv.Itoa(s.Days(c.At)), stamp(s.NotAfter), stamp(s.NotBefore), finding.Cell(s.Subject), finding.Cell(p.Use), finding.Cell(p.App), finding.Cell(p.Owner),
				finding.Cell(p.Input), lineNumber(p.Location), s.SHA1, s.SHA256, s.Key, strconv.Itoa(s.Bits),
			})
		}
	}
	return out.WriteAll(rows)
}

func lineNumber(l finding.Location) string {
	if l.Span.Line == 0 {
		return ""
	}
	return strconv.Itoa(l.Span.Line)
}

// stamp writes a time as RFC 3339, and nothing where it is not known.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// calendarView is the JSON form of a calendar.
type calendarView struct {
	Schema       string            `json:"schema"`
	At           time.Time         `json:"at"`
	WarningDays  int               `json:"warningDays"`
	Certificates []certificateView `json:"certificates"`
}

type certificateView struct {
	State     string      `json:"state"`
	DaysLeft  *int        `json:"daysLeft,omitempty"`
	Subject   string      `json:"subject"`
	SHA1      string      `json:"sha1"`
	SHA256    string      `json:"sha256"`
	Key       string      `json:"key"`
	Bits      int         `json:"bits"`
	NotBefore *time.Time  `json:"notBefore,omitempty"`
	NotAfter  *time.Time  `json:"notAfter,omitempty"`
	Places    []placeView `json:"places"`
}

type placeView struct {
	Input    string           `json:"input"`
	Location finding.Location `json:"location"`
	App      string           `json:"app"`
	Owner    string           `json:"owner"`
	Use      string           `json:"use"`
}

func calendarJSON(w io.Writer, c Calendar, _ Options) error {
	view := calendarView{Schema: "ssodoctor/certificates/v1", At: c.At.UTC(), WarningDays: int(c.Warning / (24 * time.Hour)), Certificates: []certificateView{}}
	for i := range c.Certificates {
		s := &c.Certificates[i]
		v := certificateView{State: c.state(s), Subject: s.Subject, SHA1: s.SHA1, SHA256: s.SHA256, Key: s.Key, Bits: s.Bits, Places: []placeView{}}
		if days := s.Days(c.At); !s.NotAfter.IsZero() {
			v.DaysLeft, v.NotAfter = &days, &s.NotAfter
		}
		if !s.NotBefore.IsZero() {
			v.NotBefore = &s.NotBefore
		}
		for _, p := range s.Places {
			v.Places = append(v.Places, placeView{p.Input, p.Location, p.App, p.Owner, p.Use})
		}
		view.Certificates = append(view.Certificates, v)
	}
	return Encode(w, view)
}
