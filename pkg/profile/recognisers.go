// Code generated from data/*.yaml by "go test -run TestRecognisers -update"; DO NOT EDIT.

package profile

// issuerRows are the patterns that tell an identity provider by its issuer.
var issuerRows = []recogniser{
	{"entra", "", "://sts.", lazily(`(?i)^https?://sts\.(?:windows\.net|chinacloudapi\.cn)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/[^/]*)?/?$`)},
	{"entra", "", "://login.", lazily(`(?i)^https?://login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn|chinacloudapi\.cn|windows\.net)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/.*)?$`)},
	{"adfs", "", "/adfs/", lazily(`(?i)^https?://([a-z0-9.-]+)(?::\d+)?/adfs/(?:services/trust|ls)/?$`)},
	{"google", "", "://accounts.google.com/o/saml2", lazily(`(?i)^https?://accounts\.google\.com/o/saml2(?:/idp)?\?idpid=([0-9a-z]+)$`)},
	{"keycloak", "", "/realms/", lazily(`(?i)^https?://([a-z0-9.-]+(?::\d+)?(?:/auth)?/realms/[^/?#]+)/?(?:protocol/saml.*)?$`)},
	{"okta", "", "://www.okta.com/", lazily(`(?i)^https?://www\.okta\.com/([0-9a-z]+)/?$`)},
	{"onelogin", "", "://app.onelogin.com/saml/metadata/", lazily(`(?i)^https?://app\.onelogin\.com/saml/metadata/([0-9a-z_-]+)/?$`)},
	{"ping", "", "://auth.pingone.", lazily(`(?i)^https?://auth\.pingone\.(?:com|eu|ca|asia|com\.au|sg)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/.*)?$`)},
	{"shibboleth", "", "/idp/shibboleth", lazily(`(?i)^https?://([a-z0-9.-]+)(?::\d+)?/idp/shibboleth/?$`)},
	{"simplesamlphp", "", "http", lazily(`(?i)^https?://([a-z0-9.-]+)(?::\d+)?(?:/[a-z0-9._-]+)*/(?:saml2/idp/metadata\.php|module\.php/saml/idp/metadata)/?$`)},
}

