package adfs

import (
	"fmt"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// AccessPolicy is an access control policy of AD FS 2016 and later. A user is
// let in where one of the rules permits it.
type AccessPolicy struct {
	// Summary is the policy in the words of AD FS.
	Summary string
	// Serialized is the XML that Rules were read from; empty where the export
	// holds the summary alone, which gives no Rules.
	Serialized    Text
	Parameterized bool
	// RequireFreshAuthentication demands a sign-in each time.
	RequireFreshAuthentication bool
	Rules                      []AccessRule
	// Unknown names what of the XML is not understood; a policy with any must
	// be read by a person.
	Unknown []string
	// Err says why Serialized cannot be read; nil where it can.
	Err error
}

// AccessRule permits where all conditions hold and none of the exceptions does.
type AccessRule struct {
	Conditions []AccessCondition
	Exceptions []AccessCondition
}

// AccessCondition is one condition of a rule.
type AccessCondition struct {
	// Type is the name of the condition's type: "AlwaysCondition". Known
	// tells whether its meaning is.
	Type      string
	Known     bool
	ClaimType string
	Operator  string // "IsPresent", "Equals" and others
	Values    []string
}

// knownConditions are the conditions whose meaning is established.
var knownConditions = map[string]bool{"AlwaysCondition": true, "MultiFactorAuthenticationCondition": true, "SpecificClaimCondition": true}

const (
	nsPolicy = "http://schemas.datacontract.org/2012/04/ADFS"
	nsSchema = "http://www.w3.org/2001/XMLSchema-instance"
)

// ParseAccessPolicy reads the XML of PolicyMetadata, as ResultantPolicy and
// access control policies hold it in Serialized. What it does not know is kept
// by name in Unknown.
func ParseAccessPolicy(serialized Text) *AccessPolicy {
	p := &AccessPolicy{Serialized: serialized}
	doc, err := xmldoc.Parse([]byte(serialized.Value), xmldoc.Limits{Bytes: 1 << 20, Depth: 64})
	if err != nil {
		p.Err = fmt.Errorf("the XML of the access control policy cannot be read: %w", err)
		return p
	}
	if !xmldoc.Is(doc.Root(), nsPolicy, "PolicyMetadata") {
		p.Err = fmt.Errorf("found the element %q, expected PolicyMetadata of the namespace %q", doc.Root().Tag, nsPolicy)
		return p
	}
	for _, el := range doc.Root().ChildElements() {
		switch el.Tag {
		case "RequireFreshAuthentication":
			p.RequireFreshAuthentication = xmldoc.Text(el) == "true"
		case "IssuanceAuthorizationRules":
			for _, rule := range el.ChildElements() {
				p.rule(rule)
			}
		default:
			p.unknown(el)
		}
	}
	return p
}

func (p *AccessPolicy) unknown(el *etree.Element) { p.Unknown = append(p.Unknown, el.Tag) }

func (p *AccessPolicy) rule(el *etree.Element) {
	if el.Tag != "Rule" {
		p.unknown(el)
		return
	}
	var rule AccessRule
	for _, part := range el.ChildElements() {
		switch part.Tag {
		case "Conditions":
			rule.Conditions = append(rule.Conditions, p.conditions(part)...)
		case "Exceptions", "ExceptConditions":
			rule.Exceptions = append(rule.Exceptions, p.conditions(part)...)
		default:
			p.unknown(part)
		}
	}
	p.Rules = append(p.Rules, rule)
}

func (p *AccessPolicy) conditions(el *etree.Element) []AccessCondition {
	var list []AccessCondition
	for _, part := range el.ChildElements() {
		c := AccessCondition{Type: conditionType(part)}
		if c.Known = knownConditions[c.Type]; !c.Known {
			p.Unknown = append(p.Unknown, c.Type)
		}
		for _, field := range part.ChildElements() {
			switch field.Tag {
			case "ClaimType":
				c.ClaimType = xmldoc.Text(field)
			case "Operator":
				c.Operator = xmldoc.Text(field)
			case "Values":
				for _, v := range field.ChildElements() {
					c.Values = append(c.Values, xmldoc.Text(v))
				}
			default:
				p.unknown(field)
			}
		}
		list = append(list, c)
	}
	return list
}

// conditionType is the xsi:type of a condition without its prefix, else the
// name of the element.
func conditionType(el *etree.Element) string {
	for i := range el.Attr {
		a := &el.Attr[i]
		if a.Key == "type" && a.NamespaceURI() == nsSchema {
			return afterColon(a.Value)
		}
	}
	return el.Tag
}

func afterColon(s string) string {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == ':' {
			return s[i+1:]
		}
	}
	return s
}

var policyTable = join(plain(TypeBoolean, ADFS2016, "", "IsParameterized"), plain(TypeString, ADFS2016, "", "Serialized", "Summary"))

// readPolicy reads a PolicyMetadata object, or the summary that stands for it.
func readPolicy(v *Value) reading {
	if v.Shape == ShapeMap {
		fields, err := readFields(policyTable, v)
		if err != nil {
			return *err
		}
		return held(fields)
	}
	t, ok := asText(v)
	if !ok {
		return unreadable(v, "an access control policy")
	}
	if isTypeName(t.Text.Value) {
		return lost(t, "found the type name "+quoted(t.Text.Value))
	}
	summary := &Value{Shape: ShapeMap, Text: Text{Span: t.Text.Span}, Entries: []Entry{{"Summary", t}}}
	return reading{value: summary, state: Partial, why: "the export holds the summary of the access control policy, without its conditions"}
}

func policyOf(v *Value) *AccessPolicy {
	p := &AccessPolicy{}
	if serialized := v.Get("Serialized"); serialized != nil && serialized.Shape == ShapeText {
		p = ParseAccessPolicy(serialized.Text)
	}
	p.Summary = v.Get("Summary").scalar()
	p.Parameterized = v.Get("IsParameterized").isTrue()
	return p
}
