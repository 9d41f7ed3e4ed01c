package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// sharedFact is a fact that several parties hold a copy of.
type sharedFact struct {
	name string
	// some says that one value in common is enough, and what else the first
	// copy has is worth a warning.
	some bool
	// copies are in order of authority: every other one is compared with the
	// first that is there.
	copies []copyOf
}

// copyOf is one copy of a fact: who holds it, and who has to change it.
type copyOf struct {
	holder string
	of     func(*configured) []held
	// set marks a copy that lists all that will do, such as the endpoints of
	// metadata: it needs not be in the other in whole.
	set bool
	fix finding.Fix
}

// sharedFacts are the facts that both sides of a sign-in must hold alike: a
// copy is one row.
var sharedFacts = []sharedFact{
	{name: "issuer", copies: []copyOf{
		{holder: "the metadata of the identity provider", of: ofIdP(func(e *entity) []held { return []held{e.id} }), fix: fixMetadata},
		{holder: "idp.issuer", of: func(a *configured) []held { return heldText(a.IdP.Issuer) }, fix: fixConfig},
		{holder: "the app", of: func(a *configured) []held { return heldText(a.SP.Issuer) }, fix: fixApp(appIssuer)},
	}},
	{name: "login URL", copies: []copyOf{
		{holder: "the metadata of the identity provider", of: ofIdP(func(e *entity) []held { return urls(e.idp.signOn) }), set: true, fix: fixMetadata},
		{holder: "idp.sso-url", of: func(a *configured) []held { return heldText(a.IdP.SSOURL) }, fix: fixConfig},
		{holder: "the app", of: func(a *configured) []held { return heldText(a.SP.SSOURL) }, fix: fixApp(appSSOURL)},
	}},
	{name: "logout URL of the identity provider", copies: []copyOf{
		{holder: "the metadata of the identity provider", of: ofIdP(func(e *entity) []held { return urls(e.idp.logout) }), set: true, fix: fixMetadata},
		{holder: "idp.logout-url", of: func(a *configured) []held { return heldText(a.IdP.LogoutURL) }, fix: fixConfig},
	}},
	{name: "signing certificate", some: true, copies: []copyOf{
		{holder: "the metadata of the identity provider", of: ofIdP(func(e *entity) []held { return e.idp.certificates }), fix: fixMetadata},
		{holder: "idp.certificates", of: func(a *configured) []held { return a.idpCertificates }, fix: fixConfig},
		{holder: "the app", of: func(a *configured) []held { return a.appCertificates }, fix: finding.Fix{System: finding.App, Place: appCertificate, Action: "import the signing certificate of the identity provider: {expected}"}},
	}},
	{name: "Identifier (Entity ID)", copies: []copyOf{
		{holder: "the metadata of the app", of: ofSP(func(e *entity) []held { return []held{e.id} }), fix: fixMetadata},
		{holder: "app.entity-id", of: func(a *configured) []held { return heldText(a.SP.EntityID) }, fix: fixConfig},
		{holder: "Entra", of: ofEntra(func(e *entra.EnterpriseApplication) []held { return heldList(e.Identifiers()) }), set: true, fix: fixEntra(entraIdentifier)},
	}},
	{name: "Reply URL", copies: []copyOf{
		{holder: "the metadata of the app", of: ofSP(func(e *entity) []held { return urls(posted(e.sp.signOn)) }), set: true, fix: fixMetadata},
		{holder: "app.reply-urls", of: func(a *configured) []held { return heldTexts(a.SP.ReplyURLs) }, fix: fixConfig},
		{holder: "Entra", of: ofEntra(func(e *entra.EnterpriseApplication) []held { return heldList(e.ReplyURLs()) }), set: true, fix: fixEntra(entraReplyURL)},
	}},
	{name: "sign-on URL", copies: []copyOf{
		{holder: "app.sign-on-url", of: func(a *configured) []held { return heldText(a.SP.SignOnURL) }, fix: fixConfig},
		{holder: "Entra", of: ofEntra(loginURL), fix: fixEntra(entraBasic + " > Sign on URL")},
	}},
	{name: "Logout URL", copies: []copyOf{
		{holder: "the metadata of the app", of: ofSP(func(e *entity) []held { return urls(e.sp.logout) }), set: true, fix: fixMetadata},
		{holder: "app.logout-url", of: func(a *configured) []held { return heldText(a.SP.LogoutURL) }, fix: fixConfig},
		{holder: "Entra", of: ofEntra(func(e *entra.EnterpriseApplication) []held { return heldEntra(e.LogoutURL()) }), fix: fixEntra(entraBasic + " > Logout Url")},
	}},
	{name: "NameID format", copies: []copyOf{
		{holder: "expect.name-id", of: expectedFormat, fix: fixConfig},
		{holder: "the metadata of the app", of: ofSP(func(e *entity) []held { return specified(e.sp.nameIDs) }), set: true, fix: fixMetadata},
		{holder: "the metadata of the identity provider", of: ofIdP(func(e *entity) []held { return specified(e.idp.nameIDs) }), set: true, fix: fixMetadata},
	}},
}

