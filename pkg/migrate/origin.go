package migrate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// origin is what Entra can make a claim of, and what is to be said about it.
type origin struct {
	kind originKind
	// says is the source as an administrator of Entra would write it:
	// "user.mail", `Join(user.givenname, " ", user.surname)`.
	says string
	// steps counts the transformations, groups are the SIDs of those under
	// whose members alone there is a value.
	steps  int
	groups []string
	// remarks are what differs and what is to do; the gravest decides.
	remarks []remark
}

// remark is one thing to say of a claim.
type remark struct {
	outcome  Outcome
	severity finding.Severity
	text     string
}

type originKind uint8

const (
	ofAttribute originKind = iota + 1
	ofConstant
	ofGroups
	ofPairwise // an identifier that AD FS computes
	ofRequest  // of the request, not the user
	ofEntra    // something that Entra sends by itself
	ofNothing  // nothing that Entra has
)

func (o origin) with(outcome Outcome, severity finding.Severity, text string) origin {
	r := remark{outcome, severity, text}
	if !slices.Contains(o.remarks, r) {
		o.remarks = append(slices.Clone(o.remarks), r)
	}
	return o
}

func (o origin) withAll(list []remark) origin {
	for _, r := range list {
		o = o.with(r.outcome, r.severity, r.text)
	}
	return o
}

// step adds a transformation.
func (o origin) step(says string) origin {
	o.says = says
	if o.steps++; o.steps == entra.MaxTransformations+1 {
		o = o.with(Changed, finding.Warning, fmt.Sprintf("it takes more than the %d transformations that a claim can have", entra.MaxTransformations))
	}
	return o
}

// merge is the origin of a value that can be either.
func merge(list []origin) origin {
	if len(list) == 0 {
		return origin{}
	}
	out := list[0]
	for _, o := range list[1:] {
		if !strings.Contains(out.says, o.says) {
			out.says += " or " + o.says
		}
		out.kind = max(out.kind, o.kind)
		out.steps = max(out.steps, o.steps)
		out.groups = append(slices.Clone(out.groups), o.groups...)
		out = out.withAll(o.remarks)
	}
	return out
}

// gravest is the remark that decides.
func (o origin) gravest() remark {
	if len(o.remarks) == 0 {
		return remark{outcome: Mapped, severity: finding.Info}
	}
	return slices.MaxFunc(o.remarks, func(a, b remark) int {
		return cmp.Compare(a.severity, b.severity)
	})
}

// What is kept of one origin: rule sets can be made to grow without end.
const (
	maxSays    = 300
	maxRemarks = 12
	maxGroups  = 200
	maxOrigins = 8   // of one claim type
	maxPattern = 100 // claim types that an expression is tried on
)

// bounded cuts an origin to what is worth saying.
func (o origin) bounded() origin {
	o.says = finding.Shorten(o.says, maxSays)
	o.remarks = o.remarks[:min(len(o.remarks), maxRemarks)]
	o.groups = o.groups[:min(len(o.groups), maxGroups)]
	return o
}

// attributeOrigin is what Entra has of an attribute of Active Directory.
func attributeOrigin(name string) origin {
	a := entra.LookupAttribute(name)
	switch a.Fidelity {
	case entra.Exact:
		return origin{kind: ofAttribute, says: "user." + a.Source}
	case entra.Differs:
		return origin{kind: ofAttribute, says: "user." + a.Source}.with(Changed, finding.Warning, a.Name+": "+a.Note)
	case entra.GroupName:
		return groupOrigin(name)
	case entra.Extension:
		return origin{kind: ofAttribute, says: "the directory extension for " + finding.Quote(name)}.with(Manual, finding.Warning, name+": "+a.Note)
	}
	return origin{kind: ofNothing, says: "nothing"}.with(Unsupported, finding.Error, a.Name+": "+a.Note)
}

