package users

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// plainValue is a value as claim rules get it: SIDs in their text form, other
// binary values in Base64. csvde writes binary values as X'0105…'.
func plainValue(attribute, value string) (string, error) {
	if digits, ok := strings.CutPrefix(value, "X'"); ok && strings.HasSuffix(digits, "'") {
		data, err := hex.DecodeString(strings.TrimSuffix(digits, "'"))
		if err != nil {
			return "", fmt.Errorf("%s is no binary value as csvde writes it: %w", finding.Quote(finding.Shorten(value, 60)), err)
		}
		return binaryValue(attribute, data)
	}
	switch {
	case strings.EqualFold(attribute, "objectSid") && !isSID(value):
		return "", fmt.Errorf("%s is no SID, expected S-1-5-21-…", finding.Quote(finding.Shorten(value, 60)))
	case isGUIDAttribute(attribute):
		if data, ok := parseGUID(value); ok {
			return base64.StdEncoding.EncodeToString(data), nil
		}
	}
	return value, nil
}

// binaryValue is the bytes of a value as claim rules get it.
func binaryValue(attribute string, data []byte) (string, error) {
	if strings.EqualFold(attribute, "objectSid") || isTokenGroups(attribute) {
		return sidOf(data)
	}
	return base64.StdEncoding.EncodeToString(data), nil
}

func isTokenGroups(attribute string) bool { return strings.EqualFold(attribute, "tokenGroups") }

func isGUIDAttribute(attribute string) bool {
	return strings.EqualFold(attribute, "objectGUID") || strings.EqualFold(attribute, "mS-DS-ConsistencyGuid")
}

// sidOf is the text of a SID, [MS-DTYP] 2.4.2.
func sidOf(data []byte) (string, error) {
	if len(data) < 8 || len(data) != 8+4*int(data[1]) {
		return "", fmt.Errorf("%d bytes that are no SID", len(data))
	}
	var authority [8]byte
	copy(authority[2:], data[2:8])
	sid := fmt.Sprintf("S-%d-%d", data[0], binary.BigEndian.Uint64(authority[:]))
	for part := data[8:]; len(part) > 0; part = part[4:] {
		sid += fmt.Sprintf("-%d", binary.LittleEndian.Uint32(part))
	}
	return sid, nil
}

// isSID tells texts of the form S-1-5-….
func isSID(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 18 || !strings.EqualFold(parts[0], "S") {
		return false
	}
	for _, p := range parts[1:] {
		if _, err := strconv.ParseUint(p, 10, 64); err != nil {
			return false
		}
	}
	return true
}

// parseGUID is the bytes of a GUID as the directory has them, [MS-DTYP] 2.3.4.
func parseGUID(s string) ([]byte, bool) {
	s = strings.Trim(s, "{}")
	data, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(data) != 16 || len(s) != 36 {
		return nil, false
	}
	data[0], data[1], data[2], data[3] = data[3], data[2], data[1], data[0]
	data[4], data[5], data[6], data[7] = data[5], data[4], data[7], data[6]
	return data, true
}
