package redact

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/seal"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// rule says what becomes of a text or of the value of an attribute.
type rule uint8

const (
	conceal    rule = iota // a pseudonym: what no table names
	verbatim               // a word of the protocol: kept, but for what looks like a secret
	setting                // an identifier or URL of one of the two sides
	prose                  // a text for people
	octets                 // Base64 that a secret could be guessed by
	blob                   // ciphertext and the like
	publicCert             // a certificate
	value                  // as conceal, and whatever elements stand in it
)

// textRules are the elements whose text is not simply concealed, by local name.
var textRules = map[string]rule{
	"Issuer": setting, "Audience": setting, "Address": setting, "AuthnContextClassRef": verbatim, "AuthnContextDeclRef": verbatim,
	"AuthenticatingAuthority": setting, "NameIDFormat": verbatim, "SessionIndex": conceal, "StatusMessage": prose, "Reason": prose,
	"ConfirmationMethod": verbatim, "TokenType": verbatim, "RequestType": verbatim, "KeyType": verbatim, "KeySize": verbatim,
	"Created": verbatim, "Expires": verbatim, "Action": verbatim, "faultcode": verbatim, "Value": verbatim, "faultstring": prose, "Text": prose,
	"DigestValue": octets, "SignatureValue": octets, "CipherValue": blob, "X509Certificate": publicCert, "Modulus": octets, "Exponent": verbatim,
	"RequesterID": setting, "GetComplete": setting, "Organization": prose, "ServiceName": prose, "ServiceDescription": prose,
	"Location": setting, "ClaimType": verbatim,
}

// attributeRules are the attributes whose value is not concealed, by local
// name.
var attributeRules = map[string]rule{
	"ID": verbatim, "Id": verbatim, "AssertionID": verbatim, "ResponseID": verbatim, "RequestID": verbatim, "URI": verbatim, "Version": verbatim,
	"MajorVersion": verbatim, "MinorVersion": verbatim, "IssueInstant": verbatim, "NotBefore": verbatim, "NotOnOrAfter": verbatim,
	"AuthnInstant": verbatim, "AuthenticationInstant": verbatim, "AuthenticationMethod": verbatim, "SessionNotOnOrAfter": verbatim,
	"InResponseTo": verbatim, "Destination": setting, "Recipient": setting, "Issuer": setting, "Consent": verbatim,
	"Format": verbatim, "NameQualifier": setting, "SPNameQualifier": setting, "Name": verbatim, "FriendlyName": verbatim, "NameFormat": verbatim,
	"OriginalIssuer": setting, "AttributeName": verbatim, "AttributeNamespace": verbatim, "Method": verbatim, "Algorithm": verbatim,
	"PrefixList": verbatim, "EncodingType": verbatim, "ValueType": verbatim, "Type": verbatim, "type": verbatim, "nil": verbatim, "lang": verbatim, "space": verbatim,
	"Binding": verbatim, "Location": setting, "ResponseLocation": setting, "index": verbatim, "isDefault": verbatim, "isRequired": verbatim, "use": verbatim,
	"AssertionConsumerServiceURL": setting, "AssertionConsumerServiceIndex": verbatim, "AttributeConsumingServiceIndex": verbatim,
	"ProtocolBinding": verbatim, "Comparison": verbatim, "ForceAuthn": verbatim, "IsPassive": verbatim, "AllowCreate": verbatim, "ProviderName": prose,
	"entityID": setting, "validUntil": verbatim, "cacheDuration": verbatim, "protocolSupportEnumeration": verbatim, "WantAuthnRequestsSigned": verbatim,
	"AuthnRequestsSigned": verbatim, "WantAssertionsSigned": verbatim, "ProviderID": setting, "Count": verbatim, "ProxyCount": verbatim,
	"mustUnderstand": verbatim, "actor": verbatim, "Context": conceal, "Uri": verbatim, "Optional": verbatim, "Dialect": verbatim,
}

// attributeRule finds the rule of an attribute: by its name, and where that
// stands for several things by its element too.
func (r *redactor) attributeRule(el *etree.Element, name string, around rule) rule {
	if around == value && name != "type" && name != "nil" && name != "Format" {
		return conceal
	}
	if name == "Value" && el.Tag == "StatusCode" {
		return verbatim
	}
	if name == "Name" && el.Tag != "Attribute" && el.Tag != "RequestedAttribute" {
		return conceal
	}
	return attributeRules[name]
}

// message returns a message without what it says about users, with the seal of
// what was found in it. What is no XML is left out altogether.
func (r *redactor) message(m *trace.Message) []byte {
	doc, err := xmldoc.Parse(m.XML, xmldoc.Limits{})
	if err != nil {
		return r.unreadable(m, err)
	}
	result := xmldsig.Verify(doc, xmldsig.Options{})
	s := &seal.Seal{Problems: seal.Problems(r.problems(m, doc, result), r.text), Signatures: []seal.Signature{}}
	for _, signature := range result.Signatures {
		s.Signatures = append(s.Signatures, r.signature(signature))
	}
	if before, ok := seal.Find(doc); ok {
		s = before // a copy of a copy: the first verdicts stay the only ones
	}
	root := doc.Root()
	r.element(root, conceal)
	root.InsertChildAt(0, s.Instruction())
	tree := etree.NewDocumentWithRoot(root)
	tree.WriteSettings.CanonicalEndTags = false
	out, err := tree.WriteToBytes()
	if err != nil {
		return r.unreadable(m, err)
	}
	return out
}

