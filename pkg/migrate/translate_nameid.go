package migrate

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// nameID makes the NameID.
func (t *translator) nameID(c *claimDraft) {
	t.out.nameID.Rules = t.rules(c.drafts)
	for _, d := range c.drafts {
		kept := d.ways[:0]
		for _, w := range d.ways {
			if d.nameable(w.value) {
				kept = append(kept, w)
			}
		}
		d.ways = kept
		t.nameIDFormat(d)
	}
	t.out.nameID.Configurations = append(t.out.nameID.Configurations, t.configurations(c)...)
	if t.lacksNameID(c) {
		t.of(entra.TypeNameID, Changed, finding.Info, "users for whom AD FS has no NameID get a pairwise identifier from Entra, which always sends one")
	}
}

// otherNameID is what can be done about a NameID that Entra cannot make.
const otherNameID = "choose another source with the app, or keep the value and let a synchronization rule of Entra Connect write it into one of extensionAttribute1 to 15"

// nameable tells whether Entra makes a NameID of a value, and remarks why not.
func (d *draft) nameable(v value) bool {
	switch {
	case v.source.Kind == entra.FromConstant && len(v.steps) == 0:
		d.remark(Unsupported, finding.Error, "a NameID cannot be a fixed value: "+otherNameID)
		return false
	case v.source == entra.AttributeSource(pairwise):
		return true
	}
	for _, s := range v.steps {
		suffix := s.Method == entra.Join && s.Parameters.Input2 != nil && s.Parameters.Input2.Kind == entra.FromConstant && strings.HasSuffix(s.Parameters.Separator, "@")
		switch {
		case suffix:
			d.remark(Manual, finding.Warning, "the domain that Join adds to a NameID must be a verified one of the tenant: "+finding.Quote(finding.Shorten(s.Parameters.Input2.Value, 60)))
			if len(v.steps) == 1 {
				d.remark(Changed, finding.Warning, "where the value holds an @ of its own, a NameID loses it and what stands behind it")
			}
		case s.Method != entra.ExtractMailPrefix:
			d.remark(Unsupported, finding.Warning, "a NameID is made with ExtractMailPrefix or with Join and a verified domain only: "+otherNameID)
			return false
		}
	}
	if v.source.Kind == entra.FromExtension {
		return true
	}
	if s, ok := entra.LookupSource(v.source.ID); !ok || !s.NameID && s.ID != "objectid" {
		d.remark(Unsupported, finding.Warning, "a NameID is made of a few attributes only (userprincipalname, mail, onpremisessamaccountname, employeeid, telephonenumber, extensionattribute1 to 15, objectid): "+otherNameID)
		return false
	}
	return true
}

// nameIDFormat takes over the format, and remarks on what Entra cannot set.
func (t *translator) nameIDFormat(d *draft) {
	text := ""
	if c, ok := d.row.Properties[propertyFormat].(*claimrule.Constant); ok {
		text = c.Text
	}
	for _, name := range []string{"namequalifier", "spnamequalifier"} {
		if d.row.Properties[claimProperties+name] != nil {
			t.of("", Lost, finding.Warning, "Entra has no setting for the "+name+" of a NameID")
		}
	}
	format := "unspecified"
	if text != "" {
		f, ok := entra.LookupNameIDFormat(text)
		switch {
		case !ok:
			d.remark(Changed, finding.Warning, "Entra has no NameID format "+finding.Quote(text)+": tell the app to take unspecified")
		case f.Policy == "":
			d.remark(Changed, finding.Warning, f.Note)
		default:
			format = f.Policy
		}
	}
	if t.out.nameID.Format == "" {
		t.out.nameID.Format = format
	}
}

// lacksNameID tells whether there are users for whom no row sends a NameID, and
// nothing said so.
func (t *translator) lacksNameID(c *claimDraft) bool {
	for _, d := range c.drafts {
		if announces(gravest(d.remarks).outcome) > 1 || d.when.kind == always && len(d.value.needs) == 0 {
			return false
		}
	}
	return true
}
