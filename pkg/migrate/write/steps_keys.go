package write

import (
	"crypto/sha1" // UUIDs of version 5 are made of it; nothing relies on it being hard to forge
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// certificateSteps give the app a signing certificate of its own, and register
// the certificates of the app.
func certificateSteps(t *migrate.TrustPlan, o Options) []step {
	list := []step{signingStep(o)}
	body, add := object{}, keyCredentials(t)
	if len(add) == 0 {
		return list
	}
	list = append(list, step{kind: stepKeys, why: "the certificates of the app: for encrypting tokens, and for verifying its requests", calls: []call{{
		method: "PATCH", path: application(""), body: object{{"keyCredentials", add}},
	}}})
	needs := ""
	if encrypts(t) {
		body, needs = body.with("tokenEncryptionKeyId", text(keyID(usageEncrypt, t.Encryption.Certificate))), licenceP1
	}
	if t.RequestSignature.Required {
		weak := node(null{})
		if t.RequestSignature.AllowSHA1 {
			weak = text("rsaSha1")
		}
		body = body.with("requestSignatureVerification", object{{"isSignedRequestRequired", boolean(true)}, {"allowedWeakAlgorithms", weak}})
	}
	if len(body) > 0 {
		list = append(list, step{kind: stepUpdate, needs: needs, why: "use them: encrypt tokens, demand signed requests", calls: []call{{method: "PATCH", path: application(""), body: body}}})
	}
	return list
}

// signingStep makes the certificate that tokens are signed with. Without one
// of its own an app cannot be given every claim.
func signingStep(o Options) step {
	s := step{kind: stepCertificate, why: "a signing certificate of the application's own, valid for three years, and its use", calls: []call{
		{method: "POST", path: principal("/addTokenSigningCertificate"), body: object{{"displayName", text("CN=Microsoft Azure Federated SSO Certificate")}},
			keeps: []keep{{thumbprint.name, "thumbprint"}}},
		{method: "PATCH", path: principal(""), body: object{{"preferredTokenSigningKeyThumbprint", thumbprint}}},
	}}
	if !o.global() {
		s.needs = "a cloud whose Microsoft Graph has addTokenSigningCertificate; elsewhere make the certificate in the portal: Single sign-on > SAML Certificates > New certificate"
	}
	return s
}

// encrypts tells whether tokens are encrypted, and for whom is known.
func encrypts(t *migrate.TrustPlan) bool {
	return t.Encryption.Enabled && t.Encryption.Certificate != nil
}

// The usages of a certificate of the app.
const (
	usageEncrypt = "Encrypt"
	usageVerify  = "Verify"
)

// keyCredentials are the certificates of the app.
func keyCredentials(t *migrate.TrustPlan) list {
	var l list
	if t.Encryption.Certificate != nil {
		l = append(l, keyCredential(usageEncrypt, t.Encryption.Certificate))
	}
	for i := range t.RequestSignature.Certificates {
		l = append(l, keyCredential(usageVerify, &t.RequestSignature.Certificates[i]))
	}
	return l
}

// maxKeyName is how many characters of the name of a key Entra keeps.
const maxKeyName = 90

func keyCredential(usage string, c *migrate.Certificate) node {
	return object{
		{"keyId", text(keyID(usage, c))}, {"type", text("AsymmetricX509Cert")}, {"usage", text(usage)},
		{"displayName", text(finding.Shorten(c.Subject, maxKeyName))},
		{"startDateTime", text(c.NotBefore.UTC().Format(time.RFC3339))}, {"endDateTime", text(c.NotAfter.UTC().Format(time.RFC3339))},
		{"key", text(base64.StdEncoding.EncodeToString(c.DER))},
	}
}

// keyID is the same for the same certificate and usage, so that a second run
// finds what the first one made.
func keyID(usage string, c *migrate.Certificate) string { return uuid(usage, string(c.DER)) }

// space is the name space of the UUIDs that plans need.
var space = [16]byte{0x5d, 0x0a, 0x1e, 0x9b, 0x2c, 0x41, 0x4f, 0x6e, 0x9d, 0x53, 0x73, 0x73, 0x6f, 0x64, 0x6f, 0x63}

// uuid is a UUID of version 5 (RFC 9562, 5.5) of what it stands for.
func uuid(kind, name string) string {
	h := sha1.New()
	h.Write(space[:])
	h.Write([]byte(kind + "\x00" + name))
	u := h.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	x := hex.EncodeToString(u)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
