package migrate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// application is the basic configuration that a trust becomes. What Entra
// refuses is left out, as the items say.
func application(rp *adfs.RelyingParty) Application {
	a := Application{
		DisplayName: cut(rp.Name, entra.MaxName), Notes: cut(rp.Notes, entra.MaxNotes),
		Identifiers: []string{}, ReplyURLs: replyURLs(rp), LogoutURL: logoutURL(rp),
		MetadataURL: strings.Clone(rp.MetadataURL), TokenVersion: "2.0",
	}
	for _, id := range rp.Identifier {
		if !refused(entra.Identifier(id)) && !slices.Contains(a.Identifiers, id) {
			a.Identifiers = append(a.Identifiers, strings.Clone(id))
		}
	}
	if protocol(rp) == "wsfed" {
		a.TokenVersion = "1.1"
	}
	return a
}

// cut is a text of at most n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return strings.Clone(s)
}

func refused(list []entra.Objection) bool {
	return slices.ContainsFunc(list, func(o entra.Objection) bool { return o.Severity == finding.Error })
}

// replyURLs are the addresses that tokens go to, the one that AD FS answers to
// where a request names none first.
func replyURLs(rp *adfs.RelyingParty) []ReplyURL {
	list := []ReplyURL{}
	add := func(address string, index *int) {
		known := slices.ContainsFunc(list, func(r ReplyURL) bool { return r.URL == address })
		if address != "" && !known && !refused(entra.ReplyURL(address)) && len(list) < entra.MaxReplyURLs {
			list = append(list, ReplyURL{URL: strings.Clone(address), Index: index, Default: len(list) == 0})
		}
	}
	for _, e := range postConsumers(rp) {
		index := e.Index
		add(e.Location, &index)
	}
	add(rp.WSFedEndpoint, nil)
	for _, address := range rp.AdditionalWSFedEndpoint {
		add(address, nil)
	}
	return list
}

// postConsumers are the endpoints that take responses by POST, the one that
// answers requests that name none first.
func postConsumers(rp *adfs.RelyingParty) []adfs.SamlEndpoint {
	return slices.DeleteFunc(rp.AssertionConsumers(), func(e adfs.SamlEndpoint) bool { return !byPost(e) })
}

// logoutURL is the address that Entra tells of a logout: it has one, and sends
// by redirect.
func logoutURL(rp *adfs.RelyingParty) string {
	best := ""
	for _, e := range rp.SamlEndpoints {
		if e.Protocol != adfs.ProtocolLogout || len(entra.LogoutURL(e.Location)) > 0 {
			continue
		}
		redirect := strings.EqualFold(e.Binding, "Redirect")
		if best == "" && (redirect || byPost(e)) || redirect {
			best = e.Location
			if redirect {
				break
			}
		}
	}
	return strings.Clone(best)
}

var signingOptions = map[string]string{"AssertionOnly": "assertion", "MessageOnly": "response", "MessageAndAssertion": "both"}

func signing(rp *adfs.RelyingParty) Signing {
	s := Signing{Option: cmp.Or(signingOptions[rp.SamlResponseSignature], "assertion"), Algorithm: "rsa-sha256"}
	if signsBySHA1(rp) {
		s.Algorithm = "rsa-sha1"
	}
	return s
}

func signsBySHA1(rp *adfs.RelyingParty) bool {
	return strings.HasSuffix(rp.SignatureAlgorithm, "#rsa-sha1")
}

func (s *shared) encryption(rp *adfs.RelyingParty) Encryption {
	if !rp.EncryptClaims || rp.EncryptionCertificate == nil {
		return Encryption{}
	}
	c := s.certificateOf(rp.EncryptionCertificate)
	return Encryption{Enabled: true, Certificate: &c}
}

// requestSignature holds the certificates of the app even where signed requests
// are not demanded: AD FS verifies those that are signed.
func (s *shared) requestSignature(rp *adfs.RelyingParty) RequestSignature {
	r := RequestSignature{Required: rp.SignedSamlRequestsRequired, Certificates: []Certificate{}}
	for _, c := range rp.RequestSigningCertificate {
		r.Certificates = append(r.Certificates, s.certificateOf(c))
	}
	r.AllowSHA1 = signsBySHA1(rp) && len(r.Certificates) > 0
	return r
}

// certificateOf is a certificate; the same one of several trusts is kept once.
func (s *shared) certificateOf(c *keys.Certificate) Certificate {
	key := c.SHA256()
	known, ok := s.certificates[key]
	if !ok {
		known = Certificate{Subject: strings.Clone(c.Subject), SHA1: strings.ToUpper(c.SHA1()), NotBefore: c.NotBefore, NotAfter: c.NotAfter, DER: slices.Clone(c.Raw)}
		s.certificates[key] = known
	}
	return known
}
