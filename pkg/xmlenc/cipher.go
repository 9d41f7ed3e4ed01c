package xmlenc

import (
	"crypto/cipher"
	"errors"
	"fmt"
)

// The length of the initialisation vector and of the tag of GCM (XMLEnc 1.1
// section 5.2.4).
const (
	gcmIV  = 12
	gcmTag = 16
)

// decrypt opens the octets of a CipherValue: the initialisation vector stands
// first, for GCM the tag last.
func (c contentCipher) decrypt(key, octets []byte) ([]byte, error) {
	block, err := c.block(key)
	if err != nil {
		return nil, err
	}
	if c.gcm {
		return openGCM(block, octets)
	}
	return openCBC(block, octets)
}

func openGCM(block cipher.Block, octets []byte) ([]byte, error) {
	if len(octets) < gcmIV+gcmTag {
		return nil, fmt.Errorf("the encrypted content has %d bytes, expected at least %d: it was cut off", len(octets), gcmIV+gcmTag)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, octets[:gcmIV], octets[gcmIV:], nil)
	if err != nil {
		return nil, errors.New("the authentication tag does not fit: the encrypted content was changed or cut off")
	}
	return plain, nil
}

// openCBC removes the padding of XMLEnc 1.1 section 5.2.2: the last byte says
// how many to drop, the others may be anything.
func openCBC(block cipher.Block, octets []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(octets) < 2*size || len(octets)%size != 0 {
		return nil, fmt.Errorf("the encrypted content has %d bytes, expected whole blocks of %d, two at least: it was cut off or damaged", len(octets), size)
	}
	plain := make([]byte, len(octets)-size)
	cipher.NewCBCDecrypter(block, octets[:size]).CryptBlocks(plain, octets[size:])
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > size {
		return nil, errors.New("the padding is wrong: the encrypted content was changed or cut off")
	}
	return plain[:len(plain)-pad], nil
}
