package validate

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// takesTiles reports whether the app is documented to take sign-ins that start
// at the identity provider.
func (e *Expectations) takesTiles() bool {
	return e.Profile != nil && slices.ContainsFunc(e.Profile.App.Initiation, func(s profile.StartsAt) bool {
		return s.At == profile.FromIdP && !s.Unverified
	})
}

// nameIDs yields the NameID of every assertion that can be read and has one.
func (x *exam) nameIDs() func(func(*saml.NameID) bool) {
	return func(yield func(*saml.NameID) bool) {
		for _, a := range x.assertions() {
			switch {
			case a.Subject == nil || a.Subject.NameID == nil && a.Subject.EncryptedID == nil:
				x.skip("the assertion has no NameID")
			case a.Subject.NameID == nil:
				x.skip("the NameID is encrypted")
			case !yield(a.Subject.NameID):
				return
			}
		}
	}
}

// formatName is the last part of the URI of a NameID format, "unspecified"
// where there is none (Core 2.2.2).
func formatName(format string) string {
	if format == "" {
		return "unspecified"
	}
	return format[strings.LastIndexByte(format, ':')+1:]
}

func runNameIDFormat(x *exam) {
	expected, source, severity := values(x.expect.NameIDFormats), "the app expects %s", finding.Error
	if len(expected) == 0 {
		if f := x.requestedFormat(); f != "" {
			expected, source = []string{f}, "the app asked for %s"
		} else {
			expected, source, severity = values(x.expect.ProfileNameIDFormats), "the app usually takes %s", finding.Warning
			if x.expect.UnverifiedFormats {
				severity = finding.Info
			}
		}
	}
	if len(expected) == 0 {
		x.assertions()
		x.skip("no NameID format is expected: give --name-id-format, --sp-metadata, --profile or a capture that holds the AuthnRequest")
		return
	}
	for id := range x.nameIDs() {
		if accepts(expected, id.Format.Value) {
			continue
		}
		f := fact{
			field: id.Format, element: id.Element, severity: severity, expected: expected, actual: id.Format.Value,
			detail: fmt.Sprintf("the NameID has the format %s, but "+source, finding.Quote(id.Format.Value), quoteAll(expected)),
		}
		if !id.Format.Present() {
			f.detail = fmt.Sprintf("the NameID has no format, but "+source, quoteAll(expected))
		}
		x.fail(f)
	}
}

// requestedFormat is the format that the captured request asks for, "" where
// any will do.
func (x *exam) requestedFormat() string {
	if x.msg.request == nil {
		return ""
	}
	switch f := x.msg.request.saml.Request.NameIDFormat.Value; formatName(f) {
	case "unspecified", "encrypted":
		return ""
	default:
		return f
	}
}

// accepts reports whether one of the expected formats, URIs or short names, is
// the actual one. Who takes an unspecified format takes all.
func accepts(expected []string, actual string) bool {
	for _, e := range expected {
		switch {
		case formatName(e) == "unspecified", e == actual:
			return true
		case !strings.Contains(e, ":") && strings.EqualFold(e, formatName(actual)):
			return true
		}
	}
	return false
}

// nameIDShape says what a NameID of one format looks like (Core 8.3).
type nameIDShape struct {
	format string
	fits   func(string) bool
	wants  string
}

var nameIDShapes = []nameIDShape{
	{"emailAddress", func(v string) bool {
		at := strings.LastIndexByte(v, '@')
		return at > 0 && at < len(v)-1
	}, "an e-mail address"},
	{"emailAddress", func(v string) bool { return guestHome(v) == "" }, "an e-mail address: this is the UPN that Entra made up for a guest, at which nobody gets mail"},
	{"X509SubjectName", func(v string) bool { return strings.Contains(v, "=") }, "a distinguished name such as CN=Ada,O=Contoso"},
	{"WindowsDomainQualifiedName", func(v string) bool {
		return !strings.HasPrefix(v, `\`) && !strings.HasSuffix(v, `\`) && !strings.Contains(v, "@")
	}, `a name such as CONTOSO\ada`},
	{"kerberos", func(v string) bool { return strings.Contains(v, "@") }, "a Kerberos name such as ada@CONTOSO.COM"},
	{"persistent", func(v string) bool { return utf8.RuneCountInString(v) <= 256 }, "at most 256 characters"},
	{"transient", func(v string) bool { return utf8.RuneCountInString(v) <= 256 }, "at most 256 characters"},
}

func runNameIDContent(x *exam) {
	for id := range x.nameIDs() {
		value := strings.TrimSpace(id.Value)
		if value == "" {
			continue // nameid-empty tells
		}
		for _, s := range nameIDShapes {
			if s.format == formatName(id.Format.Value) && !s.fits(value) {
				f := fact{field: id.Field, actual: id.Value}
				if guestHome(value) != "" {
					f.severity = x.unlessWelcomed() // an app that creates accounts takes any name
				}
				f.detail = fmt.Sprintf("the NameID %s has the format %s, which wants %s", finding.Quote(finding.Shorten(id.Value, 80)), s.format, s.wants)
				x.fail(f)
			}
		}
		if p := x.expect.NameIDPattern; p != nil && !p.Regexp.MatchString(id.Value) {
			x.fail(fact{field: id.Field, severity: p.severity(), expected: []string{p.Shown}, forms: true, actual: id.Value,
				detail: fmt.Sprintf("the NameID is %s, but the app knows users by %s", finding.Quote(id.Value), finding.Quote(p.Shown))})
		}
	}
}

func runNameIDQualifier(x *exam) {
	for id := range x.nameIDs() {
		x.judgeSPQualifier(id)
		format := formatName(id.Format.Value)
		issuer := x.msg.issuer().Value
		if q := id.NameQualifier; q.Value != "" && q.Value != issuer && !among(x.expect.Issuers, q.Value) && (format == "persistent" || format == "transient") {
			x.fail(fact{
				field: q, severity: finding.Warning, expected: []string{issuer}, actual: q.Value,
				detail: fmt.Sprintf("NameQualifier of the NameID is %s, but the identity provider is %s", finding.Quote(q.Value), finding.Quote(issuer)),
				fixes:  nameIDFixes("remove NameQualifier, or set it to {expected}"),
			})
		}
	}
}

func (x *exam) judgeSPQualifier(id *saml.NameID) {
	q, known := id.SPNameQualifier, x.expect.EntityIDs
	switch {
	case q.Value == "" || among(known, q.Value):
	case x.msg.request != nil && q.Value == x.msg.request.saml.Request.SPNameQualifier.Value:
		// What the app asked for, the name of an affiliation.
	case len(known) == 0:
		x.skip(noEntityID)
	default:
		x.fail(fact{
			field: q, expected: values(known), actual: q.Value,
			detail: fmt.Sprintf("SPNameQualifier of the NameID is %s, but the app calls itself %s", finding.Quote(q.Value), quoteAll(values(known))),
		})
	}
}
