package keys

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// toText decodes UTF-8 and UTF-16, with or without a byte order mark.
func toText(data []byte) (text string, repairs []string) {
	const windows = "the file was UTF-16, as Windows PowerShell writes it"
	switch {
	case strings.HasPrefix(string(data[:min(3, len(data))]), "\xef\xbb\xbf"):
		return string(data[3:]), nil
	case len(data) < 2:
		return string(data), nil
	case data[0] == 0xff && data[1] == 0xfe:
		return utf16Text(data[2:], 0, 1), []string{windows}
	case data[0] == 0xfe && data[1] == 0xff:
		return utf16Text(data[2:], 1, 0), []string{windows}
	case data[1] == 0 && data[0] != 0:
		return utf16Text(data, 0, 1), []string{windows}
	case data[0] == 0 && data[1] != 0:
		return utf16Text(data, 1, 0), []string{windows}
	}
	return string(data), nil
}

// isPage tells HTML by its first element.
func isPage(text string) bool {
	start := strings.TrimLeftFunc(text[:min(len(text), 512)], unicode.IsSpace)
	for _, mark := range []string{"<!doctype html", "<html"} {
		if len(start) >= len(mark) && strings.EqualFold(start[:len(mark)], mark) {
			return true
		}
	}
	return false
}

func isXML(text string) bool {
	return strings.HasPrefix(strings.TrimLeftFunc(text, unicode.IsSpace), "<")
}

// foreign names text that is no certificate and is often given for one.
func foreign(text string) error {
	start := strings.TrimLeftFunc(text[:min(len(text), 4096)], unicode.IsSpace)
	switch {
	case isXML(start):
		return ErrXML
	case strings.HasPrefix(start, "ssh-"), strings.HasPrefix(start, "ecdsa-sha2-"), strings.HasPrefix(start, "sk-ssh-"):
		return errors.New("expected a certificate, found an SSH public key")
	case strings.HasPrefix(start, "PuTTY-User-Key-File"):
		return fmt.Errorf("expected a certificate, found a PuTTY private key; %w", ErrPrivateKey)
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "["):
		if !strings.Contains(text, "BEGIN ") {
			return errors.New("expected a certificate, found JSON; give the value of the certificate alone")
		}
	case strings.HasPrefix(start, "http://"), strings.HasPrefix(start, "https://"):
		return errors.New("expected a certificate, found a URL")
	}
	if _, err := ParseThumbprint(text[:min(len(text), 160)]); err == nil {
		return errors.New("expected a certificate, found a thumbprint; give the certificate itself")
	}
	return nil
}

// repair is a set of the things that were done to pasted Base64.
type repair uint16

const (
	repairBlanks repair = 1 << iota
	repairHidden
	repairEscapes
	repairEntities
	repairPercent
	repairQuotes
	repairURLSafe
	repairPadding
	repairCut
	repairPlus
)

var repairTexts = [...]string{
	"spaces between the characters were removed",
	"invisible characters were removed",
	"escaped line breaks were resolved",
	"HTML entities were resolved",
	"percent-encoding was resolved",
	"quotation marks and separators were removed",
	"the URL-safe alphabet was translated",
	"the padding at the end was missing",
	"the last character was ignored since it is too few for a byte",
	"spaces were turned back into plus signs",
}

func (r repair) texts() (list []string) {
	for i, text := range repairTexts {
		if r&(1<<i) != 0 {
			list = append(list, text)
		}
	}
	return list
}

// decodeBase64 decodes pasted Base64 (RFC 4648), several one after the other
// too, and tells what it had to repair. Where the result has no DER header that
// fits, spaces that once were plus signs are tried.
func decodeBase64(body string) (der []byte, repairs []string, err error) {
	_, body = splitHeaders(body)
	der, done, err := cleanBase64(body, false)
	if err != nil {
		return nil, nil, err
	}
	if _, _, readErr := readElement(der); readErr != nil && done&repairBlanks != 0 {
		plus, donePlus, plusErr := cleanBase64(body, true)
		if _, _, readErr := readElement(plus); plusErr == nil && readErr == nil {
			return plus, (donePlus | repairPlus).texts(), nil
		}
	}
	return der, done.texts(), nil
}

