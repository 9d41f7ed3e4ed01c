package keys

import (
	"crypto"
	"crypto/dsa" //lint:ignore SA1019 old certificates and signatures are read and judged, none is made
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"
	"math/big"
)

// signatureNames are the algorithms that sign certificates, by OID (RFC 3279,
// 4055, 5758, 8410, 9688), named as crypto/x509 names them.
var signatureNames = map[string]string{
	"1.2.840.113549.1.1.2":    "MD2-RSA",
	"1.2.840.113549.1.1.3":    "MD4-RSA",
	"1.2.840.113549.1.1.4":    "MD5-RSA",
	"1.2.840.113549.1.1.5":    "SHA1-RSA",
	"1.3.14.3.2.29":           "SHA1-RSA",
	"1.2.840.113549.1.1.14":   "SHA224-RSA",
	"1.2.840.113549.1.1.11":   "SHA256-RSA",
	"1.2.840.113549.1.1.12":   "SHA384-RSA",
	"1.2.840.113549.1.1.13":   "SHA512-RSA",
	"1.2.840.113549.1.1.10":   "RSAPSS",
	"1.2.840.10040.4.3":       "DSA-SHA1",
	"2.16.840.1.101.3.4.3.1":  "DSA-SHA224",
	"2.16.840.1.101.3.4.3.2":  "DSA-SHA256",
	"1.2.840.10045.4.1":       "ECDSA-SHA1",
	"1.2.840.10045.4.3.1":     "ECDSA-SHA224",
	"1.2.840.10045.4.3.2":     "ECDSA-SHA256",
	"1.2.840.10045.4.3.3":     "ECDSA-SHA384",
	"1.2.840.10045.4.3.4":     "ECDSA-SHA512",
	"2.16.840.1.101.3.4.3.10": "ECDSA-SHA3-256",
	"1.3.101.112":             "Ed25519",
	"1.3.101.113":             "Ed448",
}

// algorithmName names the algorithm of an AlgorithmIdentifier.
func algorithmName(e element) string {
	parts := e.children(1)
	if len(parts) == 0 {
		return "unknown"
	}
	oid := parts[0].oid()
	if name, known := signatureNames[oid]; known {
		return name
	}
	if oid == "" {
		return "unknown"
	}
	return oid
}

// curves are the named curves (RFC 5480, 5639, SEC 2). Those without an
// implementation here are named only.
var curves = map[string]struct {
	name  string
	bits  int
	curve elliptic.Curve
}{
	"1.2.840.10045.3.1.7":   {"P-256", 256, elliptic.P256()},
	"1.3.132.0.33":          {"P-224", 224, elliptic.P224()},
	"1.3.132.0.34":          {"P-384", 384, elliptic.P384()},
	"1.3.132.0.35":          {"P-521", 521, elliptic.P521()},
	"1.2.840.10045.3.1.1":   {"P-192", 192, nil},
	"1.3.132.0.10":          {"secp256k1", 256, nil},
	"1.3.36.3.3.2.8.1.1.7":  {"brainpoolP256r1", 256, nil},
	"1.3.36.3.3.2.8.1.1.11": {"brainpoolP384r1", 384, nil},
	"1.3.36.3.3.2.8.1.1.13": {"brainpoolP512r1", 512, nil},
}

// maxKeyBits bounds the keys that are used, since a signature by a larger one
// takes too long to verify.
const maxKeyBits = 16384

// describe names a public key and gives its size in bits.
func describe(key crypto.PublicKey) (algorithm string, bits int) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return "RSA", key.N.BitLen()
	case *ecdsa.PublicKey:
		params := key.Curve.Params()
		return "ECDSA " + params.Name, params.BitSize
	case ed25519.PublicKey:
		return "Ed25519", 256
	case *dsa.PublicKey:
		return "DSA", key.P.BitLen()
	}
	return "unknown", 0
}

// publicKey is what a SubjectPublicKeyInfo says; public is nil where the key
// cannot be used.
type publicKey struct {
	public    crypto.PublicKey
	algorithm string
	bits      int
}

