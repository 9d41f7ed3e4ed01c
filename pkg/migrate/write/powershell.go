package write

import (
	_ "embed"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// powershellHead holds the parameters and functions of every script.
//
//go:embed powershell_head.ps1
var powershellHead string

// byteOrderMark makes Windows PowerShell read a script as UTF-8.
const byteOrderMark = "\ufeff"

// powershellScopes are the permissions that the script asks for.
var powershellScopes = []string{"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration", "Policy.ReadWrite.ConditionalAccess", "Group.Read.All", "User.Read.All"}

// powershellStart is the head of a script and its connection.
func powershellStart(w io.Writer, _ iter.Seq2[entry, error], o Options) error {
	_, err := fmt.Fprintf(w, `%s%s$GraphHost = %s
$Connection = @{ Scopes = %s; Environment = %s; NoWelcome = $true }
if ($TenantId) { $Connection['TenantId'] = $TenantId }
Connect-MgGraph @Connection
$TenantId = (Get-MgContext).TenantId
$Failures = 0
`, byteOrderMark, powershellHead, powershellText(o.host()), powershellNode(texts(powershellScopes), 0), powershellText(o.cloud().environment))
	return err
}

// powershellEnd tells the caller of the script whether all went well.
func powershellEnd(w io.Writer) error {
	_, err := io.WriteString(w, "\nif ($Failures -gt 0) { exit 1 }\n")
	return err
}

// powershellTrust is the part of a script for one trust.
func powershellTrust(w io.Writer, e entry, o Options) error {
	t := e.TrustPlan
	all, err := steps(t, o)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("\n")
	writeRemarks(&b, "# ", t, missing(t, o, byGraph))
	b.WriteString("try {\n")
	groups, users, extension := lookups(all)
	fmt.Fprintf(&b, "    $Group = Resolve-Principals -Kind 'groups' -Refs %s\n", powershellNode(texts(groups), 1))
	fmt.Fprintf(&b, "    $User = Resolve-Principals -Kind 'users' -Refs %s\n", powershellNode(texts(users), 1))
	for _, s := range all {
		powershellStep(&b, t, s)
		if s.kind == stepCreate && extension {
			fmt.Fprintf(&b, "    $Id[%s] = Get-ExtensionAppId\n", powershellText(extensionApp.name))
		}
	}
	powershellProvider(&b, t)
	fmt.Fprintf(&b, "} catch {\n    $Failures++\n    Write-Error -ErrorAction Continue (%s + $_)\n}\n", powershellText(t.Name+": "))
	_, err = io.WriteString(w, b.String())
	return err
}

// lookups are the groups and users that steps name, and whether they name
// directory extensions.
func lookups(all []step) (groups, users []string, extension bool) {
	for _, s := range all {
		for _, c := range s.calls {
			for _, r := range references(c) {
				switch {
				case r.kind == fromGroup && !slices.Contains(groups, r.name):
					groups = append(groups, r.name)
				case r.kind == fromUser && !slices.Contains(users, r.name):
					users = append(users, r.name)
				case r == extensionApp:
					extension = true
				}
			}
		}
	}
	return groups, users, extension
}

// powershellStep is the call of the function for a step.
func powershellStep(b *strings.Builder, t *migrate.TrustPlan, s step) {
	first := s.calls[0]
	write := func(function string, arguments ...string) {
		b.WriteString("    " + function + " -Why " + powershellText(s.why))
		for i := 0; i < len(arguments); i += 2 {
			b.WriteString(" -" + arguments[i] + " " + arguments[i+1])
		}
		b.WriteString("\n")
	}
	body := func(c call) string { return "(" + powershellNode(c.body, 1) + ")" }
	switch s.kind {
	case stepTemplate: // Initialize-Application finds it
	case stepCreate:
		fmt.Fprintf(b, "    $Id = Initialize-Application -DisplayName %s -Identifiers %s -Template %s -TemplateName %s\n", powershellText(t.Application.DisplayName),
			powershellNode(texts(t.Application.Identifiers), 1), powershellText(customTemplate), powershellText(t.Application.Template))
	case stepUpdate, stepReplace:
		write("Update-Resource", "Method", powershellText(first.method), "Path", powershellNode(first.path, 1), "Body", body(first))
	case stepKeys:
		powershellAdd(write, first, "keyId")
	case stepRoles:
		powershellAdd(write, first, "id")
	case stepCertificate:
		write("Add-SigningCertificate", "Path", powershellNode(s.calls[1].path, 1), "Body", body(first))
	case stepPolicy:
		kind := strings.TrimPrefix(plain(first.path), string(v1)+"policies/")
		assigned := slices.Clone(s.calls[1].path)
		last := len(assigned) - 1
		assigned[last] = text(strings.TrimSuffix(plain(assigned[last]), "/$ref"))
		write("Set-AssignedPolicy", "Kind", powershellText(kind), "Assigned", powershellNode(assigned, 1), "Body", body(first))
	case stepAssign:
		write("Add-Assignment", "Path", powershellNode(first.path, 1), "Body", body(first))
	case stepAccess:
		write("Add-AccessPolicy", "Path", powershellNode(first.path, 1), "Body", body(first))
	}
}

// powershellAdd adds what is new of the list that a call sets. What is there
// already has an id that is known only then, and stays.
func powershellAdd(write func(function string, arguments ...string), c call, key string) {
	property := c.body.(object)[0]
	var added list
	for _, item := range property.value.(list) {
		if _, new := item.(object).get(key).(text); new {
			added = append(added, item)
		}
	}
	write("Add-Item", "Path", powershellNode(c.path, 1), "Property", powershellText(property.name), "Key", powershellText(key), "Items", powershellNode(added, 1))
}

// powershellProvider shows at the end what the owner of the app must change.
func powershellProvider(b *strings.Builder, t *migrate.TrustPlan) {
	for _, v := range t.Provider {
		fmt.Fprintf(b, "    [pscustomobject]@{ Application = %s; Field = %s; Value = %s.Replace(%s, $TenantId).Replace(%s, $Id['appId']) }\n",
			powershellText(t.Name), powershellText(v.Label), powershellText(v.Entra), powershellText(migrate.TenantIDToken), powershellText(migrate.AppIDToken))
	}
}

// powershellNode is a value as an expression; the lines of lists and tables are
// indented below level.
func powershellNode(n node, level int) string {
	switch n := n.(type) {
	case text:
		return powershellText(string(n))
	case boolean:
		return "$" + strconv.FormatBool(bool(n))
	case number:
		return strconv.Itoa(int(n))
	case ref:
		return powershellTables[n.kind] + "[" + powershellText(n.name) + "]"
	case joined:
		var parts []string
		for _, p := range n {
			if p != text("") {
				parts = append(parts, powershellNode(p, level))
			}
		}
		return "(" + strings.Join(parts, " + ") + ")"
	case list:
		if s, short := powershellLine(n); short {
			return s
		}
		return powershellBlock("@(", n, ",", ")", level, func(item node) string { return powershellNode(item, level+1) })
	case object:
		return powershellBlock("[ordered]@{", n, "", "}", level, func(m member) string {
			return powershellText(m.name) + " = " + powershellNode(m.value, level+1)
		})
	}
	return "$null"
}

// maxLine is how long a list on one line can be.
const maxLine = 100

// powershellLine is a list of text on one line, where it is a short one.
func powershellLine(n list) (string, bool) {
	var items []string
	for _, item := range n {
		if _, leaf := item.(text); !leaf {
			return "", false
		}
		items = append(items, powershellNode(item, 0))
	}
	s := "@(" + strings.Join(items, ", ") + ")"
	return s, len(s) <= maxLine
}

// powershellTables are the variables that hold what references stand for.
var powershellTables = map[string]string{fromStep: "$Id", fromGroup: "$Group", fromUser: "$User"}

func powershellBlock[T any](open string, items []T, separator, end string, level int, item func(T) string) string {
	if len(items) == 0 {
		return open + end
	}
	var lines []string
	for _, i := range items {
		lines = append(lines, strings.Repeat("    ", level+1)+item(i))
	}
	return open + "\n" + strings.Join(lines, separator+"\n") + "\n" + strings.Repeat("    ", level) + end
}

// singleQuotes are the characters that PowerShell takes for a single quote.
const singleQuotes = "'\u2018\u2019\u201a\u201b"

// powershellText is text as an expression that yields just it: a string in
// single quotes, in which nothing but a quote means anything and a quote is
// written twice. What does not print is written by its number.
func powershellText(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	numbered := false
	for _, r := range s {
		switch {
		case strings.ContainsRune(singleQuotes, r):
			b.WriteRune(r)
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			numbered = true
			b.WriteByte('\'')
			for _, unit := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&b, " + [char]0x%04x", unit)
			}
			b.WriteString(" + '")
		}
	}
	b.WriteByte('\'')
	if numbered {
		return "(" + b.String() + ")"
	}
	return b.String()
}

// writeRemarks writes what a person must know of a trust, a line each with a
// prefix that makes it a comment.
func writeRemarks(b *strings.Builder, prefix string, t *migrate.TrustPlan, missing []string) {
	line := func(s string) { b.WriteString(strings.TrimRight(prefix+finding.Printable(s), " ") + "\n") }
	line("Relying party trust " + finding.Quote(t.Name) + ": " + t.Readiness.String())
	for _, part := range []struct {
		title string
		lines []string
	}{{"To be settled by a person:", open(t)}, {"Not set here:", missing}} {
		if len(part.lines) == 0 {
			continue
		}
		line("")
		line(part.title)
		for _, s := range part.lines {
			line("- " + s)
		}
	}
}
