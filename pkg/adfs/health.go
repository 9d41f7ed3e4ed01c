package adfs

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// readColumns reads the names of the columns of a table of Connect Health.
func (j *jsonReader) readColumns() error {
	list, err := j.list(j.w.at, 0)
	if err != nil {
		return err
	}
	j.columns = make([]string, 0, len(list.Items))
	for _, item := range list.Items {
		name := item
		if item.Shape == ShapeMap {
			name = item.Get("ColumnName")
		}
		j.columns = append(j.columns, name.scalar())
	}
	return nil
}

// rows gives on each row of a table as an object.
func (j *jsonReader) rows() error {
	j.w.take(1)
	for !j.in.stopped {
		switch c := j.token(); c {
		case ']', ',':
			j.w.take(1)
			if c == ']' {
				return nil
			}
			continue
		}
		j.start, j.nodes = j.w.at, 0
		row, err := j.value(0)
		if err != nil {
			return err
		}
		if row.Shape != ShapeList || len(row.Items) != len(j.columns) {
			j.in.fail(&ReadError{Severity: finding.Error, Span: row.Text.Span, Msg: fmt.Sprintf("found a row of %d values, expected one for each of the %d columns", len(row.Items), len(j.columns))})
			continue
		}
		j.in.emitTree(j.rowObject(row))
	}
	return nil
}

// rowObject makes an object of a row. Lists and objects stand in it as texts of
// JSON.
func (j *jsonReader) rowObject(row *Value) *Value {
	obj := &Value{Shape: ShapeMap, Text: Text{Span: row.Text.Span}, size: row.size}
	for i, v := range row.Items {
		if info := LookUp(KindRelyingParty, j.columns[i]); info != nil && v.Shape == ShapeText && info.Type.composite() {
			v = j.embedded(v)
		}
		obj.Entries = append(obj.Entries, Entry{j.columns[i], v})
	}
	return obj
}

// composite reports whether values of the type are lists or objects.
func (t Type) composite() bool {
	switch t {
	case TypeStrings, TypeCertificate, TypeCertificates, TypeEndpoints, TypeDescriptions, TypePolicy, TypeAny:
		return true
	}
	return false
}

// embedded reads the JSON in a text; the text itself where it is none. Places
// are those of the text as a whole.
func (j *jsonReader) embedded(v *Value) *Value {
	if s := strings.TrimSpace(v.Text.Value); s == "" || s[0] != '{' && s[0] != '[' {
		return v
	}
	at := cursor{v.Text.Span.Offset, v.Text.Span.Line, v.Text.Span.Column}
	inner := &jsonReader{in: j.in, w: windowOn([]byte(v.Text.Value), at), start: at, build: newTextBuilder(at)}
	parsed, err := inner.value(1)
	if err != nil || inner.token() != 0 {
		return v
	}
	return placed(parsed, v.Text.Span)
}

// placed puts values that were read from a text to where that text stands.
func placed(v *Value, span finding.Span) *Value {
	v.Text = Text{Value: v.Text.Value, Span: span, marks: []mark{{offset: span.Offset, width: max(1, span.End-span.Offset), line: span.Line, column: span.Column}}}
	for _, item := range v.Items {
		placed(item, span)
	}
	for _, e := range v.Entries {
		placed(e.Value, span)
	}
	return v
}
