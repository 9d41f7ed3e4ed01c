package claimrule

import (
	"encoding/json"
	"maps"
)

// The issuers of claims.
const (
	// ADAuthority issues what comes from Active Directory.
	ADAuthority = "AD AUTHORITY"
	// LocalAuthority issues what the rules themselves make.
	LocalAuthority = "LOCAL AUTHORITY"
)

// Claim is a statement about a user. The JSON form is that of a users file.
type Claim struct {
	Type           string            `json:"type"`
	Value          string            `json:"value"`
	ValueType      string            `json:"valueType"`
	Issuer         string            `json:"issuer"`
	OriginalIssuer string            `json:"originalIssuer"`
	Properties     map[string]string `json:"properties"`
}

// complete fills in what an incoming claim leaves open: it comes from Active
// Directory and is a string.
func (c Claim) complete() Claim {
	c.ValueType = orElse(c.ValueType, stringType)
	c.Issuer = orElse(c.Issuer, ADAuthority)
	c.OriginalIssuer = orElse(c.OriginalIssuer, c.Issuer)
	c.Properties = maps.Clone(c.Properties)
	return c
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Issued is a claim with the rule that made it.
type Issued struct {
	Claim
	// Rule is the index of the rule, or -1 for a claim that came in.
	Rule int `json:"rule"`
}

// Result is what a rule set made of a user.
type Result struct {
	// Claims are the issued claims in the order that they were issued,
	// duplicates kept.
	Claims []Issued
	// Input is the input set as it was after the last rule: what came in,
	// and what was issued or added.
	Input []Issued
	// Notes say where the result stands for something that cannot be known
	// from the user alone.
	Notes []Note
}

// Note is a remark on what one rule did.
type Note struct {
	Rule int
	Text string
}

// MarshalJSON writes the issued claims as ssodoctor/claims/v1.
func (r *Result) MarshalJSON() ([]byte, error) {
	out := struct {
		Schema string   `json:"schema"`
		Claims []Issued `json:"claims"`
	}{"ssodoctor/claims/v1", make([]Issued, 0, len(r.Claims))}
	for _, c := range r.Claims {
		if c.Properties == nil {
			c.Properties = map[string]string{}
		}
		out.Claims = append(out.Claims, c)
	}
	return json.Marshal(out)
}

// Permitted is the verdict of authorization rules: a permit claim was issued
// and no deny claim, whatever their values and order.
func (r *Result) Permitted() bool { return r.has(TypePermit, "") && !r.has(TypeDeny, "") }

// DemandsMFA is the verdict of additional authentication rules: they issued
// the authentication method "multiple factors".
func (r *Result) DemandsMFA() bool { return r.has(TypeAuthnMethod, multiAuthn) }

func (r *Result) has(claimType, value string) bool {
	for _, c := range r.Claims {
		if c.Type == claimType && (value == "" || c.Value == value) {
			return true
		}
	}
	return false
}
