package xmlenc

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	_ "crypto/sha1"   // registers SHA-1
	_ "crypto/sha256" // registers SHA-224 and SHA-256
	_ "crypto/sha512" // registers SHA-384 and SHA-512
)

// The namespaces of XML encryption and signatures.
const (
	encNamespace   = "http://www.w3.org/2001/04/xmlenc#"
	enc11Namespace = "http://www.w3.org/2009/xmlenc11#"
	dsNamespace    = "http://www.w3.org/2000/09/xmldsig#"
	moreNamespace  = "http://www.w3.org/2001/04/xmldsig-more#"
)

// contentCipher is a row of the table of content encryptions.
type contentCipher struct {
	uri, name string
	keySize   int // in bytes
	block     func(key []byte) (cipher.Block, error)
	gcm       bool
}

// contentCiphers are those of XMLEnc 1.1 section 5.2.
var contentCiphers = []contentCipher{
	{encNamespace + "aes256-cbc", "AES-256-CBC", 32, aes.NewCipher, false},
	{encNamespace + "aes128-cbc", "AES-128-CBC", 16, aes.NewCipher, false},
	{encNamespace + "aes192-cbc", "AES-192-CBC", 24, aes.NewCipher, false},
	{enc11Namespace + "aes256-gcm", "AES-256-GCM", 32, aes.NewCipher, true},
	{enc11Namespace + "aes128-gcm", "AES-128-GCM", 16, aes.NewCipher, true},
	{enc11Namespace + "aes192-gcm", "AES-192-GCM", 24, aes.NewCipher, true},
	{encNamespace + "tripledes-cbc", "3DES-CBC", 24, des.NewTripleDESCipher, false},
}

func findCipher(uri string) (contentCipher, bool) {
	for _, c := range contentCiphers {
		if c.uri == uri {
			return c, true
		}
	}
	return contentCipher{}, false
}

// padding is how the content key is padded before RSA.
type padding uint8

const (
	notRSA padding = iota
	pkcs1          // RSAES-PKCS1-v1_5
	oaepMGF1
	oaep11 // with a mask generation function of its own
)

// transport is a row of the table of key encryptions; need says what one that
// does not use RSA needs instead.
type transport struct {
	uri, name string
	padding   padding
	need      string
}

const (
	sharedSecret = "a secret that both sides share"
	agreedKey    = "a key agreement (ECDH or DH)"
)

// transports are those of XMLEnc 1.1 sections 5.5 to 5.7.
var transports = []transport{
	{encNamespace + "rsa-oaep-mgf1p", "RSA-OAEP", oaepMGF1, ""},
	{enc11Namespace + "rsa-oaep", "RSA-OAEP", oaep11, ""},
	{encNamespace + "rsa-1_5", "RSA PKCS #1 v1.5", pkcs1, ""},
	{encNamespace + "kw-aes128", "AES-128 key wrap", notRSA, sharedSecret},
	{encNamespace + "kw-aes192", "AES-192 key wrap", notRSA, sharedSecret},
	{encNamespace + "kw-aes256", "AES-256 key wrap", notRSA, sharedSecret},
	{encNamespace + "kw-tripledes", "3DES key wrap", notRSA, sharedSecret},
	{encNamespace + "dh", "Diffie-Hellman", notRSA, agreedKey},
	{enc11Namespace + "dh-es", "DH-ES", notRSA, agreedKey},
	{enc11Namespace + "ECDH-ES", "ECDH-ES", notRSA, agreedKey},
}

func findTransport(uri string) (transport, bool) {
	for _, t := range transports {
		if t.uri == uri {
			return t, true
		}
	}
	return transport{}, false
}

// digests are the digests of OAEP (XMLEnc 1.1 section 5.5.2, RFC 9231 section
// 2.1). SHA-2 in the namespace of XMLDSig exists in no specification, but some
// libraries write it.
var digests = map[string]crypto.Hash{
	dsNamespace + "sha1":     crypto.SHA1,
	moreNamespace + "sha224": crypto.SHA224,
	encNamespace + "sha256":  crypto.SHA256,
	moreNamespace + "sha384": crypto.SHA384,
	encNamespace + "sha384":  crypto.SHA384,
	encNamespace + "sha512":  crypto.SHA512,
	dsNamespace + "sha256":   crypto.SHA256,
	dsNamespace + "sha384":   crypto.SHA384,
	dsNamespace + "sha512":   crypto.SHA512,
}

// masks are the mask generation functions (XMLEnc 1.1 section 5.5.2).
var masks = map[string]crypto.Hash{
	enc11Namespace + "mgf1sha1":   crypto.SHA1,
	enc11Namespace + "mgf1sha224": crypto.SHA224,
	enc11Namespace + "mgf1sha256": crypto.SHA256,
	enc11Namespace + "mgf1sha384": crypto.SHA384,
	enc11Namespace + "mgf1sha512": crypto.SHA512,
}

// AlgorithmName shortens the URI of an encryption algorithm to its usual name,
// such as "AES-256-GCM". A URI that is none is returned as it is.
func AlgorithmName(uri string) string {
	if c, ok := findCipher(uri); ok {
		return c.name
	}
	if t, ok := findTransport(uri); ok {
		return t.name
	}
	return uri
}
