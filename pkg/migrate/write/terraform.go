package write

import (
	"fmt"
	"io"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// terraformStart is what a file needs once: the provider, and variables for
// what is known only in the tenant.
func terraformStart(w io.Writer, trusts iter.Seq2[entry, error], o Options) error {
	var h hclFile
	h.block("terraform", func() {
		h.block("required_providers", func() {
			h.set("azuread", fmt.Sprintf("{\nsource = %q\nversion = %q\n}", "hashicorp/azuread", providerVersion))
		})
	})
	groups, users, extension := false, false, false
	for t, err := range trusts {
		var all []step
		if err == nil {
			all, err = steps(t.TrustPlan, Options{Claims: MappingPolicy, Cloud: o.Cloud})
		}
		if err != nil {
			return err
		}
		g, u, e := lookups(all)
		groups, users, extension = groups || len(g) > 0, users || len(u) > 0, extension || e
	}
	variable := func(needed bool, name, kind, description string) {
		if needed {
			h.line("")
			h.block(fmt.Sprintf("variable %q", name), func() {
				h.set("type", kind)
				h.give("description", description)
			})
		}
	}
	variable(groups, "group_ids", "map(string)", "Object ids in Entra of groups, by their SID (onPremisesSecurityIdentifier) or name in Active Directory.")
	variable(users, "user_ids", "map(string)", "Object ids in Entra of users, by their SID (onPremisesSecurityIdentifier).")
	variable(extension, "extension_app_id", "string", "Application id, without dashes, of the Tenant Schema Extension App, which holds the directory extensions.")
	return h.flush(w)
}

// terraformTrust are the resources of one trust.
func terraformTrust(w io.Writer, t entry, o Options) error {
	var h hclFile
	var remarks strings.Builder
	o.Claims = MappingPolicy
	writeRemarks(&remarks, "# ", t.TrustPlan, terraformMissing(t.TrustPlan, o))
	h.line("")
	h.b.WriteString(remarks.String())
	if err := h.application(t); err != nil {
		return err
	}
	h.servicePrincipal(t, o)
	if err := h.claims(t); err != nil {
		return err
	}
	h.assignments(t)
	for i := range t.ConditionalAccess {
		h.conditionalAccess(t, i)
	}
	return h.flush(w)
}

func (h *hclFile) application(t entry) error {
	settings, err := tokenSettings(t.TrustPlan)
	if err != nil {
		return err
	}
	a := t.Application
	template := terraformText(customTemplate)
	if a.Template != "" {
		h.line("")
		h.block(fmt.Sprintf("data %q %q", "azuread_application_template", t.label), func() { h.give("display_name", a.Template) })
		template = "data.azuread_application_template." + t.label + ".template_id"
	}
	h.resource("azuread_application", t.label, func() {
		h.give("display_name", a.DisplayName)
		h.set("template_id", template)
		h.giveAll("identifier_uris", texts(kept(a.Identifiers, identifierRefused)), t.label)
		h.give("notes", a.Notes)
		h.featureTags(a.Template)
		h.block("web", func() {
			if a.Template == "" {
				h.give("homepage_url", customHomePage)
			}
			h.giveAll("redirect_uris", texts(kept(replyURLs(t.TrustPlan), replyURLRefused)), t.label)
			h.give("logout_url", a.LogoutURL)
		})
		h.tokenClaims(t, settings)
		h.appRoles(t)
	})
	return nil
}

func (h *hclFile) featureTags(template string) {
	h.block("feature_tags", func() {
		h.set("enterprise", "true")
		if template == "" {
			h.set("custom_single_sign_on", "true")
		} else {
			h.set("gallery", "true")
		}
	})
}

// tokenClaims are the groups and optional claims, in the words of the provider.
func (h *hclFile) tokenClaims(t entry, settings object) {
	h.set("group_membership_claims", terraformNode(list{settings.get("groupMembershipClaims")}, t.label))
	optional, _ := settings.get("optionalClaims").(object)
	claims, _ := optional.get("saml2Token").(list)
	if len(claims) == 0 {
		return
	}
	h.block("optional_claims", func() {
		for _, c := range claims {
			claim, _ := c.(object)
			h.block("saml2_token", func() {
				h.set("name", terraformNode(claim.get("name"), t.label))
				if properties, _ := claim.get("additionalProperties").(list); len(properties) > 0 {
					h.set("additional_properties", terraformNode(properties, t.label))
				}
			})
		}
	})
}

func (h *hclFile) appRoles(t entry) {
	role := func(id, name, value string) {
		h.block("app_role", func() {
			h.give("id", id)
			h.set("allowed_member_types", `["User"]`)
			h.give("display_name", name)
			h.give("description", name)
			h.give("value", value)
		})
	}
	role(userRole, "User", "")
	for _, v := range roleValues(t.TrustPlan) {
		role(roleID(t.TrustPlan, v), v, v)
	}
}

func (h *hclFile) servicePrincipal(t entry, o Options) {
	h.resource("azuread_service_principal", t.label, func() {
		h.set("client_id", "azuread_application."+t.label+".client_id")
		h.set("use_existing", "true")
		h.give("preferred_single_sign_on_mode", "saml")
		h.set("account_enabled", strconv.FormatBool(t.Enabled))
		h.set("app_role_assignment_required", strconv.FormatBool(t.Access.AssignmentRequired))
		h.give("login_url", t.Application.SignOnURL)
		h.give("notes", t.Application.Notes)
		h.giveAll("notification_email_addresses", texts(o.Notify), t.label)
		h.featureTags(t.Application.Template)
		if t.Application.RelayState != "" {
			h.block("saml_single_sign_on", func() { h.give("relay_state", t.Application.RelayState) })
		}
	})
	h.resource("azuread_service_principal_token_signing_certificate", t.label, func() {
		h.set("service_principal_id", "azuread_service_principal."+t.label+".id")
	})
}

// claims are the claims mapping policy, as there is no resource for another
// form.
func (h *hclFile) claims(t entry) error {
	definition, err := mappingDefinition(t.TrustPlan)
	if err != nil {
		return err
	}
	h.resource("azuread_claims_mapping_policy", t.label, func() {
		h.give("display_name", claimsName(t.TrustPlan))
		h.set("definition", "[jsonencode("+terraformNode(definition, t.label)+")]")
	})
	h.resource("azuread_service_principal_claims_mapping_policy_assignment", t.label, func() {
		h.set("claims_mapping_policy_id", "azuread_claims_mapping_policy."+t.label+".id")
		h.set("service_principal_id", "azuread_service_principal."+t.label+".id")
	})
	return nil
}

func (h *hclFile) assignments(t entry) {
	all, _ := assignments(t.TrustPlan)
	for i, a := range all {
		h.resource("azuread_app_role_assignment", t.label+"_"+strconv.Itoa(i+1), func() {
			role := userRole
			if a.role != "" {
				role = roleID(t.TrustPlan, a.role)
			}
			h.give("app_role_id", role)
			h.set("principal_object_id", terraformNode(a.principal(), t.label))
			h.set("resource_object_id", "azuread_service_principal."+t.label+".object_id")
		})
	}
}

// conditionalAccess is a policy; its blocks are those of Microsoft Graph in the
// words of the provider.
func (h *hclFile) conditionalAccess(t entry, i int) {
	p := t.ConditionalAccess[i]
	ids := func(name, member string, items []string) {
		l := list{}
		for _, s := range items {
			l = append(l, readAccess(member, s))
		}
		h.giveAll(name, l, t.label)
	}
	h.resource("azuread_conditional_access_policy", t.label+"_"+strconv.Itoa(i+1), func() {
		h.give("display_name", p.DisplayName)
		h.give("state", p.State)
		h.block("conditions", func() {
			h.set("client_app_types", terraformNode(texts(p.Conditions.ClientAppTypes), t.label))
			h.block("applications", func() {
				ids("included_applications", "includeApplications", p.Conditions.Applications.IncludeApplications)
			})
			h.block("users", func() {
				ids("included_users", "includeUsers", p.Conditions.Users.IncludeUsers)
				ids("excluded_users", "excludeUsers", p.Conditions.Users.ExcludeUsers)
				ids("included_groups", "includeGroups", p.Conditions.Users.IncludeGroups)
				ids("excluded_groups", "excludeGroups", p.Conditions.Users.ExcludeGroups)
			})
			h.accessPlaces(t, p.Conditions)
		})
		h.accessControls(t, p)
	})
}

func (h *hclFile) accessPlaces(t entry, c migrate.PolicyConditions) {
	if l := c.Locations; l != nil {
		h.block("locations", func() {
			h.set("included_locations", terraformNode(texts(l.IncludeLocations), t.label))
			h.giveAll("excluded_locations", texts(l.ExcludeLocations), t.label)
		})
	}
	if l := c.Platforms; l != nil {
		h.block("platforms", func() {
			h.set("included_platforms", terraformNode(texts(l.IncludePlatforms), t.label))
			h.giveAll("excluded_platforms", texts(l.ExcludePlatforms), t.label)
		})
	}
	if d := c.Devices; d != nil {
		h.block("devices", func() {
			h.block("filter", func() {
				h.give("mode", d.DeviceFilter.Mode)
				h.give("rule", d.DeviceFilter.Rule)
			})
		})
	}
}

func (h *hclFile) accessControls(t entry, p migrate.ConditionalAccess) {
	if g := p.GrantControls; g != nil {
		h.block("grant_controls", func() {
			h.give("operator", g.Operator)
			h.giveAll("built_in_controls", texts(g.BuiltInControls), t.label)
		})
	}
	if s := p.SessionControls; s != nil && s.SignInFrequency != nil {
		h.block("session_controls", func() {
			h.give("sign_in_frequency_interval", s.SignInFrequency.FrequencyInterval)
			h.give("sign_in_frequency_authentication_type", s.SignInFrequency.AuthenticationType)
		})
	}
}

// terraformNode is a value as an expression of the resources with a label.
func terraformNode(n node, label string) string {
	switch n := n.(type) {
	case text:
		return terraformText(string(n))
	case boolean:
		return strconv.FormatBool(bool(n))
	case number:
		return strconv.Itoa(int(n))
	case ref:
		return terraformRef(n, label)
	case joined:
		s := `"`
		for _, part := range n {
			if r, ok := part.(ref); ok {
				s += "${" + terraformRef(r, label) + "}"
			} else {
				quoted := terraformText(plain(part))
				s += quoted[1 : len(quoted)-1]
			}
		}
		return s + `"`
	case list:
		var items []string
		for _, item := range n {
			items = append(items, terraformNode(item, label))
		}
		if s := "[" + strings.Join(items, ", ") + "]"; len(s) <= 100 && !strings.Contains(s, "\n") {
			return s
		}
		return "[\n" + strings.Join(items, ",\n") + ",\n]"
	case object:
		s := "{\n"
		for _, m := range n {
			s += terraformText(m.name) + " = " + terraformNode(m.value, label) + "\n"
		}
		return s + "}"
	}
	return "null"
}

// terraformRef is what a reference stands for.
func terraformRef(r ref, label string) string {
	switch {
	case r.kind == fromGroup:
		return "var.group_ids[" + terraformText(r.name) + "]"
	case r.kind == fromUser:
		return "var.user_ids[" + terraformText(r.name) + "]"
	case r == extensionApp:
		return "var.extension_app_id"
	case r == appID:
		return "azuread_application." + label + ".client_id"
	}
	return "azuread_service_principal." + label + ".object_id"
}

// kept are the values that the provider does not refuse.
func kept(values []string, refused func(string) string) []string {
	var list []string
	for _, v := range values {
		if refused(v) == "" {
			list = append(list, v)
		}
	}
	return list
}

// identifierRefused says why the provider refuses an identifier; empty where it
// does not. Source: validation of identifier_uris in the azuread provider.
func identifierRefused(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme == "":
		return "the azuread provider takes URIs alone"
	case u.Scheme == "urn":
		return ""
	case u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "api" && u.Scheme != "ms-appx":
		return "the azuread provider takes the schemes http, https, api, ms-appx and urn alone"
	case u.Host == "":
		return "the azuread provider wants a host"
	case u.Path == "/":
		return "the azuread provider refuses a slash that follows the host alone"
	}
	return ""
}

// maxReplyURL is how long a Reply URL can be.
const maxReplyURL = 256

// replyURLRefused says why the provider refuses a Reply URL; empty where it does
// not.
func replyURLRefused(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http":
		return "the azuread provider takes https and http alone"
	case len(s) > maxReplyURL:
		return fmt.Sprintf("Reply URLs have at most %d characters", maxReplyURL)
	case u.Path == "":
		return "the azuread provider wants a path after the host"
	}
	return ""
}

// terraformMissing is what the resources do not carry.
func terraformMissing(t *migrate.TrustPlan, o Options) []string {
	list := append(missing(t, o, byTerraform), placeCertificates+": the new certificate is made, and is to be made the active one by hand (preferredTokenSigningKeyThumbprint)")
	for _, part := range []struct {
		field   string
		values  []string
		refused func(string) string
	}{{"Identifier (Entity ID)", t.Application.Identifiers, identifierRefused}, {"Reply URL (Assertion Consumer Service URL)", replyURLs(t), replyURLRefused}} {
		for _, v := range part.values {
			if why := part.refused(v); why != "" {
				list = append(list, placeBasic+" > "+part.field+": "+v+" ("+why+")")
			}
		}
	}
	return list
}
