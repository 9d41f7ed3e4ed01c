package adfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// TestTruncated cuts exports anywhere: the trusts before the cut are read
// whole, and the cut is reported.
func TestTruncated(t *testing.T) {
	farm := adfstest.Farm(3)
	for name, export := range map[string]string{
		"clixml":        clixml(t, farm, adfstest.CLIXMLOptions{}),
		"clixml utf-16": clixml(t, farm, adfstest.CLIXMLOptions{UTF16: true}),
		"clixml list":   clixml(t, farm, adfstest.CLIXMLOptions{List: true}),
		"json":          adfstest.JSON(farm, adfstest.JSONOptions{Depth: 6}),
		"health":        adfstest.HealthJSON(farm),
	} {
		t.Run(name, func(t *testing.T) {
			whole, _ := read(export, "farm")
			for end := 400; end < len(export)-4; end += 397 {
				objects, errs := read(export[:end], "farm")
				if len(objects) > 3 || len(errs) != 1 {
					t.Fatalf("cut at %d of %d: %d objects, errors %v", end, len(export), len(objects), errs)
				}
				if e, ok := errors.AsType[*adfs.ReadError](errs[0]); !ok || e.Check != adfs.CheckTruncated || !e.Span.Known() {
					t.Fatalf("cut at %d: the error is %#v", end, errs[0])
				}
				for i, o := range objects {
					if len(o.Properties) != len(whole[i].Properties) || len(o.Problems) > 0 {
						t.Fatalf("cut at %d: object %d has %d properties and problems %v", end, i, len(o.Properties), o.Problems)
					}
				}
			}
		})
	}
}

// TestOneBadTrust damages the second trust of three: the others are read, and
// one error names it and its place.
func TestOneBadTrust(t *testing.T) {
	farm := adfstest.Farm(3)
	xml, oneLine := clixml(t, farm, adfstest.CLIXMLOptions{}), clixml(t, farm, adfstest.CLIXMLOptions{OneLine: true})
	json := adfstest.JSON(farm, adfstest.JSONOptions{Depth: 6})
	for _, test := range []struct{ name, export, old, replacement, want string }{
		{"a tag that is not closed", xml, `<S N="Name">App 1`, `<S N="Name" App 1`, "attribute"},
		{"a tag closed by another", xml, "Owner: team of app1.contoso.com</S>", "Owner: team of app1.contoso.com</T>", "found the end of"},
		{"an unknown element", xml, `<S N="Notes">Owner: team of app1.contoso.com</S>`, `<Widget N="Notes">x</Widget>`, "found the element \"Widget\""},
		{"a tag in a value", xml, "Owner: team of app1", "Owner: <b>team</b> of app1", "found the tag \"b\""},
		{"a document type", xml, "Owner: team of app1", "<!DOCTYPE x>", "document type"},
		{"in one line", oneLine, "Owner: team of app1.contoso.com</S>", "Owner: team of app1.contoso.com</T>", "found the end of"},
		{"a missing quotation mark", json, `"Owner: team of app1.contoso.com"`, `Owner: team of app1.contoso.com`, "expected a JSON value"},
		{"a missing comma", json, `"Owner: team of app1.contoso.com",`, `"Owner: team of app1.contoso.com"`, `expected "," or "}"`},
		{"an escape that is none", json, `Owner: team of app1`, `Owner: \q team of app1`, "escape"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(test.export, test.old) {
				t.Fatalf("the export does not hold %q", test.old)
			}
			objects, errs := read(strings.Replace(test.export, test.old, test.replacement, 1), "farm.xml")
			if len(objects) != 2 || objects[0].Name() != "App 0 (app0.contoso.com)" || objects[1].Name() != "App 2 (app2.contoso.com)" || len(errs) != 1 {
				t.Fatalf("%d objects, errors %v", len(objects), errs)
			}
			if e, ok := errors.AsType[*adfs.ReadError](errs[0]); !ok || !e.Span.Known() || !strings.Contains(e.Msg, test.want) || e.Source.File != "farm.xml" {
				t.Errorf("the error is %v, expected %q", errs[0], test.want)
			}
		})
	}
}

