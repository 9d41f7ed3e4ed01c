package write

import (
	"fmt"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// Options are what a plan does not say.
type Options struct {
	// Claims is the form of the claims policy.
	Claims ClaimsForm
	// Cloud is the cloud of the tenant, of [Clouds]; empty is "global".
	Cloud string
	// Notify are the mail addresses that are told before the signing
	// certificate expires.
	Notify []string
	// Skipped writes the trusts too that are not moved.
	Skipped bool
}

// ClaimsForm is a form of claims policies.
type ClaimsForm = migrate.ClaimsForm

// The forms.
const (
	CustomClaims  = migrate.CustomClaims
	MappingPolicy = migrate.MappingPolicy
)

// ClaimsForms are the names of the forms.
func ClaimsForms() []string { return []string{string(CustomClaims), string(MappingPolicy)} }

// DefaultClaims is the form that a cloud takes best.
func DefaultClaims(cloudName string) string {
	if (Options{Cloud: cloudName}).global() {
		return string(CustomClaims)
	}
	return string(MappingPolicy)
}

// Check tells whether the options go together.
func (o Options) Check() error {
	if o.Claims == CustomClaims && !o.global() {
		return fmt.Errorf("%q is for the global cloud only, and the cloud is %q: take %q", CustomClaims, o.Cloud, MappingPolicy)
	}
	return nil
}

// cloud is a cloud of Entra as Microsoft Graph knows it.
type cloud struct{ name, host, environment string }

// clouds are the clouds; the first is the default. Source: "National cloud
// deployments" of Microsoft Graph, and Get-MgEnvironment.
var clouds = []cloud{
	{"global", "https://graph.microsoft.com", "Global"},
	{"us-gov", "https://graph.microsoft.us", "USGov"},
	{"china", "https://microsoftgraph.chinacloudapi.cn", "China"},
}

// Clouds are the names of the clouds.
func Clouds() []string {
	var names []string
	for _, c := range clouds {
		names = append(names, c.name)
	}
	return names
}

func (o Options) cloud() cloud {
	if i := slices.IndexFunc(clouds, func(c cloud) bool { return c.name == o.Cloud }); i >= 0 {
		return clouds[i]
	}
	return clouds[0]
}

func (o Options) global() bool { return o.cloud() == clouds[0] }

// host is where Microsoft Graph is.
func (o Options) host() string { return o.cloud().host }
