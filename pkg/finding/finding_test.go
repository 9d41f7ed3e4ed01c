package finding

import (
	"encoding/json"
	"testing"
)

func intPtr(n int) *int { return &n }

func TestSeverity(t *testing.T) {
	for s, name := range map[Severity]string{Info: "info", Warning: "warning", Error: "error"} {
		if s.String() != name {
			t.Errorf("%d prints as %q, want %q", s, s, name)
		}
		if back, err := ParseSeverity(name); err != nil || back != s {
			t.Errorf("ParseSeverity(%q) = %v, %v", name, back, err)
		}
		text, err := json.Marshal(s)
		if err != nil || string(text) != `"`+name+`"` {
			t.Errorf("JSON of %v is %s, %v", s, text, err)
		}
		var read Severity
		if err := json.Unmarshal(text, &read); err != nil || read != s {
			t.Errorf("JSON %s reads as %v, %v", text, read, err)
		}
	}
	if !(Info < Warning && Warning < Error) {
		t.Error("severities do not rise")
	}
}

func TestSeverityInvalid(t *testing.T) {
	if got := Severity(0).String(); got != "Severity(0)" {
		t.Errorf("zero severity prints as %q", got)
	}
	for _, s := range []Severity{0, Error + 1} {
		if _, err := json.Marshal(s); err == nil {
			t.Errorf("severity %d has JSON", s)
		}
	}
	for _, name := range []string{"", "Error", "fatal"} {
		if _, err := ParseSeverity(name); err == nil {
			t.Errorf("ParseSeverity(%q) succeeds", name)
		}
		s := Warning
		if err := s.UnmarshalText([]byte(name)); err == nil || s != Warning {
			t.Errorf("UnmarshalText(%q) = %v, %v", name, s, err)
		}
	}
}

func TestLocationJSON(t *testing.T) {
	cases := []struct {
		location Location
		want     string
	}{
		{Location{}, `{}`},
		{Location{Path: "/Response"}, `{"path":"/Response"}`},
		{Location{Exchange: intPtr(0)}, `{"exchange":0}`},
		{Location{Span: Span{Line: 1, Column: 1}}, `{"line":1,"column":1,"offset":0}`},
		{Location{Span: Span{Offset: 7, End: 9}}, `{}`},
		{
			Location{Path: "/Response/@Destination", Span: Span{Offset: 83, End: 90, Line: 1, Column: 84}, Exchange: intPtr(17)},
			`{"path":"/Response/@Destination","line":1,"column":84,"offset":83,"exchange":17}`,
		},
	}
	for _, c := range cases {
		got, err := json.Marshal(c.location)
		if err != nil || string(got) != c.want {
			t.Errorf("JSON of %+v is %s, %v, want %s", c.location, got, err, c.want)
		}
	}
}

func TestFindingJSON(t *testing.T) {
	f := Finding{
		Check: "destination-mismatch", Severity: Error, Message: intPtr(0), Input: "login.har",
		Location: Location{Path: "/Response/@Destination", Span: Span{Offset: 83, Line: 1, Column: 84}, Exchange: intPtr(17)},
		Title:    "Destination is not the Reply URL of the app", Detail: "d",
		Expected: []string{"https://a/"}, Actual: "https://a", Difference: Compare("https://a/", "https://a"),
		Fixes:     []Fix{{System: Entra, Place: "Reply URL", Action: "set it"}},
		Reference: "SAML Bindings 3.5.5.2",
	}
	want := `{"check":"destination-mismatch","severity":"error","message":0,"input":"login.har",` +
		`"location":{"path":"/Response/@Destination","line":1,"column":84,"offset":83,"exchange":17},` +
		`"title":"Destination is not the Reply URL of the app","detail":"d",` +
		`"expected":["https://a/"],"actual":"https://a","difference":"trailing slash",` +
		`"fixes":[{"system":"entra","place":"Reply URL","action":"set it"}],` +
		`"reference":"SAML Bindings 3.5.5.2","causedBy":""}`
	got, err := json.Marshal(f)
	if err != nil || string(got) != want {
		t.Errorf("JSON is %s, %v\nwant    %s", got, err, want)
	}
	f.Message = nil
	var fields map[string]json.RawMessage
	text, err := json.Marshal(f)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if _, found := fields["message"]; err != nil || found {
		t.Errorf("a finding about no message has one: %s, %v", text, err)
	}
}

func TestFindingNeedsSeverity(t *testing.T) {
	if text, err := json.Marshal(Finding{Check: "x"}); err == nil {
		t.Errorf("a finding without severity has JSON %s", text)
	}
}

func TestResult(t *testing.T) {
	for r, want := range map[Result]string{Pass: "pass", Fail: "fail", NotChecked: "not-checked", 0: "Result(0)"} {
		text, err := r.MarshalText()
		if err != nil || string(text) != want || r.String() != want {
			t.Errorf("result %d is %q, %v, want %q", uint8(r), text, err, want)
		}
	}
}
