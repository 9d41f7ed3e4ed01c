package xmldsig_test

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// indent puts every tag on a line of its own, as viewers do.
func indent(xml string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(xml); i++ {
		if xml[i] == '<' && (i == 0 || xml[i-1] == '>') {
			if xml[i+1] == '/' {
				depth--
			}
			b.WriteString("\n" + strings.Repeat("  ", max(depth, 0)))
		}
		switch {
		case xml[i] == '<' && xml[i+1] != '/':
			depth++
		case xml[i] == '>' && xml[i-1] == '/', xml[i] == '<' && i > 0 && xml[i-1] != '>':
			depth--
		}
		b.WriteByte(xml[i])
	}
	return b.String()
}

func TestRepair(t *testing.T) {
	lines := replace(t, message(), ">ada@contoso.com</saml:AttributeValue>", ">one\ntwo\nGrüße “Ada” &amp; Söhne</saml:AttributeValue>")
	named := replace(t, message(), "<saml:Attribute ", `<saml:Attribute FriendlyName="R&amp;D" `)
	carriage := strings.ReplaceAll(lines, "\n", "&#13;\n")
	both := signID(t, signID(t, message(), "_a"), "_r")
	java := func(xml, id string) string {
		return sign(t, xml, with(samltest.RSA(), samltest.SignOptions{ID: id, Separator: "\n"}))
	}
	tests := []struct {
		what, xml, want string
	}{
		{"untouched", signID(t, lines, "_a"), ""},
		{"indented", indent(signID(t, message(), "_a")), "pretty-printed"},
		{"indented, both signed", indent(both), "pretty-printed"},
		{"indented with CR LF", strings.ReplaceAll(indent(both), "\n", "\r\n"), "pretty-printed"},
		{"indented, signature of a Java library", indent(strings.ReplaceAll(java(message(), "_a"), ">\n<", "><")), "pretty-printed"},
		{"indented, signature with carriage returns", indent(strings.ReplaceAll(sign(t, message(), with(samltest.RSA(), samltest.SignOptions{ID: "_a", Separator: "&#13;\n"})), ">&#13;\n<", "><")), "pretty-printed"},
		{"text on lines of its own", strings.ReplaceAll(indent(signID(t, message(), "_a")), "ada@contoso.com", "\n   ada@contoso.com\n  "), "pretty-printed, with the text on lines of its own"},
		{"CR lost", strings.ReplaceAll(signID(t, carriage, "_a"), "&#13;", ""), "given LF line ends instead of CR LF"},
		{"CR added", replace(t, signID(t, lines, "_a"), "one\ntwo\n", "one&#13;\ntwo&#13;\n"), "given CR LF line ends instead of LF"},
		{"read as Windows-1252", replace(t, signID(t, lines, "_a"), "Grüße “Ada” &amp; Söhne", "GrÃ¼ÃŸe â€œAdaâ€\u009d &amp; SÃ¶hne"), "read as Windows-1252 although it was UTF-8"},
		{"read as UTF-8", replace(t, signID(t, replace(t, message(), ">ada@contoso.com</saml:AttributeValue>", ">GrÃ¼n</saml:AttributeValue>"), "_a"), "GrÃ¼n", "Grün"), "read as UTF-8 although it was signed as Windows-1252"},
		{"escaped twice", replace(t, signID(t, lines, "_a"), "&amp;", "&amp;amp;"), "escaped twice"},
		{"unescaped", replace(t, signID(t, replace(t, lines, "&amp;", "&amp;amp;"), "_a"), "&amp;amp;", "&amp;"), "unescaped once too often"},
		{"attribute escaped twice", replace(t, signID(t, named, "_a"), `"R&amp;D"`, `"R&amp;amp;D"`), "escaped twice"},
		{"attribute unescaped", replace(t, signID(t, replace(t, named, `"R&amp;D"`, `"R&amp;amp;D"`), "_a"), `"R&amp;amp;D"`, `"R&amp;D"`), "unescaped once too often"},

		{"indented and tampered", strings.ReplaceAll(indent(signID(t, message(), "_a")), "ada@contoso.com", "eve@evil.example"), ""},
		{"indented, signed by a stranger", indent(sign(t, message(), samltest.SignOptions{ID: "_a", Key: samltest.Other().Key, Cert: samltest.RSA().Cert})), ""},
		{"comment taken out", replace(t, sign(t, replace(t, message(), "ada@", "ada<?x?>@"), with(samltest.RSA(), samltest.SignOptions{ID: "_a"})), "<?x?>", ""), ""},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			r := verify(t, tt.xml, samltest.RSA())
			for _, s := range r.Signatures {
				if s.Repair != tt.want {
					t.Errorf("repair %q, want %q (%s)%s\n%s", s.Repair, tt.want, verdicts(r), dump(r), tt.xml)
				}
				if sound := s.Digest == xmldsig.Match && s.Value == xmldsig.Match; sound != (tt.what == "untouched") {
					t.Errorf("a repair changes no verdict: %s", verdicts(r))
				}
			}
			if reported := strings.Contains(dump(r), "input-reformatted"); reported != (tt.want != "") {
				t.Errorf("reported: %v", reported)
			}
		})
	}
}
