package redact

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// signIn is a row of a sign-in log with pseudonyms for the user and the
// address. App, code, country and system stay, for they are what a log is read
// for.
func (r *redactor) signIn(row trace.SignIn) trace.SignIn {
	row.User, row.IP, row.ID = r.of(row.User), r.of(row.IP), r.marked(row.ID)
	row.App, row.Reason, row.Country = r.text(row.App), r.person(r.text(row.Reason)), r.text(row.Country)
	row.System, row.Protocol = r.marked(row.System), r.marked(row.Protocol)
	return row
}

// The parts of a row that have a structure of their own.
type (
	logStatus struct {
		Code   int    `json:"errorCode"`
		Reason string `json:"failureReason,omitempty"`
	}
	logLocation struct {
		Country string `json:"countryOrRegion,omitempty"`
	}
	logDevice struct {
		System string `json:"operatingSystem,omitempty"`
	}
)

// graphRow is a row of Microsoft Graph and of the Entra admin center (resource
// type signIn).
type graphRow struct {
	Time     string      `json:"createdDateTime,omitempty"`
	User     string      `json:"userPrincipalName"`
	App      string      `json:"appDisplayName"`
	IP       string      `json:"ipAddress,omitempty"`
	ID       string      `json:"correlationId,omitempty"`
	Protocol string      `json:"authenticationProtocol,omitempty"`
	Status   logStatus   `json:"status"`
	Location logLocation `json:"location"`
	Device   logDevice   `json:"deviceDetail"`
}

// monitorRow is a row of Azure Monitor, as diagnostic settings send it.
type monitorRow struct {
	Time       string   `json:"time,omitempty"`
	Code       string   `json:"resultType"`
	Reason     string   `json:"resultDescription,omitempty"`
	IP         string   `json:"callerIpAddress,omitempty"`
	ID         string   `json:"correlationId,omitempty"`
	Location   string   `json:"location,omitempty"`
	Properties graphRow `json:"properties"`
}

// analyticsRow is a row of the table SigninLogs of Log Analytics.
type analyticsRow struct {
	Time     string      `json:"TimeGenerated,omitempty"`
	Code     string      `json:"ResultType"`
	Reason   string      `json:"ResultDescription,omitempty"`
	App      string      `json:"AppDisplayName"`
	User     string      `json:"UserPrincipalName"`
	IP       string      `json:"IPAddress,omitempty"`
	ID       string      `json:"CorrelationId,omitempty"`
	Protocol string      `json:"AuthenticationProtocol,omitempty"`
	Location logLocation `json:"LocationDetails"`
	Device   logDevice   `json:"DeviceDetail"`
}

// rowOf gives a row under the names of the log that it was read from.
func rowOf(s trace.SignIn, names string) any {
	at, code := "", fmt.Sprint(s.Code)
	if !s.Time.IsZero() {
		at = s.Time.UTC().Format(time.RFC3339)
	}
	graph := graphRow{at, s.User, s.App, s.IP, s.ID, s.Protocol, logStatus{s.Code, s.Reason}, logLocation{s.Country}, logDevice{s.System}}
	switch names {
	case "monitor":
		return monitorRow{at, code, s.Reason, s.IP, s.ID, s.Country, graph}
	case "analytics":
		return analyticsRow{at, code, s.Reason, s.App, s.User, s.IP, s.ID, s.Protocol, logLocation{s.Country}, logDevice{s.System}}
	}
	return graph
}

// writeSignIns writes a sign-in log as it was exported.
func writeSignIns(s *session) ([]byte, error) {
	in, names, _ := strings.Cut(s.variant, "/")
	if in == "csv" {
		return signInTable(s.signIns, names)
	}
	rows := make([]any, len(s.signIns))
	for i, row := range s.signIns {
		rows[i] = rowOf(row, names)
	}
	switch in {
	case "list":
		return indented(rows)
	case "records":
		return indented(map[string]any{"records": rows})
	case "lines":
		var b bytes.Buffer
		for _, row := range rows {
			line, err := json.Marshal(row)
			if err != nil {
				return nil, err
			}
			b.Write(append(line, '\n'))
		}
		return b.Bytes(), nil
	}
	return indented(struct {
		Context string `json:"@odata.context"`
		Rows    []any  `json:"value"`
	}{"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns", rows})
}

// logColumns are the columns of a log as a table: their titles in the download
// of the Entra admin center and in Log Analytics.
var logColumns = []struct {
	portal, analytics string
	value             func(trace.SignIn) string
}{
	{"Date (UTC)", "TimeGenerated", func(s trace.SignIn) string {
		if s.Time.IsZero() {
			return ""
		}
		return s.Time.UTC().Format(time.RFC3339)
	}},
	{"Correlation ID", "CorrelationId", func(s trace.SignIn) string { return s.ID }},
	{"Username", "UserPrincipalName", func(s trace.SignIn) string { return s.User }},
	{"Application", "AppDisplayName", func(s trace.SignIn) string { return s.App }},
	{"IP address", "IPAddress", func(s trace.SignIn) string { return s.IP }},
	{"Location", "Location", func(s trace.SignIn) string { return s.Country }},
	{"Status", "", func(s trace.SignIn) string {
		if s.Succeeded {
			return "Success"
		}
		return "Failure"
	}},
	{"Sign-in error code", "ResultType", func(s trace.SignIn) string { return fmt.Sprint(s.Code) }},
	{"Failure reason", "ResultDescription", func(s trace.SignIn) string { return s.Reason }},
	{"Operating System", "OperatingSystem", func(s trace.SignIn) string { return s.System }},
	{"", "AuthenticationProtocol", func(s trace.SignIn) string { return s.Protocol }},
}

// signInTable writes a log as a table.
func signInTable(rows []trace.SignIn, names string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var titles []string
	var values []func(trace.SignIn) string
	for _, c := range logColumns {
		title := c.portal
		if names == "analytics" {
			title = c.analytics
		}
		if title != "" {
			titles, values = append(titles, title), append(values, c.value)
		}
	}
	_ = w.Write(titles) // what goes wrong is told by Error
	for _, row := range rows {
		var record []string
		for _, value := range values {
			record = append(record, cell(value(row)))
		}
		_ = w.Write(record)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// cell is a value of a table; one that a spreadsheet would run as a formula
// gets a quote mark before it.
func cell(value string) string {
	if start := strings.TrimLeft(value, " \t\r\n"); start != "" && strings.Contains("=+-@", start[:1]) {
		return "'" + value
	}
	return value
}
