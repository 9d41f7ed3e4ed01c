package validate

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/accounts"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

const (
	noUsers  = "the accounts of the app are not known: give --users"
	appUsers = "the app's user list"
	appJIT   = "the app's SAML settings: creation of accounts at sign-in (just-in-time)"
	// emailClaim and upnClaim stand for every name of their claims.
	emailClaim = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
	upnClaim   = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
	nameClaim  = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
)

// accountFixes bring an account into being.
var accountFixes = []finding.Fix{
	{System: finding.App, Place: appUsers, Action: "create the account {actual}"},
	{System: finding.App, Place: appJIT, Action: "or switch it on, if the app has it and the user may have an account"},
}

var userChecks = []*Check{{
	Name: "user-unknown", Severity: finding.Error, Family: FamilyIdentity, Scope: OfToken,
	Title: "The app has no account that fits the user",
	Why:   "The app looks up the account by one value of the token. Without exactly one match it refuses the user, or signs in somebody else.",
	Cause: "The token carries the UPN where the app knows users by e-mail address (or the other way round), the address or domain was changed on one side, or the account was never created.",
	Fixes: append(nameIDFixes("take it from the directory attribute that holds the user's name in the app (mail in place of userPrincipalName, or the other way round)"),
		accountFixes...),
	Reference: "SAML Profiles 4.1.4.3; https://learn.microsoft.com/entra/identity-platform/saml-claims-customization",
	Since:     "0.1.0",
	Explains:  []string{"flow-app-rejected", "flow-login-loop"},
	run:       runUserUnknown,
}}

// identity is a value of the token that an app may know the user by.
type identity struct {
	what  string // "the NameID", `the claim "mail"`
	field saml.Field
	fixes func(action string) []finding.Fix // at the identity provider
}

func runUserUnknown(x *exam) {
	if x.expect.Accounts == nil {
		x.skip(noUsers)
		return
	}
	if x.msg.sealed != nil {
		x.skip("the message is a redacted copy: no account is known by its pseudonyms")
		return
	}
	nameID, claim, decides := x.identities()
	first, second := nameID, claim
	if decides {
		first, second = claim, nameID
	}
	if first == nil {
		return
	}
	if !x.msg.encrypted {
		x.reason = "" // there is something to go by, whatever the token lacks
	}
	if x.judgeUser(first, 0); x.failed || second == nil || second.field.Value == first.field.Value {
		return
	}
	if decides {
		x.judgeUser(second, finding.Info)
	} else {
		x.judgeUser(second, finding.Warning)
	}
}

// identities returns what names the user: the NameID and the e-mail claim that
// is expected, each nil where the token does not have it. The claim decides
// where the profile of the app requires it, or there is no NameID to go by.
func (x *exam) identities() (nameID, claim *identity, decides bool) {
	for id := range x.nameIDs() {
		switch {
		case formatName(id.Format.Value) == "transient":
			x.skip("a transient NameID changes with every sign-in: no account can be found by it")
		case strings.TrimSpace(id.Value) == "":
			x.skip("the NameID is empty")
		default:
			nameID = &identity{"the NameID", id.Field, nameIDFixes}
		}
		break
	}
	expected := x.userClaim()
	if expected == nil {
		if nameID == nil && x.msg.saml.Protocol != "saml2" {
			claim = x.claimed(func(n string) bool { return isClaim(n, emailClaim, upnClaim, nameClaim) })
		}
		return nameID, claim, nameID == nil
	}
	decides = strings.HasPrefix(expected.Source, "profile ")
	if claim = x.claimed(expected.reads); claim == nil && decides {
		x.skip(fmt.Sprintf("the token has no value for the claim %s, by which the app finds the account", finding.Quote(expected.Name)))
	}
	return nameID, claim, decides || nameID == nil
}

// userClaim is the e-mail claim that the app needs, nil where none is known.
func (x *exam) userClaim() *ClaimExpectation {
	for i := range x.expect.Claims {
		if c := &x.expect.Claims[i]; x.needs(c) && isClaim(c.Name, emailClaim) {
			return c
		}
	}
	return nil
}

