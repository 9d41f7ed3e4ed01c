package validate

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// The bindings that checks ask for by name.
const (
	bindingPOST     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
	bindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	bindingArtifact = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
	bindingSimple   = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST-SimpleSign"
	bindingSOAP     = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
	bindingPAOS     = "urn:oasis:names:tc:SAML:2.0:bindings:PAOS"
	bindingURI      = "urn:oasis:names:tc:SAML:2.0:bindings:URI"
	bindingHolder   = saml.NSHolderOfKey // the profile gives binding and namespace one name
	bindingSOAP11   = "urn:oasis:names:tc:SAML:1.0:bindings:SOAP-binding"
	bindingWSFed    = "http://schemas.xmlsoap.org/ws/2003/07/secext"
)

// serviceBindings are the bindings that the profiles give each service (SAML
// Profiles 4.1.2, 4.4.3, 4.5.3, 5.3, 6.3), the usual one first. Services that
// are not listed may have any.
var serviceBindings = map[string][]string{
	"SingleSignOnService": {bindingRedirect, bindingPOST, bindingArtifact, bindingSimple, bindingSOAP, bindingHolder,
		"urn:mace:shibboleth:1.0:profiles:AuthnRequest", bindingWSFed, "urn:mace:shibboleth:2.0:profiles:AuthnRequest"},
	"AssertionConsumerService": {bindingPOST, bindingArtifact, bindingSimple, bindingPAOS, bindingHolder,
		"urn:oasis:names:tc:SAML:1.0:profiles:browser-post", "urn:oasis:names:tc:SAML:1.0:profiles:artifact-01", bindingWSFed},
	"SingleLogoutService":       {bindingRedirect, bindingPOST, bindingArtifact, bindingSOAP, bindingSimple, bindingWSFed},
	"ManageNameIDService":       {bindingRedirect, bindingPOST, bindingArtifact, bindingSOAP, bindingSimple},
	"ArtifactResolutionService": {bindingSOAP, bindingSOAP11},
	"NameIDMappingService":      {bindingSOAP},
	"AttributeService":          {bindingSOAP, bindingSOAP11},
	"AuthnQueryService":         {bindingSOAP, bindingSOAP11},
	"AuthzService":              {bindingSOAP, bindingSOAP11},
	"AssertionIDRequestService": {bindingSOAP, bindingURI, bindingSOAP11},
	"DiscoveryResponse":         {"urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"},
	"RequestInitiator":          {"urn:oasis:names:tc:SAML:profiles:SSO:request-init"},
}

// indexedServices are those that requests may name by index (Metadata 2.2.3).
var indexedServices = []string{"AssertionConsumerService", "ArtifactResolutionService", "DiscoveryResponse"}

// samlRoles are the roles of SAML, those of WS-Federation left out; without one,
// the check has no business.
func (x *inspection) samlRoles() []saml.Role {
	roles := make([]saml.Role, 0, len(x.roles))
	for _, r := range x.roles {
		if r.Kind != "RoleDescriptor" {
			roles = append(roles, r)
		}
	}
	if len(roles) == 0 {
		x.inapplicable()
	}
	return roles
}

func lintEndpointMissing(x *inspection, m *saml.Metadata) {
	for _, r := range x.samlRoles() {
		switch r.Kind {
		case "IDPSSODescriptor":
			if len(r.ServicesNamed("SingleSignOnService")) == 0 {
				x.fail(fact{element: r.Element, detail: "the identity provider " + entityName(m) + " has no SingleSignOnService: apps do not know where to send users"})
			}
		case "SPSSODescriptor":
			x.lintConsumers(m, &r)
		}
	}
}

func (x *inspection) lintConsumers(m *saml.Metadata, r *saml.Role) {
	consumers := r.ServicesNamed("AssertionConsumerService")
	if len(consumers) == 0 {
		x.fail(fact{element: r.Element, detail: "the app " + entityName(m) + " has no AssertionConsumerService: the identity provider does not know where to send tokens"})
		return
	}
	if !r.Speaks(saml.NSProtocol) {
		return
	}
	takes := func(s saml.Service) bool {
		return s.Binding.Value != bindingRedirect && s.Binding.Value != bindingPAOS && slices.Contains(serviceBindings[s.Name], s.Binding.Value)
	}
	if !slices.ContainsFunc(consumers, takes) {
		x.fail(fact{element: consumers[0].Element, expected: []string{bindingPOST}, actual: consumers[0].Binding.Value,
			detail: "no AssertionConsumerService of " + entityName(m) + " takes HTTP-POST, in which browsers bring tokens"})
	}
}

