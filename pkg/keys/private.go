package keys

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// maxPrivateKey is the size in DER of an RSA key of 16384 bits and a little
// more; checking a larger one takes minutes.
const maxPrivateKey = 10 << 10

// The errors that [ReadPrivateKey] wraps, so that a caller can ask for a
// password.
var (
	ErrPasswordNeeded = errors.New("the private key is encrypted, expected its password")
	ErrPassword       = errors.New("the password does not open the private key")
	ErrNoPrivateKey   = errors.New("expected a private key")
)

// ReadPrivateKey reads the first private key of a file: PEM or DER of PKCS #1,
// PKCS #8 (encrypted too) or EC, PEM as OpenSSL used to encrypt it, and PKCS #12
// (.pfx). The password is used only where the key is encrypted. Errors wrap
// [ErrPasswordNeeded], [ErrPassword] for a wrong password, [ErrNoPrivateKey]
// for a file without one, or [ErrXML]; anything else is a damaged or
// unsupported file. No error repeats the key or the password.
func ReadPrivateKey(data, password []byte) (crypto.Signer, error) {
	if err := refused(data); err != nil {
		return nil, err
	}
	if isDER(data) {
		return privateFromDER(data, password)
	}
	text, _ := toText(data)
	blocks := findBlocks(text)
	for _, block := range blocks {
		if block.label.private {
			return privateFromBlock(block, password)
		}
	}
	if len(blocks) > 0 {
		return nil, fmt.Errorf("%w, found %s", ErrNoPrivateKey, blocks[0].label.holds)
	}
	der, _, err := decodeBase64(text)
	if err != nil || len(der) == 0 {
		return nil, fmt.Errorf("%w as PEM, DER, Base64 or .pfx, found other text", ErrNoPrivateKey)
	}
	return privateFromDER(der, password)
}

func privateFromBlock(block pemBlock, password []byte) (crypto.Signer, error) {
	if !block.label.holds.private() {
		return nil, fmt.Errorf("%s is not supported, expected PKCS #1, PKCS #8, EC or .pfx", block.label.holds)
	}
	headers, _ := splitHeaders(block.body)
	der, _, err := decodeBase64(block.body)
	if err != nil {
		return nil, errors.New("the private key is damaged: its Base64 holds a character that does not belong there")
	}
	if headers["DEK-Info"] != "" {
		return openLegacy(headers, der, password)
	}
	return privateFromDER(der, password)
}

// openLegacy decrypts a key as OpenSSL did before PKCS #8 (RFC 1421 headers).
func openLegacy(headers map[string]string, der, password []byte) (crypto.Signer, error) {
	if len(password) == 0 {
		return nil, ErrPasswordNeeded
	}
	//lint:ignore SA1019 there is no other reader of the old form, and only reading is meant
	plain, err := x509.DecryptPEMBlock(&pem.Block{Headers: headers, Bytes: der}, password)
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, ErrPassword
	}
	if err != nil {
		return nil, fmt.Errorf("the encrypted private key is damaged or not supported: %s", reason(err))
	}
	key, err := privateFromDER(plain, nil)
	if err != nil {
		// One wrong password in 256 leaves padding that looks right.
		return nil, ErrPassword
	}
	return key, nil
}

func privateFromDER(der, password []byte) (crypto.Signer, error) {
	e, _, err := readElement(der)
	if err != nil {
		return nil, fmt.Errorf("the private key is damaged: %w", err)
	}
	what := kindOf(e)
	if what != kindPKCS12 && len(e.full) > maxPrivateKey {
		return nil, fmt.Errorf("the private key has %d bytes, expected at most %d", len(e.full), maxPrivateKey)
	}
	switch what {
	case kindPKCS1:
		return signer(x509.ParsePKCS1PrivateKey(e.full))
	case kindEC:
		return signer(x509.ParseECPrivateKey(e.full))
	case kindPKCS8:
		return signer(x509.ParsePKCS8PrivateKey(e.full))
	case kindEncrypted:
		plain, err := openPKCS8(e, password)
		if err != nil {
			return nil, err
		}
		key, err := signer(x509.ParsePKCS8PrivateKey(plain))
		if err != nil {
			return nil, ErrPassword
		}
		return key, nil
	case kindPKCS12:
		return openPKCS12(e, password)
	case kindDSA:
		return nil, errors.New("DSA private keys are not supported, expected RSA or EC")
	default:
		return nil, fmt.Errorf("%w, found %s", ErrNoPrivateKey, what)
	}
}

// signer gives the common form of a key that crypto/x509 has read.
func signer[K any](key K, err error) (crypto.Signer, error) {
	if err != nil {
		return nil, fmt.Errorf("the private key is damaged or not supported: %s", reason(err))
	}
	s, ok := crypto.PrivateKey(key).(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a private key of type %T cannot be used, expected RSA or EC", key)
	}
	return s, nil
}

// openPKCS12 reads the key of a .pfx (RFC 7292).
func openPKCS12(e element, password []byte) (crypto.Signer, error) {
	if sum := iterations(e, 0); sum > maxIterations {
		return nil, fmt.Errorf("the .pfx asks for %d rounds of key derivation, expected at most %d", sum, maxIterations)
	}
	key, _, _, err := pkcs12.DecodeChain(e.full, string(password))
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword) && len(password) == 0:
		return nil, ErrPasswordNeeded
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, ErrPassword
	case err != nil:
		return nil, fmt.Errorf("the .pfx is damaged or not supported: %s", reason(err))
	}
	return signer(key, nil)
}

// iterations adds up the rounds of key derivation that a structure asks for: the
// numbers that stand beside a salt, in octet strings that hold ASN.1 too.
func iterations(e element, depth int) (sum int) {
	if depth > 24 || e.tag&0x20 == 0 && e.tag != tagOctetString {
		return 0
	}
	salted := false
	for _, child := range e.children(maxCertificates) {
		if child.tag == tagInteger && salted {
			sum += rounds(child)
		}
		salted = child.tag == tagOctetString
		sum += iterations(child, depth+1)
	}
	return min(sum, 2*maxIterations)
}

// rounds reads a count of rounds, of which more than too many is the same.
func rounds(e element) int {
	n := signedInteger(e.body)
	if n.Sign() < 0 {
		return 0
	}
	if !n.IsInt64() || n.Int64() > maxIterations {
		return 2 * maxIterations
	}
	return int(n.Int64())
}
