package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// metadata reads the documents as one list.
func metadata(t *testing.T, documents ...string) []*saml.Metadata {
	t.Helper()
	var out []*saml.Metadata
	for _, d := range documents {
		doc, err := xmldoc.Parse([]byte(d), xmldoc.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, saml.ReadMetadata(doc)...)
	}
	return out
}

func TestParseClaim(t *testing.T) {
	for in, want := range map[string][2]string{
		"first_name":                     {"first_name", ""},
		"mail=@contoso\\.com$":           {"mail", "@contoso\\.com$"},
		"urn:oid:2.5.4.42=a=b":           {"urn:oid:2.5.4.42", "a=b"},
		samltest.ClaimEmail + "=":        {samltest.ClaimEmail, ""},
		" groups =Agents":                {"groups", "Agents"},
		"http://contoso.com/claims?x=^y": {"http://contoso.com/claims?x", "^y"},
	} {
		c, err := ParseClaim(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		shown := ""
		if c.Pattern != nil {
			shown = c.Pattern.Shown
			if !c.Pattern.Strict || c.Pattern.Regexp.String() != shown {
				t.Errorf("%q: pattern %+v", in, c.Pattern)
			}
		}
		if c.Name != want[0] || shown != want[1] || !c.Required || c.Source != "--require-claim" {
			t.Errorf("%q: %+v, want %q", in, c, want)
		}
	}
	for _, in := range []string{"", "=x", "  ", "mail=[", "mail=(?<"} {
		if _, err := ParseClaim(in); err == nil {
			t.Errorf("%q is no error", in)
		}
	}
}

func TestMetadataExpectations(t *testing.T) {
	sp := samltest.NewSPMetadata()
	sp.NameIDFormats = []string{samltest.FormatEmail}
	sp.Requested = []samltest.RequestedAttribute{{Name: "first_name", IsRequired: "true"}, {Name: "groups", IsRequired: "false"}}
	sp.ACS = append(sp.ACS, samltest.Endpoint{Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact", Location: "https://halo.contoso.com/artifact", Index: "7"})
	e := &Expectations{}
	if err := e.AddIdPMetadata(metadata(t, samltest.NewIdPMetadata(samltest.RSA().Cert, samltest.Other().Cert).XML()), "IdP metadata idp.xml"); err != nil {
		t.Fatal(err)
	}
	if err := e.AddSPMetadata(metadata(t, sp.XML()), "SP metadata sp.xml"); err != nil {
		t.Fatal(err)
	}
	for what, list := range map[string][2][]Value{
		"issuers":    {e.Issuers, {{samltest.Issuer, "IdP metadata idp.xml"}}},
		"entity IDs": {e.EntityIDs, {{samltest.EntityID, "SP metadata sp.xml"}}},
		"Reply URLs": {e.ReplyURLs, {{samltest.ACS, "SP metadata sp.xml"}}},
		"formats":    {e.NameIDFormats, {{samltest.FormatEmail, "SP metadata sp.xml"}}},
	} {
		if !slices.Equal(list[0], list[1]) {
			t.Errorf("%s %+v, want %+v", what, list[0], list[1])
		}
	}
	if len(e.Claims) != 1 || e.Claims[0].Name != "first_name" || !e.Claims[0].Required {
		t.Errorf("claims %+v", e.Claims)
	}
	if len(e.Trusted()) != 2 || e.SignedAssertion != "SP metadata sp.xml" || e.SignedResponse != "" {
		t.Errorf("%d certificates, signed assertion %q, response %q", len(e.Trusted()), e.SignedAssertion, e.SignedResponse)
	}
	s := newScene()
	s.expect = e
	if r := s.report(t); r.Summary.Error+r.Summary.Warning > 0 {
		explain(t, r)
		t.Error("the correct sign-in does not meet the metadata of both sides")
	}
}

// TestGivenWins holds that what was set by hand decides alone, and that two
// files of metadata do not exclude each other.
func TestGivenWins(t *testing.T) {
	given := []Value{{"https://given.example/", "--issuer"}}
	e := &Expectations{Issuers: given, EntityIDs: given, ReplyURLs: given, NameIDFormats: given}
	sp := samltest.NewSPMetadata()
	sp.NameIDFormats = []string{samltest.FormatEmail}
	if err := e.AddIdPMetadata(metadata(t, samltest.NewIdPMetadata().XML()), "idp"); err != nil {
		t.Fatal(err)
	}
	if err := e.AddSPMetadata(metadata(t, sp.XML()), "sp"); err != nil {
		t.Fatal(err)
	}
	for i, list := range [][]Value{e.Issuers, e.EntityIDs, e.ReplyURLs, e.NameIDFormats} {
		if !slices.Equal(list, given) {
			t.Errorf("list %d is %+v", i, list)
		}
	}
	other := samltest.NewIdPMetadata(samltest.Other().Cert)
	other.EntityID = otherTenantIssuer
	e = &Expectations{}
	for _, m := range []string{samltest.NewIdPMetadata(samltest.RSA().Cert).XML(), other.XML(), other.XML()} {
		if err := e.AddIdPMetadata(metadata(t, m), "idp"); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.Issuers) != 2 || len(e.MetadataCertificates) != 2 {
		t.Errorf("%d issuers and %d certificates of two identity providers", len(e.Issuers), len(e.MetadataCertificates))
	}
}

func TestMetadataErrors(t *testing.T) {
	idp, sp := samltest.NewIdPMetadata(samltest.RSA().Cert), samltest.NewSPMetadata()
	other := samltest.NewIdPMetadata()
	other.EntityID = otherTenantIssuer
	common := samltest.NewIdPMetadata()
	common.EntityID = "https://sts.windows.net/{tenantid}/"
	nameless := samltest.NewIdPMetadata()
	nameless.EntityID = ""
	add := (*Expectations).AddIdPMetadata
	addSP := (*Expectations).AddSPMetadata
	for _, c := range []struct {
		name      string
		add       func(*Expectations, []*saml.Metadata, string) error
		documents []string
		want      []string
	}{
		{"nothing", add, nil, []string{"IdP metadata x.xml", "no EntityDescriptor", "identity provider"}},
		{"the app's", add, []string{sp.XML()}, []string{samltest.EntityID, "--sp-metadata"}},
		{"the identity provider's", addSP, []string{idp.XML()}, []string{samltest.Issuer, "--idp-metadata"}},
		{"several", add, []string{idp.XML(), other.XML()}, []string{"2 entities", samltest.Issuer, otherTenantIssuer, "--issuer"}},
		{"of any tenant", add, []string{common.XML()}, []string{"placeholder", "App Federation Metadata Url"}},
		{"nameless", add, []string{nameless.XML()}, []string{"no entityID"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.add(&Expectations{}, metadata(t, c.documents...), "IdP metadata x.xml")
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
	e := &Expectations{Issuers: []Value{{otherTenantIssuer, "--issuer"}}}
	if err := e.AddIdPMetadata(metadata(t, idp.XML(), other.XML(), sp.XML()), "x"); err != nil || e.IdPMetadata[0].EntityID.Value != otherTenantIssuer {
		t.Errorf("the issuer does not choose among several entities: %v", err)
	}
}

func TestExpiredMetadata(t *testing.T) {
	idp := samltest.NewIdPMetadata()
	idp.ValidUntil = samltest.At(0)
	e := &Expectations{}
	if err := e.AddIdPMetadata(metadata(t, idp.XML()), "x"); err != nil {
		t.Fatal(err)
	}
	if err := e.ExpiredMetadata(samltest.Time.Add(-time.Second)); err != nil {
		t.Errorf("valid metadata: %v", err)
	}
	if err := e.ExpiredMetadata(samltest.Time.Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "1 h before") {
		t.Errorf("expired metadata: %v", err)
	}
}

func TestUnreadableCertificateOfMetadata(t *testing.T) {
	for _, c := range []struct {
		certificates [][]byte
		severity     finding.Severity
	}{{[][]byte{{1, 2, 3}}, 0}, {[][]byte{{1, 2, 3}, samltest.RSA().Cert}, finding.Warning}} {
		e := &Expectations{}
		if err := e.AddIdPMetadata(metadata(t, samltest.NewIdPMetadata(c.certificates...).XML()), "idp.xml"); err != nil {
			t.Fatal(err)
		}
		if len(e.CertificateProblems) != 1 || e.CertificateProblems[0].Problem.Severity != c.severity || e.CertificateProblems[0].Source != "idp.xml" {
			t.Errorf("problems %+v, want one with severity %d", e.CertificateProblems, c.severity)
		}
	}
}

func TestProfileExpectations(t *testing.T) {
	load := func(name string) *Expectations {
		t.Helper()
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		e := &Expectations{}
		if err := e.AddProfile(p); err != nil {
			t.Fatal(err)
		}
		return e
	}
	needs := func(e *Expectations, name string) bool {
		return slices.ContainsFunc(e.Claims, func(c ClaimExpectation) bool { return c.Name == name && c.Required })
	}
	if e := load("haloitsm"); !needs(e, "first_name") || len(e.Claims[1].Elsewhere) == 0 {
		t.Errorf("Halo needs a first name, in one of two variants: %+v", e.Claims)
	}
	if e := load("aws-iam"); !needs(e, "https://aws.amazon.com/SAML/Attributes/Role") {
		t.Errorf("AWS needs a role: %+v", e.Claims)
	}
	if e := load("servicenow"); len(e.ReplyURLPatterns) == 0 || e.ReplyURLPatterns[0].Strict || len(e.ProfileNameIDFormats) == 0 {
		t.Errorf("ServiceNow: %+v", e.ReplyURLPatterns)
	}
	if e := load("workday"); len(e.EntityIDPatterns) == 0 || !e.EntityIDPatterns[0].Regexp.MatchString("http://www.workday.com") {
		t.Errorf("Workday: %+v", e.EntityIDPatterns)
	}
	idp, err := profile.Load("entra")
	if err != nil {
		t.Fatal(err)
	}
	if err := new(Expectations).AddProfile(idp); err == nil || !strings.Contains(err.Error(), "identity provider") {
		t.Errorf("the profile of an identity provider: %v", err)
	}
}

// TestPlacesOfProfile holds that fixes name the fields as the app's own page
// does.
func TestPlacesOfProfile(t *testing.T) {
	s := newScene()
	haloitsm(s)
	s.expect.Issuers = []Value{{otherTenantIssuer, "--issuer"}}
	var places []string
	for _, fix := range of(s.report(t), "issuer-mismatch")[0].Fixes {
		if fix.System == finding.App {
			places = append(places, fix.Place)
		}
	}
	const page = "HaloITSM: Configuration > Single Sign-On > SAML > "
	if want := []string{page + "SAML URL ID / SSO URL", page + "Issuer Entity ID"}; !slices.Equal(places, want) {
		t.Errorf("places %q, want %q", places, want)
	}
}
