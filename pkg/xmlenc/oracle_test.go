package xmlenc_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

var update = flag.Bool("update", false, "encrypt testdata/xmlsec1 anew with xmlsec1")

// The algorithms that xmlsec1 encrypts with, and its name of the content key.
var (
	xmlsecCiphers = map[string]string{
		enc + "aes128-cbc": "aes-128", enc + "aes192-cbc": "aes-192", enc + "aes256-cbc": "aes-256", enc + "tripledes-cbc": "des-192",
		enc11 + "aes128-gcm": "aes-128", enc11 + "aes192-gcm": "aes-192", enc11 + "aes256-gcm": "aes-256",
	}
	xmlsecTransports = []string{enc + "rsa-1_5", enc + "rsa-oaep-mgf1p"}
)

// oracle is what is encrypted: the prefix of NameID is declared outside.
const oracle = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:EncryptedAssertion>` +
	`<saml:Assertion ID="_1"><saml:Subject><saml:NameID>ädä@contoso.com</saml:NameID></saml:Subject></saml:Assertion></saml:EncryptedAssertion></samlp:Response>`

func shortName(uri string) string { return uri[strings.LastIndexByte(uri, '#')+1:] }

// TestXMLSec decrypts what xmlsec1 has encrypted.
func TestXMLSec(t *testing.T) {
	for cipher, session := range xmlsecCiphers {
		for _, transport := range xmlsecTransports {
			name := filepath.Join("testdata", "xmlsec1", shortName(cipher)+"_"+shortName(transport)+".xml")
			if *update {
				encryptWithXMLSec(t, name, cipher, transport, session)
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			opened := xmlenc.Open(parse(t, string(data)), []xmlenc.Key{key(t, samltest.RSA())})
			item := only(t, opened)
			if item.Outcome != xmlenc.Decrypted {
				t.Errorf("%s: %s: %s", name, item.Outcome, item.Detail)
				continue
			}
			span := opened.Doc().Span(item.Content)
			if got := string(opened.Doc().Text[span.Offset:span.End]); !strings.Contains(oracle, strings.TrimSpace(got)) {
				t.Errorf("%s: decrypts to %s", name, got)
			}
		}
	}
}

func encryptWithXMLSec(t *testing.T, name, cipher, transport, session string) {
	t.Helper()
	dir := t.TempDir()
	write := func(file, text string) string {
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	template := fmt.Sprintf(`<EncryptedData xmlns="%s" Type="%sElement"><EncryptionMethod Algorithm="%s"/><KeyInfo xmlns="%s"><EncryptedKey xmlns="%s"><EncryptionMethod Algorithm="%s"/><CipherData><CipherValue/></CipherData></EncryptedKey></KeyInfo><CipherData><CipherValue/></CipherData></EncryptedData>`,
		enc, enc, cipher, ds, enc, transport)
	certificate := write("rsa.cer", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: samltest.RSA().Cert})))
	out, err := exec.Command("xmlsec1", "--encrypt", "--pubkey-cert-pem", certificate, "--session-key", session,
		"--xml-data", write("data.xml", oracle), "--node-xpath", "//*[local-name()='Assertion']", write("template.xml", template)).Output()
	if err != nil {
		t.Fatalf("xmlsec1: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, out, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestForXMLSec has xmlsec1 decrypt what the encryptor of these tests wrote.
func TestForXMLSec(t *testing.T) {
	if _, err := exec.LookPath("xmlsec1"); err != nil {
		t.Skip("xmlsec1 is not installed")
	}
	der, err := x509.MarshalPKCS8PrivateKey(samltest.RSA().Key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	private, input := filepath.Join(dir, "key.pem"), filepath.Join(dir, "in.xml")
	if err := os.WriteFile(private, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	for cipher := range xmlsecCiphers {
		for _, transport := range xmlsecTransports {
			o := samltest.For(samltest.RSA())
			o.Content, o.Receivers[0].Transport = cipher, transport
			if err := os.WriteFile(input, []byte(encrypted(o)), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("xmlsec1", "--decrypt", "--privkey-pem", private, input).Output()
			if err != nil || !strings.Contains(string(out), samltest.User) {
				t.Errorf("%s, %s: %v\n%s", cipher, transport, err, out)
			}
		}
	}
}

const corpusDir = "../../../shared/corpus/messages"

// corpus says with which key the encrypted messages of the corpus open, and
// what comes to light; "" where the key is another one.
var corpus = []struct{ pattern, key, want string }{
	{"ruby-saml/test/responses/signed_message_encrypted_*", "ruby-saml/test/certificates/ruby-saml.key", "Assertion"},
	{"ruby-saml/test/responses/unsigned_message_*encrypted_*", "ruby-saml/test/certificates/ruby-saml.key", "Assertion"},
	{"ruby-saml/test/responses/response_encrypted_nameid*", "ruby-saml/test/certificates/ruby-saml.key", "NameID"},
	{"ruby-saml/test/responses/response_encrypted_attrs*", "ruby-saml/test/certificates/ruby-saml.key", "Attribute"},
	{"ruby-saml/test/responses/response_no_cert_and_encrypted_attrs*", "ruby-saml/test/certificates/ruby-saml.key", ""}, // for a key of 2011 that nobody has
	{"ruby-saml/test/responses/response_with_retrieval_method*", "ruby-saml/test/certificates/ruby-saml.key", "Assertion"},
	{"ruby-saml/test/logout_requests/slo_request_encrypted_nameid*", "ruby-saml/test/certificates/ruby-saml.key", "NameID"},
}

func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpusDir); err != nil {
		t.Skip("the corpus is not there")
	}
	for _, row := range corpus {
		files, _ := filepath.Glob(filepath.Join(corpusDir, row.pattern))
		if len(files) == 0 {
			t.Errorf("%s: no such file", row.pattern)
		}
		data, err := os.ReadFile(filepath.Join(corpusDir, row.key))
		if err != nil {
			t.Fatal(err)
		}
		private, err := keys.ReadPrivateKey(data, nil)
		if err != nil {
			t.Fatal(err)
		}
		k, err := xmlenc.NewKey(private, row.key)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			doc := corpusDocument(t, file)
			if doc == nil {
				continue
			}
			opened := xmlenc.Open(doc, []xmlenc.Key{k})
			for _, item := range opened.Items {
				if row.want == "" {
					if item.Outcome != xmlenc.KeyMismatch {
						t.Errorf("%s: %s: %s", filepath.Base(file), item.Outcome, item.Detail)
					}
				} else if item.Outcome != xmlenc.Decrypted || item.Content.Tag != row.want {
					t.Errorf("%s: %s: %s", filepath.Base(file), item.Outcome, item.Detail)
				}
			}
			if len(opened.Items) == 0 {
				t.Errorf("%s: nothing encrypted was found", filepath.Base(file))
			}
		}
	}
}

func corpusDocument(t *testing.T, file string) *xmldoc.Document {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".base64") {
		if data, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), "")); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := xmldoc.Parse(data, xmldoc.Limits{})
	if err != nil {
		t.Errorf("%s: %v", filepath.Base(file), err)
	}
	return doc
}
