package export

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// terraformResource is a resource type of the azuread provider that is read.
type terraformResource struct {
	kind string
	// names are arguments that Microsoft Graph names otherwise than by writing
	// them in camel case; an argument in a block can be given with the block's
	// name before it. An empty name leaves the argument out.
	names map[string]string
	// lift are the blocks whose arguments stand outside in Microsoft Graph.
	lift []string
	read func(r *reader, t terraformObject)
}

// terraformObject is one resource: the address by which others refer to it, and
// its arguments in the shape of Microsoft Graph.
type terraformObject struct {
	address string
	n       *node
}

var terraformApplication = map[string]string{
	"id": "", "object_id": "id", "client_id": "appId", "template_id": "applicationTemplateId",
	"homepage_url": "homePageUrl", "implicit_grant": "implicitGrantSettings",
	"access_token_issuance_enabled": "enableAccessTokenIssuance", "id_token_issuance_enabled": "enableIdTokenIssuance",
	"mapped_claims_enabled": "acceptMappedClaims", "single_page_application": "spa",
	"app_role": "appRoles", "app_role.id": "id", "enabled": "isEnabled", "role_id": "id",
}

var terraformAccess = map[string]string{
	"id": "", "object_id": "id",
	"included_applications": "includeApplications", "excluded_applications": "excludeApplications", "included_user_actions": "includeUserActions",
	"applications.filter": "applicationFilter", "devices.filter": "deviceFilter",
	"included_users": "includeUsers", "excluded_users": "excludeUsers", "included_groups": "includeGroups", "excluded_groups": "excludeGroups",
	"included_roles": "includeRoles", "excluded_roles": "excludeRoles",
	"included_guests_or_external_users": "includeGuestsOrExternalUsers", "excluded_guests_or_external_users": "excludeGuestsOrExternalUsers",
	"included_locations": "includeLocations", "excluded_locations": "excludeLocations",
	"included_platforms": "includePlatforms", "excluded_platforms": "excludePlatforms",
	"authentication_strength_policy_id": "authenticationStrength",
}

func terraformResources() []terraformResource {
	part := func(read func(*reader, *node, *entra.Application)) func(*reader, terraformObject) {
		return func(r *reader, t terraformObject) {
			a := &entra.Application{At: r.place(t.n.span), Format: r.format}
			if owner := t.n.get("applicationId"); owner != nil {
				a.ID = r.id(owner)
				read(r, t.n, a)
				r.file.extras = append(r.file.extras, a)
			}
		}
	}
	graph := graphContext{}
	return []terraformResource{
		{"azuread_application", terraformApplication, nil, (*reader).terraformApplication},
		{"azuread_application_registration", map[string]string{"id": "", "object_id": "id", "client_id": "appId", "logout_url": "web.logoutUrl", "homepage_url": "web.homePageUrl"}, nil, (*reader).terraformApplication},
		{"azuread_application_from_template", map[string]string{"id": "", "application_object_id": "id", "application_id": "appId", "template_id": "applicationTemplateId"}, nil, (*reader).terraformApplication},
		{"azuread_service_principal", map[string]string{
			"id": "", "object_id": "id", "client_id": "appId", "saml_single_sign_on": "samlSingleSignOnSettings", "homepage_url": "homepage",
			"redirect_uris": "replyUrls", "type": "servicePrincipalType", "application_tenant_id": "appOwnerOrganizationId",
		}, nil, (*reader).terraformPrincipal},
		{"azuread_application_redirect_uris", nil, nil, part(func(r *reader, n *node, a *entra.Application) {
			if uris := n.get("redirectUris"); uris != nil && strings.EqualFold(n.get("type").string(), "Web") {
				a.ReplyURLs = r.list(uris, r.binder.text)
			}
		})},
		{"azuread_application_identifier_uri", nil, nil, part(func(r *reader, n *node, a *entra.Application) {
			if uri := n.get("identifierUri"); uri != nil {
				a.Identifiers = r.list(uri, r.binder.text)
			}
		})},
		{"azuread_application_optional_claims", nil, nil, part(func(r *reader, n *node, a *entra.Application) {
			out := object(n.span)
			if claims := n.get("saml2Token"); claims != nil {
				out.set("optionalClaims.saml2Token", claims)
			}
			bind(&r.binder, a, out, applicationProperties)
		})},
		{"azuread_application_app_role", terraformApplication, nil, part(func(r *reader, n *node, a *entra.Application) {
			a.AppRoles = entra.Value[[]entra.AppRole]{V: []entra.AppRole{r.role(n)}, Known: true, At: a.At}
		})},
		{"azuread_app_role_assignment", map[string]string{"principal_object_id": "principalId", "resource_object_id": "resourceId"}, nil, (*reader).terraformAssignment},
		{"azuread_service_principal_token_signing_certificate", nil, nil, (*reader).terraformCertificate},
		{"azuread_claims_mapping_policy", nil, nil, (*reader).terraformPolicy},
		{"azuread_service_principal_claims_mapping_policy_assignment", nil, nil, func(r *reader, t terraformObject) {
			if owner, policy := t.n.get("servicePrincipalId"), t.n.get("claimsMappingPolicyId"); owner != nil && policy != nil {
				r.file.links = append(r.file.links, link{keyOf(r.id(owner)), keyOf(r.id(policy))})
			}
		}},
		{"azuread_conditional_access_policy", terraformAccess, nil, func(r *reader, t terraformObject) {
			t.identify("id")
			r.access(t.n, graph, 0)
		}},
		{"azuread_named_location", map[string]string{"id": "", "object_id": "id", "trusted": "isTrusted"}, []string{"ip", "country"}, func(r *reader, t terraformObject) {
			t.identify("id")
			r.location(t.n, graph, 0)
		}},
	}
}

