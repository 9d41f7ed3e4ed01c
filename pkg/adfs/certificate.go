package adfs

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// readCertificate reads an X509Certificate2 as the formats write it: CLIXML
// and JSON give its DER in RawData, as Base64, as a list of numbers, or at
// too small a depth as numbers joined by blanks.
func readCertificate(v *Value) reading {
	if v.Shape == ShapeList && len(v.Items) == 1 {
		v = v.Items[0]
	}
	if v.Shape == ShapeCertificate {
		return held(v)
	}
	raw := v
	if v.Shape == ShapeMap {
		if raw = v.Get("RawData"); raw == nil {
			return lost(v, "the certificate has no RawData")
		}
	}
	if raw.Shape == ShapeText && (strings.HasPrefix(raw.Text.Value, "[Subject]") || isTypeName(raw.Text.Value)) {
		return lost(raw, "the export holds a description of the certificate instead of it")
	}
	der, ok := bytesOf(raw)
	if !ok {
		return reading{value: &Value{Shape: ShapeLost, Text: Text{Span: raw.Text.Span}}, state: Unreadable,
			why: fmt.Sprintf("found %d characters that are no certificate", len(raw.Text.Value))}
	}
	return certificateValue(der, raw)
}

func certificateValue(der []byte, v *Value) reading {
	c, err := keys.ParseCertificate(der)
	if err != nil {
		return reading{value: &Value{Shape: ShapeLost, Text: Text{Span: v.Text.Span}}, state: Unreadable, why: fmt.Sprintf("not a certificate: %v", err)}
	}
	return held(&Value{Shape: ShapeCertificate, Certificate: c, Text: Text{Value: c.SHA1(), Span: v.Text.Span}})
}

// bytesOf is the byte[] that a value stands for.
func bytesOf(v *Value) ([]byte, bool) {
	switch v.Shape {
	case ShapeList:
		out := make([]byte, 0, len(v.Items))
		for _, item := range v.Items {
			n, err := strconv.ParseUint(item.Text.Value, 10, 8)
			if err != nil {
				return nil, false
			}
			out = append(out, byte(n))
		}
		return out, len(out) > 0
	case ShapeBytes:
		if out, err := base64.StdEncoding.DecodeString(v.Text.Value); err == nil {
			return out, len(out) > 0
		}
		fallthrough
	case ShapeText:
		if out, ok := decimals(v.Text.Value); ok {
			return out, true
		}
		out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(v.Text.Value), ""))
		return out, err == nil && len(out) > 0
	}
	return nil, false
}

// decimals reads "48 130 3 87 …".
func decimals(s string) ([]byte, bool) {
	var out []byte
	for part := range strings.SplitSeq(s, " ") {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return nil, false
		}
		out = append(out, byte(n))
	}
	return out, len(out) > 1
}

func readCertificates(v *Value) reading {
	out := &Value{Shape: ShapeList, Text: Text{Span: v.Text.Span}}
	result, good := held(out), false
	for _, item := range itemsOf(v) {
		if item.empty() {
			continue
		}
		if item.Shape == ShapeLost {
			return lost(item, "the export holds "+quoted(item.Text.Value)+" instead of the certificates")
		}
		r := readCertificate(item)
		if r.state != Held {
			result.state, result.why = r.state, r.why
		}
		good = good || r.state == Held
		out.Items = append(out.Items, r.value)
	}
	if good {
		result.state = min(result.state, Partial)
	}
	return result
}
