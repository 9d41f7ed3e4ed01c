package claimrule

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// literalLints are about the texts between quotes.
var literalLints = []LintRule{
	{
		Name: "adfs-rule-claim-type-https", Severity: finding.Error, Title: "A claim URI begins with https instead of http",
		Why:       "Claim types are compared character by character. The URI with https is another type: the condition never holds, the permit or deny claim decides nothing, the app does not find the claim.",
		Cause:     "Several pages of the product documentation had every http replaced by https, and the rule was pasted from there.",
		Action:    "write the URI with http://",
		Reference: "Claim types of AD FS", check: lintHTTPS,
	},
	{
		Name: "adfs-rule-claim-type-near", Severity: finding.Warning, Title: "A claim type is almost a known one",
		Why:       "Claim types are compared character by character, with letter case: a slip makes another type that nobody sends or expects.",
		Cause:     "The URI was typed by hand, or put together from the namespace of another type.",
		Action:    "write the known URI, or keep this one if the app really wants it",
		Reference: "Claim types of AD FS", check: lintNearType,
	},
	{
		Name: "adfs-rule-blank-padded", Severity: finding.Warning, Title: "A text begins or ends with a blank",
		Why:       "The blank is a part of the text: the type, value or store is another one.",
		Cause:     "The text was pasted with the blank.",
		Action:    "delete the blank inside the quotes",
		Reference: "The Role of the Claim Rule Language", check: lintBlank,
	},
	{
		Name: "adfs-rule-placeholder", Severity: finding.Error, Title: "A placeholder of an example was not filled in",
		Why:       "The text of the placeholder itself is compared, so that the condition never holds, or always.",
		Cause:     "The rule was pasted from documentation.",
		Action:    "put the real value in its place",
		Reference: "", check: lintPlaceholder,
	},
	{
		Name: "adfs-rule-group-not-sid", Severity: finding.Warning, Title: "A SID claim is compared with something that is no SID",
		Why:       "Group SID and Primary SID claims hold SIDs such as S-1-5-21-…-1104, never names: the condition never holds.",
		Cause:     "The name of the group was written in place of its SID.",
		Action:    "write the SID of the group (Get-ADGroup shows it), or compare a claim of token group names",
		Reference: "", check: lintGroupName,
	},
	{
		Name: "adfs-rule-nameid-format", Severity: finding.Warning, Title: "The NameID format is not one that SAML defines",
		Why:       "Apps refuse a NameID whose Format they do not know, or treat it as unspecified.",
		Cause:     "The URN was typed by hand.",
		Action:    "use one of the URNs of SAML",
		Reference: "SAML Core 8.3", check: lintNameIDFormat,
	},
}

var httpsURI = lazyregexp.New(`https://schemas\.(microsoft\.com|xmlsoap\.org)/`)

