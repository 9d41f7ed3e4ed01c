package validate

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var fixturesA = slices.Concat(fixturesInput, fixturesXML, fixturesMessage, fixturesStatus, fixturesSignature, fixturesCertificate, fixturesEncryption, fixturesRequest, fixturesLogout)

// replace returns an edit that replaces the first old.
func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

// postOnly makes the input the form that the browser posts.
func postOnly(s *scene) {
	s.carry = func(_, response string) string { return samltest.PostForm(response, "") }
}

var fixturesInput = []fixture{
	{check: "input-masked", name: "SAML-tracer", base: nil,
		fire: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				es[1].Page = "<html></html>"
				es[2].Body = "SAMLResponse=%7Bhash:0123456789abcdef0123456789abcdef%7D&RelayState=%2Fportal%2Ftickets"
				return es
			}
		}, want: want{detail: "SAML-tracer"}},
	{check: "input-truncated", name: "Base64 cut", base: postOnly,
		fire: func(s *scene) {
			s.carry = func(_, response string) string {
				form := samltest.PostForm(response, "")
				return form[:len(form)/2]
			}
		}},
	{check: "input-truncated", name: "XML cut", base: (*scene).only,
		fire: func(s *scene) {
			s.carry = func(_, response string) string { return response[:len(response)-60] }
		}},
	{check: "input-repaired", name: "blanks for plus", base: postOnly,
		fire: func(s *scene) {
			s.carry = func(_, response string) string {
				return "SAMLResponse=" + strings.ReplaceAll(samltest.Base64(response), "+", " ")
			}
		}, want: want{detail: "blanks"}},
	{check: "input-double-encoded", name: "form encoded twice", base: postOnly,
		fire: func(s *scene) {
			s.carry = func(_, response string) string {
				return strings.ReplaceAll(samltest.PostForm(response, ""), "%", "%25")
			}
		}},
	{check: "input-wrong-compression", name: "deflated form",
		fire: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				es[1].Page = "<html></html>"
				xml := s.response.XML()
				es[2].Body = "SAMLResponse=" + strings.ReplaceAll(samltest.Deflate(xml), "+", "%2B")
				return es
			}
		}},
	{check: "input-parameter-duplicated", name: "two SAMLResponse",
		fire: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				es[2].Body += "&" + es[2].Body
				return es
			}
		}},
	{check: "input-reformatted", name: "pretty-printed",
		fire: func(s *scene) {
			s.tamper = func(xml string) string { return strings.ReplaceAll(xml, "><", ">\n  <") }
		}},
	{check: "input-too-large", name: "inflates without end", base: func(s *scene) {
		s.carry = func(request, _ string) string { return samltest.RedirectURL(request) }
	}, fire: func(s *scene) {
		s.request.After = []string{"<!--" + strings.Repeat(" ", 11<<20) + "-->"}
	}},
	{check: "input-unread", name: "a page in Brotli", base: func(s *scene) {
		s.carry = func(request, response string) string { return samltest.RawHTTP(samltest.SignIn(request, response)...) }
	}, fire: func(s *scene) {
		s.carry = func(request, response string) string {
			es := samltest.SignIn(request, response)
			es[1].ResponseHeaders = append(es[1].ResponseHeaders, samltest.Header{Name: "Content-Encoding", Value: "br"})
			es[1].Page = "\x1b\x0f\x00\xf8\xff\x01\x02\x03"
			return samltest.RawHTTP(es...)
		}
	}},
	{check: "response-by-redirect", name: "response in a URL", base: nil,
		fire: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				es[1].Page = "<html></html>"
				es[2] = samltest.Get(es[2].Time, samltest.RedirectURL(s.response.XML()), "")
				return es
			}
		}},
	{check: "relay-state-too-long", name: "200 bytes", base: func(s *scene) {
		s.carry = func(_, response string) string { return samltest.PostForm(response, "/portal") }
	}, fire: func(s *scene) {
		s.carry = func(_, response string) string {
			return samltest.PostForm(response, "/portal"+strings.Repeat("x", 200))
		}
	}},
}

var fixturesXML = []fixture{
	{check: "xml-malformed", name: "mismatched tag", fire: func(s *scene) {
		s.tamper = replace("</Subject>", "</Subjekt>")
	}},
	{check: "xml-malformed", name: "not a message at all", base: nil, fire: func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			es[1].Page = "<html></html>"
			es[2].Body = "SAMLResponse=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xfe, 0x01, 0x80}, 40))
			return es
		}
	}},
	{check: "xml-doctype", name: "external subset", fire: func(s *scene) {
		s.tamper = func(xml string) string { return `<!DOCTYPE Response SYSTEM "http://evil.example/x.dtd">` + xml }
	}},
	{check: "xml-duplicate-id", name: "signed", fire: func(s *scene) { s.response.ID = s.assertion().ID },
		want: want{actual: samltest.SessionID}},
	{check: "xml-duplicate-id", name: "unsigned", base: func(s *scene) { s.part = 0 },
		fire: func(s *scene) { s.response.ID = s.assertion().ID }, want: want{actual: samltest.SessionID}},
	{check: "xml-invalid-id", name: "starts with a digit", fire: func(s *scene) { s.response.ID = "1a2b3c" },
		want: want{actual: "1a2b3c", detail: "Response"}},
	{check: "xml-invalid-id", name: "missing", base: func(s *scene) { s.part = 0 },
		fire: func(s *scene) { s.assertion().ID = "" }, want: want{detail: "assertion has no ID"}},
	{check: "xml-comment-in-value", name: "comment in NameID", fire: func(s *scene) {
		s.tamper = replace(">ada@contoso.com</NameID>", ">ada@contoso.com<!---->.evil.example</NameID>")
	}, want: want{actual: "ada@contoso.com.evil.example", detail: `"ada@contoso.com"`}},
	{check: "xml-schema-order", name: "status after assertion", fire: func(s *scene) {
		s.response.After = []string{`<samlp:Extensions/>`}
	}},
	{check: "xml-namespace-wrong", name: "typing error", fire: func(s *scene) {
		s.response.Edit(func(xml string) string {
			return strings.ReplaceAll(strings.ReplaceAll(xml, "<samlp:Status>", `<x:Status xmlns:x="urn:oasis:names:tc:SAML:2.0:protokol">`), "</samlp:Status>", "</x:Status>")
		})
	}, want: want{expected: []string{"urn:oasis:names:tc:SAML:2.0:protocol"}, actual: "urn:oasis:names:tc:SAML:2.0:protokol"}},
}

