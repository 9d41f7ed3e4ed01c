package validate

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

const (
	noExchanges = "the input is no capture of exchanges"
	noDelivery  = "the capture does not show the message being sent to the app"
	noAnswer    = "the capture does not show what the app answered"
	noCookies   = "the capture has no cookie headers, as the sanitised exports of browsers: export it with sensitive data"
)

func runAppRejected(x *exam) {
	chain := x.msg.answers()
	switch {
	case len(chain) == 0:
		x.skip(noDelivery)
		return
	case chain[0].Status == 0:
		x.skip(noAnswer)
		return
	}
	r := x.rejected(x.msg)
	if r == nil {
		return
	}
	f := fact{
		location: finding.Location{Exchange: &r.exchange.Index},
		detail:   fmt.Sprintf("the app (%s) got the token and %s", finding.Printable(x.msg.host()), r.how),
		actual:   r.exchange.ErrorText,
	}
	if s := said(f.actual, x.msg); s != nil && s.means != "" {
		f.detail += ": " + s.means
		f.fixes = append(s.fixes(x), x.check.Fixes[0])
	} else if m := x.answered(r.exchange); m != nil && r.exchange == chain[0] {
		f.detail += ": " + m.means
		f.fixes = slices.Concat(m.fixes, x.check.Fixes[:1])
	} else if x.msg.unsolicited() && !x.expect.takesTiles() {
		f.detail += "; the sign-in was started at the identity provider, which many apps do not accept"
		f.fixes = slices.Concat(unsolicitedFixes, x.check.Fixes)
	}
	if r.again {
		f.severity = finding.Warning
	}
	x.fail(f)
}

// A loop is at least loopCount deliveries or starts within loopSpan.
const (
	loopCount = 3
	loopSpan  = 2 * time.Minute
)

// visit is one delivery of a token to an app, or one start of a sign-in.
type visit struct {
	exchange *trace.Exchange
	to       string
}

func runLoginLoop(x *exam) {
	if x.msg != nil {
		x.statusErrors()
		return
	}
	if len(x.capture.Exchanges)+len(x.capture.Errors)+len(x.capture.SignIns) == 0 {
		x.skip(noExchanges)
		return
	}
	if runProviderError(x); x.failed {
		return
	}
	deliveries, starts := x.visits()
	if first, last, n := busiest(deliveries); n >= loopCount {
		x.loop(n, "%d tokens went to %s within %s (exchanges %d to %d), and each time the app started over", first, last)
	} else if first, last, n := busiest(starts); n >= loopCount && x.posts(first, last) >= 2 {
		x.loop(n, "%d sign-ins were started for %s within %s (exchanges %d to %d), each after the other", first, last)
	}
}

func (x *exam) loop(n int, format string, first, last visit) {
	x.fail(fact{detail: fmt.Sprintf(format, n, finding.Quote(finding.Shorten(first.to, 200)), finding.Duration(between(first.exchange, last.exchange)), first.exchange.Index, last.exchange.Index)})
}

// visits lists where tokens were delivered, and where apps sent the browser
// away with a request.
func (x *exam) visits() (deliveries, starts []visit) {
	for _, m := range x.all {
		if m.capture != x.capture || m.saml == nil {
			continue
		}
		if m.token() {
			for _, s := range m.deliveries() {
				deliveries = append(deliveries, visit{m.exchange(s.Exchange), s.URL})
			}
		}
		if m.saml.Request == nil {
			continue
		}
		for _, s := range m.carrier.Sightings {
			if e := m.exchange(s.Exchange); e != nil && !s.Place.Delivered() && hostOf(e.URL) != hostOf(s.URL) {
				starts = append(starts, visit{e, hostOf(e.URL)})
			}
		}
	}
	order := func(a, b visit) int {
		return cmp.Or(strings.Compare(a.to, b.to), cmp.Compare(a.exchange.Index, b.exchange.Index))
	}
	slices.SortStableFunc(deliveries, order)
	slices.SortStableFunc(starts, order)
	return deliveries, starts
}

