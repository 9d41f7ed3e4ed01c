package samltest

import (
	"crypto"
	"crypto/x509"
	"embed"
	"encoding/pem"
	"sync"
)

//go:embed keys/*.pem
var keyFiles embed.FS

// Pair is a private key with its self-signed certificate. They are for tests
// only and in the repository for everyone to read. The program genkeys wrote
// them; run it again and every expected signature changes.
type Pair struct {
	Key  crypto.Signer
	Cert []byte // DER
}

// The pairs. The certificates are valid from 1 January 2025 to 1 January 2028,
// that of Expired from 1 January 2020 to 1 January 2021.
var (
	RSA     = load("rsa")     // RSA, 2048 bits
	Other   = load("other")   // another RSA key of 2048 bits
	Weak    = load("weak")    // RSA, 1024 bits
	Expired = load("expired") // RSA, 2048 bits
	ECDSA   = load("ecdsa")   // P-256
	Ed25519 = load("ed25519")
)

// load returns a function that reads a pair once. It panics where the file is
// not what genkeys writes.
func load(name string) func() Pair {
	return sync.OnceValue(func() Pair {
		data, err := keyFiles.ReadFile("keys/" + name + ".pem")
		if err != nil {
			panic(err)
		}
		keyBlock, rest := pem.Decode(data)
		certBlock, _ := pem.Decode(rest)
		key, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
		if err != nil {
			panic(err)
		}
		return Pair{key.(crypto.Signer), certBlock.Bytes}
	})
}
