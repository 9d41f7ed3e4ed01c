package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// value is how Entra makes what a term says.
type value struct {
	source   entra.ClaimSource
	steps    []entra.Transformation
	fallback *entra.ClaimSource // where the last step does not match
	// needs are the attributes without any of which AD FS issues nothing.
	needs []*claimrule.Source
	// partial is set where it is not documented what Entra emits when some of
	// needs are there and others are not.
	partial bool
	// several is set where a user can have several values of the source, and
	// Entra makes all of them.
	several bool
	remarks []remark
}

// remark is one thing to say of a claim.
type remark struct {
	outcome  Outcome
	severity finding.Severity
	text     string
}

func (v value) with(outcome Outcome, severity finding.Severity, text string) value {
	v.remarks = addRemark(v.remarks, remark{outcome, severity, text})
	return v
}

// addRemark adds what was not said yet.
func addRemark(list []remark, r remark) []remark {
	if r.text == "" || slices.Contains(list, r) {
		return list
	}
	return append(slices.Clip(list), r)
}

// lacking is the value of what Entra has nothing for.
func lacking(outcome Outcome, severity finding.Severity, text string) value {
	return value{}.with(outcome, severity, text)
}

// made tells whether there is a source at all.
func (v value) made() bool { return v.source.Kind != "" }

// plain tells whether it is a source without a step.
func (v value) plain() bool { return v.made() && len(v.steps) == 0 }

// step adds a transformation behind those that are there.
func (v value) step(t entra.Transformation) value {
	if v.fallback != nil {
		v = v.with(Changed, finding.Info, "what the second transformation makes of values that the expression of the first does not match is not documented")
		v.fallback = nil
	}
	if v.several && len(v.steps) == 0 {
		t.Parameters.TreatAsMultiValue = true
	} else if v.several {
		v = v.with(Changed, finding.Info, "what a second transformation makes of several values is not documented")
	}
	v.steps = append(slices.Clip(v.steps), t)
	if len(v.steps) > entra.MaxTransformations {
		return value{needs: v.needs, remarks: v.remarks}.with(Unsupported, finding.Warning,
			fmt.Sprintf("it takes more than the %d transformations that a claim can have: join the parts in Entra Connect, or use a custom claims provider", entra.MaxTransformations))
	}
	return v
}

// valueOf says how Entra makes a term.
func (t *translator) valueOf(term claimrule.Term) value {
	switch term := term.(type) {
	case *claimrule.Constant:
		return value{source: entra.ConstantSource(t.own(term.Text))}
	case *claimrule.Item:
		return t.item(term)
	case *claimrule.Joined:
		return t.joined(term)
	case *claimrule.Replaced:
		return t.replaced(term)
	}
	return lacking(Unsupported, finding.Error, "it cannot be told what the rules make: "+term.String())
}

func (t *translator) item(item *claimrule.Item) value {
	if item.Property != claimrule.Value {
		return lacking(Unsupported, finding.Warning, "Entra has no source for the "+strings.ToLower(item.Property.String())+" of a claim")
	}
	s := item.Element.Source
	v := t.ofSource(s)
	if v.made() && !s.Always {
		v.needs = append(v.needs, s)
	}
	v.several = v.source.Kind == entra.FromExtension && !s.Single
	if v.source.Kind == entra.FromAttribute && !s.Single && s.Kind == claimrule.DirectoryValues && len(v.steps) == 0 {
		v = v.with(Changed, finding.Warning, fmt.Sprintf("%s can have several values, of which Entra emits the first", finding.Quote(s.Name)))
	}
	return v
}

// accountAttribute is how claim rules name DOMAIN\sAMAccountName.
const accountAttribute = "msDS-PrincipalName"

// ofSource is what Entra has of a source.
func (t *translator) ofSource(s *claimrule.Source) value {
	switch s.Kind {
	case claimrule.StoreAnswers:
		return storeValue(s)
	case claimrule.OtherClaims:
		return lacking(Manual, finding.Warning, passAll)
	case claimrule.IncomingClaims:
		if s.Attribute == "" && s.GroupForm == "" {
			return incomingValue(s.Name)
		}
		return attributeValue(s.Attribute, s.GroupForm)
	}
	return attributeValue(s.Name, s.GroupForm)
}

