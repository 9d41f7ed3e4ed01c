package trace

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// SignIn is one row of an Entra sign-in log: short facts.
type SignIn struct {
	Time      time.Time // UTC, zero where unreadable
	User      string    // user principal name, else display name or ID
	App       string    // display name, else ID
	Code      int       // 0 for success, else the number of an AADSTS code
	Reason    string    // failure reason, at most 300 bytes
	Country   string
	System    string // operating system
	IP        string
	ID        string // correlation ID
	Protocol  string // "saml20", "wsFederation" and so on; empty in v1.0 exports
	Succeeded bool   // the row says so, or Code is 0
	Part      int    // as of an [Exchange]
}

// maxSignIns bounds how many rows of a log are kept.
const maxSignIns = 200_000

// signInColumns are the names of a fact in the exports: Graph and the portal's
// JSON, Azure Monitor and Log Analytics, the portal's CSV; in lower case.
var signInColumns = map[string]string{
	"createddatetime": "time", "time": "time", "timegenerated": "time", "timegenerated [utc]": "time", "date (utc)": "time", "date": "time",
	"userprincipalname": "user", "username": "user", "user": "name", "userdisplayname": "name", "identity": "name",
	"appdisplayname": "app", "application": "app", "appid": "appid", "application id": "appid",
	"errorcode": "code", "resulttype": "code", "sign-in error code": "code",
	"failurereason": "reason", "failure reason": "reason", "resultdescription": "reason",
	"countryorregion": "country", "location": "location", "locationdetails": "location",
	"operatingsystem": "system", "operating system": "system", "devicedetail": "nested", "status": "nested", "properties": "nested",
	"ipaddress": "ip", "ip address": "ip", "calleripaddress": "ip",
	"correlationid": "id", "correlation id": "id",
	"authenticationprotocol": "protocol",
}

// isSignIns tells the exports of sign-in logs by the columns that they share.
func isSignIns(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	if head[0] == '{' || head[0] == '[' {
		lower := bytes.ToLower(head[:min(len(head), 16<<10)])
		return bytes.Contains(lower, []byte("auditlogs/signins")) || bytes.Contains(lower, []byte(`"userprincipalname"`)) && bytes.Contains(lower, []byte(`"appdisplayname"`)) &&
			(bytes.Contains(lower, []byte(`"errorcode"`)) || bytes.Contains(lower, []byte(`"resulttype"`)))
	}
	line, _, _ := bytes.Cut(bytes.ToLower(head[:min(len(head), 8<<10)]), []byte("\n"))
	return bytes.Contains(line, []byte(",")) && (bytes.Contains(line, []byte("sign-in error code")) && bytes.Contains(line, []byte("application")) ||
		bytes.Contains(line, []byte("resulttype")) && bytes.Contains(line, []byte("appdisplayname")))
}

// signInReader reads the rows of a log.
type signInReader struct {
	*collector
	s     *jsonStream
	words map[string]string // each text once
	left  int               // rows that were not kept
	in    string            // what the rows are in, as of Capture.Variant
	names string            // and whose names they have
}

func (c *collector) readSignIns(src *bufio.Reader) error {
	r := &signInReader{collector: c, words: map[string]string{}, names: "graph"}
	head, _ := src.Peek(64)
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	var err error
	if len(head) > 0 && (head[0] == '{' || head[0] == '[') {
		err = r.json(src)
	} else {
		err = r.csv(src)
	}
	c.kind.variant = r.in + "/" + r.names
	if r.left > 0 {
		c.problem(-1, "input-too-large", finding.Warning, "the log has %d rows, of which the first %d were looked at", r.left+maxSignIns, maxSignIns)
	}
	return err
}

// json reads an array of rows, an object that holds one, or one row a line.
func (r *signInReader) json(src io.Reader) error {
	r.s = newJSONStream(src)
	for {
		switch r.s.next() {
		case '[':
			r.in = "list"
			r.s.array(r.row)
		case '{':
			r.in = cmp.Or(r.in, "lines")
			r.row()
		default:
			return nil
		}
		if r.s.broken {
			r.problem(-1, "input-truncated", finding.Error, "the log ends early, after %d rows", len(r.capture.SignIns))
			return nil
		}
	}
}

// row reads one row; of an object that holds rows, those.
func (r *signInReader) row() {
	if r.s.next() != '{' {
		r.s.skip()
		return
	}
	var row signInRow
	r.s.object(func(key string) {
		if (key == "value" || key == "records") && r.s.next() == '[' {
			r.in = key
			r.s.array(r.row)
			return
		}
		r.member(&row, strings.ToLower(key))
	})
	r.add(row)
}

