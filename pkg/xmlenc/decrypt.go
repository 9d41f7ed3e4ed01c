package xmlenc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Bounds beyond what real messages need: an EncryptedData has one EncryptedKey
// for each recipient, and every trial of a private key costs about a
// millisecond.
const (
	maxItems  = 256
	maxKeys   = 16  // EncryptedKeys of one EncryptedData
	maxTrials = 512 // private key operations for one document
)

// opener is the work on one document.
type opener struct {
	keys   []Key
	trials int // that are left
	// opened remembers EncryptedKeys that several EncryptedData share.
	opened map[*etree.Element]*encryptedKey
}

// decrypt fills an item with what can be made of its EncryptedData, down to
// the octets of the content.
func (o *opener) decrypt(item *Item, index *index) {
	method := xmldoc.Child(item.data, encNamespace, "EncryptionMethod")
	item.Algorithm, _ = xmldoc.Attr(method, "Algorithm")
	cipher, known := findCipher(item.Algorithm)
	wrapped := index.encryptedKeys(item.data)
	read := make([]*encryptedKey, len(wrapped))
	for i, el := range wrapped {
		read[i] = o.read(el)
		item.describe(el, read[i])
	}
	octets, broken := cipherOctets(item.data)
	switch {
	case len(o.keys) == 0:
		item.fail(&fault{NoKey, "no key was given"})
	case method == nil:
		item.fail(unsupported("the EncryptedData does not say how it is encrypted: it has no EncryptionMethod"))
	case !known:
		item.fail(unsupported("the encryption %s is not known, expected AES or Triple DES", finding.Quote(finding.Shorten(item.Algorithm, 120))))
	case len(wrapped) == 0:
		item.fail(unsupported("the EncryptedData has no EncryptedKey, inside or beside it, so only a secret that both sides share can open it"))
	case broken != nil && broken.outcome == Unsupported:
		item.fail(broken)
	default:
		o.tryKeys(item, cipher, read, sealed{octets, broken})
	}
}

// read reads an EncryptedKey once.
func (o *opener) read(el *etree.Element) *encryptedKey {
	k := o.opened[el]
	if k == nil {
		k = readEncryptedKey(el)
		o.opened[el] = k
	}
	return k
}

// describe notes what an EncryptedKey says of itself.
func (item *Item) describe(el *etree.Element, k *encryptedKey) {
	uri, _ := xmldoc.Attr(xmldoc.Child(el, encNamespace, "EncryptionMethod"), "Algorithm")
	item.Transports = append(item.Transports, uri)
	if r, _ := xmldoc.Attr(el, "Recipient"); r != "" && !slices.Contains(item.Recipients, r) {
		item.Recipients = append(item.Recipients, r)
	}
	for _, c := range k.certificates {
		if !slices.ContainsFunc(item.Certificates, c.Equal) {
			item.Certificates = append(item.Certificates, c)
		}
	}
}

func (item *Item) fail(f *fault) { item.Outcome, item.Detail = f.outcome, f.detail }

// sealed are the octets of an EncryptedData, or why they cannot be read: only a
// key that fits shows which of the two is at fault.
type sealed struct {
	octets []byte
	broken *fault
}

// tryKeys opens each EncryptedKey with each private key until one brings
// content to light.
func (o *opener) tryKeys(item *Item, cipher contentCipher, wrapped []*encryptedKey, text sealed) {
	var fault *fault
	usable := false
	for _, k := range wrapped {
		if k.fault != nil {
			fault = k.fault
			continue
		}
		usable = true
		for _, key := range o.keys {
			if o.trials--; o.trials < 0 {
				item.fail(unsupported("the message holds more encrypted keys than any real one, so the rest is not decrypted"))
				return
			}
			session, deviation := k.open(key.Private, cipher.keySize)
			if session == nil {
				continue
			}
			item.Key, item.Deviation = key.String(), deviation
			if item.plain, fault = content(cipher, session, text); fault == nil {
				item.Outcome = Decrypted
				return
			}
		}
	}
	switch {
	case item.Key != "":
		item.fail(fault)
	case usable:
		item.fail(o.mismatch(item, wrapped))
	default:
		item.fail(fault)
	}
}

func content(cipher contentCipher, session []byte, text sealed) ([]byte, *fault) {
	if text.broken != nil {
		return nil, text.broken
	}
	if len(session) != cipher.keySize {
		return nil, damaged("the content key has %d bits, %s needs %d", 8*len(session), cipher.name, 8*cipher.keySize)
	}
	plain, err := cipher.decrypt(session, text.octets)
	if err != nil {
		return nil, damaged("%v", err)
	}
	return plain, nil
}

// mismatch tells a key that was damaged on the way from one that is for
// somebody else, as far as the message shows it.
func (o *opener) mismatch(item *Item, wrapped []*encryptedKey) *fault {
	for _, key := range o.keys {
		own := func(c *keys.Certificate) bool { return key.Private.PublicKey.Equal(c.PublicKey) }
		if i := slices.IndexFunc(item.Certificates, own); i >= 0 {
			item.Key = key.String()
			return damaged("the encrypted key names the certificate of %s and still does not open with it, so it was changed", key)
		}
	}
	names := make([]string, len(o.keys))
	for i, key := range o.keys {
		names[i] = key.String()
	}
	detail := "the content key does not open with " + strings.Join(names, " or ")
	if len(item.Certificates) > 0 {
		detail += "; it is encrypted for " + describe(item.Certificates[0])
	} else {
		detail += o.bySize(wrapped)
	}
	if len(item.Recipients) > 0 {
		detail += "; its recipient is " + finding.Quote(finding.Shorten(item.Recipients[0], 120))
	}
	return &fault{KeyMismatch, detail}
}

// bySize says what the size of the encrypted keys tells of their receiver,
// where no certificate names it.
func (o *opener) bySize(wrapped []*encryptedKey) string {
	bits := 0
	for _, k := range wrapped {
		if slices.ContainsFunc(o.keys, func(key Key) bool { return k.fits(key.Private) }) {
			return "; the message names no certificate, so either it is for another key, or the encrypted key was changed on its way"
		}
		bits = max(bits, 8*len(k.octets))
	}
	return fmt.Sprintf("; it is encrypted for a key of about %d bits", bits)
}

func describe(c *keys.Certificate) string {
	return fmt.Sprintf("the certificate %s, thumbprint %s", finding.Quote(finding.Shorten(c.Subject, 80)), c.SHA1())
}
