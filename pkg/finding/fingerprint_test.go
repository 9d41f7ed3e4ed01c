package finding

import "testing"

func TestFingerprints(t *testing.T) {
	base := Finding{Check: "config-drift", Input: "ssodoctor.yaml", Actual: "https://a", Location: Location{Path: "apps/0", Span: Span{Line: 3, Column: 5}}}
	moved, reworded, windows := base, base, base
	moved.Location.Span = Span{Line: 90, Column: 1, Offset: 1000}
	reworded.Detail, reworded.Title, reworded.Severity = "another sentence", "another title", Warning
	windows.Input = `.\ssodoctor.yaml`
	name := Fingerprints([]Finding{base})[0]
	if len(name) != 32 {
		t.Errorf("the fingerprint %q has %d digits, want 32", name, len(name))
	}
	for what, f := range map[string]Finding{"moved": moved, "reworded": reworded, "written with backslashes": windows} {
		if got := Fingerprints([]Finding{f})[0]; got != name {
			t.Errorf("the finding %s has another fingerprint", what)
		}
	}
	check, input, path, actual, message := base, base, base, base, base
	check.Check, input.Input, path.Location.Path, actual.Actual, message.Message = "config-invalid", "other.yaml", "apps/1", "https://b", new(int)
	for what, f := range map[string]Finding{"check": check, "input": input, "path": path, "value": actual, "message": message} {
		if Fingerprints([]Finding{f})[0] == name {
			t.Errorf("a finding with another %s has the same fingerprint", what)
		}
	}
	if twins := Fingerprints([]Finding{base, moved, check}); twins[0] != name || twins[1] == name || twins[1] == twins[2] {
		t.Errorf("findings that are alike are not told apart by their order: %q", twins)
	}
}
