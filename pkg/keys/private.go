package keys

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

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
	if len(data) > maxInput {
		return nil, fmt.Errorf("the input has %d bytes, expected a key file of at most %d", len(data), maxInput)
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
	if err := foreign(text); errors.Is(err, ErrXML) {
		return nil, err
	}
	der, _, err := decodeBase64(text)
	if err != nil || len(der) == 0 {
		return nil, fmt.Errorf("%w as PEM, DER, Base64 or .pfx, found other text", ErrNoPrivateKey)
	}
	return privateFromDER(der, password)
}

func privateFromBlock(block pemBlock, password []byte) (crypto.Signer, error) {
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
	switch what := kindOf(e); what {
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
	if rounds := iterations(e, 0); rounds > maxIterations {
		return nil, fmt.Errorf("the .pfx asks for %d rounds of key derivation, expected at most %d", rounds, maxIterations)
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
			if n := signedInteger(child.body[:min(len(child.body), 9)]); n.IsInt64() && n.Int64() <= 2*maxIterations {
				sum += int(n.Int64())
			} else {
				sum += 2 * maxIterations
			}
		}
		salted = child.tag == tagOctetString
		sum += iterations(child, depth+1)
	}
	return min(sum, 2*maxIterations)
}
