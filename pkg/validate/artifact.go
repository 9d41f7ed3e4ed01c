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
	Input    string `json:"input"`
	Exchange *int   `json:"exchange,omitempty"` // nil where the capture has none
	// Text is what the artifact says, with the entity ID that it is from where
	// the capture knows it, or why it cannot be read. The handle, which is a
	// secret, is left out.
	Text string `json:"text"`
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
		shown := len(out)
		add := func(exchange *int, value string) {
			view := ArtifactView{Input: c.Name, Exchange: exchange, Text: artifactText(value, known)}
			same := func(v ArtifactView) bool { return v.Text == view.Text }
			if len(out)-shown < maxArtifacts && !slices.ContainsFunc(out[shown:], same) {
				out = append(out, view)
			}
		}
		for _, value := range c.Artifacts {
			add(nil, value)
		}
		for _, e := range c.Exchanges {
			for _, p := range e.Parameters {
				if p.Name == "SAMLart" {
					add(&e.Index, p.Value)
				}
			}
		}
	}
	return out
}

// artifactFixes make the app get the message that the artifact stands for.
var artifactFixes = []finding.Fix{
	{System: finding.Network, Place: "the firewall and proxy between the app's server and the identity provider", Action: "let the server reach the ArtifactResolutionService, with a TLS certificate that it trusts"},
	{System: finding.App, Place: "the app's SAML settings: response binding", Action: "or ask for HTTP-POST, which needs no connection of the server"},
	{System: finding.App, Place: appLog, Action: "look for the reason"},
}

// artifactRefused reports an app that got an artifact, and shows an error.
func (x *exam) artifactRefused(e *trace.Exchange) {
	refused := x.refusal(redirects(x.capture, e))
	if refused == nil {
		return
	}
	x.fail(fact{location: finding.Location{Exchange: &e.Index}, fixes: artifactFixes, detail: fmt.Sprintf(
		"the app got an artifact in exchange %d and %s: its server has to fetch the message from the identity provider itself, and that fails", e.Index, refused.how)})
}

func artifactText(value string, known []string) string {
	a, err := saml.ReadArtifact(value)
	if err != nil {
		return err.Error()
	}
	from := a.From(known)
	if from == "" {
		return a.String() + ", from none of the entity IDs that are known (check --issuer and --idp-metadata tell more)"
	}
	return fmt.Sprintf("%s, from %s", a, finding.Quote(from))
}
