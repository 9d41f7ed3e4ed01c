package samltest

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// The encryption algorithms that tests name most.
const (
	AES128CBC = nsEncryption + "aes128-cbc"
	AES256CBC = nsEncryption + "aes256-cbc"
	TripleDES = nsEncryption + "tripledes-cbc"
	AES128GCM = nsEncryption11 + "aes128-gcm"
	AES256GCM = nsEncryption11 + "aes256-gcm"

	RSAOAEP   = nsEncryption + "rsa-oaep-mgf1p"
	RSAOAEP11 = nsEncryption11 + "rsa-oaep"
	RSA15     = nsEncryption + "rsa-1_5"

	nsEncryption   = "http://www.w3.org/2001/04/xmlenc#"
	nsEncryption11 = "http://www.w3.org/2009/xmlenc11#"
)

// KeyPlace is where an EncryptedKey stands.
type KeyPlace uint8

// The places of an EncryptedKey.
const (
	KeyInside    KeyPlace = iota // in the KeyInfo of the EncryptedData
	KeyRetrieved                 // beside the EncryptedData, which points to it
	KeyBeside                    // beside the EncryptedData, which says nothing of it
)

// Receiver is one EncryptedKey: for whom, and how. Only To must be set.
type Receiver struct {
	To        *rsa.PublicKey
	Transport string // URI; by default RSA-OAEP
	// Digest and MGF are the URIs that are declared; none is written where they
	// are "". Hash and Mask are what is used; by default SHA-1.
	Digest, MGF string
	Hash, Mask  crypto.Hash
	Label       []byte // OAEPparams
	Cert        []byte // DER; written into KeyInfo
	Recipient   string
}

// EncryptOptions say how to encrypt.
type EncryptOptions struct {
	Content   string // URI; by default AES-256-GCM
	Type      string // of the EncryptedData; by default that of an element
	Receivers []Receiver
	Place     KeyPlace
	// ID names the EncryptedKeys where they are pointed to; by default "_ek".
	ID string
}

// For returns the options that encrypt for the key of a pair.
func For(pair Pair) EncryptOptions {
	return EncryptOptions{Receivers: []Receiver{{To: pair.Key.Public().(*rsa.PublicKey)}}}
}

// fixed are octets that stand in for random ones, so that what tests make is
// the same every time. Nothing that is encrypted with them is secret.
func fixed(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i*73 + 41)
	}
	return out
}

// Encrypt writes the EncryptedData of the octets, and the EncryptedKeys that
// stand beside it.
func Encrypt(plain []byte, o EncryptOptions) string {
	if o.Content == "" {
		o.Content = AES256GCM
	}
	if o.Type == "" {
		o.Type = nsEncryption + "Element"
	}
	if o.ID == "" {
		o.ID = "_ek"
	}
	key := fixed(contentKeySize(o.Content))
	var inside, beside strings.Builder
	for i, r := range o.Receivers {
		id := fmt.Sprint(o.ID, i)
		switch o.Place {
		case KeyInside:
			inside.WriteString(r.encryptedKey(key, ""))
		case KeyRetrieved:
			fmt.Fprintf(&inside, `<ds:RetrievalMethod Type="%sEncryptedKey" URI="#%s"/>`, nsEncryption, id)
			beside.WriteString(r.encryptedKey(key, id))
		case KeyBeside:
			beside.WriteString(r.encryptedKey(key, id))
		}
	}
	info := ""
	if inside.Len() > 0 {
		info = `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` + inside.String() + `</ds:KeyInfo>`
	}
	return fmt.Sprintf(`<xenc:EncryptedData xmlns:xenc="%s" Type="%s"><xenc:EncryptionMethod Algorithm="%s"/>%s%s</xenc:EncryptedData>%s`,
		nsEncryption, o.Type, o.Content, info, cipherData(encryptContent(o.Content, key, plain)), beside.String())
}

// EncryptElement replaces the first element of a local name by a holder, such
// as "EncryptedAssertion", with the element encrypted in it.
func EncryptElement(xml, local, holder string, o EncryptOptions) string {
	doc, err := xmldoc.Parse([]byte(xml), xmldoc.Limits{})
	must(err)
	el := firstNamed(doc.Root(), local)
	if el == nil {
		panic("samltest: no element " + local)
	}
	span := doc.Span(el)
	return xml[:span.Offset] + fmt.Sprintf(`<%s xmlns="%s">`, holder, nsAssertion) + Encrypt([]byte(xml[span.Offset:span.End]), o) +
		"</" + holder + ">" + xml[span.End:]
}

