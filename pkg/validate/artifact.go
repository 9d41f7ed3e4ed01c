package validate

import (
	"fmt"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// ArtifactView is a SAML artifact of a capture: what an app was given in place
// of a message.
type ArtifactView struct {
	Input    string
	Exchange int
	// Text is what the artifact says, with the entity ID that it is from where
	// the capture knows it, or why it cannot be read. The handle, which is a
	// secret, is left out.
	Text string
}

// maxArtifacts bounds how many artifacts of one capture are shown.
const maxArtifacts = 16

// artifacts reads the artifacts of the captures and looks for their senders
// among the issuers of all messages, and those that are expected.
func artifacts(captures []*trace.Capture, messages []*message, expected []Value) []ArtifactView {
	known := values(expected)
	for _, m := range messages {
		if m.saml != nil && m.issuer().Value != "" {
			known = append(known, m.issuer().Value)
		}
	}
	var out []ArtifactView
	for _, c := range captures {
		count := 0
		for _, e := range c.Exchanges {
			for _, p := range e.Parameters {
				if p.Name != "SAMLart" || count == maxArtifacts {
					continue
				}
				view := ArtifactView{Input: c.Name, Exchange: e.Index, Text: artifactText(p.Value, known)}
				same := func(v ArtifactView) bool { return v.Input == view.Input && v.Text == view.Text }
				if !slices.ContainsFunc(out, same) {
					out, count = append(out, view), count+1
				}
			}
		}
	}
	return out
}

func artifactText(value string, known []string) string {
	a, err := saml.ReadArtifact(value)
	if err != nil {
		return err.Error()
	}
	from := a.From(known)
	if from == "" {
		return a.String() + ", from none of the entity IDs that are known"
	}
	return fmt.Sprintf("%s, from %s", a, finding.Quote(from))
}
