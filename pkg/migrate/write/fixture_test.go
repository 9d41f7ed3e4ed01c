package write

import (
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// hostile are names that break out of strings that are not quoted with care.
var hostile = []string{
	`plain`,
	`it's "quoted"`,
	"typographic ‘single’ ‚low‛ “double” „low”",
	"dollar $env:PATH $(Remove-Item C:\\ -Recurse) ${var} `backtick`",
	"%{ if true }${file(\"/etc/passwd\")}%{ endif } $${ %%{ $ %",
	"two\nlines\r\nand\ttab",
	"'@\n\"@\n#> <# comment",
	"|pipe| <script>alert(1)</script> & </td> [link](javascript:1) **bold** `code` ``two``",
	"=cmd|' /C calc'!A0",
	"@SUM(1+1)*cmd|' /C calc'!A0",
	"+1-1",
	"right-to-left \u202eevil\u202c zero\u200bwidth",
	"日本語 Ünïcödé 😀 e\u0301",
	"{servicePrincipalId} {group:S-1-5-21-1-2-3-1234}",
	"; DROP TABLE x --",
	"\u2028line separator\u2029",
	"back\\slash \\n \\\" \\u0041",
	" leading and trailing ",
	"*/ // # ::set-output name=a::b",
	strings.Repeat("abcdefghij", 30),
}

var (
	agents = entra.Group{SID: "S-1-5-21-1-2-3-1234", Name: `CONTOSO\Agents`}
	admins = entra.Group{SID: "S-1-5-21-1-2-3-1235", Name: `CONTOSO\Admins`, ObjectID: "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"}
	named  = entra.Group{Name: `CONTOSO\It's "Staff"`}
)

func index(n int) *int { return &n }

func certificate() *migrate.Certificate {
	return &migrate.Certificate{Subject: "CN=app.contoso.com, O=It's \"Contoso\"", SHA1: "00112233445566778899AABBCCDDEEFF00112233",
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC), DER: samltest.RSA().Cert}
}

