package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// verifyQueries judges the signatures of the redirect binding: those of the
// app with the certificates of its metadata, those of the identity provider
// with the trusted ones.
func verifyQueries(all []*message, expect *Expectations) {
	trusted := options(expect).Trusted
	for _, m := range all {
		if m.saml == nil || !strings.Contains(m.carrier.RawQuery, "Sig") && m.carrier.Signed == nil {
			continue
		}
		x := exam{msg: m, all: all, expect: expect}
		certificates := trusted
		if x.fromApp() {
			certificates = expect.appSigners()
		}
		m.query = besideSignature(m.carrier, certificates)
		if m.sealed != nil && m.query != nil { // the octets that were signed are gone
			m.query.Value, m.query.Key = xmldsig.NotChecked, xmldsig.KeyNone
			m.query.Problems = slices.DeleteFunc(m.query.Problems, func(p finding.Problem) bool { return p.Check != "signature-algorithm-weak" })
		}
		if m.query != nil {
			m.problems = append(m.problems, m.query.Problems...)
		}
	}
}

// besideSignature verifies the signature in the URL of a message, or in its form.
func besideSignature(c *trace.Message, certificates []*keys.Certificate) *xmldsig.QuerySignature {
	if c.Signed == nil {
		return xmldsig.VerifyQuery(c.RawQuery, certificates)
	}
	return xmldsig.VerifyForm(xmldsig.Form{
		Parameter: c.Parameter, XML: c.XML, RelayState: c.RelayState, HasRelayState: c.HasRelayState,
		SigAlg: c.Signed.SigAlg, Signature: c.Signed.Signature,
	}, certificates)
}

// carrierOf is where a signature beside a message stands, and what it is over.
func carrierOf(q *xmldsig.QuerySignature) (where, over string) {
	if q.Of == "form" {
		return "in the form", "the values of the form"
	}
	return "in the URL", "the query as it was sent"
}

// appSigners are the certificates that the app publishes for its own
// signatures.
func (e *Expectations) appSigners() (list []*keys.Certificate) {
	for _, m := range e.SPMetadata {
		if m.SP != nil {
			list = append(list, m.SP.SigningCertificates()...)
		}
	}
	return list
}

// nameProducts says for each request which product it was sent to.
func nameProducts(all []*message) {
	for _, m := range all {
		if m.request != nil && m.request.product == "" {
			m.request.product = m.product
		}
	}
	for _, m := range all {
		if m.saml != nil && m.saml.Request != nil && m.product == "" {
			m.product = productAt(m.carrier.PostedTo)
		}
	}
}

// productAt names the product whose address a URL is, "" where no profile
// knows it.
func productAt(address string) finding.System {
	name, _, _ := profile.IdentifyEndpoint(address)
	return finding.System(name)
}

// otherHop reports whether a request is not the app's but one that an identity
// provider in between sends on: then nothing that is known of the app is
// expected of it. That is so where its Issuer is an identity provider, the app
// has made a request of its own, or the app got a token that answers another
// request.
func (x *exam) otherHop() bool {
	issuer, asked := x.msg.saml.Issuer.Value, x.msg.saml.Request.AssertionConsumerServiceURL.Value
	if among(x.expect.EntityIDs, issuer) {
		return false
	}
	idp, _ := profile.IdentifyIdP(issuer)
	_, registered := x.registered(asked)
	elsewhere := func(m *message) bool {
		switch {
		case m == x.msg || m.saml == nil:
			return false
		case m.saml.Request != nil:
			return among(x.expect.EntityIDs, m.saml.Issuer.Value)
		}
		_, received := x.registered(m.carrier.PostedTo)
		return m.token() && received && !registered && m.request != x.msg
	}
	if idp == "" && !slices.ContainsFunc(x.all, elsewhere) {
		return false
	}
	x.skip("the request is not the app's: an identity provider passes the sign-in on to another one")
	return true
}

// answer is the captured message that answers a request, nil without one.
func (x *exam) answer() *message {
	for _, m := range x.all {
		if m.request == x.msg {
			return m
		}
	}
	return nil
}

