package xmldsig

import (
	"crypto"
	"crypto/dsa" //lint:ignore SA1019 old certificates and signatures are read and judged, none is made
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// maxKeyBits is where keys end: longer ones exist to cost time.
const maxKeyBits = 16384

// signed is what a key is held against.
type signed struct {
	algorithm algorithm
	content   []byte // canonical SignedInfo
	digest    []byte
	value     []byte
	salt      int // of RSA-PSS
	der       bool
}

// verifyValue judges SignatureValue with every key at hand.
func (j *judge) verifyValue() {
	m, ok := j.canonicalMethod()
	alg, known := j.signatureMethod()
	value, readable := j.base64(j.layout.value)
	j.Certificate = likelySigner(j.Embedded)
	switch {
	case !readable:
		return
	case !ok || !known:
		j.Value, j.Key = Unsupported, KeyUnsupported
		return
	}
	s := signed{algorithm: alg, value: value, salt: -1}
	if alg.scheme == rsaPSS && !j.readPSS(&s) {
		j.Value, j.Key = Unsupported, KeyUnsupported
		return
	}
	if s.content, ok = j.canonicalize(j.layout.signedInfo, m, nil); !ok {
		j.Value, j.Key = Unsupported, KeyUnsupported
		return
	}
	if alg.scheme != eddsa {
		h := s.algorithm.hash.New()
		h.Write(s.content)
		s.digest = h.Sum(nil)
	}
	j.tryKeys(&s)
}

func (j *judge) canonicalMethod() (Method, bool) {
	t, _ := findTransform(j.CanonicalMethod)
	if t.kind != canonicalization {
		j.actual("signature-unsupported", j.layout.canonicalization, fmt.Sprintf("the canonicalisation %s is not supported, so the signature is not judged", finding.Quote(j.CanonicalMethod)), j.CanonicalMethod)
		return Method{}, false
	}
	t.method.Prefixes = prefixList(j.layout.canonicalization)
	return t.method, true
}

// weakDigest is the first digest algorithm of a signature that is weak; method is
// nil where none is.
type weakDigest struct {
	method *etree.Element
	algorithm
	uri string
}

// reportWeak tells of weak algorithms once for the signature: who changes the
// one changes the other with it.
func (j *judge) reportWeak(el *etree.Element, a algorithm) {
	d := j.weakDigest
	switch {
	case a.weak != "" && d.method != nil:
		detail := fmt.Sprintf("the signature algorithm %s %s, and so does its digest algorithm %s", a.name, a.weak, d.name)
		if a.weak != d.weak {
			detail = fmt.Sprintf("the signature algorithm %s %s; its digest algorithm %s %s", a.name, a.weak, d.name, d.weak)
		}
		j.actual("signature-algorithm-weak", el, detail+"; expected rsa-sha256 with sha256 or better", j.SignatureAlgorithm)
	case a.weak != "":
		j.actual("signature-algorithm-weak", el, fmt.Sprintf("the signature algorithm %s %s; expected rsa-sha256 or better", a.name, a.weak), j.SignatureAlgorithm)
	case d.method != nil:
		j.actual("signature-algorithm-weak", d.method, fmt.Sprintf("the digest algorithm %s %s; expected sha256 or better", d.name, d.weak), d.uri)
	}
}

func (j *judge) signatureMethod() (algorithm, bool) {
	el := j.layout.method
	a, known := findAlgorithm(signatureAlgorithms, j.SignatureAlgorithm)
	j.reportWeak(el, a)
	if !known || a.hash == 0 {
		j.unsupported("signature", el, j.SignatureAlgorithm, signatureAlgorithms)
		return a, false
	}
	return a, true
}

// unsupported reports an algorithm that cannot be judged, and which one a
// misspelt URI was meant to be.
func (j *judge) unsupported(use string, at *etree.Element, uri string, table []algorithm) {
	detail := fmt.Sprintf("the %s algorithm %s is not supported, so the %s is not judged", use, finding.Quote(AlgorithmName(uri)), use)
	if _, known := findAlgorithm(table, uri); !known && len(uri) < 200 {
		uris := make([]string, len(table))
		for i, a := range table {
			uris[i] = a.uri
		}
		if near := finding.DidYouMean(uri, uris); near != "" {
			detail += fmt.Sprintf("; no such algorithm is known, perhaps %q is meant", near)
		}
	}
	j.actual("signature-unsupported", at, detail, uri)
}

// readPSS reads RSAPSSParams (RFC 9231 section 2.3.9), whose defaults are
// SHA-256, MGF1 with the same digest, and a salt as long as the digest. The
// algorithms that carry the digest in their name have no parameters.
func (j *judge) readPSS(s *signed) bool {
	params := xmldoc.Child(j.layout.method, more2007, "RSAPSSParams")
	if params == nil || s.algorithm.uri != more2007+"rsa-pss" {
		return true
	}
	digest, ok := j.pssDigest(params, s.algorithm.hash)
	mask := crypto.SHA256
	if mgf := xmldoc.Child(params, more2007, "MaskGenerationFunction"); mgf != nil {
		var maskOK bool
		mask, maskOK = j.pssDigest(mgf, mask)
		ok = ok && maskOK
	} else {
		mask = digest
	}
	if ok && mask != digest {
		j.problem("signature-unsupported", params, fmt.Sprintf("RSA-PSS with %v and a mask of %v is not supported, so the signature is not judged", digest, mask))
		return false
	}
	s.algorithm.hash = digest
	if salt := xmldoc.Child(params, more2007, "SaltLength"); salt != nil {
		n, err := strconv.ParseUint(strings.TrimSpace(xmldoc.Text(salt)), 10, 15)
		if err != nil {
			j.problem("signature-malformed", salt, fmt.Sprintf("SaltLength %s is no length in bytes", finding.Quote(finding.Shorten(xmldoc.Text(salt), 40))))
			return false
		}
		s.salt = int(n)
	}
	return ok
}

func (j *judge) pssDigest(el *etree.Element, standard crypto.Hash) (crypto.Hash, bool) {
	method := xmldoc.Child(el, dsNamespace, "DigestMethod")
	if method == nil {
		return standard, true
	}
	uri, _ := xmldoc.Attr(method, "Algorithm")
	a, _ := findAlgorithm(digestAlgorithms, uri)
	if a.hash == 0 {
		j.actual("signature-unsupported", method, fmt.Sprintf("RSA-PSS with the digest %s is not supported, so the signature is not judged", finding.Quote(AlgorithmName(uri))), uri)
	}
	return a.hash, a.hash != 0
}

// tryKeys holds SignedInfo against the candidates until one verifies.
func (j *judge) tryKeys(s *signed) {
	j.Value, j.Key = NotChecked, KeyNone
	candidates := j.candidates()
	if len(candidates) == 0 && len(j.Embedded)+len(j.opts.Trusted) > 0 {
		j.Value = Unsupported // certificates there are, but none with a usable key
	}
	for _, c := range candidates {
		if j.effortLeft -= effort(c.key); j.effortLeft < 0 {
			j.problem("signature-unsupported", j.Element, "this document brings more keys and signatures than any real one, so the rest is not judged")
			j.Value, j.Key = Unsupported, KeyUnsupported
			return
		}
		verdict := s.verify(c.key)
		switch {
		case verdict == Match:
			j.Value = Match
			j.accept(c)
			j.noteForm(s)
			return
		case j.Value != Mismatch:
			j.Value = verdict
		}
	}
	if j.Value == Unsupported {
		j.Key = KeyUnsupported
		j.problem("signature-unsupported", j.layout.method, fmt.Sprintf("no key at hand is of the kind that %s needs, or it cannot be used, so the signature is not judged", s.algorithm.name))
	}
}

func (j *judge) accept(c candidate) {
	switch {
	case c.trusted:
		j.Key = KeyConfigured
	case len(j.opts.Trusted) > 0:
		j.Key = KeyUntrusted
	default:
		j.Key = KeyEmbedded
	}
	if j.Certificate = c.cert; c.cert == nil && len(j.Embedded) > 0 {
		j.add(finding.Problem{Check: "signature-malformed", Severity: finding.Info, Detail: "the KeyValue in KeyInfo verifies, but the certificate beside it belongs to another key; expected both to be the signer's"}, j.layout.keyInfo)
	}
}

func (j *judge) noteForm(s *signed) {
	if s.der {
		j.add(finding.Problem{Check: "signature-malformed", Severity: finding.Warning, Detail: "the ECDSA signature is in DER form; XMLDSig wants r and s side by side, and most receivers refuse this one"}, j.layout.value)
	}
}

// effort is the cost of one verification, in those of RSA-2048.
func effort(key crypto.PublicKey) int {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return 1 + k.N.BitLen()*k.N.BitLen()/(2048*2048)
	case *dsa.PublicKey:
		return 8 + k.P.BitLen()*k.P.BitLen()/(512*512)
	}
	return 4
}

