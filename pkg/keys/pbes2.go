package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
)

// maxIterations bounds the key derivation of a hostile file; OpenSSL writes
// 2048, password managers up to a million.
const maxIterations = 5_000_000

// prfs are the pseudorandom functions of PBKDF2 (RFC 8018 appendix B.1).
var prfs = map[string]func() hash.Hash{
	"1.2.840.113549.2.7":  sha1.New,
	"1.2.840.113549.2.8":  sha256.New224,
	"1.2.840.113549.2.9":  sha256.New,
	"1.2.840.113549.2.10": sha512.New384,
	"1.2.840.113549.2.11": sha512.New,
}

// ciphers are the encryption schemes of PBES2 (RFC 8018 appendix B.2, RFC 3565),
// all in CBC mode.
var ciphers = map[string]struct {
	keySize int
	block   func(key []byte) (cipher.Block, error)
}{
	"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher},
	"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher},
	"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher},
	"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher},
}

var errPBES2 = errors.New("the encrypted private key is damaged: its encryption parameters cannot be read")

// openPKCS8 decrypts an EncryptedPrivateKeyInfo (RFC 5958 section 3) that is
// encrypted by PBES2 with PBKDF2 (RFC 8018).
func openPKCS8(e element, password []byte) ([]byte, error) {
	fields := reader{rest: e.body}
	scheme := reader{rest: fields.want(tagSequence, "encryptionAlgorithm").body}
	encrypted := fields.want(tagOctetString, "encryptedData").body
	oid := scheme.want(tagOID, "algorithm").oid()
	if fields.err != nil || scheme.err != nil {
		return nil, errPBES2
	}
	if oid != "1.2.840.113549.1.5.13" {
		return nil, fmt.Errorf("the private key is encrypted by the old scheme %s, expected PBES2; convert it with: openssl pkcs8 -topk8 -v2 aes-256-cbc", oid)
	}
	parameters := reader{rest: scheme.want(tagSequence, "parameters").body}
	derivation := parameters.want(tagSequence, "keyDerivationFunc")
	encryption := parameters.want(tagSequence, "encryptionScheme").children(2)
	if scheme.err != nil || parameters.err != nil || len(encryption) < 2 {
		return nil, errPBES2
	}
	suite, known := ciphers[encryption[0].oid()]
	if !known {
		return nil, fmt.Errorf("the private key is encrypted by %s, expected AES-CBC or 3DES-CBC", encryption[0].oid())
	}
	if len(password) == 0 {
		return nil, ErrPasswordNeeded
	}
	key, err := deriveKey(derivation, password, suite.keySize)
	if err != nil {
		return nil, err
	}
	block, err := suite.block(key)
	if err != nil {
		return nil, errPBES2
	}
	return decryptCBC(block, encryption[1].body, encrypted)
}

// deriveKey runs PBKDF2 with the parameters of a keyDerivationFunc.
func deriveKey(derivation element, password []byte, size int) ([]byte, error) {
	function := reader{rest: derivation.body}
	if oid := function.want(tagOID, "keyDerivationFunc").oid(); function.err == nil && oid != "1.2.840.113549.1.5.12" {
		return nil, fmt.Errorf("the key of the encryption is derived by %s, expected PBKDF2; convert it with: openssl pkcs8 -topk8 -v2 aes-256-cbc", oid)
	}
	fields := reader{rest: function.want(tagSequence, "PBKDF2-params").body}
	salt := fields.want(tagOctetString, "salt").body
	rounds := signedInteger(fields.want(tagInteger, "iterationCount").body)
	if function.err != nil || fields.err != nil || rounds.Sign() <= 0 {
		return nil, errPBES2
	}
	if !rounds.IsInt64() || rounds.Int64() > maxIterations {
		return nil, fmt.Errorf("the private key asks for more than %d rounds of key derivation", maxIterations)
	}
	if fields.peek() == tagInteger {
		fields.next()
	}
	prf := sha1.New
	if fields.peek() == tagSequence {
		names := fields.next().children(1)
		if len(names) == 0 {
			return nil, errPBES2
		}
		known := false
		if prf, known = prfs[names[0].oid()]; !known {
			return nil, fmt.Errorf("the key of the encryption is derived with %s, expected HMAC-SHA1 or HMAC-SHA256", names[0].oid())
		}
	}
	return pbkdf2.Key(prf, string(password), salt, int(rounds.Int64()), size)
}

// decryptCBC decrypts and takes off the padding (RFC 5652 section 6.3). Wrong
// padding means a wrong password.
func decryptCBC(block cipher.Block, iv, encrypted []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(iv) != size || len(encrypted) == 0 || len(encrypted)%size != 0 {
		return nil, errors.New("the encrypted private key is damaged: its length is no whole number of blocks")
	}
	plain := make([]byte, len(encrypted))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, encrypted)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > size {
		return nil, ErrPassword
	}
	for _, b := range plain[len(plain)-padding:] {
		if int(b) != padding {
			return nil, ErrPassword
		}
	}
	return plain[:len(plain)-padding], nil
}
