package trace

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// signInRows are two rows of a log in the shapes of its exports.
var signInRows = []SignIn{
	{Time: time.Date(2026, 11, 21, 10, 0, 3, 0, time.UTC), User: "ada@contoso.com", App: "HaloITSM", Code: 50105, Reason: "Not assigned.", Country: "NL", System: "Windows 11", IP: "192.0.2.7", ID: "7d3e8f90-1111-4111-9111-aabbccddeeff"},
	{Time: time.Date(2026, 11, 21, 10, 1, 0, 0, time.UTC), User: "bo@contoso.com", App: "HaloITSM", Succeeded: true, Country: "NL", System: "Windows 11", IP: "192.0.2.8", ID: "8d3e8f90-1111-4111-9111-aabbccddeeff"},
}

func graphRow(s SignIn) string {
	return fmt.Sprintf(`{"id":"x","createdDateTime":%q,"userDisplayName":"N","userPrincipalName":%q,"appId":"9c1d","appDisplayName":%q,"ipAddress":%q,"correlationId":%q,"isInteractive":true,`+
		`"status":{"errorCode":%d,"failureReason":%q,"additionalDetails":null},"deviceDetail":{"deviceId":"","operatingSystem":%q,"browser":"Edge"},`+
		`"location":{"city":"Utrecht","state":"Utrecht","countryOrRegion":%q,"geoCoordinates":{"latitude":52.1}},"appliedConditionalAccessPolicies":[{"id":"p","result":"notApplied"}]}`,
		s.Time.Format(time.RFC3339), s.User, s.App, s.IP, s.ID, s.Code, s.Reason, s.System, s.Country)
}

func monitorRow(s SignIn) string {
	return fmt.Sprintf(`{"time":%q,"operationName":"Sign-in activity","category":"SignInLogs","resultType":"%d","resultDescription":%q,"callerIpAddress":%q,"correlationId":%q,"identity":"N","location":%q,"properties":%s}`,
		s.Time.Format(time.RFC3339), s.Code, s.Reason, s.IP, s.ID, s.Country, graphRow(s))
}

func analyticsRow(s SignIn) string {
	return fmt.Sprintf(`{"TimeGenerated":%q,"ResultType":"%d","ResultDescription":%q,"AppDisplayName":%q,"AppId":"9c1d","UserPrincipalName":%q,"IPAddress":%q,"CorrelationId":%q,"LocationDetails":{"countryOrRegion":%q},"DeviceDetail":{"operatingSystem":%q}}`,
		s.Time.Format(time.RFC3339), s.Code, s.Reason, s.App, s.User, s.IP, s.ID, s.Country, s.System)
}

func csvRow(s SignIn) string {
	status := "Failure"
	if s.Succeeded {
		status = "Success"
	}
	return fmt.Sprintf("%s,x,%s,%s,N,%s,%s,9c1d,%s,%d,%s,\"Utrecht, Utrecht, %s\",%s,%s\n", s.Time.Format(time.RFC3339), "Mozilla/5.0", s.ID, s.User, s.App, s.IP, s.Code, s.Reason, s.Country, status, s.System)
}

func analyticsCSVRow(s SignIn) string {
	return fmt.Sprintf("%s,%d,%s,%s,%s,%s,%s,%s,%s\n", s.Time.Format(time.RFC3339), s.Code, s.Reason, s.App, s.User, s.IP, s.ID, s.Country, s.System)
}

const csvHead = "Date (UTC),Request ID,User agent,Correlation ID,User,Username,Application,Application ID,IP address,Sign-in error code,Failure reason,Location,Status,Operating System\n"

func rowsAs(row func(SignIn) string, separator string) string {
	var out []string
	for _, s := range signInRows {
		out = append(out, row(s))
	}
	return strings.Join(out, separator)
}

func signInExports() map[string]string {
	return map[string]string{
		"portal JSON":       "[" + rowsAs(graphRow, ",\n") + "]",
		"Graph":             `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns","value":[` + rowsAs(graphRow, ",") + `]}`,
		"Azure Monitor":     `{"records":[` + rowsAs(monitorRow, ",") + `]}`,
		"JSON lines":        rowsAs(monitorRow, "\n") + "\n",
		"Log Analytics":     "[" + rowsAs(analyticsRow, ",") + "]",
		"portal CSV":        "\ufeff" + csvHead + rowsAs(csvRow, ""),
		"Log Analytics CSV": "TimeGenerated,ResultType,ResultDescription,AppDisplayName,UserPrincipalName,IPAddress,CorrelationId,Location,OperatingSystem\n" + rowsAs(analyticsCSVRow, ""),
		"portal CSV CRLF":   strings.ReplaceAll(csvHead+rowsAs(csvRow, ""), "\n", "\r\n"),
	}
}

func TestSignInLogs(t *testing.T) {
	for name, text := range signInExports() {
		t.Run(name, func(t *testing.T) {
			c, err := ReadBytes([]byte(text), "signins", Limits{})
			if err != nil || c.Format != "entra-sign-ins" || len(c.Problems) > 0 {
				t.Fatalf("%v, format %q, %v", err, c.Format, c.Problems)
			}
			if !reflect.DeepEqual(c.SignIns, signInRows) {
				t.Errorf("read %+v\nwant %+v", c.SignIns, signInRows)
			}
		})
	}
}

func TestDamagedSignInLogs(t *testing.T) {
	whole := signInExports()["portal JSON"]
	c, err := ReadBytes([]byte(whole[:len(whole)-40]), "signins", Limits{})
	if err != nil || len(c.SignIns) == 0 || len(c.Problems) != 1 || c.Problems[0].Check != "input-truncated" {
		t.Errorf("cut: %v, %d rows, %v", err, len(c.SignIns), c.Problems)
	}
	var none *NoMessageError
	if _, err := ReadBytes([]byte(csvHead), "signins", Limits{}); !errors.As(err, &none) {
		t.Errorf("a log without rows: %v", err)
	}
}

func FuzzSignIns(f *testing.F) {
	for _, text := range signInExports() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := newCollector("", Limits{})
		if isSignIns(text) {
			_ = c.read(strings.NewReader(string(text)), headBytes)
		}
		for _, s := range c.capture.SignIns {
			if s.App == "" || len(s.App) > maxColumn+3 || s.Succeeded != (s.Code == 0) {
				t.Errorf("%+v", s)
			}
		}
	})
}

func BenchmarkSignIns(b *testing.B) {
	text := []byte("[" + strings.Repeat(graphRow(signInRows[0])+",\n", 10_000) + graphRow(signInRows[1]) + "]")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadBytes(text, "", Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
