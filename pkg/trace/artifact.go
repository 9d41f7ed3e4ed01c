package trace

import (
	"bytes"
	"slices"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

// The octets of an artifact in Base64 (SAML Bindings 3.6.4: type 4 has 44 of
// them; SAML 1.1 Bindings 4.1.1.8: type 1 has 42).
var artifactValue = lazyregexp.New(`^(?:AAQ[A-Za-z0-9+/]{56}=?|AA[E-H][A-Za-z0-9+/]{53})$`)

// artifactParameter finds the parameter in a URL, form, log or page.
var artifactParameter = lazyregexp.New(`(?i)\bSAMLart(?:=|%3D|\\?["']?\s{0,3}(?:=>|:)\s{0,3}\\?["']?|"\s{1,8}value=["'])([A-Za-z0-9+/%=_-]{1,1000})`)

// maxArtifacts bounds how many artifacts of a text are kept.
const maxArtifacts = 16

// isArtifact reports whether a text is one artifact and nothing else.
func isArtifact(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) < 256 && len(text) >= 56 && artifactValue.Match(bareArtifact(text))
}

// bareArtifact is a value without what people and tools put around it.
func bareArtifact(text []byte) []byte {
	plain, _ := undress(text)
	return bytes.Join(bytes.Fields(plain), nil)
}

// artifacts keeps those of a text that holds no exchanges: the whole text, or
// the values of the parameter SAMLart.
func (c *collector) artifacts(text []byte) {
	if isArtifact(text) {
		c.artifact(string(bareArtifact(text)))
		return
	}
	if !containsFold(text, "samlart") {
		return
	}
	for _, m := range artifactParameter.FindAllSubmatch(text, 4*maxArtifacts) {
		c.artifact(string(unescapePercent(m[1], false)))
	}
}

func (c *collector) artifact(value string) {
	if known := c.capture.Artifacts; len(known) < maxArtifacts && !slices.Contains(known, value) {
		c.capture.Artifacts = append(known, value)
	}
}
