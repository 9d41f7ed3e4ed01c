package validate

import "github.com/ssodoctor/ssodoctor/pkg/keys"

// AddCertificates adds the certificates of a file as what the app trusts, and
// what was wrong with that file: a private key in it, text that is no
// certificate. Certificates that were given decide trust alone.
func (e *Expectations) AddCertificates(b *keys.Bundle, source string) {
	problems := b.Problems
	for _, c := range b.Certificates {
		e.Certificates = append(e.Certificates, TrustedCertificate{c, source})
		problems = append(problems, c.Problems...)
	}
	for _, p := range problems {
		e.CertificateProblems = append(e.CertificateProblems, CertificateProblem{Problem: p, Source: source})
	}
}
