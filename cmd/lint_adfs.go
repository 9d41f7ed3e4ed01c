package cmd

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// maxLintedExport is the largest export or rule file that lint reads, in bytes.
const maxLintedExport = 64 << 20

// adfsReaders read what AD FS knows: exports as adfs assess and adfs rules check
// do, and files of claim rules.
func adfsReaders(at time.Time) []validate.Reader {
	return []validate.Reader{
		{
			Format: "AD FS export",
			Is:     func(_ string, head []byte) bool { return adfs.Recognise(head) },
			Read: func(name string, r io.Reader) (validate.Content, error) {
				data, err := readLinted(r)
				if err != nil {
					return validate.Content{}, err
				}
				content := assessed(name, data, at)
				content.Problems = append(content.Problems, exportedRules(name, data)...)
				return content, nil
			},
		},
		{
			Format: "claim rules",
			Is:     isRuleFile,
			Read: func(name string, r io.Reader) (validate.Content, error) {
				data, err := readLinted(r)
				if err != nil {
					return validate.Content{}, err
				}
				t := &ruleText{input: name, text: decodeText(data)}
				t.parse(claimrule.Position{})
				return validate.Content{Problems: t.problems()}, nil
			},
		},
	}
}

func readLinted(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxLintedExport+1))
	if err == nil && len(data) > maxLintedExport {
		err = fmt.Errorf("larger than %d MiB; give it to ssodoctor adfs assess", maxLintedExport>>20)
	}
	return data, err
}

// ruleEndings are those of files in which claim rules are kept; in others they
// are quoted.
var ruleEndings = []string{"", ".txt", ".rules", ".claimrules", ".claims"}

var issuing = regexp.MustCompile(`(?i)=>\s*(?:issue|add)\s*\(`)

func isRuleFile(name string, head []byte) bool {
	return slices.Contains(ruleEndings, strings.ToLower(path.Ext(name))) && issuing.Match(head)
}

// assessed is what stands in the way of each trust that is to move, and the
// certificates of all. What needs no work is not told.
func assessed(name string, data []byte, at time.Time) validate.Content {
	var certificates []validate.HeldCertificate
	a := migrate.Assess(func(yield func(*adfs.Object, error) bool) {
		for o, err := range adfs.Read(bytes.NewReader(data), name, adfs.Limits{}) {
			if o != nil {
				certificates = append(certificates, exportedCertificates(o)...)
			}
			if !yield(o, err) {
				return
			}
		}
	}, at)
	return validate.Content{Problems: obstacles(a), Certificates: certificates}
}

// certificateUses are what the certificates of a trust are for, by property.
var certificateUses = map[string]string{"RequestSigningCertificate": "signing", "TokenSigningCertificates": "signing", "EncryptionCertificate": "encryption"}

// exportedCertificates are those that a trust holds whole.
func exportedCertificates(o *adfs.Object) []validate.HeldCertificate {
	owner := cmp.Or(o.Text("Identifier").Value, o.Name())
	if r := o.RelyingParty(); r != nil && len(r.Identifier) > 0 {
		owner = r.Identifier[0]
	}
	var out []validate.HeldCertificate
	for _, p := range o.Properties {
		for _, v := range append([]*adfs.Value{p.Value}, p.Value.Items...) {
			if v.Certificate != nil {
				out = append(out, validate.HeldCertificate{Certificate: v.Certificate, Span: v.Text.Span, Owner: owner, Use: certificateUses[p.Name]})
			}
		}
	}
	return out
}

// obstacles are the items of an assessment that need work.
func obstacles(a *migrate.Assessment) []finding.Problem {
	var out []finding.Problem
	for _, p := range a.Problems {
		out = append(out, finding.Problem{Check: p.Check, Severity: p.Severity, Detail: p.Message, Location: finding.Location{Span: finding.Span{Line: p.Source.Line, Column: p.Column}}})
	}
	for _, t := range a.Trusts {
		for _, i := range t.Items {
			if t.Skipped == "" && i.Check != "" && i.Severity >= finding.Warning {
				out = append(out, finding.Problem{
					Check: i.Check, Severity: i.Severity, Actual: finding.Shorten(i.Value, 200), Location: finding.Location{Span: finding.Span{Line: int(i.Line), Column: int(i.Column)}},
					Detail: fmt.Sprintf("trust %s, %s: %s", finding.Quote(t.Name), i.Setting, cmp.Or(i.Message, string(i.Outcome))),
				})
			}
		}
	}
	return out
}

// exportedRules is what is wrong with the claim rules of an export.
func exportedRules(name string, data []byte) []finding.Problem {
	in := &ruleIntake{}
	in.export(name, data)
	var out []finding.Problem
	for _, t := range in.texts {
		for _, p := range t.problems() {
			p.Detail = fmt.Sprintf("trust %s, %s: %s", finding.Quote(t.trust), t.setting, p.Detail)
			out = append(out, p)
		}
	}
	return out
}
