package adfs_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// asUTF8 is the text of an export as places count in it.
func asUTF8(export string) string {
	order := binary.ByteOrder(binary.LittleEndian)
	switch {
	case strings.HasPrefix(export, "\uFEFF"):
		return export[len("\uFEFF"):]
	case strings.HasPrefix(export, "\xFE\xFF"):
		order = binary.BigEndian
	case !strings.HasPrefix(export, "\xFF\xFE") && (len(export) < 2 || export[1] != 0):
		return export
	}
	units := make([]uint16, 0, len(export)/2)
	for i := 0; i+1 < len(export); i += 2 {
		units = append(units, order.Uint16([]byte(export[i:i+2])))
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\uFEFF")
}

// TestPlacesOfRules looks every character of the rules up in the file, in every
// format.
func TestPlacesOfRules(t *testing.T) {
	farm := adfstest.Farm(2)
	farm[1].Set("IssuanceTransformRules", adfstest.String("@RuleName = \"Größe 😀 a_x0041_b <&>'\"\r\nc:[]\n\t=> issue(claim = c);\r\n\r\n"))
	for _, f := range formats(t, farm) {
		t.Run(f.name, func(t *testing.T) {
			file := asUTF8(f.export)
			objects, errs := read(f.export, "farm")
			if len(objects) != 2 || errs != nil {
				t.Fatalf("%d objects, errors %v", len(objects), errs)
			}
			for _, o := range objects {
				checkPlaces(t, file, o.RelyingParty().IssuanceTransformRules)
				rules := o.RelyingParty().IssuanceTransformRules
				from := strings.Index(rules.Value, "issue")
				checkPlaces(t, file, rules.Slice(from, len(rules.Value)))
				if p := o.Property("Notes"); file[p.Span.Offset:p.Span.Offset+5] != "Owner" {
					t.Errorf("the span of Notes starts at %q", file[p.Span.Offset:p.Span.Offset+5])
				}
			}
		})
	}
}

func checkPlaces(t *testing.T, file string, text adfs.Text) {
	t.Helper()
	for i, r := range text.Value {
		at := text.At(i)
		if at.End > len(file) || at.Offset >= at.End {
			t.Fatalf("character %d is at %+v of %d bytes", i, at, len(file))
		}
		raw := file[at.Offset:at.End]
		escaped := strings.ContainsAny(raw[:1], `_&\"`) && len(raw) > 1
		wrapped := r == ' ' || r == '\n'
		if raw != string(r) && !escaped && !wrapped {
			t.Fatalf("character %d is %q, and the file has %q at %+v", i, r, raw, at)
		}
		if line, column := lineColumn(file, at.Offset); line != at.Line || column != at.Column {
			t.Fatalf("character %d at offset %d is in line %d, column %d, expected %d, %d", i, at.Offset, at.Line, at.Column, line, column)
		}
	}
	if end := text.At(len(text.Value)); end.Offset < text.At(len(text.Value)-1).Offset {
		t.Errorf("the end of the text is at %+v, before its last character", end)
	}
}

func lineColumn(file string, offset int) (line, column int) {
	before := file[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// TestPlacesOfOutside asks for places that a text does not have.
func TestPlacesOfOutside(t *testing.T) {
	if at := (adfs.Text{}).At(5); at.Known() {
		t.Errorf("the place of nothing is %+v", at)
	}
	text := adfs.Text{Value: "abc", Span: finding.Span{Offset: 10, End: 13, Line: 2, Column: 4}}
	for offset, want := range map[int]int{-1: 10, 0: 10, 2: 12, 3: 13, 99: 13} {
		if at := text.At(offset); at.Offset != want || at.Column != want-6 {
			t.Errorf("At(%d) is %+v, expected offset %d", offset, at, want)
		}
	}
	if part := text.Slice(1, 2); part.Value != "b" || part.Span.Offset != 11 || part.Span.End != 12 {
		t.Errorf("Slice(1, 2) is %+v", part)
	}
}
