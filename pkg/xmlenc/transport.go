package xmlenc

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"math/big"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// encryptedKey is one xenc:EncryptedKey taken apart.
type encryptedKey struct {
	transport    transport
	oaep         rsa.OAEPOptions
	octets       []byte
	certificates []*keys.Certificate
	fault        *fault // why it cannot be used
}

// fault is why something cannot be decrypted, whatever the key.
type fault struct {
	outcome Outcome
	detail  string
}

func damaged(format string, args ...any) *fault {
	return &fault{Damaged, fmt.Sprintf(format, args...)}
}

func unsupported(format string, args ...any) *fault {
	return &fault{Unsupported, fmt.Sprintf(format, args...)}
}

// readEncryptedKey reads an EncryptedKey (XMLEnc 1.1 section 3.5.1).
func readEncryptedKey(el *etree.Element) *encryptedKey {
	k := &encryptedKey{certificates: keyCertificates(el)}
	method := xmldoc.Child(el, encNamespace, "EncryptionMethod")
	uri, _ := xmldoc.Attr(method, "Algorithm")
	var known bool
	k.transport, known = findTransport(uri)
	switch {
	case method == nil:
		k.fault = unsupported("the EncryptedKey does not say how it is encrypted: it has no EncryptionMethod")
	case !known:
		k.fault = unsupported("the key encryption %s is not known, expected RSA-OAEP or RSA PKCS #1 v1.5", finding.Quote(finding.Shorten(uri, 120)))
	case k.transport.padding == notRSA:
		k.fault = unsupported("the content key is encrypted by %s, which needs %s; only RSA is supported", k.transport.name, k.transport.need)
	}
	if k.fault == nil && k.transport.padding != pkcs1 {
		k.oaep, k.fault = readOAEP(method, k.transport.padding)
	}
	if k.fault == nil {
		k.octets, k.fault = cipherOctets(el)
	}
	return k
}

// readOAEP reads the parameters of OAEP (XMLEnc 1.1 section 5.5.2): SHA-1
// where no digest is named, and a mask of SHA-1 where none is.
func readOAEP(method *etree.Element, p padding) (rsa.OAEPOptions, *fault) {
	o := rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1}
	if el := xmldoc.Child(method, dsNamespace, "DigestMethod"); el != nil {
		uri, _ := xmldoc.Attr(el, "Algorithm")
		if o.Hash = digests[uri]; o.Hash == 0 {
			return o, unsupported("RSA-OAEP with the digest %s is not supported", finding.Quote(finding.Shorten(uri, 120)))
		}
	}
	if el := xmldoc.Child(method, enc11Namespace, "MGF"); el != nil && p == oaep11 {
		uri, _ := xmldoc.Attr(el, "Algorithm")
		if o.MGFHash = masks[uri]; o.MGFHash == 0 {
			return o, unsupported("RSA-OAEP with the mask %s is not supported", finding.Quote(finding.Shorten(uri, 120)))
		}
	}
	if el := xmldoc.Child(method, encNamespace, "OAEPparams"); el != nil {
		label, err := decodeBase64(el)
		if err != nil {
			return o, damaged("OAEPparams cannot be read: %v", err)
		}
		o.Label = label
	}
	return o, nil
}

// fits reports whether the private key is of the size of the encrypted key:
// the octets are a number below the modulus. Some senders drop leading zeros.
func (k *encryptedKey) fits(key *rsa.PrivateKey) bool {
	short := key.Size() - len(k.octets)
	return short >= 0 && short < 4 && new(big.Int).SetBytes(k.octets).Cmp(key.N) < 0
}

// open decrypts the content key of the given size. With OAEP a key of another
// size is returned too: there it is certain. nil means that the private key
// does not fit.
func (k *encryptedKey) open(key *rsa.PrivateKey, size int) (session []byte, deviation string) {
	if !k.fits(key) {
		return nil, ""
	}
	octets := make([]byte, key.Size())
	copy(octets[len(octets)-len(k.octets):], k.octets)
	if k.transport.padding == pkcs1 {
		//lint:ignore SA1019 some identity providers still encrypt so; nobody can ask this process over and over
		session, err := rsa.DecryptPKCS1v15(nil, key, octets)
		if err != nil || len(session) != size {
			return nil, ""
		}
		return session, ""
	}
	return k.openOAEP(key, octets)
}

// openOAEP tries the parameters that the message declares, then those that
// senders use in their place.
func (k *encryptedKey) openOAEP(key *rsa.PrivateKey, octets []byte) ([]byte, string) {
	declared := k.oaep
	if session, err := key.Decrypt(nil, octets, &declared); err == nil {
		return session, ""
	}
	for _, o := range []rsa.OAEPOptions{
		{Hash: declared.Hash, MGFHash: declared.Hash, Label: declared.Label},
		{Hash: declared.Hash, MGFHash: crypto.SHA1, Label: declared.Label},
		{Hash: crypto.SHA1, MGFHash: crypto.SHA1, Label: declared.Label},
		{Hash: crypto.SHA256, MGFHash: crypto.SHA256, Label: declared.Label},
	} {
		if o.Hash == declared.Hash && o.MGFHash == declared.MGFHash {
			continue
		}
		if session, err := key.Decrypt(nil, octets, &o); err == nil {
			return session, fmt.Sprintf("the message declares RSA-OAEP with %v and a mask of %v, but was encrypted with %v and a mask of %v", declared.Hash, declared.MGFHash, o.Hash, o.MGFHash)
		}
	}
	return nil, ""
}

// maxCertificates bounds the certificates that are read of one EncryptedKey.
const maxCertificates = 4

// keyCertificates reads the certificates by which an EncryptedKey says for
// whom it is. What cannot be read is of no use and passed over.
func keyCertificates(el *etree.Element) (list []*keys.Certificate) {
	info := xmldoc.Child(el, dsNamespace, "KeyInfo")
	for data := range xmldoc.Children(info, dsNamespace, "X509Data") {
		for c := range xmldoc.Children(data, dsNamespace, "X509Certificate") {
			if len(list) == maxCertificates {
				return list
			}
			der, err := decodeBase64(c)
			if err != nil {
				continue
			}
			if cert, err := keys.ParseCertificate(der); err == nil {
				list = append(list, cert)
			}
		}
	}
	return list
}
