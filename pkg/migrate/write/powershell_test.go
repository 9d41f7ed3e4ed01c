package write

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// psReader reads the expressions that scripts are made of, as "about_Quoting
// Rules" and "about_Hash_Tables" of PowerShell have them: strings in single
// quotes, lists, ordered tables, numbers, $true, $false, $null, look-ups in
// tables, and sums of text in parentheses.
type psReader struct {
	rest  []rune
	error error
}

func (r *psReader) fail(what string) {
	if r.error == nil {
		r.error = fmt.Errorf("%s at %.60q", what, string(r.rest))
	}
	r.rest = nil
}

func (r *psReader) blank(newlines bool) {
	for len(r.rest) > 0 && (r.rest[0] == ' ' || newlines && r.rest[0] == '\n') {
		r.rest = r.rest[1:]
	}
}

func (r *psReader) take(s string) bool {
	if !strings.HasPrefix(string(r.rest[:min(len(r.rest), len(s))]), s) {
		return false
	}
	r.rest = r.rest[len(s):]
	return true
}

// text reads a string in single quotes. PowerShell takes five characters for a
// single quote, and two of them in a row for the second.
func (r *psReader) text() string {
	if len(r.rest) == 0 || r.rest[0] != '\'' {
		r.fail("no string")
		return ""
	}
	var out []rune
	for r.rest = r.rest[1:]; len(r.rest) > 0; r.rest = r.rest[1:] {
		c := r.rest[0]
		if strings.ContainsRune("'‘’‚‛", c) {
			if len(r.rest) == 1 || !strings.ContainsRune("'‘’‚‛", r.rest[1]) {
				r.rest = r.rest[1:]
				return string(out)
			}
			r.rest = r.rest[1:]
			c = r.rest[0]
		}
		out = append(out, c)
	}
	r.fail("a string without an end")
	return ""
}

// value reads an expression. Look-ups become tokens as requests have them.
func (r *psReader) value() any {
	switch {
	case len(r.rest) == 0:
		r.fail("no value")
	case r.rest[0] == '\'':
		return r.text()
	case r.take("[char]0x"):
		n, err := strconv.ParseUint(string(r.rest[:4]), 16, 16)
		if err != nil {
			r.fail("no character")
			return nil
		}
		r.rest = r.rest[4:]
		return uint16(n)
	case r.take("$true"):
		return true
	case r.take("$false"):
		return false
	case r.take("$null"):
		return nil
	case r.take("@("):
		return r.list()
	case r.take("[ordered]@{"):
		return r.table()
	case r.take("("):
		return r.sum()
	}
	for variable, kind := range map[string]string{"$Id[": fromStep, "$Group[": fromGroup, "$User[": fromUser} {
		if r.take(variable) {
			name := r.text()
			if !r.take("]") {
				r.fail("no end of a look-up")
			}
			return ref{kind, name}.token()
		}
	}
	return r.number()
}

func (r *psReader) number() any {
	n := 0
	for n < len(r.rest) && r.rest[n] >= '0' && r.rest[n] <= '9' {
		n++
	}
	v, err := strconv.ParseFloat(string(r.rest[:n]), 64)
	if err != nil {
		r.fail("no value")
		return nil
	}
	r.rest = r.rest[n:]
	return v
}

// sum joins text and characters; a single table in parentheses is itself.
func (r *psReader) sum() any {
	var units []uint16
	for {
		r.blank(true)
		switch v := r.value().(type) {
		case string:
			units = append(units, utf16.Encode([]rune(v))...)
		case uint16:
			units = append(units, v)
		default:
			r.blank(true)
			if !r.take(")") {
				r.fail("no end of parentheses")
			}
			return v
		}
		r.blank(true)
		if r.take(")") {
			return string(utf16.Decode(units))
		}
		if !r.take("+") {
			r.fail("no sum")
			return nil
		}
	}
}

func (r *psReader) list() any {
	out := []any{}
	for r.blank(true); !r.take(")"); r.blank(true) {
		if len(out) > 0 && !r.take(",") {
			r.fail("no comma")
		}
		r.blank(true)
		out = append(out, r.value())
		if r.error != nil {
			return nil
		}
	}
	return out
}

func (r *psReader) table() any {
	out := map[string]any{}
	for r.blank(true); !r.take("}"); r.blank(true) {
		key := r.text()
		r.blank(false)
		if _, twice := out[key]; twice || !r.take("=") {
			r.fail("no row of a table")
			return nil
		}
		r.blank(false)
		out[key] = r.value()
		r.blank(false)
		if r.error != nil || !strings.HasPrefix(string(r.rest[:1]), "\n") {
			r.fail("no end of a row")
			return nil
		}
	}
	return out
}