var (
	fixMetadata = finding.Fix{System: finding.User, Place: "the metadata file", Action: "download the metadata again, or set the side that it is from to {expected}"}
	fixConfig   = finding.Fix{System: finding.User, Place: "ssodoctor.yaml, at the place shown", Action: "set it to {expected}"}
)

func fixApp(place string) finding.Fix {
	return finding.Fix{System: finding.App, Place: place, Action: "set it to {expected}"}
}

func fixEntra(place string) finding.Fix {
	return finding.Fix{System: finding.Entra, Place: place, Action: "set it to {expected}"}
}

func ofIdP(get func(*entity) []held) func(*configured) []held {
	return func(a *configured) []held {
		if a.idp == nil {
			return nil
		}
		return get(a.idp)
	}
}

func ofSP(get func(*entity) []held) func(*configured) []held {
	return func(a *configured) []held {
		if a.sp == nil {
			return nil
		}
		return get(a.sp)
	}
}

func ofEntra(get func(*entra.EnterpriseApplication) []held) func(*configured) []held {
	return func(a *configured) []held {
		if a.enterprise == nil {
			return nil
		}
		return get(a.enterprise)
	}
}

func heldEntra(t entra.Text) []held {
	if !t.Known || t.V == "" {
		return nil
	}
	return []held{{value: t.V, input: t.At.File, location: finding.Location{Span: t.At.Span}}}
}

func heldList(l entra.List) []held {
	var out []held
	for _, t := range l.Items {
		out = append(out, heldEntra(t)...)
	}
	return out
}

func loginURL(e *entra.EnterpriseApplication) []held {
	if e.Principal == nil {
		return nil
	}
	return heldEntra(e.Principal.LoginURL)
}

// posted are the endpoints that take HTTP-POST; all where none says so.
func posted(list []held) []held {
	var out []held
	for _, h := range list {
		if h.binding == "HTTP-POST" {
			out = append(out, h)
		}
	}
	if len(out) == 0 {
		return list
	}
	return out
}

// specified are the NameID formats, none where one of them means any.
func specified(list []held) []held {
	if slices.ContainsFunc(list, func(h held) bool { return strings.HasSuffix(h.value, ":unspecified") }) {
		return nil
	}
	return list
}

func expectedFormat(a *configured) []held {
	list := heldText(a.Expect.NameID.Format)
	for i := range list {
		list[i].value = NameIDFormat(list[i].value)
	}
	return specified(list)
}

// NameIDFormat returns the URI of a NameID format that may be given by its
// short name, such as "emailAddress"; other words are returned as they are.
func NameIDFormat(name string) string {
	for n := range saml.Names(saml.KindNameIDFormat) {
		if strings.EqualFold(n.Short, name) {
			return n.URI
		}
	}
	return name
}

// lintDrift compares the copies of every fact of an app.
func lintDrift(x *inspection, a *configured) {
	compared := x.againstProfile(a)
	for i := range sharedFacts {
		if x.drifts(a, &sharedFacts[i]) {
			compared = true
		}
	}
	compared = x.lacksClaims(a) || compared
	for _, why := range a.why {
		x.skip(why)
	}
	if !compared {
		x.skip("no fact of the app has two copies: name metadata, exports or pasted values of both sides")
	}
}

// drifts compares the copies of one fact; false where there are not two.
func (x *inspection) drifts(a *configured, f *sharedFact) bool {
	var first *copyOf
	var right []held
	compared := false
	for i := range f.copies {
		c := &f.copies[i]
		values := c.of(a)
		switch {
		case len(values) == 0:
		case first == nil:
			first, right = c, values
		default:
			compared = true
			drift{x, a, f, first, c, right, values}.report()
		}
	}
	return compared
}

// drift is a copy of a fact beside the first one: the app, the fact, who holds
// it, and what.
type drift struct {
	x             *inspection
	app           *configured
	fact          *sharedFact
	first, other  *copyOf
	right, values []held
}

func (d drift) report() {
	switch {
	case d.fact.some:
		d.overlap()
	case d.other.set && !d.first.set:
		d.lacking()
	case d.other.set && slices.ContainsFunc(d.values, func(v held) bool { return slices.ContainsFunc(d.right, v.same) }):
	default:
		d.differing()
	}
}

// differing reports the values that the first copy does not have.
func (d drift) differing() {
	for _, v := range d.values {
		if !slices.ContainsFunc(d.right, v.same) {
			d.differs(d.right, v)
		}
	}
}

// lacking reports the values of the first copy that a list of alternatives does
// not have: at the one that is nearest.
func (d drift) lacking() {
	for _, want := range d.right {
		if slices.ContainsFunc(d.values, want.same) {
			continue
		}
		nearest, _ := finding.Nearest(texts(d.values), want.value)
		at := slices.IndexFunc(d.values, func(v held) bool { return v.value == nearest })
		d.differs([]held{want}, d.values[at])
	}
}