// accepted reports whether a request is known to have led to a sign-in.
func (x *exam) accepted() bool {
	a := x.answer()
	return a != nil && a.saml.Status.Success()
}

// unlessAccepted is the severity of what was no obstacle: a warning where the
// sign-in went on all the same.
func (x *exam) unlessAccepted() finding.Severity {
	if x.accepted() {
		return finding.Warning
	}
	return 0
}

func isTrue(f saml.Field) bool { return f.Value == "true" || f.Value == "1" }

// signedDemand names who wants requests signed, "" where nobody is known to.
func (e *Expectations) signedDemand() string {
	for _, m := range e.IdPMetadata {
		if m.IdP != nil && isTrue(m.IdP.WantAuthnRequestsSigned) {
			return "the metadata of the identity provider says WantAuthnRequestsSigned"
		}
	}
	for _, m := range e.SPMetadata {
		if m.SP != nil && isTrue(m.SP.AuthnRequestsSigned) {
			return "the metadata of the app says AuthnRequestsSigned"
		}
	}
	if p := e.Profile; p != nil && p.App != nil && p.App.RequestSigning.Support == profile.Required && !p.App.RequestSigning.Unverified {
		return "profile " + p.Name + " says that the app signs its requests"
	}
	return ""
}

func runRequestUnsigned(x *exam) {
	m, demand := x.msg, x.expect.signedDemand()
	switch {
	case m.query != nil || m.carriesSignature(m.saml.Element):
	case x.otherHop():
	case demand == "":
		x.skip("it is not known whether requests have to be signed: give --idp-metadata or --sp-metadata")
	case m.carrier.Binding != trace.BindingPOST && m.carrier.RawQuery == "":
		x.skip("the capture does not hold the URL as it was sent: a signature in it would be lost")
	default:
		x.fail(fact{element: m.saml.Element, severity: x.unlessAccepted(), detail: "the request is not signed, but " + demand})
	}
}

func runQuerySignature(x *exam) {
	q, name := x.msg.query, x.msg.saml.Kind
	where, over := carrierOf(q)
	f := fact{element: x.msg.saml.Element, severity: x.unlessAccepted()}
	switch {
	case q.Value == xmldsig.Match:
		return
	case q.Value == xmldsig.NotChecked && x.fromApp():
		x.skip("the certificate of the app is not known: give --sp-metadata")
		return
	case q.Value == xmldsig.NotChecked:
		x.skip(noCertificate)
		return
	case q.Value == xmldsig.Unsupported:
		x.skip("the signature " + where + " cannot be judged")
		return
	case q.Value == xmldsig.Malformed:
		f.detail = fmt.Sprintf("the signature of the %s %s cannot be read: %s", name, where, q.Problems[len(q.Problems)-1].Detail)
	case q.Variant != "":
		f.detail = fmt.Sprintf("the signature of the %s %s does not fit %s; it fits %s, so the sender signs something else than it sends (or the capture rewrote it)", name, where, over, q.Variant)
	default:
		f.detail = fmt.Sprintf("the signature of the %s %s fits none of the certificates that are known for its sender: another key signed, or the message was changed", name, where)
	}
	x.fail(f)
}

func runRequestIssuer(x *exam) {
	issuer := x.msg.saml.Issuer
	switch {
	case strings.TrimSpace(issuer.Value) == "":
		x.skip("the request has no Issuer")
	case x.otherHop():
	case len(x.expect.EntityIDs) > 0:
		if !among(x.expect.EntityIDs, issuer.Value) {
			expected := values(x.expect.EntityIDs)
			x.fail(fact{
				field: issuer.Field, expected: expected, actual: issuer.Value, severity: x.unlessAccepted(),
				detail: fmt.Sprintf("the request is from %s, but the app is known as %s", finding.Quote(issuer.Value), quoteAll(expected)),
			})
		}
	case len(x.expect.EntityIDPatterns) > 0:
		x.matchPatterns(x.expect.EntityIDPatterns, issuer.Field, issuer.Value, "the request is from %s, which does not look like an Identifier of this app")
	default:
		x.skip(noEntityID)
	}
}