// psCall is one call of a function, with its arguments.
type psCall struct {
	function  string
	arguments map[string]any
}

// psCalls reads the calls of one trust out of a script.
func psCalls(t testing.TB, script string) []psCall {
	t.Helper()
	_, part, found := strings.Cut(script, "\ntry {\n")
	part, _, _ = strings.Cut(part, "\n} catch {")
	if !found {
		t.Fatal("the script has no trust")
	}
	r := &psReader{rest: []rune(part)}
	var calls []psCall
	for r.blank(true); len(r.rest) > 0; r.blank(true) {
		for _, assigned := range []string{"$Group = ", "$User = ", "$Id = "} {
			r.take(assigned)
		}
		c := psCall{arguments: map[string]any{}}
		if line, _, _ := strings.Cut(string(r.rest), "\n"); strings.HasPrefix(line, "[pscustomobject]") || strings.HasPrefix(line, "$Id[") {
			r.rest = r.rest[len([]rune(line)):]
			continue
		}
		c.function = r.word()
		for r.blank(false); r.take("-"); r.blank(false) {
			name := r.word()
			r.blank(false)
			c.arguments[name] = r.value()
		}
		calls = append(calls, c)
	}
	if r.error != nil {
		t.Fatal(r.error)
	}
	return calls
}

func (r *psReader) word() string {
	n := 0
	for n < len(r.rest) && (r.rest[n] >= 'a' && r.rest[n] <= 'z' || r.rest[n] >= 'A' && r.rest[n] <= 'Z' || r.rest[n] == '-' && n > 0) {
		n++
	}
	if n == 0 {
		r.fail("no word")
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func readPS(s string) (any, error) {
	r := &psReader{rest: []rune(s)}
	v := r.value()
	if r.error == nil && len(r.rest) > 0 {
		r.fail("more")
	}
	return v, r.error
}

func TestPowerShellTextIsReadAsItWas(t *testing.T) {
	for _, s := range append(hostile, "", "'", "''", "’", "'’", "‘'’‚‛''", "\n", "\n'\n", "\U000e0001tag", "$(x)'; Remove-Item *; '") {
		got, err := readPS(powershellText(s))
		if err != nil || got != s {
			t.Errorf("%q is read as %q (%v) from %s", s, got, err, powershellText(s))
		}
		if text := powershellText(s); strings.ContainsAny(text, "\r\n\x00") {
			t.Errorf("%q goes over lines: %q", s, text)
		}
	}
}

func FuzzPowerShellText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := string([]rune(s)) // bytes that are no text become U+FFFD
		if got, err := readPS(powershellText(s)); err != nil || got != want {
			t.Errorf("%q is read as %q (%v)", want, got, err)
		}
	})
}

