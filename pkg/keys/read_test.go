package keys

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// fixture reads a file that testdata/make.sh made.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func fixtureDER(t testing.TB, name string) []byte {
	t.Helper()
	block, _ := pem.Decode(fixture(t, name))
	if block == nil {
		t.Fatalf("%s holds no PEM", name)
	}
	return block.Bytes
}

func utf16Bytes(text string, bigEndian bool) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		if bigEndian {
			out = append(out, byte(unit>>8), byte(unit))
		} else {
			out = append(out, byte(unit), byte(unit>>8))
		}
	}
	return out
}

// wrap breaks text into lines.
func wrap(text, lineBreak string, width int) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + lineBreak)
		text = text[width:]
	}
	return b.String() + text
}

type readCase struct {
	name    string
	data    string
	form    string
	repairs string // parts of the repairs, separated by a bar
}

func readCases(t testing.TB) []readCase {
	text := string(fixture(t, "certificate.pem"))
	der := fixtureDER(t, "certificate.pem")
	b64 := base64.StdEncoding.EncodeToString(der)
	const begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
	return []readCase{
		{"PEM", text, "PEM", ""},
		{"CRLF", strings.ReplaceAll(text, "\n", "\r\n"), "PEM", ""},
		{"text around", "Bag Attributes\n  friendlyName: x\n" + text + "see you\n", "PEM", ""},
		{"byte order mark", "\ufeff" + text, "PEM", ""},
		{"indented", "    " + strings.ReplaceAll(text, "\n", "\n    "), "PEM", "spaces"},
		{"one line", begin + b64 + end, "PEM", "line break"},
		{"one line, spaces", strings.ReplaceAll(text, "\n", " "), "PEM", "line break|spaces"},
		{"four hyphens", strings.ReplaceAll(text, "-----", "----"), "PEM", "five hyphens"},
		{"en dashes", strings.ReplaceAll(text, "-----", "–––––"), "PEM", "five hyphens"},
		{"no hyphens", strings.ReplaceAll(text, "-----", ""), "PEM", "five hyphens"},
		{"no END", strings.ReplaceAll(text, end, ""), "PEM", "END line was missing"},
		{"other END", strings.ReplaceAll(text, "END CERTIFICATE", "END PKCS7"), "PEM", "name different things"},
		{"JSON escapes", `{"cert":"` + strings.ReplaceAll(strings.ReplaceAll(text, "/", `\/`), "\n", `\n`) + `"}`, "PEM", "escaped"},
		{"JSON unicode escapes", strings.ReplaceAll(text, "+", `\u002b`), "PEM", "escaped"},
		{"HTML entities", strings.ReplaceAll(b64, "+", "&#x2B;") + "&#13;&#10;", "Base64", "HTML"},
		{"HTML entities twice", wrap(b64, "&amp;#13;\n", 64), "Base64", "HTML"},
		{"Base64", b64, "Base64", ""},
		{"Base64 wrapped", wrap(b64, "\n", 76), "Base64", ""},
		{"Base64 wrapped, CRLF", wrap(b64, "\r\n", 76), "Base64", ""},
		{"Base64 with spaces", wrap(b64, " ", 20), "Base64", "spaces"},
		{"Base64 with zero-width spaces", wrap(b64, "\u200b", 64), "Base64", "invisible"},
		{"Base64 quoted", `"` + b64 + `",`, "Base64", "quotation"},
		{"Base64 in a mail", "> " + wrap(b64, "\n> ", 64), "Base64", "quotation"},
		{"Base64 URL-safe", base64.URLEncoding.EncodeToString(der), "Base64", "URL-safe"},
		{"Base64 percent-encoded", strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(b64), "Base64", "percent"},
		{"Base64 with plus lost", strings.ReplaceAll(b64, "+", " "), "Base64", "plus signs"},
		{"Base64 of PEM", base64.StdEncoding.EncodeToString([]byte(text)), "PEM", "twice"},
		{"UTF-16LE", "\xff\xfe" + string(utf16Bytes(text, false)), "PEM", "UTF-16"},
		{"UTF-16BE", "\xfe\xff" + string(utf16Bytes(text, true)), "PEM", "UTF-16"},
		{"UTF-16LE without mark", string(utf16Bytes(text, false)), "PEM", "UTF-16"},
		{"UTF-16BE without mark", string(utf16Bytes(b64, true)), "Base64", "UTF-16"},
		{"DER", string(der), "DER", ""},
		{"PKCS #7 in PEM", string(fixture(t, "pkcs7.pem")), "PKCS#7", ""},
		{"PKCS #7 labelled CERTIFICATE", strings.ReplaceAll(string(fixture(t, "pkcs7.pem")), "PKCS7", "CERTIFICATE"), "PKCS#7", ""},
		{"trusted certificate", string(fixture(t, "trusted.pem")), "PEM", ""},
	}
}

