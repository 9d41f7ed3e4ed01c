// Package seal carries what was found in a message before it was redacted.
// Redaction changes the content, so that no digest fits any more and much of
// what a reader noticed is gone; the copy of a message brings the findings of
// the original along, in a processing instruction in its root element.
//
// A seal is no proof: whoever writes a message can write its seal. Whoever
// shows what a seal says has to say where it is from.
package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// Target is the name of the processing instruction.
const Target = "ssodoctor-redacted"

// maxSeal bounds the text of a seal that is read, maxEntries its lists.
const (
	maxSeal    = 1 << 20
	maxEntries = 1000
)

// Seal is what was found before redaction. Its JSON form is version 1.
type Seal struct {
	Version int `json:"version"`
	// Unreadable is why the original was no XML, nil where it was.
	Unreadable *Problem `json:"unreadable,omitempty"`
	// Problems are what all readers had to say of the original.
	Problems []Problem `json:"problems"`
	// Signatures are the verdicts on the signatures in document order.
	Signatures []Signature `json:"signatures"`
}

// Problem is a finding.Problem without the place in a text that is gone.
type Problem struct {
	Check    string           `json:"check"`
	Severity finding.Severity `json:"severity,omitzero"`
	Detail   string           `json:"detail"`
	Expected []string         `json:"expected,omitempty"`
	Actual   string           `json:"actual,omitempty"`
	Path     string           `json:"path,omitempty"`
}

// Signature is what came of one signature.
type Signature struct {
	Digest    xmldsig.Verdict `json:"digest"`
	Value     xmldsig.Verdict `json:"value"`
	Misplaced bool            `json:"misplaced,omitempty"`
	Repair    string          `json:"repair,omitempty"`
	// Certificate is that of the signer, in DER; nil where it is not known or
	// was not fit to be passed on. In that case Facts are what it said.
	Certificate []byte      `json:"certificate,omitempty"`
	Facts       *keys.Facts `json:"certificateFacts,omitempty"`
}

// Problems puts problems into the form of a seal; text changes every text in
// them.
func Problems(list []finding.Problem, text func(string) string) []Problem {
	out := make([]Problem, 0, len(list))
	for _, p := range list[:min(len(list), maxEntries)] {
		sealed := Problem{Check: p.Check, Severity: p.Severity, Detail: text(p.Detail), Actual: text(p.Actual), Path: p.Location.Path}
		for _, e := range p.Expected {
			sealed.Expected = append(sealed.Expected, text(e))
		}
		out = append(out, sealed)
	}
	return out
}

// Problem is the problem as readers report it.
func (p Problem) Problem() finding.Problem {
	return finding.Problem{
		Check: p.Check, Severity: p.Severity, Detail: p.Detail, Expected: p.Expected, Actual: p.Actual,
		Location: finding.Location{Path: p.Path},
	}
}

// Instruction is the seal as processing instruction.
func (s *Seal) Instruction() *etree.ProcInst {
	s.Version = 1
	data, err := json.Marshal(s)
	if err != nil {
		panic("seal: " + err.Error()) // plain values always marshal
	}
	return etree.NewProcInst(Target, base64.StdEncoding.EncodeToString(data))
}

// Find returns the seal of a message, false where it has none that can be
// read.
func Find(doc *xmldoc.Document) (*Seal, bool) {
	root := doc.Root()
	if root == nil {
		return nil, false
	}
	for _, token := range root.Child {
		p, ok := token.(*etree.ProcInst)
		if !ok || p.Target != Target || len(p.Inst) > maxSeal {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(p.Inst)
		s := &Seal{}
		if err == nil && json.Unmarshal(data, s) == nil && s.Version == 1 {
			return s.bounded(), true
		}
	}
	return nil, false
}

// bounded drops what no redaction would have written.
func (s *Seal) bounded() *Seal {
	s.Problems = s.Problems[:min(len(s.Problems), maxEntries)]
	for i := range s.Problems {
		s.Problems[i].normalise()
	}
	if s.Unreadable != nil {
		s.Unreadable.normalise()
	}
	return s
}

// normalise makes a severity that is none the one of the check.
func (p *Problem) normalise() {
	if p.Severity > finding.Error {
		p.Severity = 0
	}
}

// Restore gives the signatures of a redacted message the verdicts that they
// had before. Whose key it was is judged anew, against the trusted
// certificates. A signature that the seal does not know is not checked.
func (s *Seal) Restore(result *xmldsig.Result, trusted []*keys.Certificate) {
	result.Problems = nil
	for i, signature := range result.Signatures {
		signature.Problems = nil
		before := Signature{Digest: xmldsig.NotChecked, Value: xmldsig.NotChecked}
		if i < len(s.Signatures) {
			before = s.Signatures[i]
		}
		signature.Digest, signature.Value = verdict(before.Digest), verdict(before.Value)
		signature.Misplaced, signature.Repair = before.Misplaced, before.Repair
		for r := range signature.References {
			signature.References[r].Digest = signature.Digest
		}
		signature.Certificate = before.signer()
		signature.Key = key(signature, trusted)
	}
}

// signer is the certificate that a seal tells of, nil where it does not.
func (s Signature) signer() *keys.Certificate {
	if c, err := keys.ParseCertificate(s.Certificate); len(s.Certificate) > 0 && err == nil {
		return c
	}
	if s.Facts != nil {
		return s.Facts.Certificate()
	}
	return nil
}

// verdict admits only the verdicts that there are.
func verdict(v xmldsig.Verdict) xmldsig.Verdict {
	switch v {
	case xmldsig.Match, xmldsig.Mismatch, xmldsig.Unsupported, xmldsig.Malformed:
		return v
	}
	return xmldsig.NotChecked
}

func key(s *xmldsig.Signature, trusted []*keys.Certificate) xmldsig.KeyVerdict {
	switch {
	case s.Value == xmldsig.Unsupported:
		return xmldsig.KeyUnsupported
	case s.Value != xmldsig.Match || s.Certificate == nil:
		return xmldsig.KeyNone
	case len(trusted) == 0:
		return xmldsig.KeyEmbedded
	}
	for _, t := range trusted {
		if bytes.Equal(t.SPKI, s.Certificate.SPKI) {
			return xmldsig.KeyConfigured
		}
	}
	return xmldsig.KeyUntrusted
}
