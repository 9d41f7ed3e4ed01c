package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

// privateFixtures are the forms of one key, made by OpenSSL.
var privateFixtures = []struct {
	file      string
	encrypted bool
}{
	{"key.ec.pem", false},
	{"key.pkcs8.pem", false},
	{"key.legacy.pem", true},
	{"key.aes256.pem", true},
	{"key.sha512.pem", true},
	{"key.des3.pem", true},
	{"modern.pfx", true},
	{"legacy.pfx", true},
	{"empty.pfx", false},
}

func publicOf(t *testing.T, key crypto.Signer) *ecdsa.PublicKey {
	t.Helper()
	public, ok := key.Public().(*ecdsa.PublicKey)
	if !ok {
		t.Fatalf("public key is a %T", key.Public())
	}
	return public
}

func TestReadPrivateKey(t *testing.T) {
	c, err := ParseCertificate(fixtureDER(t, "certificate.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range privateFixtures {
		t.Run(f.file, func(t *testing.T) {
			data := fixture(t, f.file)
			var password []byte
			if f.encrypted {
				password = []byte("secret")
			}
			key, err := ReadPrivateKey(data, password)
			if err != nil {
				t.Fatal(err)
			}
			if !publicOf(t, key).Equal(c.PublicKey) {
				t.Error("the key is not that of the certificate")
			}
			_, err = ReadPrivateKey(data, nil)
			if f.encrypted != errors.Is(err, ErrPasswordNeeded) {
				t.Errorf("without password: %v", err)
			}
			_, err = ReadPrivateKey(data, []byte("wrong"))
			if f.encrypted && !errors.Is(err, ErrPassword) {
				t.Errorf("with a wrong password: %v, want ErrPassword", err)
			}
			if err != nil && strings.Contains(err.Error(), "wrong") {
				t.Errorf("the password is repeated: %v", err)
			}
		})
	}
}

func TestReadPrivateKeyForms(t *testing.T) {
	text := string(fixture(t, "key.pkcs8.pem"))
	der := fixtureDER(t, "key.pkcs8.pem")
	b64 := base64.StdEncoding.EncodeToString(der)
	forms := map[string]string{
		"DER": string(der), "Base64": b64, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"),
		"one line": strings.ReplaceAll(text, "\n", ""), "escaped": strings.ReplaceAll(text, "\n", `\n`),
		"UTF-16": "\xff\xfe" + string(utf16Bytes(text, false)), "after certificate": string(fixture(t, "certificate.pem")) + text,
		"legacy with CRLF": "", ".pfx as Base64": "",
	}
	forms["legacy with CRLF"] = strings.ReplaceAll(string(fixture(t, "key.legacy.pem")), "\n", "\r\n")
	forms[".pfx as Base64"] = base64.StdEncoding.EncodeToString(fixture(t, "modern.pfx"))
	for name, data := range forms {
		if _, err := ReadPrivateKey([]byte(data), []byte("secret")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadPrivateKeyRefusals(t *testing.T) {
	der := fixtureDER(t, "key.ec.pem")
	aes := fixtureDER(t, "key.aes256.pem")
	cases := []struct {
		name, data string
		is         error
		want       string
	}{
		{"certificate", string(fixture(t, "certificate.pem")), ErrNoPrivateKey, "found a certificate"},
		{"certificate as DER", string(fixtureDER(t, "certificate.pem")), ErrNoPrivateKey, "found a certificate"},
		{"nothing", "", ErrNoPrivateKey, "other text"},
		{"prose", "no key!", ErrNoPrivateKey, "other text"},
		{"cut", string(der[:60]), nil, "damaged: truncated"},
		{"cut while encrypted", string(aes[:len(aes)-9]), nil, "damaged: truncated"},
		{"DSA", string(fixture(t, "key.dsa.pem")), nil, "not supported"},
		{"old scheme", string(fixture(t, "key.pbes1.pem")), nil, "openssl pkcs8"},
		{"scrypt", string(fixture(t, "key.scrypt.pem")), nil, "PBKDF2"},
		{"SSH", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", nil, "an SSH private key is not supported"},
		{"huge", "\x30\x82\x40\x00" + string(append([]byte{2, 1, 0, 2, 1, 3, 2, 1, 3, 2, 1, 3, 2, 1, 3, 2, 1, 3, 2, 1, 3, 2, 1, 3, 2, 1, 3}, make([]byte, 0x4000-27)...)), nil, "at most"},
		{"damaged number", strings.Replace(string(der), "\x04\x20", "\x04\x1f", 1), nil, "damaged"},
	}
	for _, c := range cases {
		key, err := ReadPrivateKey([]byte(c.data), []byte("secret"))
		if err == nil || key != nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v, %v, want %q in the error", c.name, key, err, c.want)
		}
		if errors.Is(err, ErrPassword) {
			t.Errorf("%s: a damaged file is taken for a wrong password", c.name)
		}
	}
}

// TestIterationsBounded raises the rounds that files ask for.
func TestIterationsBounded(t *testing.T) {
	aes := fixtureDER(t, "key.aes256.pem")
	for name, data := range map[string][]byte{"PKCS #8": aes, "PKCS #12": fixture(t, "modern.pfx")} {
		rounds := []byte{tagInteger, 2, 0x08, 0x00}
		if !bytes.Contains(data, rounds) {
			t.Fatalf("%s: the fixture does not ask for 2048 rounds", name)
		}
		huge := bytes.ReplaceAll(data, rounds, []byte{tagInteger, 2, 0x7f, 0xff})
		if _, err := ReadPrivateKey(huge, []byte("secret")); !errors.Is(err, ErrPassword) {
			t.Errorf("%s: 32767 rounds: %v, want a wrong password", name, err)
		}
	}
	salted := func(count ...byte) element {
		body := append([]byte{tagOctetString, 1, 0, tagInteger, byte(len(count))}, count...)
		e, _, err := readElement(append([]byte{tagSequence, byte(len(body))}, body...))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	for _, c := range []struct {
		e    element
		want int
	}{{salted(8, 0), 2048}, {salted(0x7f, 0xff, 0xff, 0xff), 2 * maxIterations}, {salted(0xff), 0}} {
		if got := iterations(c.e, 0); got != c.want {
			t.Errorf("iterations = %d, want %d", got, c.want)
		}
	}
}

func FuzzReadPrivateKey(f *testing.F) {
	for _, file := range privateFixtures {
		f.Add(fixture(f, file.file), []byte("secret"))
	}
	f.Fuzz(func(t *testing.T, data, password []byte) {
		key, err := ReadPrivateKey(data, password)
		if (key == nil) == (err == nil) {
			t.Fatalf("key %v, error %v", key, err)
		}
	})
}
