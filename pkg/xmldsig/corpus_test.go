package xmldsig

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// verdictRow is one signature with what xmlsec1 says of it, verified with the
// embedded certificate.
type verdictRow struct {
	file, encoding, parent, algorithms, reference, verdict string
}

// corpus returns the folder of recorded messages, or skips.
func corpus(t testing.TB) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "corpus", "messages")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus of recorded messages at hand")
	}
	return dir
}

func readVerdicts(t *testing.T, dir string) map[string][]verdictRow {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "xmlsec1-verdicts.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]verdictRow{}
	for _, line := range strings.Split(string(data), "\n")[1:] {
		f := strings.Split(line, "\t")
		if len(f) == 7 && f[3] != "unsigned" {
			rows[f[0]] = append(rows[f[0]], verdictRow{f[0], f[1], f[3], f[4], f[5], f[6]})
		}
	}
	return rows
}

// decodeMessage undoes the encoding of a recorded message.
func decodeMessage(data []byte, encoding string) ([]byte, error) {
	if encoding == "xml" {
		return data, nil
	}
	text := string(bytes.TrimSpace(data))
	if strings.Contains(text, "%") {
		if unescaped, err := url.QueryUnescape(text); err == nil {
			text = unescaped
		}
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err == nil && encoding == "b64+deflate" {
		raw, err = io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
	}
	return raw, err
}

// corpusDifferences are the signatures that we judge in another way than
// xmlsec1 was recorded to, with the reason why ours is right.
var corpusDifferences = map[string]string{
	"crewjam-saml/testdata/TestSPRealWorldAssertionSignedNotResponse_response#0":        "KeyInfo holds a KeyValue that verifies; xmlsec1 was asked for certificates only",
	"crewjam-saml/testdata/TestSPRealWorldKeyInfoHasRSAPublicKeyNotX509Cert_response#0": "KeyInfo holds a KeyValue that verifies; xmlsec1 was asked for certificates only",
	"crewjam-saml/testdata/TestSPRealWorldKeyInfoHasRSAPublicKeyNotX509Cert_response#1": "KeyInfo holds a KeyValue that verifies; xmlsec1 was asked for certificates only",
	"crewjam-saml/testdata/TestXswPermutationOneIsRejected_response#0":                  "the mathematics hold; xmlsec1 stops at a Response inside of a Signature, which is reported as wrapping",
	"crewjam-saml/testdata/TestXswPermutationTwoIsRejected_response#0":                  "the mathematics hold; xmlsec1 stops at a duplicate ID that the signature does not name, which is reported with the wrapping",
}

// notRead are the files with rows that are no single XML document.
var notRead = map[string]string{
	"crewjam-saml/testdata/TestSPCanProducePostLogoutResponse_form":     "an HTML form",
	"crewjam-saml/testdata/TestSPCanProducePostLogoutRequest_form":      "an HTML form",
	"crewjam-saml/testdata/TestSPCanProducePostRequest_form":            "an HTML form",
	"crewjam-saml/testdata/TestIDPMarshalAssertion_encrypted_assertion": "a prefix is not declared",
	"ruby-saml/test/responses/attackxee.xml":                            "entities of a DOCTYPE",
}

func TestCorpus(t *testing.T) {
	dir := corpus(t)
	compared, agreed := 0, 0
	for file, rows := range readVerdicts(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		xml, err := decodeMessage(data, rows[0].encoding)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		doc, err := xmldoc.Parse(xml, xmldoc.Limits{})
		if err != nil {
			if notRead[file] == "" {
				t.Errorf("%s: %v", file, err)
			}
			continue
		}
		signatures := Verify(doc, Options{}).Signatures
		if len(signatures) != len(rows) {
			t.Errorf("%s: %d signatures, xmlsec1 found %d", file, len(signatures), len(rows))
			continue
		}
		for i, s := range signatures {
			compared++
			agrees := (s.Digest == Match && s.Value == Match) == strings.HasPrefix(rows[i].verdict, "VERIFIES")
			if agrees {
				agreed++
			}
			if name := fmt.Sprintf("%s#%d", file, i); agrees == (corpusDifferences[name] != "") {
				t.Errorf("%s: digest %s, value %s, xmlsec1 says %s", name, s.Digest, s.Value, rows[i].verdict)
			}
		}
	}
	t.Logf("%d of %d signatures agree with xmlsec1", agreed, compared)
	if compared < 190 {
		t.Errorf("only %d signatures were compared", compared)
	}
}