// full is a plan in which everything is set. name goes wherever a person can
// put text of their own.
func full(name string) *migrate.TrustPlan {
	c := certificate()
	length := 3
	return &migrate.TrustPlan{
		Name: name, Source: migrate.Source{File: "trusts.xml", Index: 3, Line: 4120}, Enabled: true, Protocol: "saml2", Readiness: migrate.NeedsWork,
		Application: migrate.Application{
			DisplayName: name, Notes: name + "\nsecond line", Identifiers: []string{"https://halo.contoso.com", "urn:halo:" + "it's"},
			ReplyURLs: []migrate.ReplyURL{{URL: "https://halo.contoso.com/auth/saml", Index: index(0), Default: true}, {URL: "https://halo.contoso.com/auth/saml?a=1&b=2", Index: index(7)}},
			SignOnURL: "https://halo.contoso.com/login?x='1'&y=$(2)", LogoutURL: "https://halo.contoso.com/slo", RelayState: name, MetadataURL: "https://halo.contoso.com/metadata", EmitNameFormats: true, TokenVersion: "2.0",
		},
		Signing: migrate.Signing{Option: "both", Algorithm: "rsa-sha1"}, Encryption: migrate.Encryption{Enabled: true, Certificate: c},
		RequestSignature:     migrate.RequestSignature{Required: true, AllowSHA1: true, Certificates: []migrate.Certificate{*c}},
		TokenLifetimeMinutes: 480,
		NameID:               migrate.PlannedNameID{NameID: entra.NameID{Format: "emailAddress", Configurations: []entra.Configuration{{Source: entra.AttributeSource("mail"), Transformations: []entra.Transformation{{Method: entra.ExtractMailPrefix}}}}}},
		Claims: []migrate.PlannedClaim{
			{Claim: entra.Claim{Name: "department", Namespace: "http://schemas.contoso.com/claims", NameFormat: "uri", Configurations: []entra.Configuration{
				{Source: entra.AttributeSource("department")},
				{Condition: entra.Condition{Groups: []entra.Group{agents}}, Source: entra.ConstantSource(name)},
				{Condition: entra.Condition{Groups: []entra.Group{admins}, UserType: entra.Members}, Source: entra.ConstantSource("Admins")},
				{Condition: entra.Condition{Groups: []entra.Group{named}}, Source: entra.ConstantSource("Staff")},
			}}},
			{Claim: entra.Claim{Name: "cost center", Configurations: []entra.Configuration{{Source: entra.ExtensionSource("costCenter")}}}},
			{Claim: entra.Claim{Name: "login", Configurations: []entra.Configuration{{Source: entra.AttributeSource("netbiosname"), Transformations: []entra.Transformation{
				{Method: entra.Join, Parameters: entra.Parameters{Separator: `\`, Input2: &entra.ClaimSource{Kind: entra.FromAttribute, ID: "user.onpremisessamaccountname"}}},
				{Method: entra.ToLowercase},
			}}}}},
			{Claim: entra.Claim{Name: "short", Configurations: []entra.Configuration{{Source: entra.AttributeSource("mail"), Transformations: []entra.Transformation{
				{Method: entra.RegexReplace, Parameters: entra.Parameters{Regex: `(?'u'[^@|]+)@.+`, Replacement: "{u}"}},
				{Method: entra.Substring, Parameters: entra.Parameters{Index: index(0), Length: &length}},
			}, Fallback: &entra.ClaimSource{Kind: entra.FromAttribute, ID: "user.mail"}}}}},
			{Claim: entra.Claim{Name: "constant", Configurations: []entra.Configuration{{Source: entra.ConstantSource(name)}}}},
		},
		OptionalClaims: []string{"upn"},
		Groups:         entra.GroupClaim{Emit: entra.AssignedGroups, Format: "netbios_domain_and_sam_account_name", Filter: entra.GroupFilter{MatchOn: "sAMAccountName", Type: "prefix", Value: "Halo-"}},
		Roles:          []entra.Role{{Value: "Agent", Group: agents}, {Value: "Admin", Group: admins}, {Value: "Agent", Group: named}},
		Access:         migrate.Access{AssignmentRequired: true, Groups: []entra.Group{agents, admins}, Users: []string{"S-1-5-21-1-2-3-9999"}},
		ConditionalAccess: []migrate.ConditionalAccess{{
			DisplayName: name + ": MFA outside", State: migrate.ReportOnly,
			Conditions: migrate.PolicyConditions{
				ClientAppTypes: []string{"all"}, Applications: migrate.PolicyApplications{IncludeApplications: []string{migrate.AppIDToken}},
				Users:     migrate.PolicyUsers{IncludeUsers: []string{}, ExcludeUsers: []string{"{user:S-1-5-21-1-2-3-9998}"}, IncludeGroups: []string{agents.Ref()}, ExcludeGroups: []string{admins.Ref()}},
				Locations: &migrate.PolicyLocations{IncludeLocations: []string{"All"}, ExcludeLocations: []string{"AllTrusted"}},
				Platforms: &migrate.PolicyPlatforms{IncludePlatforms: []string{"all"}, ExcludePlatforms: []string{"windows"}},
				Devices:   &migrate.PolicyDevices{DeviceFilter: migrate.DeviceFilter{Mode: "exclude", Rule: "device.isCompliant -eq True"}},
			},
			GrantControls:   &migrate.GrantControls{Operator: "OR", BuiltInControls: []string{"mfa"}},
			SessionControls: &migrate.SessionControls{SignInFrequency: &migrate.SignInFrequency{IsEnabled: true, AuthenticationType: "primaryAndSecondaryAuthentication", FrequencyInterval: "everyTime"}},
		}},
		Items: []migrate.Item{
			{Verdict: &migrate.Verdict{Setting: "Name", Outcome: migrate.Mapped, Severity: finding.Info, Target: "application.displayName"}, Value: name},
			{Verdict: &migrate.Verdict{Setting: "IssuanceTransformRules", Outcome: migrate.Changed, Severity: finding.Warning, Claim: "login", Message: "the value differs: " + name, Rule: &migrate.RuleRef{Index: 2, Name: name}}, Value: name},
		},
		Provider: []migrate.ProviderValue{{Label: "Login URL", ADFS: "https://fs.contoso.com/adfs/ls/", Entra: "https://login.microsoftonline.com/{tenant-id}/saml2"},
			{Label: "Metadata URL", ADFS: "https://fs.contoso.com/FederationMetadata/2007-06/FederationMetadata.xml", Entra: "https://login.microsoftonline.com/{tenant-id}/federationmetadata/2007-06/federationmetadata.xml?appid={app-id}"}},
		Paste: []migrate.PasteValue{{Provider: "Login URL", App: "SSO | URL", Value: "https://login.microsoftonline.com/{tenant-id}/saml2"}},
	}
}

// minimal is a plan of which nothing is set but what must be.
func minimal(name string) *migrate.TrustPlan {
	return &migrate.TrustPlan{Name: name, Protocol: "saml2", Enabled: true, TokenLifetimeMinutes: 60, Application: migrate.Application{DisplayName: name, Identifiers: []string{"https://app.contoso.com"}, ReplyURLs: []migrate.ReplyURL{{URL: "https://app.contoso.com/acs", Default: true}}}}
}

// hostilePlan has a full trust for each hostile name, and others.
func hostilePlan() *migrate.Plan {
	p := &migrate.Plan{Schema: migrate.PlanSchema, Problems: []migrate.Problem{}}
	for _, name := range hostile {
		p.Trusts = append(p.Trusts, full(name))
	}
	gallery := minimal("Gallery app")
	gallery.Application.Template = "It's a & gallery #app"
	wsfed := minimal("WS-Fed app")
	wsfed.Protocol, wsfed.Application.TokenVersion = "wsfed", "1.1"
	closed := full("Closed")
	closed.Access, closed.Readiness = migrate.Access{AssignmentRequired: true}, migrate.Blocked
	everyone := full("Everyone")
	everyone.Access = migrate.Access{}
	skipped := minimal("Skipped")
	skipped.Skipped = "the trust is disabled"
	p.Trusts = append(p.Trusts, gallery, wsfed, closed, everyone, skipped, minimal("plain"))
	return p
}

var optionSets = map[string]Options{
	"custom":         {Claims: CustomClaims, Notify: []string{"o'hara@contoso.com"}},
	"mapping policy": {Claims: MappingPolicy, Cloud: "us-gov"},
}
