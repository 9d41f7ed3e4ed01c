package xmldsig

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
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
			t.Logf("%s: %v", file, err)
			continue
		}
		signatures := Verify(doc, Options{}).Signatures
		if len(signatures) != len(rows) {
			t.Errorf("%s: %d signatures, xmlsec1 found %d", file, len(signatures), len(rows))
			continue
		}
		for i, s := range signatures {
			compared++
			valid := s.Digest == Match && s.Value == Match
			if valid != strings.HasPrefix(rows[i].verdict, "VERIFIES") {
				t.Logf("%s #%d: digest %s, value %s, xmlsec1 %s %v", file, i, s.Digest, s.Value, rows[i].verdict, s.Problems)
				continue
			}
			agreed++
		}
	}
	t.Logf("%d of %d signatures agree with xmlsec1", agreed, compared)
}
