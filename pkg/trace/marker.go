package trace

// markers are what a text holds, in any letter case, that a message can be in:
// "SAML" is in every name and namespace of SAML, the others are those of
// WS-Federation and WS-Trust, and "SAML" in Base64 at its three alignments.
// TODO replaced below
func hasMarker(text []byte) bool { return markerName.Match(text) }
