package validate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// CertificateSighted is a certificate with every place where it was found.
type CertificateSighted struct {
	// Subject is a distinguished name; empty where an export names none.
	Subject string
	// SHA1 and SHA256 are thumbprints in lower-case hexadecimal; SHA256 is
	// empty where an export has the other alone.
	SHA1, SHA256 string
	// Key is the algorithm of its key, "RSA" or "ECDSA P-256", and its size.
	Key  string
	Bits int
	// NotBefore and NotAfter are in UTC; zero where they are not known.
	NotBefore, NotAfter time.Time
	Places              []CertificatePlace // in the order in which they were read
}

// CertificatePlace is one place where a certificate stands.
type CertificatePlace struct {
	Input    string
	Location finding.Location
	App      string // the app of ssodoctor.yaml; empty without one
	Owner    string // the entity ID or app that the file names; empty without one
	Use      string // "signing", "encryption", "metadata signing", or empty: not said
}

// Days is how many whole days are left until the certificate ends; below zero
// where it has ended.
func (c *CertificateSighted) Days(at time.Time) int {
	left := c.NotAfter.Sub(at)
	if left < 0 {
		return int((left - 24*time.Hour + 1) / (24 * time.Hour))
	}
	return int(left / (24 * time.Hour))
}

// Owners are those that the places name, each once, in order.
func (c *CertificateSighted) Owners() []string {
	return c.distinct(func(p CertificatePlace) string { return cmp.Or(p.App, p.Owner) })
}

// Uses are those that the places name, each once, in order.
func (c *CertificateSighted) Uses() []string {
	return c.distinct(func(p CertificatePlace) string { return p.Use })
}

func (c *CertificateSighted) distinct(of func(CertificatePlace) string) []string {
	var out []string
	for _, p := range c.Places {
		if v := of(p); v != "" && !slices.Contains(out, v) && len(out) < maxDistinct {
			out = append(out, v)
		}
	}
	return out
}

// maxDistinct bounds the owners of one certificate that are told.
const maxDistinct = 20

// certificateIndex collects certificates by thumbprint. The zero value is
// empty.
type certificateIndex struct {
	bySHA1 map[string]*CertificateSighted
}

// add notes a certificate at a place. What is known of it is joined with what
// other places say.
func (x *certificateIndex) add(c CertificateSighted, at CertificatePlace) {
	if x.bySHA1 == nil {
		x.bySHA1 = map[string]*CertificateSighted{}
	}
	known := x.bySHA1[c.SHA1]
	if known == nil {
		known = &c
		x.bySHA1[c.SHA1] = known
	}
	if known.SHA256 == "" {
		places := known.Places
		*known = c
		known.Places = places
	}
	known.Places = append(known.Places, at)
}

// list returns what was found, the certificate that ends first in front.
func (x *certificateIndex) list() []CertificateSighted {
	out := make([]CertificateSighted, 0, len(x.bySHA1))
	for _, c := range x.bySHA1 {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b CertificateSighted) int {
		if a.NotAfter.IsZero() != b.NotAfter.IsZero() {
			return cmp.Compare(b.NotAfter.Unix(), a.NotAfter.Unix()) // unknown ends are last
		}
		return cmp.Or(a.NotAfter.Compare(b.NotAfter), strings.Compare(a.SHA1, b.SHA1))
	})
	return out
}

// list keeps a certificate for the list of all that were found.
func (l *linter) list(at subject, p *placed) {
	l.certificates.add(CertificateSighted{
		Subject: p.Subject, SHA1: p.SHA1(), SHA256: p.SHA256(), Key: p.KeyAlgorithm, Bits: p.KeyBits, NotBefore: p.NotBefore, NotAfter: p.NotAfter,
	}, CertificatePlace{Input: at.input, Location: p.location, App: at.app, Owner: p.holder, Use: string(p.use)})
}