// attributeValue is what Entra has of an attribute of Active Directory.
func attributeValue(name, groupForm string) value {
	switch {
	case groupForm != "":
		return lacking(Unsupported, finding.Warning, "it is made of each group of the user, which only the group claim is")
	case strings.EqualFold(name, accountAttribute):
		domain := entra.AttributeSource("netbiosname")
		account := entra.AttributeSource("onpremisessamaccountname")
		return value{source: domain}.step(entra.Transformation{Method: entra.Join, Parameters: entra.Parameters{Separator: `\`, Input2: &account}})
	}
	a := entra.LookupAttribute(name)
	v := value{source: entra.AttributeSource(a.Source)}
	switch a.Fidelity {
	case entra.Exact:
		return v
	case entra.Differs:
		return v.with(Changed, finding.Warning, a.Name+": "+a.Note)
	case entra.Extension:
		return value{source: entra.ExtensionSource(strings.Clone(name))}.with(Manual, finding.Warning, name+": "+a.Note)
	}
	return lacking(Unsupported, finding.Error, a.Name+": "+a.Note)
}

// incomingAttributes are attributes that stand for claims that come in where
// the acceptance rules of the claims provider make them.
var incomingAttributes = map[string]string{
	claimrule.TypeEmail: "mail", soapClaims + "givenname": "givenName", soapClaims + "surname": "sn",
	"http://schemas.xmlsoap.org/claims/CommonName": "cn",
}

// typeFactorInstant is the claim that says when a second factor was proved.
const typeFactorInstant = "http://schemas.microsoft.com/ws/2017/04/identity/claims/multifactorauthenticationinstant"

// windowsClaims says of claims that AD FS takes from the sign-in to Windows, or
// computes of the password, what can be done about them.
var windowsClaims = map[string]string{
	msClaims + "primarygroupsid":         "Entra does not know the primary group of a user: where it is the same for all, as Domain Users is, send its SID as a fixed value",
	msClaims + "denyonlyprimarygroupsid": deniedGroups, msClaims + "denyonlyprimarysid": deniedGroups, soapClaims + "denyonlysid": deniedGroups,
	passwordTypes + "passwordexpirationtime": passwordAge, passwordTypes + "passwordexpirationdays": passwordAge, passwordTypes + "passwordchangeurl": passwordAge,
}

const (
	passwordTypes = "http://schemas.microsoft.com/ws/2012/01/"
	passwordAge   = "AD FS computes it of the password in Active Directory, and Entra sends nothing like it in SAML tokens: let the app do without, or write a custom claims provider"
	deniedGroups  = "AD FS takes it from the Windows token, of groups that count for refusals alone, and Entra has nothing like it: let the app do without"
)

// incomingValue is what stands for a claim that comes in and that AD FS does
// not derive from the directory by itself.
func incomingValue(claimType string) value {
	if attribute, ok := incomingAttributes[claimType]; ok {
		return attributeValue(attribute, "").with(Changed, finding.Warning, "the claim "+typeName(claimType)+" comes in only where the acceptance rules of the claims provider make it, which a trust does not show; it is taken to be "+attribute)
	}
	switch {
	case claimType == claimrule.TypeAuthnMethod, claimType == typeAuthnReference, claimType == msClaims+"authenticationinstant", claimType == typeFactorInstant:
		return lacking(Unsupported, finding.Warning, "Entra tells how and when users signed in in claims of its own, whose values are others: let the app read those")
	case aboutRequest(claimType):
		return lacking(Unsupported, finding.Error, "it says something about the request ("+typeName(claimType)+"), which tokens of Entra do not: let Conditional Access decide in the place of the app")
	}
	if why, known := windowsClaims[claimType]; known {
		return lacking(Manual, finding.Warning, why)
	}
	return lacking(Manual, finding.Warning, "users of Active Directory have no claim "+typeName(claimType)+" unless the acceptance rules of the claims provider make it, which a trust does not show: find out what it is made of")
}

// storeValue is what stands for the answer of an attribute store.
func storeValue(s *claimrule.Source) value {
	if own := strings.HasPrefix(s.Name, "_"); own && !strings.EqualFold(s.Name, claimrule.StoreOpaqueID) {
		return lacking(Unsupported, finding.Error, "it is what AD FS itself computes ("+finding.Quote(s.Name)+"), and Entra has nothing like it: let the app do without, or write a custom claims provider")
	}
	if !strings.EqualFold(s.Name, claimrule.StoreOpaqueID) {
		return lacking(Unsupported, finding.Error, "it is a value of the attribute store "+finding.Quote(s.Name)+", which Entra cannot ask: synchronize it as a directory extension, or write a custom claims provider")
	}
	for _, p := range s.Params {
		if c, ok := p.(*claimrule.Constant); ok && c.Text == "useEntropy" {
			return value{source: entra.AttributeSource(pairwise)}.with(Changed, finding.Warning, "Entra sends a transient NameID only where the request asks for one")
		}
	}
	return value{source: entra.AttributeSource(pairwise)}.with(Changed, finding.Error,
		"the identifiers that AD FS computes cannot be taken over: every user gets another one, and accounts at the app must be linked anew")
}

const pairwise = "pairwiseid"

// joined is the value of parts one after the other.
func (t *translator) joined(term *claimrule.Joined) value {
	var parts []value
	var variable []int
	for i, p := range term.Parts {
		v := t.valueOf(p)
		if !v.made() {
			return v
		}
		parts = append(parts, v)
		if v.source.Kind != entra.FromConstant {
			variable = append(variable, i)
		}
	}
	if v, ok := t.joinedByJoin(parts, variable); ok {
		return v
	}
	if domain, ok := addedDomain(parts); t.naming && ok {
		return parts[0].step(withDomain(domain))
	}
	return t.joinedByTemplate(parts, variable)
}

// joinedByJoin joins two attributes, with a fixed text between them or none.
func (t *translator) joinedByJoin(parts []value, variable []int) (value, bool) {
	first, last := 0, len(parts)-1
	if len(variable) != 2 || variable[0] != first || variable[1] != last || last > 2 || !parts[last].plain() {
		return value{}, false
	}
	v := combined(parts, first, last)
	separator := ""
	if last == 2 {
		separator = parts[1].source.Value
	}
	second := parts[last].source
	v.partial = v.partial || len(v.needs) > 0
	return v.step(entra.Transformation{Method: entra.Join, Parameters: entra.Parameters{Separator: separator, Input2: &second}}), true
}

// addedDomain is the domain that is put behind a value.
func addedDomain(parts []value) (string, bool) {
	last := parts[len(parts)-1]
	domain, ok := strings.CutPrefix(last.source.Value, "@")
	return domain, ok && len(parts) == 2 && last.source.Kind == entra.FromConstant && parts[0].source.Kind != entra.FromConstant && domainName.MatchString(domain)
}

// combined is the first of some parts with the needs and remarks of all.
func combined(parts []value, list ...int) value {
	v := parts[list[0]]
	for _, i := range list[1:] {
		p := parts[i]
		v.needs = append(slices.Clip(v.needs), p.needs...)
		v.partial = v.partial || p.partial
		for _, r := range p.remarks {
			v.remarks = addRemark(v.remarks, r)
		}
		if p.several {
			v = v.with(Changed, finding.Info, "of several values of "+sourceName(p.source)+" Entra joins the first")
		}
	}
	return v
}

// wholeValue matches any value, to write it into a template.
const wholeValue = `(?s)^(?'value'.+)$`

// joinedByTemplate writes the parts as the replacement of a regular expression
// that takes the first attribute whole.
func (t *translator) joinedByTemplate(parts []value, variable []int) value {
	v := combined(parts, variable...)
	if len(variable)-1 > entra.MaxRegexAttributes {
		return lacking(Unsupported, finding.Warning, fmt.Sprintf("it joins more than %d attributes: join them in Entra Connect", entra.MaxRegexAttributes+1))
	}
	var template strings.Builder
	var more []entra.ClaimSource
	for i, p := range parts {
		switch {
		case p.source.Kind == entra.FromConstant && strings.ContainsAny(p.source.Value, "{}"):
			return lacking(Unsupported, finding.Warning, "braces cannot be written into a value by RegexReplace")
		case p.source.Kind == entra.FromConstant:
			template.WriteString(p.source.Value)
		case i == variable[0]:
			template.WriteString("{value}")
		case p.source.Kind == entra.FromAttribute && p.plain():
			more = append(more, p.source)
			template.WriteString("{" + strings.TrimPrefix(p.source.ID, "user.") + "}")
		default:
			return lacking(Unsupported, finding.Warning, "it joins values that Entra must make first: join them in Entra Connect, or use a custom claims provider")
		}
	}
	v.partial = v.partial || len(more) > 0 && len(v.needs) > 0
	return v.step(entra.Transformation{Method: entra.RegexReplace, Parameters: entra.Parameters{Regex: wholeValue, Replacement: template.String(), AdditionalAttributes: more}})
}

// key tells values apart that Entra makes differently.
func (v value) key(term claimrule.Term) string {
	if !v.made() {
		return fmt.Sprintf("%p", term)
	}
	return fmt.Sprint(v.source, v.fallback != nil, len(v.steps)) + v.long()
}

// says is the value as an administrator of Entra would write it.
func (v value) says() string {
	if !v.made() {
		return "nothing"
	}
	return finding.Shorten(v.long(), 300)
}

func (v value) long() string {
	text := sourceName(v.source)
	for _, s := range v.steps {
		text = stepName(s, text)
	}
	return text
}

func sourceName(s entra.ClaimSource) string {
	switch s.Kind {
	case entra.FromConstant:
		return finding.Quote(finding.Shorten(s.Value, 80))
	case entra.FromExtension:
		return "the directory extension for " + finding.Quote(finding.Shorten(s.ID, 60))
	}
	return s.ID
}

// stepName is a transformation of a value as the portal shows it.
func stepName(t entra.Transformation, input string) string {
	args := []string{input}
	p := t.Parameters
	quote := func(s string) { args = append(args, finding.Quote(finding.Shorten(s, 60))) }
	switch t.Method {
	case entra.Join:
		quote(p.Separator)
	case entra.RegexReplace:
		quote(p.Regex)
		quote(p.Replacement)
	case entra.Contains, entra.StartsWith, entra.EndsWith:
		quote(p.Value)
	case entra.Substring:
		args = append(args, fmt.Sprint(deref(p.Index)))
		if p.Length != nil {
			args = append(args, fmt.Sprint(*p.Length))
		}
	}
	for _, more := range []*entra.ClaimSource{p.Input2, p.Output} {
		if more != nil {
			args = append(args, sourceName(*more))
		}
	}
	for _, more := range p.AdditionalAttributes {
		args = append(args, sourceName(more))
	}
	return string(t.Method) + "(" + strings.Join(args, ", ") + ")"
}

func deref(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
