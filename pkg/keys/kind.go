package keys

// kind is what a DER structure, a PEM block or a text holds, in words that
// fit after "found".
type kind string

const (
	kindUnknown     kind = "an unknown structure"
	kindCertificate kind = "a certificate"
	kindRequest     kind = "a certificate request (CSR)"
	kindRevocation  kind = "a revocation list (CRL)"
	kindPKCS7       kind = "a PKCS #7 file"
	kindCMS         kind = "a CMS message without certificates"
	kindPKCS12      kind = "a PKCS #12 file (.pfx), which holds a private key"
	kindPKCS8       kind = "a private key"
	kindEncrypted   kind = "an encrypted private key"
	kindPKCS1       kind = "an RSA private key"
	kindEC          kind = "an EC private key"
	kindDSA         kind = "a DSA private key"
	kindPublic      kind = "a public key without a certificate"
)

// private reports whether the kind holds a private key.
func (k kind) private() bool {
	switch k {
	case kindPKCS12, kindPKCS8, kindEncrypted, kindPKCS1, kindEC, kindDSA:
		return true
	}
	return false
}

// kindOf recognises a structure by the tags at its start.
func kindOf(e element) kind {
	if e.tag != tagSequence {
		return kindUnknown
	}
	parts := e.children(4)
	if len(parts) < 2 {
		return kindUnknown
	}
	first, second := parts[0], parts[1]
	switch first.tag {
	case tagOID:
		return contentKind(first.oid())
	case tagInteger:
		return keyKind(e, second)
	case tagSequence:
		return signedKind(first, second)
	}
	return kindUnknown
}

// contentKind tells the contents of a CMS ContentInfo (RFC 5652 section 3).
func contentKind(oid string) kind {
	switch oid {
	case "1.2.840.113549.1.7.2":
		return kindPKCS7
	case "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.3", "1.2.840.113549.1.7.6":
		return kindCMS
	}
	return kindUnknown
}

// keyKind tells the structures that start with a version or a number.
func keyKind(e, second element) kind {
	switch second.tag {
	case tagOctetString:
		return kindEC
	case tagInteger:
		switch numbers := len(e.children(10)); {
		case numbers == 2:
			return kindPublic
		case numbers == 6:
			return kindDSA
		case numbers >= 9:
			return kindPKCS1
		}
	case tagSequence:
		parts := second.children(2)
		if len(parts) == 0 || parts[0].tag != tagOID {
			return kindUnknown
		}
		if len(parts) == 2 && parts[1].tag == tagContext0 {
			return kindPKCS12
		}
		return kindPKCS8
	}
	return kindUnknown
}

// signedKind tells the structures that start with a structure.
func signedKind(first, second element) kind {
	inner := first.children(5)
	switch {
	case len(inner) == 0:
		return kindUnknown
	case inner[0].tag == tagOID && second.tag == tagBitString:
		return kindPublic
	case inner[0].tag == tagOID && second.tag == tagOctetString:
		return kindEncrypted
	case second.tag != tagSequence:
		return kindUnknown
	case inner[0].tag == tagContext0:
		return kindCertificate
	case inner[0].tag == tagSequence:
		return kindRevocation
	case inner[0].tag != tagInteger || len(inner) < 3:
		return kindUnknown
	case inner[2].tag == tagUTCTime || inner[2].tag == tagGeneralizedTime || len(inner) > 3 && (inner[3].tag == tagUTCTime || inner[3].tag == tagGeneralizedTime):
		return kindRevocation
	}
	if parts := inner[1].children(1); len(parts) > 0 && parts[0].tag == tagOID {
		return kindCertificate
	}
	return kindRequest
}
