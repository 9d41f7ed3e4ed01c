package trace

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// testXML holds what breaks careless readers: CR LF, non-ASCII, quotes, an
// escaped ampersand and bytes that give '+' and '/' in Base64.
const testXML = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_r1\" Version=\"2.0\">\r\n" +
	"  <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.example/~>?>?</saml:Issuer>\n" +
	"  <!-- \u00fe\u00ff\u00bf\u00be Zoë &amp; Ærø \U0001F600 >>>???>>>??? --><samlp:Status/>\r\n\r\n</samlp:Response>\n"

var requestXML = strings.ReplaceAll(testXML, "samlp:Response", "samlp:AuthnRequest")

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func wrapAt(s, sep string, n int) string {
	var b strings.Builder
	for len(s) > n {
		b.WriteString(s[:n] + sep)
		s = s[n:]
	}
	return b.String() + s
}

func deflated(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 9)
	io.WriteString(w, s)
	w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func zlibbed(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func inUTF16(s string, bom bool) string {
	var b []byte
	if bom {
		b = append(b, 0xff, 0xfe)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func quoted(s string) string {
	out, _ := json.Marshal(s)
	return string(out)
}

func quotedPrintable(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	w.Binary = true
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

// page is an auto-submit page with the inputs in an unusual dress.
func page(value string) string {
	return "<!DOCTYPE html><html><head><title>Working...</title></head><body onload='document.forms[0].submit()'>\n" +
		"<form method=post action='https://app.example/acs?x=1&amp;y=2'><INPUT value=\"" + html.EscapeString(value) + "\" type=hidden NAME=SAMLResponse />" +
		"<input type='hidden' name='RelayState' value='a&amp;b=&#43;c'></form></body></html>"
}

// textCase is one way to write a message down.
type textCase struct {
	name, input, format string
	checks              string // of the message, in order
}

func textCases() []textCase {
	plain := b64(testXML)
	esc := url.QueryEscape
	return []textCase{
		{"xml", testXML, "xml", ""},
		{"xml bom", "\ufeff" + testXML, "xml", ""},
		{"xml utf-16", inUTF16(testXML, true), "xml", ""},
		{"xml utf-16 without bom", inUTF16(testXML, false), "xml", ""},
		{"xml after blanks", "\n\n  " + testXML, "xml", "input-repaired"},
		{"base64", plain, "base64", ""},
		{"base64 with newline", plain + "\r\n", "base64", ""},
		{"base64 bom", "\ufeff" + plain, "base64", ""},
		{"base64 utf-16", inUTF16(plain, true), "base64", ""},
		{"base64 wrapped", wrapAt(plain, "\n", 64), "base64", "input-repaired"},
		{"base64 wrapped crlf", wrapAt(plain, "\r\n", 76), "base64", "input-repaired"},
		{"base64 joined by blanks", wrapAt(plain, " ", 76), "base64", "input-repaired"},
		{"base64 url-safe", strings.NewReplacer("+", "-", "/", "_").Replace(plain), "base64", "input-repaired"},
		{"base64 unpadded", strings.TrimRight(plain, "="), "base64", "input-repaired"},
		{"base64 blanks", strings.ReplaceAll(plain, "+", " "), "base64", "input-repaired"},
		{"base64 wrapped, blanks", strings.ReplaceAll(wrapAt(plain, "\r\n", strings.Index(plain, "+")), "+", " "), "base64", "input-repaired input-repaired"},
		{"base64 pem", "-----BEGIN SAML-----\n" + wrapAt(plain, "\n", 64) + "\n-----END SAML-----\n", "base64", "input-repaired input-repaired"},
		{"base64 twice", b64(plain), "base64", "input-repaired"},
		{"double quotes", `"` + plain + `"`, "base64", "input-repaired"},
		{"smart quotes", "“" + plain + "”", "base64", "input-repaired"},
		{"json string", strings.ReplaceAll(quoted(plain), "/", `\/`), "base64", "input-repaired input-repaired"},
		{"percent once", esc(plain), "base64", "input-repaired"},
		{"percent twice", esc(esc(plain)), "base64", "input-repaired input-double-encoded"},
		{"entities", strings.NewReplacer("+", "&#43;", "=", "&#x3d;").Replace(plain), "base64", "input-repaired"},
		{"xml as entities", html.EscapeString(testXML), "text", ""},
		{"quoted-printable", quotedPrintable(plain), "base64", "input-repaired"},
		{"form", "SAMLResponse=" + esc(plain) + "&RelayState=a%26b%3D%2Bc", "form", ""},
		{"form, relay state first", "RelayState=a%26b%3D%2Bc&SAMLResponse=" + esc(plain) + "\n", "form", ""},
		{"form, plus not encoded", "SAMLResponse=" + plain, "form", "input-repaired"},
		{"form, encoded twice", "SAMLResponse=" + esc(esc(plain)), "form", "input-double-encoded"},
		{"form, name in lower case", "samlresponse=" + esc(plain), "form", "input-repaired"},
		{"form, quoted-printable", quotedPrintable("SAMLResponse=" + esc(plain) + "&RelayState=a%26b%3D%2Bc"), "form", "input-repaired"},
		{"text, quoted-printable", "Hello,\n\n" + quotedPrintable("SAMLResponse="+esc(plain)) + "\n\nregards\n", "text", "input-repaired"},
		{"xml, quoted-printable", quotedPrintable(testXML), "xml", "input-repaired"},
		{"form, value twice", "SAMLResponse=" + esc(plain) + "&SAMLResponse=" + esc(plain), "form", "input-parameter-duplicated"},
		{"name and colon", "SAMLResponse: " + plain, "text", ""},
		{"name in quotes", `"SAMLResponse" : "` + plain + `",`, "text", ""},
		{"page", page(plain), "html", ""},
		{"page with wrapped value", page(wrapAt(plain, "\r\n", 76)), "html", "input-repaired"},
		{"xhtml page", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><body>" + page(plain) + "</body></html>", "html", ""},
		{"json object", `{"a":1,"SAMLResponse":` + quoted(plain) + `,"RelayState":"x"}`, "json", ""},
		{"json pair", `[{"name":"SAMLResponse","value":` + quoted(plain) + `}]`, "json", ""},
		{"json array", `{"post":[["SAMLResponse",` + quoted(plain) + `],["RelayState","x"]]}`, "json", ""},
		{"json with xml", `{"message":` + quoted(testXML) + `}`, "json", ""},
		{"json with form", `{"body":` + quoted("SAMLResponse="+esc(plain)) + `}`, "json", ""},
		{"json with page", `{"body":` + quoted(page(plain)) + `}`, "json", ""},
		{"log", `10.0.0.1 - - [21/Nov/2026:10:00:00 +0000] "POST /acs?SAMLResponse=` + esc(deflated(testXML)) + `&RelayState=x HTTP/1.1" 302 0` + "\n", "text", "response-by-redirect"},
		{"log form", "2026-11-21 10:00:00 DEBUG body: SAMLResponse=" + esc(plain) + "&RelayState=x\n2026-11-21 10:00:01 done\n", "text", ""},
		{"curl", `curl 'https://app.example/acs' -H 'Cookie: s=1' --data-raw 'SAMLResponse=` + esc(plain) + `&RelayState=x'`, "curl", ""},
		{"log with escaped json", `10:00 INFO body={\"SAMLResponse\":\"` + plain + `\",\"x\":1}`, "text", ""},
		{"log with html", "10:00 INFO <b>ok</b> SAMLResponse=" + esc(plain) + " <br>", "text", ""},
		{"log with xml", "10:00 INFO received " + testXML[:len(testXML)-1] + " from idp", "text", ""},
		{"leading words", "Hello, this is what I captured:\n\n" + plain + "\n\nRegards", "text", ""},
		{"raw http", "POST /acs HTTP/1.1\r\nHost: app.example\r\n\r\nRelayState=x&SAMLResponse=" + esc(plain), "http", ""},
		{"gzip", gzipped(testXML), "xml", ""},
		{"deflated value", deflated(testXML), "base64", ""},
		{"url", "https://app.example/acs?SAMLResponse=" + esc(deflated(testXML)) + "&RelayState=x", "url", "response-by-redirect"},
		{"url, zlib", "https://app.example/acs?SAMLResponse=" + esc(zlibbed(testXML)), "url", "input-wrong-compression response-by-redirect"},
		{"url, gzip", "https://app.example/acs?SAMLResponse=" + esc(b64(gzipped(testXML))), "url", "input-wrong-compression response-by-redirect"},
		{"url, not deflated", "https://app.example/acs?SAMLResponse=" + esc(plain), "url", "input-wrong-compression response-by-redirect"},
		{"form, deflated", "SAMLResponse=" + esc(deflated(testXML)) + "&RelayState=x", "form", "response-by-redirect"},
	}
}

func TestTextFormats(t *testing.T) {
	for _, tc := range textCases() {
		t.Run(tc.name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(tc.input), "in", Limits{})
			if err != nil {
				t.Fatalf("error: %v", err)
			}
			if capture.Format != tc.format {
				t.Errorf("format %q, want %q", capture.Format, tc.format)
			}
			if len(capture.Messages) != 1 {
				t.Fatalf("%d messages, want 1; problems %+v", len(capture.Messages), capture.Problems)
			}
			m := capture.Messages[0]
			want := testXML
			if tc.name == "log with xml" {
				want = testXML[:len(testXML)-1]
			}
			if strings.HasPrefix(tc.name, "xml utf-16") || tc.name == "xml bom" {
				want = tc.input
			}
			if string(m.XML) != want {
				t.Errorf("XML differs:\n got %q\nwant %q", m.XML, want)
			}
			if got := checksOf(m); got != tc.checks {
				t.Errorf("problems %q, want %q: %+v", got, tc.checks, m.Problems)
			}
			if want := capture.ExchangeCount - 1; m.Exchange != want || want > 0 {
				t.Errorf("exchange %d, want %d", m.Exchange, want)
			}
		})
	}
}

// A value that is wrapped at any width is one message, also where a line of it
// happens to decode to something with a tag at its start.
func TestWrappedAtAnyWidth(t *testing.T) {
	xml := strings.Replace(testXML, "<samlp:Status/>", strings.Repeat("<a><b>c</b></a><d/></x>"[:19], 60), 1)
	for width := 40; width <= maxWrapWidth; width++ {
		for _, end := range []string{"\n", "\r\n"} {
			capture, err := ReadBytes([]byte(wrapAt(b64(xml), end, width)), "in", Limits{})
			if err != nil || len(capture.Messages) != 1 || string(capture.Messages[0].XML) != xml {
				t.Fatalf("wrapped at %d with %q: %v, %d messages, want the one that was wrapped", width, end, err, len(capture.Messages))
			}
		}
	}
}

// A JSON string is one, and XML in quotes is none.
func TestQuotedXML(t *testing.T) {
	escaped, err := json.Marshal(testXML)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer(`"`, `\"`, "\r", `\r`, "\n", `\n`).Replace(testXML)
	for _, input := range []string{string(escaped), `"` + plain + `"`, `"` + testXML + `"`} {
		capture, err := ReadBytes([]byte(input), "in", Limits{})
		if err != nil || len(capture.Messages) != 1 || strings.TrimSpace(string(capture.Messages[0].XML)) != strings.TrimSpace(testXML) {
			t.Errorf("%.40q: %v, want the message: %+v", input, err, capture)
		}
	}
}

func checksOf(m *Message) string {
	var names []string
	for _, p := range m.Problems {
		names = append(names, p.Check)
	}
	return strings.Join(names, " ")
}

// TestBase64Law: whatever the dress, the bytes are those that went in, and no
// repair is left unsaid.
func TestBase64Law(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xml := "<a>" + string(rapid.SliceOfN(rapid.Byte(), 60, 200).Draw(t, "content")) + "</a>"
		text, dressed := b64(xml), false
		if rapid.Bool().Draw(t, "url-safe") {
			safe := strings.NewReplacer("+", "-", "/", "_").Replace(text)
			text, dressed = safe, safe != text
		}
		if rapid.Bool().Draw(t, "unpadded") {
			bare := strings.TrimRight(text, "=")
			text, dressed = bare, dressed || bare != text
		}
		if width := rapid.SampledFrom([]int{0, 60, 64, 76}).Draw(t, "width"); width > 0 {
			text, dressed = wrapAt(text, rapid.SampledFrom([]string{"\n", "\r\n", "\n  "}).Draw(t, "line end"), width), true
		}
		d, err := Limits{}.withDefaults().decodeValue([]byte(text), 0)
		if err != nil || string(d.xml) != xml {
			t.Fatalf("%q gives %q, %v", text, d.xml, err)
		}
		if d.has("input-repaired") != dressed {
			t.Fatalf("%q: problems %+v", text, d.problems)
		}
	})
}

// TestSignedQuery keeps what a redirect signature is computed over.
func TestSignedQuery(t *testing.T) {
	query := requestQuery() + "&SigAlg=http%3a%2f%2fwww.w3.org%2f2001%2f04%2fxmldsig-more%23rsa-sha256&Signature=a%2bb%3d"
	for name, input := range map[string]string{
		"url":          idpURL + "?" + query,
		"query":        "?" + query,
		"bare":         query,
		"log":          "10:00 GET /sso?" + query + " HTTP/1.1",
		"wrapped url":  idpURL + "?" + wrapAt(query, "\r\n", 76),
		"html snippet": `<a href="` + html.EscapeString(idpURL+"?"+query) + `">continue</a>`,
	} {
		capture, err := ReadBytes([]byte(input), "", Limits{})
		if err != nil || len(capture.Messages) != 1 {
			t.Errorf("%s: %v, %d messages", name, err, len(capture.Messages))
			continue
		}
		m := capture.Messages[0]
		if m.RawQuery != query || m.Binding != BindingRedirect || m.RelayState != relay || string(m.XML) != requestXML {
			t.Errorf("%s: %q, binding %q, relay state %q", name, m.RawQuery, m.Binding, m.RelayState)
		}
	}
}

// TestSimpleSignForm: the fields that sign a form stay with the message, and
// make no redirect of it.
func TestSimpleSignForm(t *testing.T) {
	for form, want := range map[string]*FormSignature{
		"&SigAlg=a%3Ab&Signature=y%2B": {"a:b", "y+"},
		"&SigAlg=x":                    nil,
		"&Signature=y":                 nil,
	} {
		capture, err := ReadBytes([]byte(responseForm()+form), "", Limits{})
		if err != nil || len(capture.Messages) != 1 || checksOf(capture.Messages[0]) != "" || capture.Messages[0].Binding == BindingRedirect {
			t.Fatalf("%v, %+v", err, capture.Messages[0])
		}
		if got := capture.Messages[0].Signed; (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("%s: signed %+v, expected %+v", form, got, want)
		}
	}
}
