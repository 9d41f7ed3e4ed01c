package redact

import (
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// The parts of a sign-in log of Microsoft Graph that are known here.
type (
	logPage struct {
		Context string   `json:"@odata.context"`
		Rows    []logRow `json:"value"`
	}
	logRow struct {
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

// signIns writes a sign-in log as Microsoft Graph does, with pseudonyms for the
// users and their addresses. Apps, codes, countries and systems stay, for they
// are what it is read for.
func (r *redactor) signIns(rows []trace.SignIn) ([]byte, error) {
	for _, row := range rows {
		r.secret(row.User, "")
	}
	out := make([]logRow, len(rows))
	for i, row := range rows {
		out[i] = logRow{
			User: r.of(row.User), App: r.text(row.App), IP: r.of(row.IP), ID: r.marked(row.ID), Protocol: r.marked(row.Protocol),
			Status: logStatus{row.Code, r.text(row.Reason)}, Location: logLocation{r.text(row.Country)}, Device: logDevice{r.marked(row.System)},
		}
		if !row.Time.IsZero() {
			out[i].Time = row.Time.UTC().Format(time.RFC3339)
		}
	}
	return indented(logPage{"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns", out})
}
