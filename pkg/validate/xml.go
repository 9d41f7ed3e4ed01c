package validate

import (
	"fmt"
	"unicode"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// senderFix is the move of whoever runs the software that wrote the message.
func senderFix(action string) []finding.Fix {
	return []finding.Fix{{System: finding.App, Place: "the software that made the message", Action: action}}
}

var xmlChecks = []*Check{
	{
		Name: "xml-malformed", Severity: finding.Error, Family: FamilyXML, Scope: OfBoth,
		Title:     "The message is not well-formed XML",
		Why:       "No XML reader may go on after such a place, so the app refuses the message.",
		Cause:     "A copy that lost or changed characters, or a template at the sender that does not escape \"&\" and \"<\".",
		Fixes:     append(captureAgain("export the browser's network log as HAR and compare: if the place is the same there, the sender is at fault"), senderFix("write the XML with an XML library")...),
		Reference: "XML 1.0 section 2.1, Namespaces in XML 1.0",
		Since:     "0.1.0",
		run: func(x *exam) {
			if relay(x); !x.failed && x.msg != nil && x.msg.syntax != nil {
				x.skip("the message could not be read to its end")
			}
		},
	},
	{
		Name: "xml-doctype", Severity: finding.Error, Family: FamilyXML, Scope: OfMessage,
		Title:     "The message has a DOCTYPE",
		Why:       "SAML forbids it, apps refuse it, and it is the way in for attacks that read files or exhaust memory.",
		Cause:     "An attack, or software that adds a DOCTYPE to all XML that it writes.",
		Fixes:     senderFix("leave the DOCTYPE out; where nobody put it there on purpose, treat the message as an attack"),
		Reference: "SAML Core 1.3.1, XML 1.0 section 2.8",
		Since:     "0.1.0",
		Explains:  []string{"xml-malformed"},
		run: func(x *exam) {
			if relay(x); !x.failed && x.msg.syntax != nil {
				x.skip("the message could not be read")
			}
		},
	},
	{
		Name: "xml-duplicate-id", Severity: finding.Error, Family: FamilyXML, Scope: OfSigned,
		Title:     "Two elements have the same ID",
		Why:       "A signature names what it covers by ID. With two elements of one ID the app may check one and use the other.",
		Cause:     "An attack by signature wrapping, or an identity provider that uses one ID for Response and Assertion.",
		Fixes:     senderFix("give every Response, Assertion and request an ID of its own; where the sender is sound, treat the message as an attack"),
		Reference: "SAML Core 1.3.4, XML 1.0 section 3.3.1",
		Since:     "0.1.0",
		Explains:  []string{"signature-reference-invalid"},
		run:       runDuplicateID,
	},
	{
		Name: "xml-invalid-id", Severity: finding.Error, Family: FamilyXML, Scope: OfSigned,
		Title:     "An ID is missing or is not a valid XML ID",
		Why:       "An ID starts with a letter or underscore and has no colon or blank. Apps that check the schema refuse others; Entra refuses a request whose ID starts with a digit.",
		Cause:     "Software that uses a bare GUID or number as ID.",
		Fixes:     senderFix("put an underscore in front of the ID"),
		Reference: "SAML Core 1.3.4, Namespaces in XML 1.0 section 3",
		Since:     "0.1.0",
		run:       runInvalidID,
	},
	{
		Name: "xml-comment-in-value", Severity: finding.Error, Family: FamilyXML, Scope: OfSigned,
		Title:     "A value is interrupted by a comment",
		Why:       "Signatures ignore comments, and readers differ in what they make of the pieces: one app signs in another user than the one that was signed.",
		Cause:     "An attack on the name of a user. Honest software writes no comments into values.",
		Fixes:     senderFix("write no comments or processing instructions into values; treat a message that comes from outside as an attack"),
		Reference: "CVE-2017-11427, XML 1.0 section 2.5",
		Since:     "0.1.0",
		run:       runCommentInValue,
		lint:      lints{metadata: lintCommentInValue},
	},
	{
		Name: "xml-schema-order", Severity: finding.Warning, Family: FamilyXML, Scope: OfSigned,
		Title:     "Elements are not in the order of the SAML schema",
		Why:       "Apps that validate against the schema refuse the message; most others read it.",
		Cause:     "A home-grown identity provider, or a signature that was put in the wrong place (it comes right after Issuer).",
		Fixes:     senderFix("write the elements in the order of the schema: Issuer, Signature, Extensions, Status, then assertions"),
		Reference: "SAML Core 2.3.3, 3.2.2 and their schemas",
		Since:     "0.1.0",
		run:       runSchemaOrder,
	},
	{
		Name: "xml-namespace-wrong", Severity: finding.Error, Family: FamilyXML, Scope: OfSigned,
		Title:     "A SAML element is in the wrong namespace",
		Why:       "To an XML reader it is some other element that happens to have the same name: the app does not find it.",
		Cause:     "A typing error in a template, SAML 1.1 names in a SAML 2.0 message, or a lost namespace declaration.",
		Fixes:     senderFix("use the namespace {expected}"),
		Reference: "SAML Core 1.1, Namespaces in XML 1.0",
		Since:     "0.1.0",
		Explains:  []string{"message-type-unexpected", "assertion-count", "issuer-missing", "status-missing", "signature-missing", "subject-missing", "audience-missing", "recipient-missing", "nameid-missing", "authn-statement-missing", "claim-missing"},
		run:       runNamespaceWrong,
	},
}

// runDuplicateID compares IDs itself where no signature made the reader do so.
func runDuplicateID(x *exam) {
	if relay(x); x.failed || len(x.msg.sigs.Signatures) > 0 {
		return
	}
	seen := map[string]string{}
	for p := range x.msg.parts {
		if owner := seen[p.id.Value]; owner != "" && p.id.Value != "" && p.id.Element != nil {
			x.fail(fact{field: p.id, actual: p.id.Value, detail: fmt.Sprintf("the %s and the %s both have the ID %s", owner, p.name, quote(p.id.Value))})
			return
		}
		seen[p.id.Value] = p.name
	}
}

func runInvalidID(x *exam) {
	x.eachPart(func(p part) {
		switch {
		case p.id.Value == "":
			x.fail(fact{element: p.element, detail: fmt.Sprintf("the %s has no ID", p.name)})
		case !isNCName(p.id.Value):
			x.fail(fact{
				field: p.id, actual: p.id.Value,
				detail: fmt.Sprintf("the ID %s of the %s is not valid: it must start with a letter or underscore and hold only letters, digits, \".\", \"-\" and \"_\"", quote(p.id.Value), p.name),
			})
		}
	})
}

// isNCName reports whether s is a name without a colon (Namespaces in XML 1.0,
// section 3). Of the characters beyond ASCII all letters and digits pass.
func isNCName(s string) bool {
	for i, r := range s {
		switch {
		case r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > unicode.MaxASCII && unicode.IsLetter(r):
		case i > 0 && (r == '-' || r == '.' || unicode.IsDigit(r) || unicode.IsMark(r)):
		default:
			return false
		}
	}
	return s != ""
}

func runCommentInValue(x *exam) {
	for _, v := range saml.InterruptedValues(x.msg.saml) {
		x.fail(fact{
			field: v.Field, actual: v.Value,
			detail: fmt.Sprintf("a comment or processing instruction stands in %s: readers see %s, %s or %s, by how they join the pieces",
				v.Element.Tag, quote(v.Value), quote(v.Before), quote(v.After)),
		})
	}
}

func lintCommentInValue(x *inspection, _ *saml.Metadata) {
	for _, v := range saml.InterruptedMetadata(x.roles) {
		x.fail(fact{
			element: v.Element, severity: finding.Warning,
			detail: fmt.Sprintf("a comment or processing instruction stands in %s: some readers see only the piece before it, of %d characters, or the piece behind it, of %d", v.Element.Tag, len(v.Before), len(v.After)),
		})
	}
}

func runSchemaOrder(x *exam) {
	for _, p := range saml.SchemaOrder(x.msg.saml) {
		parent := "the message"
		if p.Element.Parent() != nil {
			parent = p.Element.Parent().Tag
		}
		var detail string
		switch p.Kind {
		case saml.TooLate:
			detail = fmt.Sprintf("%s comes after %s in %s, the schema has it before", tag(p.Element), tag(p.Other), parent)
		case saml.Repeated:
			detail = fmt.Sprintf("%s stands in %s more than once, the schema allows one", tag(p.Element), parent)
		default:
			detail = fmt.Sprintf("%s stands in %s, where the schema has no such element", tag(p.Element), parent)
		}
		x.fail(fact{element: p.Element, detail: detail})
	}
}

func runNamespaceWrong(x *exam) {
	for _, w := range saml.WrongNamespaces(x.msg.saml) {
		actual := "no namespace"
		if w.Actual != "" {
			actual = quote(w.Actual)
		}
		x.fail(fact{
			element: w.Element, expected: []string{w.Expected}, actual: w.Actual,
			detail: fmt.Sprintf("%s is in %s, expected %s", tag(w.Element), actual, quote(w.Expected)),
		})
	}
}

// tag is the name of an element as people write it.
func tag(el *etree.Element) string { return "<" + finding.Printable(finding.Shorten(el.Tag, 60)) + ">" }

// quote quotes a value of the message, and shortens it.
func quote(value string) string { return finding.Quote(finding.Shorten(value, 160)) }