func isClaim(name string, claims ...string) bool {
	for _, c := range claims {
		if same, _ := saml.SameClaim(c, name); same {
			return true
		}
	}
	return false
}

// claimed is the first value of an attribute whose name will do, nil where
// there is none.
func (x *exam) claimed(named func(string) bool) *identity {
	at := x.attribute(named)
	if at == nil || empty(at) || len(at.Values) == 0 {
		return nil
	}
	return &identity{"the claim " + finding.Quote(at.Name.Value), at.Values[0].Field, claimFixes}
}

// judgeUser looks up who is meant, and reports it with at most that severity
// where that is not exactly one account.
func (x *exam) judgeUser(who *identity, most finding.Severity) {
	value := who.field.Value
	match := x.expect.Accounts.Find(value)
	if match.Relation == accounts.Found {
		return
	}
	f := fact{field: who.field, actual: value}
	if match.Account != "" && match.Account != value {
		f.expected = []string{match.Account}
	}
	var tail string
	f.severity, tail, f.fixes = x.mismatchedUser(who, match)
	if match.Relation == accounts.Unknown || match.Relation == accounts.Similar || match.Relation == accounts.Alias || match.Relation == accounts.OtherDomain {
		if other, account := x.otherIdentity(value); other != nil {
			f.severity, f.expected, f.fixes = 0, []string{account}, sourceFixes(who)
			tail = fmt.Sprintf("; %s is %s, and an account is known by that", other.what, finding.Quote(account))
		}
	}
	f.detail = fmt.Sprintf("%s is %s%s (%s)", who.what, finding.Quote(finding.Shorten(value, 200)), tail, x.userList())
	if most != 0 && (f.severity == 0 || most < f.severity) {
		f.severity = most
	}
	x.fail(f)
}

// userList says where accounts were looked for.
func (x *exam) userList() string {
	l := x.expect.Accounts
	noun := "accounts"
	if l.Accounts == 1 {
		noun = "account"
	}
	text := fmt.Sprintf("%d %s, known by the column %s", l.Accounts, noun, finding.Quote(l.Key))
	if l.Unread > 0 {
		text += fmt.Sprintf("; %d records could not be read", l.Unread)
	}
	return text
}

// mismatchedUser says how the value relates to the accounts, how bad that is
// (0 for the severity of the check), and what to do.
func (x *exam) mismatchedUser(who *identity, m accounts.Match) (severity finding.Severity, tail string, fixes []finding.Fix) {
	account := finding.Quote(m.Account)
	switch m.Relation {
	case accounts.Several:
		return 0, fmt.Sprintf(", and %d accounts of the app have that, so it cannot tell whose sign-in it is", m.Count), severalFixes(who)
	case accounts.FoundTwice:
		return finding.Warning, fmt.Sprintf(", and but for letter case %d accounts of the app have that", m.Count), severalFixes(who)
	case accounts.Spelling:
		how := finding.Compare(m.Account, who.field.Value)
		if !strings.Contains(string(how), "white space") && !x.caseSensitive() {
			severity = finding.Warning
		}
		return severity, fmt.Sprintf(", but the app knows the user as %s: they differ by %s", account, how), spellingFixes(who)
	case accounts.OtherColumn:
		if m.Account == "" {
			return 0, fmt.Sprintf(", which the app has in the column %s of an account that has no %s", finding.Quote(m.Column), finding.Quote(x.expect.Accounts.Key)), accountFixes[:1]
		}
		return 0, fmt.Sprintf(", but the app knows the user as %s and has that value in the column %s only", account, finding.Quote(m.Column)), sourceFixes(who)
	case accounts.OtherDomain:
		return 0, fmt.Sprintf(", and no account of the app is known by that; the nearest, %s, has the same name in another domain", account), sourceFixes(who)
	case accounts.Alias:
		return x.newcomer(), fmt.Sprintf(", and no account of the app is known by that; the nearest, %s, looks like another form of the same name", account), append(accountFixes[:2:2], sourceFixes(who)...)
	case accounts.Similar:
		return x.newcomer(), fmt.Sprintf(", and no account of the app is known by that; the nearest is %s", account), append(accountFixes[:2:2], sourceFixes(who)...)
	}
	tail = ", and no account of the app is known by that"
	if x.newcomer() != 0 {
		tail += "; the app is known to create accounts at sign-in"
	}
	return x.newcomer(), tail, append(accountFixes[:2:2], who.fixes("if the account has another name, take {actual} from the directory attribute that holds that")...)
}