// unreadable stands for a message that was no XML.
func (r *redactor) unreadable(m *trace.Message, err error) []byte {
	problem := finding.Problem{Check: "xml-malformed", Detail: "the message cannot be read as XML: " + err.Error()}
	if syntax := (*xmldoc.SyntaxError)(nil); errors.As(err, &syntax) {
		problem.Check = syntax.Check
	}
	sealed := seal.Problems([]finding.Problem{problem}, r.text)
	s := &seal.Seal{Unreadable: &sealed[0], Problems: seal.Problems(m.Problems, r.text), Signatures: []seal.Signature{}}
	root := etree.NewElement("Response")
	root.CreateAttr("xmlns", saml.NSProtocol)
	root.AddChild(s.Instruction())
	out, _ := etree.NewDocumentWithRoot(root).WriteToBytes() // a tree in memory is always written
	return out
}

// problems are what the readers had to say, on the input too with its first
// message.
func (r *redactor) problems(m *trace.Message, doc *xmldoc.Document, result *xmldsig.Result) []finding.Problem {
	list := append([]finding.Problem(nil), r.inputProblems...)
	r.inputProblems = nil
	list = append(append(append(list, m.Problems...), doc.Problems...), result.Problems...)
	for _, s := range result.Signatures {
		list = append(list, s.Problems...)
	}
	return list
}

func (r *redactor) signature(s *xmldsig.Signature) seal.Signature {
	out := seal.Signature{Digest: s.Digest, Value: s.Value, Misplaced: s.Misplaced, Repair: s.Repair}
	switch c := s.Certificate; {
	case c == nil:
	case r.harmless(c):
		out.Certificate = c.Raw
	default:
		out.Facts = c.Facts(r.text)
	}
	return out
}

// certificateMail is an e-mail address among the octets of a certificate.
var certificateMail = lazyregexp.New(`[A-Za-z0-9._%+-]{2,}@[A-Za-z0-9-]{2,}\.[A-Za-z]{2,}`)

// harmless reports whether a certificate says nothing about a user: neither
// what messages say about them nor an e-mail address.
func (r *redactor) harmless(c *keys.Certificate) bool {
	strings := string(bytes.Map(func(b rune) rune {
		if b < ' ' || b > '~' {
			return ' '
		}
		return b
	}, c.Raw))
	return certificateMail.FindString(strings) == "" && r.words(c.Subject+" "+c.Issuer) == c.Subject+" "+c.Issuer
}

// element redacts an element and what is in it. The rule is that of the
// element around it, for texts of elements that no table names.
func (r *redactor) element(el *etree.Element, around rule) {
	for i := range el.Attr {
		a := &el.Attr[i]
		if a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns" {
			a.Value = r.marked(a.Value)
			continue
		}
		a.Value = r.apply(r.attributeRule(el, a.Key, around), a.Value)
	}
	own, known := textRules[el.Tag]
	switch {
	case el.Tag == "AttributeValue":
		own = value
	case !known || around == value:
		own = around
	}
	r.children(el, own)
}

// pieces redacts a text that comments divide: readers differ in what they make
// of that, so an empty comment stays in the place of each.
func (r *redactor) pieces(el *etree.Element, own rule) {
	for i, token := range slices.Clone(el.Child) {
		switch t := token.(type) {
		case *etree.CharData:
			el.Child[i] = etree.NewText(r.apply(own, t.Data))
		default:
			el.Child[i] = etree.NewComment("")
		}
	}
}

// children redacts what is in an element: comments, instructions and CDATA
// sections go, texts that stand beside elements are white space or concealed.
func (r *redactor) children(el *etree.Element, own rule) {
	text := xmldoc.Text(el)
	elements := el.ChildElements()
	if len(elements) == 0 && len(el.Child) > 1 {
		r.pieces(el, own)
		return
	}
	for len(el.Child) > 0 {
		el.RemoveChildAt(0)
	}
	if len(elements) == 0 {
		if text != "" {
			el.CreateText(r.apply(own, text))
		}
		return
	}
	if strings.TrimSpace(text) != "" {
		el.CreateText(r.of(text))
	}
	for _, child := range elements {
		r.element(child, own)
		el.AddChild(child)
	}
}

// apply redacts one text by its rule.
func (r *redactor) apply(own rule, text string) string {
	switch own {
	case verbatim:
		return r.marked(text)
	case setting:
		return r.identifier(text)
	case prose:
		return r.text(text)
	case octets, blob:
		return r.octets(text)
	case publicCert:
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if c, parseErr := keys.ParseCertificate(der); err == nil && parseErr == nil && r.harmless(c) {
			return text
		}
		return r.octets(text)
	}
	return r.of(text)
}
