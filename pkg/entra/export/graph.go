package export

import (
	"bytes"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// isJSONText tells texts that are meant as JSON.
func isJSONText(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// graphWords are properties that tell resources of Microsoft Graph from other
// JSON; two of a row are needed, of a single word that one.
var graphWords = [][]string{
	{"servicePrincipalType"}, {"servicePrincipalNames"}, {"preferredSingleSignOnMode"}, {"appRoleAssignmentRequired"}, {"preferredTokenSigningKeyThumbprint"},
	{"identifierUris"}, {"groupMembershipClaims"}, {"requestSignatureVerification"}, {"tokenEncryptionKeyId"},
	{"optionalClaims"}, {"saml2Token"},
	{"appRoles", "allowedMemberTypes"},
	{"keyCredentials", "customKeyIdentifier"},
	{"redirectUris", "signInAudience"},
	{"includeBasicClaimSet"}, {"microsoft.graph.customClaim"}, {"microsoft.graph.samlNameIdClaim"},
	{"definition", "ClaimsMappingPolicy"}, {"definition", "TokenIssuancePolicy"}, {"definition", "TokenLifetimePolicy"}, {"definition", "HomeRealmDiscoveryPolicy"},
	{"appRoleId", "principalId", "resourceId"},
	{"conditions", "grantControls"}, {"conditions", "sessionControls", "clientAppTypes"},
	{"ipNamedLocation"}, {"countryNamedLocation"},
}

// graphLists are lists whose context alone tells what an empty one is of.
var graphLists = lazyregexp.New(`(?i)\$metadata#[^"]*(?:/(?:appRoleAssignedTo|claimsMappingPolicies|tokenIssuancePolicies|tokenLifetimePolicies|homeRealmDiscoveryPolicies)|conditionalAccess/(?:policies|namedLocations)|#applications|#servicePrincipals)\b`)

// foreignWords mark logs and other resources that share properties with those.
var foreignWords = []string{"appliedConditionalAccessPolicies", "provisioningAction", "sourceSystem", "supportedSingleSignOnModes"}

func isGraph(_ string, head []byte) bool {
	if !isJSONText(head) {
		return false
	}
	for _, word := range foreignWords {
		if hasName(head, word) {
			return false
		}
	}
	for _, row := range graphWords {
		found := true
		for _, word := range row {
			found = found && (hasName(head, word) || strings.Contains(word, ".") && bytes.Contains(head, []byte(word)) || !strings.Contains(word, ".") && bytes.Contains(head, []byte(`\"`+word+`\"`)) || strings.HasSuffix(word, "Location") && bytes.Contains(head, []byte(word)))
		}
		if found {
			return true
		}
	}
	return graphLists.Match(head)
}

// hasName reports whether a JSON text has a property of the name.
func hasName(head []byte, name string) bool { return bytes.Contains(head, []byte(`"`+name+`"`)) }

func readGraph(r *reader) {
	j := &jsonReader{source: r.source}
	owner, list := ownerIn(folderOwner, r.file.Name)
	err := j.each(func(n, context *node) {
		in := graphContext{owner: owner, list: list, text: context.get("@odata.context").string()}
		if n == nil {
			r.emptyList(in, context)
			return
		}
		if r.afford(n) {
			r.resource(n, in, 0)
		}
	})
	if err != nil {
		r.fail(err)
	}
}

// graphContext is where a resource was found: the address of the list, or the
// folder, and the object that it belongs to.
type graphContext struct{ owner, list, text string }

var (
	// contextOwner is an object's list in an @odata.context, folderOwner one of
	// EntraExporter's folders.
	contextOwner = lazyregexp.New(`(?i)\b(?:servicePrincipals|applications)\('([^']+)'\)/(\w+)`)
	folderOwner  = lazyregexp.New(`(?i)(?:^|/)(?:ServicePrincipals|Applications)/([^/]+)/(\w+)/[^/]+/[^/]+$`)
	// requestOwner is an object's list in the address of a request.
	requestOwner = lazyregexp.New(`(?i)\b(?:servicePrincipals|applications)/([^/?]+)/(\w+)`)
)

func ownerIn(form *lazyregexp.Regexp, text string) (owner, list string) {
	if m := form.FindStringSubmatch(text); m != nil {
		return strings.ToLower(m[1]), strings.ToLower(m[2])
	}
	return "", ""
}

// beside takes the owner from the context of the object itself, where it has
// one.
func (c graphContext) beside(n *node) graphContext {
	if own := n.get("@odata.context").string(); own != "" {
		c.text = own
	}
	if strings.Contains(c.text, "('") {
		if owner, list := ownerIn(contextOwner, c.text); owner != "" {
			c.owner, c.list = owner, list
		}
	}
	return c
}

func (r *reader) emptyList(in graphContext, context *node) {
	if in = in.beside(context); in.owner != "" {
		r.file.listed[listName{in.owner, in.list}] = r.place(context.span)
	} else if strings.Contains(strings.ToLower(in.text), "conditionalaccess/policies") {
		r.file.listed[listName{"", "conditionalaccess"}] = r.place(context.span)
	}
}

// resourceKind is a kind of object in Microsoft Graph JSON.
type resourceKind struct {
	name string
	is   func(n *node, context string) bool
	read func(r *reader, n *node, in graphContext, depth int)
}

// resourceKinds are looked through in order.
func resourceKinds() []resourceKind {
	return []resourceKind{
		{"batch", func(n *node, _ string) bool { return n.has("responses") || n.has("requests") }, (*reader).batch},
		{"instantiated template", func(n *node, _ string) bool { return n.has("application", "servicePrincipal") }, (*reader).instantiated},
		{"named location", isLocation, (*reader).location},
		{"Conditional Access policy", isAccessPolicy, (*reader).access},
		{"assignment", func(n *node, _ string) bool { return n.has("principalId", "resourceId") }, (*reader).assignment},
		{"policy", func(n *node, _ string) bool { return definitionKind(n) != "" }, (*reader).policy},
		{"claims policy", isClaimsPolicy, (*reader).claimsPolicy},
		{"service principal", isPrincipal, (*reader).principal},
		{"application", isApplication, (*reader).application},
	}
}

func (r *reader) resource(n *node, in graphContext, depth int) {
	in = in.beside(n)
	if n.kind != kindObject || depth > 3 {
		return
	}
	for _, k := range resourceKinds() {
		if k.is(n, in.text) {
			k.read(r, n, in, depth)
			return
		}
	}
}

// batch reads the bodies of a batch, which are objects or lists of them.
func (r *reader) batch(n *node, in graphContext, depth int) {
	for _, list := range []*node{n.get("responses"), n.get("requests")} {
		for _, item := range list.list() {
			body := item.get("body")
			inner := graphContext{}
			inner.owner, inner.list = ownerIn(requestOwner, item.get("url").string())
			if value := body.get("value"); value != nil && value.kind == kindList {
				inner = inner.beside(body)
				for _, resource := range value.items {
					r.resource(resource, inner, depth+1)
				}
				continue
			}
			if body != nil {
				r.resource(body, inner, depth+1)
			}
		}
	}
}

func (r *reader) instantiated(n *node, in graphContext, depth int) {
	r.application(n.get("application"), in, depth)
	r.principal(n.get("servicePrincipal"), in, depth)
}

func isLocation(n *node, _ string) bool {
	return strings.Contains(n.get("@odata.type").string(), "NamedLocation") || n.has("displayName", "ipRanges") || n.has("displayName", "countriesAndRegions")
}

func (r *reader) location(n *node, _ graphContext, _ int) {
	l := &entra.NamedLocation{At: r.place(n.span), Format: r.format}
	bind(&r.binder, l, n, locationProperties)
	r.file.Locations = append(r.file.Locations, l)
}

func isAccessPolicy(n *node, _ string) bool {
	return n.has("conditions") && (n.has("grantControls") || n.has("sessionControls") || n.has("state"))
}

func (r *reader) access(n *node, _ graphContext, _ int) {
	p := &entra.AccessPolicy{At: r.place(n.span), Format: r.format}
	bind(&r.binder, p, n, accessProperties)
	r.file.Access = append(r.file.Access, p)
}

func (r *reader) assignment(n *node, in graphContext, _ int) {
	a := entra.Assignment{At: r.place(n.span)}
	bind(&r.binder, &a, n, assignmentProperties)
	r.file.Assignments = append(r.file.Assignments, a)
	if in.owner != "" && in.list == "approleassignedto" {
		r.file.listed[listName{in.owner, in.list}] = a.At
	}
}

// policyKinds are the kinds of policies by the first name in their definition.
var policyKinds = map[string]entra.PolicyKind{
	"claimsmappingpolicy": entra.ClaimsMapping, "tokenissuancepolicy": entra.TokenIssuance,
	"tokenlifetimepolicy": entra.TokenLifetime, "homerealmdiscoverypolicy": entra.HomeRealmDiscovery,
}

var firstName = lazyregexp.New(`^\s*\{\s*"(\w+)"`)

// definitionKind is the kind of a policy that has a definition; "" for what is
// none. A definition that cannot be read is of the kind that its list says.
func definitionKind(n *node) entra.PolicyKind {
	definitions := n.get("definition").list()
	if len(definitions) == 0 {
		return ""
	}
	if m := firstName.FindStringSubmatch(definitions[0].string()); m != nil {
		return policyKinds[strings.ToLower(m[1])]
	}
	for word, kind := range policyKinds {
		if strings.Contains(strings.ToLower(definitions[0].string()), word) {
			return kind
		}
	}
	return ""
}

func (r *reader) policy(n *node, in graphContext, _ int) {
	definitions := n.get("definition").list()
	p := r.newPolicy(n, definitionKind(n), in)
	p.Definitions = len(definitions)
	r.define(p, definitions[0])
}

// define gives a policy its definition.
func (r *reader) define(p *entra.Policy, definition *node) {
	p.Definition = r.text(definition)
	content(p, r.locator(definition))
}

func (r *reader) newPolicy(n *node, kind entra.PolicyKind, in graphContext) *entra.Policy {
	p := &entra.Policy{At: r.place(n.span), Format: r.format, Kind: kind}
	bind(&r.binder, p, n, []property[entra.Policy]{
		id("id", func(p *entra.Policy) *entra.Text { return &p.ID }),
		text("displayName", func(p *entra.Policy) *entra.Text { return &p.DisplayName }),
		flag("isOrganizationDefault", func(p *entra.Policy) *entra.Flag { return &p.OrganizationDefault }),
	})
	if in.owner != "" {
		p.Owners = append(p.Owners, in.owner)
	}
	r.file.Policies = append(r.file.Policies, p)
	return p
}

func isClaimsPolicy(n *node, _ string) bool {
	if n.has("claims", "includeBasicClaimSet") || n.has("includeBasicClaimSet", "includeApplicationIdInIssuer") {
		return true
	}
	for _, claim := range n.get("claims").list() {
		if t := claim.get("@odata.type").string(); strings.Contains(t, "customClaim") || strings.Contains(t, "samlNameIdClaim") {
			return true
		}
	}
	return false
}

func (r *reader) claimsPolicy(n *node, in graphContext, _ int) {
	p := r.newPolicy(n, entra.CustomClaims, in)
	p.Definitions = 1
	p.Definition = entra.Text{V: string(r.data[n.span.Offset:n.span.End]), Known: true, At: p.At}
	content(p, r.locator(&node{span: n.span}))
}

func isPrincipal(n *node, context string) bool {
	for _, name := range []string{"servicePrincipalType", "servicePrincipalNames", "appRoleAssignmentRequired", "preferredSingleSignOnMode", "preferredTokenSigningKeyThumbprint", "loginUrl", "samlSingleSignOnSettings"} {
		if n.has(name) {
			return true
		}
	}
	if strings.EqualFold(n.get("odata.type").string(), "Microsoft.DirectoryServices.ServicePrincipal") || strings.HasSuffix(n.get("@odata.type").string(), ".servicePrincipal") {
		return true
	}
	for _, key := range n.get("keyCredentials").list() {
		if strings.EqualFold(key.get("usage").string(), entra.UsageSign) {
			return true
		}
	}
	return strings.Contains(context, "$metadata#servicePrincip") && n.has("displayName")
}

func (r *reader) principal(n *node, in graphContext, depth int) {
	n = legacy(n)
	p := &entra.ServicePrincipal{At: r.place(n.span), Format: r.format, Secrets: r.secrets(n)}
	bind(&r.binder, p, n, principalProperties)
	r.file.Principals = append(r.file.Principals, p)
	r.expanded(n, p.ID.V, depth)
}

func isApplication(n *node, context string) bool {
	for _, name := range []string{"identifierUris", "replyUrlsWithType", "web", "signInAudience", "optionalClaims", "groupMembershipClaims", "appRoles", "requestSignatureVerification", "tokenEncryptionKeyId", "keyCredentials"} {
		if n.has(name) {
			return true
		}
	}
	return strings.Contains(context, "$metadata#applications") && n.has("displayName")
}

func (r *reader) application(n *node, _ graphContext, depth int) {
	n = legacy(n)
	a := &entra.Application{At: r.place(n.span), Format: r.format, Secrets: r.secrets(n)}
	bind(&r.binder, a, n, applicationProperties)
	r.file.Applications = append(r.file.Applications, a)
	r.expanded(n, a.ID.V, depth)
}

// expanded reads what $expand puts into an object.
func (r *reader) expanded(n *node, owner string, depth int) {
	for _, list := range []string{"claimsMappingPolicies", "tokenIssuancePolicies", "tokenLifetimePolicies", "homeRealmDiscoveryPolicies", "appRoleAssignedTo", "claimsPolicy"} {
		v := n.get(list)
		if v == nil || v.kind == kindNull {
			continue
		}
		in := graphContext{owner: strings.ToLower(owner), list: strings.ToLower(list)}
		r.file.listed[listName{in.owner, in.list}] = r.place(v.span)
		for _, item := range v.list() {
			r.resource(item, in, depth+1)
		}
	}
}

// secrets are the places of secrets in clear. What is masked is none.
func (r *reader) secrets(n *node) []entra.Place {
	var found []entra.Place
	note := func(v *node) {
		if s := v.string(); s != "" && strings.Trim(s, "*x ") != "" && !strings.HasPrefix(s, "<") && !strings.EqualFold(s, "null") {
			found = append(found, r.place(finding.Span{Offset: v.span.Offset, End: v.span.Offset, Line: v.span.Line, Column: v.span.Column}))
		}
	}
	for _, secret := range n.get("passwordCredentials").list() {
		note(secret.get("secretText"))
	}
	for _, key := range n.get("keyCredentials").list() {
		if strings.EqualFold(key.get("usage").string(), entra.UsageSign) {
			note(key.get("key"))
		}
	}
	return found
}
