package write

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// setting is one field of the application as the portal has it, and which
// targets can set it.
type setting struct {
	place, field string
	values       []string
	// lacks are the targets that cannot carry it.
	lacks carriers
	// note says more; may be empty.
	note string
}

// carriers is a set of the ways that settings take into Entra.
type carriers uint8

// The ways.
const (
	byGraph     carriers = 1 << iota // requests, and the script that makes them
	byTerraform                      // the azuread provider
	byPortal                         // a person in the portal
)

// Places of the portal, below the application.
const (
	placeBasic        = "Single sign-on > Basic SAML Configuration"
	placeClaims       = "Single sign-on > Attributes & Claims"
	placeCertificates = "Single sign-on > SAML Certificates"
	placeSigning      = placeCertificates + " > Token signing certificate > Edit"
	placeVerification = placeCertificates + " > Verification certificates (optional) > Edit"
	placeEncryption   = "Security > Token encryption"
	placeProperties   = "Properties"
	placeUsers        = "Users and groups"
	placeRoles        = "App registrations > (app) > App roles"
	placeAccess       = "Protection > Conditional Access > New policy"
	placePolicies     = "Microsoft Graph, as the portal has no field for it"
)

// settingsOf are the fields of the application of a plan that are set, in the
// order of the portal. Claims, assignments and Conditional Access are apart.
func settingsOf(t *migrate.TrustPlan, o Options) []setting {
	a := t.Application
	list := []setting{
		{place: placeBasic, field: "Identifier (Entity ID)", values: a.Identifiers},
		{place: placeBasic, field: "Reply URL (Assertion Consumer Service URL)", values: replyURLs(t)},
		{place: placeBasic, field: "Default Reply URL and indexes", values: replyOrder(t), lacks: byTerraform},
		{place: placeBasic, field: "Sign on URL (Optional)", values: given(a.SignOnURL)},
		{place: placeBasic, field: "Relay State (Optional)", values: given(a.RelayState)},
		{place: placeBasic, field: "Logout Url (Optional)", values: given(a.LogoutURL)},
		{place: placeProperties, field: "Enabled for users to sign-in?", values: []string{yesNo(t.Enabled)}},
		{place: placeProperties, field: "Assignment required?", values: []string{yesNo(t.Access.AssignmentRequired)}},
		{place: placeProperties, field: "Notes", values: given(a.Notes)},
		{place: placePolicies, field: "Metadata URL, which Entra notes and does not follow", values: given(a.MetadataURL), lacks: byTerraform | byPortal},
	}
	list = append(list, signingSettings(t, o)...)
	list = append(list, groupSettings(t, o)...)
	return set(list)
}

// signingSettings are the fields about how tokens are made.
func signingSettings(t *migrate.TrustPlan, o Options) []setting {
	list := []setting{
		{place: placeSigning, field: "Signing Option", values: []string{signingOptions[t.Signing.Option]}},
		{place: placeSigning, field: "Signing Algorithm", values: []string{signingAlgorithms[t.Signing.Algorithm]}},
		{place: placeSigning, field: "Notification Email Addresses", values: o.Notify},
	}
	if issuancePolicy(t) != nil {
		list[0].lacks, list[1].lacks = byTerraform, byTerraform
	}
	if t.Application.TokenVersion == wsFedToken {
		list = append(list, setting{place: placePolicies, field: "Version of the token", values: []string{"SAML " + wsFedToken}, lacks: byTerraform | byPortal})
	}
	if lifetimePolicy(t) != nil {
		list = append(list, setting{place: placePolicies, field: "Token lifetime", values: []string{strconv.Itoa(t.TokenLifetimeMinutes) + " minutes"}, lacks: byTerraform | byPortal})
	}
	if encrypts(t) {
		list = append(list, setting{place: placeEncryption, field: "Import Certificate, then Activate token encryption", values: []string{certificateName(t.Encryption.Certificate)}, lacks: byTerraform, note: "needs " + licenceP1})
	}
	if t.RequestSignature.Required {
		list = append(list, setting{place: placeVerification, field: "Require verification certificates", values: []string{"Yes"}, lacks: byTerraform, note: "My Apps and the Test button then no longer start the app"})
	}
	if t.RequestSignature.AllowSHA1 {
		list = append(list, setting{place: placeVerification, field: "Allow requests signed with RSA-SHA1", values: []string{"Yes"}, lacks: byTerraform})
	}
	var certificates []string
	for i := range t.RequestSignature.Certificates {
		certificates = append(certificates, certificateName(&t.RequestSignature.Certificates[i]))
	}
	return append(list, setting{place: placeVerification, field: "Upload certificate", values: certificates, lacks: byTerraform})
}

