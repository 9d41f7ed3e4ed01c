package trace

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// openID is the first sign of an OpenID Connect login in a capture.
type openID struct {
	exchange int
	sign     string
	host     string
}

// noteOpenID notices an OpenID Connect login (OpenID Connect Core 3.1.2.1,
// Discovery 4).
func (c *collector) noteOpenID(e *entry, fact *Exchange) {
	if c.openID != nil {
		return
	}
	sign := ""
	values := map[string]string{}
	for _, p := range fact.Parameters {
		values[p.Name] = p.Value
	}
	base, query := splitURL(e.url)
	switch {
	case strings.Contains(" "+strings.ReplaceAll(values["scope"], "+", " ")+" ", " openid ") && values["response_type"] != "":
		sign = "an authorization request with scope openid"
	case strings.HasSuffix(base, "/.well-known/openid-configuration"):
		sign = "the OpenID Connect configuration being read"
	case hasName(e.params, "id_token"), hasName(parseForm(e.body), "id_token"), hasName(parseForm([]byte(query)), "id_token"):
		sign = "an id_token"
	}
	if sign != "" {
		c.openID = &openID{fact.Index, sign, hostOf(e.url)}
	}
}

// hosts are those of the exchanges that were kept, at most 10.
func (c *collector) hosts() []string {
	var out []string
	seen := map[string]bool{"": true}
	for _, e := range c.capture.Exchanges {
		host := hostOf(e.URL)
		if seen[host] {
			continue
		}
		seen[host] = true
		if out = append(out, host); len(out) == 10 {
			break
		}
	}
	return out
}

// verdict is the error of a capture that holds no message and no problem that
// says why.
func (c *collector) verdict(size int64) error {
	if len(c.capture.Messages) > 0 {
		c.capture.Errors = nil // the messages tell
		return nil
	}
	if c.capture.Tells() {
		return nil // an identity provider has said why
	}
	if c.openID != nil {
		c.problem(c.openID.exchange, "flow-not-saml", finding.Info,
			"the sign-in uses OpenID Connect, not SAML: the capture shows %s at %s and no SAML or WS-Federation message", c.openID.sign, c.openID.host)
	}
	e := &NoMessageError{
		Name: c.capture.Name, Format: c.capture.Format, Bytes: size,
		Exchanges: c.capture.ExchangeCount, Hosts: c.hosts(), Advice: advicePaste,
	}
	for _, p := range c.capture.Problems {
		if p.Location.Exchange != nil || p.Check == "input-masked" || p.Check == "input-too-large" {
			return nil
		}
		e.Reason = p.Detail
	}
	if c.tunnels > 0 && c.tunnels == c.capture.ExchangeCount {
		e.Reason = strings.TrimPrefix(e.Reason+"; ", "; ") + fmt.Sprintf("all %d exchanges are tunnels (CONNECT) whose traffic was not decrypted", c.tunnels)
		e.Advice = formatOf(e.Format).decrypted() + " and sign in again"
		return e
	}
	if c.bodiless > 0 {
		e.Reason = strings.TrimPrefix(e.Reason+"; ", "; ") + "the capture has no body of " + finding.Count(c.bodiless, "POST request")
	}
	if e.Format == "har" || e.Exchanges > 0 {
		e.Advice = adviceExportHAR
	}
	return e
}
