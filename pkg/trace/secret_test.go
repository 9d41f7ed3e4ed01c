package trace

import (
	"strings"
	"testing"
)

func TestSecretNames(t *testing.T) {
	for _, name := range []string{"code", "access_token", "SessionID", "session_state", "X-Api-Key", "apiKey", "jwt", "sso_token", "ticket", "NewPassword", "client_secret", "pwd"} {
		if got := shownURL("https://app.example/acs?tenant=x&" + name + "=CANARY"); got != "https://app.example/acs?tenant=x&"+name+"=…" {
			t.Errorf("%s is shown as %s", name, got)
		}
	}
	for _, name := range []string{"tenant", "error", "wtrealm", "RelayState", "lang", "reason"} {
		if got := shownURL("https://app.example/acs?" + name + "=x"); !strings.HasSuffix(got, "=x") {
			t.Errorf("%s is shown as %s", name, got)
		}
	}
}

func TestWithoutSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"Authorization: Bearer CANARYx7Zq9 refused":                               "Authorization: Bearer … refused",
		"login failed for ada, password=CANARY&x=1":                               "login failed for ada, password=…&x=1",
		`{"client_secret": "CANARY", "error": "denied"}`:                          `{"client_secret": "…", "error": "denied"}`,
		"JSESSIONID=CANARYx7 is unknown":                                          "JSESSIONID=… is unknown",
		"invalid token eyJhbGciOiJSUzI1NiJ9.CANARY.x":                             "invalid token …",
		"cannot read PHNhbWxwOlJlc3BvbnNlIHhtbG5zOnNhbWxwPSJ1cm46b2FzaXM6bmFtZXM": "cannot read …",
		// What a diagnosis needs stays.
		"SAML token: signature invalid": "SAML token: signature invalid",
		"Session expired. Error code: AADSTS50105, Trace ID: 1c4f6b2a-0000-4000-8000-5d6e7f801234": "Session expired. Error code: AADSTS50105, Trace ID: 1c4f6b2a-0000-4000-8000-5d6e7f801234",
		"Audience https://halo.contoso.com/auth/saml/very/long/path/of/the/app/metadata.xml":       "Audience https://halo.contoso.com/auth/saml/very/long/path/of/the/app/metadata.xml",
		"org.springframework.security.saml2.provider.service.authentication.Saml2Exception":        "org.springframework.security.saml2.provider.service.authentication.Saml2Exception",
	} {
		if got := withoutSecrets(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