func lintHTTPS(l *linter) {
	eachLiteral(l, func(s *String) {
		if !strings.Contains(s.Value, "https://schemas") {
			return
		}
		plain := strings.ReplaceAll(s.Value, `\`, "")
		if !httpsURI.MatchString(plain) {
			return
		}
		severity := finding.Warning
		want := strings.ReplaceAll(s.Value, "https://", "http://")
		if _, known := KnownType(want); known || strings.Contains(plain, "multipleauthn") {
			severity = finding.Error
		}
		l.report(s, severity, "the claim URI "+quoteShort(s.Value)+" begins with https; the types of AD FS begin with http", s.Value, want)
	})
}

// eachLiteral visits all literals but those of annotations.
func eachLiteral(l *linter, visit func(*String)) {
	Walk(l.rules, func(n Node) bool {
		if s, ok := n.(*String); ok {
			visit(s)
		}
		_, note := n.(*Annotation)
		return !note
	})
}

func lintNearType(l *linter) {
	judged := map[string]string{}
	l.eachType(func(s *String) {
		near, ok := judged[s.Value]
		if !ok {
			near = nearType(s.Value)
			judged[s.Value] = near
		}
		if near != "" {
			known, _ := KnownType(near)
			l.report(s, 0, "the claim type "+quoteShort(s.Value)+" is not the known type "+known.Name, s.Value, near)
		}
	})
}

// nearType is the known type that an unknown one is probably a slip of.
func nearType(uri string) string {
	if _, known := KnownType(uri); known || httpsURI.MatchString(uri) || len(uri) > 200 {
		return ""
	}
	trimmed := strings.TrimSpace(uri)
	if trimmed != uri {
		return "" // the lint of blanks speaks
	}
	for _, t := range claimTypes {
		if strings.EqualFold(strings.TrimRight(uri, "/"), t.URI) {
			return t.URI
		}
	}
	return nearSegment(uri)
}

// nearSegment compares the last part of a URI in the namespaces of AD FS.
func nearSegment(uri string) string {
	space, last := cutLast(uri)
	if !strings.HasPrefix(space, "http://schemas.microsoft.com/") && !strings.HasPrefix(space, "http://schemas.xmlsoap.org/") || len(last) < 3 {
		return ""
	}
	for _, t := range claimTypes {
		knownSpace, known := cutLast(t.URI)
		if last == known && space != knownSpace && len(last) > 5 || space == knownSpace && oneSlip(last, known) {
			return t.URI
		}
	}
	return ""
}

func cutLast(uri string) (space, last string) {
	i := strings.LastIndexByte(uri, '/') + 1
	return uri[:i], uri[i:]
}

// oneSlip tells whether two words differ in one place of at most two letters.
func oneSlip(a, b string) bool {
	short, long := min(len(a), len(b)), max(len(a), len(b))
	if long < 5 || long-short > 2 {
		return false
	}
	head := 0
	for head < short && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < short-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return head+tail >= long-2 && head+tail > 0
}

func lintBlank(l *linter) {
	check := func(s *String, what string) {
		if trimmed := strings.TrimSpace(s.Value); trimmed != s.Value && trimmed != "" {
			l.report(s, 0, "the "+what+" "+finding.Quote(finding.Shorten(s.Value, 60))+" begins or ends with a blank", s.Value, trimmed)
		}
	}
	l.eachMatch(func(m *Match, s *String) {
		if m.Operator == Equal || m.Operator == NotEqual {
			check(s, strings.ToLower(m.Property.Kind.String()))
		}
	})
	each(l, func(a *Assignment) {
		if s, ok := a.Value.(*String); ok {
			check(s, strings.ToLower(a.Property.Kind.String()))
		}
	})
	each(l, func(q *Query) {
		check(q.Store, "store")
		for _, s := range q.Types {
			check(s, "type")
		}
	})
}

// placeholder texts of published rules: <group_SID>, {0}-less braces of
// templates, and what the documentation writes where an expression belongs.
var placeholderText = lazyregexp.New(`(^|[^?k\\])<[A-Za-z][A-Za-z0-9_ -]*>|(?i)customer-provided|__[A-Z]+__|\$\{?[A-Za-z]{3,}SID\b`)

func lintPlaceholder(l *linter) {
	l.eachMatch(func(m *Match, s *String) {
		if strings.ContainsAny(s.Value, "<_$-") && placeholderText.MatchString(s.Value) {
			l.report(s, 0, "the condition compares with the placeholder "+quoteShort(s.Value), s.Value)
		}
	})
}

func lintGroupName(l *linter) {
	each(l, func(s *Selector) {
		t, _ := s.FixedType()
		m := s.Fixed(Value)
		if m == nil || t != TypeGroupSID && t != TypePrimarySID && t != TypePrimaryGroupSID {
			return
		}
		value := m.Value.(*String)
		if !isSID(strings.TrimSpace(value.Value)) && !placeholderText.MatchString(value.Value) {
			l.report(value, 0, quoteShort(value.Value)+" is no SID, but the claim holds nothing else", value.Value)
		}
	})
}

// nameIDFormats are the formats of SAML Core 8.3.
var nameIDFormats = []string{
	"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
	"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
	"urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
	"urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
}

func lintNameIDFormat(l *linter) {
	each(l, func(a *Assignment) {
		s, ok := a.Value.(*String)
		if !ok || a.Property.Key == nil || a.Property.Key.Value != PropertyNameIDFormat {
			return
		}
		for _, known := range nameIDFormats {
			if s.Value == known {
				return
			}
		}
		near := finding.DidYouMean(s.Value, nameIDFormats)
		if near == "" {
			near = nameIDFormats[0]
		}
		l.report(s, 0, quoteShort(s.Value)+" is not a NameID format of SAML", s.Value, near)
	})
}
