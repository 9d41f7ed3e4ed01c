package saml_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

const corpus = "../../../shared/corpus"

// TestCorpus reads every sample and holds the number of messages by type. A
// count that changes must be explained.
func TestCorpus(t *testing.T) {
	want := map[string]int{
		"ArtifactResolve saml2":                        2,
		"Assertion saml11":                             1,
		"Assertion saml2":                              2,
		"AuthnRequest saml2":                           21,
		"EntitiesDescriptor saml2":                     4,
		"EntityDescriptor saml2":                       150,
		"Envelope":                                     2,
		"Envelope saml2":                               1,
		"LogoutRequest saml2":                          8,
		"LogoutResponse saml2":                         1,
		"RequestSecurityTokenResponseCollection wsfed": 1,
		"Response saml11":                              1,
		"Response saml2":                               214,
		"html":                                         7,
	}
	got := map[string]int{}
	for _, dir := range []string{"messages", "metadata", "entra/saml"} {
		for name, doc := range corpusDocuments(t, filepath.Join(corpus, dir)) {
			m := saml.Read(doc)
			exercise(t, name, m)
			key := m.Type
			if m.Protocol != "" {
				key += " " + m.Protocol
			}
			got[key]++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages by type (-want +got):\n%s", diff)
	}
}

// TestCorpusStructure holds what is said of the structure of the samples. Each
// line has been looked at: there are no false alarms among them.
func TestCorpusStructure(t *testing.T) {
	want := []string{
		`crewjam-saml/testdata/SP_IDPMetadata late /EntityDescriptor/IDPSSODescriptor/SingleLogoutService[1] (NameIDFormat)`,
		`crewjam-saml/testdata/SP_IDPMetadata late /EntityDescriptor/IDPSSODescriptor/SingleLogoutService[2] (NameIDFormat)`,
		`crewjam-saml/testdata/TestIDPMakeResponse_response.xml unexpected /Response/this-is-an-encrypted-assertion`,
		`crewjam-saml/testdata/TestParseXMLArtifactResponse_assertion assertion for http://www.w3.org/2000/09/xmldsig#: /Assertion/Signature`,
		`crewjam-saml/testdata/TestXswPermutationNineIsRejected_response unexpected /Response/xsw_wrapper`,
		`crewjam-saml/testdata/TestXswPermutationSevenIsRejected_response no namespace for protocol: /Response/Extensions`,
		`crewjam-saml/testdata/TestXswPermutationTwoIsRejected_response unexpected /Response/Response`,
		`gosaml2/providertests/testdata/auth0_response.xml late /Response/Signature (Assertion)`,
		`gosaml2/providertests/testdata/saml.oktadev.com/response_7 late /Response/Signature (Status)`,
		`net-saml2-issue-49-entra-response.xml late /Response/Assertion/Signature (AttributeStatement)`,
		`net-saml2-issue-49-entra-response.xml late /Response/Signature (Assertion)`,
		`ruby-saml/test/logout_requests/invalid_slo_request.xml repeated /LogoutRequest/Issuer[2] (Issuer)`,
		`ruby-saml/test/logout_requests/invalid_slo_request.xml repeated /LogoutRequest/NameID[2] (NameID)`,
		`ruby-saml/test/responses/invalids/invalid_signature_position.xml.base64 late /Response/Signature (Assertion)`,
		`ruby-saml/test/responses/invalids/multiple_signed.xml.base64 repeated /Response/Signature[2] (Signature)`,
		`ruby-saml/test/responses/invalids/response_invalid_signed_element.xml.base64 unexpected /Response/Status/Signature`,
		`ruby-saml/test/responses/invalids/response_with_concealed_signed_assertion.xml unexpected /Response/foo`,
		`ruby-saml/test/responses/invalids/signature_wrapping_attack.xml.base64 late /Response/Status/StatusCode (StatusDetail)`,
		`ruby-saml/test/responses/response_encrypted_nameid.xml.base64 late /Response/Assertion/Subject/EncryptedID (SubjectConfirmation)`,
		`ruby-saml/test/responses/response_node_text_attack.xml.base64 INT "smith" "s" "mith"`,
		`ruby-saml/test/responses/response_node_text_attack.xml.base64 INT "support@onelogin.com" "support" "@onelogin.com"`,
		`ruby-saml/test/responses/response_node_text_attack2.xml.base64 INT "test@onelogin.com" "test" "@onelogin.com"`,
		`ruby-saml/test/responses/response_wrapped.xml.base64 unexpected /Response/EntityDescriptor`,
	}
	var got []string
	for _, dir := range []string{"messages", "metadata", "entra/saml"} {
		for name, doc := range corpusDocuments(t, filepath.Join(corpus, dir)) {
			m := saml.Read(doc)
			for _, p := range schemaProblems(m) {
				got = append(got, name+" "+p)
			}
			for _, i := range saml.InterruptedValues(m) {
				got = append(got, fmt.Sprintf("%s INT %q %q %q", name, i.Value, i.Before, i.After))
			}
			for _, meta := range saml.ReadMetadata(doc) {
				if meta.IdP != nil {
					got = append(got, unreadable(name, meta.IdP.Keys)...)
				}
				if meta.SP != nil {
					got = append(got, unreadable(name, meta.SP.Keys)...)
				}
			}
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("structure (-want +got):\n%s", diff)
	}
}

func unreadable(name string, list []saml.KeyDescriptor) (lines []string) {
	for _, k := range list {
		for _, u := range k.Unreadable {
			lines = append(lines, name+" "+u.Err.Error())
		}
	}
	return lines
}

// exercise asks a message everything and checks what must hold of any message.
func exercise(t *testing.T, name string, m *saml.Message) {
	t.Helper()
	for _, p := range saml.SchemaOrder(m) {
		if p.Element == nil || p.Kind == 0 || (p.Other == nil) != (p.Kind == saml.Unexpected) {
			t.Errorf("%s: incomplete order problem %+v", name, p)
		}
	}
	for _, w := range saml.WrongNamespaces(m) {
		if w.Element == nil || w.Actual == w.Expected {
			t.Errorf("%s: wrong namespace that is right: %+v", name, w)
		}
	}
	for _, i := range saml.InterruptedValues(m) {
		if len(i.Before) > len(i.Value) || len(i.After) > len(i.Value) {
			t.Errorf("%s: a part is longer than the whole: %+v", name, i)
		}
	}
	m.Status.Success()
	for _, meta := range saml.ReadMetadata(m.Doc) {
		if meta.Element == nil || meta.Doc != m.Doc {
			t.Errorf("%s: metadata without its element", name)
		}
	}
}

func corpusDocuments(t *testing.T, dir string) map[string]*xmldoc.Document {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus here")
	}
	docs := map[string]*xmldoc.Document{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if doc := decode(data); doc != nil {
			docs[strings.TrimPrefix(path, dir+"/")] = doc
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// decode reads a sample that is XML, Base64 of it, or that deflated; nil for
// anything else.
func decode(data []byte) *xmldoc.Document {
	text := strings.TrimSpace(string(data))
	if unescaped, err := url.QueryUnescape(text); err == nil && !strings.Contains(text, "+") {
		text = unescaped
	}
	candidates := [][]byte{data}
	if der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err == nil {
		candidates = append(candidates, der)
		if inflated, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(der)), 1<<20)); err == nil {
			candidates = append(candidates, inflated)
		}
	}
	for _, c := range candidates {
		if doc, err := xmldoc.Parse(c, xmldoc.Limits{}); err == nil {
			return doc
		}
	}
	return nil
}