// busiest finds the most visits to one address within loopSpan.
func busiest(vs []visit) (first, last visit, n int) {
	from := 0
	for i := range vs {
		for vs[from].to != vs[i].to || between(vs[from].exchange, vs[i].exchange) > loopSpan {
			from++
		}
		if i-from+1 > n {
			first, last, n = vs[from], vs[i], i-from+1
		}
	}
	return first, last, n
}

// posts counts the forms that went to the app between two of its starts.
func (x *exam) posts(first, last visit) int {
	n := 0
	for i := range x.capture.Exchanges {
		e := &x.capture.Exchanges[i]
		if e.Index > first.exchange.Index && e.Index <= last.exchange.Index && e.Method == "POST" && hostOf(e.URL) == first.to {
			n++
		}
	}
	return n
}

func runResponseMissing(x *exam) {
	if len(x.capture.Exchanges) == 0 {
		x.skip(noExchanges)
		return
	}
	asked, name := x.lastRequest()
	if asked == nil {
		x.inapplicable()
		return
	}
	if x.endsWith(asked) {
		x.skip("the capture ends with the request")
		return
	}
	f := fact{location: finding.Location{Exchange: &asked.Index}, product: productAt(asked.URL)}
	if slices.ContainsFunc(x.tokens(), x.welcomed) {
		f.severity = finding.Info // a second sign-in that the capture ends in
	}
	kept, arrived := x.handedOut(asked)
	if arrived {
		return
	}
	last, posted, artifact := x.afterwards(asked, name)
	switch {
	case artifact != nil:
		x.artifactRefused(artifact)
		return
	case posted != nil:
		f.location.Exchange, f.title, f.fixes = &posted.Index, "The capture does not hold the token", bodyFixes
		f.detail = fmt.Sprintf("the token went to %s in exchange %d, but the capture has no body of that POST, so nothing of it was checked", finding.Quote(hostOf(posted.URL)), posted.Index)
	case kept != nil:
		f.location.Exchange = &kept.carrier.Exchange
		f.detail = fmt.Sprintf("the identity provider handed out a response in exchange %d, but the capture does not show it being posted to %s", kept.carrier.Exchange, finding.Quote(kept.carrier.PostedTo))
	case slices.ContainsFunc(x.capture.Problems, func(p finding.Problem) bool { return p.Check == "input-unread" }):
		x.skip("the response may be in a part of the capture that could not be read")
		return
	default:
		f.detail = fmt.Sprintf("the app asked %s for a sign-in in exchange %d and no response came: the last page of the identity provider is exchange %d%s",
			finding.Quote(hostOf(asked.URL)), asked.Index, last.Index, page(last))
		f.refusedBy(last)
	}
	x.fail(f)
}

// handedOut is the last token since a request that the browser got and did not
// deliver; arrived where it delivered one.
func (x *exam) handedOut(asked *trace.Exchange) (kept *message, arrived bool) {
	for _, m := range x.all {
		if m.capture != x.capture || m.saml == nil || !m.token() || m.carrier.Exchange < asked.Index {
			continue
		}
		if m.delivered() {
			return nil, true
		}
		kept = m
	}
	return kept, false
}

// afterwards is the last exchange with the identity provider since a request,
// and what answered it: the POST to the Reply URL with that name, or the
// exchange with an artifact.
func (x *exam) afterwards(asked *trace.Exchange, name string) (last, posted, artifact *trace.Exchange) {
	for i := range x.capture.Exchanges {
		e := &x.capture.Exchanges[i]
		if e.Index < asked.Index {
			continue
		}
		if _, answered := parameter(e, "SAMLart"); answered {
			return nil, nil, e
		}
		if e.Method == "POST" && name != "" && withoutFragment(e.URL) == name {
			return nil, e, nil
		}
		if hostOf(e.URL) == hostOf(asked.URL) {
			last = e
		}
	}
	return last, nil, nil
}