func lintIndex(x *inspection, _ *saml.Metadata) {
	for _, r := range x.samlRoles() {
		for _, name := range indexedServices {
			x.lintIndexes(name, r.ServicesNamed(name))
		}
	}
}

func (x *inspection) lintIndexes(name string, list []saml.Service) {
	seen := map[string]bool{}
	defaults := 0
	for _, s := range list {
		index := strings.TrimSpace(s.Index.Value)
		number, err := strconv.ParseUint(index, 10, 16)
		switch {
		case !s.Index.Present():
			x.fail(fact{element: s.Element, severity: finding.Warning, detail: "the " + name + " " + finding.Quote(finding.Shorten(s.Location.Value, 80)) + " has no index, which the schema demands"})
			continue
		case err != nil:
			x.fail(fact{field: s.Index, actual: s.Index.Value, expected: []string{"0"}, forms: true, detail: fmt.Sprintf("index %s of the %s is no number from 0 to 65535", finding.Quote(finding.Shorten(s.Index.Value, 40)), name)})
			continue
		case seen[strconv.FormatUint(number, 10)]:
			x.fail(fact{field: s.Index, actual: s.Index.Value, detail: fmt.Sprintf("index %d belongs to more than one %s", number, name)})
		}
		seen[strconv.FormatUint(number, 10)] = true
		if isTrue(s.IsDefault) {
			if defaults++; defaults == 2 {
				x.fail(fact{field: s.IsDefault, severity: finding.Warning, actual: s.IsDefault.Value, detail: "more than one " + name + " is marked as the default"})
			}
		}
	}
}

func lintBinding(x *inspection, _ *saml.Metadata) {
	for _, r := range x.samlRoles() {
		for _, s := range r.Services {
			allowed, known := serviceBindings[s.Name]
			x.lintHolder(&s, allowed)
			if !known || slices.Contains(allowed, s.Binding.Value) {
				continue
			}
			x.lintBindingOf(&s, allowed)
		}
	}
}

// lintHolder is about hoksso:ProtocolBinding, which endpoints that ask for the
// client's certificate must have, and others must not (SAML V2.0 Holder-of-Key
// Web Browser SSO Profile, 3).
func (x *inspection) lintHolder(s *saml.Service, allowed []string) {
	binding, bound := s.Protocol.Value, s.Binding.Value == bindingHolder
	f := fact{element: s.Element, field: s.Protocol, actual: binding, expected: allowed[:min(1, len(allowed))]}
	switch {
	case !bound && !s.Protocol.Present():
		return
	case !bound:
		f.severity, f.expected = finding.Warning, nil
		f.detail = "the " + s.Name + " has a hoksso:ProtocolBinding, which only the binding " + bindingHolder + " gives a meaning"
	case !s.Protocol.Present():
		f.detail = "the " + s.Name + " is for sign-ins with a client certificate (holder of key) and has no hoksso:ProtocolBinding: which binding carries the message is open"
	case binding == bindingHolder || !slices.Contains(allowed, binding):
		f.detail = "the hoksso:ProtocolBinding " + finding.Quote(finding.Shorten(binding, 100)) + " is no binding of a " + s.Name
	default:
		return
	}
	x.fail(f)
}

func (x *inspection) lintBindingOf(s *saml.Service, allowed []string) {
	binding := s.Binding.Value
	f := fact{field: s.Binding, actual: binding, expected: allowed[:1]}
	name, known := saml.LookupName(binding)
	near, slip := saml.NearName(binding)
	switch {
	case !s.Binding.Present() || strings.TrimSpace(binding) == "":
		f.element, f.detail = s.Element, "the "+s.Name+" "+finding.Quote(finding.Shorten(s.Location.Value, 80))+" names no Binding"
	case known && binding == bindingRedirect && s.Name == "AssertionConsumerService":
		f.severity = finding.Warning
		f.detail = "an AssertionConsumerService is said to take HTTP-Redirect, in which no token may be sent; the identity provider will pass it over"
	case known:
		f.severity = finding.Warning
		f.detail = fmt.Sprintf("the %s is said to take %s, which is no binding of this service", s.Name, name.Short)
	case slip:
		f.expected = []string{near.URI}
		f.detail = fmt.Sprintf("the binding %s of the %s is a slip for %s", finding.Quote(finding.Shorten(binding, 100)), s.Name, near.URI)
	default:
		f.detail = fmt.Sprintf("the binding %s of the %s does not exist", finding.Quote(finding.Shorten(binding, 100)), s.Name)
	}
	x.fail(f)
}

