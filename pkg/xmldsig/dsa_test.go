package xmldsig_test

import (
	"crypto"
	"crypto/dsa" //lint:ignore SA1019 old certificates and signatures are read and judged, none is made
	"crypto/rand"
	"encoding/base64"
	"io"
	"math/big"
)

// dsaSigner makes DSA a crypto.Signer whose values are r and s side by side.
type dsaSigner struct{ *dsa.PrivateKey }

func (d dsaSigner) Public() crypto.PublicKey { return &d.PublicKey }

func (d dsaSigner) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	size := (d.Q.BitLen() + 7) / 8
	r, s, err := dsa.Sign(rand.Reader, d.PrivateKey, digest[:min(size, len(digest))])
	if err != nil {
		return nil, err
	}
	out := make([]byte, 2*size)
	r.FillBytes(out[:size])
	s.FillBytes(out[size:])
	return out, nil
}

// keyInfo writes the public key as a KeyInfo.
func (d dsaSigner) keyInfo() string {
	out := `<ds:KeyInfo><ds:KeyValue><ds:DSAKeyValue>`
	for _, f := range []struct {
		name  string
		value *big.Int
	}{{"P", d.P}, {"Q", d.Q}, {"G", d.G}, {"Y", d.Y}} {
		out += "<ds:" + f.name + ">" + base64.StdEncoding.EncodeToString(f.value.Bytes()) + "</ds:" + f.name + ">"
	}
	return out + `</ds:DSAKeyValue></ds:KeyValue></ds:KeyInfo>`
}

// testDSA is a DSA key of 1024 bits, TEST ONLY.
func testDSA() dsaSigner {
	hex := func(s string) *big.Int {
		n, _ := new(big.Int).SetString(s, 16)
		return n
	}
	return dsaSigner{&dsa.PrivateKey{
		PublicKey: dsa.PublicKey{
			Parameters: dsa.Parameters{
				P: hex("00a6c0efa13299de62ef720cd82ebff5b513a226a062b079cddba57ea35079e235978496d58a3bb8ce2fd88c9124f8db06e5363c6c96a9f4af46be23c2aa7366e6f6aa6090f869f586a3007fc9980bda47a701d6ca0803007adc7268eaf454bf91c3b42bb295f9436c2973d68ada8346af2d19b22c8e852a809fdefe4b40f888b3"),
				Q: hex("00cd2a0dfc180c06635c9da07fdd77fffb331f0ecd"),
				G: hex("551efb0aab4577904736c52a9b17deac99c77cb10d3064da48643e5ebecf8f3423342cf00719cd2d85247a27e53a457adcd10d8616ec9127f1c55b9f0e738dcad172d77cbebc8bddab96b6e4eb55aa0a52c0dd683854c366bb5f046e005ded627c8ec0a80d1a738c3caafbd93af45dadb1c7a74271ab984ba6a3583e95b679fe"),
			},
			Y: hex("1349b3e3f70a8edbbe1c4ff6024f68a3f1bfca4b1db81b26b1dee944b812dd4d5bf293e7cf8e4bb064bbef985e99718aaaec1ba30edf55b7a25e3d69a5e0c6b4a284b1dc383988ba9fd64ff09252477a80814412947082a7ee85ccb10d84e146b2dd13a7798f39a707bee74bb7aa3ca6f2fa9bea856bddcc651909d6b6e4a6f4"),
		},
		X: hex("008e6c9e94004b14747b45d04ea5156cba98decfe0"),
	}}
}
