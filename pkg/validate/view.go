package validate

import (
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// Describe reads the captures and returns their messages in plain values,
// without judging them. Signatures are verified with the keys that the
// messages bring, what is encrypted is read as far as the given keys allow.
func Describe(captures []*trace.Capture, keys []xmlenc.Key, clock Clock) *Report {
	report := &Report{Schema: Schema, Inputs: []InputView{}, Messages: []MessageView{}}
	for _, c := range captures {
		report.Inputs = append(report.Inputs, inputView(c))
	}
	messages := read(captures, &Expectations{Keys: keys}, clock)
	for _, m := range messages {
		report.Messages = append(report.Messages, m.view())
	}
	report.Artifacts = artifacts(captures, messages, nil)
	return report
}

func inputView(c *trace.Capture) InputView {
	return InputView{Name: c.Name, Format: c.Format, Exchanges: c.ExchangeCount, Messages: len(c.Messages)}
}

// view puts the message into the plain values of the report.
func (m *message) view() MessageView {
	v := MessageView{
		Index: m.index, Input: m.capture.Name, Binding: m.carrier.Binding, Time: when(m.carrier.Time), Evaluated: m.at,
		PostedTo: trace.Discreet(m.carrier.PostedTo), RelayState: m.carrier.RelayState,
		Sightings: []SightingView{}, Assertions: []AssertionView{}, Signatures: []SignatureView{},
	}
	if m.carrier.Exchange >= 0 {
		v.Exchange = &m.carrier.Exchange
	}
	for _, s := range m.carrier.Sightings {
		v.Sightings = append(v.Sightings, SightingView{Exchange: s.Exchange, Where: string(s.Place), URL: trace.Discreet(s.URL)})
	}
	if m.saml == nil {
		return v
	}
	s := m.saml
	v.Type, v.Protocol = s.Type, s.Protocol
	v.ID, v.InResponseTo, v.Destination = s.ID.Value, s.InResponseTo.Value, s.Destination.Value
	v.Issuer = s.Issuer.Value
	if s.Status != nil {
		v.Status = statusView(s.Status)
	}
	unread := m.unread()
	for _, a := range s.Assertions {
		av := assertionView(a)
		if a.Unread() {
			if av.Unread = keyReadsIt; len(unread) > 0 {
				av.Unread, unread = unread[0], unread[1:]
			}
		}
		v.Assertions = append(v.Assertions, av)
	}
	for _, sig := range m.sigs.Signatures {
		v.Signatures = append(v.Signatures, signatureView(sig))
	}
	if m.query != nil {
		v.Signatures = append(v.Signatures, m.queryView())
	}
	return v
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func statusView(s *saml.Status) *StatusView {
	v := &StatusView{Message: s.Message.Value}
	if len(s.Codes) > 0 {
		v.Code = s.Codes[0].Value
	}
	if len(s.Codes) > 1 {
		v.Subcode = s.Codes[1].Value
	}
	return v
}

func assertionView(a *saml.Assertion) AssertionView {
	v := AssertionView{ID: a.ID.Value, Issuer: a.Issuer.Value, Encrypted: a.Encrypted, Attributes: make([]AttributeView, 0, len(a.Attributes))}
	if a.Subject != nil {
		v.Subject = subjectView(a.Subject)
	}
	if len(a.Conditions) > 0 {
		v.Conditions = conditionsView(a.Conditions[0])
	}
	if len(a.Authn) > 0 {
		s := a.Authn[0]
		v.Authn = &AuthnView{
			Instant: when(s.AuthnInstant.Time), Context: s.ContextClassRef.Value,
			SessionIndex: s.SessionIndex.Value, SessionNotOnOrAfter: when(s.SessionNotOnOrAfter.Time),
		}
	}
	for _, at := range a.Attributes {
		av := AttributeView{Name: at.Name.Value, FriendlyName: at.FriendlyName.Value, NameFormat: at.NameFormat.Value, Values: make([]string, len(at.Values))}
		for i, value := range at.Values {
			av.Values[i] = value.Value
		}
		v.Attributes = append(v.Attributes, av)
	}
	return v
}

func subjectView(s *saml.Subject) *SubjectView {
	v := &SubjectView{Confirmations: []ConfirmationView{}}
	if s.NameID != nil {
		v.NameID, v.Format = s.NameID.Value, s.NameID.Format.Value
	}
	for _, c := range s.Confirmations {
		v.Confirmations = append(v.Confirmations, ConfirmationView{
			Method: c.Method.Value, Recipient: c.Recipient.Value, InResponseTo: c.InResponseTo.Value,
			NotBefore: when(c.NotBefore.Time), NotOnOrAfter: when(c.NotOnOrAfter.Time),
		})
	}
	return v
}

func conditionsView(c *saml.Conditions) *ConditionsView {
	v := &ConditionsView{NotBefore: when(c.NotBefore.Time), NotOnOrAfter: when(c.NotOnOrAfter.Time), Audiences: []string{}}
	for _, r := range c.Restrictions {
		for _, a := range r.Audiences {
			v.Audiences = append(v.Audiences, a.Value)
		}
	}
	return v
}

func signatureView(s *xmldsig.Signature) SignatureView {
	v := SignatureView{
		Position: "ok", SignatureAlgorithm: xmldsig.AlgorithmName(s.SignatureAlgorithm),
		Digest: string(s.Digest), Value: string(s.Value), Key: string(s.Key),
	}
	if s.Misplaced {
		v.Position = "misplaced"
	}
	if s.Covers != nil {
		v.Covers, v.ID = s.Covers.Tag, xmldsig.ID(s.Covers)
	}
	if len(s.References) > 0 {
		v.DigestAlgorithm = xmldsig.AlgorithmName(s.References[0].DigestAlgorithm)
	}
	if s.Certificate != nil {
		v.Certificate = certificateView(s.Certificate)
	}
	return v
}

// queryView is the signature of the redirect binding, which covers the message
// as a part of the query. It has no digest of its own: that stands and falls
// with the value.
func (m *message) queryView() SignatureView {
	q := m.query
	v := SignatureView{
		Covers: m.saml.Kind, ID: m.saml.ID.Value, Position: "ok",
		SignatureAlgorithm: xmldsig.AlgorithmName(q.SignatureAlgorithm), DigestAlgorithm: xmldsig.DigestName(q.SignatureAlgorithm),
		Digest: string(q.Value), Value: string(q.Value), Key: string(q.Key),
	}
	if q.Certificate != nil {
		v.Certificate = certificateView(q.Certificate)
	}
	return v
}

func certificateView(c *keys.Certificate) *CertificateView {
	return &CertificateView{Subject: c.Subject, SHA256: c.SHA256(), SHA1: c.SHA1(), NotBefore: c.NotBefore, NotAfter: c.NotAfter}
}
