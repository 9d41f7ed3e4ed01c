package config

import (
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// files are those of a test, by name.
type files map[string]string

func (f files) source(env map[string]string) Source {
	return Source{
		Open: func(name string) (io.ReadCloser, error) {
			text, ok := f[name]
			if !ok {
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
			}
			return io.NopCloser(strings.NewReader(text)), nil
		},
		Glob: func(pattern string) (out []string, err error) {
			for name := range f {
				ok, err := Match(pattern, name)
				if err != nil {
					return nil, err
				}
				if ok {
					out = append(out, name)
				}
			}
			slices.Sort(out)
			return out, nil
		},
		Getenv: func(name string) string { return env[name] },
	}
}

func load(t testing.TB, f files) *Config {
	t.Helper()
	c, err := Load("ssodoctor.yaml", f.source(map[string]string{"HOST": "halo.contoso.com"}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const full = `version: 1
settings: {fail-on: warning, skew: 3m, certificate-warning-days: 30, color: never, format: json}
apps:
  - name: HaloITSM
    profile: haloitsm
    idp:
      metadata: idp/metadata.xml
      issuer: https://sts.windows.net/1/
      sso-url: "https://login.microsoftonline.com/1/saml2"
      logout-url: ""
      certificates: [idp/halo.cer, "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD"]
    app:
      entity-id: https://${HOST}
      reply-urls: ['https://${HOST}/auth/saml', "$${HOST}"]
    entra: {application: entra/app.json, conditional-access: [entra/ca/*.json]}
    expect:
      name-id: {format: emailAddress, pattern: '@contoso\.com$'}
      claims:
        - {name: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", required: true, pattern: '^[^@]+@contoso\.com$'}
      signing: assertion
      break-glass-account: admin.local
    captures: [traces/*.har]
suppress:
  - {check: certificate-expiring, app: HaloITSM, file: idp/*.cer, reason: "booked", until: 2026-12-06}
`

func fullFiles() files {
	return files{
		"ssodoctor.yaml": full, "idp/metadata.xml": "", "idp/halo.cer": "", "entra/app.json": "",
		"entra/ca/a.json": "", "entra/ca/b.json": "", "traces/login.har": "",
	}
}

func TestLoad(t *testing.T) {
	c := load(t, fullFiles())
	for _, p := range c.Problems {
		t.Errorf("%s:%d: %s", p.File, p.Location.Span.Line, p.Detail)
	}
	a, ok := c.App("HaloITSM")
	if !ok {
		t.Fatal("the app was not read")
	}
	for _, v := range []struct {
		what string
		text Text
		want string
		line int
	}{
		{"profile", a.Profile, "haloitsm", 5},
		{"issuer", a.IdP.Issuer, "https://sts.windows.net/1/", 8},
		{"entity-id", a.SP.EntityID, "https://halo.contoso.com", 13},
		{"reply-urls", a.SP.ReplyURLs[0], "https://halo.contoso.com/auth/saml", 14},
		{"reply-urls, escaped", a.SP.ReplyURLs[1], "${HOST}", 14},
		{"name-id", a.Expect.NameID.Format, "emailAddress", 17},
		{"claim", a.Expect.Claims[0].Name, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", 19},
		{"until", c.Suppressions[0].Until, "2026-12-06", 24},
		{"fail-on", c.Settings.FailOn, "warning", 2},
		{"days", c.Settings.CertificateWarningDays, "30", 2},
	} {
		if v.text.Value != v.want || v.text.Span.Line != v.line || v.text.File != "ssodoctor.yaml" {
			t.Errorf("%s: %+v, want %q in line %d", v.what, v.text, v.want, v.line)
		}
	}
	if s := a.IdP.SSOURL.Span; full[s.Offset:s.End] != `"https://login.microsoftonline.com/1/saml2"` {
		t.Errorf("the span of the login URL is %q", full[s.Offset:s.End])
	}
	if got := a.IdP.Certificates; got[0].File.Path != "idp/halo.cer" || got[1].Thumbprint != "aabbccddeeff00112233445566778899aabbccdd" {
		t.Errorf("certificates %+v", got)
	}
	if !slices.Equal(a.Entra.ConditionalAccess[0].Paths, []string{"entra/ca/a.json", "entra/ca/b.json"}) {
		t.Errorf("conditional access %+v", a.Entra.ConditionalAccess)
	}
	if !a.Expect.Claims[0].Required || !a.Expect.NameID.Pattern.Regexp.MatchString("ada@contoso.com") {
		t.Errorf("expect %+v", a.Expect)
	}
	if c.Suppressions[0].Glob != "idp/*.cer" {
		t.Errorf("suppression %+v", c.Suppressions[0])
	}
}

// TestProblems: one mistake, one problem at its place; the rest is read.
func TestProblems(t *testing.T) {
	const app = "apps: [{name: A}]\n"
	for _, c := range []struct {
		what, text   string
		check        string
		line, column int
		detail       string // a part of it
	}{
		{"unknown key", app + "aps: []\n", CheckUnknownKey, 2, 1, `did you mean "apps"?`},
		{"unknown key far from all", app + "colour: red\n", CheckUnknownKey, 2, 1, "has version, include, settings, apps, suppress"},
		{"unknown key of an app", "apps:\n  - name: A\n    idp: {metdata: x}\n", CheckUnknownKey, 3, 11, `did you mean "metadata"?`},
		{"list for a mapping", "apps: [{name: A, idp: []}]\n", CheckInvalid, 1, 23, `"idp" is a list, expected a mapping`},
		{"text for a list", "apps: [{name: A, app: {reply-urls: https://a}}]\n", CheckInvalid, 1, 36, `"reply-urls" is a single value, expected a list`},
		{"mapping for text", "apps: [{name: A, app: {entity-id: {a: b}}}]\n", CheckInvalid, 1, 35, "expected a single value"},
		{"no name", "apps: [{profile: slack}]\n", CheckInvalid, 1, 8, "an app has no name"},
		{"same name", "apps: [{name: A}, {name: A}]\n", CheckInvalid, 1, 19, "described again"},
		{"same key", "apps:\n  - name: A\n    name: B\n", CheckInvalid, 3, 5, "given in line 2"},
		{"file missing", "apps: [{name: A, idp: {metadata: idp/gone.xml}}]\n", CheckFileMissing, 1, 34, `"idp/gone.xml" cannot be opened`},
		{"certificate missing", "apps: [{name: A, app: {certificates: [a.cer]}}]\n", CheckFileMissing, 1, 39, `"a.cer"`},
		{"nothing matches", "apps: [{name: A, captures: [t/*.har]}]\n", CheckFileMissing, 1, 29, `no file matches "t/*.har"`},
		{"bad glob", "apps: [{name: A, captures: ['t/[']}]\n", CheckInvalid, 1, 29, "syntax error in pattern"},
		{"include missing", "include: [more.yaml]\n", CheckFileMissing, 1, 11, `"more.yaml"`},
		{"regular expression", "apps: [{name: A, expect: {claims: [{name: a, pattern: '('}]}}]\n", CheckInvalid, 1, 55, "no regular expression"},
		{"claim without name", "apps: [{name: A, expect: {claims: [{required: true}]}}]\n", CheckInvalid, 1, 36, "a claim has no name"},
		{"truth", "apps: [{name: A, expect: {claims: [{name: a, required: maybe}]}}]\n", CheckInvalid, 1, 56, "expected true or false"},
		{"choice", "settings: {fail-on: warnig}\n", CheckInvalid, 1, 21, `did you mean "warning"?`},
		{"duration", "settings: {skew: 3 minutes}\n", CheckInvalid, 1, 18, "expected a duration"},
		{"days", "settings: {certificate-warning-days: soon}\n", CheckInvalid, 1, 38, "expected a number of days"},
		{"version", "version: 2\n", CheckInvalid, 1, 10, "expected 1"},
		{"variable", "apps: [{name: A, idp: {issuer: 'https://${GONE}/'}}]\n", CheckInvalid, 1, 32, `"GONE" is not set`},
		{"suppression without reason", "suppress: [{check: a}]\n", CheckInvalid, 1, 12, "no reason"},
		{"suppression of everything", "suppress: [{reason: a}]\n", CheckInvalid, 1, 12, "for everything"},
		{"day", "suppress: [{check: a, reason: b, until: soon}]\n", CheckInvalid, 1, 41, "expected a day"},
		{"tab", "apps:\n\t- name: A\n", CheckInvalid, 2, 1, "indent with blanks"},
		{"no YAML", "apps: [\n", CheckInvalid, 1, 1, "not YAML"},
		{"second document", "version: 1\n---\nversion: 1\n", CheckInvalid, 2, 1, "a second YAML document"},
		{"list at the top", "- a\n", CheckInvalid, 1, 1, `"ssodoctor.yaml" is a list, expected a mapping`},
		{"not UTF-8", "version: 1\n# caf\xe9\n", CheckInvalid, 2, 1, "not UTF-8"},
		{"key that is no word", "? [a]\n: b\n", CheckInvalid, 1, 3, "expected a word"},
		{"merge of a word", "settings: {<<: x}\n", CheckInvalid, 1, 16, "expected a mapping"},
		{"wide characters before", "apps: [{name: \"日本\", aps: 1}]\n", CheckUnknownKey, 1, 21, `"aps"`},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := load(t, files{"ssodoctor.yaml": c.text}).Problems
			if len(got) != 1 {
				t.Fatalf("%d problems: %+v", len(got), got)
			}
			p, at := got[0], got[0].Location.Span
			if p.Check != c.check || at.Line != c.line || at.Column != c.column || !strings.Contains(p.Detail, c.detail) || p.File != "ssodoctor.yaml" {
				t.Errorf("%s at %d:%d: %s", p.Check, at.Line, at.Column, p.Detail)
			}
			if at.Offset > len(c.text) || at.End > len(c.text) || at.Offset > at.End {
				t.Errorf("the span %+v is outside of the text", at)
			}
		})
	}
}

// TestEncodings: what editors write reads the same, and places stay right.
func TestEncodings(t *testing.T) {
	const text = "apps:\n  - name: A\n    aps: 1\n"
	wide := "\xff\xfe"
	for _, r := range text {
		wide += string([]byte{byte(r), 0})
	}
	for what, written := range map[string]string{
		"plain": text, "UTF-8 with mark": "\uFEFF" + text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "UTF-16": wide,
		"old Mac": strings.ReplaceAll(text, "\n", "\r"),
	} {
		c := load(t, files{"ssodoctor.yaml": written})
		if len(c.Apps) != 1 || c.Apps[0].Name.Value != "A" || len(c.Problems) != 1 || c.Problems[0].Location.Span.Line != 3 || c.Problems[0].Location.Span.Column != 5 {
			t.Errorf("%s: %+v", what, c.Problems)
		}
	}
	for what, written := range map[string]string{"empty": "", "a comment": "# nothing yet\n", "empty keys": "apps:\nsuppress:\nsettings:\n"} {
		if c := load(t, files{"ssodoctor.yaml": written}); len(c.Problems) > 0 {
			t.Errorf("%s: %+v", what, c.Problems)
		}
	}
}

func TestInclude(t *testing.T) {
	c := load(t, files{
		"ssodoctor.yaml": "include: [apps/*.yaml, more.yaml]\nsettings: {skew: 3m}\napps: [{name: A}]\n",
		"apps/b.yaml":    "settings: {skew: 9m}\napps: [{name: B, idp: {metadata: b.xml}}]\nsuppress: [{file: b.xml, reason: r}]\n",
		"apps/b.xml":     "",
		"apps/c.yaml":    "include: [../more.yaml]\napps: [{name: C}]\n",
		"more.yaml":      "apps: [{name: D}]\n",
	})
	if len(c.Problems) > 0 {
		t.Errorf("problems %+v", c.Problems)
	}
	if want := []string{"ssodoctor.yaml", "apps/b.yaml", "apps/c.yaml", "more.yaml"}; !slices.Equal(c.Files, want) {
		t.Errorf("files %q, want %q", c.Files, want)
	}
	var got []string
	for _, a := range c.Apps {
		got = append(got, a.Name.Value)
	}
	if want := []string{"B", "D", "C", "A"}; !slices.Equal(got, want) {
		t.Errorf("apps %q, want %q", got, want)
	}
	if b, _ := c.App("B"); b.IdP.Metadata.Path != "apps/b.xml" || c.Suppressions[0].Glob != "apps/b.xml" || c.Settings.Skew.Value != "3m" {
		t.Errorf("names are not relative to their file, or settings not those of the first: %+v", c)
	}
}

func TestIncludeCycle(t *testing.T) {
	c := load(t, files{
		"ssodoctor.yaml": "include: [a.yaml]\napps: [{name: A}]\n",
		"a.yaml":         "include: [ssodoctor.yaml, '*.yaml']\n",
	})
	if len(c.Problems) != 2 || !strings.Contains(c.Problems[0].Detail, "ssodoctor.yaml > a.yaml > ssodoctor.yaml") || c.Problems[0].File != "a.yaml" {
		t.Errorf("problems %+v", c.Problems)
	}
	deep := files{}
	for i := range 30 {
		deep[string(rune('a'+i))] = "include: [" + string(rune('a'+i+1)) + "]\n"
	}
	deep["ssodoctor.yaml"] = "include: [a]\n"
	if c := load(t, deep); len(c.Problems) != 1 || !strings.Contains(c.Problems[0].Detail, "levels deep") {
		t.Errorf("problems %+v", c.Problems)
	}
}

// TestAnchors: YAML's own ways to say a thing once.
func TestAnchors(t *testing.T) {
	c := load(t, files{"ssodoctor.yaml": `apps:
  - name: A
    idp: &tenant {issuer: https://idp.example/, sso-url: https://idp.example/sso}
  - name: B
    idp: *tenant
  - name: C
    idp: {<<: *tenant, issuer: https://other.example/}
`})
	if len(c.Problems) > 0 {
		t.Errorf("problems %+v", c.Problems)
	}
	b, _ := c.App("B")
	third, _ := c.App("C")
	if b.IdP.Issuer.Value != "https://idp.example/" || third.IdP.Issuer.Value != "https://other.example/" || third.IdP.SSOURL.Value != "https://idp.example/sso" {
		t.Errorf("B %+v, C %+v", b.IdP, third.IdP)
	}
}

// TestHostile: nothing panics, and nothing takes long.
func TestHostile(t *testing.T) {
	laughs := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	merges := "m0: &m0 {x: y}\n"
	for i := 1; i < 12; i++ {
		was, is := string(rune('a'+i-1)), string(rune('a'+i))
		laughs += is + ": &" + is + " [" + strings.Repeat("*"+map[bool]string{true: "a0", false: was}[i == 1]+",", 10) + "]\n"
		merges += "m" + is + ": &m" + is + " {<<: [" + strings.Repeat("*m"+map[bool]string{true: "0", false: was}[i == 1]+",", 10) + "]}\n"
	}
	for what, text := range map[string]string{
		"laughs":     laughs + "apps: *l\n",
		"reply URLs": laughs + "apps: [{name: A, app: {reply-urls: *l}}]\n",
		"merges":     merges + "settings: {<<: *ml}\n",
		"itself":     "apps: &a [*a]\n",
		"deep":       strings.Repeat("[", 20_000),
		"many":       "x: [" + strings.Repeat("a,", 500_000) + "]\n",
		"keys":       "settings: {" + strings.Repeat("k: 1, ", 30_000) + "}\n",
		"slips":      "settings: {" + strings.Repeat("skeww: 1, ", 1) + manyKeys(30_000) + "}\n",
		"large":      strings.Repeat("# comment\n", 300_000),
		"one line":   "apps: [" + strings.Repeat("{name: é, aps: 1},", 20_000) + "]\n",
	} {
		c := load(t, files{"ssodoctor.yaml": text})
		if len(c.Problems) == 0 || len(c.Problems) > maxProblems {
			t.Errorf("%s: %d problems", what, len(c.Problems))
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("key")
		for ; i > 0; i /= 26 {
			b.WriteByte(byte('a' + i%26))
		}
		b.WriteString(": 1, ")
	}
	return b.String()
}

func TestSettingsOf(t *testing.T) {
	got, err := SettingsOf("ssodoctor.yaml", fullFiles().source(nil))
	if err != nil {
		t.Fatal(err)
	}
	const want = "settings:\n    certificate-warning-days: \"30\"\n    color: never\n    fail-on: warning\n    format: json\n    skew: 3m\n"
	if string(got) != want {
		t.Errorf("%s", got)
	}
	if _, err := SettingsOf("ssodoctor.yaml", files{"ssodoctor.yaml": "a: ["}.source(nil)); err == nil {
		t.Error("no error for what is no YAML")
	}
}