// endsWith reports whether the capture shows nothing after that exchange: it
// is the only one, or the last and without an answer.
func (x *exam) endsWith(e *trace.Exchange) bool {
	n := len(x.capture.Exchanges)
	return n > 0 && e == &x.capture.Exchanges[n-1] && (n == 1 || e.Status == 0)
}

// lastRequest is the exchange in which the last request of the capture reached
// the identity provider, and the Reply URL that it asks for, where it says so.
func (x *exam) lastRequest() (asked *trace.Exchange, replyURL string) {
	for _, m := range x.all {
		if m.capture == x.capture && m.saml != nil && m.saml.Request != nil && m.delivered() {
			if e := m.exchange(m.carrier.Exchange); asked == nil || e.Index > asked.Index {
				asked, replyURL = e, m.saml.Request.AssertionConsumerServiceURL.Value
			}
		}
	}
	if n := len(x.capture.Exchanges); n > 0 {
		if e := passiveBefore(x.capture, x.capture.Exchanges[n-1].Index+1); e != nil && (asked == nil || e.Index > asked.Index) {
			asked = e
			replyURL, _ = parameter(e, "wreply")
		}
	}
	return asked, replyURL
}

func runRelayStateChanged(x *exam) {
	if !x.msg.delivered() {
		x.skip(noDelivery)
		return
	}
	name, sent, had := "RelayState", "", false
	got, has := x.msg.carrier.RelayState, x.msg.carrier.HasRelayState
	if x.msg.saml.Protocol == "wsfed" {
		name = "wctx"
		got, has = parameter(x.msg.exchange(x.msg.carrier.Exchange), name)
		if e := passiveBefore(x.capture, x.msg.carrier.Exchange); e != nil {
			sent, had = parameter(e, name)
		}
	} else if r := x.msg.request; r != nil && r.capture == x.capture {
		sent, had = r.carrier.RelayState, r.carrier.HasRelayState
	} else {
		x.skip("the capture does not hold the request that the message answers")
		return
	}
	f := fact{expected: []string{sent}, actual: got, location: finding.Location{Exchange: &x.msg.carrier.Exchange}}
	switch {
	case !had || sent == "" || sent == got:
		return
	case !has:
		f.detail = fmt.Sprintf("the app sent %s %s, and the token came back without it, so the app does not know where the user wanted to go", name, quote(sent))
	default:
		f.detail = fmt.Sprintf("the app sent %s %s and got back %s", name, quote(sent), quote(got))
		if decoded, err := url.QueryUnescape(got); err == nil && decoded == sent {
			f.detail += ": it was percent-encoded once more on the way"
			f.fixes = encodedFixes
		}
	}
	x.fail(f)
}

func runMessageModified(x *exam) {
	if !x.msg.delivered() {
		x.skip(noDelivery)
		return
	}
	id := x.msg.saml.ID.Value
	for _, a := range x.msg.saml.Assertions {
		if id == "" {
			id = a.ID.Value
		}
	}
	shown := false
	for _, s := range x.msg.carrier.Sightings {
		shown = shown || !s.Place.Delivered()
	}
	if shown || id == "" {
		return
	}
	page := false
	for _, m := range x.all {
		if m == x.msg || m.capture != x.capture || m.saml == nil || !m.token() || m.delivered() || m.carrier.Exchange > x.msg.carrier.Exchange {
			continue
		}
		page = true
		if m.saml.ID.Value == id || len(m.saml.Assertions) > 0 && m.saml.Assertions[0].ID.Value == id {
			a, b := m.carrier.XML, x.msg.carrier.XML
			x.fail(fact{location: finding.Location{Exchange: &x.msg.carrier.Exchange},
				detail: fmt.Sprintf("the token %s that the browser posted is not the one that the identity provider handed out in exchange %d: %d bytes became %d, the first difference is at byte %d",
					quote(id), m.carrier.Exchange, len(a), len(b), finding.FirstDifference(string(a), string(b)))})
			return
		}
	}
	if !page {
		x.skip("the capture does not show the page of the identity provider that handed the message out")
	}
}

