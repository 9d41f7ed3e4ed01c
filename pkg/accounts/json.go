package accounts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"
)

// jsonReader reads accounts out of JSON, one object at a time.
type jsonReader struct {
	*builder
	d  *json.Decoder
	in *meter
}

// readJSON reads an array of objects, an object that holds one, or objects one
// after the other.
func (b *builder) readJSON(text io.Reader, in *meter) error {
	d := json.NewDecoder(text)
	d.UseNumber()
	j := &jsonReader{builder: b, d: d, in: in}
	for {
		j.in.reset()
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return j.explain(err)
		case token == json.Delim('['):
			err = j.array()
		case token == json.Delim('{'):
			err = j.object(0)
		default:
			err = fmt.Errorf("found the value %v, expected an object for each account", token)
		}
		if err != nil {
			return j.explain(err)
		}
	}
}

// explain says where the text is no JSON.
func (j *jsonReader) explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("no valid JSON at byte %d: %w", syntax.Offset, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("the JSON ends too early, after %d bytes: export the list again", j.d.InputOffset())
	}
	return err
}

// maxDepth bounds how deep the array of accounts may stand.
const maxDepth = 8

// array reads the accounts of an array whose bracket was read.
func (j *jsonReader) array() error {
	for j.d.More() {
		j.in.reset()
		var raw json.RawMessage
		if err := j.d.Decode(&raw); err != nil {
			return err
		}
		if err := j.account(raw); err != nil {
			return err
		}
	}
	_, err := j.d.Token()
	return err
}

// object reads an object whose brace was read: what holds the array of
// accounts, or else an account itself. Arrays of anything but objects belong to
// an account. The depth is the number of objects around it.
func (j *jsonReader) object(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("accounts are sought no deeper than %d objects, expected an array of objects", maxDepth)
	}
	before := j.list.Accounts
	self := map[string]json.RawMessage{}
	for j.d.More() {
		j.in.reset()
		name, err := j.d.Token()
		if err != nil {
			return err
		}
		key, _ := name.(string)
		if isHolder(key) {
			if err := j.holder(depth); err != nil {
				return err
			}
			continue
		}
		var raw json.RawMessage
		if err := j.d.Decode(&raw); err != nil {
			return err
		}
		if len(self) < maxColumns {
			self[key] = raw
		}
	}
	if _, err := j.d.Token(); err != nil {
		return err
	}
	if j.list.Accounts == before && j.tells(self) {
		return j.fields(self)
	}
	return nil
}

// isHolder reports whether the accounts stand in an array of that name:
// "value" (Microsoft Graph), "Resources" (SCIM), and what apps call it.
func isHolder(name string) bool {
	return slices.Contains([]string{"value", "resources", "users", "accounts", "data", "items", "results", "records", "members", "entries"}, plain(name))
}

// holder reads the value of a member that may hold the accounts.
func (j *jsonReader) holder(depth int) error {
	token, err := j.d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		return j.array()
	case json.Delim('{'):
		return j.object(depth + 1)
	}
	return nil
}

// tells reports whether an object says something of an account.
func (j *jsonReader) tells(object map[string]json.RawMessage) bool {
	for name := range object {
		if _, known := kinds[plain(name)]; known || isNest(name) || name == j.key {
			return true
		}
	}
	return false
}

// account takes in an element of an array: an object, or an address alone.
func (j *jsonReader) account(raw json.RawMessage) error {
	if raw[0] == '{' {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(raw, &object); err != nil {
			return err
		}
		return j.fields(object)
	}
	address, isText := quoted(raw)
	if !isText {
		j.list.Unread++
		return nil
	}
	if err := j.start(); err != nil {
		return err
	}
	n := j.number("address")
	if n >= 0 {
		j.columns[n].kind = mail
	}
	j.add(n, address)
	return nil
}

func (j *jsonReader) fields(object map[string]json.RawMessage) error {
	if err := j.start(); err != nil {
		return err
	}
	j.members(object, "")
	return nil
}

// isNest reports whether the attributes of an account stand in an object of
// that name: "profile" (Okta), "attributes" (LDAP tools, users of a claim rule
// test), "fields".
func isNest(name string) bool {
	return slices.Contains([]string{"profile", "attributes", "fields", "user"}, plain(name))
}

// members takes in the attributes of an object, in the order of their names.
func (j *jsonReader) members(object map[string]json.RawMessage, prefix string) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		raw := object[name]
		if prefix == "" && isNest(name) {
			var inner map[string]json.RawMessage
			if json.Unmarshal(raw, &inner) == nil && inner != nil {
				j.members(inner, name+".")
				continue
			}
		}
		if n := j.number(prefix + name); j.useful(n) {
			j.values(n, raw)
		}
	}
}

// values takes in a text, a number, or an array of texts or of objects with a
// "value" (RFC 7643 2.4), the primary one first.
func (j *jsonReader) values(n int16, raw json.RawMessage) {
	if raw[0] != '[' {
		value, _ := valueOf(raw)
		j.add(n, value)
		return
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return
	}
	var rest []string
	for _, item := range list {
		if value, primary := valueOf(item); primary {
			j.add(n, value)
		} else {
			rest = append(rest, value)
		}
	}
	for _, value := range rest {
		j.add(n, value)
	}
}

// valueOf is the text of a string or number, or of the "value" of an object,
// and whether the object says that it is the primary one; "" of anything else.
func valueOf(raw json.RawMessage) (value string, primary bool) {
	switch c := raw[0]; {
	case c == '{':
		var object struct {
			Value   json.RawMessage
			Primary bool
		}
		if json.Unmarshal(raw, &object) != nil || len(object.Value) == 0 || object.Value[0] == '{' {
			return "", false
		}
		value, _ = valueOf(object.Value)
		return value, object.Primary
	case c == '-' || c >= '0' && c <= '9':
		return string(raw), false
	}
	value, _ = quoted(raw)
	return value, false
}

// quoted is the text of a JSON string.
func quoted(raw json.RawMessage) (text string, ok bool) {
	if raw[0] != '"' {
		return "", false
	}
	if body := raw[1 : len(raw)-1]; !bytes.ContainsRune(body, '\\') && utf8.Valid(body) {
		return string(body), true
	}
	return text, json.Unmarshal(raw, &text) == nil
}
