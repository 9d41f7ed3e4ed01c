package adfs_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// pack makes a zip of names and contents.
func pack(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// names lists what was read, with its file and kind, and the errors.
func names(objects []*adfs.Object, errs []error) []string {
	var list []string
	for _, o := range objects {
		list = append(list, fmt.Sprintf("%s: %s %s", o.Source.File, o.Kind, o.Name()))
	}
	for _, err := range errs {
		e, _ := errors.AsType[*adfs.ReadError](err)
		message, _, _ := strings.Cut(e.Msg, ",")
		message, _, _ = strings.Cut(message, ";")
		list = append(list, fmt.Sprintf("%s: %s %s", e.Source.File, e.Severity, message))
	}
	return list
}

func TestZip(t *testing.T) {
	farm := adfstest.Farm(2)
	first := clixml(t, farm[:1], adfstest.CLIXMLOptions{UTF16: true})
	second := clixml(t, farm[1:], adfstest.CLIXMLOptions{UTF16: true})
	provider := clixml(t, []*adfstest.Object{adfstest.Provider()}, adfstest.CLIXMLOptions{UTF16: true})
	const one, two, ad = "RelyingPartyTrust App 0 (app0.contoso.com)", "RelyingPartyTrust App 1 (app1.contoso.com)", "ClaimsProviderTrust Active Directory"
	for _, test := range []struct {
		name string
		zip  string
		want []string
	}{
		{"at the root", pack(t, "RPT - App 0.xml", first, "RPT - App 1.xml", second, "CPT - Active Directory.xml", provider), []string{
			"z.zip/RPT - App 0.xml: " + one, "z.zip/RPT - App 1.xml: " + two, "z.zip/CPT - Active Directory.xml: " + ad}},
		{"in a folder", pack(t, "apps/", "", "apps/RPT - App 0.xml", first), []string{"z.zip/apps/RPT - App 0.xml: " + one}},
		{"with backslashes", pack(t, `apps\RPT - App 0.xml`, first), []string{"z.zip/apps/RPT - App 0.xml: " + one}},
		{"too deep", pack(t, "a/b/x.xml", first, "y.xml", second), []string{"z.zip/y.xml: " + two, `z.zip: info "a/b/x.xml" is not read: only the root of the zip and one folder down are read`}},
		{"out of the zip", pack(t, "../x.xml", first, `..\y.xml`, first, "/z.xml", first, "y.xml", second), []string{"z.zip/y.xml: " + two,
			`z.zip: info "../x.xml" is not read: its name leads out of the zip`, `z.zip: info "..\\y.xml" is not read: its name leads out of the zip`, `z.zip: info "/z.xml" is not read: its name leads out of the zip`}},
		{"other files", pack(t, "readme.txt", "hello there", "__MACOSX/._x", "x", ".DS_Store", "x", "y.xml", second), []string{"z.zip/y.xml: " + two, "z.zip/readme.txt: info found a text that is in no format of AD FS exports"}},
		{"a zip in it", pack(t, "in.zip", pack(t, "y.xml", second)), []string{"z.zip/in.zip/y.xml: " + two}},
		{"zips in zips", pack(t, "a.zip", pack(t, "b.zip", pack(t, "y.xml", second))), []string{`z.zip/a.zip/b.zip: info "z.zip/a.zip/b.zip" is not read: it is a zip in a zip`}},
		{"nothing", pack(t, "apps/", ""), []string{"z.zip: error the zip holds no file that can be read"}},
		{"cut off", pack(t, "y.xml", second)[:2000], []string{"z.zip: error the zip cannot be read: zip: not a valid zip file"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(test.zip), struct{ io.Reader }{strings.NewReader(test.zip)}} {
				if diff := cmp.Diff(test.want, names(collect(adfs.Read(r, "z.zip", adfs.Limits{})))); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestZipBomb checks that a zip cannot unpack to more than a multiple of its
// size, and that other files are read.
func TestZipBomb(t *testing.T) {
	bomb := `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">` + strings.Repeat(" ", 40<<20) + "</Objs>"
	got := names(read(pack(t, "bomb.xml", bomb, "y.xml", clixml(t, adfstest.Farm(1), adfstest.CLIXMLOptions{})), "z.zip"))
	want := []string{"z.zip/y.xml: RelyingPartyTrust App 0 (app0.contoso.com)", "z.zip/bomb.xml: error the file unpacks to far more than its size"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestZipTooLarge(t *testing.T) {
	data := pack(t, "y.xml", clixml(t, adfstest.Farm(1), adfstest.CLIXMLOptions{}))
	_, errs := collect(adfs.Read(struct{ io.Reader }{strings.NewReader(data)}, "z.zip", adfs.Limits{ZipBytes: 100}))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "more than 100 bytes") {
		t.Errorf("the errors are %v", errs)
	}
}

func TestFolder(t *testing.T) {
	farm := adfstest.Farm(3)
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	folder := fstest.MapFS{
		"RPT - b.xml":      file(clixml(t, farm[1:2], adfstest.CLIXMLOptions{UTF16: true})),
		"RPT - a.json":     file(adfstest.JSON(farm[:1], adfstest.JSONOptions{Depth: 6})),
		"more/RPT - c.xml": file(clixml(t, farm[2:], adfstest.CLIXMLOptions{})),
		"more/deep/x.xml":  file("x"),
		"ADFSApps.zip":     file(pack(t, "apps/x.xml", clixml(t, farm[:1], adfstest.CLIXMLOptions{}))),
		"Thumbs.db":        file("x"),
		"sign.cer":         file("\x30\x82\x03\x57\x30\x82"),
		"empty.xml":        file(""),
	}
	got := names(collect(adfs.ReadFS(folder, "export", adfs.Limits{})))
	want := []string{
		"export/ADFSApps.zip/apps/x.xml: RelyingPartyTrust App 0 (app0.contoso.com)",
		"export/RPT - a.json: RelyingPartyTrust App 0 (app0.contoso.com)",
		"export/RPT - b.xml: RelyingPartyTrust App 1 (app1.contoso.com)",
		"export/more/RPT - c.xml: RelyingPartyTrust App 2 (app2.contoso.com)",
		`export: info "more/deep" is not read: only the folder itself and one folder down are read`,
		"export/empty.xml: info found an empty file",
		"export/sign.cer: info found a certificate or key",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	n := 0
	for range adfs.ReadFS(folder, "export", adfs.Limits{}) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d steps after a break", n)
	}
	_, errs := collect(adfs.ReadFS(folder, "export", adfs.Limits{Files: 2}))
	if !slices.ContainsFunc(errs, func(err error) bool { return strings.Contains(err.Error(), "2 files") }) {
		t.Errorf("the errors are %v", errs)
	}
}

// TestRefused names what people give instead of an export, tells them what to
// do, and repeats no key.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ name, file, content, want, advice string }{
		{"event log", "x.evtx", "ElfFile\x00" + strings.Repeat("\x00\x01", 100), "an event log", "Export-Clixml"},
		{"certificate", "x.cer", "\x30\x82\x03\x57\x30\x82\x02\x3f", "a certificate or key", "--cert"},
		{"pem", "x.pem", "-----BEGIN PRIVATE KEY-----\nMIISECRET\n-----END PRIVATE KEY-----", "a certificate or key as PEM", "--cert"},
		{"page", "x.xml", "\r\n<!DOCTYPE html><html><body>sign in</body></html>", "an HTML page", "save the export"},
		{"rapid restore", "adfsBackup_1_2026-11-21-10/db.bin", strings.Repeat("\x8a\x17\x00\xf3\x01", 50), "an encrypted backup", "Export-Clixml"},
		{"rapid restore, text", "adfsBackup_1_2026-11-21-10/x.xml", "QUJDREVG", "a backup of the AD FS Rapid Restore Tool", "Export-Clixml"},
		{"sql backup", "x.bak", "TAPE\x00\x00\x03\x00", "a SQL Server backup", "key material"},
		{"database", "AdfsConfigurationV4.mdf", "\x01\x0F\x00\x00" + strings.Repeat("\x00", 8000), "a SQL Server or WID database file", "key material"},
		{"dump", "x.txt", "## Extracting Private Key from Active Directory Store\r\n[-] Private Key: AA-BB-SECRET\r\nName : x\r\nEnabled : True\r\n", "the output of ADFSDump", "delete it"},
		{"sql", "x.sql", "INSERT INTO [IdentityServerPolicy].[ServiceSettings] VALUES ('SECRET')", "a dump of the AD FS database", "key material"},
		{"error", "x.txt", "Get-AdfsRelyingPartyTrust : The term 'Get-AdfsRelyingPartyTrust' is not recognized as the name of a cmdlet", "the message of a command that failed", "AD FS server"},
		{"rules", "x.txt", "@RuleName = \"a\"\nc:[Type == \"b\"]\n => issue(claim = c);", "a text of claim rules alone", "adfs rules"},
		{"script", "x.ps1", "Import-Module ADFS\nGet-Something", "a script", "run it"},
		{"other xml", "x.xml", "<project><name>x</name></project>", `an XML file with the root element "project"`, "Export-Clixml"},
		{"text", "x.txt", "hello", "a text that is in no format", "Export-Clixml"},
		{"empty", "x.xml", "", "an empty file", "Export-Clixml"},
		{"blank", "x.xml", "\uFEFF\r\n ", "an empty file", "Export-Clixml"},
		{"gzip", "x.gz", "\x1F\x8B\x08", "a compressed file", "zip"},
		{"program", "x.exe", "MZ\x90\x00", "a program", "Export-Clixml"},
		{"noise", "x.bin", strings.Repeat("\x01\x02\x80\x00\x07", 60), "binary data", "Export-Clixml"},
	} {
		t.Run(test.name, func(t *testing.T) {
			objects, errs := read(test.content, test.file)
			if len(objects) > 0 || len(errs) != 1 {
				t.Fatalf("%d objects, errors %v", len(objects), errs)
			}
			e, ok := errors.AsType[*adfs.ReadError](errs[0])
			if !ok || e.Severity != finding.Error || !strings.Contains(e.Msg, "found "+test.want) || !strings.Contains(e.Msg, test.advice) || strings.Contains(e.Msg, "SECRET") {
				t.Errorf("the error is %v", errs[0])
			}
			for _, f := range adfs.Formats() {
				if !strings.Contains(e.Msg, f.Title) {
					t.Errorf("the error does not name %s", f.Title)
				}
			}
		})
	}
}

// TestNoTrust gives files of the right format with nothing to read in them.
func TestNoTrust(t *testing.T) {
	for _, test := range []struct{ name, content, want string }{
		{"no object", `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04" />`, "holds no object"},
		{"a string", `<Objs><S>@RuleName = "x"</S></Objs>`, `a value of the type "S"`},
		{"no properties", `<Objs><Obj RefId="0"><TN RefId="0"><T>x.RelyingPartyTrust</T></TN><ToString>x</ToString></Obj></Objs>`, "has no properties"},
		{"null", "[null]", "holds no object"},
		{"an empty list", "[]", "holds no object"},
		{"strings", `["Microsoft.IdentityServer.Management.Resources.RelyingPartyTrust"]`, "expected an object"},
		{"an empty object", "[{}]", "without properties"},
		{"not JSON", "{\"Name\" \"x\"}", "expected \":\""},
		{"identity provider", `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" /></EntityDescriptor>`, "identity provider"},
		{"bad metadata", `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><a></EntityDescriptor>`, "</a>"},
	} {
		objects, errs := read(test.content, "x")
		if len(objects) > 0 || len(errs) == 0 || !strings.Contains(errs[0].Error(), test.want) {
			t.Errorf("%s: %d objects, errors %v, expected %q", test.name, len(objects), errs, test.want)
		}
	}
}
