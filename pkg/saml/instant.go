package saml

import (
	"strconv"
	"strings"
	"time"
)

const notDateTime = "is not an xs:dateTime such as 2026-11-21T10:00:00Z"

// ParseInstant reads an xs:dateTime. The problem is "" for one in UTC, written
// with "Z" (Core 1.3.3); else it completes the sentence "the value ...". The
// time is in UTC; it is filled where the meaning is clear in spite of the
// problem, and zero where it is not.
func ParseInstant(value string) (t time.Time, problem string) {
	p := instantParser{rest: strings.Trim(value, " \t\r\n")}
	if p.rest == "" {
		return time.Time{}, "is empty"
	}
	if len(p.rest) != len(value) {
		p.note("has white space around it")
	}
	t, ok := p.parse()
	switch {
	case !ok:
		return time.Time{}, p.problem
	case t.Year() < 1 || t.Year() > 9999:
		return time.Time{}, "lies outside the years 0001 to 9999"
	case t.Year() == 1:
		return time.Time{}, "lies in the year 1: it is the empty date of .NET or Go, the sender had no time to put there"
	}
	return t, p.problem
}

// instantParser consumes rest from the left and remembers the first oddity.
type instantParser struct {
	rest    string
	problem string
}

func (p *instantParser) note(problem string) {
	if p.problem == "" {
		p.problem = problem
	}
}

func (p *instantParser) fail(problem string) (time.Time, bool) {
	p.problem = problem
	return time.Time{}, false
}

func (p *instantParser) parse() (time.Time, bool) {
	year, ok1 := p.number(4)
	month, ok2 := p.after('-')
	day, ok3 := p.after('-')
	if !ok1 || !ok2 || !ok3 {
		return p.fail(notDateTime)
	}
	if !p.separator() {
		if p.rest == "" {
			return p.fail("is a date without a time of day")
		}
		return p.fail(notDateTime)
	}
	hour, ok1 := p.number(2)
	minute, ok2 := p.after(':')
	if !ok1 || !ok2 {
		return p.fail(notDateTime)
	}
	second, ok := p.after(':')
	if !ok {
		if strings.HasPrefix(p.rest, ":") {
			return p.fail(notDateTime)
		}
		p.note("has no seconds")
	}
	nanos, ok := p.fraction()
	if !ok {
		return p.fail(notDateTime)
	}
	offset, ok := p.zone()
	if !ok || p.rest != "" {
		return p.fail(notDateTime)
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return p.fail("names a day that does not exist")
	}
	if !p.timeOfDay(hour, minute, second, nanos) {
		return p.fail("names a time of day that does not exist")
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	return t.Add(-offset), true
}

// timeOfDay reports whether the time exists, and notes the two that exist and
// are rarely understood: the end of a day and a leap second.
func (p *instantParser) timeOfDay(hour, minute, second, nanos int) bool {
	if hour == 24 && minute == 0 && second == 0 && nanos == 0 {
		p.note("says 24:00:00, which many readers refuse")
		return true
	}
	if second == 60 && minute < 60 && hour < 24 {
		p.note("names a leap second, which SAML forbids")
		return true
	}
	return hour < 24 && minute < 60 && second < 60
}

func (p *instantParser) number(digits int) (int, bool) {
	if len(p.rest) < digits {
		return 0, false
	}
	n := 0
	for i := range digits {
		c := p.rest[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	p.rest = p.rest[digits:]
	return n, true
}

// after reads two digits behind a mark; it consumes nothing where they are not
// there.
func (p *instantParser) after(mark byte) (int, bool) {
	if p.rest == "" || p.rest[0] != mark {
		return 0, false
	}
	whole := p.rest
	p.rest = p.rest[1:]
	n, ok := p.number(2)
	if !ok {
		p.rest = whole
	}
	return n, ok
}

func (p *instantParser) separator() bool {
	if p.rest == "" {
		return false
	}
	switch p.rest[0] {
	case 'T':
	case 't', ' ':
		p.note("has " + strconv.Quote(p.rest[:1]) + " between date and time in place of \"T\"")
	default:
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *instantParser) fraction() (nanos int, ok bool) {
	if p.rest == "" || p.rest[0] != '.' {
		return 0, true
	}
	n := 1
	for ; n < len(p.rest) && p.rest[n]-'0' <= 9; n++ {
		if n <= 9 {
			nanos = nanos*10 + int(p.rest[n]-'0')
		}
	}
	digits := n - 1
	for i := digits; i < 9; i++ {
		nanos *= 10
	}
	p.rest = p.rest[n:]
	if digits > 9 {
		p.note("has " + strconv.Itoa(digits) + " digits of a second, more than nine")
	}
	return nanos, digits > 0
}

func (p *instantParser) zone() (offset time.Duration, ok bool) {
	if p.rest == "" {
		p.note("has no time zone; read as UTC")
		return 0, true
	}
	written := p.rest
	mark := p.rest[0]
	p.rest = p.rest[1:]
	switch mark {
	case 'Z':
		return 0, true
	case 'z':
		p.note("has \"z\" in place of \"Z\"")
		return 0, true
	case '+', '-':
	default:
		return 0, false
	}
	hours, ok := p.number(2)
	if !ok {
		return 0, false
	}
	minutes, ok := p.after(':')
	if !ok {
		if minutes, ok = p.number(2); !ok {
			return 0, false
		}
	}
	if hours > 14 || minutes > 59 {
		return 0, false
	}
	p.note("has the offset " + written + "; SAML wants UTC, written with \"Z\"")
	offset = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if mark == '-' {
		offset = -offset
	}
	return offset, true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
