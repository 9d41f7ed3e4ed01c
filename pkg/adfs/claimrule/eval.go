package claimrule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Options bound an evaluation. The zero value has the defaults.
type Options struct {
	// Timeout of one regular expression; 0 is 100 ms.
	Timeout time.Duration
	// MaxClaims is the number of claims that the rules may make, 0 is
	// 10,000; MaxCombinations how often bodies may run, 0 is 100,000.
	MaxClaims, MaxCombinations int
}

const (
	defaultClaims       = 10_000
	defaultCombinations = 100_000
	maxTests            = 5_000_000
	maxBytes            = 32 << 20
)

func (o Options) budget() budget {
	b := budget{claims: defaultClaims, combinations: defaultCombinations, tests: maxTests, bytes: maxBytes}
	if o.MaxClaims > 0 {
		b.claims = o.MaxClaims
	}
	if o.MaxCombinations > 0 {
		b.combinations = o.MaxCombinations
	}
	return b
}

// Eval runs the rules on a user, each once, from the first to the last: issue
// puts a claim into the result and before the rules that follow, add only
// before them. Selectors fire for each combination of the claims that they
// match, EXISTS and COUNT only test. An error is an [*EvalError] with the rule
// that has no answer: AD FS would refuse the sign-in or the answer is not
// known; there is no partial result.
func (rs *RuleSet) Eval(u *User, opts Options) (*Result, error) {
	p := &person{user: u, regex: rs.regex, timeout: opts.Timeout}
	e := newEngine(p, opts.budget())
	for _, c := range u.Incoming() {
		e.addInput(factOf(c))
	}
	p.accounts = accountsOf(e.input.list)
	if u.guesses() {
		p.note(-1, "the user has no "+u.missingOfAccount()+": the account name "+quoteShort(u.guessedAccount())+" is a guess")
	}
	for _, r := range rs.Rules {
		err := error(nil)
		if r.Bad {
			err = errors.New("it could not be read")
		} else {
			err = e.run(r)
		}
		if err != nil {
			return nil, &EvalError{Rule: r.Index, Name: r.Name(), Span: rs.Span(r), Err: err}
		}
	}
	return &Result{Claims: claimsOf(e.output), Input: claimsOf(e.input.list), Notes: p.notes}, nil
}

// EvalError says which rule could not be evaluated, and why.
type EvalError struct {
	Rule int    // index of the rule
	Name string // its name, may be empty
	Span finding.Span
	Err  error
}

// Error names the rule and the reason.
func (e *EvalError) Error() string {
	if e.Name != "" {
		return fmt.Sprintf("rule %d %s: %v", e.Rule+1, quoteShort(e.Name), e.Err)
	}
	return fmt.Sprintf("rule %d: %v", e.Rule+1, e.Err)
}

// Unwrap returns the reason.
func (e *EvalError) Unwrap() error { return e.Err }

func factOf(c Claim) *fact[string, bool] {
	return &fact[string, bool]{
		properties: [Properties]string{c.Type, c.Value, c.ValueType, c.Issuer, c.OriginalIssuer},
		bag:        c.Properties, when: true, rule: -1,
	}
}

func claimsOf(facts []*fact[string, bool]) []Issued {
	list := make([]Issued, 0, len(facts))
	for _, f := range facts {
		p := f.properties
		list = append(list, Issued{Rule: f.rule, Claim: Claim{Type: p[Type], Value: p[Value], ValueType: p[ValueType],
			Issuer: p[Issuer], OriginalIssuer: p[OriginalIssuer], Properties: f.bag}})
	}
	return list
}

// person is the algebra of one known user.
type person struct {
	user     *User
	regex    *regexCache
	timeout  time.Duration
	accounts []string // the user's own DOMAIN\name
	notes    []Note
}

var _ algebra[string, bool] = (*person)(nil)

func (*person) text(literal string) string           { return literal }
func (*person) literal(v string) (string, bool)      { return v, true }
func (*person) truth(b bool) bool                    { return b }
func (*person) and(a, b bool) bool                   { return a && b }
func (*person) not(t bool) bool                      { return !t }
func (*person) any(_ int, list []bool) bool          { return len(list) > 0 }
func (*person) decided(t bool) (value, settled bool) { return t, true }
func (*person) settle(*fact[string, bool]) bool      { return true }

func (*person) count(_ int, list []bool, op Operator, n int) bool {
	return compareCount(len(list), op, n)
}

// carried is empty: a property that a claim lacks reads so.
func (*person) carried(*fact[string, bool], string) string { return "" }

// at leaves facts alone: each is one claim.
func (*person) at(_ int, f *fact[string, bool], _ string, _ bool) *fact[string, bool] { return f }

func compareCount(have int, op Operator, n int) bool {
	switch op {
	case Equal:
		return have == n
	case NotEqual:
		return have != n
	case Less:
		return have < n
	case LessEqual:
		return have <= n
	case Greater:
		return have > n
	case GreaterEqual:
		return have >= n
	}
	return false
}

// maxValue is the longest value that rules may put together, in bytes.
const maxValue = 1 << 20

func (*person) concat(parts []string) (string, error) {
	n := 0
	for _, s := range parts {
		if n += len(s); n > maxValue {
			return "", fmt.Errorf("concatenation of more than %d bytes, expected a shorter value", maxValue)
		}
	}
	return strings.Join(parts, ""), nil
}

// compare is ordinal and heeds letter case; regular expressions are not
// anchored.
func (p *person) compare(op Operator, a, b string) (bool, error) {
	switch op {
	case Equal:
		return a == b, nil
	case NotEqual:
		return a != b, nil
	}
	re, err := p.regex.get(b, p.timeout)
	if err != nil {
		return false, err
	}
	ok, err := re.Match(a)
	return ok == (op == Matches), err
}

func (p *person) replace(input, pattern, replacement string) (string, error) {
	re, err := p.regex.get(pattern, p.timeout)
	if err != nil {
		return "", err
	}
	return re.Replace(input, replacement)
}

func (p *person) note(rule int, text string) {
	if len(p.notes) < maxErrors {
		p.notes = append(p.notes, Note{rule, text})
	}
}
