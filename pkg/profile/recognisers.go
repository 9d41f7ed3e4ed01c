// Code generated from data/*.yaml by "go test -run TestRecognisers -update"; DO NOT EDIT.

package profile

// issuerRows are the patterns that tell an identity provider by its issuer.
var issuerRows = []recogniser{
	{"entra", "", lazily(`(?i)^https?://sts\.(?:windows\.net|chinacloudapi\.cn)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/[^/]*)?/?$`)},
	{"entra", "", lazily(`(?i)^https?://login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn|chinacloudapi\.cn|windows\.net)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/.*)?$`)},
	{"adfs", "", lazily(`(?i)^https?://([a-z0-9.-]+)(?::\d+)?/adfs/(?:services/trust|ls)/?$`)},
	{"okta", "", lazily(`(?i)^https?://www\.okta\.com/([0-9a-z]+)/?$`)},
}

// endpointRows are the patterns that tell it by one of its URLs.
var endpointRows = []recogniser{
	{"entra", "global", lazily(`(?i)^https://login\.(?:microsoftonline\.com|windows\.net)/([^/?]+)/saml2(?:\?.*)?$`)},
	{"entra", "global", lazily(`(?i)^https://login\.(?:microsoftonline\.com|windows\.net)/([^/?]+)/wsfed(?:\?.*)?$`)},
	{"entra", "global", lazily(`(?i)^https://login\.(?:microsoftonline\.com|windows\.net)/([^/?]+)/(?:saml2|wsfederation\?wa=wsignout1\.0)$`)},
	{"entra", "global", lazily(`(?i)^https://login\.(?:microsoftonline\.com|windows\.net)/([^/?]+)/federationmetadata/2007-06/federationmetadata\.xml(?:\?.*)?$`)},
	{"entra", "us-gov", lazily(`(?i)^https://login\.microsoftonline\.us/([^/?]+)/saml2(?:\?.*)?$`)},
	{"entra", "us-gov", lazily(`(?i)^https://login\.microsoftonline\.us/([^/?]+)/wsfed(?:\?.*)?$`)},
	{"entra", "us-gov", lazily(`(?i)^https://login\.microsoftonline\.us/([^/?]+)/federationmetadata/2007-06/federationmetadata\.xml(?:\?.*)?$`)},
	{"entra", "china", lazily(`(?i)^https://login\.(?:partner\.microsoftonline|chinacloudapi)\.cn/([^/?]+)/saml2(?:\?.*)?$`)},
	{"entra", "china", lazily(`(?i)^https://login\.(?:partner\.microsoftonline|chinacloudapi)\.cn/([^/?]+)/wsfed(?:\?.*)?$`)},
	{"entra", "china", lazily(`(?i)^https://login\.(?:partner\.microsoftonline|chinacloudapi)\.cn/([^/?]+)/federationmetadata/2007-06/federationmetadata\.xml(?:\?.*)?$`)},
	{"adfs", "self-hosted", lazily(`(?i)^https://([a-z0-9.-]+)(?::\d+)?/adfs/ls/?(?:\?.*)?$`)},
	{"adfs", "self-hosted", lazily(`(?i)^https://([a-z0-9.-]+)(?::\d+)?/adfs/ls/?(?:\?wa=wsignout1\.0)?$`)},
	{"adfs", "self-hosted", lazily(`(?i)^https://([a-z0-9.-]+)(?::\d+)?/FederationMetadata/2007-06/FederationMetadata\.xml$`)},
	{"okta", "global", lazily(`(?i)^https://([a-z0-9.-]+)/app/[^/?]+/([0-9a-z]+)/sso/saml(?:\?.*)?$`)},
	{"okta", "global", lazily(`(?i)^https://([a-z0-9.-]+)/(?:app/[0-9a-z]+|api/v1/apps/[0-9a-z]+)/sso/saml/metadata$`)},
}
