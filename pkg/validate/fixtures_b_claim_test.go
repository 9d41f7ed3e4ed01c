package validate

import (
	"fmt"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// required makes the app need a claim, as --require-claim writes it.
func required(claim string) func(*scene) {
	return func(s *scene) {
		c, err := ParseClaim(claim)
		if err != nil {
			panic(err)
		}
		s.expect.Claims = []ClaimExpectation{c}
	}
}

// unverified makes the app probably need a claim.
func unverified(name string) func(*scene) {
	return func(s *scene) {
		s.expect.Claims = []ClaimExpectation{{Name: name, Required: true, Unverified: true}}
	}
}

// attribute changes a claim of the token.
func attribute(name string, change func(*samltest.Attribute)) func(*scene) {
	return func(s *scene) { change(s.assertion().Attribute(name)) }
}

// renamed gives the claim another name and no other claim of the kind.
func renamed(to string) func(*scene) {
	return attribute("first_name", func(a *samltest.Attribute) { a.Name = to })
}

// withGroups adds a group claim.
func withGroups(values ...string) func(*scene) {
	return func(s *scene) {
		s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute(samltest.ClaimGroups, values...))
	}
}

// both makes one change of several.
func both(changes ...func(*scene)) func(*scene) {
	return func(s *scene) {
		for _, change := range changes {
			change(s)
		}
	}
}

// noDefaults leaves the claims that Entra sends by itself out.
func noDefaults(s *scene) {
	s.assertion().Remove(samltest.ClaimGivenName, samltest.ClaimSurname, samltest.ClaimName)
}

// haloitsm makes the profile all that is known.
func haloitsm(s *scene) {
	p, err := profile.Load("haloitsm")
	if err != nil {
		panic(err)
	}
	s.expect = &Expectations{Certificates: given(samltest.RSA())}
	if err := s.expect.AddProfile(p); err != nil {
		panic(err)
	}
}

const groupID = "0a1b2c3d-4e5f-4061-8273-8495a6b7c8d9"

