package migrate

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
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

var guid = lazyregexp.New(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (o PlanOptions) check() error {
	for _, id := range []struct{ what, value string }{{"tenant", o.Tenant}, {"app id", o.AppID}} {
		if id.value != "" && !guid.MatchString(id.value) {
			return fmt.Errorf("%s %q, expected a GUID such as 72f988bf-86f1-41af-91ab-2d7cd011db47", id.what, id.value)
		}
	}
	return nil
}

// Build plans the application of each relying party trust of an export, as
// [Open] does, from objects that can be read once, and holds all plans.
func Build(objects iter.Seq2[*adfs.Object, error], o PlanOptions) (*Plan, error) {
	b, err := newPlanner(o)
	if err != nil {
		return nil, err
	}
	var planned []*plannedTrust
	s := newSurvey()
	s.read(objects, func(rp *adfs.RelyingParty) { planned = append(planned, b.plan(rp).hold()) })
	p := &Plan{Schema: PlanSchema, Trusts: make([]*TrustPlan, 0, len(planned)), Problems: s.problems}
	for i, t := range planned {
		b.finish(t, s, s.members[i])
		p.Trusts = append(p.Trusts, t.plan)
		p.Summary.count(t.plan.Skipped, t.plan.Readiness)
	}
	return p, nil
}

// planner makes plans of trusts that were judged.
type planner struct {
	options PlanOptions
	shared  *shared
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
	return &planner{options: o, shared: newShared(o.Groups), gallery: gallery, cloud: cloud, provider: map[string][]ProviderValue{}}, nil
}

// plannedTrust is a trust with its plan, as far as the trust itself tells it.
type plannedTrust struct {
	*Trust
	plan  *TrustPlan
	judge *trustJudge // nil where it is not needed any more
}

func (b *planner) plan(rp *adfs.RelyingParty) *plannedTrust {
	t, j := assessTrust(rp, b.options.At, b.shared)
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
	return &plannedTrust{t, p, j}
}

// hold lets go of all that the plan can do without.
func (t *plannedTrust) hold() *plannedTrust {
	t.judge = nil
	t.Items = slices.Clone(t.Items)
	return t
}

// finish adds what the whole export tells of a trust.
func (b *planner) finish(t *plannedTrust, s *survey, m *member) {
	s.settle(t.Trust, m)
	p := t.plan
	p.Name, p.Source, p.Enabled, p.Protocol = t.Name, t.Source, t.Enabled, t.Protocol
	p.Readiness, p.Skipped, p.Items = t.Readiness, t.Skipped, t.Items
	if p.recognised != nil {
		p.Items = append(p.Items, *p.recognised)
	}
	if b.provider[p.Protocol] == nil {
		b.provider[p.Protocol] = providerValues(p.Protocol, s.service, b.cloud, b.options)
	}
	p.Provider = b.provider[p.Protocol]
	p.Paste = b.gallery.paste(p)
}
