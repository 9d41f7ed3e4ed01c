package adfs

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// Shape is what kind of thing a value is.
type Shape uint8

// The shapes of values.
const (
	ShapeNull        Shape = iota // nothing, or an empty string
	ShapeText                     // Text: a string, URI, GUID, enumeration or duration
	ShapeBool                     // Text: "True" or "False"
	ShapeNumber                   // Text: decimal digits
	ShapeTime                     // Text: RFC 3339 in UTC, or as found where that cannot be told
	ShapeBytes                    // Text: standard Base64
	ShapeList                     // Items
	ShapeMap                      // Entries: a dictionary, or the properties of an object
	ShapeCertificate              // Certificate; Text is its SHA-1 thumbprint
	ShapeSecret                   // a secret that was not kept
	ShapeLost                     // Text: what stands in the place of a value that the export does not hold
)

// Value is one value of an export. Values belong to their object and must not
// be changed.
type Value struct {
	Shape Shape
	// Types are the type names that the export gives, the most derived first,
	// without "Deserialized."; nil where the format has none. Shared.
	Types       []string
	Text        Text
	Items       []*Value
	Entries     []Entry
	Certificate *keys.Certificate

	note string // what the reader has to say of it
	size int    // nodes that a walk of it meets
}

// Entry is a named value.
type Entry struct {
	Key   string
	Value *Value
}

// Get is the value of the entry of a name, without regard to letter case, as
// PowerShell looks properties up; nil without one. A nil value has no entries.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for i := range v.Entries {
		if strings.EqualFold(v.Entries[i].Key, name) {
			return v.Entries[i].Value
		}
	}
	return nil
}

// shown bounds what String writes.
const shown = 64 << 10

// String is the value on one line for people: items joined by ", ", entries as
// "key=value; …" in braces, nothing for null, "(secret)" for a secret. It is
// cut off after 64 KiB.
func (v *Value) String() string {
	var b strings.Builder
	v.write(&b)
	return b.String()
}

func (v *Value) write(b *strings.Builder) {
	switch {
	case v == nil || b.Len() > shown:
	case v.Shape == ShapeSecret:
		b.WriteString("(secret)")
	case v.Shape == ShapeList:
		for i, item := range v.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			item.write(b)
		}
	case v.Shape == ShapeMap:
		b.WriteString("{")
		for i, e := range v.Entries {
			if i > 0 {
				b.WriteString("; ")
			}
			b.WriteString(e.Key + "=")
			e.Value.write(b)
		}
		b.WriteString("}")
	default:
		b.WriteString(v.Text.Value[:min(len(v.Text.Value), shown)])
	}
}

// boolText is true or false as .NET prints it.
func boolText(s string) string {
	switch s {
	case "true":
		return "True"
	case "false":
		return "False"
	}
	return s
}

// strings lists the texts of a list.
func (v *Value) strings() []string {
	if v == nil || len(v.Items) == 0 {
		return nil
	}
	list := make([]string, 0, len(v.Items))
	for _, item := range v.Items {
		list = append(list, item.Text.Value)
	}
	return list
}

// typeSegment is the type name without its namespace: "RelyingPartyTrust".
func typeSegment(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return name
}
