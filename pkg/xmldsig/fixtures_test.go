package xmldsig_test

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"math/big"
	"testing"
	"time"
	unicode16 "unicode/utf16"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// utf16 writes a text as Windows tools do.
func utf16(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, unit := range unicode16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

// renewed makes another certificate for the key of a pair.
func renewed(t *testing.T, p samltest.Pair) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(99), Subject: pkix.Name{CommonName: "TEST ONLY renewed"},
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, p.Key.Public(), p.Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// severalReferences signs an assertion and, by a second Reference, the Status,
// whose content is then changed.
func severalReferences(t *testing.T) string {
	t.Helper()
	xml := replace(t, message(), "<samlp:Status>", `<samlp:Status ID="_s">`)
	status := parse(t, xml).Root().ChildElements()[1]
	digest := sha256.Sum256(xmldsig.Canonicalize(nil, status, xmldsig.Method{Family: xmldsig.Exclusive}))
	second := `<ds:Reference URI="#_s"><ds:Transforms><ds:Transform Algorithm="` + samltest.ExcC14N + `"/></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + samltest.SHA256 + `"/><ds:DigestValue>` + base64.StdEncoding.EncodeToString(digest[:]) + `</ds:DigestValue></ds:Reference>`
	o := with(samltest.RSA(), samltest.SignOptions{ID: "_a", More: second})
	return replace(t, sign(t, xml, o), "status:Success", "status:Forged")
}

// koblitz is a certificate, TEST ONLY, for a key on a curve that Go does not
// implement (secp256k1), in Base64.
const koblitz = "MIIBjzCCATSgAwIBAgIUftXJ5XDoCPT+KaHd7/ADQy2cFA0wCgYIKoZIzj0EAwIwHjEcMBoGA1UEAwwTVEVTVCBPTkxZIHNlY3AyNTZrMTAeFw0yNjExMjIwMTQ4MTFaFw0yOTA4MTgwMTQ4MTFaMB4xHDAaBgNVBAMME1RFU1QgT05MWSBzZWNwMjU2azEwVjAQBgcqhkjOPQIBBgUrgQQACgNCAASjWpU3jJ/h2QcEMx7p/0ryWsdbnJq/GLWiiWjRdv5QWjKGhTgHSImcgxM2hCmb/CTH8EVSZc3Zsv38bju7ledYo1MwUTAdBgNVHQ4EFgQUx+VKFtbEvTRvk/qlXDVIVrCyKhQwHwYDVR0jBBgwFoAUx+VKFtbEvTRvk/qlXDVIVrCyKhQwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAt7fUKihKWGuWBSa3Bc4aFjKI1N8v/0ZtrE2cHs2z+RgCIQC9RRtd0LztqJPAP2SmqiD1RiZdvf3Hzpx9ovu+sAK2Dg=="

func decodeDER(t *testing.T, text string) []byte {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