func groupOrigin(form string) origin {
	o := origin{kind: ofGroups, says: "the group claim"}
	f, ok := entra.GroupClaimFormat(form)
	if !ok {
		return o.with(Changed, finding.Warning, form+": the names of groups may be written in another form")
	}
	o.says = "the group claim in the format " + f.Property
	return o.with(Changed, finding.Info, fmt.Sprintf("users in more than %d groups get a link in place of the claim, and groups that are not synchronized are left out", entra.MaxGroupsInToken))
}

// incoming is what stands for the claims that AD FS has of users of Active
// Directory before the first rule.
var incoming = map[string]origin{
	claimrule.TypeUPN:            {kind: ofAttribute, says: "user.userprincipalname"},
	claimrule.TypeWindowsAccount: {kind: ofAttribute, says: accountName, steps: 1},
	claimrule.TypeName:           {kind: ofAttribute, says: accountName, steps: 1},
	claimrule.TypePrimarySID:     {kind: ofAttribute, says: "user.onpremisesecurityidentifier"},
	claimrule.TypeGroupSID:       groupOrigin("tokenGroups(SID)"),
	claimrule.TypeEmail:          {kind: ofAttribute, says: "user.mail"},
	soapClaims + "givenname":     {kind: ofAttribute, says: "user.givenname"},
	soapClaims + "surname":       {kind: ofAttribute, says: "user.surname"},
	claimrule.TypeAuthnMethod:    ownOrigin("the method of the sign-in"),
	typeAuthnReference:           ownOrigin("the methods of the sign-in"),
	msClaims + "authenticationinstant": ownOrigin(
		"the time of the sign-in"),
	claimrule.TypePrimaryGroupSID:                  origin{kind: ofNothing, says: "nothing"}.with(Unsupported, finding.Error, "Entra does not know the primary group of a user"),
	"http://schemas.xmlsoap.org/claims/CommonName": attributeOrigin("cn"),
}

const (
	accountName = `Join(user.netbiosname, "\", user.onpremisessamaccountname)`
	soapClaims  = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	msClaims    = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
)

func ownOrigin(what string) origin {
	return origin{kind: ofEntra, says: "what Entra sends by itself"}.with(Changed, finding.Warning, "Entra tells "+what+" in its own claims, whose values are others")
}

// incomingOrigin is what stands for an incoming claim type; false where AD FS
// has no such claim of a user of Active Directory.
func incomingOrigin(claimType string) (origin, bool) {
	if o, ok := incoming[claimType]; ok {
		return o, true
	}
	if aboutRequest(claimType) {
		return origin{kind: ofRequest, says: "nothing"}.with(Unsupported, finding.Error, "it says something about the request ("+typeName(claimType)+"), which tokens of Entra do not"), true
	}
	if known, ok := claimrule.KnownType(claimType); ok {
		return origin{kind: ofNothing, says: "nothing"}.with(Unsupported, finding.Warning, "users of Active Directory have no "+known.Name+" claim unless other rules make it"), true
	}
	return origin{}, false
}

// aboutRequest tells claim types about the request or the device.
func aboutRequest(claimType string) bool {
	for _, space := range []string{requestTypes, deviceTypes, certificateTypes, "http://schemas.microsoft.com/2014/09/devicecontext/claims/", "http://schemas.microsoft.com/2014/02/devicecontext/claims/", "http://schemas.microsoft.com/2012/01/devicecontext/claims/"} {
		if strings.HasPrefix(claimType, space) {
			return true
		}
	}
	return claimType == claimrule.TypeInsideNetwork || claimType == "http://schemas.microsoft.com/2014/03/psso"
}

// typeName is the name of a claim type in the AD FS console, or its URI.
func typeName(uri string) string {
	if known, ok := claimrule.KnownType(uri); ok {
		return known.Name
	}
	return finding.Quote(finding.Shorten(uri, 80))
}

// constantOrigin is a fixed value.
func constantOrigin(value string) origin {
	return origin{kind: ofConstant, says: finding.Quote(finding.Shorten(value, 80))}
}