// identify gives the resource the address where it has no id of its own, as is
// so before it has been made.
func (t terraformObject) identify(names ...string) {
	for _, name := range names {
		if v := t.n.get(name); v == nil || v.kind == kindNull {
			t.n.members = append([]member{{name, &node{kind: kindUnknown, text: t.address, span: t.n.span}}}, t.n.members...)
		}
	}
}

func (r *reader) terraformApplication(t terraformObject) {
	t.identify("id", "appId")
	t.featureTags()
	r.application(t.n, graphContext{}, 0)
}

func (r *reader) terraformPrincipal(t terraformObject) {
	t.identify("id")
	t.featureTags()
	r.principal(t.n, graphContext{}, 0)
}

// featureTagNames are the tags behind the arguments of feature_tags.
var featureTagNames = []struct{ argument, tag string }{
	{"customSingleSignOn", "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"},
	{"enterprise", "WindowsAzureActiveDirectoryIntegratedApp"},
	{"gallery", "WindowsAzureActiveDirectoryGalleryApplicationNonPrimaryV1"},
	{"hide", "HideApp"},
}

func (t terraformObject) featureTags() {
	block := t.n.get("featureTags")
	if block == nil || len(t.n.get("tags").list()) > 0 {
		return
	}
	tags := &node{kind: kindList, span: block.span}
	for _, name := range featureTagNames {
		if v := block.get(name.argument); v != nil && v.kind == kindBool && v.text == "true" {
			tags.items = append(tags.items, &node{kind: kindText, text: name.tag, span: v.span})
		}
	}
	t.n.members = append([]member{{"tags", tags}}, t.n.members...)
}

// principalTypes are the kinds of principals by the resources that make them.
var principalTypes = map[string]string{"azuread_user": "User", "azuread_group": "Group", "azuread_service_principal": "ServicePrincipal"}

func (r *reader) terraformAssignment(t terraformObject) {
	if !t.n.has("principalId", "resourceId") {
		return
	}
	r.assignment(t.n, graphContext{}, 0)
	a := &r.file.Assignments[len(r.file.Assignments)-1]
	if !a.PrincipalType.Known {
		address := strings.TrimPrefix(strings.TrimPrefix(a.PrincipalID.V, "${"), "data.")
		kind, _, _ := strings.Cut(address, ".")
		a.PrincipalType = entra.Text{V: principalTypes[kind], Known: principalTypes[kind] != "", At: a.PrincipalID.At}
	}
}