func runRequestACS(x *exam) {
	r := x.msg.saml.Request
	asked := r.AssertionConsumerServiceURL
	switch {
	case x.otherHop():
	case asked.Value == "" && r.AssertionConsumerServiceIndex.Value != "":
		x.compareIndex(r.AssertionConsumerServiceIndex)
	case asked.Value == "":
		return // the identity provider takes the default
	case len(x.expect.ReplyURLs) > 0:
		if _, ok := x.registered(asked.Value); !ok {
			expected := values(x.expect.ReplyURLs)
			f := fact{
				field: asked, expected: expected, actual: asked.Value, severity: x.unlessAccepted(),
				detail: fmt.Sprintf("the request asks for an answer at %s, but the app receives sign-ins at %s", finding.Quote(asked.Value), quoteAll(expected)),
			}
			if plain(asked.Value) {
				f.fixes = behindProxy(asked.Value)
			}
			x.fail(f)
		}
	case len(x.expect.ReplyURLPatterns) > 0:
		x.matchPatterns(x.expect.ReplyURLPatterns, asked, asked.Value, "the request asks for an answer at %s, which does not look like a Reply URL of this app")
	default:
		x.skip("no Reply URL is known: give --acs, --sp-metadata or --profile")
	}
}

// compareIndex looks an AssertionConsumerServiceIndex up in the metadata of
// the app.
func (x *exam) compareIndex(index saml.Field) {
	var known []string
	for _, m := range x.expect.SPMetadata {
		if m.SP == nil {
			continue
		}
		for _, acs := range m.SP.AssertionConsumers {
			known = append(known, acs.Index.Value)
		}
	}
	switch {
	case len(known) == 0:
		x.skip("the request names its Reply URL by an index into the metadata of the app: give --sp-metadata")
	case !slices.Contains(known, strings.TrimSpace(index.Value)):
		x.fail(fact{field: index, expected: known, actual: index.Value, severity: x.unlessAccepted(),
			detail: fmt.Sprintf("the request asks for an answer at the Reply URL with index %s, but the metadata of the app has no such index", quote(index.Value))})
	}
}

// sentTo is the address that the message was sent to through the browser. A
// page alone does not count: identity providers keep messages in forms that
// go to themselves.
func (x *exam) sentTo() string {
	for _, s := range x.msg.carrier.Sightings {
		if s.Place.Delivered() || s.Place == trace.RedirectURL {
			return x.msg.carrier.PostedTo
		}
	}
	return ""
}

func runRequestDestination(x *exam) {
	sent, said := x.sentTo(), x.msg.saml.Destination
	published := x.expect.signOnURLs()
	known := func(address string) bool {
		return slices.ContainsFunc(published, func(p string) bool { return sameAddress(address, p) || address == p })
	}
	switch {
	case said.Value == "" && (x.msg.query != nil || x.msg.signed(x.msg.saml.Element)):
		x.fail(fact{element: x.msg.saml.Element, expected: published, detail: "the request is signed but has no Destination"})
	case said.Value != "" && sent != "" && !sameAddress(sent, said.Value):
		x.fail(fact{field: said, expected: []string{sent}, actual: said.Value,
			detail: fmt.Sprintf("the request says that it goes to %s, but it was sent to %s", finding.Quote(said.Value), finding.Quote(sent))})
	case x.otherHop():
	case len(published) > 0 && sent != "" && !known(sent):
		x.fail(fact{field: said, expected: published, actual: sent,
			detail: fmt.Sprintf("the request was sent to %s, but the metadata of the identity provider names %s", finding.Quote(sent), quoteAll(published))})
	case len(published) > 0 && sent == "" && said.Value != "" && !known(said.Value):
		x.fail(fact{field: said, expected: published, actual: said.Value,
			detail: fmt.Sprintf("the request says that it goes to %s, but the metadata of the identity provider names %s", finding.Quote(said.Value), quoteAll(published))})
	case len(published) == 0 && sent == "":
		x.skip("the capture does not show where the request was sent: give --idp-metadata")
	}
}