// TestTheScriptMakesTheRequests takes the calls out of a script and holds them
// to the requests of the same plan.
func TestTheScriptMakesTheRequests(t *testing.T) {
	for name, o := range optionSets {
		for _, trust := range hostilePlan().Trusts {
			if trust.Skipped != "" {
				continue
			}
			t.Run(name+" "+trust.Name[:min(len(trust.Name), 20)], func(t *testing.T) {
				p := &migrate.Plan{Trusts: []*migrate.TrustPlan{trust}}
				script, requests := stream(t, "powershell", p, o), graphOf(t, p, o).Trusts[0]
				got, want := scriptBodies(t, psCalls(t, script)), requestBodies(t, requests)
				for _, path := range slices.Sorted(maps.Keys(want)) {
					if !reflect.DeepEqual(got[path], want[path]) {
						g, _ := json.Marshal(got[path])
						w, _ := json.Marshal(want[path])
						t.Errorf("%s\n the script sends %s\n the requests are %s", path, g, w)
					}
				}
				if len(got) != len(want) {
					t.Errorf("the script writes to %v, the requests to %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
				}
			})
		}
	}
}

// scriptBodies are the bodies of a script by what they are sent to.
func scriptBodies(t testing.TB, calls []psCall) map[string][]any {
	bodies := map[string][]any{}
	for _, c := range calls {
		a := c.arguments
		path, _ := a["Path"].(string)
		switch c.function {
		case "Resolve-Principals":
		case "Initialize-Application":
			bodies["instantiate"] = append(bodies["instantiate"], a["DisplayName"])
		case "Add-SigningCertificate":
			bodies[path+"/addTokenSigningCertificate"] = append(bodies[path+"/addTokenSigningCertificate"], a["Body"])
		case "Set-AssignedPolicy":
			path = "v1.0/policies/" + a["Kind"].(string)
			bodies[path] = append(bodies[path], a["Body"])
			bodies["assigned"] = append(bodies["assigned"], a["Assigned"].(string)+"/$ref")
		case "Add-Item":
			bodies[path] = append(bodies[path], map[string]any{a["Property"].(string): a["Items"]})
		case "Update-Resource", "Add-Assignment", "Add-AccessPolicy":
			bodies[path] = append(bodies[path], a["Body"])
		default:
			t.Errorf("the script calls %s", c.function)
		}
	}
	return bodies
}

// requestBodies are the bodies of requests, as a script sends them.
func requestBodies(t testing.TB, r Requests) map[string][]any {
	bodies := map[string][]any{}
	for _, request := range r.Requests {
		var body any
		if err := json.Unmarshal(request.Body, &body); err != nil {
			t.Fatal(err)
		}
		_, path, _ := strings.Cut(strings.TrimPrefix(request.URL, "https://"), "/")
		o, _ := body.(map[string]any)
		switch {
		case body == nil || o["preferredTokenSigningKeyThumbprint"] != nil: // done by functions of the script
		case strings.HasSuffix(path, "/instantiate"):
			bodies["instantiate"] = append(bodies["instantiate"], o["displayName"])
		case strings.HasSuffix(path, "/$ref"):
			bodies["assigned"] = append(bodies["assigned"], path)
		case o["appRoles"] != nil:
			bodies[path] = append(bodies[path], map[string]any{"appRoles": o["appRoles"].([]any)[2:]})
		default:
			bodies[path] = append(bodies[path], body)
		}
	}
	return bodies
}

func TestTheScriptIsSafeByDefault(t *testing.T) {
	script := stream(t, "powershell", hostilePlan(), Options{Claims: CustomClaims})
	for _, want := range []string{byteOrderMark + "#Requires", "SupportsShouldProcess", "$WhatIfPreference = $true", "[switch]$Apply", "enabledForReportingButNotEnforced"} {
		if !strings.Contains(script, want) {
			t.Errorf("the script lacks %q", want)
		}
	}
	// Each write is behind the question whether to act.
	for _, line := range strings.Split(powershellHead, "\n") {
		if !strings.Contains(line, "-Method 'P") && !strings.Contains(line, "-Method 'D") && !strings.Contains(line, "-Method $Method") {
			continue
		}
		before := powershellHead[:strings.Index(powershellHead, line)]
		function := before[strings.LastIndex(before, "\nfunction "):] + line
		if !strings.Contains(function, "Test-Act") {
			t.Errorf("%s writes unasked", strings.TrimSpace(line))
		}
	}
}

// TestValuesStayOutOfComments holds that no value ends a comment: every line
// that is not code of ours begins with a number sign.
func TestValuesStayOutOfComments(t *testing.T) {
	for _, name := range []string{"powershell", "terraform"} {
		for _, h := range hostile {
			p := full(h)
			p.Readiness = migrate.Blocked
			out := stream(t, name, &migrate.Plan{Trusts: []*migrate.TrustPlan{p}}, Options{Claims: MappingPolicy})
			_, remarks, _ := strings.Cut(out, "\n# Relying party trust")
			remarks, _, _ = strings.Cut(remarks, map[string]string{"powershell": "\ntry {", "terraform": "\n\n"}[name])
			for i, line := range strings.Split(remarks, "\n") {
				if i > 0 && !strings.HasPrefix(line, "#") {
					t.Errorf("%s: %q is no comment", name, line)
				}
			}
		}
	}
}

var scripts = flag.String("scripts", "", "write scripts for hostile names to this folder, for parsers of PowerShell")

func TestScriptsForParsers(t *testing.T) {
	if *scripts == "" {
		t.Skip("no folder for the scripts is given")
	}
	p := &migrate.Plan{Trusts: []*migrate.TrustPlan{full(strings.Join(hostile, " "))}}
	for _, name := range hostile {
		p.Trusts = append(p.Trusts, minimal(name))
	}
	for name, o := range optionSets {
		file := filepath.Join(*scripts, strings.ReplaceAll(name, " ", "-")+".ps1")
		if err := os.WriteFile(file, []byte(stream(t, "powershell", p, o)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
