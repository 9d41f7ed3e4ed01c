package export

import (
	"bytes"
	"strings"
)

// dscPrefix begins the names of the resources of Entra.
const dscPrefix = "AAD"

func isDSC(_ string, head []byte) bool {
	for _, resource := range dscResources() {
		for rest := head; ; {
			i := bytes.Index(rest, []byte(resource.name))
			if i < 0 {
				break
			}
			rest = rest[i+len(resource.name):]
			after := bytes.TrimLeft(rest, " \t\r\n")
			if len(after) > 0 && (after[0] == '\'' || after[0] == '"' || after[0] == '{') {
				return true
			}
		}
	}
	return false
}

// dscResource is a resource of Microsoft365DSC that is read: the names of its
// properties, which are flat, as paths of Microsoft Graph. Names that are the
// same but for their letter case are not listed.
type dscResource struct {
	name string
	read func(r *reader, n *node)
	to   map[string]string
}

func dscResources() []dscResource {
	graph := graphContext{}
	return []dscResource{
		{"AADApplication", func(r *reader, n *node) { r.application(n, graph, 0) }, map[string]string{
			"objectid": "id", "replyurls": "web.redirectUris", "logouturl": "web.logoutUrl", "homepage": "web.homePageUrl",
			"optionalclaims": "optionalClaims", "api": "api", "applicationid": "", "tenantid": "",
		}},
		{"AADServicePrincipal", func(r *reader, n *node) { r.principal(n, graph, 0) }, map[string]string{
			"objectid": "id", "applicationid": "", "tenantid": "",
		}},
		{"AADNamedLocationPolicy", func(r *reader, n *node) { r.location(n, graph, 0) }, map[string]string{"applicationid": "", "tenantid": ""}},
		{"AADTokenLifetimePolicy", (*reader).dscPolicy, nil},
		{"AADTokenIssuancePolicy", (*reader).dscPolicy, nil},
		{"AADClaimsMappingPolicy", (*reader).dscPolicy, nil},
		{"AADHomeRealmDiscoveryPolicy", (*reader).dscPolicy, nil},
		{"AADConditionalAccessPolicy", func(r *reader, n *node) { r.access(n, graph, 0) }, dscAccess},
	}
}

func (r *reader) dscPolicy(n *node) {
	if definitionKind(n) != "" {
		r.policy(n, graphContext{}, 0)
	}
}

// dscAccess are the properties of AADConditionalAccessPolicy.
var dscAccess = map[string]string{
	"applicationid": "", "tenantid": "",
	"includeapplications":        "conditions.applications.includeApplications",
	"excludeapplications":        "conditions.applications.excludeApplications",
	"includeuseractions":         "conditions.applications.includeUserActions",
	"authenticationcontexts":     "conditions.applications.includeAuthenticationContextClassReferences",
	"applicationsfilter":         "conditions.applications.applicationFilter.rule",
	"includeusers":               "conditions.users.includeUsers",
	"excludeusers":               "conditions.users.excludeUsers",
	"includegroups":              "conditions.users.includeGroups",
	"excludegroups":              "conditions.users.excludeGroups",
	"includeroles":               "conditions.users.includeRoles",
	"excluderoles":               "conditions.users.excludeRoles",
	"clientapptypes":             "conditions.clientAppTypes",
	"includelocations":           "conditions.locations.includeLocations",
	"excludelocations":           "conditions.locations.excludeLocations",
	"includeplatforms":           "conditions.platforms.includePlatforms",
	"excludeplatforms":           "conditions.platforms.excludePlatforms",
	"signinrisklevels":           "conditions.signInRiskLevels",
	"userrisklevels":             "conditions.userRiskLevels",
	"devicefiltermode":           "conditions.devices.deviceFilter.mode",
	"devicefilterrule":           "conditions.devices.deviceFilter.rule",
	"transfermethods":            "conditions.authenticationFlows.transferMethods",
	"builtincontrols":            "grantControls.builtInControls",
	"grantcontroloperator":       "grantControls.operator",
	"authenticationstrength":     "grantControls.authenticationStrength",
	"termsofuse":                 "grantControls.termsOfUse",
	"customauthenticationfactor": "grantControls.customAuthenticationFactors",
}

func readDSC(r *reader) {
	p := &psReader{source: r.source}
	err := p.blocks(dscPrefix, func(b block) {
		for _, resource := range dscResources() {
			if strings.EqualFold(b.kind, resource.name) && !strings.EqualFold(b.body.get("Ensure").string(), "Absent") {
				resource.read(r, resource.shape(b.body))
			}
		}
	})
	if err != nil {
		r.fail(err)
	}
}

// shape gives the properties their places in Microsoft Graph.
func (d dscResource) shape(n *node) *node {
	out := object(n.span)
	for _, m := range n.members {
		path, mapped := d.to[strings.ToLower(m.name)]
		switch {
		case !mapped:
			out.set(m.name, m.value)
		case path != "":
			out.set(path, m.value)
		}
	}
	return out
}