// TestMixedEncodings joins exports of different encodings: what stands before
// the seam is read, and the seam is named.
func TestMixedEncodings(t *testing.T) {
	one, two := adfstest.Farm(1), adfstest.Farm(2)
	wide, narrow := clixml(t, two, adfstest.CLIXMLOptions{UTF16: true}), clixml(t, one, adfstest.CLIXMLOptions{})
	for _, test := range []struct {
		name, export string
		objects      int
		want         string
	}{
		{"utf-8 behind utf-16", wide + narrow, 2, "UTF-16 up to here"},
		{"utf-16 behind utf-8", narrow + wide, 1, "zero byte"},
		{"utf-16 twice", wide + wide, 4, ""},
		{"utf-8 with marks twice", "\uFEFF" + narrow + "\uFEFF" + narrow, 2, ""},
		{"windows-1252 in utf-8", strings.Replace(narrow, "Owner: team", "Owner: \xC4rger", 1), 1, "Windows-1252"},
		{"declared iso-8859-1", `<?xml version="1.0" encoding="ISO-8859-1"?>` + strings.Replace(narrow, "Owner: team", "Owner: \xC4rger", 1), 1, ""},
		{"odd utf-16", wide + "x", 2, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			objects, errs := read(test.export, "mixed")
			if len(objects) != test.objects {
				t.Errorf("%d objects, expected %d; errors %v", len(objects), test.objects, errs)
			}
			if message := fmt.Sprint(errs); test.want == "" && len(errs) > 0 || !strings.Contains(message, test.want) {
				t.Errorf("the errors are %v, expected %q", errs, test.want)
			}
			if notes := objects[0].RelyingParty().Notes; strings.Contains(test.name, "1252") && notes != "Owner: Ärger of app0.contoso.com" {
				t.Errorf("the notes are %q", notes)
			}
		})
	}
}

// TestReaderThatFails checks that the error of the reader is told, whatever
// was read, and that small reads change nothing.
func TestReaderThatFails(t *testing.T) {
	export := clixml(t, adfstest.Farm(2), adfstest.CLIXMLOptions{UTF16: true})
	broken := errors.New("the disk is gone")
	objects, errs := collect(adfs.Read(io.MultiReader(strings.NewReader(export[:len(export)-500]), iotest.ErrReader(broken)), "x", adfs.Limits{}))
	if len(objects) != 1 || len(errs) != 1 || !errors.Is(errs[0], broken) {
		t.Errorf("%d objects, errors %v", len(objects), errs)
	}
	objects, errs = collect(adfs.Read(iotest.OneByteReader(strings.NewReader(export)), "x", adfs.Limits{}))
	if len(objects) != 2 || errs != nil {
		t.Errorf("byte by byte: %d objects, errors %v", len(objects), errs)
	}
	_, errs = collect(adfs.Read(iotest.ErrReader(broken), "x", adfs.Limits{}))
	if len(errs) != 1 {
		t.Errorf("nothing but an error: errors %v", errs)
	}
}

// TestStop checks that a reader stops when it is told to.
func TestStop(t *testing.T) {
	for _, f := range formats(t, adfstest.Farm(3)) {
		n := 0
		for range adfs.Read(strings.NewReader(f.export), "x", adfs.Limits{}) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d steps", f.name, n)
		}
	}
}

