package validate

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var entraReplyURLChecks = []*Check{
	{
		Name: "entra-reply-url-missing", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The application has no Reply URL",
		Why:       "Entra has no address to send the response to, and answers AADSTS50011 or AADSTS500113.",
		Cause:     "The Basic SAML Configuration was not filled in, or the address was entered for another platform.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "enter the ACS URL that the app shows"}},
		Reference: "Microsoft Graph: application.web.redirectUris",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintReplyURLMissing},
	},
	{
		Name: "entra-reply-url-wildcard", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "A Reply URL has a wildcard",
		Why:       "Responses can be sent to any address that fits, one of an attacker among them.",
		Cause:     "The manifest was edited to cover several environments with one entry.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "replace the wildcard by the addresses of the app, one by one"}},
		Reference: "Microsoft Learn: Redirect URI (reply URL) restrictions and limitations",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintWildcard},
	},
	{
		Name: "entra-reply-url-insecure", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "A Reply URL is not secured by TLS",
		Why:       "The response, with the user's identity, crosses the network in clear; Entra accepts http for localhost only.",
		Cause:     "The app was set up before it had a certificate, or behind a proxy that ends TLS.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "enter the address with https"}, {System: finding.App, Place: appReplyURL, Action: "serve the ACS with https"}},
		Reference: "Microsoft Learn: Redirect URI (reply URL) restrictions and limitations",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintReplyURLInsecure},
	},
	{
		Name: "entra-reply-url-localhost", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "A Reply URL is of the user's own computer",
		Why:       "A response that goes there is taken by whatever program listens on the user's computer; nobody else can use it.",
		Cause:     "It is left from development.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "remove {actual}; use another application for development"}},
		Reference: "Microsoft Learn: Redirect URI (reply URL) restrictions and limitations",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintLocalhost},
	},
	{
		Name: "entra-reply-url-invalid", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "A Reply URL is none that Entra accepts",
		Why:       "The value is refused when it is saved, or never equals the address of a request.",
		Cause:     "The address was pasted with a blank, a fragment or without its scheme.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "enter the ACS URL exactly as the app shows it"}},
		Reference: "Microsoft Learn: Redirect URI (reply URL) restrictions and limitations",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintReplyURLInvalid},
	},
	{
		Name: "entra-reply-url-duplicate", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "Two Reply URLs are the same, or nearly so",
		Why:       "Entra compares Reply URLs character by character: one of the two is most likely the failed attempt, and hides which one the app uses.",
		Cause:     "A second spelling was added while a mismatch was looked for.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "keep the one that the app sends, remove the other"}},
		Reference: "Microsoft Learn: Redirect URI (reply URL) restrictions and limitations",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintReplyURLDuplicate},
	},
	{
		Name: "entra-reply-url-limit", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The application has more Reply URLs than Entra allows",
		Why:       "Entra refuses the change, so that what is in the file is not what runs.",
		Cause:     "A Reply URL is added for every customer or environment and none is removed.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "remove those that are not in use, or split the application"}},
		Reference: "Microsoft Learn: Redirect URI (reply URL) restrictions and limitations",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintReplyURLLimit},
	},
	{
		Name: "entra-reply-url-drift", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The enterprise application has a Reply URL that its registration has not",
		Why:       "Entra copies the Reply URLs from the registration: one that stands only in the enterprise application disappears with the next change.",
		Cause:     "A script wrote replyUrls of the service principal instead of redirectUris of the application.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "add {actual} to the registration, or remove it"}},
		Reference: "Microsoft Graph: servicePrincipal.replyUrls",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintReplyURLDrift},
	},
	{
		Name: "entra-reply-url-index", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The index of a Reply URL is of no use",
		Why:       "A request that asks for a Reply URL by index gets another one, or an error.",
		Cause:     "A Reply URL was removed or renamed, and its index was left.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraReplyURL, Action: "give every Reply URL one index, each a different one"}},
		Reference: "Microsoft Graph: application.web.redirectUriSettings",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintReplyURLIndex},
	},
}

// replyURLs are the Reply URLs of a SAML application, where they are known.
func (e *enterprise) replyURLs(x *inspection) []entra.Text {
	if !e.saml(x) || !exportedList(x, e.ReplyURLs(), "web.redirectUris") {
		return nil
	}
	return e.ReplyURLs().Items
}

func lintReplyURLMissing(x *inspection, e *enterprise) {
	l := e.ReplyURLs()
	if urls := e.replyURLs(x); len(urls) > 0 || !l.Known || x.silent {
		return
	}
	if l.Partial {
		x.skip("the Reply URLs are not spelled out in the file")
		return
	}
	x.failAt(l.At, fact{detail: e.title() + " has no Reply URL"})
}