func TestReadForms(t *testing.T) {
	want := fixtureDER(t, "certificate.pem")
	for _, c := range readCases(t) {
		t.Run(c.name, func(t *testing.T) {
			bundle, err := Read([]byte(c.data))
			if err != nil {
				t.Fatal(err)
			}
			if len(bundle.Certificates) != 1 || !bytes.Equal(bundle.Certificates[0].Raw, want) {
				t.Fatalf("read %d certificates, not the one that was written", len(bundle.Certificates))
			}
			if bundle.Form != c.form {
				t.Errorf("form is %q, want %q", bundle.Form, c.form)
			}
			checkRepairs(t, bundle, c)
		})
	}
}

func checkRepairs(t *testing.T, bundle *Bundle, c readCase) {
	t.Helper()
	details := ""
	for _, p := range bundle.Problems {
		if p.Check == checkRepaired && p.Severity == finding.Info {
			details += p.Detail + "; "
		}
	}
	for part := range strings.SplitSeq(c.repairs, "|") {
		if !strings.Contains(details, part) {
			t.Errorf("repairs are %q, want %q among them", details, part)
		}
	}
	if c.repairs == "" && details != "" {
		t.Errorf("repairs are %q, want none", details)
	}
}

func TestReadWithoutPadding(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString(fixtureDER(t, "rsapss.pem"))
	cut := strings.TrimRight(b64, "=")
	if cut == b64 {
		t.Fatal("the fixture needs no padding")
	}
	for data, want := range map[string]string{b64: "", cut: "padding", wrap(b64, "\n", 64): "", cut + "\r\n": "padding"} {
		bundle, err := Read([]byte(data))
		if err != nil || len(bundle.Certificates) != 1 {
			t.Fatalf("read %d certificates, %v", len(bundle.Certificates), err)
		}
		checkRepairs(t, bundle, readCase{repairs: want})
	}
}

func TestReadSeveral(t *testing.T) {
	one, der := string(fixture(t, "certificate.pem")), fixtureDER(t, "certificate.pem")
	b64 := base64.StdEncoding.EncodeToString(der)
	cases := map[string]string{
		"PEM":                   one + one,
		"PEM on one line":       strings.ReplaceAll(one+one, "\n", ""),
		"Base64, one a line":    b64 + "\n" + b64,
		"Base64, commas":        b64 + "," + b64,
		"DER, one after other":  string(der) + string(der),
		"PKCS #7":               string(fixture(t, "two.p7b")),
		"PEM, END missing once": strings.Replace(one, "-----END CERTIFICATE-----", "", 1) + one,
	}
	for name, data := range cases {
		bundle, err := Read([]byte(data))
		if err != nil || len(bundle.Certificates) != 2 {
			t.Errorf("%s: read %d certificates, %v, want 2", name, len(bundle.Certificates), err)
		}
	}
}

func TestReadLocations(t *testing.T) {
	text := "first line\n  -----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n" + string(fixture(t, "key.ec.pem")) + string(fixture(t, "certificate.pem"))
	bundle, err := Read([]byte(text))
	if err != nil || len(bundle.Certificates) != 1 {
		t.Fatalf("read %d certificates, %v", len(bundle.Certificates), err)
	}
	for _, p := range bundle.Problems {
		if p.Check != checkPrivateKey {
			continue
		}
		span := p.Location.Span
		if span.Line != 5 || span.Column != 1 || !strings.HasPrefix(text[span.Offset:span.End], "-----BEGIN EC") {
			t.Errorf("the private key is at %+v", span)
		}
		return
	}
	t.Errorf("no problem names the private key: %+v", bundle.Problems)
}

func TestReadPrivateKeyExposed(t *testing.T) {
	for _, name := range []string{"key.ec.pem", "key.pkcs8.pem", "key.aes256.pem", "key.legacy.pem", "key.dsa.pem", "modern.pfx"} {
		data := fixture(t, name)
		bundle, err := Read(data)
		if !errors.Is(err, ErrPrivateKey) || len(bundle.PrivateKeys) != 1 {
			t.Errorf("%s: keys %q, error %v", name, bundle.PrivateKeys, err)
		}
		if len(bundle.Problems) != 1 || bundle.Problems[0].Check != checkPrivateKey || bundle.Problems[0].Severity != finding.Error {
			t.Errorf("%s: problems %+v", name, bundle.Problems)
		}
		if block, _ := pem.Decode(data); block != nil {
			secret := base64.StdEncoding.EncodeToString(block.Bytes)[:24]
			for _, p := range bundle.Problems {
				if strings.Contains(p.Detail+p.Actual+err.Error(), secret) {
					t.Errorf("%s: the key is repeated in %+v", name, p)
				}
			}
		}
	}
	both := append(fixture(t, "key.ec.pem"), fixture(t, "certificate.pem")...)
	bundle, err := Read(both)
	if err != nil || len(bundle.Certificates) != 1 || len(bundle.PrivateKeys) != 1 {
		t.Errorf("key and certificate: %d certificates, keys %q, %v", len(bundle.Certificates), bundle.PrivateKeys, err)
	}
}

