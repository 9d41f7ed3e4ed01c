package cmd

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// maxPasswordFile is the size of a file that holds a password and little else.
const maxPasswordFile = 64 << 10

// decryptionFlags name the private keys that read what is encrypted.
type decryptionFlags struct {
	keys         []string
	passwordFile string
}

func (o *decryptionFlags) bind(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&o.keys, "key", nil, "`file` with a private key of the app, to decrypt with: PEM, DER, PKCS #8, .pfx; it is used here and never shown; repeatable")
	f.StringVar(&o.passwordFile, "key-password-file", "", "`file` whose first line is the password of --key")
}

// load reads the keys. No error shows a key or the password.
func (o *decryptionFlags) load() ([]xmlenc.Key, error) {
	if o.passwordFile != "" && len(o.keys) == 0 {
		return nil, usageError{errors.New("--key-password-file needs --key")}
	}
	var password []byte
	if o.passwordFile != "" {
		data, err := readWhole(o.passwordFile, maxPasswordFile)
		if err != nil {
			return nil, unusableError{fmt.Errorf("--key-password-file: %w", err)}
		}
		password, _, _ = bytes.Cut(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte("\n"))
		password = bytes.TrimSuffix(password, []byte("\r"))
	}
	var out []xmlenc.Key
	for _, name := range o.keys {
		key, err := readKey(name, password)
		if err != nil {
			return nil, unusableError{fmt.Errorf("--key %s: %w", name, err)}
		}
		out = append(out, key)
	}
	return out, nil
}

func readKey(name string, password []byte) (xmlenc.Key, error) {
	data, err := readWhole(name, maxCertificateFile)
	if err != nil {
		return xmlenc.Key{}, err
	}
	private, err := keys.ReadPrivateKey(data, password)
	switch {
	case errors.Is(err, keys.ErrPasswordNeeded):
		return xmlenc.Key{}, fmt.Errorf("%w: give it with --key-password-file", err)
	case err != nil:
		return xmlenc.Key{}, err
	}
	return xmlenc.NewKey(private, "--key "+name)
}
