package redact_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/redact"
)

// everything decodes a text in every way that anything in a copy is encoded,
// over and over, and gives all that it comes to.
func everything(t testing.TB, data []byte) []string {
	t.Helper()
	seen := map[string]bool{}
	queue := []string{string(data), hexLines.ReplaceAllString(string(data), "$1"), wrapped.ReplaceAllString(string(data), "$1")}
	for len(queue) > 0 && len(seen) < 100_000 {
		text := queue[0]
		queue = queue[1:]
		if seen[text] || len(text) < 8 {
			continue
		}
		seen[text] = true
		queue = append(queue, decodings(text)...)
	}
	out := make([]string, 0, len(seen))
	for text := range seen {
		out = append(out, strings.ToLower(text))
	}
	return out
}

// The offsets before and the text behind the bytes of a dump, and lines that
// were broken.
var (
	hexLines = regexp.MustCompile(`(?m)^[0-9a-f]{4,}: ((?:[0-9a-f]{2} ){1,16}).*\n`)
	wrapped  = regexp.MustCompile(`(?m)^(?:[0-9a-f]{4,}: )?([^\r\n]*)\r?\n`)
)

// words are the runs of certain characters that are long enough to hide
// anything.
func words(text string, least int, in func(rune) bool) (out []string) {
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return !in(c) }) {
		if len(word) >= least {
			out = append(out, word)
		}
	}
	return out
}

func ofHex(c rune) bool { return strings.ContainsRune("0123456789abcdef: ", c) }

func ofURL(c rune) bool { return c > ' ' && !strings.ContainsRune(`"'<>`, c) }

func ofBase64(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.ContainsRune("+/_-", c)
}

func decodings(text string) (out []string) {
	if z, err := zip.NewReader(strings.NewReader(text), int64(len(text))); err == nil {
		for _, f := range z.File {
			if r, err := f.Open(); err == nil {
				content, _ := io.ReadAll(r)
				out = append(out, f.Name, string(content))
			}
		}
		return out
	}
	if plain, err := url.QueryUnescape(text); err == nil {
		out = append(out, plain)
	}
	for _, word := range words(text, 4, ofURL) {
		if plain, err := url.QueryUnescape(word); err == nil && plain != word {
			out = append(out, plain)
		}
	}
	out = append(out, html.UnescapeString(text), strings.ReplaceAll(strings.ReplaceAll(text, `\"`, `"`), `\/`, "/"))
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		out = append(out, jsonStrings(v)...)
	}
	for _, word := range words(text, 16, ofHex) {
		if plain, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(word)); err == nil {
			out = append(out, string(plain))
		}
	}
	for _, word := range words(text, 16, ofBase64) {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			plain, err := e.DecodeString(word)
			if err != nil {
				continue
			}
			out = append(out, string(plain))
			if inflated, err := io.ReadAll(flate.NewReader(bytes.NewReader(plain))); err == nil {
				out = append(out, string(inflated))
			}
			break
		}
	}
	return out
}

func jsonStrings(v any) (out []string) {
	switch v := v.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = append(out, jsonStrings(e)...)
		}
	case map[string]any:
		for key, e := range v {
			out = append(append(out, key), jsonStrings(e)...)
		}
	}
	return out
}

// hold fails where a secret is in a copy.
func hold(t testing.TB, r *redact.Copy, secrets ...string) {
	t.Helper()
	told := map[string]bool{}
	for _, text := range everything(t, r.Content) {
		for _, secret := range secrets {
			if at := strings.Index(text, strings.ToLower(secret)); at >= 0 && !told[secret] {
				told[secret] = true
				t.Errorf("%s: %q is in the copy: …%q…", r.Format, secret, text[max(0, at-60):min(len(text), at+60)])
			}
		}
	}
}

// TestSearch: what hold looks for is found however it is encoded.
func TestSearch(t *testing.T) {
	const canary = "zephyrine.canary@contoso.com"
	b64 := base64.StdEncoding.EncodeToString([]byte("<NameID>" + canary + "</NameID>"))
	var deflated bytes.Buffer
	w, _ := flate.NewWriter(&deflated, flate.BestCompression)
	w.Write([]byte(strings.Repeat("<a/>", 20) + canary))
	w.Close()
	quoted, _ := json.Marshal(map[string]string{"html": `<input value="` + b64 + `">`})
	dump := hex.Dump([]byte("SAMLResponse=" + url.QueryEscape(b64)))
	plainDump := regexp.MustCompile(`(?m)^0000([0-9a-f]{4})  ((?:[0-9a-f]{2} )+) ?((?:[0-9a-f]{2} )*) *\|.*$`).ReplaceAllString(dump, "$1: $2$3 ................")
	for name, text := range map[string]string{
		"plain": canary, "form": "SAMLResponse=" + url.QueryEscape(b64), "deflate": "SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString(deflated.Bytes())),
		"JSON": string(quoted), "JSON lines of Base64": wrapLines(base64.StdEncoding.EncodeToString(quoted)), "hexadecimal": strings.ReplaceAll(fmt.Sprintf("% x", "a=1&SAMLResponse="+b64), " ", ":"),
		"dump": plainDump, "markup": html.EscapeString("<a>&" + canary + "</a>"),
	} {
		if !slices.ContainsFunc(everything(t, []byte(text)), func(found string) bool { return strings.Contains(found, canary) }) {
			t.Errorf("%s: not found in %.200q", name, text)
		}
	}
}

func wrapLines(text string) (out string) {
	for part := range slices.Chunk([]byte(text), 76) {
		out += string(part) + "\r\n"
	}
	return out
}
