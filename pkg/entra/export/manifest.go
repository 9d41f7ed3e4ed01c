package export

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// legacyWords are properties that only Azure AD Graph has, and so the manifests
// that the portal showed until 2025.
var legacyWords = []string{"replyUrlsWithType", "oauth2AllowImplicitFlow", "oauth2AllowIdTokenImplicitFlow", "oauth2RequirePostResponse", "informationalUrls", "accessTokenAcceptedVersion", "availableToOtherTenants", "odata.type"}

func isManifest(_ string, head []byte) bool {
	if !isJSONText(head) || !hasName(head, "appId") {
		return false
	}
	for _, word := range legacyWords {
		if hasName(head, word) {
			return true
		}
	}
	return false
}

// legacyNames are the properties of Azure AD Graph that Microsoft Graph has
// elsewhere: "Understand the app manifest (Azure AD Graph format)".
var legacyNames = []struct{ from, to string }{
	{"objectId", "id"},
	{"name", "displayName"},
	{"acceptMappedClaims", "api.acceptMappedClaims"},
	{"logoutUrl", "web.logoutUrl"},
	{"signInUrl", "web.homePageUrl"},
	{"homepage", "web.homePageUrl"},
	{"oauth2AllowIdTokenImplicitFlow", "web.implicitGrantSettings.enableIdTokenIssuance"},
	{"oauth2AllowImplicitFlow", "web.implicitGrantSettings.enableAccessTokenIssuance"},
}

// legacyKeyNames are those of keys.
var legacyKeyNames = []struct{ from, to string }{{"startDate", "startDateTime"}, {"endDate", "endDateTime"}, {"value", "key"}}

// legacy shapes an object of Azure AD Graph as Microsoft Graph does; others
// stay as they are.
func legacy(n *node) *node {
	known := false
	for _, word := range legacyWords {
		known = known || n.has(word)
	}
	if !known {
		return n
	}
	out := &node{kind: kindObject, span: n.span, members: n.members[:len(n.members):len(n.members)]}
	for _, name := range legacyNames {
		if v := n.get(name.from); v != nil {
			out.set(name.to, v)
		}
	}
	out.replyURLs(n)
	for _, key := range n.get("keyCredentials").list() {
		for _, name := range legacyKeyNames {
			if v := key.get(name.from); v != nil {
				key.set(name.to, v)
			}
		}
	}
	return out
}

// replyURLs sets the Reply URLs of the platforms.
func (n *node) replyURLs(from *node) {
	if plain := from.get("replyUrls"); plain != nil {
		n.set("web.redirectUris", plain)
	}
	typed := from.get("replyUrlsWithType")
	if typed == nil {
		return
	}
	platforms := map[string]string{"web": "web", "spa": "spa", "installedclient": "publicClient"}
	lists := map[string]*node{}
	list := func(platform string, at finding.Span) *node {
		if lists[platform] == nil {
			lists[platform] = &node{kind: kindList, span: at}
			n.set(platform+".redirectUris", lists[platform])
		}
		return lists[platform]
	}
	web := list("web", typed.span)
	for _, item := range typed.list() {
		url := item.get("url")
		if url == nil {
			continue
		}
		to := web
		if platform := platforms[strings.ToLower(item.get("type").string())]; platform != "" {
			to = list(platform, typed.span)
		}
		to.items = append(to.items, url)
	}
}
