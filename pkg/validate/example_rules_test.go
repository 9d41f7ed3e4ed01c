package validate

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

const (
	soap  = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	ms    = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
	authz = "http://schemas.microsoft.com/authorization/claims/"
	user  = `c:[Type == "` + ms + `windowsaccountname", Issuer == "AD AUTHORITY"]` + "\n => "
	upn   = `c:[Type == "` + soap + `upn"]` + "\n => "
)

// ruleExamples are claim rules that each make the check fire that they stand
// under.
var ruleExamples = map[string]string{
	"adfs-rule-syntax":           upn + `issue(claim = c)` + "\n" + upn + `issue(claim = c);`,
	"adfs-rule-unknown-store":    user + `issue(store = "ActiveDirectory", types = ("` + soap + `emailaddress"), query = ";mail;{0}", param = c.Value);`,
	"adfs-rule-query":            user + `issue(store = "Active Directory", types = ("` + soap + `emailaddress", "` + soap + `surname"), query = ";mail;{0}", param = c.Value);`,
	"adfs-rule-unterminated":     upn + `issue(claim = c)`,
	"adfs-rule-annotation":       `@Note = "for HaloITSM"` + "\n" + upn + `issue(claim = c);`,
	"adfs-rule-never-fires":      `c:[Type == "` + soap + `upn", Value == "ada@contoso.com", Value == "grace@contoso.com"]` + "\n => issue(claim = c);",
	"adfs-rule-add-unread":       user + `add(store = "Active Directory", types = ("urn:department"), query = ";department;{0}", param = c.Value);`,
	"adfs-rule-temporary-issued": upn + `issue(Type = "http://temp/upn", Value = c.Value);` + "\n" + `c:[Type == "http://temp/upn"]` + "\n" + ` => issue(Type = "` + soap + `name", Value = c.Value);`,
	"adfs-rule-add-copy":         upn + `add(claim = c);`,
	"adfs-rule-permit-all": `=> issue(Type = "` + authz + `permit", Value = "true");` + "\n" +
		`[Type == "` + ms + `groupsid", Value == "S-1-5-21-1004336348-1177238915-682003330-1104"]` + "\n" + ` => issue(Type = "` + authz + `permit", Value = "true");`,
	"adfs-rule-no-permit":       `[Type == "` + ms + `groupsid", Value == "S-1-5-21-1004336348-1177238915-682003330-1104"]` + "\n" + ` => issue(Type = "` + authz + `deny", Value = "true");`,
	"adfs-rule-duplicate":       upn + "issue(claim = c);\n" + upn + "issue(claim = c);",
	"adfs-rule-nameid-multiple": `c:[Type == "` + ms + `groupsid"]` + "\n" + ` => issue(Type = "` + soap + `nameidentifier", Value = c.Value);`,
	"adfs-rule-cross-product": `c1:[Type == "` + ms + `groupsid"] && c2:[Type == "` + ms + `role"]` + "\n" +
		` => issue(Type = "urn:pair", Value = c1.Value + c2.Value);`,
	"adfs-rule-mixed-conditions":  `c:[Type == "` + soap + `upn"] && EXISTS([Type == "` + soap + `emailaddress"])` + "\n => issue(claim = c);",
	"adfs-rule-claim-type-https":  `c:[Type == "https://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"]` + "\n => issue(claim = c);",
	"adfs-rule-claim-type-near":   upn + `issue(Type = "` + soap + `emialaddress", Value = c.Value);`,
	"adfs-rule-blank-padded":      `c:[Type == " ` + soap + `upn"]` + "\n => issue(claim = c);",
	"adfs-rule-placeholder":       `c:[Type == "` + ms + `groupsid", Value =~ "^(?i)<group_SID>$"]` + "\n => issue(claim = c);",
	"adfs-rule-group-not-sid":     `[Type == "` + ms + `groupsid", Value == "CONTOSO\Agents"]` + "\n" + ` => issue(Type = "` + ms + `role", Value = "Agent");`,
	"adfs-rule-nameid-format":     upn + `issue(Type = "` + soap + `nameidentifier", Value = c.Value, Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "urn:oasis:names:tc:SAML:1.1:nameid format:emailAddress");`,
	"adfs-rule-regex-invalid":     `c:[Type == "` + soap + `upn", Value =~ "(@contoso\.com$"]` + "\n => issue(claim = c);",
	"adfs-rule-regex-as-text":     `c:[Type == "` + soap + `upn", Value == ".*@contoso\.com$"]` + "\n => issue(claim = c);",
	"adfs-rule-glob":              `c:[Type == "` + soap + `upn", Value =~ "svc*"]` + "\n => issue(claim = c);",
	"adfs-rule-unanchored-sid":    `[Type == "` + ms + `groupsid", Value =~ "^S-1-5-21-1004336348-1177238915-682003330-110"]` + "\n" + ` => issue(Type = "` + ms + `role", Value = "Agent");`,
	"adfs-rule-unescaped-dot":     `c:[Type == "` + soap + `upn", Value =~ "@contoso.com$"]` + "\n => issue(claim = c);",
	"adfs-rule-replacement-group": upn + `issue(Type = "` + soap + `name", Value = RegExReplace(c.Value, "(?<name>.+)@.*", "${user}"));`,
	"adfs-rule-truncation":        upn + `issue(Type = "` + soap + `name", Value = RegExReplace(c.Value, "(?<start>^.{1,20}).+$", "${start}"));`,
}

