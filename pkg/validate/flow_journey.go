package validate

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// maxHops bounds how many redirects are followed behind a delivery.
const maxHops = 10

// answers are the exchange that delivered the message, the last time where there
// were several, and those that its redirects led to; nil where the capture does
// not show the delivery.
func (m *message) answers() []*trace.Exchange {
	if !m.delivered() {
		return nil
	}
	at := m.exchange(m.carrier.Exchange)
	if again := m.deliveries(); len(again) > 0 {
		at = m.exchange(again[len(again)-1].Exchange)
	}
	return redirects(m.capture, at)
}

// redirects are an exchange and those that its redirects led to.
func redirects(c *trace.Capture, at *trace.Exchange) (out []*trace.Exchange) {
	for at != nil && len(out) < maxHops {
		out = append(out, at)
		at = next(c, at)
	}
	return out
}

// next is the exchange that a redirect led to; nil where there is no redirect,
// or the capture does not show where it led.
func next(c *trace.Capture, e *trace.Exchange) *trace.Exchange {
	if e.RedirectURL == "" {
		return nil
	}
	target := withoutFragment(e.RedirectURL)
	from, _ := slices.BinarySearchFunc(c.Exchanges, e.Index+1, func(e trace.Exchange, index int) int { return e.Index - index })
	for i := from; i < len(c.Exchanges) && i < from+50; i++ {
		if withoutFragment(c.Exchanges[i].URL) == target {
			return &c.Exchanges[i]
		}
	}
	return nil
}

func withoutFragment(address string) string {
	address, _, _ = strings.Cut(address, "#")
	return address
}

// rejection says how the app refused a token.
type rejection struct {
	exchange *trace.Exchange
	how      string
	again    bool // it sent the browser back to the identity provider
}

// rejected reports how the app refused the token, nil where it did not as far
// as the capture shows. What the app writes on a page of its own counts only
// where status, address or title say the same, or where it is the very answer
// to the token and speaks of signing in.
func (x *exam) rejected(m *message) *rejection { return x.refusal(m.answers()) }

// refusal reports how the app refused in the answer to a delivery.
func (x *exam) refusal(chain []*trace.Exchange) *rejection {
	for i, e := range chain {
		last := i == len(chain)-1
		switch {
		case e.Status >= 400 && e.Status != 401, e.Status == 401 && last:
			return &rejection{exchange: e, how: fmt.Sprintf("answered with %d", e.Status) + page(e)}
		case x.restarts(e):
			return &rejection{exchange: e, how: "sent the browser back to the identity provider for another sign-in", again: true}
		case (i > 0 || e.RedirectURL == "") && errorAddress.MatchString(pathAndQuery(e.URL)) && !errorAddress.MatchString(pathAndQuery(chain[0].URL)):
			return &rejection{exchange: e, how: "led to " + finding.Quote(finding.Shorten(e.URL, 200)) + page(e)}
		case e.Status != 200 || e.RedirectURL != "":
		case i == 0 && e.ErrorText != "" && (e.ErrorText == e.Title || signInWords.MatchString(e.ErrorText)),
			e.ErrorText != "" && errorTitle.MatchString(e.Title):
			return &rejection{exchange: e, how: "answered with a page" + page(e)}
		case i > 0 && last && loginAddress.MatchString(pathOf(e.URL)):
			return &rejection{exchange: e, how: "led back to its sign-in page " + finding.Quote(finding.Shorten(e.URL, 200)) + page(e)}
		}
	}
	if n := len(chain); n > 0 && chain[n-1].RedirectURL != "" && errorAddress.MatchString(pathAndQuery(chain[n-1].RedirectURL)) {
		return &rejection{exchange: chain[n-1], how: "redirected to " + finding.Quote(finding.Shorten(chain[n-1].RedirectURL, 200))}
	}
	return nil
}

var (
	errorAddress = lazyregexp.New(`(?i)(?:^|[/?&=._-])(?:errors?|failed|failure|fail|denied|unauthori[sz]ed|forbidden|invalid|(?:login|sso|saml|auth)[_-]?(?:error|failed|failure)|access[_-]?denied)(?:[/?&=._-]|$)`)
	loginAddress = lazyregexp.New(`(?i)/(?:login|log-in|logon|signin|sign-in|sign_in)(?:\.[a-z]{2,5})?/?$`)
	signInWords  = lazyregexp.New(`(?i)saml|\bsso\b|single sign|assertion|log(?:ged)?[ -]?[io]n|sign(?:ed)?[ -]?in|authenticat|authori[sz]|account|\buser\b|access|permission|certificate|signature|audience|issuer|token`)
	errorTitle   = lazyregexp.New(`(?i)\b(?:error|failed|failure|denied|forbidden|unauthori[sz]ed|not found|exception|oops|went wrong|invalid)\b`)
)

