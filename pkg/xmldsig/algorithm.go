package xmldsig

import (
	"crypto"
	_ "crypto/sha1"   // registers SHA-1
	_ "crypto/sha256" // registers SHA-224 and SHA-256
	_ "crypto/sha3"   // registers SHA-3
	_ "crypto/sha512" // registers SHA-384 and SHA-512
)

// The namespaces of XML signatures.
const (
	dsNamespace   = "http://www.w3.org/2000/09/xmldsig#"
	ds11Namespace = "http://www.w3.org/2009/xmldsig11#"
	excNamespace  = "http://www.w3.org/2001/10/xml-exc-c14n#"
	moreNamespace = "http://www.w3.org/2001/04/xmldsig-more#"
	more2007      = "http://www.w3.org/2007/05/xmldsig-more#"
	more2021      = "http://www.w3.org/2021/04/xmldsig-more#"
	encNamespace  = "http://www.w3.org/2001/04/xmlenc#"
)

// scheme is how a signature value relates to a digest and a key.
type scheme uint8

const (
	unknownScheme scheme = iota
	rsaPKCS1
	rsaPSS
	ecdsaRS // r and s side by side, XMLDSig 1.1 section 6.4.3
	dsaRS
	eddsa
	hmac
)

// algorithm is a row of the tables of signature and digest algorithms. A hash
// of 0 means that this package cannot compute it; weak says why it should not
// be used, in the words that follow its name.
type algorithm struct {
	uri, name string
	scheme    scheme
	hash      crypto.Hash
	weak      string
}

const (
	weakSHA1   = "uses SHA-1, which is broken for signatures"
	weakMD5    = "uses MD5, which is broken"
	weakRIPEMD = "uses RIPEMD-160, which is obsolete"
	weakHMAC   = "uses a shared secret, which proves nothing about who signed"
)

// signatureAlgorithms are those of XMLDSig 1.1 section 6.4 and RFC 9231
// section 2.3.
var signatureAlgorithms = []algorithm{
	{moreNamespace + "rsa-sha256", "rsa-sha256", rsaPKCS1, crypto.SHA256, ""},
	{dsNamespace + "rsa-sha1", "rsa-sha1", rsaPKCS1, crypto.SHA1, weakSHA1},
	{moreNamespace + "rsa-sha512", "rsa-sha512", rsaPKCS1, crypto.SHA512, ""},
	{moreNamespace + "rsa-sha384", "rsa-sha384", rsaPKCS1, crypto.SHA384, ""},
	{moreNamespace + "rsa-sha224", "rsa-sha224", rsaPKCS1, crypto.SHA224, ""},
	{moreNamespace + "rsa-md5", "rsa-md5", rsaPKCS1, 0, weakMD5},
	{moreNamespace + "rsa-ripemd160", "rsa-ripemd160", rsaPKCS1, 0, weakRIPEMD},
	{more2007 + "rsa-pss", "rsa-pss", rsaPSS, crypto.SHA256, ""},
	{more2007 + "sha1-rsa-MGF1", "sha1-rsa-MGF1", rsaPSS, crypto.SHA1, weakSHA1},
	{more2007 + "sha224-rsa-MGF1", "sha224-rsa-MGF1", rsaPSS, crypto.SHA224, ""},
	{more2007 + "sha256-rsa-MGF1", "sha256-rsa-MGF1", rsaPSS, crypto.SHA256, ""},
	{more2007 + "sha384-rsa-MGF1", "sha384-rsa-MGF1", rsaPSS, crypto.SHA384, ""},
	{more2007 + "sha512-rsa-MGF1", "sha512-rsa-MGF1", rsaPSS, crypto.SHA512, ""},
	{more2007 + "sha3-224-rsa-MGF1", "sha3-224-rsa-MGF1", rsaPSS, crypto.SHA3_224, ""},
	{more2007 + "sha3-256-rsa-MGF1", "sha3-256-rsa-MGF1", rsaPSS, crypto.SHA3_256, ""},
	{more2007 + "sha3-384-rsa-MGF1", "sha3-384-rsa-MGF1", rsaPSS, crypto.SHA3_384, ""},
	{more2007 + "sha3-512-rsa-MGF1", "sha3-512-rsa-MGF1", rsaPSS, crypto.SHA3_512, ""},
	{moreNamespace + "ecdsa-sha1", "ecdsa-sha1", ecdsaRS, crypto.SHA1, weakSHA1},
	{moreNamespace + "ecdsa-sha224", "ecdsa-sha224", ecdsaRS, crypto.SHA224, ""},
	{moreNamespace + "ecdsa-sha256", "ecdsa-sha256", ecdsaRS, crypto.SHA256, ""},
	{moreNamespace + "ecdsa-sha384", "ecdsa-sha384", ecdsaRS, crypto.SHA384, ""},
	{moreNamespace + "ecdsa-sha512", "ecdsa-sha512", ecdsaRS, crypto.SHA512, ""},
	{more2021 + "ecdsa-sha3-224", "ecdsa-sha3-224", ecdsaRS, crypto.SHA3_224, ""},
	{more2021 + "ecdsa-sha3-256", "ecdsa-sha3-256", ecdsaRS, crypto.SHA3_256, ""},
	{more2021 + "ecdsa-sha3-384", "ecdsa-sha3-384", ecdsaRS, crypto.SHA3_384, ""},
	{more2021 + "ecdsa-sha3-512", "ecdsa-sha3-512", ecdsaRS, crypto.SHA3_512, ""},
	{more2007 + "ecdsa-ripemd160", "ecdsa-ripemd160", ecdsaRS, 0, weakRIPEMD},
	{more2021 + "eddsa-ed25519", "eddsa-ed25519", eddsa, crypto.SHA512, ""},
	{more2021 + "eddsa-ed448", "eddsa-ed448", eddsa, 0, ""},
	{dsNamespace + "dsa-sha1", "dsa-sha1", dsaRS, crypto.SHA1, weakSHA1},
	{ds11Namespace + "dsa-sha256", "dsa-sha256", dsaRS, crypto.SHA256, ""},
	{dsNamespace + "hmac-sha1", "hmac-sha1", hmac, 0, weakHMAC},
	{moreNamespace + "hmac-sha224", "hmac-sha224", hmac, 0, weakHMAC},
	{moreNamespace + "hmac-sha256", "hmac-sha256", hmac, 0, weakHMAC},
	{moreNamespace + "hmac-sha384", "hmac-sha384", hmac, 0, weakHMAC},
	{moreNamespace + "hmac-sha512", "hmac-sha512", hmac, 0, weakHMAC},
	{moreNamespace + "hmac-md5", "hmac-md5", hmac, 0, weakHMAC},
	{moreNamespace + "hmac-ripemd160", "hmac-ripemd160", hmac, 0, weakHMAC},
}

