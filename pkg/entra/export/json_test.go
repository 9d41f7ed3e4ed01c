package export

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestSlips: what editors and people put into JSON is told where it stands, and
// what to do about it.
func TestSlips(t *testing.T) {
	const head = "{\n  \"identifierUris\": [\"https://a.contoso.com\"],\n  "
	for _, c := range []struct {
		name, text   string
		line, column int
		says         string
	}{
		{"trailing comma in an object", head + "\"appId\": \"x\",\n}", 3, 15, "comma before '}'"},
		{"trailing comma in a list", head + "\"tags\": [1, ]}", 3, 13, "comma before ']'"},
		{"line comment", head + "// comment\n\"appId\": \"x\"}", 3, 3, "comment"},
		{"block comment", head + "/* x */ \"appId\": \"x\"}", 3, 3, "comment"},
		{"typographic quotes", head + "“appId”: “x”}", 3, 3, "typographic"},
		{"typographic quotes around a value", head + "\"appId\": “x”}", 3, 12, "typographic"},
		{"single quotes", head + "'appId': 'x'}", 3, 3, "single quotation mark"},
		{"a placeholder", head + "\"appId\": <app id>}", 3, 12, "placeholder"},
		{"Python", head + "\"appId\": None}", 3, 12, "Python"},
		{"left out", head + "...}", 3, 3, "left out"},
		{"no comma", head + "\"appId\": \"x\" \"tags\": []}", 3, 16, "expected \",\" or '}'"},
		{"a line break in a string", head + "\"appId\": \"x\ny\"}", 3, 14, "end of the line"},
		{"a backslash", head + "\"appId\": \"C:\\dir\"}", 3, 15, "escape"},
		{"cut off in an object", head + "\"appId\": \"x\"", 3, 15, "not whole"},
		{"cut off in a string", head + "\"appId\": \"x", 3, 14, "not whole"},
		{"a NUL", head + "\"appId\": \x00}", 3, 12, "expected a value"},
		{"wide characters count as one", "{\"identifierUris\": [\"äöü😀\"] x}", 1, 29, "expected \",\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Read("app.json", []byte(c.text))
			if len(f.Problems) != 1 {
				t.Fatalf("problems %+v", f.Problems)
			}
			p := f.Problems[0]
			if at := p.Location.Span; at.Line != c.line || at.Column != c.column || !strings.Contains(p.Detail, c.says) {
				t.Errorf("%d:%d: %s; want %d:%d and %q", at.Line, at.Column, p.Detail, c.line, c.column, c.says)
			}
			if c.line > 1 && len(f.Applications) != 1 {
				t.Error("what was read before the slip is lost")
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"deep", `{"identifierUris": ` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + "}", "nested more than"},
		{"many", `{"identifierUris": [` + strings.Repeat("0,", maxNodes+1) + "0]}", "more than"},
		{"top", strings.Repeat("[", 1000) + `{"identifierUris":[]}` + strings.Repeat("]", 1000), "lists are nested too deeply"},
	} {
		if f := Read(c.name, []byte(c.text)); len(f.Problems) != 1 || !strings.Contains(f.Problems[0].Detail, c.says) {
			t.Errorf("%s: %+v", c.name, f.Problems)
		}
	}
}

// TestEncodings: whatever PowerShell writes is read, with the same places.
func TestEncodings(t *testing.T) {
	const text = "{\"identifierUris\":\r\n [\"https://ü.contoso.com\"], \"appId\": \"a\"}"
	wide := func(low, high int) []byte {
		var out []byte
		for _, r := range text {
			pair := [2]byte{}
			pair[low], pair[high] = byte(r), byte(r>>8)
			out = append(out, pair[:]...)
		}
		return out
	}
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with its mark": []byte("\uFEFF" + text),
		"UTF-16LE": wide(0, 1), "UTF-16BE": wide(1, 0),
		"UTF-16LE with its mark": append([]byte("\xFF\xFE"), wide(0, 1)...), "UTF-16BE with its mark": append([]byte("\xFE\xFF"), wide(1, 0)...),
	} {
		f := Read("app.json", data)
		if len(f.Applications) != 1 || len(f.Problems) > 0 {
			t.Errorf("%s: %+v", name, f.Problems)
			continue
		}
		ids := f.Applications[0].Identifiers
		if len(ids.Items) != 1 || ids.Items[0].V != "https://ü.contoso.com" || ids.Items[0].At.Span.Line != 2 || ids.Items[0].At.Span.Column != 4 {
			t.Errorf("%s: %+v", name, ids)
		}
	}
}

// TestJSONLikeGo: the reader accepts what encoding/json accepts, reads the same
// texts, and gives each its place.
func TestJSONLikeGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.String(), 1, 8).Draw(t, "values")
		text, err := json.MarshalIndent(values, rapid.SampledFrom([]string{"", " "}).Draw(t, "prefix"), "\t")
		if err != nil {
			t.Fatal(err)
		}
		j := &jsonReader{source: newSource(text)}
		n, err := j.value(0)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for i, item := range n.list() {
			var want []string
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if item.text != want[i] {
				t.Fatalf("%q, want %q", item.text, want[i])
			}
			lines := strings.Split(string(text[:item.span.Offset]), "\n")
			if item.span.Line != len(lines) || item.span.Column != utf8.RuneCountInString(lines[len(lines)-1])+1 {
				t.Fatalf("%q stands at %+v", item.text, item.span)
			}
		}
	})
}

// TestLocator: an offset in the meaning of a string leads to its place in the
// text.
func TestLocator(t *testing.T) {
	text := `["{\"a\":\"\u00fcb\"}"]`
	j := &jsonReader{source: newSource([]byte(text))}
	n, err := j.value(0)
	if err != nil {
		t.Fatal(err)
	}
	item := n.items[0]
	locate := j.locator(item)
	for _, mark := range []string{"b", "a", ":", "}"} { // back and forth
		meant := strings.LastIndex(item.text, mark)
		if got, want := locate(meant).Offset, strings.LastIndex(text, mark); got != want {
			t.Errorf("%q at %d, want %d", mark, got, want)
		}
	}
}
