package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/paste"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// pasteSheet is a sheet with every state, and texts that would break a format
// that does not escape.
func pasteSheet(t testing.TB) *paste.Sheet {
	c, err := keys.ParseCertificate(samltest.RSA().Cert)
	if err != nil {
		t.Fatal(err)
	}
	return &paste.Sheet{
		Profile: "haloitsm", Title: "HaloITSM", App: "Halo | *prod*", IdP: "Microsoft Entra ID", AdminPath: "Configuration > SSO",
		Rows: []paste.Row{
			{Field: profile.Identifier, FromApp: true, IdP: "Identifier (Entity ID)", App: "Entity ID", State: paste.Known, Values: []paste.Value{{Text: "=1+1|<b>x</b>\nnext", Source: "ssodoctor.yaml:4"}}},
			{Field: profile.ReplyURL, FromApp: true, IdP: "Reply URL", App: "ACS", State: paste.Missing, Form: []string{"https://(host)/acs"}, Unverified: true},
			{Field: profile.Issuer, IdP: "Microsoft Entra Identifier", State: paste.Fixed, Values: []paste.Value{{Text: "a", Source: "x"}, {Text: "b", Source: "y"}}, Note: "With the slash."},
		},
		Claims:       []paste.Claim{{Name: "first_name", Required: true, Source: "user.givenname", Why: "Shown."}, {Name: "groups", Why: "Roles.", Unverified: true}},
		Certificates: []*keys.Certificate{c},
	}
}

func pasted(t testing.TB, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Paste(&b, pasteSheet(t), format, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPasteGolden(t *testing.T) {
	for _, format := range PasteFormats() {
		golden(t, "paste."+format, []byte(pasted(t, format)))
	}
	if err := Paste(&bytes.Buffer{}, pasteSheet(t), "sarif", Options{}); err == nil || !strings.Contains(err.Error(), `"sarif"`) {
		t.Errorf("an unknown format gives %v", err)
	}
}

func TestPasteSchema(t *testing.T) {
	validateJSON(t, compile(t, "paste.schema.json"), []byte(pasted(t, "json")))
}

func TestPasteEscapes(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(pasted(t, "csv"))).ReadAll()
	if err != nil || len(rows) != 7 || !strings.HasPrefix(rows[1][5], "'=") {
		t.Errorf("%d rows, %v: %q", len(rows), err, rows)
	}
	if text := pasted(t, "markdown"); strings.Contains(text, "<b>") || strings.Count(text, "\n| ") != 8 {
		t.Errorf("the tables are broken:\n%s", text)
	}
}