// page says what a page says, as far as that is known.
func page(e *trace.Exchange) string {
	out := ""
	if e.Title != "" {
		out += " titled " + finding.Quote(finding.Shorten(e.Title, 120))
	}
	if e.ErrorText != "" && e.ErrorText != e.Title {
		out += " that says " + finding.Quote(finding.Shorten(e.ErrorText, 200))
	}
	return out
}

// restarts reports whether an exchange behind a delivery sends the browser away
// with another request.
func (x *exam) restarts(e *trace.Exchange) bool {
	for _, r := range x.all {
		if r.capture != x.capture || r.saml == nil || r.saml.Request == nil {
			continue
		}
		for _, s := range r.carrier.Sightings {
			if s.Exchange == e.Index && !s.Place.Delivered() {
				return true
			}
		}
	}
	return passiveRequest(e.RedirectURL)
}

// passiveRequest tells a request of WS-Federation (1.2, section 13.2.1).
func passiveRequest(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Query().Get("wa") == "wsignin1.0" && u.Query().Get("wtrealm") != ""
}

// welcomed reports whether the capture shows that the app took the token.
func (x *exam) welcomed(m *message) bool {
	chain := m.answers()
	return m.brings() && len(chain) > 0 && chain[0].Status != 0 && x.rejected(m) == nil
}

// unlessWelcomed is the severity of what some apps refuse: no more than a word
// where this one took the token.
func (x *exam) unlessWelcomed() finding.Severity {
	if x.welcomed(x.msg) {
		return finding.Info
	}
	return 0
}

// sentFrom is the exchange of the app that sent the browser away with the
// request, nil where the capture does not show it.
func (m *message) sentFrom() *trace.Exchange {
	for _, s := range m.carrier.Sightings {
		if !s.Place.Delivered() && s.Exchange >= 0 {
			return m.exchange(s.Exchange)
		}
	}
	return nil
}

// parameter is the value of a sign-in parameter of an exchange.
func parameter(e *trace.Exchange, name string) (string, bool) {
	if e != nil {
		for _, p := range e.Parameters {
			if p.Name == name {
				return p.Value, true
			}
		}
	}
	return "", false
}

// passiveBefore is the last request of WS-Federation before an exchange, nil
// without one.
func passiveBefore(c *trace.Capture, before int) *trace.Exchange {
	for i := len(c.Exchanges) - 1; i >= 0; i-- {
		e := &c.Exchanges[i]
		if wa, _ := parameter(e, "wa"); e.Index < before && wa == "wsignin1.0" {
			if _, ok := parameter(e, "wtrealm"); ok {
				return e
			}
		}
	}
	return nil
}

// tokens are the messages of the capture that bring tokens and were delivered,
// in order.
func (x *exam) tokens() []*message {
	var out []*message
	for _, m := range x.all {
		if m.capture == x.capture && m.brings() && m.delivered() {
			out = append(out, m)
		}
	}
	return out
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}

func pathAndQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path + "?" + u.RawQuery
}

// bare is a host without "www.".
func bare(host string) string { return strings.TrimPrefix(host, "www.") }

// sameBut reports whether two URLs differ only by scheme, "www.", letter case
// or slashes at the end, so that one is the other in another spelling.
func sameBut(a, b string) bool {
	u, err := url.Parse(a)
	v, other := url.Parse(b)
	if err != nil || other != nil || a == b {
		return false
	}
	return bare(strings.ToLower(u.Hostname())) == bare(strings.ToLower(v.Hostname())) &&
		strings.EqualFold(strings.TrimRight(u.Path, "/"), strings.TrimRight(v.Path, "/"))
}

// losesPost reports whether an exchange redirects a form away, so that the
// browser follows without it: to the same address in another spelling, or to
// the same path of another host that then refuses the empty request.
func losesPost(c *trace.Capture, e *trace.Exchange) bool {
	if e.Method != "POST" || e.Status < 301 || e.Status > 303 || e.RedirectURL == "" {
		return false
	}
	followed := next(c, e)
	moved := followed != nil && followed.Method == "GET" && followed.Status >= 400 && pathOf(e.URL) == pathOf(e.RedirectURL)
	return sameBut(e.URL, e.RedirectURL) || moved && hostOf(e.URL) != hostOf(e.RedirectURL)
}

// local tells addresses of the user's own computer.
func local(address string) bool {
	u, err := url.Parse(address)
	return err == nil && loopback(u.Hostname())
}

// between is how long it took from one exchange to another, 0 where the capture
// has no times.
func between(a, b *trace.Exchange) time.Duration {
	if a == nil || b == nil || a.Time.IsZero() || b.Time.IsZero() {
		return 0
	}
	return b.Time.Sub(a.Time)
}
