package validate

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// nsCIE is the namespace by which metadata for the Italian electronic identity
// card says what it is for.
const nsCIE = "https://www.cartaidentita.interno.gov.it/saml-extensions"

// member is metadata of a member, with the roles that were read out of it.
type member struct {
	*saml.Metadata
	roles []saml.Role
}

// federation is a federation with technical rules of its own for metadata.
type federation struct {
	name string
	// claims reports whether the metadata is made for it.
	claims func(*member) bool
	rules  []federationRule
}

// federationRule is one rule. broken calls fail for every place that breaks it.
type federationRule struct {
	text   string // what the federation demands
	broken breaking
}

// federations are those whose rules are known.
var federations = []federation{{"CIE", forCIE, cieRules}}

func lintFederation(x *inspection, described *saml.Metadata) {
	m := &member{described, x.roles}
	applies := false
	for _, f := range federations {
		if !f.claims(m) {
			continue
		}
		applies = true
		for _, rule := range f.rules {
			rule.broken(m, func(el *etree.Element) {
				x.fail(fact{element: el, detail: "the metadata is made for " + f.name + ", which demands: " + rule.text})
			})
		}
	}
	if !applies {
		x.inapplicable()
	}
}

// forCIE goes by the namespace, and by names of attribute sets that only CIE
// has.
func forCIE(m *member) bool {
	if m.SP == nil && !declares(m.Element, nsCIE) {
		return false
	}
	if declares(m.Element, nsCIE) {
		return true
	}
	return slices.ContainsFunc(consumingOf(m), func(c saml.ConsumingService) bool {
		return slices.ContainsFunc(c.Names, func(n saml.Localized) bool { return strings.HasPrefix(n.Text.Value, "urn:uuid:") })
	})
}

// declares reports whether a namespace is declared at an element or around it.
func declares(el *etree.Element, namespace string) bool {
	for ; el != nil; el = el.Parent() {
		for i := range el.Attr {
			if a := &el.Attr[i]; (a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns") && a.Value == namespace {
				return true
			}
		}
	}
	return false
}

func consumingOf(m *member) []saml.ConsumingService {
	var out []saml.ConsumingService
	for _, r := range m.roles {
		out = append(out, r.Consuming...)
	}
	return out
}

// spRoles are the roles of an app.
func spRoles(m *member) []saml.Role {
	return slices.DeleteFunc(slices.Clone(m.roles), func(r saml.Role) bool { return r.Kind != "SPSSODescriptor" })
}