// parsePublicKey reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). With
// an error the result still says what is known of the key.
func parsePublicKey(spki element) (publicKey, error) {
	parts := spki.children(2)
	if len(parts) < 2 {
		return publicKey{algorithm: "unknown"}, errNoKey
	}
	algorithm := parts[0].children(2)
	if len(algorithm) == 0 {
		return publicKey{algorithm: "unknown"}, errNoKey
	}
	var parameters element
	if len(algorithm) > 1 {
		parameters = algorithm[1]
	}
	switch oid, material := algorithm[0].oid(), parts[1].bits(); oid {
	case "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.7", "2.5.8.1.1":
		return parseRSA(material)
	case "1.2.840.10045.2.1":
		return parseEC(parameters, material)
	case "1.2.840.10040.4.1":
		return parseDSA(parameters, material)
	case "1.3.101.112":
		return parseEd25519(material)
	default:
		name := map[string]string{"1.3.101.110": "X25519", "1.3.101.111": "X448", "1.3.101.113": "Ed448"}[oid]
		if name == "" {
			name = oid
		}
		return publicKey{algorithm: name}, fmt.Errorf("algorithm %q is not supported, expected RSA, ECDSA, Ed25519 or DSA", name)
	}
}

func parseRSA(material []byte) (publicKey, error) {
	key := publicKey{algorithm: "RSA"}
	numbers, err := integers(material, 2)
	if err != nil {
		return key, err
	}
	n, e := numbers[0], numbers[1]
	key.bits = n.BitLen()
	switch {
	case n.Sign() <= 0:
		return key, fmt.Errorf("the RSA modulus is not positive")
	case n.BitLen() > maxKeyBits:
		return key, fmt.Errorf("the RSA modulus has %d bits, expected at most %d", n.BitLen(), maxKeyBits)
	case e.Sign() <= 0 || e.BitLen() > 31:
		return key, fmt.Errorf("the RSA exponent is out of range, expected 3 to 2147483647, mostly 65537")
	}
	key.public = &rsa.PublicKey{N: n, E: int(e.Int64())}
	return key, nil
}

func parseEC(parameters element, material []byte) (publicKey, error) {
	oid := parameters.oid()
	curve, known := curves[oid]
	if !known {
		return publicKey{algorithm: "ECDSA"}, fmt.Errorf("curve %q is not known, expected P-256, P-384 or P-521", oid)
	}
	key := publicKey{algorithm: "ECDSA " + curve.name, bits: curve.bits}
	if curve.curve == nil {
		return key, fmt.Errorf("curve %s is not supported, expected P-256, P-384 or P-521", curve.name)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve.curve, material)
	if err != nil {
		if x, y := elliptic.UnmarshalCompressed(curve.curve, material); x != nil {
			//lint:ignore SA1019 the standard library parses compressed points in no other way
			key.public = &ecdsa.PublicKey{Curve: curve.curve, X: x, Y: y}
			return key, nil
		}
		return key, fmt.Errorf("the point does not lie on curve %s", curve.name)
	}
	key.public = public
	return key, nil
}

func parseDSA(parameters element, material []byte) (publicKey, error) {
	key := publicKey{algorithm: "DSA"}
	domain, err := integers(parameters.full, 3)
	if err != nil {
		return key, err
	}
	y, _, err := readElement(material)
	if err != nil || y.tag != tagInteger {
		return key, errNoKey
	}
	if domain[0].Sign() <= 0 || domain[1].Sign() <= 0 || domain[2].Sign() <= 0 || domain[0].BitLen() > maxKeyBits {
		return key, errNoKey
	}
	key.bits = domain[0].BitLen()
	key.public = &dsa.PublicKey{
		Parameters: dsa.Parameters{P: domain[0], Q: domain[1], G: domain[2]},
		Y:          signedInteger(y.body),
	}
	return key, nil
}

func parseEd25519(material []byte) (publicKey, error) {
	key := publicKey{algorithm: "Ed25519", bits: 256}
	if len(material) != ed25519.PublicKeySize {
		return key, errNoKey
	}
	key.public = ed25519.PublicKey(material)
	return key, nil
}

// integers reads a SEQUENCE that starts with count INTEGERs.
func integers(in []byte, count int) ([]*big.Int, error) {
	outer, _, err := readElement(in)
	if err != nil || outer.tag != tagSequence {
		return nil, errNoKey
	}
	var list []*big.Int
	for _, child := range outer.children(count) {
		if child.tag != tagInteger {
			return nil, errNoKey
		}
		list = append(list, signedInteger(child.body))
	}
	if len(list) < count {
		return nil, errNoKey
	}
	return list, nil
}