func TestReadRefusals(t *testing.T) {
	der := fixtureDER(t, "certificate.pem")
	b64 := base64.StdEncoding.EncodeToString(der)
	cases := []struct{ name, data, want string }{
		{"nothing", "", "empty"},
		{"blanks", " \r\n", "empty"},
		{"prose", "hello, world!", "unexpected character"},
		{"request", string(fixture(t, "request.pem")), "certificate request (CSR)"},
		{"request as DER", string(fixtureDER(t, "request.pem")), "certificate request (CSR)"},
		{"public key", string(fixture(t, "public.pem")), "public key without a certificate"},
		{"public key as DER", string(fixtureDER(t, "public.pem")), "public key without a certificate"},
		{"SSH key", "ssh-ed25519 AAAAC3Nz ada@contoso", "SSH public key"},
		{"PuTTY key", "PuTTY-User-Key-File-3: ssh-rsa\n", "PuTTY private key"},
		{"Java keystore", "\xfe\xed\xfe\xed\x00\x00", "keytool"},
		{"URL", "https://sts.contoso.com/cert.cer", "URL"},
		{"thumbprint", "\u200eDA 20 FC A6 00 11 22 33 44 55 66 77 88 99 AA BB CC DD EE FF", "found a thumbprint"},
		{"Base64 of text", "aGVsbG8gd29ybGQ=", "something else"},
		{"JSON", `{"keys":[]}`, "JSON"},
		{"empty block", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "line 1 is empty"},
		{"cut Base64", b64[:100], "bytes are missing by its DER header"},
		{"cut PEM", "-----BEGIN CERTIFICATE-----\n" + b64[:200], "bytes are missing by its DER header"},
		{"cut DER", string(der[:len(der)-7]), "7 bytes are missing"},
		{"indefinite length", "\x30\x80\x06\x01\x01\x00\x00", "indefinite"},
		{"odd character", b64[:40] + "*" + b64[40:], `"*" at offset 40`},
		{"other DER", "\x30\x03\x02\x01\x01", "another kind"},
		{"too large", strings.Repeat("A", maxInput+1), "at most"},
	}
	for _, c := range cases {
		bundle, err := Read([]byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", c.name, err, c.want)
		}
		if bundle == nil || len(bundle.Certificates) != 0 {
			t.Errorf("%s: bundle %+v", c.name, bundle)
		}
	}
}

func TestReadXML(t *testing.T) {
	xml := `<?xml version="1.0"?><EntityDescriptor/>`
	for _, data := range []string{xml, "\ufeff" + xml, "\n " + xml, "\xff\xfe" + string(utf16Bytes(xml, false)), string(utf16Bytes(xml, false))} {
		if _, err := Read([]byte(data)); !errors.Is(err, ErrXML) {
			t.Errorf("Read(%q) = %v, want ErrXML", data, err)
		}
		if _, err := ReadPrivateKey([]byte(data), nil); !errors.Is(err, ErrXML) {
			t.Errorf("ReadPrivateKey(%q) = %v, want ErrXML", data, err)
		}
	}
	if _, err := Read([]byte("<x>" + strings.Repeat("A", maxInput))); !errors.Is(err, ErrXML) {
		t.Errorf("large XML: %v, want ErrXML", err)
	}
}

func TestReadDamagedBesideGood(t *testing.T) {
	good := string(fixture(t, "certificate.pem"))
	for name, data := range map[string]string{
		"damaged first": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + good,
		"request last":  good + string(fixture(t, "request.pem")),
	} {
		bundle, err := Read([]byte(data))
		if err != nil || len(bundle.Certificates) != 1 {
			t.Fatalf("%s: %d certificates, %v", name, len(bundle.Certificates), err)
		}
		if len(bundle.Problems) != 1 || bundle.Problems[0].Check != checkUnreadable {
			t.Errorf("%s: problems %+v, want one", name, bundle.Problems)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range readCases(f) {
		f.Add([]byte(c.data))
	}
	for _, name := range []string{"two.p7b", "modern.pfx", "key.legacy.pem", "request.pem"} {
		f.Add(fixture(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		bundle, err := Read(data)
		if bundle == nil || (err == nil) != (len(bundle.Certificates) > 0) {
			t.Fatalf("bundle %+v, error %v", bundle, err)
		}
		for _, p := range bundle.Problems {
			if p.Check == "" || p.Detail == "" || p.Severity < finding.Info || p.Severity > finding.Error {
				t.Fatalf("problem %+v", p)
			}
			if span := p.Location.Span; span.Offset < 0 || span.End < span.Offset || span.End > 2*len(data) {
				t.Fatalf("span %+v in %d bytes", span, len(data))
			}
		}
		if err != nil && finding.Printable(err.Error()) != err.Error() {
			t.Fatalf("error %q does not print", err)
		}
	})
}
