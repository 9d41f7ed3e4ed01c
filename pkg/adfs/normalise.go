package adfs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

// reading is what became of a raw value: the value that every format gives,
// how much of it there is, and why not all.
type reading struct {
	value *Value
	state State
	why   string
}

func held(v *Value) reading { return reading{value: v, state: Held} }

func lost(v *Value, why string) reading {
	return reading{value: &Value{Shape: ShapeLost, Text: v.Text}, state: Lost, why: why}
}

func unreadable(v *Value, expected string) reading {
	return reading{value: v, state: Unreadable, why: fmt.Sprintf("found %s, expected %s", quoted(v.String()), expected)}
}

// quoted quotes a value of the export, cut off where it is long.
func quoted(s string) string {
	const most = 80
	if runes := []rune(s[:min(len(s), 4*most)]); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strconv.Quote(s)
}

// normalise gives the value of a property as every format gives it.
func normalise(p *PropertyInfo, v *Value) reading {
	if p.Type == TypeSecret && !v.empty() {
		return held(&Value{Shape: ShapeSecret, Text: Text{Span: v.Text.Span}})
	}
	if v.empty() {
		return held(&Value{Text: Text{Span: v.Text.Span}})
	}
	if v.Shape == ShapeLost || v.Shape == ShapeSecret {
		return reading{value: v, state: Lost, why: lostReason(v)}
	}
	return readTyped(p, v)
}

func lostReason(v *Value) string {
	if v.Shape == ShapeSecret {
		return "the value is a secure string, which cannot be read"
	}
	return "found " + quoted(v.Text.Value)
}

func (v *Value) empty() bool {
	switch v.Shape {
	case ShapeNull:
		return true
	case ShapeText:
		return v.Text.Value == ""
	case ShapeList:
		return len(v.Items) == 0
	case ShapeMap:
		return len(v.Entries) == 0
	}
	return false
}

// readTyped reads a value that is not empty by the type of its property.
func readTyped(p *PropertyInfo, v *Value) reading {
	switch p.Type {
	case TypeString, TypeRules:
		return readString(v)
	case TypeBoolean:
		return readBoolean(v)
	case TypeInteger:
		return readInteger(v)
	case TypeTime:
		return readTime(v)
	case TypeStrings:
		return readStrings(v)
	case TypeEnumeration:
		return readEnumeration(p, v)
	case TypeCertificate:
		return readCertificate(v)
	case TypeCertificates:
		return readCertificates(v)
	case TypeEndpoints:
		return readMaps(endpointTable, "SAML endpoints", v)
	case TypeDescriptions:
		return readMaps(claimDescriptionTable, "claim descriptions", v)
	case TypePolicy:
		return readPolicy(v)
	}
	return readAny(v)
}

// endpointTable holds the properties of SAML endpoints.
var endpointTable = join(
	plain(TypeString, ADFS20, "", "Binding", "BindingUri", "Location", "Protocol", "ResponseLocation"),
	plain(TypeInteger, ADFS20, "", "Index"), plain(TypeBoolean, ADFS20, "", "IsDefault"))

// asText makes a text of a scalar, or of a System.Uri that was written as an
// object.
func asText(v *Value) (*Value, bool) {
	switch v.Shape {
	case ShapeText:
		return v, true
	case ShapeBool, ShapeNumber, ShapeTime, ShapeBytes:
		return &Value{Shape: ShapeText, Text: v.Text}, true
	case ShapeMap:
		for _, name := range []string{"OriginalString", "AbsoluteUri"} {
			if uri := v.Get(name); uri != nil && uri.Shape == ShapeText {
				return uri, true
			}
		}
	case ShapeList:
		if len(v.Items) == 1 {
			return asText(v.Items[0])
		}
	}
	return nil, false
}

func readString(v *Value) reading {
	if t, ok := asText(v); ok {
		return held(t)
	}
	return readAny(v)
}