func runInsecureHop(x *exam) {
	if !x.msg.delivered() {
		x.skip(noDelivery)
		return
	}
	from := x.startOf(x.msg)
	if from == nil {
		x.skip("the capture does not show where the sign-in started")
		return
	}
	led := map[string]bool{}
	for i := range x.capture.Exchanges {
		e := &x.capture.Exchanges[i]
		if e.Index < from.Index || e.Index > x.msg.carrier.Exchange {
			continue
		}
		hop := led[withoutFragment(e.URL)] || e == from || len(e.Parameters) > 0
		if e.RedirectURL != "" {
			led[withoutFragment(e.RedirectURL)] = true
		}
		if hop && e.Index < x.msg.carrier.Exchange && strings.HasPrefix(e.URL, "http://") && !local(e.URL) {
			x.fail(fact{location: finding.Location{Exchange: &e.Index}, actual: e.URL,
				detail: fmt.Sprintf("between request and Reply URL the browser went through %s without encryption (exchange %d)", finding.Quote(finding.Shorten(e.URL, 200)), e.Index)})
			return
		}
	}
}

// startOf is the exchange with which the sign-in of a token started: the app's
// redirect, else the request at the identity provider; nil where unknown.
func (x *exam) startOf(m *message) *trace.Exchange {
	if m.request != nil && m.request.capture == m.capture {
		if e := m.request.sentFrom(); e != nil {
			return e
		}
		return m.exchange(m.request.carrier.Exchange)
	}
	if m.saml.Protocol != "wsfed" {
		return nil
	}
	asked := passiveBefore(m.capture, m.carrier.Exchange)
	if asked == nil {
		return nil
	}
	for i := range m.capture.Exchanges {
		if e := &m.capture.Exchanges[i]; e.Index < asked.Index && e.RedirectURL != "" && withoutFragment(e.RedirectURL) == withoutFragment(asked.URL) {
			return e
		}
	}
	return asked
}

func runPostToGet(x *exam) {
	if !x.msg.delivered() {
		x.skip(noDelivery)
		return
	}
	e := x.msg.exchange(x.msg.carrier.Exchange)
	if e == nil || e.Status == 0 {
		x.skip(noAnswer)
		return
	}
	if !losesPost(x.capture, e) {
		return
	}
	x.fail(fact{
		location: finding.Location{Exchange: &e.Index}, expected: []string{e.RedirectURL}, actual: e.URL,
		detail: fmt.Sprintf("the token was posted to %s, which redirects (%d) to %s: the browser follows with a GET and the token is lost",
			finding.Quote(e.URL), e.Status, finding.Quote(e.RedirectURL)),
	})
}

func runTenantMixed(x *exam) {
	r := x.msg.request
	if r == nil || !r.delivered() {
		x.skip("the capture does not hold the request that the message answers")
		return
	}
	product, answered := profile.IdentifyIdP(x.msg.issuer().Value)
	if product != string(finding.Entra) {
		x.inapplicable()
		return
	}
	asked := guidIn(pathOf(r.carrier.PostedTo))
	if asked == "" || answered == "" || strings.Contains(strings.ToLower(answered), asked) {
		return
	}
	x.fail(fact{field: x.msg.issuer().Field, expected: []string{asked}, actual: x.msg.issuer().Value,
		detail: fmt.Sprintf("the app asked the tenant %s and the token is from %s", asked, named(x.msg.issuer().Value))})
}

// guidIn is the first segment of a path that is a GUID, in lower case.
func guidIn(path string) string {
	for segment := range strings.SplitSeq(path, "/") {
		if len(segment) == 36 && strings.Count(segment, "-") == 4 && strings.Trim(segment, "0123456789abcdefABCDEF-") == "" {
			return strings.ToLower(segment)
		}
	}
	return ""
}
