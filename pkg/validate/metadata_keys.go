package validate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

func lintKeyMissing(x *inspection, m *saml.Metadata) {
	for _, r := range x.samlRoles() {
		signs := slices.ContainsFunc(r.Keys, func(k saml.KeyDescriptor) bool { return strings.TrimSpace(k.Use.Value) != string(encryptionUse) })
		switch {
		case signs:
		case r.Kind == "IDPSSODescriptor":
			x.fail(fact{element: r.Element, detail: "the identity provider " + entityName(m) + " publishes no signing certificate, so that no app can verify its tokens"})
		case r.Kind == "SPSSODescriptor" && m.SP != nil && m.SP.Element == r.Element && isTrue(m.SP.AuthnRequestsSigned):
			x.fail(fact{field: m.SP.AuthnRequestsSigned, actual: m.SP.AuthnRequestsSigned.Value,
				detail: "the app " + entityName(m) + " says that it signs its requests (AuthnRequestsSigned) and publishes no signing certificate"})
		}
	}
}

// keyMaterial are the children of ds:KeyInfo from which a reader gets a key.
var keyMaterial = []string{"X509Data", "KeyValue", "DEREncodedKeyValue"}

func lintKeyInvalid(x *inspection, _ *saml.Metadata) {
	for _, r := range x.roles {
		for _, k := range r.Keys {
			x.lintKey(&k)
		}
	}
}

func (x *inspection) lintKey(k *saml.KeyDescriptor) {
	switch use := k.Use.Value; {
	case !k.Use.Present() || use == string(signingUse) || use == string(encryptionUse):
	default:
		x.fail(fact{field: k.Use, actual: use, expected: []string{string(signingUse), string(encryptionUse)},
			detail: fmt.Sprintf("use=%s of a KeyDescriptor does not exist, expected \"signing\" or \"encryption\"", finding.Quote(finding.Shorten(use, 40)))})
	}
	names := func(el *etree.Element) bool {
		return xmldoc.Namespace(el) == saml.NSSignature && slices.Contains(keyMaterial, el.Tag)
	}
	switch {
	case len(k.Info) == 0:
		x.fail(fact{element: k.Element, detail: "a KeyDescriptor holds no KeyInfo, and so no key"})
	case !slices.ContainsFunc(k.Info, names):
		x.fail(fact{element: k.Element, severity: finding.Warning, actual: k.Info[0].Tag,
			detail: "a KeyDescriptor only names its key (" + finding.Quote(k.Info[0].Tag) + ") and holds neither certificate nor key"})
	case len(k.Sources) == 0 && !slices.ContainsFunc(k.Info, func(el *etree.Element) bool { return strings.HasSuffix(el.Tag, "KeyValue") }):
		x.fail(fact{element: k.Element, detail: "the X509Data of a KeyDescriptor holds no certificate"})
	}
	x.lintSeveral(k)
	if len(k.Methods) > 0 && k.Use.Value == string(signingUse) {
		x.fail(fact{field: k.Methods[0], severity: finding.Info, detail: "a signing key lists an EncryptionMethod, which readers pass over"})
	}
}

// lintSeveral tells of several certificates where readers expect one: with
// different keys, they pick the wrong one as often as not.
func (x *inspection) lintSeveral(k *saml.KeyDescriptor) {
	if len(k.Certificates) < 2 {
		return
	}
	first := k.Certificates[0]
	same := !slices.ContainsFunc(k.Certificates, func(c *keys.Certificate) bool { return !c.SameKey(first) })
	f := fact{element: k.Sources[len(k.Sources)-1].Element, severity: finding.Warning,
		detail: fmt.Sprintf("a KeyDescriptor holds %d certificates, expected one: readers differ in which of them they take", len(k.Certificates))}
	if same {
		f.severity, f.detail = finding.Info, fmt.Sprintf("a KeyDescriptor holds %d certificates of one key", len(k.Certificates))
	}
	x.fail(f)
}

