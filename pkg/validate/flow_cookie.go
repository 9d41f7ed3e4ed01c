package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

func runCookieNotSent(x *exam) {
	switch {
	case !x.msg.delivered():
		x.skip(noDelivery)
		return
	case !hasCookies(x.capture):
		x.skip(noCookies)
		return
	}
	if x.rejected(x.msg) == nil && !x.repeated() {
		return // whatever was not sent, the app could do without it
	}
	delivery := x.msg.exchange(x.msg.carrier.Exchange)
	for _, c := range x.cookiesBefore(delivery) {
		if slices.Contains(delivery.SentCookies, c.Name) {
			continue
		}
		if c.Masked {
			x.skip(fmt.Sprintf("the capture tool replaced the attributes of the cookie %s, which was not sent", quote(c.Name)))
			continue
		}
		why, ok := c.withheld(delivery)
		if !ok {
			continue
		}
		x.fail(fact{
			location: finding.Location{Exchange: &delivery.Index}, actual: c.attributes(),
			detail: fmt.Sprintf("the app set the cookie %s in exchange %d, and the browser did not send it with the token: %s", quote(c.Name), c.exchange.Index, why),
		})
		return
	}
}

// hasCookies reports whether the capture has cookie headers at all.
func hasCookies(c *trace.Capture) bool {
	return slices.ContainsFunc(c.Exchanges, func(e trace.Exchange) bool { return len(e.SetCookies)+len(e.SentCookies) > 0 })
}

// repeated reports whether tokens were delivered to the same address again and
// again.
func (x *exam) repeated() bool {
	n := 0
	for _, m := range x.all {
		if m.capture != x.capture || m.saml == nil || !m.token() {
			continue
		}
		for _, s := range m.deliveries() {
			if s.URL == x.msg.carrier.PostedTo {
				n++
			}
		}
		if n >= loopCount {
			return true
		}
	}
	return false
}

// setCookie is a cookie and the exchange that set it.
type setCookie struct {
	trace.Cookie
	exchange *trace.Exchange
}

// cookiesBefore are the cookies that the app set before the token was
// delivered, the last setting of each. Those that it sets once it has a token
// are of the session that this one begins, or of a later one.
func (x *exam) cookiesBefore(delivery *trace.Exchange) []setCookie {
	app := bare(hostOf(delivery.URL))
	tokens := map[int]bool{}
	for _, m := range x.tokens() {
		tokens[m.carrier.Exchange] = true
	}
	var out []setCookie
	for i := range x.capture.Exchanges {
		e := &x.capture.Exchanges[i]
		if e.Index >= delivery.Index || bare(hostOf(e.URL)) != app || tokens[e.Index] {
			continue
		}
		for _, c := range e.SetCookies {
			out = slices.DeleteFunc(out, func(old setCookie) bool { return old.Name == c.Name })
			out = append(out, setCookie{c, e})
		}
	}
	return out
}

// withheld says why the browser did not send a cookie with a POST from another
// site (RFC 6265bis 5.5, 5.6), where its attributes are the reason.
func (c setCookie) withheld(delivery *trace.Exchange) (why string, ok bool) {
	set, to := hostOf(c.exchange.URL), hostOf(delivery.URL)
	switch {
	case c.Domain == "" && set != to:
		return fmt.Sprintf("it belongs to %s alone, and the Reply URL is on %s", set, to), true
	case c.Path != "" && !strings.HasPrefix(pathOf(delivery.URL), strings.TrimSuffix(c.Path, "/")):
		return "", false // not meant for the Reply URL
	case c.SameSite == "Strict", c.SameSite == "Lax":
		return "it has SameSite=" + c.SameSite + ", and the token comes by POST from another site", true
	case c.SameSite == "":
		return "it has no SameSite, which browsers take for Lax, and the token comes by POST from another site", true
	case !c.Secure:
		return "it has SameSite=None without Secure, which browsers refuse", true
	case strings.HasPrefix(delivery.URL, "http://"):
		return "it is Secure, and the Reply URL is not https", true
	}
	return "", false
}

func (c setCookie) attributes() string {
	out := "SameSite=" + c.SameSite
	if c.SameSite == "" {
		out = "no SameSite"
	}
	if c.Secure {
		out += "; Secure"
	}
	return out
}

func runHostChanged(x *exam) {
	if !x.msg.delivered() {
		x.skip(noDelivery)
		return
	}
	start := x.startOf(x.msg)
	if start == nil {
		x.skip("the capture does not show where the sign-in started")
		return
	}
	from, to := hostOf(start.URL), hostOf(x.msg.carrier.PostedTo)
	if from == to || bare(from) != bare(to) || x.rejected(x.msg) == nil && !x.repeated() {
		return
	}
	x.fail(fact{
		location: finding.Location{Exchange: &x.msg.carrier.Exchange}, expected: []string{from}, actual: to,
		detail: fmt.Sprintf("the sign-in started at %s and the token went to %s: cookies of the one are not sent to the other, so the app does not find the session that it started", from, to),
	})
}
