package profile

import "regexp"

// Pattern is an anchored regular expression with examples of what it takes and
// what it refuses.
type Pattern struct {
	// Regexp is never nil in a pattern that [Load] returned.
	Regexp *regexp.Regexp `yaml:"regexp"`
	// Form is the same for the eye: "https://(instance).service-now.com".
	Form       string   `yaml:"form"`
	Examples   Examples `yaml:"examples"`
	Unverified bool     `yaml:"unverified,omitempty"`
}

// Examples are values that a pattern takes and values that it refuses.
type Examples struct {
	Accepts []string `yaml:"accepts"`
	Rejects []string `yaml:"rejects"`
}

// Match reports whether the pattern takes the whole of s.
func (p *Pattern) Match(s string) bool {
	return p != nil && p.Regexp != nil && p.Regexp.MatchString(s)
}

// Value is what a profile knows of an Identifier or a URL. It is right when it
// is one of Exact or matches one of Patterns; with neither, the profile has no
// opinion.
type Value struct {
	// Exact lists fixed values, the same for every customer.
	Exact    []Fact    `yaml:"exact,omitempty"`
	Patterns []Pattern `yaml:"patterns,omitempty"`
	// Note says where the app shows the value, or what goes wrong with it.
	Note string `yaml:"note,omitempty"`
}

// Verdict is the opinion of a profile on a value.
type Verdict uint8

// The verdicts. A refusal of verified patterns is still the word of a manual
// against that of the app's own page, which wins: warn. Only a fixed value
// makes it certain.
const (
	NoOpinion Verdict = iota // the profile knows nothing of this value
	Accepted                 // one of the known forms
	Doubtful                 // refused, but some of the forms are unverified
	Unusual                  // refused by verified patterns: at most a warning
	Wrong                    // not one of the fixed, verified values: an error
)

// Judge says what the profile thinks of s.
func (v Value) Judge(s string) Verdict {
	if len(v.Exact) == 0 && len(v.Patterns) == 0 {
		return NoOpinion
	}
	refused := Wrong
	for _, fact := range v.Exact {
		if fact.Value == s {
			return Accepted
		}
		if fact.Unverified {
			refused = Doubtful
		}
	}
	for i := range v.Patterns {
		if v.Patterns[i].Match(s) {
			return Accepted
		}
		switch {
		case v.Patterns[i].Unverified:
			refused = Doubtful
		case refused == Wrong:
			refused = Unusual
		}
	}
	return refused
}

// Expected lists the forms that the value may have, fixed values first, for
// the eye.
func (v Value) Expected() []string {
	forms := make([]string, 0, len(v.Exact)+len(v.Patterns))
	for _, fact := range v.Exact {
		forms = append(forms, fact.Value)
	}
	for _, p := range v.Patterns {
		forms = append(forms, p.Form)
	}
	return forms
}
