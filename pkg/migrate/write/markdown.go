package write

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// runbook is the runbook of a trust in the making. Chapters are numbered as
// they come.
type runbook struct {
	b       strings.Builder
	chapter int
	step    int
	entry
	o Options
}

// markdownTrust is the runbook of one trust.
func markdownTrust(w io.Writer, t entry, o Options) error {
	r := &runbook{entry: t, o: o}
	r.summary()
	for _, chapter := range []func(){
		r.settle, r.create, r.basic, r.claims, r.groupClaim, r.certificates, r.properties, r.roles, r.users,
		r.access, r.policies, r.owner, r.test, r.back, r.all,
	} {
		chapter()
	}
	_, err := io.WriteString(w, strings.ReplaceAll(r.b.String(), "\n\n\n", "\n\n")+"\n")
	return err
}

func (r *runbook) text(format string, arguments ...any) { fmt.Fprintf(&r.b, format+"\n", arguments...) }

// heading begins a chapter.
func (r *runbook) heading(title string) {
	r.chapter++
	r.step = 0
	r.text("\n## %d. %s\n", r.chapter, title)
}

// do is a numbered step.
func (r *runbook) do(format string, arguments ...any) {
	r.step++
	r.text("%d. "+format, append([]any{r.step}, arguments...)...)
}

