package migrate

import (
	"iter"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// ParitySchema names the version of the JSON of a parity report.
const ParitySchema = "ssodoctor/parity/v1"

// Person is a user that AD FS and Entra are compared on.
type Person struct {
	// Name says who it is, in reports.
	Name string
	User *claimrule.User
}

// ClaimsForm is a form of claims policies.
type ClaimsForm string

// The forms.
const (
	// CustomClaims is customClaimsPolicy, what the portal writes: it is in the
	// beta of Microsoft Graph and in the global cloud only.
	CustomClaims ClaimsForm = "custom"
	// MappingPolicy is claimsMappingPolicy: without conditions, with few
	// transformations, and it hides the claims of the portal.
	MappingPolicy ClaimsForm = "mapping-policy"
)

// Parity says whether users get the same claims from AD FS and from the plan.
type Parity struct {
	Schema string         `json:"schema"`
	Policy ClaimsForm     `json:"policy"`
	Trusts []*TrustParity `json:"trusts"`
	// Problems are what could not be read of the export.
	Problems []Problem     `json:"problems"`
	Summary  ParitySummary `json:"summary"`
}

// ParitySummary counts the claims of all trusts that are not skipped, by their
// verdict.
type ParitySummary struct {
	Trusts    int `json:"trusts"`
	Skipped   int `json:"skipped"`
	Claims    int `json:"claims"`
	Exact     int `json:"exact"`
	Announced int `json:"announced"`
	Refused   int `json:"refused"`
	Added     int `json:"added"`
	Unseen    int `json:"unseen"`
	Silent    int `json:"silent"`
	// Uncompared counts users for whom AD FS gives no answer, over all trusts.
	Uncompared int `json:"uncompared"`
}

// TrustParity is the comparison of one trust.
type TrustParity struct {
	Name   string `json:"name"`
	Source Source `json:"source"`
	// Skipped says why the trust is not compared; empty where it is.
	Skipped string `json:"skipped"`
	// Users is how many were compared.
	Users int `json:"users"`
	// Uncompared are those for whom AD FS gives no answer, by the reason.
	Uncompared []Uncompared  `json:"uncompared"`
	Claims     []ClaimParity `json:"claims"` // sorted by type
	// Notes are remarks on how claims were made where something is not known,
	// each once.
	Notes []string `json:"notes"`
}

// Uncompared is a reason for which users could not be compared.
type Uncompared struct {
	Reason  string `json:"reason"`
	Rule    int    `json:"rule"` // index of the claim rule, -1 for none
	Line    int    `json:"line"` // of the rule in the export, 0 where unknown
	Users   int    `json:"users"`
	Example string `json:"example"` // the name of one of them
}

// ParityVerdict is what is said of a claim.
type ParityVerdict string

// The verdicts, from best to worst.
const (
	ParityExact     ParityVerdict = "exact"     // the same for every user
	ParityUnseen    ParityVerdict = "unseen"    // the same, though the plan announces that it can differ
	ParityAdded     ParityVerdict = "added"     // AD FS issues it to nobody, Entra emits it, as the plan says
	ParityAnnounced ParityVerdict = "announced" // it differs, as the plan says
	ParityRefused   ParityVerdict = "refused"   // Entra does not emit it, as the plan says
	ParitySilent    ParityVerdict = "silent"    // it differs, and the plan does not say so
)

// ClaimParity is the comparison of one claim type.
type ClaimParity struct {
	Claim   string        `json:"claim"`
	Verdict ParityVerdict `json:"verdict"`
	// Users is how many have the claim on either side, Differing for how many
	// of them it is not the same.
	Users     int `json:"users"`
	Differing int `json:"differing"`
	// Unsynchronized counts users who are in groups that Entra Connect leaves
	// out, as Domain Users; these values are not compared.
	Unsynchronized int `json:"unsynchronized"`
	// Rules are those that issue it.
	Rules []RuleLine `json:"rules"`
	// Announcements are what the plan says of it.
	Announcements []Announcement `json:"announcements"`
	// Differences are grouped by their cause, the most frequent first.
	Differences []ClaimDifference `json:"differences"`
}

// Announcement is what a plan says of how a claim will differ.
type Announcement struct {
	Outcome Outcome `json:"outcome"`
	Message string  `json:"message"`
}

// DifferenceKind says how the values of two sides differ.
type DifferenceKind string

// The kinds of difference. They compare what Entra emits with what AD FS
// issues.
const (
	DifferenceMissing  DifferenceKind = "missing"  // Entra emits none
	DifferenceAdded    DifferenceKind = "added"    // AD FS issues none
	DifferenceFewer    DifferenceKind = "fewer"    // Entra emits some of the values
	DifferenceMore     DifferenceKind = "more"     // Entra emits more values
	DifferenceOther    DifferenceKind = "other"    // the values are others
	DifferencePairwise DifferenceKind = "pairwise" // Entra makes up a pairwise identifier
	DifferenceFormat   DifferenceKind = "format"   // the format of the NameID is another
	DifferenceUnknown  DifferenceKind = "unknown"  // what Entra emits is not known
)

// ClaimDifference is one cause for which a claim differs.
type ClaimDifference struct {
	Kind DifferenceKind `json:"kind"`
	// Reason is why the values of Entra are not known; empty for other kinds.
	Reason string `json:"reason"`
	// Rules are those that issue the values of AD FS.
	Rules   []RuleLine        `json:"rules"`
	Users   int               `json:"users"`
	Example DifferenceExample `json:"example"`
}

// DifferenceExample shows a difference on one user.
type DifferenceExample struct {
	User  string   `json:"user"`
	ADFS  []string `json:"adfs"`
	Entra []string `json:"entra"`
}

// VerifyOptions say how AD FS and Entra are compared.
type VerifyOptions struct {
	// Policy is the form in which Entra gets the claims; empty is
	// CustomClaims.
	Policy ClaimsForm
	// People are the users that every trust is compared on. Groups that have no
	// SID or no name are completed from Plan.Groups.
	People []Person
	// Generate, where it is not 0, is how many users are made of the rules of
	// each trust, beside People, to cover them.
	Generate int
	Plan     PlanOptions
	// Keep says by the name of a trust whether it is compared; nil keeps all.
	Keep func(name string) bool
}

// Verify plans the relying party trusts of an export and compares, trust by
// trust and user by user, the claims that AD FS issues with those that the plan
// lets Entra emit. Objects are ranged over twice, as by [Open]. Equal inputs give
// equal results.
func Verify(objects iter.Seq2[*adfs.Object, error], o VerifyOptions) (*Parity, error) {
	plans, err := Open(objects, o.Plan)
	if err != nil {
		return nil, err
	}
	if o.Keep != nil {
		plans = plans.Included(func(t Outline) bool { return o.Keep(t.Name) })
	}
	if o.Policy == "" {
		o.Policy = CustomClaims
	}
	o.People = completed(o.People, o.Plan.Groups)
	out := &Parity{Schema: ParitySchema, Policy: o.Policy, Trusts: []*TrustParity{}, Problems: plans.Problems}
	for t, err := range plans.planned() {
		if err != nil {
			return nil, err
		}
		parity := o.trust(t)
		out.Trusts = append(out.Trusts, parity)
		out.Summary.count(parity)
	}
	return out, nil
}

// trust compares one trust. Those that are skipped, or whose rules are not in
// the export, are only told.
func (o *VerifyOptions) trust(t *plannedTrust) *TrustParity {
	skipped := t.plan.Skipped
	if skipped == "" && t.judge.rp.Property(transformRules) == nil {
		skipped = "the export holds no claim rules of the trust"
	}
	if skipped != "" {
		return &TrustParity{Name: t.plan.Name, Source: t.plan.Source, Skipped: skipped, Uncompared: []Uncompared{}, Claims: []ClaimParity{}, Notes: []string{}}
	}
	rules := t.judge.sets.transform.rules
	people := o.People
	if o.Generate > 0 {
		people = append(covering(rules, o.Generate), people...)
	}
	return verifyTrust(t.plan, rules, people, o.Policy, o.Plan.Groups)
}

// completed gives groups of users the SID or name that the list of groups has.
func completed(people []Person, groups *GroupList) []Person {
	out := make([]Person, len(people))
	for i, p := range people {
		u := *p.User
		u.Groups = append([]claimrule.Group(nil), u.Groups...)
		for j := range u.Groups {
			switch g := &u.Groups[j]; {
			case g.SID == "":
				g.SID = groups.named(g.Name).SID
			case g.Name == "":
				g.Name = groups.withSID(g.SID).Name
			}
		}
		out[i] = Person{p.Name, &u}
	}
	return out
}

// Silent tells whether a claim differs that the plan says nothing of.
func (p *Parity) Silent() bool { return p.Summary.Silent > 0 }

// count adds a trust to the summary.
func (s *ParitySummary) count(t *TrustParity) {
	s.Trusts++
	if t.Skipped != "" {
		s.Skipped++
		return
	}
	s.Claims += len(t.Claims)
	counters := map[ParityVerdict]*int{ParityExact: &s.Exact, ParityUnseen: &s.Unseen, ParityAdded: &s.Added, ParityAnnounced: &s.Announced, ParityRefused: &s.Refused, ParitySilent: &s.Silent}
	for _, c := range t.Claims {
		*counters[c.Verdict]++
	}
	for _, u := range t.Uncompared {
		s.Uncompared += u.Users
	}
}
