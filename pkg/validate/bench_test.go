package validate

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// signIn is a capture of the response alone, 4 KB as Entra sends it.
func signIn(tb testing.TB) (*scene, []*trace.Capture) {
	s := newScene()
	s.only()
	return s, s.captures(tb)
}

// BenchmarkExamine reads, verifies and judges one signed response. Its budget
// is six times BenchmarkVerifyRSA.
func BenchmarkExamine(b *testing.B) {
	s, captures := signIn(b)
	b.SetBytes(int64(len(captures[0].Messages[0].XML)))
	b.ReportAllocs()
	for b.Loop() {
		Examine(captures, s.expect, s.clock)
	}
}

// BenchmarkRead is the part of it that comes before the checks.
func BenchmarkRead(b *testing.B) {
	s, captures := signIn(b)
	b.ReportAllocs()
	for b.Loop() {
		read(captures, s.expect, s.clock)
	}
}

// BenchmarkJudge is the part of it that the checks take.
func BenchmarkJudge(b *testing.B) {
	s, captures := signIn(b)
	messages := read(captures, s.expect, s.clock)
	catalogue := Catalogue()
	b.ReportAllocs()
	for b.Loop() {
		r := &Report{}
		for _, m := range messages {
			r.apply(catalogue, exam{capture: m.capture, msg: m, all: messages, expect: s.expect})
		}
		r.conclude(catalogue)
	}
}

// BenchmarkVerifyRSA is the bare verification of one RSA-2048 signature.
func BenchmarkVerifyRSA(b *testing.B) {
	key := samltest.RSA().Key.(*rsa.PrivateKey)
	digest := sha256.Sum256([]byte("SignedInfo"))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			b.Fatal(err)
		}
	}
}
