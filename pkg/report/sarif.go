package report

import (
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// pages is where the pages of the checks can be read.
const pages = "https://github.com/ssodoctor/ssodoctor/blob/main/docs/checks/"

// The types of a SARIF log (OASIS SARIF 2.1.0), as far as they are used here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string          `json:"id"`
		Short   sarifText       `json:"shortDescription"`
		Full    sarifText       `json:"fullDescription"`
		Help    sarifText       `json:"help"`
		HelpURI string          `json:"helpUri"`
		Default sarifLevel      `json:"defaultConfiguration"`
		Bag     sarifRuleTraits `json:"properties"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifRuleTraits struct {
		Tags []string `json:"tags"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
)

var sarifLevels = map[finding.Severity]string{finding.Info: "note", finding.Warning: "warning", finding.Error: "error"}

// SARIF writes the findings as a SARIF log, version 2.1.0. The rules are the
// checks that have findings, in the order of the catalogue. Accepted findings
// are results with a suppression.
func SARIF(w io.Writer, r *validate.Report, o Options) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "ssodoctor", Version: o.Version, InformationURI: "https://github.com/ssodoctor/ssodoctor"}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	findings := accepted(r)
	rules := make(map[string]int)
	run.Tool.Driver.Rules = sarifRules(findings, rules)
	where, names := sites(r), finding.Fingerprints(findings)
	for i := range findings {
		f := &findings[i]
		result := sarifResult{
			RuleID: f.Check, RuleIndex: rules[f.Check], Level: sarifLevels[f.Severity],
			Message:      sarifText{Text: sarifPlain(sentence(f))},
			Locations:    []sarifLocation{sarifPlace(where(f), f)},
			Fingerprints: map[string]string{"ssodoctor/v1": names[i]},
		}
		if i >= len(r.Findings) {
			s := r.Suppressed[i-len(r.Findings)]
			result.Suppressions = []sarifSuppression{{Kind: "external", Justification: finding.Printable(s.Reason)}}
		}
		run.Results = append(run.Results, result)
	}
	return Encode(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// accepted lists the findings of a report, those that were accepted last.
func accepted(r *validate.Report) []finding.Finding {
	list := r.Findings[:len(r.Findings):len(r.Findings)]
	for _, s := range r.Suppressed {
		list = append(list, s.Finding)
	}
	return list
}

// sarifRules describes the checks that have findings, and fills in the index of
// each.
func sarifRules(findings []finding.Finding, index map[string]int) []sarifRule {
	fired := make(map[string]bool)
	for _, f := range findings {
		fired[f.Check] = true
	}
	rules := []sarifRule{}
	for _, c := range validate.Catalogue() {
		if !fired[c.Name] {
			continue
		}
		index[c.Name] = len(rules)
		rules = append(rules, sarifRule{
			ID: c.Name, Short: sarifText{Text: sarifPlain(c.Title)}, Full: sarifText{Text: sarifPlain(c.Why + " " + c.Cause)},
			Help: sarifHelp(c), HelpURI: pages + c.Name + ".md",
			Default: sarifLevel{sarifLevels[c.Severity]}, Bag: sarifRuleTraits{[]string{string(c.Family)}},
		})
	}
	return rules
}

// sarifHelp is the page of a check.
func sarifHelp(c *validate.Check) sarifText {
	var page, text strings.Builder
	checkBody(&page, c)
	text.WriteString(c.Why + " " + c.Cause)
	for _, f := range c.Fixes {
		text.WriteString("\n" + placeholders.Replace(fix(f)) + ".")
	}
	return sarifText{Text: sarifPlain(text.String()), Markdown: sarifBraces.Replace(page.String())}
}

func sarifPlace(s site, f *finding.Finding) sarifLocation {
	region := sarifRegion{StartLine: max(s.line, 1), StartColumn: s.column} // code scanning of GitHub wants a line
	out := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{s.uri()}, Region: region}}
	if f.Location.Path != "" {
		out.Logical = []sarifLogical{{finding.Printable(f.Location.Path)}}
	}
	return out
}

// sarifBraces writes braces as messages must (SARIF 3.11.5): a single one
// begins a value to be filled in.
var sarifBraces = strings.NewReplacer("{", "{{", "}", "}}")

// sarifPlain is text for a message: without values to be filled in, and
// without links (SARIF 3.11.6).
func sarifPlain(s string) string {
	return sarifBraces.Replace(strings.ReplaceAll(s, "](", "] ("))
}
