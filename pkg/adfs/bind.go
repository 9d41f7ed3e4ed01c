package adfs

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The checks that a reader's findings belong to.
const (
	CheckUnreadable = "adfs-export-unreadable" // error: an input or object that cannot be read
	CheckIncomplete = "adfs-export-incomplete" // warning: the export does not hold a value
	CheckDamaged    = "adfs-rule-damaged"      // warning: a rule text that was changed on its way
	CheckUnknown    = "adfs-property-unknown"  // info: a property that AD FS is not known to have
	CheckTruncated  = "input-truncated"        // error: the export ends before it is complete
	CheckTooLarge   = "input-too-large"        // error: over a limit
	CheckRepaired   = "input-repaired"         // info: read past damage
)

// newObject makes an object of what a reader read: a map of its properties.
func newObject(f *Format, src Source, raw *Value, kind Kind) *Object {
	o := &Object{Format: f.Name, Source: src, Span: raw.Text.Span, Kind: kind}
	if len(raw.Types) > 0 {
		o.Type = raw.Types[0]
	}
	if o.Kind == KindRelyingParty {
		o.trust = newRelyingParty(o)
	}
	row, seen := kindRow(o.Kind), make(map[string]bool, len(raw.Entries))
	o.Properties = make([]Property, 0, len(raw.Entries))
	for _, e := range raw.Entries {
		p := o.bind(f, row.lookUp(e.Key), e)
		o.Properties = append(o.Properties, p)
		o.settle(&p, seen)
	}
	return o
}

// bind reads one property and reports what it lacks.
func (o *Object) bind(f *Format, known *PropertyInfo, e Entry) Property {
	p := Property{Name: e.Key, Info: known, Span: e.Value.Text.Span}
	switch {
	case known != nil:
		p.Name = known.Name
	case o.Kind != KindUnknown:
		o.report(CheckUnknown, finding.Info, p.Span, fmt.Sprintf("%q is no known property of a %s; it is kept as it is", p.Name, o.Kind))
		fallthrough
	default:
		known = &PropertyInfo{Type: TypeAny}
	}
	r := normalise(known, e.Value)
	p.Value, p.State = r.value, r.state
	switch r.state {
	case Partial, Lost:
		o.report(CheckIncomplete, finding.Warning, p.Span, fmt.Sprintf("the export does not hold all of %s: %s; %s", p.Name, r.why, f.remedy))
	case Unreadable:
		o.report(CheckUnreadable, finding.Error, p.Span, fmt.Sprintf("the value of %s cannot be read: %s", p.Name, r.why))
	}
	if e.Value.note != "" {
		o.report(CheckRepaired, finding.Info, p.Span, p.Name+": "+e.Value.note)
	}
	if known.Type == TypeRules {
		o.checkRules(&p)
	}
	return p
}

// settle puts the first property of a name into its field.
func (o *Object) settle(p *Property, seen map[string]bool) {
	name := p.Name
	if p.Info == nil {
		name = strings.ToLower(name)
	}
	if seen[name] {
		o.report(CheckUnreadable, finding.Warning, p.Span, fmt.Sprintf("the property %q comes twice; the first counts", p.Name))
		return
	}
	seen[name] = true
	if o.trust == nil || p.Info == nil || p.Info.set == nil || p.State > Partial || p.Value.Shape == ShapeNull {
		return
	}
	p.Info.set(o.trust, p.Value)
	if policy := o.trust.ResultantPolicy; p.Info.Type == TypePolicy && policy.Err != nil {
		o.report(CheckUnreadable, finding.Error, policy.Serialized.Span, policy.Err.Error())
	}
}

// damagedGroup is a group that no regular expression of .NET begins with, and
// that "(?<name>" becomes where a page took "<name>" for a tag.
var damagedGroup = lazyregexp.New(`\(\?[^:=!<>'#(imnsxIMNSX-]`)

// checkRules looks for the marks that web pages and word processors leave.
func (o *Object) checkRules(p *Property) {
	t := p.Value.Text
	if at := damagedGroup.Get().FindStringIndex(t.Value); at != nil {
		o.report(CheckDamaged, finding.Warning, t.At(at[0]),
			fmt.Sprintf("%s holds %s, which starts no group: a page took the name of a group, such as \"<user>\", for a tag; take the rule from AD FS again", p.Name, quoted(t.Value[at[0]:at[1]])))
	}
	if at := strings.IndexAny(t.Value, "\u201c\u201d\u201e"); at >= 0 {
		o.report(CheckDamaged, finding.Warning, t.At(at), p.Name+" holds typographic quotation marks; take the rule from AD FS again")
	}
}

func (o *Object) report(check string, severity finding.Severity, at finding.Span, detail string) {
	o.Problems = append(o.Problems, finding.Problem{Check: check, Severity: severity, Detail: detail, Location: finding.Location{Span: at}})
}

// newRelyingParty is a trust with the defaults of AD FS.
func newRelyingParty(o *Object) *RelyingParty {
	rp := &RelyingParty{Object: o}
	for i := range relyingPartyTable {
		if p := &relyingPartyTable[i]; p.value != nil {
			p.set(rp, p.value)
		}
	}
	return rp
}