// signInRow is a row with the texts of its columns.
type signInRow struct {
	SignIn
	name, appID string
	hasCode     bool
}

// maxColumn is how much of a text is kept.
const maxColumn = 300

func (r *signInReader) member(row *signInRow, key string) {
	column, known := signInColumns[key]
	r.named(key)
	switch c := r.s.next(); {
	case !known:
		r.s.skip()
	case c == '{':
		if column != "nested" && column != "location" {
			r.s.skip()
			return
		}
		r.s.object(func(key string) {
			if key = strings.ToLower(key); signInColumns[key] == "nested" || signInColumns[key] == "location" {
				if r.s.next() == '{' {
					r.s.object(func(key string) { r.value(row, strings.ToLower(key)) })
					return
				}
			}
			r.value(row, key)
		})
	default:
		r.value(row, key)
	}
}

// named notes whose names the rows have: Azure Monitor puts those of Microsoft
// Graph into properties, Log Analytics has no such nesting.
func (r *signInReader) named(key string) {
	switch {
	case key == "properties":
		r.names = "monitor"
	case key == "resulttype" && r.names == "graph":
		r.names = "analytics"
	}
}

// value reads a text or number into its column.
func (r *signInReader) value(row *signInRow, key string) {
	column, known := signInColumns[key]
	switch c := r.s.next(); {
	case !known || c == '[' || c == '{':
		r.s.skip()
	case c == '"':
		row.set(column, r.text(r.s.string(4*maxColumn)))
	case column == "code":
		row.Code, row.hasCode = r.s.number(), true
	default:
		r.s.skip()
	}
}

// text keeps each text once.
func (r *signInReader) text(b []byte) string {
	if known, ok := r.words[string(b)]; ok {
		return known
	}
	s := shorten(bytes.TrimSpace(b), maxColumn)
	if len(r.words) < maxSignIns {
		r.words[s] = s
	}
	return s
}

func (row *signInRow) set(column, text string) {
	if text == "" {
		return
	}
	switch column {
	case "time":
		row.Time = signInTime(text)
	case "user":
		row.User = text
	case "name":
		row.name = text
	case "app":
		row.App = text
	case "appid":
		row.appID = text
	case "code":
		n, err := strconv.Atoi(text)
		row.Code, row.hasCode = n, row.hasCode || err == nil
	case "reason":
		row.Reason = text
	case "country":
		row.Country = text
	case "location":
		row.Country = strings.TrimSpace(text[strings.LastIndexByte(text, ',')+1:])
	case "system":
		row.System = text
	case "ip":
		row.IP = text
	case "id":
		row.ID = text
	case "protocol":
		row.Protocol = text
	case "nested": // the CSV has a word where JSON has the details
		row.Succeeded = strings.EqualFold(text, "success")
	}
}

// signInTime reads the times of JSON and CSV exports; without a zone they are
// UTC.
func signInTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "1/2/2006, 3:04:05.999 PM", "1/2/2006 3:04:05 PM", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// add keeps a row that says who signed in where.
func (r *signInReader) add(row signInRow) {
	if row.User == "" {
		row.User = row.name
	}
	if row.App == "" {
		row.App = row.appID
	}
	if row.App == "" || !row.hasCode && !row.Succeeded && row.User == "" {
		return // writers that leave out zeros leave out the code of a success
	}
	row.Succeeded, row.Part = row.Code == 0, r.part
	if len(r.capture.SignIns) >= maxSignIns {
		r.left++
		return
	}
	r.capture.SignIns = append(r.capture.SignIns, row.SignIn)
}

// csv reads the portal's CSV download (RFC 4180).
func (r *signInReader) csv(src io.Reader) error {
	in := csv.NewReader(src)
	in.FieldsPerRecord, in.LazyQuotes, in.ReuseRecord = -1, true, true
	var columns []string
	r.in = "csv"
	for {
		record, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			r.problem(-1, "input-truncated", finding.Error, "the log cannot be read beyond %d rows: %s", len(r.capture.SignIns), err)
			return nil
		}
		if columns == nil {
			for _, name := range record {
				name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
				columns = append(columns, signInColumns[name])
				r.named(name)
			}
			continue
		}
		var row signInRow
		for i, text := range record[:min(len(record), len(columns))] {
			if columns[i] != "" {
				row.set(columns[i], r.text([]byte(text)))
			}
		}
		r.add(row)
	}
}