func cleanBase64(body string, plus bool) (der []byte, done repair, err error) {
	segment := make([]byte, 0, len(body))
	padded := false
	flush := func() {
		if len(segment)%4 == 1 {
			segment = segment[:len(segment)-1]
			done |= repairCut
		}
		if len(segment)%4 != 0 && !padded {
			done |= repairPadding
		}
		out := make([]byte, base64.RawStdEncoding.DecodedLen(len(segment)))
		n, _ := base64.RawStdEncoding.Decode(out, segment)
		der = append(der, out[:n]...)
		segment, padded = segment[:0], false
	}
	trimmed := strings.TrimFunc(body, isSpace)
	for i := 0; i < len(trimmed); {
		r, size, how := nextCharacter(trimmed[i:])
		i += size
		done |= how
		switch {
		case r == ' ' && plus && how == 0:
			segment = append(segment, '+')
		case isSpace(r):
			done |= spaceRepair(r)
		case r == '=':
			padded = true
		case isBase64(r):
			if padded {
				flush()
			}
			segment = append(segment, byte(r))
		default:
			return nil, 0, fmt.Errorf("unexpected character %s at offset %d in the Base64", finding.Quote(string(r)), i-size)
		}
	}
	flush()
	return der, done, nil
}

func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r == 0 || r == 0xfeff || r >= 0x200b && r <= 0x200f || r == 0x2060 || r == 0xad
}

func spaceRepair(r rune) repair {
	switch {
	case r == ' ' || r == '\t':
		return repairBlanks
	case r == 0 || r > '~':
		return repairHidden
	}
	return 0
}

func isBase64(r rune) bool {
	return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/'
}

// nextCharacter reads one character of pasted Base64 and undoes what JSON,
// HTML, URLs and quotation did to it. What is to be ignored reads as a line
// break.
func nextCharacter(s string) (r rune, size int, how repair) {
	switch s[0] {
	case '-':
		return '+', 1, repairURLSafe
	case '_':
		return '/', 1, repairURLSafe
	case '"', '\'', ',', ';', '>', '|', '(', ')', '[', ']':
		return '\n', 1, repairQuotes
	case '\\':
		return unescape(s)
	case '&':
		return unentity(s)
	case '%':
		if len(s) > 2 {
			if code, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
				return rune(code), 3, repairPercent
			}
		}
	}
	r, size = utf8.DecodeRuneInString(s)
	return r, size, 0
}

func unescape(s string) (rune, int, repair) {
	if len(s) < 2 {
		return '\n', 1, repairEscapes
	}
	switch s[1] {
	case 'n', 'r', 't':
		return '\n', 2, repairEscapes
	case '/':
		return '/', 2, repairEscapes
	case 'u':
		if len(s) >= 6 {
			if code, err := strconv.ParseUint(s[2:6], 16, 16); err == nil {
				return rune(code), 6, repairEscapes
			}
		}
	}
	return '\n', 1, repairEscapes
}

func unentity(s string) (rune, int, repair) {
	end := strings.IndexByte(s[:min(len(s), 10)], ';')
	if end < 0 {
		return '&', 1, 0
	}
	name := s[1:end]
	switch name {
	case "amp":
		return unentityAgain(s, end)
	case "nbsp", "quot", "apos", "gt", "lt", "NewLine", "Tab":
		return '\n', end + 1, repairEntities
	case "plus":
		return '+', end + 1, repairEntities
	case "sol":
		return '/', end + 1, repairEntities
	case "equals":
		return '=', end + 1, repairEntities
	}
	if digits, found := strings.CutPrefix(name, "#"); found {
		base := 10
		if len(digits) > 0 && digits[0]|0x20 == 'x' {
			base, digits = 16, digits[1:]
		}
		if code, err := strconv.ParseUint(digits, base, 16); err == nil {
			return rune(code), end + 1, repairEntities
		}
	}
	return '&', 1, 0
}

// unentityAgain reads an entity whose ampersand was an entity itself.
func unentityAgain(s string, end int) (rune, int, repair) {
	rest := s[end+1:]
	if !strings.HasPrefix(rest, "#") {
		return '&', 1, 0
	}
	r, size, how := unentity("&" + rest[:min(len(rest), 10)])
	if how == 0 {
		return '&', 1, 0
	}
	return r, end + size, how
}
