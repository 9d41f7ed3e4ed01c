package validate

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// fileKind is a kind of file that lint knows. The first kind that recognises a
// file gets it.
type fileKind struct {
	format string
	// is recognises a file by its name and its first bytes.
	is func(*file) bool
	// read judges the file, or keeps what it holds for later; an error says
	// that it cannot be read at all.
	read func(*linter, *file) error
}

// fileKinds are the kinds in the order in which they are recognised.
func fileKinds() []fileKind {
	return []fileKind{
		{"metadata", isMetadata, (*linter).readMetadata},
		{"entra", isEntra, (*linter).readEntra},
		{"certificate", isCertificate, (*linter).readCertificates},
	}
}

// adopted are the kinds that other packages read.
func adopted(readers []Reader) []fileKind {
	var out []fileKind
	for _, r := range readers {
		out = append(out, fileKind{
			format: r.Format,
			is:     func(f *file) bool { return r.Is(f.name, f.head) },
			read: func(l *linter, f *file) error {
				content, err := r.Read(f.name, f.body)
				at := subject{input: f.name}
				l.relay(at, content.Problems)
				for _, c := range content.Certificates {
					l.list(at, &placed{Certificate: c.Certificate, location: finding.Location{Span: c.Span}, holder: c.Owner, use: certificateUse(c.Use)})
				}
				return err
			},
		})
	}
	return out
}

// kind is the first kind that recognises the file, nil for none.
func (l *linter) kind(f *file) *fileKind {
	if l.configs[f.name] != nil {
		return &configKind
	}
	if i := slices.IndexFunc(l.kinds, func(k fileKind) bool { return k.is(f) }); i >= 0 {
		return &l.kinds[i]
	}
	return nil
}

// known lists the kinds for a sentence.
func (l *linter) known() string {
	names := []string{configKind.format}
	for _, k := range l.kinds {
		names = append(names, k.format)
	}
	return strings.Join(slices.Compact(names), ", ")
}

// utf8Head turns the first bytes of a file, which may be UTF-16, into UTF-8
// without a byte order mark.
func utf8Head(head []byte) []byte {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		if out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(head[:len(head)&^1]); err == nil {
			return out
		}
	}
	return bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
}

var firstElement = lazyregexp.New(`^(?s:(?:<\?.*?\?>|<!--.*?-->|<![A-Z][^>\[]*>|\s+)*)<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)`)

// root is the name of the first element of XML, without prefix.
func (f *file) root() string {
	if m := firstElement.FindSubmatch(f.head); m != nil {
		return string(m[1])
	}
	return ""
}

// certificateNames are the endings of files that hold certificates or keys.
var certificateNames = []string{".cer", ".crt", ".pem", ".der", ".p7b", ".p7c", ".pfx", ".p12", ".key", ".b64", ".base64", ".csr"}

// isCertificate goes by the name, and by the line that PEM begins with: other
// texts may hold certificates as examples.
func isCertificate(f *file) bool {
	return slices.Contains(certificateNames, strings.ToLower(path.Ext(f.name))) || bytes.HasPrefix(bytes.TrimSpace(f.head), []byte("-----BEGIN "))
}

// claimsCertificate reports whether the file is there for a certificate: by what
// names it, by its name, or by a block that says so. Public keys and requests
// are files in their own right.
func (l *linter) claimsCertificate(f *file, data []byte) bool {
	named := f.named || len(l.users[f.name]) > 0
	return named || !slices.Contains(otherKeyNames, strings.ToLower(path.Ext(f.name))) || bytes.Contains(data, []byte("CERTIFICATE-----")) && !bytes.Contains(data, []byte("-----BEGIN CERTIFICATE REQUEST"))
}

// otherKeyNames are the endings of files that hold keys, requests and parameters
// as often as certificates, and "", for files that began as PEM.
var otherKeyNames = []string{".pem", ".key", ".csr", ".pub", ".txt", ".md", ""}

// readCertificates judges a file of certificates and keys, and each certificate.
func (l *linter) readCertificates(f *file) error {
	data, err := f.read()
	if err != nil {
		return err
	}
	at := subject{input: f.name}
	bundle, err := keys.Read(data)
	l.relay(at, bundle.Problems)
	if err != nil && len(bundle.PrivateKeys) == 0 {
		if !l.claimsCertificate(f, data) {
			return nil
		}
		l.relay(at, []finding.Problem{{Check: "certificate-unreadable", Detail: err.Error()}})
	}
	inspect(l, at, bundle, func(s *lints) func(*inspection, *keys.Bundle) { return s.bundle })
	for i, c := range bundle.Certificates {
		if len(l.users[f.name]) > 0 {
			l.bundles[f.name] = append(l.bundles[f.name], heldCertificate(f.name, c))
		}
		p := &placed{Certificate: c, location: finding.Location{Span: bundle.Places[i]}}
		l.relay(at, placedAt(c.Problems, p.location))
		l.certificate(at, p)
		l.list(at, p)
	}
	return nil
}

// certificate judges one certificate, wherever it stands.
func (l *linter) certificate(at subject, c *placed) {
	inspect(l, at, c, func(s *lints) func(*inspection, *placed) { return s.certificate })
}
