package adfs

import (
	"slices"
	"strings"
	"sync"
)

// Kind is what an object of an export is: the name of its type without the
// namespace.
type Kind string

// The kinds of objects. KindUnknown is that of any other object.
const (
	KindUnknown                 Kind = ""
	KindRelyingParty            Kind = "RelyingPartyTrust"
	KindClaimsProvider          Kind = "ClaimsProviderTrust"
	KindLocalClaimsProvider     Kind = "LocalClaimsProviderTrust"
	KindNonClaimsAware          Kind = "NonClaimsAwareRelyingPartyTrust"
	KindWebApplicationProxy     Kind = "WebApplicationProxyRelyingPartyTrust"
	KindApplicationGroup        Kind = "ApplicationGroup"
	KindNativeClientApplication Kind = "NativeClientApplication"
	KindServerApplication       Kind = "ServerApplication"
	KindWebAPIApplication       Kind = "WebApiApplication"
	KindOAuthClient             Kind = "AdfsClient"
	KindOAuthPermission         Kind = "OAuthPermission"
	KindScopeDescription        Kind = "OAuthScopeDescription"
	KindAccessControlPolicy     Kind = "AdfsAccessControlPolicy"
	KindAttributeStore          Kind = "AttributeStore"
	KindClaimDescription        Kind = "ClaimDescription"
	KindProperties              Kind = "ServiceProperties"
)

// kindInfo is how a kind is recognised and what its properties are.
type kindInfo struct {
	kind Kind
	// types are the type names, without namespace, beside the kind itself.
	types []string
	// marks are sets of property names, any of which tells the kind where the
	// format names no type; in lower case once indexed.
	marks [][]string
	table []PropertyInfo

	properties []*PropertyInfo
	byName     map[string]*PropertyInfo // by their names, and by those in lower case
}

// lookUp finds a property by its name, without regard to letter case.
func (row *kindInfo) lookUp(name string) *PropertyInfo {
	if row == nil {
		return nil
	}
	if p := row.byName[name]; p != nil {
		return p
	}
	return row.byName[strings.ToLower(name)]
}

// kinds holds every kind, in the order in which they are told by their
// properties: the more special first.
var kinds = sync.OnceValue(buildKinds)

func buildKinds() []*kindInfo {
	list := []*kindInfo{
		{kind: KindWebApplicationProxy, marks: [][]string{{"RelyingPartyType"}}, table: proxyTable},
		{kind: KindNonClaimsAware, marks: [][]string{{"ProxiedTrustedEndpoints"}}, table: nonClaimsAwareTable},
		{kind: KindWebAPIApplication, types: []string{"WebApplication"}, marks: [][]string{{"IssuanceTransformRules", "ApplicationGroupIdentifier"}, {"IssuanceTransformRules", "ApplicationGroupId"}}, table: webAPITable},
		{kind: KindLocalClaimsProvider, marks: [][]string{{"LocalClaimsProviderType"}}, table: localProviderTable},
		{kind: KindClaimsProvider, marks: [][]string{{"AcceptanceTransformRules"}, {"TokenSigningCertificates"}}, table: claimsProviderTable},
		{kind: KindServerApplication, marks: [][]string{{"ADUserPrincipalName"}, {"JWKSUri"}}, table: serverApplicationTable},
		{kind: KindNativeClientApplication, marks: [][]string{{"RedirectUri", "ApplicationGroupIdentifier"}}, table: nativeClientTable},
		{kind: KindOAuthClient, types: []string{"Client"}, marks: [][]string{{"ClientId", "RedirectUri"}}, table: oauthClientTable},
		{kind: KindApplicationGroup, marks: [][]string{{"ApplicationGroupIdentifier", "Applications"}}, table: applicationGroupTable},
		{kind: KindOAuthPermission, marks: [][]string{{"ClientRoleIdentifier"}}, table: permissionTable},
		{kind: KindAccessControlPolicy, types: []string{"AccessControlPolicy"}, marks: [][]string{{"PolicyMetadata"}}, table: accessControlPolicyTable},
		{kind: KindAttributeStore, marks: [][]string{{"StoreTypeQualifiedName"}}, table: attributeStoreTable},
		{kind: KindProperties, types: []string{"AdfsProperties"}, marks: [][]string{{"HostName", "SsoLifetime"}, {"HostName", "FederationPassiveAddress"}}, table: servicePropertyTable},
		{kind: KindClaimDescription, marks: [][]string{{"ClaimType", "IsAccepted"}, {"ClaimType", "IsOffered"}}, table: claimDescriptionTable},
		{kind: KindScopeDescription, marks: [][]string{{"IsBuiltIn", "Description"}}, table: scopeTable},
		{kind: KindRelyingParty, marks: [][]string{{"IssuanceTransformRules"}, {"SamlEndpoints"}, {"WSFedEndpoint"}, {"SamlResponseSignature"}, {"IssuanceAuthorizationRules"}, {"EncryptClaims"}}, table: relyingPartyTable},
	}
	for _, row := range list {
		row.index()
	}
	return list
}

// index makes the look-up tables of a kind, with the properties that
// PowerShell adds to any object.
func (row *kindInfo) index() {
	row.byName = map[string]*PropertyInfo{}
	add := func(p *PropertyInfo) {
		row.properties = append(row.properties, p)
		row.byName[p.Name] = p
		row.byName[strings.ToLower(p.Name)] = p
	}
	for _, marks := range row.marks {
		for i := range marks {
			marks[i] = strings.ToLower(marks[i])
		}
	}
	for i := range row.table {
		add(&row.table[i])
	}
	for i := range remotingTable {
		add(&remotingTable[i])
	}
}

func kindRow(k Kind) *kindInfo {
	for _, row := range kinds() {
		if row.kind == k {
			return row
		}
	}
	return nil
}

// kindOf tells the kind of an object: by its type names, and by its properties
// where those say nothing of AD FS.
func kindOf(raw *Value) Kind {
	kind := kindByTypes(raw.Types)
	if kind == KindUnknown && (len(raw.Types) == 0 || !strings.Contains(raw.Types[0], "Microsoft.IdentityServer.")) {
		kind = kindByProperties(raw.Entries)
	}
	return kind
}

// kindByTypes tells the kind by type names: that of the most derived one that
// is known. Select-Object puts "Selected." before the name.
func kindByTypes(types []string) Kind {
	for _, name := range types {
		segment := typeSegment(name)
		for _, row := range kinds() {
			if string(row.kind) == segment || slices.Contains(row.types, segment) {
				return row.kind
			}
		}
	}
	return KindUnknown
}

// kindByProperties tells the kind by the names of the properties.
func kindByProperties(entries []Entry) Kind {
	names := make(map[string]bool, len(entries))
	for i := range entries {
		names[strings.ToLower(entries[i].Key)] = true
	}
	for _, row := range kinds() {
		for _, marks := range row.marks {
			if !slices.ContainsFunc(marks, func(mark string) bool { return !names[mark] }) {
				return row.kind
			}
		}
	}
	return KindUnknown
}

// isPropertyName reports whether any kind has a property of the name.
func isPropertyName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(kinds(), func(row *kindInfo) bool { return row.byName[name] != nil })
}
