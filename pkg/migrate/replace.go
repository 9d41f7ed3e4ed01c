package migrate

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// replaced is the value of RegExReplace. Of the ways in which Entra could make
// it, the first counts whose results are those of AD FS for every sample.
func (t *translator) replaced(term *claimrule.Replaced) value {
	pattern, fixed := term.Pattern.(*claimrule.Constant)
	replacement, also := term.Replacement.(*claimrule.Constant)
	in := t.valueOf(term.Input)
	switch {
	case !in.made():
		return in
	case !fixed || !also:
		return lacking(Unsupported, finding.Warning, "Entra cannot replace by an expression that is made of claims")
	}
	key := replaceKey{sourceName(in.source) + fmt.Sprint(len(in.steps), in.steps), pattern.Text, replacement.Text, t.naming}
	if known, ok := t.replaces[key]; ok {
		return known.onto(in)
	}
	r := t.replacement(in, pattern.Text, replacement.Text)
	if len(t.replaces) < maxReplaces {
		t.replaces[key] = r
	}
	return r.onto(in)
}

type replaceKey struct {
	input, pattern, replacement string
	naming                      bool
}

// maxReplaces bounds how many replacements are remembered.
const maxReplaces = 10_000

// replacement is what takes the place of RegExReplace on a value.
type replacement struct {
	source   *entra.ClaimSource     // another source in the place of the value
	step     []entra.Transformation // those behind it
	fallback bool                   // the value itself, where the step does not match
	remark   remark
}

// onto applies a replacement to the value that it was found for.
func (r replacement) onto(in value) value {
	if r.remark.text != "" {
		in = in.with(r.remark.outcome, r.remark.severity, r.remark.text)
	}
	if r.source != nil {
		in.source, in.steps = *r.source, nil
	}
	if r.remark.outcome == Unsupported {
		return value{needs: in.needs, remarks: in.remarks}
	}
	source := in.source
	for _, s := range r.step {
		in = in.step(s)
	}
	if in.fallback = nil; r.fallback && in.made() {
		in.fallback = &source
	}
	return in
}

// replacement finds what takes the place of an expression.
func (t *translator) replacement(in value, pattern, text string) replacement {
	re, err := claimrule.CompileRegex(pattern, sampleTimeout)
	if err == nil && t.slow >= maxSlow {
		err = errors.New("other expressions of the rules take too long, so that this one is not tried")
	}
	if err != nil {
		return replacement{remark: remark{Unsupported, finding.Error, err.Error()}}
	}
	samples := samplesOf(in, pattern)
	want := make([]string, len(samples))
	for i, s := range samples {
		if want[i], err = re.Replace(s.text, text); err != nil {
			t.slow++
			return replacement{remark: remark{Unsupported, finding.Error, err.Error()}}
		}
	}
	candidates := candidatesFor(in, pattern, text)
	if t.naming {
		candidates = append(domainCandidates(in, text), candidates...)
	}
	for _, c := range candidates {
		if c.agrees(in, samples, want) {
			return c
		}
	}
	const partly = "RegexReplace of Entra takes the expression once, and documents nothing of text around the match: some values come out otherwise"
	if n := len(candidates); n > 0 && candidates[n-1].source == nil && candidates[n-1].step[0].Method == entra.RegexReplace {
		last := candidates[n-1]
		last.remark = remark{Changed, finding.Warning, partly}
		return last
	}
	return replacement{remark: remark{Unsupported, finding.Warning, "Entra has no transformation that makes the same of the value: synchronize it ready made as a directory extension, or use a custom claims provider"}}
}

// What trying expressions may cost: the time of one, and how many of a rule set
// may exceed it.
const (
	sampleTimeout = 20 * time.Millisecond
	maxSlow       = 20
)

// sample is one value of an input.
type sample struct {
	text       string
	attributes map[string][]string // of the user that has it
}

// accountParts stand for the accounts of all users.
var accountParts = [][2]string{{"CONTOSO", "ada"}, {"C", "Ada.Lovelace-1"}, {"NT-DOM1", "svc_web$"}, {"X", "o'neil x"}, {"WWW", "w%&!~^{}"}, {"EU", "12345"}}

// addresses stand for the values of attributes that are mail addresses.
var addresses = []string{"ada@contoso.com", "Ada.Lovelace@EU.contoso.com", "a-b_c+d@x.org", "o'neil@contoso.co.uk", "12345@fabrikam.com", "adacontoso.com"}

// texts stand for the values of any attribute.
var texts = []string{"Ada", "a", "Ada Lovelace", "Lovelace, Ada", "12345", "A-100/b", "x@y", "C:\\home\\ada", "ÄÖÜ straße", "0", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "CN=Ada,OU=x,DC=contoso,DC=com", "foo foo"}