// verify holds the signature against one key. It is Unsupported where the key
// is of another kind than the algorithm, or cannot be used.
func (s *signed) verify(key crypto.PublicKey) Verdict {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return s.verifyRSA(k)
	case *ecdsa.PublicKey:
		return s.verifyECDSA(k)
	case ed25519.PublicKey:
		if s.algorithm.scheme == eddsa && len(k) == ed25519.PublicKeySize {
			return verdict(ed25519.Verify(k, s.content, s.value))
		}
	case *dsa.PublicKey:
		return s.verifyDSA(k)
	}
	return Unsupported
}

func verdict(ok bool) Verdict {
	if ok {
		return Match
	}
	return Mismatch
}

func (s *signed) verifyRSA(key *rsa.PublicKey) Verdict {
	var err error
	switch {
	case s.algorithm.scheme != rsaPKCS1 && s.algorithm.scheme != rsaPSS, key.N.BitLen() > maxKeyBits:
		return Unsupported
	case len(s.value) != key.Size():
		return Mismatch
	case s.algorithm.scheme == rsaPKCS1:
		err = rsa.VerifyPKCS1v15(key, s.algorithm.hash, s.digest, s.value)
	default:
		salt := s.salt
		if salt < 0 {
			salt = s.algorithm.hash.Size()
		} else if salt == 0 {
			return Unsupported // rsa.PSSSaltLengthAuto would accept any
		}
		err = rsa.VerifyPSS(key, s.algorithm.hash, s.digest, s.value, &rsa.PSSOptions{SaltLength: salt})
	}
	if err != nil && !errors.Is(err, rsa.ErrVerification) {
		return Unsupported
	}
	return verdict(err == nil)
}

func (s *signed) verifyECDSA(key *ecdsa.PublicKey) Verdict {
	if s.algorithm.scheme != ecdsaRS {
		return Unsupported
	}
	size := (key.Curve.Params().BitSize + 7) / 8
	if len(s.value) == 2*size {
		r, t := new(big.Int).SetBytes(s.value[:size]), new(big.Int).SetBytes(s.value[size:])
		if ecdsa.Verify(key, s.digest, r, t) {
			return Match
		}
	}
	s.der = ecdsa.VerifyASN1(key, s.digest, s.value)
	return verdict(s.der)
}

func (s *signed) verifyDSA(key *dsa.PublicKey) Verdict {
	size := (key.Q.BitLen() + 7) / 8
	if s.algorithm.scheme != dsaRS || key.P.BitLen() > maxKeyBits || size > 64 || key.P.Sign() <= 0 || key.Q.Sign() <= 0 || key.Y.Sign() <= 0 {
		return Unsupported
	}
	if len(s.value) != 2*size {
		return Mismatch
	}
	r, t := new(big.Int).SetBytes(s.value[:size]), new(big.Int).SetBytes(s.value[size:])
	return verdict(dsa.Verify(key, s.digest[:min(size, len(s.digest))], r, t))
}