func lintWildcard(x *inspection, e *enterprise) {
	for _, u := range e.replyURLs(x) {
		if strings.Contains(u.V, "*") {
			x.failAt(u.At, fact{actual: u.V, detail: fmt.Sprintf("the Reply URL %s has a wildcard", finding.Quote(u.V))})
		}
	}
}

// isLocal reports whether an address is of the computer that it is used on.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasPrefix(host, "127.") || host == "::1"
}

func lintReplyURLInsecure(x *inspection, e *enterprise) {
	for _, u := range e.replyURLs(x) {
		if strings.HasPrefix(strings.ToLower(u.V), "http://") && !isLocal(u.V) {
			x.failAt(u.At, fact{actual: u.V, expected: []string{"https" + u.V[4:]}, detail: fmt.Sprintf("the Reply URL %s begins with http, expected https", finding.Quote(u.V))})
		}
	}
}

func lintLocalhost(x *inspection, e *enterprise) {
	for _, u := range e.replyURLs(x) {
		if isLocal(u.V) {
			x.failAt(u.At, fact{actual: u.V, detail: fmt.Sprintf("the Reply URL %s is of the user's own computer", finding.Quote(u.V))})
		}
	}
}

func lintReplyURLInvalid(x *inspection, e *enterprise) {
	for _, u := range e.replyURLs(x) {
		for _, o := range entra.ReplyURL(u.V) {
			if o.Severity == finding.Error { // what is only unwise has its own checks
				x.failAt(u.At, fact{actual: u.V, detail: finding.Quote(u.V) + ": " + o.Text})
			}
		}
	}
}

func lintReplyURLDuplicate(x *inspection, e *enterprise) {
	first := map[string]entra.Text{}
	for _, u := range e.replyURLs(x) {
		key := strings.ToLower(strings.TrimSuffix(strings.TrimSpace(u.V), "/"))
		before, seen := first[key]
		switch {
		case !seen:
			first[key] = u
		case before.V == u.V:
			x.failAt(u.At, fact{actual: u.V, detail: fmt.Sprintf("the Reply URL %s stands twice", finding.Quote(u.V))})
		default:
			x.failAt(u.At, fact{actual: u.V, expected: []string{before.V},
				detail: fmt.Sprintf("the Reply URL %s differs from %s by %s only", finding.Quote(u.V), finding.Quote(before.V), finding.Compare(before.V, u.V))})
		}
	}
}

func lintReplyURLLimit(x *inspection, e *enterprise) {
	if urls := e.replyURLs(x); len(urls) > entra.MaxReplyURLs {
		at := urls[entra.MaxReplyURLs].At
		x.failAt(at, fact{detail: fmt.Sprintf("%s has %d Reply URLs, expected at most %d", e.title(), len(urls), entra.MaxReplyURLs)})
	}
}

func lintReplyURLDrift(x *inspection, e *enterprise) {
	a := e.registration(x)
	switch {
	case a == nil:
		return
	case e.Principal == nil:
		x.skip(noPrincipal)
		return
	case !exportedList(x, a.ReplyURLs, "web.redirectUris") || !exportedList(x, e.Principal.ReplyURLs, "replyUrls") || a.ReplyURLs.Partial:
		return
	}
	registered := map[string]bool{}
	for _, l := range []entra.List{a.ReplyURLs, a.OtherReplyURLs} {
		for _, u := range l.Items {
			registered[u.V] = true
		}
	}
	expected := fewer(a.ReplyURLs.Strings())
	for _, u := range e.Principal.ReplyURLs.Items {
		if !registered[u.V] {
			x.failAt(u.At, fact{actual: u.V, expected: expected,
				detail: fmt.Sprintf("the Reply URL %s of the enterprise application is not among those of the registration", finding.Quote(u.V))})
		}
	}
}

// fewer is the beginning of a list that would be too long to show.
func fewer(list []string) []string { return list[:min(len(list), 20)] }

func lintReplyURLIndex(x *inspection, e *enterprise) {
	a := e.registration(x)
	if a == nil || !exportedList(x, a.ReplyURLs, "web.redirectUris") {
		return
	}
	registered := map[string]bool{}
	for _, u := range a.ReplyURLs.Items {
		registered[u.V] = true
	}
	first, expected := map[int]string{}, fewer(a.ReplyURLs.Strings())
	for _, i := range a.ReplyURLIndexes {
		if !registered[i.URL.V] && !a.ReplyURLs.Partial {
			x.failAt(i.URL.At, fact{actual: i.URL.V, expected: expected, detail: fmt.Sprintf("an index is given to %s, which is no Reply URL of the application", finding.Quote(i.URL.V))})
		}
		if other, taken := first[i.Index.V]; i.Index.Known && taken && other != i.URL.V {
			x.failAt(i.Index.At, fact{detail: fmt.Sprintf("the index %d is given to %s and to %s", i.Index.V, finding.Quote(other), finding.Quote(i.URL.V))})
		} else if i.Index.Known {
			first[i.Index.V] = i.URL.V
		}
	}
}