// The words of the portal for what is signed, and how.
var (
	signingOptions    = map[string]string{"": "Sign SAML assertion", "assertion": "Sign SAML assertion", "response": "Sign SAML response", "both": "Sign SAML response and assertion"}
	signingAlgorithms = map[string]string{"": "SHA-256", "rsa-sha256": "SHA-256", "rsa-sha1": "SHA-1"}
)

// groupSettings are the fields of the group claim.
func groupSettings(t *migrate.TrustPlan, o Options) []setting {
	if !emitsGroups(t) {
		return nil
	}
	g, place := t.Groups, placeClaims+" > Add a group claim"
	filter := ""
	if g.Filter != (entra.GroupFilter{}) {
		filter = fmt.Sprintf("%s, %s %q", g.Filter.MatchOn, g.Filter.Type, g.Filter.Value)
	}
	// Only the portal is documented to take these, a claims mapping policy the
	// filter.
	filterLacks := byGraph
	if o.Claims == MappingPolicy {
		filterLacks = 0
	}
	list := []setting{
		{place: place, field: "Which groups associated with the user should be returned in the claim?", values: []string{groupChoices[g.Emit]}},
		{place: place, field: "Source attribute", values: []string{groupSources[g.Format]}},
		{place: place, field: "Advanced options > Filter groups", values: given(filter), lacks: filterLacks},
		{place: place, field: "Advanced options > Customize the name of the group claim", values: given(groupClaimName(g)), lacks: byTerraform | byGraph},
	}
	if g.Type() == entra.TypeRole {
		list = append(list, setting{place: place, field: "Emit groups as role claims", values: []string{"on"}})
	}
	if g.Regex != "" {
		list = append(list, setting{place: place, field: "Apply regex replace to groups claim content", values: []string{g.Regex, g.Replacement}, lacks: byTerraform | byGraph})
	}
	return list
}

// emitsGroups tells whether tokens hold groups.
func emitsGroups(t *migrate.TrustPlan) bool {
	return t.Groups.Emit != "" && t.Groups.Emit != entra.NoGroups
}

// The words of the portal for the groups of a claim, and what is sent of them.
var (
	groupChoices = map[entra.GroupEmission]string{entra.SecurityGroups: "Security groups", entra.AssignedGroups: "Groups assigned to the application", entra.AllGroups: "All groups"}
	groupSources = map[string]string{
		"": "Group ID", "sam_account_name": "sAMAccountName", "netbios_domain_and_sam_account_name": "NetbiosDomain\\sAMAccountName",
		"dns_domain_and_sam_account_name": "DNSDomain\\sAMAccountName", "on_premise_security_identifier": "On Premises Group Security Identifier",
		"cloud_displayname": "Cloud-only group display names",
	}
)

// set leaves out what has no value.
func set(all []setting) []setting {
	var list []setting
	for _, s := range all {
		if len(s.values) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// groupClaimName is the name of the group claim where it has one of its own.
func groupClaimName(g entra.GroupClaim) string {
	if t := g.Type(); t != entra.TypeGroups && t != entra.TypeRole {
		return t
	}
	return ""
}

func given(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

func replyURLs(t *migrate.TrustPlan) []string {
	var urls []string
	for _, r := range t.Application.ReplyURLs {
		urls = append(urls, r.URL)
	}
	return urls
}

// replyOrder says what a set of Reply URLs does not: which is the default one,
// and the indexes that requests name. A single one needs no saying.
func replyOrder(t *migrate.TrustPlan) []string {
	if len(t.Application.ReplyURLs) < 2 {
		return nil
	}
	var lines []string
	for _, r := range t.Application.ReplyURLs {
		var marks []string
		if r.Default {
			marks = append(marks, "default")
		}
		if r.Index != nil {
			marks = append(marks, "index "+strconv.Itoa(*r.Index))
		}
		if len(marks) > 0 {
			lines = append(lines, r.URL+" ("+strings.Join(marks, ", ")+")")
		}
	}
	return lines
}

func certificateName(c *migrate.Certificate) string {
	return c.Subject + ", thumbprint " + c.SHA1
}

// missing is what a target does not carry of a plan, as sentences.
func missing(t *migrate.TrustPlan, o Options, by carriers) []string {
	list := []string{}
	for _, s := range settingsOf(t, o) {
		if s.lacks&by != 0 {
			list = append(list, fmt.Sprintf("%s > %s: %s", s.place, s.field, finding.Printable(strings.Join(s.values, " | "))))
		}
	}
	_, left := assignments(t)
	for _, r := range left {
		list = append(list, fmt.Sprintf("%s: the app role %s for the group %s is not assigned, as the assignment would let in members whom AD FS may not let in; assign it to a group of those who are in both", placeUsers, finding.Quote(r.Value), finding.Quote(groupName(r.Group))))
	}
	return append(list, lostClaims(t, o, by)...)
}
