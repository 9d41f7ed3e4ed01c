package validate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// answerMeaning is what the status of the very answer to a token tells, or the
// words of what stands before the app.
type answerMeaning struct {
	statuses []int
	words    *lazyregexp.Regexp // beside the status; nil for any
	means    string             // continues the sentence that the app refused the token
	fixes    []finding.Fix
	// elsewhere says that the address is not one of the app.
	elsewhere bool
}

// notThere are for a token that went to an address where the app takes none.
var notThere = []finding.Fix{
	{System: finding.App, Place: appReplyURL, Action: "look up the ACS URL that the app itself shows, letter by letter"},
	{System: finding.Entra, Place: entraReplyURL, Action: "set it to the ACS URL that the app shows"},
	{System: finding.ADFS, Place: adfsEndpoints, Action: "set it to the ACS URL that the app shows"},
	{System: finding.Okta, Place: oktaSignOnURL, Action: "set it to the ACS URL that the app shows"},
}

// answerMeanings are those of RFC 9110 section 15 and RFC 6585 section 5, and of
// the pages of F5, Cloudflare, Akamai and Imperva.
var answerMeanings = []answerMeaning{
	{[]int{400, 403, 406, 429, 503}, lazyregexp.New(`(?i)requested url was rejected|request (?:was |has been )?blocked|attention required|application firewall|incident id|reference #[0-9a-f]+\.`),
		"a firewall before the app blocked the request, so the app never saw the token",
		[]finding.Fix{{System: finding.Network, Place: "the web application firewall before the app", Action: "look the request up by the number on its page, and let the Reply URL take SAMLResponse"}}, false},
	{[]int{404, 410}, nil, "so there is nothing at that address, which is hardly the app's Reply URL", notThere, true},
	{[]int{405}, nil, "so nothing takes a POST at that address, which is hardly the app's Reply URL", notThere, true},
	{[]int{413, 431}, nil, "the request is larger than the app, or a proxy before it, takes",
		[]finding.Fix{
			{System: finding.Network, Place: "the proxy or web server before the app", Action: "raise its limit on request bodies and headers (nginx: client_max_body_size, Apache: LimitRequestBody, IIS: maxAllowedContentLength)"},
			{System: finding.Entra, Place: entraGroups, Action: "send the groups alone that are assigned to the app"},
			{System: finding.ADFS, Place: adfsRules, Action: "send fewer groups"},
		}, false},
	{[]int{502, 504}, nil, "a proxy before the app got no good answer from it",
		[]finding.Fix{{System: finding.Network, Place: "the proxy before the app", Action: "look in its log at this time whether the app was reached, and how it answered"}}, false},
}

// answered finds what the very answer to a token tells, nil where nothing is
// known of it. An address that was given as a Reply URL is one, whatever it says.
func (x *exam) answered(e *trace.Exchange) *answerMeaning {
	_, registered := x.registered(x.msg.carrier.PostedTo)
	for i := range answerMeanings {
		m := &answerMeanings[i]
		if registered && m.elsewhere {
			continue
		}
		if slices.Contains(m.statuses, e.Status) && (m.words == nil || m.words.MatchString(e.Title+" "+e.ErrorText)) {
			return m
		}
	}
	return nil
}