func (r *reader) terraformCertificate(t terraformObject) {
	owner := t.n.get("servicePrincipalId")
	if owner == nil {
		return
	}
	for _, name := range []struct{ from, to string }{{"startDate", "startDateTime"}, {"endDate", "endDateTime"}, {"value", "key"}, {"thumbprint", "customKeyIdentifier"}} {
		if v := t.n.get(name.from); v != nil {
			t.n.set(name.to, v)
		}
	}
	k := r.binder.key(t.n)
	k.Usage = entra.Text{V: entra.UsageVerify, Known: true, At: k.At}
	r.file.certificates = append(r.file.certificates, certificate{keyOf(r.id(owner)), k})
}

func (r *reader) terraformPolicy(t terraformObject) {
	t.identify("id")
	if len(t.n.get("definition").list()) > 0 {
		r.newTerraformPolicy(t)
	}
}

func (r *reader) newTerraformPolicy(t terraformObject) {
	definitions := t.n.get("definition").list()
	p := r.newPolicy(t.n, entra.ClaimsMapping, graphContext{})
	p.Definitions = len(definitions)
	r.define(p, definitions[0])
}

// shape names the arguments of a resource as Microsoft Graph does.
func (t terraformResource) shape(n *node) *node {
	out := t.object(n, "")
	for _, name := range t.lift {
		if block := out.get(name); block != nil {
			if len(block.items) == 1 {
				block = block.items[0]
			}
			out.members = append(out.members, block.members...)
		}
	}
	return out
}

func (t terraformResource) object(n *node, parent string) *node {
	out := object(n.span)
	for _, m := range n.members[:min(len(n.members), maxMembers)] {
		name, known := t.names[parent+"."+m.name]
		if !known {
			name, known = t.names[m.name]
		}
		if !known {
			name = camel(m.name)
		}
		if name != "" {
			out.set(name, t.value(m.value, m.name))
		}
	}
	return out
}

func (t terraformResource) value(n *node, parent string) *node {
	switch n.kind {
	case kindObject:
		return t.object(n, parent)
	case kindList:
		out := *n
		out.items = make([]*node, len(n.items))
		for i, item := range n.items {
			out.items[i] = t.value(item, parent)
		}
		return &out
	}
	return n
}

// camel turns snake_case into camelCase.
func camel(name string) string {
	parts := strings.Split(name, "_")
	for i, part := range parts {
		if i > 0 && part != "" {
			parts[i] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}

// terraform reads a resource of any type; those that are not known are passed
// over. An address in a module begins with it.
func (r *reader) terraform(kind, address string, n *node) {
	for _, t := range terraformResources() {
		if t.kind == kind && n.kind == kindObject {
			t.read(r, terraformObject{address, t.shape(n)})
			return
		}
	}
}

// encodeJSON writes a value as JSON, as jsonencode does, with the way back from
// an offset in the text to the place of the value there.
func encodeJSON(n *node) *node {
	e := &jsonEncoder{}
	known := e.write(n)
	if !known {
		return &node{kind: kindUnknown, span: n.span}
	}
	return &node{kind: kindText, text: e.out.String(), span: n.span, locate: e.locate}
}

type jsonEncoder struct {
	out    strings.Builder
	starts []int
	spans  []finding.Span
}

func (e *jsonEncoder) write(n *node) bool {
	e.starts, e.spans = append(e.starts, e.out.Len()), append(e.spans, n.span)
	switch n.kind {
	case kindNull:
		e.out.WriteString("null")
	case kindBool, kindNumber:
		e.out.WriteString(n.text)
	case kindText:
		e.out.WriteString(quoteJSON(n.text))
	case kindList:
		return e.sequence("[", "]", len(n.items), func(i int) bool { return e.write(n.items[i]) })
	case kindObject:
		return e.sequence("{", "}", len(n.members), func(i int) bool {
			e.out.WriteString(quoteJSON(n.members[i].name) + ":")
			return e.write(n.members[i].value)
		})
	default:
		return false
	}
	return true
}

func (e *jsonEncoder) sequence(opening, closing string, count int, item func(int) bool) bool {
	e.out.WriteString(opening)
	for i := range count {
		if i > 0 {
			e.out.WriteString(",")
		}
		if !item(i) {
			return false
		}
	}
	e.out.WriteString(closing)
	return true
}