// samplesOf are values that an input can have, with those that the expression
// is about.
func samplesOf(in value, pattern string) []sample {
	var list []sample
	id := strings.TrimPrefix(in.source.ID, "user.")
	if isAccount(in) {
		for _, a := range accountParts {
			list = append(list, sample{a[0] + `\` + a[1], map[string][]string{"netbiosname": {a[0]}, "onpremisessamaccountname": {a[1]}}})
		}
		return list
	}
	values := append(append([]string{}, addresses...), sampled(pattern)...)
	if id != "mail" && id != "userprincipalname" {
		values = append(values, texts...)
	}
	for _, v := range values {
		if v != "" && (id != "mail" || strings.Count(v, "@") <= 1) && (id != "userprincipalname" || principalName(v)) {
			list = append(list, sample{v, map[string][]string{id: {v}}})
		}
	}
	return list
}

func isAccount(in value) bool {
	return len(in.steps) == 1 && in.steps[0].Method == entra.Join && in.source == entra.AttributeSource("netbiosname") && in.steps[0].Parameters.Separator == `\`
}

// agrees tells whether a candidate gives what is wanted for each sample.
func (r replacement) agrees(in value, samples []sample, want []string) bool {
	v := r.onto(in)
	if !v.made() {
		return false
	}
	for i, s := range samples {
		if got, ok := v.emits(s.attributes); !ok || got != want[i] {
			return false
		}
	}
	return true
}

// emits is what Entra makes of a value for a user of attributes; false where it
// is not known.
func (v value) emits(attributes map[string][]string) (string, bool) {
	claims := &entra.Claims{Claims: []entra.Claim{{Name: "x", Configurations: []entra.Configuration{v.configuration()}}}}
	user := &entra.User{Attributes: attributes, Extensions: map[string][]string{}, Type: entra.Members}
	if v.source.Kind == entra.FromExtension {
		user.Extensions[strings.ToLower(v.source.ID)] = attributes[v.source.ID]
	}
	token := entra.NewEvaluator(claims, nil).Evaluate(user)
	for _, c := range token.Claims {
		if c.Type == "x" {
			return strings.Join(c.Values, "\x00"), c.Unknown == ""
		}
	}
	return "", true
}

// configuration is the value as a configuration for everybody.
func (v value) configuration() entra.Configuration {
	return entra.Configuration{Condition: entra.Condition{Groups: []entra.Group{}, UserType: entra.AnyUser}, Source: v.source,
		Transformations: append([]entra.Transformation{}, v.steps...), Fallback: v.fallback}
}

// candidatesFor are the ways in which Entra could make what an expression does,
// the simplest first.
func candidatesFor(in value, pattern, text string) []replacement {
	var list []replacement
	if isAccount(in) {
		for _, id := range []string{"onpremisessamaccountname", "netbiosname"} {
			source := entra.AttributeSource(id)
			list = append(list, replacement{source: &source})
		}
	}
	list = append(list, replacement{step: []entra.Transformation{{Method: entra.ExtractMailPrefix}}})
	for _, digits := range numbers.Get().FindAllString(pattern, 4) {
		if n, err := strconv.Atoi(digits); err == nil && n > 0 {
			from := 0
			list = append(list, replacement{step: []entra.Transformation{{Method: entra.Substring, Parameters: entra.Parameters{Index: &from, Length: &n}}}})
		}
	}
	if regex, template, ok := wholeRegex(pattern, text); ok {
		t := entra.Transformation{Method: entra.RegexReplace, Parameters: entra.Parameters{Regex: regex, Replacement: template}}
		list = append(list, replacement{step: []entra.Transformation{t}, fallback: len(in.steps) == 0})
	}
	return list
}

// domainCandidates put another domain behind the name of the account: a NameID,
// which knows no RegexReplace, is made so.
func domainCandidates(in value, text string) []replacement {
	i := strings.LastIndexByte(text, '@')
	if i < 0 || !domainName.MatchString(text[i+1:]) {
		return nil
	}
	join := withDomain(text[i+1:])
	if isAccount(in) {
		source := entra.AttributeSource("onpremisessamaccountname")
		return []replacement{{source: &source, step: []entra.Transformation{join}}}
	}
	return []replacement{{step: []entra.Transformation{{Method: entra.ExtractMailPrefix}, join}}}
}

// withDomain is Join as the NameID knows it, which adds a domain.
func withDomain(domain string) entra.Transformation {
	constant := entra.ConstantSource(domain)
	return entra.Transformation{Method: entra.Join, Parameters: entra.Parameters{Separator: "@", Input2: &constant}}
}

var domainName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9.-]*$`)

var numbers = lazyregexp.New(`[0-9]{1,3}`)

// sampled are values that an expression matches, and some that it nearly does.
func sampled(pattern string) []string {
	matching, near, err := claimrule.SampleRegex(pattern, 12)
	if err != nil {
		return nil
	}
	return append(matching, near...)
}
