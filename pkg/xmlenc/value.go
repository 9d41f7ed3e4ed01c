package xmlenc

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// cipherOctets reads the CipherData of an EncryptedData or EncryptedKey
// (XMLEnc 1.1 section 3.3). A CipherReference is never followed.
func cipherOctets(el *etree.Element) ([]byte, *fault) {
	data := xmldoc.Child(el, encNamespace, "CipherData")
	value := xmldoc.Child(data, encNamespace, "CipherValue")
	switch {
	case value != nil:
	case xmldoc.Child(data, encNamespace, "CipherReference") != nil:
		return nil, unsupported("the %s is not in the message but elsewhere (CipherReference); nothing is fetched", el.Tag)
	default:
		return nil, damaged("the %s has no CipherValue", el.Tag)
	}
	octets, err := decodeBase64(value)
	if err != nil {
		return nil, damaged("the CipherValue of the %s cannot be read: %v", el.Tag, err)
	}
	return octets, nil
}

// decodeBase64 reads the Base64 text of an element, with any white space and
// with or without padding.
func decodeBase64(el *etree.Element) ([]byte, error) {
	text := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n':
			return -1
		}
		return r
	}, xmldoc.Text(el))
	text = strings.TrimRight(text, "=")
	if text == "" {
		return nil, errors.New("it is empty")
	}
	octets, err := base64.RawStdEncoding.DecodeString(text)
	var corrupt base64.CorruptInputError
	switch {
	case err == nil:
		return octets, nil
	case len(text)%4 == 1 && errors.As(err, &corrupt) && int(corrupt) >= len(text)-1:
		return nil, errors.New("its Base64 was cut off")
	default:
		return nil, fmt.Errorf("it is not Base64: %w", err)
	}
}