// endpointRows are the patterns that tell it by one of its URLs.
var endpointRows = []recogniser{
	{"entra", "global", "https://login.", lazily(`(?i)^https://login\.(?:microsoftonline\.com|windows\.net)/([^/?]+)/saml2(?:\?.*)?$`)},
	{"entra", "global", "https://login.", lazily(`(?i)^https://login\.(?:microsoftonline\.com|windows\.net)/([^/?]+)/wsfed(?:\?.*)?$`)},
	{"entra", "global", "https://login.", lazily(`(?i)^https://login\.(?:microsoftonline\.com|windows\.net)/([^/?]+)/(?:saml2|wsfederation\?wa=wsignout1\.0)$`)},
	{"entra", "global", "/federationmetadata/2007-06/federationmetadata.xml", lazily(`(?i)^https://login\.(?:microsoftonline\.com|windows\.net)/([^/?]+)/federationmetadata/2007-06/federationmetadata\.xml(?:\?.*)?$`)},
	{"entra", "us-gov", "https://login.microsoftonline.us/", lazily(`(?i)^https://login\.microsoftonline\.us/([^/?]+)/saml2(?:\?.*)?$`)},
	{"entra", "us-gov", "https://login.microsoftonline.us/", lazily(`(?i)^https://login\.microsoftonline\.us/([^/?]+)/wsfed(?:\?.*)?$`)},
	{"entra", "us-gov", "/federationmetadata/2007-06/federationmetadata.xml", lazily(`(?i)^https://login\.microsoftonline\.us/([^/?]+)/federationmetadata/2007-06/federationmetadata\.xml(?:\?.*)?$`)},
	{"entra", "china", "https://login.", lazily(`(?i)^https://login\.(?:partner\.microsoftonline|chinacloudapi)\.cn/([^/?]+)/saml2(?:\?.*)?$`)},
	{"entra", "china", "https://login.", lazily(`(?i)^https://login\.(?:partner\.microsoftonline|chinacloudapi)\.cn/([^/?]+)/wsfed(?:\?.*)?$`)},
	{"entra", "china", "/federationmetadata/2007-06/federationmetadata.xml", lazily(`(?i)^https://login\.(?:partner\.microsoftonline|chinacloudapi)\.cn/([^/?]+)/federationmetadata/2007-06/federationmetadata\.xml(?:\?.*)?$`)},
	{"adfs", "self-hosted", "/adfs/ls", lazily(`(?i)^https://([a-z0-9.-]+)(?::\d+)?/adfs/ls/?(?:\?.*)?$`)},
	{"adfs", "self-hosted", "/adfs/ls", lazily(`(?i)^https://([a-z0-9.-]+)(?::\d+)?/adfs/ls/?(?:\?wa=wsignout1\.0)?$`)},
	{"adfs", "self-hosted", "/federationmetadata/2007-06/federationmetadata.xml", lazily(`(?i)^https://([a-z0-9.-]+)(?::\d+)?/FederationMetadata/2007-06/FederationMetadata\.xml$`)},
	{"google", "global", "https://accounts.google.com/o/saml2/", lazily(`(?i)^https://accounts\.google\.com/o/saml2/(?:idp|initsso)\?idpid=([0-9a-z]+)(?:&.*)?$`)},
	{"keycloak", "self-hosted", "/protocol/saml", lazily(`(?i)^https?://([a-z0-9.-]+(?::\d+)?(?:/auth)?/realms/[^/?#]+)/protocol/saml(?:/clients/[^/?#]+)?(?:\?.*)?$`)},
	{"keycloak", "self-hosted", "/protocol/saml/descriptor", lazily(`(?i)^https?://([a-z0-9.-]+(?::\d+)?(?:/auth)?/realms/[^/?#]+)/protocol/saml/descriptor$`)},
	{"okta", "global", "/sso/saml", lazily(`(?i)^https://([a-z0-9.-]+)/app/[^/?]+/([0-9a-z]+)/sso/saml(?:\?.*)?$`)},
	{"okta", "global", "/sso/saml/metadata", lazily(`(?i)^https://([a-z0-9.-]+)/(?:app/[0-9a-z]+|api/v1/apps/[0-9a-z]+)/sso/saml/metadata$`)},
	{"onelogin", "global", "/trust/saml2/", lazily(`(?i)^https://([a-z0-9-]+\.onelogin\.com)/trust/saml2/(?:http-post|http-redirect)/sso/[0-9a-z_-]+$`)},
	{"ping", "pingone", "https://auth.pingone.", lazily(`(?i)^https://auth\.pingone\.(?:com|eu|ca|asia|com\.au|sg)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/saml20/idp/sso$`)},
	{"ping", "pingfederate", "/idp/sso.saml2", lazily(`(?i)^https://([a-z0-9.-]+)(?::\d+)?/idp/SSO\.saml2$`)},
	{"shibboleth", "self-hosted", "/idp/profile/saml2/", lazily(`(?i)^https://([a-z0-9.-]+)(?::\d+)?/idp/profile/SAML2/(?:Redirect/SSO|POST/SSO|POST-SimpleSign/SSO|SOAP/ECP|Unsolicited/SSO)(?:\?.*)?$`)},
	{"simplesamlphp", "self-hosted", "http", lazily(`(?i)^https?://([a-z0-9.-]+)(?::\d+)?(?:/[a-z0-9._-]+)*/(?:saml2/idp/ssoservice\.php|module\.php/saml/idp/singlesignonservice)(?:\?.*)?$`)},
	{"simplesamlphp", "self-hosted", "http", lazily(`(?i)^https?://([a-z0-9.-]+)(?::\d+)?(?:/[a-z0-9._-]+)*/(?:saml2/idp/singlelogoutservice\.php|module\.php/saml/idp/singlelogout)(?:\?.*)?$`)},
	{"simplesamlphp", "self-hosted", "http", lazily(`(?i)^https?://([a-z0-9.-]+)(?::\d+)?(?:/[a-z0-9._-]+)*/(?:saml2/idp/metadata\.php|module\.php/saml/idp/metadata)(?:\?.*)?$`)},
}
