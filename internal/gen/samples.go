package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

// samples writes the captures and files that the documentation and the tests
// of the commands run on. Each has one thing wrong, told by its name.
func samples(dir string) error {
	for name, content := range map[string]string{
		"correct.har":             signIn(signed(samltest.RSA())),
		"correct.xml":             signed(samltest.RSA()).XML(),
		"correct.txt":             samltest.Base64(signed(samltest.RSA()).XML()),
		"rotated-certificate.har": signIn(signed(samltest.Other())),
		"reply-url.har":           signIn(with(func(r *samltest.Response) { r.Destination += "/" })),
		"misnamed-claims.har":     signIn(with(renameClaims)),
		"expired.har":             signIn(with(expire)),
		"adfs.har":                adfsSignIn(),
		"skewed.har":              signIn(with(skew)),
		"refused.har":             signIn(samltest.NewErrorResponse("AADSTS75011: Authentication method 'X509, MultiFactor' by which the user authenticated with the service doesn't match requested authentication method 'Password, ProtectedTransport'.", "urn:oasis:names:tc:SAML:2.0:status:Responder", "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext")),
		"blocked.har":             blocked(),
		"loop.har":                loop(),
		"sign-ins.json":           signIns(),
		"tampered.xml":            tampered(),
		"encrypted.har":           encrypted(),
		"app.key":                 privateKey(samltest.Other()),
		"pretty.xml":              strings.ReplaceAll(signed(samltest.RSA()).XML(), "><", ">\n<"),
		"correct.saz":             samltest.SAZ(exchanges(signed(samltest.RSA()))...),
		"reply-url.mitm":          samltest.Mitmproxy(exchanges(with(func(r *samltest.Response) { r.Destination += "/" }))...),
		"expired.http":            samltest.RawHTTP(exchanges(with(expire))...),
		"openid.har":              openID(),
		"nothing.har":             samltest.HAR(samltest.Get(samltest.Time, "https://intranet.contoso.com/", "<h1>Hello</h1>")),
		"idp-metadata.xml":        samltest.NewIdPMetadata(samltest.RSA().Cert).XML(),
		"sp-metadata.xml":         samltest.NewSPMetadata().XML(),
		"app.cer":                 certificate(samltest.RSA()),
		"users.csv":               accounts("ada@contoso.com", "grace@contoso.com"),
		"farm.json":               farm,
		"halo-trusts.json":        haloTrusts,
		"people.csv":              people,
		"renamed-users.csv":       accounts("ada.lovelace@contoso.com", "grace@contoso.com"),
	} {
		if err := write(dir, name, func(w io.Writer) error { _, err := io.WriteString(w, content); return err }); err != nil {
			return err
		}
	}
	return nil
}

// blocked is the sign-in of a user whom nobody assigned to the app.
func blocked() string {
	es := exchanges(signed(samltest.RSA()))[:2]
	es[1].Page = `<html><head><title>Sign in to your account</title></head><body><script>$Config={"strServiceExceptionMessage":"AADSTS50105: Your administrator has configured the application HaloITSM to block users unless they are specifically granted ('assigned') access to the application.` +
		`\r\nTrace ID: 1c4f6b2a-0000-4000-8000-5d6e7f801234\r\nCorrelation ID: 7d3e8f90-1111-4111-9111-aabbccddeeff\r\nTimestamp: 2026-11-21 09:59:58Z"}</script></body></html>`
	return samltest.HAR(es...)
}

// loop is a sign-in that goes in circles, because the session cookie of the app
// is not sent with the token.
func loop() string {
	var out []samltest.Exchange
	for i := range 4 {
		for _, e := range exchanges(signed(samltest.RSA()))[:3] {
			e.Time = e.Time.Add(time.Duration(i) * 9 * time.Second)
			switch {
			case e.Method == "POST":
				e.RequestHeaders = []samltest.Header{{Name: "Cookie", Value: "lang=nl"}}
			case e.Status == 302:
				e.ResponseHeaders = append(e.ResponseHeaders, samltest.Header{Name: "Set-Cookie", Value: "ASP.NET_SessionId=1; path=/; secure; HttpOnly"})
			}
			out = append(out, e)
		}
	}
	return samltest.HAR(out...)
}

// signIns is a sign-in log as the Entra admin center exports it.
func signIns() string {
	var rows []string
	row := func(at time.Duration, user string, code int) {
		rows = append(rows, fmt.Sprintf(`  {"createdDateTime": %q, "userPrincipalName": %q, "appDisplayName": "HaloITSM", "correlationId": "00000000-0000-4000-8000-%012d", `+
			`"status": {"errorCode": %d}, "location": {"countryOrRegion": "NL"}, "deviceDetail": {"operatingSystem": "Windows 11"}}`, samltest.Time.Add(at).Format(time.RFC3339), user, len(rows), code))
	}
	for i := range 12 {
		row(time.Duration(i)*time.Hour, samltest.User, 0)
	}
	for i := range 6 {
		row(time.Duration(i)*time.Minute, "grace@contoso.com", 50105)
	}
	return "[\n" + strings.Join(rows, ",\n") + "\n]\n"
}