// signOnURLs are the addresses for requests in the metadata of the identity
// provider.
func (e *Expectations) signOnURLs() []string {
	var out []string
	for _, m := range e.IdPMetadata {
		if m.IdP == nil {
			continue
		}
		for _, endpoint := range m.IdP.SingleSignOn {
			if !slices.Contains(out, endpoint.Location.Value) {
				out = append(out, endpoint.Location.Value)
			}
		}
	}
	return out
}

// runRequestContext speaks on the answer where that says NoAuthnContext, else
// on the request.
func runRequestContext(x *exam) {
	m := x.msg
	switch {
	case m.request != nil && refusedContext(m.saml.Status):
		x.contextTooStrict(m.request, "and the identity provider answered NoAuthnContext", 0)
	case m.saml.Request == nil:
		x.inapplicable()
	case m.saml.Request.ContextClassRefs == nil || !demanding(m.saml.Request):
	case x.shown(contextErrors) != "":
		x.contextTooStrict(m, "and the identity provider answered "+x.shown(contextErrors), 0)
	case x.accepted():
		x.contextTooStrict(m, "which went well this time and fails for users who sign in in another way", finding.Warning)
	case x.answer() != nil:
	case m.product == finding.Entra:
		x.contextTooStrict(m, "which Entra refuses for users who sign in in another way (AADSTS75011)", finding.Warning)
	}
}

// contextErrors are the codes with which Entra and AD FS refuse a demanded way
// of signing in.
var contextErrors = []string{"AADSTS75011", "MSIS7102"}

// shown returns the first of the error codes that a page of the capture shows,
// "" where none does.
func (x *exam) shown(codes []string) string {
	for i := range x.capture.Exchanges {
		for _, e := range x.capture.Exchanges[i].Errors {
			if slices.Contains(codes, e.Code) {
				return e.Code
			}
		}
	}
	return ""
}

// contextTooStrict reports what a request asks for, and what came of it.
func (x *exam) contextTooStrict(request *message, outcome string, severity finding.Severity) {
	r := request.saml.Request
	f := fact{severity: severity}
	if request == x.msg {
		f.element = r.Context
	} else {
		f.element = x.msg.saml.Status.Element
	}
	asked := make([]string, len(r.ContextClassRefs))
	for i, ref := range r.ContextClassRefs {
		asked[i] = strings.TrimSpace(ref.Value)
	}
	comparison := r.ContextComparison.Value
	if comparisons[comparison] == "" {
		comparison = "exact"
	}
	what := "one way of signing in"
	if len(asked) > 0 {
		f.actual = asked[0]
		what = comparisons[comparison] + " " + quoteAll(asked)
	}
	f.detail = fmt.Sprintf("the request demands %s, %s", what, outcome)
	x.fail(f)
}

func refusedContext(s *saml.Status) bool {
	return s != nil && slices.ContainsFunc(s.Codes, func(c saml.Field) bool { return strings.HasSuffix(c.Value, ":NoAuthnContext") })
}

// demanding reports whether a request shuts out users by how they sign in:
// minimum is met by anything stronger, and unspecified by anything.
func demanding(r *saml.AuthnRequest) bool {
	if c := r.ContextComparison.Value; c != "" && c != "exact" {
		return false
	}
	return !slices.ContainsFunc(r.ContextClassRefs, func(f saml.Field) bool {
		return strings.HasSuffix(strings.TrimSpace(f.Value), ":unspecified")
	})
}

func runRequestInvalid(x *exam) {
	m := x.msg
	for _, rule := range requestRules {
		f, broken := rule(m.saml.Request)
		if !broken {
			continue
		}
		if f.severity == 0 {
			f.severity = x.unlessAccepted()
		}
		x.fail(f)
	}
	if m.carrier.Binding == trace.BindingRedirect && len(m.sigs.Signatures) > 0 {
		x.fail(fact{element: m.sigs.Signatures[0].Element, severity: finding.Warning,
			detail: "the request is sent in a URL and holds an XML signature; there the signature belongs into the query (SAML Bindings 3.4.4.1)"})
	}
}
