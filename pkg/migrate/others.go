package migrate

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// kindMeanings say what the objects beside relying party trusts mean for the
// move.
var kindMeanings = map[adfs.Kind]struct {
	weight finding.Severity
	text   string
}{
	adfs.KindClaimsProvider:          {finding.Warning, "users of this claims provider are not in Active Directory: they become guests (B2B) or users of another federation"},
	adfs.KindLocalClaimsProvider:     {finding.Warning, "users of this LDAP directory are not in Active Directory: Entra Connect does not bring them"},
	adfs.KindNonClaimsAware:          {finding.Warning, "the app takes Kerberos, not tokens: publish it through the application proxy of Entra with Kerberos constrained delegation"},
	adfs.KindWebApplicationProxy:     {finding.Info, "AD FS's own trust for the Web Application Proxy: it stays behind"},
	adfs.KindApplicationGroup:        {finding.Info, "an application group becomes app registrations for its members"},
	adfs.KindNativeClientApplication: {finding.Warning, "an OAuth client becomes an app registration with a public client; its client id changes"},
	adfs.KindServerApplication:       {finding.Warning, "an OAuth client becomes an app registration with a new secret; its client id changes"},
	adfs.KindWebAPIApplication:       {finding.Warning, "a web API becomes an app registration with scopes; its rules become claims of access tokens, which know fewer sources"},
	adfs.KindOAuthClient:             {finding.Warning, "an OAuth client becomes an app registration; its client id changes"},
	adfs.KindOAuthPermission:         {finding.Info, "a permission becomes an API permission with consent"},
	adfs.KindScopeDescription:        {finding.Info, "a scope becomes a scope of the app registration"},
	adfs.KindAccessControlPolicy:     {finding.Info, "trusts that use it say what becomes of it"},
	adfs.KindAttributeStore:          {finding.Info, "trusts that ask it say what becomes of it"},
	adfs.KindClaimDescription:        {finding.Info, "Entra has no descriptions of claims"},
	adfs.KindProperties:              {finding.Info, "the identifier of the federation service is the issuer that apps know: each must be told the issuer, addresses and certificate of Entra"},
}

func (s *survey) other(o *adfs.Object) {
	meaning, known := kindMeanings[o.Kind]
	if !known {
		meaning.weight, meaning.text = finding.Info, "an object of another kind: it is not judged"
	}
	out := Other{Kind: string(o.Kind), Name: strings.Clone(o.Name()), Source: sourceOf(o.Source), Weight: meaning.weight, Message: meaning.text}
	if out.Kind == "" {
		out.Kind = o.Type
	}
	switch o.Kind {
	case adfs.KindClaimsProvider, adfs.KindLocalClaimsProvider:
		s.provider(o, &out)
	case adfs.KindAttributeStore:
		s.stores = append(s.stores, out.Name)
	case adfs.KindProperties:
		s.service = service{host: strings.Clone(o.Text("HostName").Value), identifier: strings.Clone(o.Text("Identifier").Value)}
		if p := o.Property("GlobalRelyingPartyClaimsIssuancePolicy"); p != nil && p.Value.Shape != adfs.ShapeNull {
			out.Weight = finding.Warning
			out.Message += "; the global issuance policy adds claims to every trust, and Entra has nothing like it"
		}
	}
	s.others = append(s.others, out)
}

// provider judges a claims provider trust; that of Active Directory is the
// home of all users.
func (s *survey) provider(o *adfs.Object, out *Other) {
	id := o.Text("Identifier").Value
	if out.Name != activeDirectory && id != claimrule.ADAuthority {
		return
	}
	out.Weight, out.Message = finding.Info, "the users of Active Directory, whom Entra Connect brings"
	if attribute := o.Text("AlternateLoginID").Value; attribute != "" {
		s.alternate = strings.Clone(attribute)
		out.Weight = finding.Warning
		out.Message += "; they sign in with " + finding.Quote(attribute) + ", not with the UPN: set up the alternate login ID in Entra Connect"
	}
	rules, errs := claimrule.Parse(o.Text("AcceptanceTransformRules").Value, claimrule.Position{})
	custom := len(errs)
	for _, r := range rules.Rules {
		if shape := shapeOf(r); shape != ShapePassThrough && shape != ShapeGroups && shape != ShapePassAll && shape != ShapeUnreadable {
			custom++
		}
	}
	if custom > 0 {
		out.Weight = finding.Warning
		out.Message += "; " + count(custom, "acceptance rule") + " make other claims of them, which no trust shows: judge the trusts with them in mind"
	}
}
