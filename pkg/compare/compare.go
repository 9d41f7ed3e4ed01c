// Package compare holds two captures, messages, metadata files or exports of
// Entra or AD FS against each other and says what differs, and what that breaks for an app
// that works with the first and is now given the second: the token of AD FS
// and that of Entra ID for the same user, the sign-in that works and the one
// that does not, metadata of last week and of today.
package compare

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// Schema names the version of the JSON form.
const Schema = "ssodoctor/comparison/v1"

// Comparison is what came of it. Its JSON form is version 1: lists are never
// null.
type Comparison struct {
	Schema  string  `json:"schema"`
	A       Side    `json:"a"`
	B       Side    `json:"b"`
	Facts   []Fact  `json:"facts"`
	Summary Summary `json:"summary"`
}

// Side is one of the two inputs. Type and Issuer are those of the token, else
// of the first thing that was compared; Product is the title of the identity
// provider's product, "" where it is not known.
type Side struct {
	Name    string `json:"name"`
	Format  string `json:"format"`
	Type    string `json:"type"`
	Issuer  string `json:"issuer"`
	Product string `json:"product"`
	// Unread says that an assertion of the token stays encrypted, so that what
	// is inside was not compared; no part of the JSON form.
	Unread bool `json:"-"`
}

// Fact is one thing that was compared.
type Fact struct {
	// Of is what it belongs to: "token", "request", "logout", "metadata",
	// "application" (of Entra) or "trust" (of AD FS).
	Of string `json:"of"`
	// Aspect is what was compared: "issuer", "NameID", "claim" ...; Name is the
	// name of the claim, the application or the trust, or the entity ID of the
	// metadata, else "".
	Aspect string `json:"aspect"`
	Name   string `json:"name"`
	// RenamedTo is what B calls the claim, where Outcome is Renamed.
	RenamedTo string   `json:"renamedTo"`
	Outcome   Outcome  `json:"outcome"`
	A         []string `json:"a"`
	B         []string `json:"b"`
	// Difference says how the two values differ where each side has one.
	Difference finding.Difference `json:"difference"`
	// Severity is what the difference does to an app that works with A: Error
	// where it breaks the sign-in, Warning where it may, Info where it does
	// not; 0 (in JSON "") where nothing differs. Breaks says it in words.
	Severity Severity `json:"severity"`
	Breaks   string   `json:"breaks"`
}

// Severity is a severity that may be none.
type Severity finding.Severity

// MarshalText writes the name of the severity, nothing for none.
func (s Severity) MarshalText() ([]byte, error) {
	if s == 0 {
		return nil, nil
	}
	return finding.Severity(s).MarshalText()
}

// Outcome is what came of one comparison.
type Outcome string

// The outcomes.
const (
	Same    Outcome = "same"
	Missing Outcome = "missing" // only A has it
	Added   Outcome = "added"   // only B has it
	Renamed Outcome = "renamed" // the same claim under another name
	Differs Outcome = "differs"
)

// Summary counts the facts: those that differ by severity, and the rest.
type Summary struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Info    int `json:"info"`
	Same    int `json:"same"`
}

// Options say how to compare.
type Options struct {
	// OtherUser says that the two sign-ins are of different users: that their
	// values differ is then no finding.
	OtherUser bool
	// Keys are private keys of the app, to decrypt with.
	Keys []xmlenc.Key
}

// Captures compares what two captures hold: their last tokens, their last
// requests, their last logout messages and their metadata. Where one holds
// metadata alone, the token and the request of the other are held against that.
// It never fails: what only one of them holds is a fact.
func Captures(a, b *trace.Capture, o Options) *Comparison {
	left, right := gather(a, o.Keys), gather(b, o.Keys)
	c := &Comparison{Schema: Schema, A: left.side(), B: right.side(), Facts: []Fact{}}
	switch {
	case right.described():
		c.Facts = append(c.Facts, between(left.messages, right.metadata, false)...)
	case left.described():
		c.Facts = append(c.Facts, between(right.messages, left.metadata, true)...)
	default:
		for _, kind := range kinds {
			p := pair{of: kind.name, otherUser: o.OtherUser, a: left.messages[kind.name], b: right.messages[kind.name]}
			c.Facts = append(c.Facts, p.compare(kind)...)
		}
	}
	c.Facts = append(c.Facts, compareMetadata(left.metadata, right.metadata)...)
	c.count()
	return c
}

func (c *Comparison) count() {
	for i := range c.Facts {
		f := &c.Facts[i]
		f.A, f.B = orEmpty(f.A), orEmpty(f.B)
		if len(f.A) == 1 && len(f.B) == 1 && f.Outcome != Same {
			f.Difference = finding.Compare(f.A[0], f.B[0])
		}
		switch finding.Severity(f.Severity) {
		case finding.Error:
			c.Summary.Error++
		case finding.Warning:
			c.Summary.Warning++
		case finding.Info:
			c.Summary.Info++
		default:
			c.Summary.Same++
		}
	}
	slices.SortStableFunc(c.Facts, func(x, y Fact) int { return int(y.Severity) - int(x.Severity) })
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// facet is one thing to compare of two things of a kind: its values, and what
// it breaks where they differ.
type facet[T any] struct {
	aspect string
	of     func(T) []string
	judge  judge
}

// judge says what a difference does. It is asked only where the values differ.
type judge func(p *pair, a, b []string) (finding.Severity, string)

// fixed is the judge of what is always as bad.
func fixed(s finding.Severity, breaks string) judge {
	return func(*pair, []string, []string) (finding.Severity, string) { return s, breaks }
}

// compareAll goes through the facets. One that neither side has is no fact.
func compareAll[T any](p *pair, name string, facets []facet[T], a, b T) []Fact {
	var out []Fact
	for _, f := range facets {
		left, right := f.of(a), f.of(b)
		if len(left)+len(right) == 0 {
			continue
		}
		fact := Fact{Of: p.of, Aspect: f.aspect, Name: name, A: left, B: right, Outcome: outcome(left, right)}
		if fact.Outcome != Same {
			severity, breaks := f.judge(p, left, right)
			fact.Severity, fact.Breaks = Severity(severity), breaks
		}
		out = append(out, fact)
	}
	return out
}

// outcome compares two lists; their order does not matter.
func outcome(a, b []string) Outcome {
	switch {
	case len(a) == 0:
		return Added
	case len(b) == 0:
		return Missing
	case sameSet(a, b):
		return Same
	}
	return Differs
}

func sameSet(a, b []string) bool {
	return slices.Equal(set(a), set(b))
}

// set sorts a list and drops what is there twice.
func set(list []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// lacking lists what is in a and not in b.
func lacking(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(v string) bool { return slices.Contains(b, v) })
}