// table writes a table; its cells are Markdown.
func (r *runbook) table(head []string, rows [][]string) {
	r.text("\n| %s |\n|%s", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
	for _, row := range rows {
		r.text("| %s |", strings.Join(row, " | "))
	}
}

// code is a value as it is, between backticks, in a paragraph or list. What
// does not print is shown as an escape.
func code(s string) string {
	s = finding.Printable(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if s == "" || strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// cellCode is code in the cell of a table, where a bar ends the cell.
func cellCode(s string) string { return strings.ReplaceAll(code(s), "|", `\|`) }

// codes are values in a cell, a line each.
func codes(values []string) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = cellCode(v)
	}
	return strings.Join(list, "<br>")
}

func (r *runbook) summary() {
	template := "none: an application of your own"
	if r.Application.Template != "" {
		template = code(r.Application.Template)
	}
	r.text("# %s: from AD FS to Microsoft Entra ID", finding.Markdown(r.Name))
	r.table([]string{"", ""}, [][]string{
		{"Readiness", "**" + r.Readiness.String() + "**"}, {"Protocol", r.Protocol},
		{"Relying party trust", cellCode(r.Name)}, {"Export", cellCode(fmt.Sprintf("%s:%d", r.Source.File, r.Source.Line))},
		{"Template in the gallery", strings.ReplaceAll(template, "|", `\|`)},
	})
}

// settle lists what must be decided before.
func (r *runbook) settle() {
	r.heading("Before you start")
	r.do("Sign in to https://entra.microsoft.com as Cloud Application Administrator; for Conditional Access also as Conditional Access Administrator.")
	r.do("Keep the export of the trust: it is the way back.")
	for _, l := range r.licences() {
		r.do("Needs a licence: %s.", finding.Markdown(l))
	}
	lines := open(r.TrustPlan)
	if len(lines) == 0 {
		r.text("\nNothing else is to be settled: every setting and rule of the trust has its counterpart.")
		return
	}
	r.text("\nTo be settled by a person, the gravest first:\n")
	for _, s := range lines {
		severity, sentence, _ := strings.Cut(s, ": ")
		r.text("- [ ] **%s** %s", severity, finding.Markdown(sentence))
	}
}

// licences say what needs one.
func (r *runbook) licences() []string {
	var list []string
	all, _ := assignments(r.TrustPlan)
	for _, l := range []struct {
		needed bool
		what   string
	}{
		{slices.ContainsFunc(all, func(a assignment) bool { return a.user == "" }), "assigning groups"},
		{encrypts(r.TrustPlan), "encrypting tokens"},
		{lifetimePolicy(r.TrustPlan) != nil, "the lifetime of tokens"},
		{len(r.ConditionalAccess) > 0, "Conditional Access"},
	} {
		if l.needed {
			list = append(list, licenceP1+" for "+l.what)
		}
	}
	return list
}

func (r *runbook) create() {
	r.heading("Create the application")
	r.do("Open **Enterprise applications > New application**.")
	if r.Application.Template != "" {
		r.do("Search the gallery for %s and choose it.", code(r.Application.Template))
	} else {
		r.do("Choose **Create your own application**, then **Integrate any other application you don't find in the gallery (Non-gallery)**.")
	}
	r.do("Name it %s and choose **Create**.", code(r.Application.DisplayName))
	r.do("Choose **Single sign-on > SAML**.")
}

// fields writes the settings of the places with a prefix as a table.
func (r *runbook) fields(prefix string) {
	var rows [][]string
	for _, s := range settingsOf(r.TrustPlan, r.o) {
		if strings.HasPrefix(s.place, prefix) && s.lacks&byPortal == 0 {
			field, value := finding.Markdown(s.field), codes(s.values)
			if rest := strings.TrimPrefix(strings.TrimPrefix(s.place, prefix), " > "); rest != "" {
				field = finding.Markdown(rest+" > ") + field
			}
			if s.note != "" {
				value += "<br>" + finding.Markdown(s.note)
			}
			rows = append(rows, []string{field, value})
		}
	}
	r.table([]string{"Field", "Value"}, rows)
}

func (r *runbook) basic() {
	r.heading("Basic SAML Configuration")
	r.do("Open **%s > Edit**, set these fields and save. Copy the values; letter case and a slash at the end count.", placeBasic)
	r.fields(placeBasic)
}

func (r *runbook) claims() {
	r.heading("Attributes & Claims")
	r.do("Open **%s > Edit**.", placeClaims)
	r.do("Under **Unique User Identifier (Name ID)** set the format and the source:")
	format := "Default"
	if r.NameID.Format != "" {
		format = nameIDFormats[r.NameID.Format]
	}
	r.table([]string{"Name identifier format", "Source", "Condition"}, claimRows([]string{cellCode(format)}, r.NameID.Configurations, "user.userprincipalname"))
	r.text("")
	var rows [][]string
	for _, c := range r.Claims {
		rows = append(rows, claimRows([]string{cellCode(c.Name), optionalCode(c.Namespace)}, c.Configurations, "")...)
	}
	for _, name := range r.OptionalClaims {
		rows = append(rows, []string{cellCode(name), "", "an optional claim: App registrations > (app) > Token configuration > Add optional claim > SAML", ""})
	}
	if len(rows) == 0 {
		r.do("Under **Additional claims** delete what the portal put there: the trust issues no other claims.")
		return
	}
	r.do("Under **Additional claims** delete what the portal put there, then choose **Add new claim** for each of these. Several lines of one claim are its **Claim conditions**: enter them in this order, as the last one that fits counts.")
	r.table([]string{"Name", "Namespace", "Source", "Condition"}, rows)
}

// nameIDFormats are the words of the portal.
var nameIDFormats = map[string]string{
	"emailAddress": "Email address", "unspecified": "Unspecified", "persistent": "Persistent", "windowsDomainQualifiedName": "Windows domain qualified name", "default": "Default",
}

// claimRows are the rows of one claim, which only the first of them names.
func claimRows(names []string, all []entra.Configuration, byDefault string) [][]string {
	if len(all) == 0 {
		return [][]string{append(slices.Clone(names), cellCode(byDefault), "")}
	}
	var rows [][]string
	for i, c := range inOrder(all) {
		row := slices.Clone(names)
		if i > 0 {
			row = make([]string, len(names))
		}
		rows = append(rows, append(row, cellCode(describe(c)), finding.Markdown(scope(c.Condition))))
	}
	return rows
}

// optionalCode is code, or nothing for nothing.
func optionalCode(s string) string {
	if s == "" {
		return ""
	}
	return cellCode(s)
}

func (r *runbook) groupClaim() {
	if !emitsGroups(r.TrustPlan) {
		return
	}
	r.heading("Group claim")
	r.do("Open **%s > Add a group claim**.", placeClaims)
	r.fields(placeClaims + " > Add a group claim")
}

func (r *runbook) certificates() {
	r.heading("Certificates")
	r.do("Under **%s** set what is signed, and who is told before the certificate expires.", placeCertificates)
	r.fields(placeCertificates)
	if encrypts(r.TrustPlan) {
		r.text("")
		r.do("Under **%s** import the certificate of the app, without its private key.", placeEncryption)
		r.fields(placeEncryption)
	}
}

func (r *runbook) properties() {
	r.heading("Properties")
	r.do("Open **%s**, set these fields and save.", placeProperties)
	r.fields(placeProperties)
}

func (r *runbook) roles() {
	values := roleValues(r.TrustPlan)
	if len(values) == 0 {
		return
	}
	r.heading("App roles")
	r.do("Open **%s > Create app role** for each of these, with allowed member types **Users/Groups**.", placeRoles)
	var rows [][]string
	for _, v := range values {
		rows = append(rows, []string{cellCode(v), cellCode(v)})
	}
	r.table([]string{"Display name", "Value"}, rows)
}

func (r *runbook) users() {
	r.heading("Users and groups")
	all, left := assignments(r.TrustPlan)
	switch {
	case len(all) > 0:
		r.do("Open **%s > Add user/group** and assign these. Members of groups inside them are not assigned by that.", placeUsers)
		var rows [][]string
		for _, a := range all {
			who, role := groupName(a.group), "User"
			if a.user != "" {
				who = a.user
			}
			if a.role != "" {
				role = a.role
			}
			rows = append(rows, []string{cellCode(who), cellCode(role)})
		}
		r.table([]string{"Group or user of Active Directory", "Role"}, rows)
	case r.Access.AssignmentRequired:
		r.text("Assignment is required and nobody is assigned: who AD FS lets in cannot be said by groups alone. Nobody can sign in before a person assigns users here.")
	default:
		r.text("Assignment is not required: everyone in the tenant can sign in, guests too.")
	}
	for _, role := range left {
		r.text("\n- The role %s is not assigned to the group %s: that would let in members whom AD FS may not let in. Assign it to a group of those who are in both.", code(role.Value), code(groupName(role.Group)))
	}
}