// addresses yields every address of the services of the role.
func addresses(r *saml.Role, visit func(s *saml.Service, address saml.Field)) {
	for i := range r.Services {
		s := &r.Services[i]
		visit(s, s.Location)
		if s.ResponseLocation.Present() {
			visit(s, s.ResponseLocation)
		}
	}
}

func lintLocation(x *inspection, _ *saml.Metadata) {
	for _, r := range x.samlRoles() {
		addresses(&r, func(s *saml.Service, address saml.Field) {
			if f, bad := judgeAddress(s, address); bad {
				x.fail(f)
			}
		})
		for _, s := range r.Services {
			x.lintResponseLocation(&s)
		}
	}
}

// lintResponseLocation is about where answers go, when not where requests do.
func (x *inspection) lintResponseLocation(s *saml.Service) {
	if !s.ResponseLocation.Present() {
		return
	}
	if s.Name == "SingleSignOnService" {
		x.fail(fact{field: s.ResponseLocation, severity: finding.Warning, actual: s.ResponseLocation.Value,
			detail: "a SingleSignOnService has a ResponseLocation, which is for logout and like services only"})
		return
	}
	requests, err := url.Parse(s.Location.Value)
	answers, err2 := url.Parse(s.ResponseLocation.Value)
	if err == nil && err2 == nil && requests.Host != "" && answers.Host != "" && !strings.EqualFold(requests.Host, answers.Host) {
		x.fail(fact{field: s.ResponseLocation, severity: finding.Info, actual: s.ResponseLocation.Value,
			detail: fmt.Sprintf("requests to the %s go to %s and answers to %s; one of them may be left over from a move", s.Name, finding.Quote(finding.Shorten(requests.Host, 80)), finding.Quote(finding.Shorten(answers.Host, 80)))})
	}
}

// judgeAddress says what is wrong with the address of an endpoint.
func judgeAddress(s *saml.Service, address saml.Field) (fact, bool) {
	value := address.Value
	f := fact{field: address, actual: value}
	shown := s.Name + " " + finding.Quote(finding.Shorten(value, 100))
	u, err := url.Parse(strings.TrimSpace(value))
	switch {
	case !address.Present() || strings.TrimSpace(value) == "":
		f.element, f.detail = s.Element, "the "+s.Name+" has no Location"
	case strings.TrimSpace(value) != value:
		f.expected, f.detail = []string{strings.TrimSpace(value)}, "the address of "+shown+" begins or ends with white space"
	case strings.ContainsAny(value, "{}<>"):
		f.detail = "the address of " + shown + " holds a placeholder that was not filled in"
	case err != nil || strings.ContainsAny(value, " \t\r\n"):
		f.detail = "the address of " + shown + " is no URL"
	case u.Scheme == "":
		f.detail = "the address of " + shown + " is no whole URL: it lacks https:// and the host"
	case u.Scheme != "https" && u.Scheme != "http":
		f.expected, f.forms = []string{"https://"}, true
		f.detail = fmt.Sprintf("the address of %s has the scheme %q, expected https", shown, u.Scheme)
	case u.Host == "":
		f.detail = "the address of " + shown + " has no host"
	case u.Fragment != "":
		f.severity = finding.Warning
		f.detail = "the address of " + shown + " has a fragment, which never reaches the server"
	default:
		return fact{}, false
	}
	return f, true
}

func lintInsecure(x *inspection, _ *saml.Metadata) {
	told := map[string]bool{} // hosts of the own network
	for _, r := range x.samlRoles() {
		addresses(&r, func(s *saml.Service, address saml.Field) {
			u, err := url.Parse(address.Value)
			if err != nil || u.Host == "" || told[u.Host] {
				return
			}
			own := isOwnHost(u.Hostname())
			told[u.Host] = own
			f := fact{field: address, actual: address.Value}
			switch {
			case u.Scheme == "http" && own:
				f.severity, f.detail = finding.Info, fmt.Sprintf("the %s is on the machine itself (%s), so it is the metadata of a developer", s.Name, u.Host)
			case u.Scheme == "http":
				f.expected = []string{"https" + strings.TrimPrefix(address.Value, "http")}
				f.detail = fmt.Sprintf("the %s %s is not protected by TLS", s.Name, finding.Quote(finding.Shorten(address.Value, 100)))
			case own:
				f.severity, f.detail = finding.Info, fmt.Sprintf("the %s is on %s, which only its own network reaches", s.Name, u.Host)
			default:
				return
			}
			x.fail(f)
		})
	}
}

// isOwnHost reports whether a host is the machine itself or an address of a
// private network (RFC 1918, RFC 4193).
func isOwnHost(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && (a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast())
}