// overlap reports certificates: none in common is an error, one that only the
// first copy has a warning.
func (d drift) overlap() {
	var missing []held
	for _, r := range d.right {
		if !slices.ContainsFunc(d.values, r.same) {
			missing = append(missing, r)
		}
	}
	switch {
	case len(missing) == len(d.right):
		d.differs(d.right, d.values[0])
	case len(missing) > 0:
		d.x.fail(fact{input: d.values[0].input, location: d.values[0].location, severity: finding.Warning, expected: texts(missing), forms: true, fixes: d.x.fixOf(d.app, d.other),
			title:  "A signing certificate of the identity provider is not in every copy",
			detail: fmt.Sprintf("%s of %s lacks %s, which %s (%s) has beside the one in common; after a rollover sign-ins would fail", "the "+d.fact.name, d.other.holder, missing[0].shown(), d.first.holder, missing[0].input)})
	}
}

// differs reports one value that is none of those expected.
func (d drift) differs(expected []held, v held) {
	d.x.fail(fact{
		input: v.input, location: v.location, expected: texts(expected), actual: v.value, fixes: d.x.fixOf(d.app, d.other),
		title:  fmt.Sprintf("The copies of the %s differ", d.fact.name),
		detail: fmt.Sprintf("%s: the %s that %s holds is %s, and that of %s (%s) is %s", d.app.Name.Value, d.fact.name, d.other.holder, v.shown(), d.first.holder, standing(expected[0]), shownAll(expected)),
	})
}

// fixOf names the place of the fix as the menus of the app do, where its
// profile is known.
func (x *inspection) fixOf(a *configured, c *copyOf) []finding.Fix {
	fix := c.fix
	fix.Place = (&Expectations{Profile: a.profile}).place(fix)
	return []finding.Fix{fix}
}

// shown is a value for a sentence.
func (h held) shown() string {
	if h.name != "" {
		return fmt.Sprintf("%s (SHA-1 %s)", finding.Shorten(h.name, 80), h.value)
	}
	return finding.Quote(finding.Shorten(h.value, 200))
}

func shownAll(list []held) string { return finding.Either(list, 3, held.shown) }

// standing is where a copy stands, for a sentence.
func standing(h held) string {
	if h.location.Span.Known() {
		return fmt.Sprintf("%s, line %d", h.input, h.location.Span.Line)
	}
	return h.input
}

// profileFact is a fact that the profile of an app has an opinion on.
type profileFact struct {
	name   string
	copies func(*configured) []held
	value  func(*profile.App) profile.Value
	place  string
}

var profileFacts = []profileFact{
	{"Identifier (Entity ID)", func(a *configured) []held {
		return slices.Concat(heldText(a.SP.EntityID), ofSP(func(e *entity) []held { return []held{e.id} })(a))
	}, func(p *profile.App) profile.Value { return p.Identifier }, appEntityID},
	{"Reply URL", func(a *configured) []held {
		return slices.Concat(heldTexts(a.SP.ReplyURLs), ofSP(func(e *entity) []held { return posted(e.sp.signOn) })(a))
	}, func(p *profile.App) profile.Value { return p.ReplyURL }, appReplyURL},
	{"sign-on URL", func(a *configured) []held { return heldText(a.SP.SignOnURL) }, func(p *profile.App) profile.Value { return p.SignOnURL }, "the app's SAML settings: Sign-on URL"},
	{"Logout URL", func(a *configured) []held { return heldText(a.SP.LogoutURL) }, func(p *profile.App) profile.Value { return p.LogoutURL }, "the app's SAML settings: Logout URL"},
}

// againstProfile holds what is noted of the app against its profile; true where
// the profile has an opinion. What it is not sure of warns at most.
func (x *inspection) againstProfile(a *configured) bool {
	if a.profile == nil {
		return false
	}
	apps, judged := variants(a.profile), false
	for _, f := range profileFacts {
		for _, h := range f.copies(a) {
			verdict, forms := mildest(apps, f.value, h.value)
			judged = judged || verdict != profile.NoOpinion
			severity := map[profile.Verdict]finding.Severity{profile.Wrong: finding.Error, profile.Unusual: finding.Warning, profile.Doubtful: finding.Info}[verdict]
			if severity == 0 {
				continue
			}
			x.fail(fact{
				input: h.input, location: h.location, severity: severity, expected: forms, forms: true, actual: h.value,
				title:  fmt.Sprintf("The %s is not as the profile has it", f.name),
				detail: fmt.Sprintf("%s: the %s is %s, and for %s it looks like %s", a.Name.Value, f.name, h.shown(), a.profile.Title, quoteAll(forms)),
				fixes:  []finding.Fix{fixApp((&Expectations{Profile: a.profile}).place(finding.Fix{Place: f.place}))},
			})
		}
	}
	return judged
}

// mildest is the opinion of the variant that likes the value best.
func mildest(apps []*profile.App, of func(*profile.App) profile.Value, s string) (profile.Verdict, []string) {
	verdict, forms := profile.Wrong, []string(nil)
	for _, a := range apps {
		v := of(a)
		verdict = min(verdict, v.Judge(s))
		forms = append(forms, v.Expected()...)
	}
	return verdict, forms
}
