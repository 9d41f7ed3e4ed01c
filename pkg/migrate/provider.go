package migrate

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// service is the federation service that an export comes from, as far as the
// export tells.
type service struct {
	host, identifier string
}

// hostToken stands for the host of AD FS where the export does not tell it.
const hostToken = "{adfs-host}"

// cloudOf finds a cloud of Entra by its name.
func cloudOf(idp *profile.IdP, name string) (*profile.Cloud, error) {
	var names []string
	for i := range idp.Clouds {
		if idp.Clouds[i].Name == cmp.Or(name, "global") {
			return &idp.Clouds[i], nil
		}
		names = append(names, idp.Clouds[i].Name)
	}
	return nil, fmt.Errorf("cloud %q, expected one of %s", name, strings.Join(names, ", "))
}

// providerValues are the facts about the identity provider that the app holds,
// before the move and after it.
func providerValues(protocol string, s service, cloud *profile.Cloud, o PlanOptions) []ProviderValue {
	fill := strings.NewReplacer("(tenant id)", cmp.Or(o.Tenant, TenantIDToken), "(application id)", cmp.Or(o.AppID, AppIDToken)).Replace
	host := "https://" + cmp.Or(s.host, hostToken)
	signIn, signOut := cloud.SignIn.Form, cloud.SignIn.Form
	own, ownOut := host+"/adfs/ls/", host+"/adfs/ls/?wa=wsignout1.0"
	if protocol == "wsfed" {
		signIn, signOut = cloud.WSFed.Form, wsFedSignOut(cloud.WSFed.Form)
	}
	list := []ProviderValue{
		{Label: "Issuer", ADFS: cmp.Or(s.identifier, "http://"+cmp.Or(s.host, hostToken)+"/adfs/services/trust"), Entra: fill(cloud.Issuer.Form),
			Note: "the slash at the end counts", field: profile.Issuer},
		{Label: "Login URL", ADFS: own, Entra: fill(signIn), field: profile.SSOURL},
		{Label: "Logout URL", ADFS: ownOut, Entra: fill(signOut), field: profile.IdPLogoutURL},
		{Label: "Metadata URL", ADFS: host + "/FederationMetadata/2007-06/FederationMetadata.xml", Entra: fill(cloud.Metadata.Form),
			Note: "with appid, as the metadata of the tenant does not hold the certificate of the application", field: profile.Metadata},
		{Label: "Signing certificate", ADFS: "the token-signing certificate: AD FS Management > Service > Certificates",
			Entra: "that of the application: Single sign-on > SAML Certificates > Certificate (Base64)", Note: "every application has its own", field: profile.Certificate},
	}
	if cloud.Issuer.Unverified {
		list[0].Note += "; no document of Microsoft gives the issuer of this cloud, so compare it with the metadata"
	}
	return list
}

// wsFedSignOut is where WS-Federation signs out, on the host that it signs in.
func wsFedSignOut(signIn string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(signIn, "https://"), "/")
	out := url.URL{Scheme: "https", Host: host, Path: "/common/wsfederation", RawQuery: "wa=wsignout1.0"}
	return out.String()
}
