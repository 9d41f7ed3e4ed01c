package migrate

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// PlanOptions are what a plan needs to know beside the export. The zero value
// leaves tokens in the place of all that is not known.
type PlanOptions struct {
	// At is the time that certificates are judged by.
	At time.Time
	// Groups are the groups of Active Directory in Entra; nil leaves
	// "{group:S-1-…}".
	Groups *GroupList
	// Tenant and AppID fill [TenantIDToken] and [AppIDToken]; GUIDs, or empty.
	// AppID makes sense for a plan of one trust.
	Tenant, AppID string
	// Cloud is "global", "us-gov" or "china"; empty is global.
	Cloud string
}

var guid = regexp.MustCompile(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (o PlanOptions) check() error {
	for _, id := range []struct{ what, value string }{{"tenant", o.Tenant}, {"app id", o.AppID}} {
		if id.value != "" && !guid.MatchString(id.value) {
			return fmt.Errorf("%s %q, expected a GUID such as 72f988bf-86f1-41af-91ab-2d7cd011db47", id.what, id.value)
		}
	}
	return nil
}

// Build plans the application of each relying party trust of an export. The
// verdicts are those of [Assess], as the plan and its items come from one
// judgement. Objects are read one by one and not kept. An error is one of the
// options; what cannot be read is among the problems of the plan.
func Build(objects iter.Seq2[*adfs.Object, error], o PlanOptions) (*Plan, error) {
	b, err := newPlanner(o)
	if err != nil {
		return nil, err
	}
	c := newCollector(o.At)
	c.planner, c.shared = b, newShared(o.Groups)
	c.read(objects)
	c.together()
	p := &Plan{Schema: PlanSchema, Trusts: make([]*TrustPlan, 0, len(c.out.Trusts)), Problems: c.out.Problems}
	for _, t := range c.out.Trusts {
		c.planner.finish(t, c.service)
		p.Trusts = append(p.Trusts, t.plan)
		p.Summary.count(t)
	}
	return p, nil
}

// planner makes plans of trusts that were judged.
type planner struct {
	options PlanOptions
	gallery *gallery
	cloud   *profile.Cloud
	// provider are the facts of the identity provider for each protocol.
	provider map[string][]ProviderValue
}

func newPlanner(o PlanOptions) (*planner, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	gallery, err := newGallery()
	if err != nil {
		return nil, err
	}
	cloud, err := cloudOf(gallery.entra, o.Cloud)
	if err != nil {
		return nil, err
	}
	return &planner{options: o, gallery: gallery, cloud: cloud, provider: map[string][]ProviderValue{}}, nil
}

// plan is the plan of a trust as far as the trust itself tells it.
func (b *planner) plan(j *trustJudge) *TrustPlan {
	p := &TrustPlan{
		Application:          application(j.rp),
		Signing:              signing(j.rp),
		Encryption:           j.encryption(j.rp),
		RequestSignature:     j.requestSignature(j.rp),
		TokenLifetimeMinutes: min(max(j.rp.LifetimeMinutes(), entra.MinLifetimeMinutes), entra.MaxLifetimeMinutes),
	}
	b.claims(p, j)
	b.access(p, j)
	b.gallery.recognise(p, j)
	return p
}

// finish adds what the whole export tells of a trust.
func (b *planner) finish(t *Trust, service service) {
	p := t.plan
	p.Name, p.Source, p.Enabled, p.Protocol = t.Name, t.Source, t.Enabled, t.Protocol
	p.Readiness, p.Skipped, p.Items = t.Readiness, t.Skipped, t.Items
	if p.recognised != nil {
		p.Items = append(p.Items, *p.recognised)
	}
	if b.provider[p.Protocol] == nil {
		b.provider[p.Protocol] = providerValues(p.Protocol, service, b.cloud, b.options)
	}
	p.Provider = b.provider[p.Protocol]
	p.Paste = b.gallery.paste(p)
}

// Included is the part of a plan whose trusts a filter keeps.
func (p *Plan) Included(keep func(name string) bool) *Plan {
	out := &Plan{Schema: p.Schema, Problems: p.Problems}
	out.Trusts = slices.DeleteFunc(slices.Clone(p.Trusts), func(t *TrustPlan) bool { return !keep(t.Name) })
	for _, t := range out.Trusts {
		out.Summary.count(&Trust{Skipped: t.Skipped, Readiness: t.Readiness})
	}
	return out
}
