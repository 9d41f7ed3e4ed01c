package xmldsig_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

func certificates(t testing.TB, pairs ...samltest.Pair) (list []*keys.Certificate) {
	t.Helper()
	for _, p := range pairs {
		c, err := keys.ParseCertificate(p.Cert)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// samlRequest is a value of SAMLRequest that needs escaping, relay a RelayState
// that every library escapes in another way.
const (
	samlRequest = "fZHNTsMwEIRfJfI9+wV/ZQ+zV=="
	relay       = "/a b~c(d)!e'f*g/ä"
)

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// queryOf is the query as it is sent, with a signature over octets.
func queryOf(t testing.TB, sent, octets, algorithm string, pair samltest.Pair) string {
	t.Helper()
	return sent + "&Signature=" + samltest.SignQuery(octets, pair, algorithm)
}

func TestVerifyQuery(t *testing.T) {
	for _, test := range []struct {
		algorithm string
		pair      samltest.Pair
	}{
		{samltest.RSASHA256, samltest.RSA()},
		{samltest.RSASHA1, samltest.RSA()},
		{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", samltest.Other()},
		{"http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", samltest.RSA()},
		{samltest.ECDSASHA256, samltest.ECDSA()},
		{samltest.EdDSA, samltest.Ed25519()},
	} {
		for _, rest := range []string{"", "&RelayState=", "&RelayState=" + escape(relay)} {
			octets := "SAMLResponse=" + escape(samlRequest) + rest + "&SigAlg=" + escape(test.algorithm)
			q := xmldsig.VerifyQuery(queryOf(t, octets, octets, test.algorithm, test.pair), certificates(t, samltest.Weak(), test.pair))
			if q == nil || q.Value != xmldsig.Match || q.Key != xmldsig.KeyConfigured || q.Variant != "" || q.Certificate == nil || q.SignatureAlgorithm != test.algorithm {
				t.Errorf("%s, %q: %+v", test.algorithm, rest, q)
			}
			if weak := test.algorithm == samltest.RSASHA1; weak != (len(q.Problems) == 1) {
				t.Errorf("%s: problems %+v", test.algorithm, q.Problems)
			}
		}
	}
}

// TestQueryOrder holds the octets to the order of the specification, whatever
// the order in the URL.
func TestQueryOrder(t *testing.T) {
	alg := "SigAlg=" + escape(samltest.RSASHA256)
	signature := "Signature=" + samltest.SignQuery("SAMLRequest=x&RelayState=r&"+alg, samltest.RSA(), samltest.RSASHA256)
	for _, query := range []string{
		"RelayState=r&SAMLRequest=x&" + alg + "&" + signature,
		signature + "&" + alg + "&client=7&RelayState=r&SAMLRequest=x",
	} {
		if q := xmldsig.VerifyQuery(query, certificates(t, samltest.RSA())); q.Value != xmldsig.Match {
			t.Errorf("%s: %+v", query, q)
		}
	}
}

// TestQueryVariants names what vendors get wrong.
func TestQueryVariants(t *testing.T) {
	alg := escape(samltest.RSASHA256)
	m, r := escape(samlRequest), escape(relay)
	sent := "SAMLRequest=" + m + "&RelayState=" + r + "&SigAlg=" + alg
	lower := func(s string) string {
		var b strings.Builder
		for i := 0; i < len(s); i++ {
			if s[i] == '%' {
				b.WriteString(strings.ToLower(s[i : i+3]))
				i += 2
				continue
			}
			b.WriteByte(s[i])
		}
		return b.String()
	}
	for name, test := range map[string]struct{ sent, octets, variant string }{
		"small letters":         {sent, lower(sent), "small letters"},
		"capital letters":       {lower(sent), sent, "capital letters"},
		"plus":                  {sent, strings.ReplaceAll(sent, "%20", "+"), "plus signs"},
		"plus sent":             {strings.ReplaceAll(sent, "%20", "+"), sent, "%20 for the blanks that were sent as plus signs"},
		"plus sent, small":      {lower(strings.ReplaceAll(sent, "%20", "+")), lower(sent), "%20 for the blanks"},
		"JavaScript":            {sent, "SAMLRequest=" + m + "&RelayState=%2Fa%20b~c(d)!e'f*g%2F%C3%A4&SigAlg=" + alg, "JavaScript"},
		"HttpUtility":           {sent, "SAMLRequest=" + lower(m) + "&RelayState=%2fa+b%7ec(d)!e%27f*g%2f%c3%a4&SigAlg=" + lower(alg), "HttpUtility"},
		"Java":                  {sent, "SAMLRequest=" + m + "&RelayState=%2Fa+b%7Ec%28d%29%21e%27f*g%2F%C3%A4&SigAlg=" + alg, "URLEncoder"},
		"not encoded":           {sent, "SAMLRequest=" + samlRequest + "&RelayState=" + relay + "&SigAlg=" + samltest.RSASHA256, "without any percent-encoding"},
		"line breaks":           {"SAMLRequest=ab%0D%0Acd&SigAlg=" + alg, "SAMLRequest=abcd&SigAlg=" + alg, "line breaks"},
		"order":                 {"RelayState=r&SAMLRequest=x&SigAlg=" + alg, "RelayState=r&SAMLRequest=x&SigAlg=" + alg, "order of the URL"},
		"SigAlg before":         {"SAMLRequest=x&RelayState=r&SigAlg=" + alg, "SAMLRequest=x&SigAlg=" + alg + "&RelayState=r", "order SAMLRequest, SigAlg, RelayState"},
		"SigAlg first":          {"SAMLRequest=x&SigAlg=" + alg, "SigAlg=" + alg + "&SAMLRequest=x", "order SigAlg, SAMLRequest"},
		"SAMLEncoding":          {"SAMLRequest=x&SigAlg=" + alg + "&SAMLEncoding=urn%3Adeflate", "SAMLRequest=x&SAMLEncoding=urn%3Adeflate&SigAlg=" + alg, "SAMLEncoding"},
		"empty not sent":        {"SAMLRequest=x&SigAlg=" + alg, "SAMLRequest=x&RelayState=&SigAlg=" + alg, "an empty RelayState, which was not sent"},
		"empty not signed":      {"SAMLRequest=x&RelayState=&SigAlg=" + alg, "SAMLRequest=x&SigAlg=" + alg, "an empty one was sent"},
		"RelayState not signed": {"SAMLRequest=x&RelayState=r&SigAlg=" + alg, "SAMLRequest=x&SigAlg=" + alg, "no RelayState, though one was sent"},
		"RelayState added":      {"SAMLRequest=x&RelayState=r&SigAlg=" + alg, "SAMLRequest=x&RelayState=&SigAlg=" + alg, "sent with a value"},
	} {
		q := xmldsig.VerifyQuery(queryOf(t, test.sent, test.octets, samltest.RSASHA256, samltest.RSA()), certificates(t, samltest.Other(), samltest.RSA()))
		if q.Value != xmldsig.Mismatch || !strings.Contains(q.Variant, test.variant) || q.Certificate == nil {
			t.Errorf("%s: %s, %q, want %q", name, q.Value, q.Variant, test.variant)
		}
	}
}

// TestQueryAlgorithm names a digest that is not the one that SigAlg names.
func TestQueryAlgorithm(t *testing.T) {
	octets := "SAMLRequest=x&SigAlg=" + escape(samltest.RSASHA256)
	signed := queryOf(t, octets, octets, samltest.RSASHA1, samltest.RSA())
	q := xmldsig.VerifyQuery(signed, certificates(t, samltest.RSA()))
	if q.Value != xmldsig.Mismatch || q.Variant != "the algorithm rsa-sha1 in place of the rsa-sha256 that SigAlg names" {
		t.Errorf("%s, %q", q.Value, q.Variant)
	}
}

func TestQueryDefects(t *testing.T) {
	alg := escape(samltest.RSASHA256)
	octets := "SAMLRequest=x&SigAlg=" + alg
	signed := queryOf(t, octets, octets, samltest.RSASHA256, samltest.RSA())
	_, signature, _ := strings.Cut(signed, "&Signature=")
	for name, test := range map[string]struct {
		query   string
		trusted []samltest.Pair
		value   xmldsig.Verdict
		key     xmldsig.KeyVerdict
		check   string
		detail  string
	}{
		"no key":           {signed, nil, xmldsig.NotChecked, xmldsig.KeyNone, "", ""},
		"another key":      {signed, []samltest.Pair{samltest.Other()}, xmldsig.Mismatch, xmldsig.KeyNone, "", ""},
		"changed":          {strings.Replace(signed, "=x", "=y", 1), []samltest.Pair{samltest.RSA()}, xmldsig.Mismatch, xmldsig.KeyNone, "", ""},
		"kind of key":      {signed, []samltest.Pair{samltest.ECDSA()}, xmldsig.Unsupported, xmldsig.KeyUnsupported, "signature-unsupported", "rsa-sha256"},
		"no Signature":     {octets, nil, xmldsig.Malformed, xmldsig.KeyNone, "signature-malformed", "no Signature"},
		"no SigAlg":        {"SAMLRequest=x&Signature=" + signature, nil, xmldsig.Malformed, xmldsig.KeyNone, "signature-malformed", "no SigAlg"},
		"no Base64":        {octets + "&Signature=%21%21", nil, xmldsig.Malformed, xmldsig.KeyNone, "signature-malformed", `"!!"`},
		"misspelt":         {strings.Replace(signed, "rsa-sha256", "rsa-sha265", 1), []samltest.Pair{samltest.RSA()}, xmldsig.Unsupported, xmldsig.KeyUnsupported, "signature-unsupported", "perhaps"},
		"MD5":              {strings.Replace(signed, "rsa-sha256", "rsa-md5", 1), []samltest.Pair{samltest.RSA()}, xmldsig.Unsupported, xmldsig.KeyUnsupported, "signature-algorithm-weak", "MD5"},
		"plus not escaped": {octets + "&Signature=" + strings.ReplaceAll(strings.ReplaceAll(signature, "%2B", "+"), "%2F", "/"), []samltest.Pair{samltest.RSA()}, xmldsig.Match, xmldsig.KeyConfigured, "", ""},
	} {
		q := xmldsig.VerifyQuery(test.query, certificates(t, test.trusted...))
		if q == nil || q.Value != test.value || q.Key != test.key {
			t.Errorf("%s: %+v", name, q)
			continue
		}
		if test.check == "" && len(q.Problems) > 0 || test.check != "" && (len(q.Problems) == 0 || q.Problems[0].Check != test.check || !strings.Contains(q.Problems[0].Detail, test.detail)) {
			t.Errorf("%s: problems %+v", name, q.Problems)
		}
	}
	for _, query := range []string{"", "SAMLRequest=x", "SAMLRequest=x&RelayState=Signature", "Signature=x&SigAlg=y", "&&=&"} {
		if q := xmldsig.VerifyQuery(query, nil); q != nil {
			t.Errorf("%q: %+v", query, q)
		}
	}
}

func FuzzVerifyQuery(f *testing.F) {
	octets := "SAMLRequest=" + escape(samlRequest) + "&RelayState=" + escape(relay) + "&SigAlg=" + escape(samltest.RSASHA256)
	f.Add(octets + "&Signature=" + samltest.SignQuery(octets, samltest.RSA(), samltest.RSASHA256))
	f.Add("SAMLResponse=%&SigAlg=%zz&Signature=%")
	trusted := certificates(f, samltest.Weak(), samltest.ECDSA())
	f.Fuzz(func(t *testing.T, query string) {
		if q := xmldsig.VerifyQuery(query, trusted); q != nil && (q.Value == "" || q.Key == "" || q.Value == xmldsig.Match && q.Certificate == nil) {
			t.Errorf("%+v", q)
		}
	})
}
