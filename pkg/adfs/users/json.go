package users

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// readJSON reads an array of users, or users one after the other.
func readJSON(text io.Reader) ([]Entry, error) {
	d := json.NewDecoder(text)
	var list []Entry
	for {
		var raw json.RawMessage
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, broken(err, len(list)+1)
		case token == json.Delim('['):
			for d.More() {
				if err := d.Decode(&raw); err != nil {
					return nil, broken(err, len(list)+1)
				}
				if list, err = admitJSON(list, raw); err != nil {
					return nil, err
				}
			}
			if _, err := d.Token(); err != nil {
				return nil, broken(err, len(list)+1)
			}
		case token == json.Delim('{'):
			raw, err := object(d)
			if err != nil {
				return nil, broken(err, len(list)+1)
			}
			if list, err = admitJSON(list, raw); err != nil {
				return nil, err
			}
		default:
			return nil, &Error{Row: len(list) + 1, Msg: fmt.Sprintf("found the value %v, expected an object for each user", token)}
		}
	}
}

// object reads the rest of an object whose brace was read.
func object(d *json.Decoder) (json.RawMessage, error) {
	out := []byte{'{'}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	_, err := d.Token()
	return append(out, '}'), err
}

// broken says where the text is no JSON.
func broken(err error, row int) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return &Error{Row: row, Msg: fmt.Sprintf("no valid JSON at byte %d: %s", syntax.Offset, err)}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Error{Row: row, Msg: "the JSON ends too early"}
	}
	return err
}

const expected = "expected claims, attributes, groups, insideCorporateNetwork and stores"

func admitJSON(list []Entry, raw json.RawMessage) ([]Entry, error) {
	row := len(list) + 1
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	u := &claimrule.User{}
	if err := d.Decode(u); err != nil {
		var mismatch *json.UnmarshalTypeError
		switch {
		case errors.As(err, &mismatch) && strings.HasPrefix(mismatch.Field, "attributes"):
			return nil, &Error{Row: row, Column: mismatch.Field, Msg: "found a " + mismatch.Value + `, expected a list of texts for each attribute: {"mail": ["ada@contoso.com"]}`}
		case errors.As(err, &mismatch) && mismatch.Field == "":
			return nil, &Error{Row: row, Msg: "found a " + mismatch.Value + ", expected an object for each user"}
		case errors.As(err, &mismatch):
			return nil, &Error{Row: row, Column: mismatch.Field, Msg: fmt.Sprintf("found a %s, expected %s", mismatch.Value, kindNames[mismatch.Type.Kind().String()])}
		}
		return nil, &Error{Row: row, Msg: finding.Shorten(strings.TrimPrefix(err.Error(), "json: "), 200) + "; " + expected}
	}
	return admit(list, Entry{Row: row, User: u})
}

// kindNames are the kinds of values as people call them.
var kindNames = map[string]string{"bool": "true or false", "slice": "a list", "map": "an object", "struct": "an object", "string": "a text"}