// sourceFixes make both sides say the same: the identity provider, or the app.
func sourceFixes(who *identity) []finding.Fix {
	return append(who.fixes("take it from the directory attribute that holds {expected} for this user (mail in place of userPrincipalName, or the other way round)"),
		finding.Fix{System: finding.App, Place: appUsers, Action: "or change the account {expected} to {actual}, if it is the same person"})
}

// spellingFixes make the app write what the directory does, or the identity
// provider what all accounts of the app have.
func spellingFixes(who *identity) []finding.Fix {
	return append([]finding.Fix{{System: finding.App, Place: appUsers, Action: "change the account {expected} to {actual}, letter by letter"}},
		who.fixes("or send the value as the app writes it, if it writes all of them so (for example in lower case)")...)
}

func severalFixes(who *identity) []finding.Fix {
	return append([]finding.Fix{{System: finding.App, Place: appUsers, Action: "leave one account with {actual}: merge, rename or delete the others"}},
		who.fixes("or take it from a directory attribute that is unique in the app")...)
}

// caseSensitive reports whether the app is known to tell "Ada" from "ada".
func (x *exam) caseSensitive() bool {
	return x.expect.Profile != nil && x.expect.Profile.App.NameID.CaseSensitive
}

// newcomer is how bad it is that no account exists: worth a warning where the
// app is known to create it at sign-in, and not only as an option.
func (x *exam) newcomer() finding.Severity {
	if p := x.expect.Profile; p != nil {
		c := p.App.UserCreation
		option := c.Note != "" || c.Unverified || strings.Contains(c.Value, " or ") && !strings.Contains(c.Value, "on by default")
		if strings.Contains(c.Value, "at sign-in") && !option {
			return finding.Warning
		}
	}
	return 0
}

// otherIdentity finds another value of the token that names exactly one
// account, and that account.
func (x *exam) otherIdentity(value string) (*identity, string) {
	if home := guestHome(value); home != "" {
		if m := x.expect.Accounts.Find(home); m.Relation == accounts.Found {
			return &identity{what: "the address of that guest"}, home
		}
	}
	for _, a := range x.msg.readable {
		for _, at := range a.Attributes {
			if empty(at) || len(at.Values) == 0 || !isClaim(at.Name.Value, emailClaim, upnClaim, nameClaim) {
				continue
			}
			if v := at.Values[0].Value; v != value && x.expect.Accounts.Find(v).Relation == accounts.Found {
				return &identity{what: "the claim " + finding.Quote(at.Name.Value)}, v
			}
		}
		if a.Subject == nil || a.Subject.NameID == nil {
			continue
		}
		if v := a.Subject.NameID.Value; v != value && x.expect.Accounts.Find(v).Relation == accounts.Found {
			return &identity{what: "the NameID"}, v
		}
	}
	return nil, ""
}

// guestHome is the address of a guest whose UPN Entra has made from it:
// "ada_fabrikam.com#EXT#@contoso.onmicrosoft.com"; "" for everybody else.
func guestHome(upn string) string {
	name, _, guest := strings.Cut(upn, "#EXT#@")
	at := strings.LastIndexByte(name, '_')
	if !guest || at < 0 {
		return ""
	}
	return name[:at] + "@" + name[at+1:]
}
