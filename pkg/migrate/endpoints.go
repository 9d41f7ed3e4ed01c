package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	targetReply  = "application.web.redirectUris"
	targetLogout = "application.web.logoutUrl"
)

// wsFed judges the WS-Federation endpoint.
func (j *trustJudge) wsFed() {
	if j.rp.WSFedEndpoint == "" {
		return
	}
	j.objections(j.rp.WSFedEndpoint, finding.Span{}, targetReply, entra.ReplyURL(j.rp.WSFedEndpoint), "becomes a Reply URL")
	text := "the app speaks WS-Federation: Entra answers with a SAML 1.1 token at its /wsfed endpoint, but no wizard sets it up"
	if len(j.rp.AssertionConsumers()) > 0 {
		text = "the trust has endpoints for WS-Federation and for SAML: find out which of them the app uses, as WS-Federation must be set up by hand"
	}
	j.say(Manual, finding.Warning, "tokenIssuancePolicy.SamlTokenVersion", text)
}

func (j *trustJudge) additionalWSFed() {
	for _, address := range j.rp.AdditionalWSFedEndpoint {
		j.objections(address, finding.Span{}, targetReply, entra.ReplyURL(address), "becomes a Reply URL")
	}
	if len(j.rp.AdditionalWSFedEndpoint) > 0 {
		j.say(Changed, finding.Warning, targetReply, "further addresses that wreply may name become further Reply URLs; without a wreply Entra takes the first")
	}
}

// endpoints judges the SAML endpoints.
func (j *trustJudge) endpoints() {
	consumers := j.rp.AssertionConsumers()
	if len(j.rp.SamlEndpoints) == 0 && j.rp.WSFedEndpoint == "" {
		j.noEndpoint()
	}
	post := slices.ContainsFunc(consumers, byPost)
	for _, e := range j.rp.SamlEndpoints {
		switch e.Protocol {
		case adfs.ProtocolAssertionConsumer:
			j.consumer(e, post)
		case adfs.ProtocolLogout:
			j.logout(e)
		case adfs.ProtocolArtifactResolution:
			j.artifactResolution(e, post)
		default:
			j.about(endpointValue(e), e.Span, NotApplicable, finding.Info, "", "an application has no endpoint of the kind "+finding.Quote(e.Protocol)+" in Entra")
		}
	}
	j.severalConsumers(consumers)
	j.severalLogouts()
	if len(consumers) > entra.MaxReplyURLs {
		j.say(Unsupported, finding.Error, targetReply, fmt.Sprintf("there are %d endpoints, and an application has at most %d Reply URLs", len(consumers), entra.MaxReplyURLs))
	}
}

// noEndpoint judges a trust that no browser can sign in to.
func (j *trustJudge) noEndpoint() {
	if p := j.rp.Property("WSFedEndpoint"); p != nil && p.State >= adfs.Lost {
		return // it may have one
	}
	j.say(Unsupported, finding.Error, targetReply, "the trust has no endpoint for SAML or WS-Federation: it serves WS-Trust or OAuth only, or none yet")
}

func byPost(e adfs.SamlEndpoint) bool {
	return strings.EqualFold(e.Binding, "POST") || strings.HasSuffix(e.BindingURI, ":HTTP-POST")
}

func endpointValue(e adfs.SamlEndpoint) string {
	value := e.Protocol + " " + e.Binding + " " + e.Location
	if e.Protocol == adfs.ProtocolAssertionConsumer {
		value += fmt.Sprintf(" (index %d", e.Index)
		if e.IsDefault {
			value += ", default"
		}
		value += ")"
	}
	return value
}

func (j *trustJudge) consumer(e adfs.SamlEndpoint, post bool) {
	if byPost(e) {
		j.objections(endpointValue(e), e.Span, targetReply, entra.ReplyURL(e.Location), "becomes a Reply URL with its index")
		return
	}
	text := "Entra sends responses by POST only, not by " + finding.Quote(e.Binding)
	if post {
		j.about(endpointValue(e), e.Span, Lost, finding.Warning, targetReply, text+"; the app has another endpoint that takes them: let it ask for that one")
		return
	}
	j.about(endpointValue(e), e.Span, Unsupported, finding.Error, targetReply, text+", and the app has no other endpoint")
}

func (j *trustJudge) artifactResolution(e adfs.SamlEndpoint, post bool) {
	severity := finding.Error
	if post {
		severity = finding.Warning
	}
	j.about(endpointValue(e), e.Span, Unsupported, severity, "", "Entra has no SAML artifacts: responses go by POST")
}

func (j *trustJudge) logout(e adfs.SamlEndpoint) {
	list := entra.LogoutURL(e.Location)
	if strings.EqualFold(e.Binding, "SOAP") || strings.EqualFold(e.Binding, "Artifact") {
		j.about(endpointValue(e), e.Span, Lost, finding.Warning, targetLogout, "Entra tells an app of a logout by redirect only, not by "+e.Binding)
		return
	}
	if byPost(e) {
		list = append(list, entra.Objection{Severity: finding.Info, Text: "Entra sends logout messages by redirect, not by POST: the app must take them there"})
	}
	if e.ResponseLocation != "" && e.ResponseLocation != e.Location {
		list = append(list, entra.Objection{Severity: finding.Warning, Text: "Entra has one Logout URL; the address for responses, " + finding.Quote(e.ResponseLocation) + ", is lost"})
	}
	j.objections(endpointValue(e), e.Span, targetLogout, list, "becomes the Logout URL")
}

// severalConsumers says which of several Reply URLs takes the responses whose
// request names none, or that no request asked for.
func (j *trustJudge) severalConsumers(consumers []adfs.SamlEndpoint) {
	var list []adfs.SamlEndpoint
	for _, e := range consumers {
		if byPost(e) {
			list = append(list, e)
		}
	}
	if len(list) < 2 {
		return
	}
	main, lowest := list[0], list[0]
	for _, e := range list[1:] {
		if e.IsDefault && !main.IsDefault {
			main = e
		}
		if e.Index < lowest.Index {
			lowest = e
		}
	}
	if !main.IsDefault || main.Location == lowest.Location {
		main = lowest
	}
	text := fmt.Sprintf("there are %d Reply URLs; where a request names none, AD FS answers to %s", len(list), finding.Quote(main.Location))
	if main.Location == lowest.Location {
		j.say(Mapped, finding.Info, targetReply, text+": make it the default")
		return
	}
	j.say(Changed, finding.Warning, targetReply, text+", which has not the lowest index: make it the default, or apps that start at the identity provider break")
}

func (j *trustJudge) severalLogouts() {
	addresses := map[string]bool{}
	for _, e := range j.rp.SamlEndpoints {
		if e.Protocol == adfs.ProtocolLogout {
			addresses[e.Location] = true
		}
	}
	if len(addresses) > 1 {
		j.say(Changed, finding.Warning, targetLogout, fmt.Sprintf("there are %d logout addresses, and an application has one", len(addresses)))
	}
}
