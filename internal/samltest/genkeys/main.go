// Command genkeys writes the keys and certificates of package samltest that are
// missing. They are for tests only: everybody can read them. Those that exist
// stay, because recorded signatures belong to them.
package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

type pair struct {
	file, name  string
	key         crypto.Signer
	first, last int // years
}

func (p pair) path() string { return filepath.Join("keys", p.file+".pem") }

func main() {
	must := func(key crypto.Signer, err error) crypto.Signer {
		if err != nil {
			log.Fatal(err)
		}
		return key
	}
	rsaKey := func(bits int) crypto.Signer { return must(rsa.GenerateKey(rand.Reader, bits)) }
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	for i, p := range []pair{
		{"rsa", "TEST ONLY identity provider", rsaKey(2048), 2025, 2028},
		{"other", "TEST ONLY other identity provider", rsaKey(2048), 2025, 2028},
		{"weak", "TEST ONLY 1024 bits", rsaKey(1024), 2025, 2028},
		{"expired", "TEST ONLY expired", rsaKey(2048), 2020, 2021},
		{"ecdsa", "TEST ONLY P-256", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), 2025, 2028},
		{"ed25519", "TEST ONLY Ed25519", must(ed, err), 2025, 2028},
	} {
		if _, err := os.Stat(p.path()); err == nil {
			continue
		}
		if err := write(p, int64(i+1)); err != nil {
			log.Fatal(err)
		}
	}
}

// write makes the certificate of a pair, from 1 January to 1 January, and
// writes both to one PEM file.
func write(p pair, serial int64) error {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: p.name},
		NotBefore:    time.Date(p.first, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(p.last, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, p.key.Public(), p.key)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("TEST ONLY: this private key is public.\n")
	pem.Encode(&b, &pem.Block{Type: "PRIVATE KEY", Bytes: key})
	pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: cert})
	return os.WriteFile(p.path(), b.Bytes(), 0o644)
}