func signed(key samltest.Pair) *samltest.Response {
	r := samltest.NewResponse()
	r.Sign(samltest.SignAssertion, key)
	return r
}

// encrypted is the correct sign-in with the assertion encrypted for app.key.
func encrypted() string {
	xml := samltest.EncryptElement(signed(samltest.RSA()).XML(), "Assertion", "EncryptedAssertion", samltest.For(samltest.Other()))
	return samltest.HAR(samltest.SignIn(samltest.NewAuthnRequest().XML(), xml)...)
}

// privateKey is the key of a pair as apps keep it; it is for tests only.
func privateKey(pair samltest.Pair) string {
	der, err := x509.MarshalPKCS8PrivateKey(pair.Key)
	if err != nil {
		panic(err)
	}
	return "TEST ONLY, known to everybody\n" + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// with is the correct response with one change.
func with(change func(*samltest.Response)) *samltest.Response {
	r := signed(samltest.RSA())
	change(r)
	return r
}

func signIn(r *samltest.Response) string { return samltest.HAR(exchanges(r)...) }

func exchanges(r *samltest.Response) []samltest.Exchange {
	return samltest.SignIn(samltest.NewAuthnRequest().XML(), r.XML())
}

// renameClaims leaves Entra's default names where the app reads its own.
func renameClaims(r *samltest.Response) {
	r.Assertions[0].Remove("first_name", "last_name")
}

// expire makes the assertion end six minutes before it was posted.
func expire(r *samltest.Response) {
	a := r.Assertions[0]
	a.NotOnOrAfter = samltest.At(-6 * time.Minute)
	a.NotBefore = samltest.At(-71 * time.Minute)
}

// adfsSignIn is the sign-in of the same user to the same app while AD FS was
// still the identity provider.
func adfsSignIn() string {
	const issuer = "http://fs.contoso.com/adfs/services/trust"
	r := samltest.NewResponse()
	r.Issuer = issuer
	a := r.Assertions[0]
	a.Issuer = issuer
	a.Attributes = []samltest.Attribute{
		samltest.NewAttribute(samltest.ClaimEmail, samltest.User),
		samltest.NewAttribute(samltest.ClaimName, `CONTOSO\ada`),
		samltest.NewAttribute("first_name", "Ada"),
		samltest.NewAttribute("urn:oid:2.5.4.4", "Lovelace"),
		samltest.NewAttribute("http://schemas.xmlsoap.org/claims/Group", "Agents", "Service Desk"),
	}
	a.Authn[0].Context = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
	r.Sign(samltest.SignAssertion, samltest.Other())
	return signIn(r)
}

// skew makes the assertion begin 100 seconds after it was posted: the clock of
// the identity provider is ahead of the app's.
func skew(r *samltest.Response) {
	r.Assertions[0].NotBefore = samltest.At(104 * time.Second)
}

// tampered changes the user after the assertion was signed.
func tampered() string {
	r := signed(samltest.RSA())
	r.EditSigned(func(xml string) string { return strings.ReplaceAll(xml, samltest.User, "eve@contoso.com") })
	return r.XML()
}

func openID() string {
	return samltest.HAR(
		samltest.Redirect(samltest.Time, "https://portal.contoso.com/", "https://login.microsoftonline.com/"+samltest.TenantID+"/oauth2/v2.0/authorize?client_id=9c1d4f6a-0000-4000-8000-2b3c4d5e6f70&response_type=code&scope=openid%20profile&redirect_uri=https%3A%2F%2Fportal.contoso.com%2Fcallback"),
		samltest.Get(samltest.Time.Add(time.Second), "https://login.microsoftonline.com/"+samltest.TenantID+"/oauth2/v2.0/authorize?client_id=9c1d4f6a-0000-4000-8000-2b3c4d5e6f70&response_type=code&scope=openid%20profile&redirect_uri=https%3A%2F%2Fportal.contoso.com%2Fcallback", "<h1>Sign in</h1>"),
	)
}

func certificate(key samltest.Pair) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Cert}))
}

// accounts is the user list of an app as Excel saves it on Windows. The UPN of
// Ada is her address in the sign-in.
func accounts(addresses ...string) string {
	var b strings.Builder
	b.WriteString("\ufeffName;E-Mail;UPN;Role\r\n")
	for i, address := range addresses {
		upn := address
		if i == 0 {
			upn = samltest.User
		}
		b.WriteString("User " + strconv.Itoa(i+1) + ";" + address + ";" + upn + ";Agent\r\n")
	}
	return b.String()
}
