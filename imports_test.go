package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ssodoctor/ssodoctor/"

// rooms says which rooms of the house each room may import: data goes from
// bytes to trace to saml to validate to report, and imports follow it
// downwards.
var rooms = map[string][]string{
	"pkg/finding":        {},
	"pkg/accounts":       {"pkg/finding"},
	"pkg/xmldoc":         {"pkg/finding"},
	"pkg/idperror":       {"pkg/finding"},
	"pkg/config":         {"pkg/finding"},
	"pkg/keys":           {"pkg/finding"},
	"pkg/profile":        {"pkg/finding"},
	"pkg/xmldsig":        {"pkg/finding", "pkg/keys", "pkg/xmldoc"},
	"pkg/xmlenc":         {"pkg/finding", "pkg/keys", "pkg/xmldoc"},
	"pkg/saml":           {"pkg/finding", "pkg/keys", "pkg/xmldoc"},
	"pkg/trace":          {"pkg/finding", "pkg/idperror"},
	"pkg/adfs/claimrule": {"pkg/finding"},
	"pkg/adfs/users":     {"pkg/accounts", "pkg/adfs/claimrule", "pkg/finding"},
	"pkg/adfs":           {"pkg/adfs/claimrule", "pkg/finding", "pkg/keys", "pkg/saml", "pkg/xmldoc"},
	"pkg/entra":          {"pkg/finding"},
	"pkg/entra/export":   {"pkg/entra", "pkg/finding"},
	"pkg/migrate":        {"pkg/adfs", "pkg/adfs/claimrule", "pkg/entra", "pkg/finding", "pkg/keys", "pkg/profile"}, // profile: known apps are proposed as templates of the gallery
	"pkg/migrate/write":  {"pkg/entra", "pkg/finding", "pkg/migrate"},
	"pkg/validate":       {"pkg/accounts", "pkg/adfs/claimrule", "pkg/config", "pkg/entra", "pkg/entra/export", "pkg/finding", "pkg/idperror", "pkg/keys", "pkg/profile", "pkg/saml", "pkg/seal", "pkg/trace", "pkg/xmldoc", "pkg/xmldsig", "pkg/xmlenc"},
	"pkg/seal":           {"pkg/finding", "pkg/keys", "pkg/xmldoc", "pkg/xmldsig"},
	"pkg/redact":         {"pkg/finding", "pkg/idperror", "pkg/keys", "pkg/saml", "pkg/seal", "pkg/trace", "pkg/xmldoc", "pkg/xmldsig"},
	"pkg/compare":        {"pkg/adfs", "pkg/adfs/claimrule", "pkg/entra", "pkg/finding", "pkg/keys", "pkg/profile", "pkg/saml", "pkg/trace", "pkg/xmldoc", "pkg/xmldsig", "pkg/xmlenc"},
	"pkg/paste":          {"pkg/config", "pkg/keys", "pkg/profile", "pkg/saml", "pkg/xmldoc"},
	"pkg/report":         {"pkg/keys", "pkg/paste", "pkg/compare", "pkg/finding", "pkg/migrate", "pkg/profile", "pkg/saml", "pkg/validate", "pkg/xmldoc"},
}

// leaf knows nothing of the project, and every room may use it.
const leaf = "internal/lazyregexp"

// owners are the rooms that alone may import a package from outside, or one
// that reaches the world around the process.
var owners = map[string][]string{
	"github.com/spf13/cobra":              {"cmd", "internal/gen"},
	"github.com/spf13/viper":              {"cmd"},
	"github.com/russellhaering/goxmldsig": {"pkg/xmldsig"},
	"github.com/fatih/color":              {"pkg/report"},
	"golang.org/x/term":                   {"cmd"},
	"os":                                  {"cmd", "internal/gen", ""},
	"net/http":                            {"cmd"},
	"net":                                 {},
	"os/exec":                             {},
	"log":                                 {},
	"unsafe":                              {},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImportsFollowTheDesign(t *testing.T) {
	for _, p := range packages(t) {
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, strings.TrimSuffix(module, "/")), "/")
		if strings.HasPrefix(room, "internal/samltest") {
			continue // it makes test data and is no part of the tool
		}
		for _, imported := range p.Imports {
			if inner, ok := strings.CutPrefix(imported, module); ok {
				if allowed, known := rooms[room]; known && !slices.Contains(allowed, inner) && inner != leaf {
					t.Errorf("%s imports %s, which the design does not allow", room, inner)
				}
				continue
			}
			for outside, allowed := range owners {
				inside := imported == outside || strings.Contains(outside, ".") && strings.HasPrefix(imported, outside+"/")
				if inside && !slices.Contains(allowed, room) {
					t.Errorf("%s imports %s, which is reserved to %q", room, imported, allowed)
				}
			}
		}
	}
}

// TestEveryRoomIsInTheDesign holds that each room is in the table above, and
// that contributors are told what lives there.
func TestEveryRoomIsInTheDesign(t *testing.T) {
	guide, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module)
		if _, known := rooms[room]; strings.HasPrefix(room, "pkg/") && !known {
			t.Errorf("%s is not in the table of rooms", room)
		}
		if top := strings.Count(room, "/") < 2 || strings.HasPrefix(room, "pkg/"); top && p.ImportPath+"/" != module && !strings.Contains(string(guide), "`"+room+"`") {
			t.Errorf("CONTRIBUTING.md does not say what lives in %s", room)
		}
	}
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) < len(rooms) {
		t.Fatalf("go list found %d packages, expected at least %d", len(list), len(rooms))
	}
	return list
}
