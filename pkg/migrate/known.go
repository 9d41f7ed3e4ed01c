package migrate

import (
	"maps"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	soapClaims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	msClaims   = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
)

// requestSpaces are the namespaces of claims about the request, the device or
// the session.
var requestSpaces = []string{
	requestTypes, deviceTypes, certificateTypes,
	"http://schemas.microsoft.com/2014/09/devicecontext/claims/", "http://schemas.microsoft.com/2014/02/devicecontext/claims/",
}

// aboutRequest tells claim types about the request, the device or the session.
func aboutRequest(claimType string) bool {
	return claimType == claimrule.TypeInsideNetwork || claimType == msClaims+"serialnumber" || claimType == "http://schemas.microsoft.com/2014/03/psso" ||
		slices.ContainsFunc(requestSpaces, func(space string) bool { return strings.HasPrefix(claimType, space) })
}

// typeName is the name of a claim type in the AD FS console, or its URI.
func typeName(uri string) string {
	if known, ok := claimrule.KnownType(uri); ok {
		return known.Name
	}
	return finding.Quote(finding.Shorten(uri, 80))
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