var fixturesClaim = []fixture{
	{check: "claim-missing", name: "absent", base: noDefaults, fire: func(s *scene) { s.assertion().Remove("first_name") },
		want: want{expected: []string{"first_name"}, detail: "either the claim is not set up in Entra, or the attribute behind it is empty"}},
	{check: "claim-missing", name: "unverified", base: both(noDefaults, unverified("first_name")), fire: func(s *scene) { s.assertion().Remove("first_name") },
		want: want{severity: finding.Info}},
	{check: "claim-missing", name: "profile", base: both(noDefaults, haloitsm), fire: func(s *scene) { s.assertion().Remove("first_name") },
		want: want{expected: []string{"first_name"}}},
	{check: "claim-missing", name: "another fact instead", base: haloitsm, fire: func(s *scene) { s.assertion().Remove(samltest.ClaimEmail) },
		want: want{expected: []string{samltest.ClaimEmail}, detail: "what it has is \"" + samltest.ClaimName}},
	{check: "claim-misnamed", name: "Microsoft default", fire: func(s *scene) { s.assertion().Remove("first_name") },
		want: want{expected: []string{"first_name"}, actual: samltest.ClaimGivenName}},
	{check: "claim-misnamed", name: "letter case", base: noDefaults, fire: renamed("First_Name"), want: want{actual: "First_Name", detail: "letter case"}},
	{check: "claim-misnamed", name: "short name", base: required(samltest.ClaimEmail),
		fire: attribute(samltest.ClaimEmail, func(a *samltest.Attribute) { a.Name = "emailaddress" }), want: want{detail: "the short name"}},
	{check: "claim-misnamed", name: "OID", base: required(samltest.ClaimEmail),
		fire: attribute(samltest.ClaimEmail, func(a *samltest.Attribute) { a.Name = "urn:oid:0.9.2342.19200300.100.1.3" }), want: want{detail: "the OID"}},
	{check: "claim-misnamed", name: "https", base: required(samltest.ClaimEmail),
		fire: attribute(samltest.ClaimEmail, func(a *samltest.Attribute) { a.Name = "https" + a.Name[4:] }), want: want{detail: "http/https", difference: "scheme"}},
	{check: "claim-misnamed", name: "FriendlyName", base: both(noDefaults, required("costCentre")),
		fire: func(s *scene) {
			s.assertion().Attributes = append(s.assertion().Attributes, samltest.Attribute{Name: "urn:oid:1.3.6.1.4.1.99999.7", FriendlyName: "costCentre", Values: []string{"7"}})
		}, quiet: "pass", want: want{detail: "FriendlyName"}},
	{check: "claim-misnamed", name: "confused with", base: func(s *scene) {
		s.expect.Claims = []ClaimExpectation{{Name: "display", ConfusedWith: []string{samltest.ClaimDisplayName}, Aliases: []string{"first_name"}, Required: true}}
	}, fire: func(s *scene) { s.assertion().Remove("first_name") }, want: want{actual: samltest.ClaimDisplayName}},
	{check: "claim-empty", name: "needed", fire: attribute("first_name", func(a *samltest.Attribute) { a.Values = []string{samltest.Empty} }),
		want: want{actual: "first_name", detail: "which the app needs"}},
	{check: "claim-empty", name: "no value element", fire: attribute("first_name", func(a *samltest.Attribute) { a.Values = nil })},
	{check: "claim-empty", name: "not needed", fire: attribute("last_name", func(a *samltest.Attribute) { a.Values = []string{" "} }),
		want: want{severity: finding.Info, detail: `"last_name"`}},
	{check: "claim-value-mismatch", name: "pattern", base: required(samltest.ClaimEmail + `=@contoso\.com$`),
		fire: attribute(samltest.ClaimEmail, func(a *samltest.Attribute) { a.Values = []string{"ada@fabrikam.com"} }),
		want: want{expected: []string{`@contoso\.com$`}, actual: "ada@fabrikam.com"}},
	{check: "claim-value-mismatch", name: "profile", base: func(s *scene) {
		p := profilePattern("^[^@]+@[^@]+$", "name@domain")
		s.expect.Claims = []ClaimExpectation{{Name: samltest.ClaimEmail, Required: true, Pattern: &p}}
	},
		fire: attribute(samltest.ClaimEmail, func(a *samltest.Attribute) { a.Values = []string{"ada"} }), want: want{severity: finding.Warning}},
	{check: "claim-duplicate", name: "twice", base: func(s *scene) { s.only() }, fire: func(s *scene) {
		s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute("first_name", "Ada"))
	},
		want: want{actual: "first_name"}},
	{check: "claim-duplicate", name: "twice, and the app takes it", fire: func(s *scene) {
		s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute("first_name", "Ada"))
	}, want: want{severity: finding.Info}},
	{check: "claim-multi-valued", name: "two addresses", base: func(s *scene) { s.expect.Claims[0].Single = true },
		fire: attribute(samltest.ClaimEmail, func(a *samltest.Attribute) { a.Values = append(a.Values, "ada@fabrikam.com") }),
		want: want{detail: "2 values"}},
	{check: "claim-groups-overage", name: "link", base: both(withGroups(groupID), required("groups")), fire: func(s *scene) {
		s.assertion().Attribute(samltest.ClaimGroups).Name = "http://schemas.microsoft.com/claims/groups.link"
	},
		want: want{expected: []string{"groups"}, detail: "more than 150 groups"}},
	{check: "claim-groups-object-ids", name: "names wanted", base: both(withGroups("Agents"), required(samltest.ClaimGroups+"=^Agents$")),
		fire: attribute(samltest.ClaimGroups, func(a *samltest.Attribute) { a.Values = []string{groupID} }),
		want: want{actual: groupID}},
	{check: "assertion-too-large", name: "thousands of groups", base: withGroups(groupID), fire: attribute(samltest.ClaimGroups, func(a *samltest.Attribute) {
		for i := range 2000 {
			a.Values = append(a.Values, fmt.Sprintf("0a1b2c3d-4e5f-4061-8273-8495a6b7%04x", i))
		}
	}), want: want{detail: "2001 values"}},
}