// TestLimits checks that exports that cost too much end in an error, soon.
func TestLimits(t *testing.T) {
	head := `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><TN RefId="0"><T>a.RelyingPartyTrust</T></TN><Props>`
	tail := `</Props></Obj></Objs>`
	deep := func(n int, open, end string) string { return strings.Repeat(open, n) + strings.Repeat(end, n) }
	refs := `<Obj N="x0" RefId="1"><LST><S>a</S></LST></Obj>`
	for i := range 60 {
		refs += fmt.Sprintf(`<Obj N="x%d" RefId="%d"><LST><Ref RefId="%d" /><Ref RefId="%d" /></LST></Obj>`, i+1, i+2, i+1, i+1)
	}
	for _, test := range []struct {
		name, export string
		limits       adfs.Limits
		want         string
	}{
		{"deep clixml", head + deep(1000, `<Obj N="x" RefId="1"><LST>`, `</LST></Obj>`) + tail, adfs.Limits{}, "nested"},
		{"deep json", `{"Name": ` + deep(100_000, "[", "]") + `}`, adfs.Limits{}, "nested"},
		{"deep lists of json", deep(100_000, "[", "]"), adfs.Limits{}, "nested"},
		{"references that double", head + refs + tail, adfs.Limits{}, "more than 100000 values"},
		{"a reference to itself", head + `<Obj N="Notes" RefId="5"><LST><Ref RefId="5" /></LST></Obj>` + tail, adfs.Limits{}, ""},
		{"a reference to nothing", head + `<Ref N="Notes" RefId="77" />` + tail, adfs.Limits{}, ""},
		{"many values", head + strings.Repeat(`<S N="x">a</S>`, 1000) + tail, adfs.Limits{Nodes: 100}, "more than 100 values"},
		{"a long value", head + `<S N="Notes">` + strings.Repeat("x", 1<<20) + `</S>` + tail, adfs.Limits{ObjectBytes: 1 << 16}, "longer than 65536"},
		{"a long value of json", `[{"Name": "` + strings.Repeat("x", 1<<20) + `"}]`, adfs.Limits{ObjectBytes: 1 << 16}, "65536 bytes"},
		{"a long tag", head + `<S N="` + strings.Repeat("x", 1<<20) + `">a</S>` + tail, adfs.Limits{}, "found a tag of more"},
		{"many objects", adfstest.JSON(adfstest.Farm(5), adfstest.JSONOptions{Depth: 6}), adfs.Limits{Objects: 3}, "more than 3 objects"},
		{"many fields", "Name,Enabled" + strings.Repeat(",", 1<<20) + "\n", adfs.Limits{Nodes: 1000}, "more than 1000 fields"},
		{"many lines", "Name    : x\nEnabled : True\nNotes   : x\n" + strings.Repeat("y\n", 1<<16), adfs.Limits{Nodes: 1000}, "more than 1000 lines"},
		{"a long list", "Name    : x\nEnabled : True\nNotes   : " + strings.Repeat("y", 1<<17) + "\n", adfs.Limits{ObjectBytes: 1 << 16}, "65536 bytes"},
		{"a long field", "Name,Enabled\n\"" + strings.Repeat("x", 1<<20), adfs.Limits{ObjectBytes: 1 << 16}, "longer than 65536"},
	} {
		t.Run(test.name, func(t *testing.T) {
			objects, errs := collect(adfs.Read(strings.NewReader(test.export), "x", test.limits))
			if test.want == "" {
				if len(objects) != 1 || len(objects[0].Problems) == 0 {
					t.Errorf("%d objects, errors %v", len(objects), errs)
				}
				return
			}
			if !strings.Contains(fmt.Sprint(errs), test.want) || len(errs) > 2 {
				t.Errorf("the errors are %v, expected %q", errs, test.want)
			}
		})
	}
}

// TestManyErrors checks that the errors of one file are bounded.
func TestManyErrors(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("Name,Enabled\n")
	for range 5000 {
		b.WriteString("a\n")
	}
	_, errs := read(b.String(), "x.csv")
	if len(errs) != 1001 || !strings.Contains(errs[1000].Error(), "too many errors") {
		t.Errorf("%d errors, the last is %v", len(errs), errs[len(errs)-1])
	}
}

// TestRepairsAreInfo checks that reading past damage is told softly.
func TestRepairsAreInfo(t *testing.T) {
	_, errs := read(strings.Replace(adfstest.FormatList(adfstest.Farm(1), 0), "Owner", "\x93Owner\x94", 1), "x")
	if e, ok := errors.AsType[*adfs.ReadError](errs[0]); !ok || e.Severity != finding.Info || e.Check != adfs.CheckRepaired {
		t.Errorf("the error is %#v", errs[0])
	}
}