func readBoolean(v *Value) reading {
	if v.Shape == ShapeBool && (v.Text.Value == "True" || v.Text.Value == "False") {
		return held(v)
	}
	switch t, _ := asText(v); {
	case t == nil:
	case strings.EqualFold(t.Text.Value, "true") || t.Text.Value == "1":
		return held(&Value{Shape: ShapeBool, Text: Text{Value: "True", Span: t.Text.Span}})
	case strings.EqualFold(t.Text.Value, "false") || t.Text.Value == "0":
		return held(&Value{Shape: ShapeBool, Text: Text{Value: "False", Span: t.Text.Span}})
	}
	return unreadable(v, "True or False")
}

func readInteger(v *Value) reading {
	if n, err := strconv.Atoi(v.Text.Value); err == nil && v.Shape == ShapeNumber && len(v.Text.Value) < 10 && v.Text.Value == strconv.Itoa(n) {
		return held(v)
	}
	if t, ok := asText(v); ok {
		if n, err := strconv.Atoi(strings.TrimSpace(t.Text.Value)); err == nil {
			return held(&Value{Shape: ShapeNumber, Text: Text{Value: strconv.Itoa(n), Span: t.Text.Span}})
		}
	}
	return unreadable(v, "a whole number")
}

func readEnumeration(p *PropertyInfo, v *Value) reading {
	t, ok := asText(v)
	if !ok {
		return unreadable(v, "the name of a setting")
	}
	name := t.Text.Value
	if n, err := strconv.Atoi(name); err == nil && p.names != nil {
		if name, ok = p.names.name(n); !ok {
			return unreadable(v, "one of its numbers")
		}
	}
	if !strings.Contains(name, ",") && name == t.Text.Value {
		return held(t)
	}
	parts := strings.Split(name, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return held(&Value{Shape: ShapeText, Text: Text{Value: strings.Join(parts, ", "), Span: t.Text.Span}})
}

// name is the number as .NET prints it.
func (e *enumeration) name(n int) (string, bool) {
	if name, ok := e.names[n]; ok {
		return name, true
	}
	if !e.flags {
		return "", false
	}
	var parts []string
	for bit := 1; bit <= n && bit > 0; bit <<= 1 {
		if n&bit == 0 {
			continue
		}
		name, ok := e.names[bit]
		if !ok {
			return "", false
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, ", "), len(parts) > 0
}

var (
	jsonDate = lazyregexp.New(`^\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/$`)
	unsetDay = lazyregexp.New(`\b(1899|1900|0001)\b`)
)

// readTime reads what PowerShell writes. AD FS stands 1 January 1900 for
// never; seen from the west that is 1899.
func readTime(v *Value) reading {
	if date := v.Get("value"); date != nil {
		v = date
	}
	t, ok := asText(v)
	if !ok {
		return unreadable(v, "a date")
	}
	at, ok := parseTime(t.Text.Value)
	switch {
	case ok && at.Year() <= 1900, !ok && unsetDay.MatchString(t.Text.Value):
		return held(&Value{Text: Text{Span: t.Text.Span}})
	case ok:
		return held(&Value{Shape: ShapeTime, Text: Text{Value: at.UTC().Format(time.RFC3339Nano), Span: t.Text.Span}})
	}
	return reading{value: &Value{Shape: ShapeTime, Text: t.Text}, state: Partial,
		why: fmt.Sprintf("the date %s is written as the server's language has it, and cannot be told for sure", quoted(t.Text.Value))}
}

func parseTime(s string) (time.Time, bool) {
	if m := jsonDate.FindStringSubmatch(s); m != nil {
		ms, err := strconv.ParseInt(m[1], 10, 64)
		return time.UnixMilli(ms).UTC(), err == nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// isTypeName reports whether a text is what .NET says of an object that it
// cannot print: the name of its type.
func isTypeName(s string) bool {
	if strings.HasPrefix(s, "@{") && strings.HasSuffix(s, "}") {
		return true
	}
	for _, prefix := range []string{"System.", "Microsoft.IdentityServer.", "Deserialized."} {
		if strings.HasPrefix(s, prefix) {
			return !strings.ContainsAny(s, " /:\\") || strings.Contains(s, "`")
		}
	}
	return false
}

// itemsOf are the items of a list, or a value on its own.
func itemsOf(v *Value) []*Value {
	if v.Shape == ShapeList {
		return v.Items
	}
	return []*Value{v}
}

func readStrings(v *Value) reading {
	out := &Value{Shape: ShapeList, Text: Text{Span: v.Text.Span}}
	result := held(out)
	for _, item := range itemsOf(v) {
		t, ok := asText(item)
		switch {
		case item.Shape == ShapeNull:
		case item.Shape == ShapeLost:
			result.state, result.why = Partial, "the export ends the list at "+quoted(item.Text.Value)
		case ok && isTypeName(t.Text.Value):
			return lost(item, "found the type name "+quoted(t.Text.Value))
		case ok:
			out.Items = append(out.Items, t)
			if v.Shape == ShapeText && strings.Contains(v.Text.Value, " ") {
				result.state, result.why = Partial, fmt.Sprintf("found the text %s, expected a list; it may be several values that were joined by blanks", quoted(v.Text.Value))
			}
		default:
			return unreadable(v, "a list of strings")
		}
	}
	return result
}

// readMaps reads a list of objects whose properties are known.
func readMaps(table []PropertyInfo, what string, v *Value) reading {
	out := &Value{Shape: ShapeList, Text: Text{Span: v.Text.Span}}
	for _, item := range itemsOf(v) {
		switch item.Shape {
		case ShapeNull:
		case ShapeMap:
			fields, err := readFields(table, item)
			if err != nil {
				return *err
			}
			out.Items = append(out.Items, fields)
		case ShapeText, ShapeLost:
			return lost(item, fmt.Sprintf("found %s, expected the %s", quoted(item.Text.Value), what))
		default:
			return unreadable(v, "the "+what)
		}
	}
	return held(out)
}

// readFields reads the properties of an object by a table. What the table does
// not name is kept where it holds something.
func readFields(table []PropertyInfo, v *Value) (*Value, *reading) {
	out := &Value{Shape: ShapeMap, Text: Text{Span: v.Text.Span}}
	for i := range table {
		raw := v.Get(table[i].Name)
		if raw == nil {
			continue
		}
		field := normalise(&table[i], raw)
		if field.state == Unreadable {
			field.why = table[i].Name + ": " + field.why
			return nil, &field
		}
		out.Entries = append(out.Entries, Entry{table[i].Name, field.value})
	}
	for _, e := range v.Entries {
		known := slices.ContainsFunc(table, func(p PropertyInfo) bool { return strings.EqualFold(p.Name, e.Key) })
		if !known && !e.Value.empty() {
			out.Entries = append(out.Entries, Entry{e.Key, readAny(e.Value).value})
		}
	}
	return out, nil
}

// joinedNames matches accounts or SIDs that ConvertTo-Json joined because they
// lie too deep.
var joinedNames = lazyregexp.New(`^(?:[^\\ ]+\\[^\\]+ [^\\ ]+\\|S-1-[\d-]+ S-1-)`)

// readAny gives scalars as texts and leaves the rest as it is.
func readAny(v *Value) reading {
	out := &Value{Shape: v.Shape, Text: v.Text, Certificate: v.Certificate}
	result := held(out)
	worst := func(r reading) *Value {
		if r.state > result.state {
			result.state, result.why = min(r.state, Partial), r.why
		}
		return r.value
	}
	switch v.Shape {
	case ShapeText:
		if isTypeName(v.Text.Value) {
			return lost(v, "found the type name "+quoted(v.Text.Value))
		}
		if joinedNames.MatchString(v.Text.Value) {
			return reading{value: v, state: Partial, why: fmt.Sprintf("%s seems to be several values that were joined by blanks", quoted(v.Text.Value))}
		}
	case ShapeBool, ShapeNumber:
		out.Shape = ShapeText
		if v.Shape == ShapeBool {
			out.Text.Value = readBoolean(v).value.Text.Value
		}
	case ShapeList:
		for _, item := range v.Items {
			out.Items = append(out.Items, worst(readAny(item)))
		}
	case ShapeMap:
		out.Text.Value = ""
		for _, e := range v.Entries {
			out.Entries = append(out.Entries, Entry{e.Key, worst(readAny(e.Value))})
		}
	case ShapeLost:
		return reading{value: v, state: Partial, why: lostReason(v)}
	}
	return result
}