// digestAlgorithms are those of XMLDSig 1.1 section 6.2 and RFC 9231 section
// 2.1.
var digestAlgorithms = []algorithm{
	{encNamespace + "sha256", "sha256", 0, crypto.SHA256, ""},
	{dsNamespace + "sha1", "sha1", 0, crypto.SHA1, weakSHA1},
	{encNamespace + "sha512", "sha512", 0, crypto.SHA512, ""},
	{moreNamespace + "sha384", "sha384", 0, crypto.SHA384, ""},
	{moreNamespace + "sha224", "sha224", 0, crypto.SHA224, ""},
	{more2007 + "sha3-224", "sha3-224", 0, crypto.SHA3_224, ""},
	{more2007 + "sha3-256", "sha3-256", 0, crypto.SHA3_256, ""},
	{more2007 + "sha3-384", "sha3-384", 0, crypto.SHA3_384, ""},
	{more2007 + "sha3-512", "sha3-512", 0, crypto.SHA3_512, ""},
	{moreNamespace + "md5", "md5", 0, 0, weakMD5},
	{encNamespace + "ripemd160", "ripemd160", 0, 0, weakRIPEMD},
}

// transformKind is what a transform does to a Reference.
type transformKind uint8

const (
	unknownTransform transformKind = iota
	canonicalization
	envelopedSignature
	base64Transform
	unsafeTransform // runs a program that the message brings along
)

// transform is a row of the table of transforms and canonicalisations.
type transform struct {
	uri, name string
	kind      transformKind
	method    Method
}

// transforms are those of XMLDSig 1.1 sections 6.5 and 6.6 and RFC 9231
// section 2.6.
var transforms = []transform{
	{dsNamespace + "enveloped-signature", "enveloped-signature", envelopedSignature, Method{}},
	{excNamespace, "exc-c14n", canonicalization, Method{Family: Exclusive}},
	{excNamespace + "WithComments", "exc-c14n-with-comments", canonicalization, Method{Family: Exclusive, Comments: true}},
	{"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "c14n", canonicalization, Method{}},
	{"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", "c14n-with-comments", canonicalization, Method{Comments: true}},
	{"http://www.w3.org/2006/12/xml-c14n11", "c14n11", canonicalization, Method{Family: Inclusive11}},
	{"http://www.w3.org/2006/12/xml-c14n11#WithComments", "c14n11-with-comments", canonicalization, Method{Family: Inclusive11, Comments: true}},
	{dsNamespace + "base64", "base64", base64Transform, Method{}},
	{"http://www.w3.org/TR/1999/REC-xpath-19991116", "xpath", unsafeTransform, Method{}},
	{"http://www.w3.org/2002/06/xmldsig-filter2", "xpath-filter2", unsafeTransform, Method{}},
	{"http://www.w3.org/TR/1999/REC-xslt-19991116", "xslt", unsafeTransform, Method{}},
	{"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform", "str-transform", unknownTransform, Method{}},
}

func findAlgorithm(table []algorithm, uri string) (algorithm, bool) {
	for i := range table {
		if table[i].uri == uri {
			return table[i], true
		}
	}
	return algorithm{}, false
}

func findTransform(uri string) (transform, bool) {
	for i := range transforms {
		if transforms[i].uri == uri {
			return transforms[i], true
		}
	}
	return transform{}, false
}

// AlgorithmName shortens the URI of a signature, digest, canonicalisation or
// transform algorithm to its usual name, such as "rsa-sha256", "sha256" or
// "exc-c14n". A URI that is none of these is returned as it is.
func AlgorithmName(uri string) string {
	if a, ok := findAlgorithm(signatureAlgorithms, uri); ok {
		return a.name
	}
	if a, ok := findAlgorithm(digestAlgorithms, uri); ok {
		return a.name
	}
	if t, ok := findTransform(uri); ok {
		return t.name
	}
	return uri
}

// MethodOf returns the canonicalisation that a URI names, without a prefix
// list, and whether it names one.
func MethodOf(uri string) (Method, bool) {
	t, _ := findTransform(uri)
	return t.method, t.kind == canonicalization
}
