package validate

import (
	"net/url"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// placeholderForm is a way in which guides write what the reader has to put in.
type placeholderForm struct {
	is       func(value string) string // the part that is the placeholder, "" where there is none
	severity finding.Severity
	meaning  string
}

var (
	braced    = lazyregexp.New(`\{\{?[A-Za-z][A-Za-z0-9 ._-]*\}?\}|<[A-Za-z][A-Za-z0-9 ._-]*>|\[[A-Za-z][A-Za-z ._-]*\]|%[A-Z][A-Z_]{2,}%`)
	spelt     = lazyregexp.New(`(?i)\b(?:your|change)[-_ ]?(?:own[-_ ]?)?(?:tenant|domain|company|app|instance|org(?:anization)?|host|server|subdomain|customer|account)(?:[-_ ]?(?:id|name))?\b|\b(?:change[-_]?me|todo|tbd|fixme|placeholder|xxxx+)\b`)
	emptyGUID = "00000000-0000-0000-0000-000000000000"
)

// placeholderForms are tried in order; the first that fits counts.
var placeholderForms = []placeholderForm{
	{func(v string) string { return braced.FindString(v) }, finding.Error, "a name in brackets stands for a value of your own"},
	{func(v string) string {
		if strings.Contains(v, emptyGUID) {
			return emptyGUID
		}
		return ""
	}, finding.Error, "the GUID of zeros stands for one of your own"},
	{func(v string) string { return spelt.FindString(v) }, finding.Error, "the word stands for a value of your own"},
	{exampleHost, finding.Warning, "the domain is reserved for documentation and belongs to nobody (RFC 2606)"},
}

// exampleHost finds the domains that RFC 2606 keeps for documentation.
func exampleHost(v string) string {
	u, err := url.Parse(v)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	for _, reserved := range []string{"example.com", "example.net", "example.org", "example"} {
		if host == reserved || strings.HasSuffix(host, "."+reserved) {
			return host
		}
	}
	return ""
}

// placeholder reports a value that was never replaced. What is not certain has
// the severity doubtful.
func (x *inspection) placeholder(h held, doubtful finding.Severity) {
	for _, form := range placeholderForms {
		if part := form.is(h.value); part != "" {
			severity := form.severity
			if severity < finding.Error {
				severity = doubtful
			}
			x.fail(fact{
				input: h.input, location: h.location, severity: severity, actual: h.value,
				detail: finding.Quote(finding.Shorten(h.value, 200)) + " holds " + finding.Quote(finding.Shorten(part, 80)) + ": " + form.meaning,
			})
			return
		}
	}
}

// lintPlaceholders looks at the values that ssodoctor.yaml has of an app.
func lintPlaceholders(x *inspection, a *configured) {
	p, s := &a.IdP, &a.SP
	for _, list := range [][]held{
		heldText(p.Issuer), heldText(p.SSOURL), heldText(p.LogoutURL), heldText(s.EntityID), heldTexts(s.ReplyURLs),
		heldText(s.SignOnURL), heldText(s.LogoutURL), heldText(s.Issuer), heldText(s.SSOURL),
	} {
		for _, h := range list {
			x.placeholder(h, finding.Warning)
		}
	}
	for _, t := range s.ReplyURLs {
		if !t.Given() {
			x.fail(fact{input: t.File, location: t.Location(), severity: finding.Warning, detail: "a Reply URL is empty; fill it in, or remove it"})
		}
	}
	if e := a.enterprise; e != nil {
		for _, h := range slices.Concat(heldList(e.Identifiers()), heldList(e.ReplyURLs()), heldEntra(e.LogoutURL()), loginURL(e)) {
			x.placeholder(h, finding.Warning)
		}
	}
}

// lintEntityPlaceholders looks at the values of metadata.
func lintEntityPlaceholders(x *inspection, e *entity) {
	x.placeholder(e.id, finding.Info)
	for _, role := range []*entityRole{e.idp, e.sp} {
		if role != nil {
			for _, h := range urls(slices.Concat(role.signOn, role.logout)) {
				x.placeholder(h, finding.Info)
			}
		}
	}
}