// metadataSignatures verifies the signatures of a metadata file, relays what is
// wrong with their form and judges the certificates of those who signed.
func (l *linter) metadataSignatures(at subject, holder string) map[*etree.Element]*xmldsig.Signature {
	out := map[*etree.Element]*xmldsig.Signature{}
	for _, s := range xmldsig.Verify(at.doc, xmldsig.Options{}).Signatures {
		out[s.Element] = s
		l.relay(at, s.Problems, downloadMetadata)
		if s.Certificate != nil {
			p := &placed{Certificate: s.Certificate, location: elementLocation(at.doc, s.Element), holder: holder, use: metadataUse}
			l.certificate(at, p)
			l.list(at, p)
		}
	}
	return out
}

// metadataCertificates judges the certificates of an entity, each once for each
// use, and relays what could not be read.
func (l *linter) metadataCertificates(at subject, m *saml.Metadata) {
	type judged struct {
		sha256 string
		use    certificateUse
	}
	known, read := map[judged]bool{}, map[string]bool{}
	valid := validKeys(at.roles, l.options.Clock.Judged())
	for _, r := range at.roles {
		for _, k := range r.Keys {
			l.relayKey(at, &k)
			for _, source := range k.Sources {
				for _, c := range source.Certificates {
					p := &placed{Certificate: c, location: elementLocation(at.doc, source.Element), holder: m.EntityID.Value, use: useOf(&k), ofApp: r.Kind == "SPSSODescriptor"}
					p.replaced = valid.besides(c, p.use)
					key := judged{c.SHA256(), p.use}
					if !read[key.sha256] {
						l.relay(at, placedAt(c.Problems, p.location))
					}
					if !known[key] {
						l.certificate(at, p)
					}
					known[key], read[key.sha256] = true, true
					l.list(at, p)
				}
			}
		}
	}
}

// useOf is what the key is for.
func useOf(k *saml.KeyDescriptor) certificateUse {
	return certificateUse(strings.TrimSpace(k.Use.Value))
}

// keysByUse are the public keys of valid certificates, by what they are for.
type keysByUse map[certificateUse]map[string]bool

// validKeys collects the keys whose certificates are valid now.
func validKeys(roles []saml.Role, at time.Time) keysByUse {
	out := keysByUse{}
	for _, r := range roles {
		for _, k := range r.Keys {
			for _, c := range k.Certificates {
				if use := useOf(&k); c.ValidAt(at) {
					if out[use] == nil {
						out[use] = map[string]bool{}
					}
					out[use][string(c.SPKI)] = true
				}
			}
		}
	}
	return out
}

// besides reports whether another key than that of the certificate serves the
// same use.
func (k keysByUse) besides(c *keys.Certificate, use certificateUse) bool {
	for _, list := range []map[string]bool{k[use], k[anyUse]} {
		if n := len(list); n > 1 || n == 1 && !list[string(c.SPKI)] {
			return true
		}
	}
	return false
}

// relayKey relays what the reader of pasted certificates said of a key.
func (l *linter) relayKey(at subject, k *saml.KeyDescriptor) {
	l.relay(at, placedAt(k.Problems, elementLocation(at.doc, k.Element)))
	for _, u := range k.Unreadable {
		l.relay(at, []finding.Problem{{Check: "certificate-unreadable", Detail: u.Err.Error(), Location: elementLocation(at.doc, u.Element)}})
	}
}

// placedAt puts problems whose places are in a value at the place of the value.
func placedAt(problems []finding.Problem, at finding.Location) []finding.Problem {
	out := slices.Clone(problems)
	for i := range out {
		out[i].Location = at
	}
	return out
}

// elementLocation is the place of an element.
func elementLocation(doc *xmldoc.Document, el *etree.Element) finding.Location {
	return finding.Location{Path: doc.Path(el), Span: doc.Span(el)}
}