// exportExamples are exports that each make the check fire that they stand
// under.
var exportExamples = map[string]string{
	"adfs-export-unreadable":   "Name,Value\nCount,42\n",
	"adfs-export-incomplete":   `{"Name": "HaloITSM", "Identifier": ["https://halo.contoso.com"], "Enabled": true, "EncryptClaims": false, "SignedSamlRequestsRequired": false, "TokenLifetime": 0, "SamlEndpoints": ["Microsoft.IdentityServer.Management.Resources.SamlEndpoint"]}`,
	"adfs-property-unknown":    `{"Name": "HaloITSM", "Identifier": ["https://halo.contoso.com"], "Enabled": true, "EncryptClaims": false, "SignedSamlRequestsRequired": false, "TokenLifetime": 0, "CookiePolicy": "strict"}`,
	"adfs-rule-damaged":        "{\"Name\": \"HaloITSM\", \"Identifier\": [\"https://halo.contoso.com\"], \"Enabled\": true,\n \"IssuanceTransformRules\": \"c:[Type == \u201c" + soap + "upn\u201d] => issue(claim = c);\"}",
	"adfs-unsupported":         `{"Name": "HaloITSM", "Identifier": ["https://halo.contoso.com"], "Enabled": true, "EncryptClaims": false, "SignedSamlRequestsRequired": false, "TokenLifetime": 0,` + "\n" + ` "AdditionalWSFedEndpoint": ["https://halo.contoso.com/second"], "SamlEndpoints": [{"Protocol": "SAMLArtifactResolution", "Binding": "SOAP", "Location": "https://halo.contoso.com/artifact", "Index": 0}]}`,
	"adfs-needs-work":          `{"Name": "HaloITSM", "Identifier": ["https://halo.contoso.com"], "Enabled": true, "EncryptClaims": false, "SignedSamlRequestsRequired": false, "TokenLifetime": 0,` + "\n" + ` "MonitoringEnabled": true, "MetadataUrl": "https://halo.contoso.com/metadata", "AutoUpdateEnabled": true}`,
	"adfs-rule-untranslatable": `{"Name": "HaloITSM", "Identifier": ["https://halo.contoso.com"], "Enabled": true, "EncryptClaims": false, "SignedSamlRequestsRequired": false, "TokenLifetime": 0,` + "\n" + ` "IssuanceTransformRules": "=> issue(store = \"HR\", types = (\"urn:grade\"), query = \"select grade from staff\");"}`,
}

// ruleExample is the example of a check over claim rules.
func ruleExample(t *testing.T, c *Check, text string) Example {
	t.Helper()
	rules, syntax := claimrule.Parse(text, claimrule.Position{})
	problems := claimrule.Lint(rules, claimrule.Setting{})
	for _, e := range syntax {
		problems = append(problems, e.Problem())
	}
	found := of(Relay([]Reading{{Name: "rules.txt", Format: "claim rules", Problems: problems}}), c.Name)
	if len(found) == 0 {
		t.Fatalf("%s: the rules do not make it fire:\n%s\n%v", c.Name, text, problems)
	}
	return Example{Command: "ssodoctor adfs rules check rules.txt", Input: text, Finding: found[0]}
}

// exportExample is the example of a check over exports of AD FS.
func exportExample(t *testing.T, c *Check, text string) Example {
	t.Helper()
	a := migrate.Assess(adfs.Read(strings.NewReader(text), "trusts.json", adfs.Limits{}), samltest.Time)
	out := Example{Command: "ssodoctor adfs assess trusts.json", Input: text}
	said := func(severity finding.Severity, detail string, line, column int) {
		if out.Finding.Check == "" {
			out.Finding = finding.Finding{
				Check: c.Name, Severity: severity, Input: "trusts.json", Title: c.Title, Detail: detail, Expected: []string{}, Fixes: c.Fixes, Reference: c.Reference,
				Location: finding.Location{Span: finding.Span{Line: line, Column: column}},
			}
		}
	}
	for _, p := range a.Problems {
		if p.Check == c.Name {
			said(p.Severity, p.Message, p.Source.Line, p.Column)
		}
	}
	for _, trust := range a.Trusts {
		for _, i := range trust.Items {
			if i.Check == c.Name {
				said(i.Severity, i.Setting+": "+i.Message, int(i.Line), int(i.Column))
			}
		}
	}
	for o, err := range adfs.Read(strings.NewReader(text), "trusts.json", adfs.Limits{}) {
		if err != nil {
			continue // told among the problems of the assessment
		}
		for _, p := range o.Problems {
			if p.Check == c.Name {
				said(p.Severity, p.Detail, p.Location.Span.Line, p.Location.Span.Column)
			}
		}
	}
	if out.Finding.Check == "" {
		t.Fatalf("%s: the export does not make it fire: %+v", c.Name, a)
	}
	return out
}