// cieRules are the rules of "Entra con CIE" for service providers (CIE id
// technical manual, metadata of the service provider). Codes are held to their
// form, not to the public registers.
var cieRules = []federationRule{
	{"EntityDescriptor as the root element", func(m *member, fail func(*etree.Element)) {
		if m.Element.Parent().Tag == "EntitiesDescriptor" {
			fail(m.Element)
		}
	}},
	{"the namespace " + nsCIE + " in EntityDescriptor", func(m *member, fail func(*etree.Element)) {
		if !declares(m.Element, nsCIE) {
			fail(m.Element)
		}
	}},
	{"a Signature", func(m *member, fail func(*etree.Element)) {
		if signatureOf(m.Metadata) == nil {
			fail(m.Element)
		}
	}},
	{"no name of a person in the certificates", perKey(func(k *saml.KeyDescriptor, fail func(*etree.Element)) {
		if slices.ContainsFunc(k.Certificates, namesPerson) {
			fail(k.Element)
		}
	})},
	{"exactly one SPSSODescriptor", func(m *member, fail func(*etree.Element)) {
		switch roles := spRoles(m); {
		case len(roles) == 0:
			fail(m.Element)
		case len(roles) > 1:
			fail(roles[1].Element)
		}
	}},
	{"AuthnRequestsSigned=\"true\"", flagged("AuthnRequestsSigned")},
	{"WantAssertionsSigned=\"true\"", flagged("WantAssertionsSigned")},
	{"a KeyDescriptor with use=\"signing\"", perRole(func(r *saml.Role, fail func(*etree.Element)) {
		if !slices.ContainsFunc(r.Keys, func(k saml.KeyDescriptor) bool { return useOf(&k) == signingUse }) {
			fail(r.Element)
		}
	})},
	{"a SingleLogoutService with the binding HTTP-Redirect", perRole(func(r *saml.Role, fail func(*etree.Element)) {
		if !slices.ContainsFunc(r.ServicesNamed("SingleLogoutService"), func(s saml.Service) bool { return s.Binding.Value == bindingRedirect }) {
			fail(r.Element)
		}
	})},
	{"HTTP-POST or HTTP-Redirect as the binding of every SingleLogoutService", bindings("SingleLogoutService")},
	{"HTTP-POST or HTTP-Redirect as the binding of every AssertionConsumerService", bindings("AssertionConsumerService")},
	{"one NameIDFormat at most", perRole(func(r *saml.Role, fail func(*etree.Element)) {
		if len(r.NameIDFormats) > 1 {
			fail(r.NameIDFormats[1].Element)
		}
	})},
	{"the NameIDFormat transient", perRole(func(r *saml.Role, fail func(*etree.Element)) {
		for _, f := range r.NameIDFormats {
			if !strings.HasSuffix(strings.TrimSpace(f.Value), ":2.0:nameid-format:transient") {
				fail(f.Element)
			}
		}
	})},
	{"exactly one AssertionConsumerService with isDefault=\"true\"", perRole(func(r *saml.Role, fail func(*etree.Element)) {
		defaults := slices.DeleteFunc(r.ServicesNamed("AssertionConsumerService"), func(s saml.Service) bool { return !isTrue(s.IsDefault) })
		switch {
		case len(defaults) == 0:
			fail(r.Element)
		case len(defaults) > 1:
			fail(defaults[1].Element)
		}
	})},
	{"an AttributeConsumingService", perRole(func(r *saml.Role, fail func(*etree.Element)) {
		if len(r.Consuming) == 0 {
			fail(r.Element)
		}
	})},
	{"a urn:uuid: of version 4 as ServiceName", perSet(func(c *saml.ConsumingService, fail func(*etree.Element)) {
		for _, n := range c.Names {
			if !uuid4().MatchString(strings.TrimSpace(n.Text.Value)) {
				fail(n.Text.Element)
			}
		}
	})},
	{"from one to four RequestedAttributes of the names name, familyName, dateOfBirth, fiscalNumber", perSet(func(c *saml.ConsumingService, fail func(*etree.Element)) {
		for i, a := range c.Requested {
			if i >= 4 || !slices.Contains([]string{"name", "familyName", "dateOfBirth", "fiscalNumber"}, a.Name.Value) {
				fail(a.Element)
			}
		}
	})},
	{"an Organization", func(m *member, fail func(*etree.Element)) {
		if m.Organization() == nil {
			fail(m.Element)
		}
	}},
	{"one ContactPerson of the type administrative, and at most one more, of the type technical", func(m *member, fail func(*etree.Element)) {
		contacts := m.Contacts()
		types := make([]string, len(contacts))
		for i, c := range contacts {
			types[i] = c.Type.Value
		}
		slices.Sort(types)
		if !slices.Equal(types, []string{"administrative"}) && !slices.Equal(types, []string{"administrative", "technical"}) {
			fail(m.Element)
		}
	}},
	{"Extensions in every ContactPerson, with exactly one of cie:Public and cie:Private", perContact(func(c contact, fail func(*etree.Element)) {
		if c.count("Public")+c.count("Private") != 1 {
			fail(c.Element)
		}
	})},
	{"exactly one cie:IPACode for a public body", perContact(only("Public", "IPACode", `.+`))},
	{"cie:IPACategory in the form of a category of the IPA register, such as L33", perContact(optional("IPACategory", `[A-Z][0-9]{1,2}`))},
	{"exactly one cie:VATNumber for a private body, in the form country and number, such as IT01234567890", perContact(only("Private", "VATNumber", vatNumber))},
	{"cie:VATNumber in the form country and number, such as IT01234567890", perContact(optional("VATNumber", vatNumber))},
	{"exactly one cie:FiscalCode for a private body", perContact(only("Private", "FiscalCode", `.+`))},
	{"cie:FiscalCode as the 11 digits or 16 characters of a codice fiscale", perContact(optional("FiscalCode", `[0-9]{11}|[A-Z]{6}[0-9A-Z]{10}`))},
	{"a cie:NACE2Code for a private body", perContact(func(c contact, fail func(*etree.Element)) {
		if c.count("Private") > 0 && c.count("NACE2Code") == 0 {
			fail(c.Element)
		}
	})},
	{"cie:NACE2Code in the form of the ATECO list, such as 84.11", perContact(optional("NACE2Code", `[0-9]{2}(\.[0-9]{1,2}){0,2}`))},
	{"exactly one cie:Municipality", perContact(only("", "Municipality", `.+`))},
	{"cie:Municipality as the code of the municipality, such as H501", perContact(optional("Municipality", `[A-M][0-9]{3}|[0-9]{5,6}`))},
	{"cie:Province as two capital letters", perContact(optional("Province", `[A-Z]{2}`))},
	{"exactly one cie:Country", perContact(only("", "Country", `.+`))},
	{"cie:Country as the two letters of ISO 3166-1", perContact(optional("Country", `[A-Z]{2}`))},
	{"exactly one Company in every ContactPerson", perContact(func(c contact, fail func(*etree.Element)) { c.one("Company", fail) })},
	{"exactly one EmailAddress in every ContactPerson", perContact(func(c contact, fail func(*etree.Element)) { c.one("EmailAddress", fail) })},
}

// vatNumber is a country with its VAT number; that of Italy has eleven digits.
const vatNumber = `IT[0-9]{11}|(?:[A-HJ-Z][A-Z]|I[A-SU-Z])[0-9A-Za-z]{2,13}`

var uuid4 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
})