var fixturesMessage = []fixture{
	{check: "message-version", name: "1.1 in SAML 2.0", fire: func(s *scene) { s.response.Version = "1.1" },
		want: want{expected: []string{"2.0"}, actual: "1.1"}},
	{check: "message-version", name: "assertion without", fire: func(s *scene) { s.assertion().Version = "" },
		want: want{detail: "assertion has no version"}},
	{check: "message-type-unexpected", name: "request as SAMLResponse", fire: func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			es[1].Page = "<html></html>"
			other := samltest.NewAuthnRequest()
			other.ID = "id-other"
			es[2].Body = strings.Replace(samltest.PostForm(other.XML(), ""), "SAMLRequest", "SAMLResponse", 1)
			return es
		}
	}, want: want{actual: "AuthnRequest"}},
	{check: "message-type-unexpected", name: "bare assertion as SAMLResponse", fire: func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			es[1].Page = "<html></html>"
			es[2].Body = samltest.PostForm(s.assertion().XML(), "")
			return es
		}
	}, want: want{actual: "Assertion"}},
	{check: "issue-instant-invalid", name: "local time", fire: func(s *scene) { s.response.IssueInstant = "2026-11-21T11:00:00+01:00" },
		want: want{actual: "2026-11-21T11:00:00+01:00"}},
	{check: "issue-instant-invalid", name: "missing", fire: func(s *scene) { s.assertion().IssueInstant = "" },
		want: want{detail: "assertion has no IssueInstant"}},
	{check: "assertion-count", name: "none", fire: func(s *scene) { s.response.Assertions = nil },
		want: want{expected: []string{"1"}, actual: "0"}},
	{check: "assertion-count", name: "two", fire: func(s *scene) {
		second := samltest.NewAssertion()
		second.ID = "_second"
		s.response.Assertions = append(s.response.Assertions, second)
	}, want: want{severity: finding.Warning, actual: "2"}},
	{check: "assertion-count", name: "failure with assertion", fire: func(s *scene) {
		s.response.StatusCodes = []string{"urn:oasis:names:tc:SAML:2.0:status:Responder"}
	}, want: want{expected: []string{"0"}, actual: "1"}},
	{check: "issuer-missing", name: "assertion", fire: func(s *scene) { s.assertion().Issuer = "" },
		want: want{detail: "assertion has no Issuer"}},
	{check: "issuer-missing", name: "empty", fire: func(s *scene) { s.response.Issuer = samltest.Empty },
		want: want{detail: "Issuer of the Response is empty"}},
	{check: "issuer-missing", name: "signed response", base: func(s *scene) { s.part = samltest.SignResponse },
		fire: func(s *scene) { s.response.Issuer = "" }, want: want{detail: "Response has no Issuer"}},
	{check: "issuer-missing", name: "request", fire: func(s *scene) { s.request.Issuer = "" },
		want: want{detail: "AuthnRequest has no Issuer"}},
	{check: "whitespace-in-value", name: "audience", fire: func(s *scene) { s.assertion().Audiences[0] += " " },
		want: want{expected: []string{samltest.EntityID}, actual: samltest.EntityID + " ", difference: "white space"}},
	{check: "whitespace-in-value", name: "zero width in destination", fire: func(s *scene) { s.response.Destination += "\u200b" },
		want: want{expected: []string{samltest.ACS}, detail: `\u200b`}},
	{check: "whitespace-in-value", name: "NameID", fire: func(s *scene) { s.assertion().NameID.Value = "\n" + samltest.User },
		want: want{difference: "white space"}},
}

var fixturesStatus = []fixture{
	{check: "status-not-success", name: "no authentication context", fire: func(s *scene) {
		s.response = samltest.NewErrorResponse("AADSTS75011: the method does not match", "urn:oasis:names:tc:SAML:2.0:status:Responder", "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext")
	}, want: want{actual: "urn:oasis:names:tc:SAML:2.0:status:Responder", detail: "Responder / NoAuthnContext"}},
	{check: "status-not-success", name: "unknown status", fire: func(s *scene) {
		s.response.StatusCodes = []string{"urn:x:broken"}
	}, want: want{actual: "urn:x:broken", detail: "no status that SAML defines"}},
	{check: "status-missing", name: "no Status", fire: func(s *scene) { s.response.StatusCodes = nil }},
	{check: "status-missing", name: "no value", fire: func(s *scene) { s.response.StatusCodes = []string{samltest.Empty} },
		want: want{detail: "no value"}},
}
