package saml

// The XML namespaces that this package reads.
const (
	NSProtocol    = "urn:oasis:names:tc:SAML:2.0:protocol"
	NSAssertion   = "urn:oasis:names:tc:SAML:2.0:assertion"
	NSMetadata    = "urn:oasis:names:tc:SAML:2.0:metadata"
	NSProtocol11  = "urn:oasis:names:tc:SAML:1.0:protocol"  // SAML 1.0 and 1.1
	NSAssertion11 = "urn:oasis:names:tc:SAML:1.0:assertion" // SAML 1.0 and 1.1
	NSSignature   = "http://www.w3.org/2000/09/xmldsig#"
	NSEncryption  = "http://www.w3.org/2001/04/xmlenc#"
	NSSOAP11      = "http://schemas.xmlsoap.org/soap/envelope/"
	NSSOAP12      = "http://www.w3.org/2003/05/soap-envelope"
	NSTrust2005   = "http://schemas.xmlsoap.org/ws/2005/02/trust"
	NSTrust13     = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
	NSFederation  = "http://docs.oasis-open.org/wsfed/federation/200706"
	NSAddressing  = "http://www.w3.org/2005/08/addressing"
	NSSchema      = "http://www.w3.org/2001/XMLSchema-instance"
	NSHolderOfKey = "urn:oasis:names:tc:SAML:2.0:profiles:holder-of-key:SSO:browser"
)
