package samltest

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// parameter names the form field that carries a message.
func parameter(xml string) string {
	root := xml[:min(len(xml), 200)]
	if strings.Contains(root, "Request ") || strings.Contains(root, "Request>") {
		return "SAMLRequest"
	}
	return "SAMLResponse"
}

// Base64 is how the POST binding writes a message.
func Base64(xml string) string { return base64.StdEncoding.EncodeToString([]byte(xml)) }

// Deflate is how the redirect binding writes a message, before it is escaped
// for the query.
func Deflate(xml string) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	must(err)
	_, err = w.Write([]byte(xml))
	must(err)
	must(w.Close())
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// PostForm is the body with which a browser posts a message. A RelayState of
// "" is left out.
func PostForm(xml, relayState string) string {
	body := parameter(xml) + "=" + url.QueryEscape(Base64(xml))
	if relayState != "" {
		body += "&RelayState=" + url.QueryEscape(relayState)
	}
	return body
}

// WSFedForm is the body with which a browser posts a WS-Federation token.
func WSFedForm(wresult, wctx string) string {
	body := "wa=wsignin1.0&wresult=" + url.QueryEscape(wresult)
	if wctx != "" {
		body += "&wctx=" + url.QueryEscape(wctx)
	}
	return body
}

// RedirectURL is the address to which a browser is redirected with a message:
// requests go to the identity provider, all else to the app.
func RedirectURL(xml string) string { return RedirectURLWith(xml, "") }

// RedirectURLWith is RedirectURL with a RelayState.
func RedirectURLWith(xml, relayState string) string {
	return redirectBase(xml) + "?" + redirectQuery(xml, relayState)
}

func redirectBase(xml string) string {
	if parameter(xml) == "SAMLRequest" {
		return SSOURL
	}
	return ACS
}

func redirectQuery(xml, relayState string) string {
	query := parameter(xml) + "=" + url.QueryEscape(Deflate(xml))
	if relayState != "" {
		query += "&RelayState=" + url.QueryEscape(relayState)
	}
	return query
}

// HTMLForm is the page with which an identity provider lets the browser post a
// message to the app.
func HTMLForm(xml, relayState string) string {
	relay := ""
	if relayState != "" {
		relay = fmt.Sprintf(`<input type="hidden" name="RelayState" value="%s" />`, html.EscapeString(relayState))
	}
	return fmt.Sprintf(`<html><head><title>Working...</title></head><body><form method="POST" name="hiddenform" action="%s">`+
		`<input type="hidden" name="%s" value="%s" />%s<noscript><p>Script is disabled. Click Submit to continue.</p>`+
		`<input type="submit" value="Submit" /></noscript></form><script language="javascript">document.forms[0].submit();</script></body></html>`,
		ACS, parameter(xml), Base64(xml), relay)
}

// must stops a test whose fixture cannot be made.
func must(err error) {
	if err != nil {
		panic("samltest: " + err.Error())
	}
}
