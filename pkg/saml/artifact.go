package saml

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// Artifact is what an app gets in place of a message that it has to fetch
// itself (Bindings 3.6.4): type 4 of SAML 2.0 or type 1 of SAML 1.1.
type Artifact struct {
	Type uint16 // 4, or 1
	// EndpointIndex tells which ArtifactResolutionService has the message; 0
	// for type 1, which has none.
	EndpointIndex uint16
	SourceID      [20]byte // SHA-1 of the entity ID of the sender
	MessageHandle [20]byte
}

// ReadArtifact reads the value of the parameter SAMLart. The error says what
// was found instead of an artifact.
func ReadArtifact(text string) (*Artifact, error) {
	octets, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.Join(strings.Fields(text), ""), "="))
	if err != nil {
		return nil, fmt.Errorf("the artifact is not Base64: %w", err)
	}
	if len(octets) < 2 {
		return nil, fmt.Errorf("the artifact has %d bytes, expected 44", len(octets))
	}
	a := &Artifact{Type: uint16(octets[0])<<8 | uint16(octets[1])}
	rest, size := octets[2:], 44
	switch a.Type {
	case 4:
		if len(rest) >= 2 {
			a.EndpointIndex, rest = uint16(rest[0])<<8|uint16(rest[1]), rest[2:]
		}
	case 1:
		size = 42
	default:
		return nil, fmt.Errorf("the artifact is of type 0x%04x, expected 0x0004 (SAML 2.0) or 0x0001 (SAML 1.1)", a.Type)
	}
	if len(octets) != size {
		return nil, fmt.Errorf("the artifact has %d bytes, expected %d for type %d", len(octets), size, a.Type)
	}
	copy(a.SourceID[:], rest)
	copy(a.MessageHandle[:], rest[20:])
	return a, nil
}

// From returns which of the entity IDs the artifact is from, "" where it is
// none of them.
func (a *Artifact) From(entityIDs []string) string {
	for _, id := range entityIDs {
		if sha1.Sum([]byte(id)) == a.SourceID {
			return id
		}
	}
	return ""
}

// String names type, index and source. The handle is left out: whoever has it
// can fetch the message.
func (a *Artifact) String() string {
	return fmt.Sprintf("type %d, endpoint index %d, SourceID %s", a.Type, a.EndpointIndex, hex.EncodeToString(a.SourceID[:]))
}
