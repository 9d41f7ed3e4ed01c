package xmldoc_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// signedResponse makes a response of the size and shape that Entra ID sends:
// one signed assertion with a certificate in its KeyInfo and the given number
// of group claims. The signature is noise.
func signedResponse(groups int) []byte {
	noise := rand.New(rand.NewPCG(1, 2))
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(noise.Uint32())
		}
		return base64.StdEncoding.EncodeToString(b)
	}
	var b strings.Builder
	b.WriteString(`<samlp:Response ID="_8e8dc5f69a98cc4c1ff3427e5ce34606fd672f91e6" Version="2.0" IssueInstant="2026-11-21T10:00:04.123Z" Destination="https://halo.contoso.com/auth/saml" InResponseTo="id6c1c178c166d486687be4aaf5e482730" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/6babcaad-604b-40ac-a9d7-9fd97c0b779f/</Issuer>` +
		`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` +
		`<Assertion ID="_a0c6f4a1-0c56-4d0e-8d5c-b0b1c2d3e4f5" IssueInstant="2026-11-21T10:00:04.119Z" Version="2.0" xmlns="urn:oasis:names:tc:SAML:2.0:assertion">` +
		`<Issuer>https://sts.windows.net/6babcaad-604b-40ac-a9d7-9fd97c0b779f/</Issuer>` +
		`<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>` +
		`<Reference URI="#_a0c6f4a1-0c56-4d0e-8d5c-b0b1c2d3e4f5"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms>` +
		`<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>` + random(32) + `</DigestValue></Reference></SignedInfo>` +
		`<SignatureValue>` + random(256) + `</SignatureValue><KeyInfo><X509Data><X509Certificate>` + random(740) + `</X509Certificate></X509Data></KeyInfo></Signature>` +
		`<Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">ada@contoso.com</NameID><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><SubjectConfirmationData InResponseTo="id6c1c178c166d486687be4aaf5e482730" NotOnOrAfter="2026-11-21T11:00:04.119Z" Recipient="https://halo.contoso.com/auth/saml"/></SubjectConfirmation></Subject>` +
		`<Conditions NotBefore="2026-11-21T09:55:04.119Z" NotOnOrAfter="2026-11-21T11:00:04.119Z"><AudienceRestriction><Audience>https://halo.contoso.com</Audience></AudienceRestriction></Conditions><AttributeStatement>`)
	for _, claim := range []string{"emailaddress", "givenname", "surname"} {
		fmt.Fprintf(&b, `<Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/%s"><AttributeValue>ada &amp; co</AttributeValue></Attribute>`, claim)
	}
	if groups > 0 {
		b.WriteString(`<Attribute Name="http://schemas.microsoft.com/ws/2008/06/identity/claims/groups">`)
		for i := range groups {
			fmt.Fprintf(&b, `<AttributeValue>%08x-604b-40ac-a9d7-9fd97c0b779f</AttributeValue>`, i)
		}
		b.WriteString(`</Attribute>`)
	}
	b.WriteString(`</AttributeStatement><AuthnStatement AuthnInstant="2026-11-21T10:00:02.000Z" SessionIndex="_a0c6f4a1-0c56-4d0e-8d5c-b0b1c2d3e4f5"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion></samlp:Response>`)
	return []byte(b.String())
}

var benchmarkInputs = []struct {
	name string
	make func() []byte
}{
	{"response", func() []byte { return signedResponse(0) }},
	{"1MB", func() []byte { return signedResponse(15_000) }},
	{"crlf", func() []byte {
		return bytes.ReplaceAll(signedResponse(0), []byte("><"), []byte(">\r\n<"))
	}},
}

func BenchmarkParse(b *testing.B) {
	for _, in := range benchmarkInputs {
		src := in.make()
		b.Run(in.name, func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := xmldoc.Parse(src, xmldoc.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(in.name+"/etree", func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if err := etree.NewDocument().ReadFromBytes(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHostile has inputs that cost other readers dearly.
func BenchmarkHostile(b *testing.B) {
	var attrs, bindings strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&attrs, " p%d:a%d=''", i, i)
		fmt.Fprintf(&bindings, " xmlns:p%d='urn:%d'", i, i)
	}
	wide := xmldoc.Limits{Attributes: 30_000, Bytes: 200 << 20}
	for _, c := range []struct {
		name   string
		src    string
		limits xmldoc.Limits
	}{
		{"deep", strings.Repeat("<a>", 1<<20), xmldoc.Limits{}},
		{"100MB", strings.Repeat("<a>", 100<<20/3), xmldoc.Limits{}},
		{"deep allowed", strings.Repeat("<a>", 1<<20) + strings.Repeat("</a>", 1<<20), xmldoc.Limits{Depth: 1 << 21, Elements: 1 << 21}},
		{"attributes", "<a" + bindings.String() + attrs.String() + "/>", wide},
		{"bindings", "<a" + bindings.String() + ">" + strings.Repeat("<p0:b p1:c='' p2:c=''/>", 100_000) + "</a>", wide},
		{"references", "<a>" + strings.Repeat("&amp;", 1<<20) + "</a>", xmldoc.Limits{}},
		{"ampersands", "<a>" + strings.Repeat("&", 1<<20), xmldoc.Limits{}},
		{"instructions", "<a>" + strings.Repeat("x<?p?>", 1<<20), xmldoc.Limits{}},
		{"declarations", "<!DOCTYPE a [" + strings.Repeat("<!ENTITY x ''>", 1<<18) + "]><a>&x;</a>", xmldoc.Limits{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			src := []byte(c.src)
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = xmldoc.Parse(src, c.limits)
			}
		})
	}
}

// BenchmarkPlaces asks a parsed document for every place that it knows.
func BenchmarkPlaces(b *testing.B) {
	src := signedResponse(15_000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := xmldoc.Parse(src, xmldoc.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		for el := range doc.Root().FindElementsSeq("//*") {
			if doc.Path(el) == "" || !doc.Span(el).Known() {
				b.Fatal(el.Tag)
			}
		}
	}
}