func firstNamed(el *etree.Element, local string) *etree.Element {
	if el.Tag == local {
		return el
	}
	for child := range el.ChildElementsSeq() {
		if found := firstNamed(child, local); found != nil {
			return found
		}
	}
	return nil
}

func cipherData(octets []byte) string {
	return "<xenc:CipherData><xenc:CipherValue>" + base64.StdEncoding.EncodeToString(octets) + "</xenc:CipherValue></xenc:CipherData>"
}

func (r Receiver) encryptedKey(key []byte, id string) string {
	var b strings.Builder
	b.WriteString(`<xenc:EncryptedKey xmlns:xenc="` + nsEncryption + `"`)
	if id != "" {
		b.WriteString(` Id="` + id + `"`)
	}
	if r.Recipient != "" {
		b.WriteString(` Recipient="` + r.Recipient + `"`)
	}
	if r.Transport == "" {
		r.Transport = RSAOAEP
	}
	b.WriteString(`><xenc:EncryptionMethod Algorithm="` + r.Transport + `">`)
	if r.Digest != "" {
		b.WriteString(`<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="` + r.Digest + `"/>`)
	}
	if r.MGF != "" {
		b.WriteString(`<xenc11:MGF xmlns:xenc11="` + nsEncryption11 + `" Algorithm="` + r.MGF + `"/>`)
	}
	if r.Label != nil {
		b.WriteString("<xenc:OAEPparams>" + base64.StdEncoding.EncodeToString(r.Label) + "</xenc:OAEPparams>")
	}
	b.WriteString("</xenc:EncryptionMethod>")
	if r.Cert != nil {
		b.WriteString(`<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` +
			base64.StdEncoding.EncodeToString(r.Cert) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`)
	}
	b.WriteString(cipherData(r.encryptKey(key)) + "</xenc:EncryptedKey>")
	return b.String()
}

// encryptKey is RSA over the padded content key, RFC 8017 section 7.
func (r Receiver) encryptKey(key []byte) []byte {
	padded := pad15(key, r.To.Size())
	if r.Transport != RSA15 {
		hash, mask := r.Hash, r.Mask
		if hash == 0 {
			hash = crypto.SHA1
		}
		if mask == 0 {
			mask = crypto.SHA1
		}
		padded = padOAEP(key, r.Label, hash, mask, r.To.Size())
	}
	n := new(big.Int).Exp(new(big.Int).SetBytes(padded), big.NewInt(int64(r.To.E)), r.To.N)
	return n.FillBytes(make([]byte, r.To.Size()))
}

func pad15(key []byte, size int) []byte {
	out := bytes.Repeat([]byte{0x5a}, size)
	out[0], out[1], out[size-len(key)-1] = 0, 2, 0
	copy(out[size-len(key):], key)
	return out
}

func padOAEP(key, label []byte, hash, mask crypto.Hash, size int) []byte {
	h := hash.New()
	h.Write(label)
	out := make([]byte, size)
	seed, db := out[1:1+h.Size()], out[1+h.Size():]
	copy(seed, fixed(len(seed)))
	copy(db, h.Sum(nil))
	db[len(db)-len(key)-1] = 1
	copy(db[len(db)-len(key):], key)
	mgf1(db, seed, mask)
	mgf1(seed, db, mask)
	return out
}

// mgf1 masks the octets, RFC 8017 appendix B.2.1.
func mgf1(octets, seed []byte, mask crypto.Hash) {
	var stream []byte
	for counter := uint32(0); len(stream) < len(octets); counter++ {
		h := mask.New()
		h.Write(seed)
		h.Write(binary.BigEndian.AppendUint32(nil, counter))
		stream = h.Sum(stream)
	}
	for i := range octets {
		octets[i] ^= stream[i]
	}
}

func contentKeySize(uri string) int {
	switch {
	case strings.Contains(uri, "aes128"):
		return 16
	case strings.Contains(uri, "aes192"), strings.Contains(uri, "tripledes"):
		return 24
	}
	return 32
}

func encryptContent(uri string, key, plain []byte) []byte {
	block, err := aes.NewCipher(key)
	if uri == TripleDES {
		block, err = des.NewTripleDESCipher(key)
	}
	must(err)
	if strings.HasSuffix(uri, "-gcm") {
		aead, err := cipher.NewGCM(block)
		must(err)
		iv := fixed(aead.NonceSize())
		return aead.Seal(iv, iv, plain, nil)
	}
	size := block.BlockSize()
	pad := size - len(plain)%size
	padded := append(bytes.Clone(plain), fixed(pad)...)
	padded[len(padded)-1] = byte(pad)
	out := append(fixed(size), padded...)
	cipher.NewCBCEncrypter(block, out[:size]).CryptBlocks(out[size:], padded)
	return out
}
