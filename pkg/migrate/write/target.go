package write

import (
	"bytes"
	"io"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// Target is a form that plans are written in.
type Target struct {
	Name string
	// Title says what it is, for people.
	Title string
	// Extension is that of the one file that holds all trusts: ".tf".
	Extension string
	// file is the name of the file in the folder of a trust; empty for targets
	// that are one file.
	file string
	// everyTrust marks targets that list the trusts that are not moved too.
	everyTrust bool

	// start, trust and end write the parts of a file; start and end may be nil.
	start func(w io.Writer, trusts iter.Seq2[entry, error], o Options) error
	trust func(w io.Writer, t entry, o Options) error
	end   func(w io.Writer) error
	// stream and files are there for targets that differ from a start and a
	// part for each trust.
	stream func(w io.Writer, p *migrate.Plans, trusts iter.Seq2[entry, error], o Options) error
	files  func(t entry, o Options) ([]File, error)
}

// File is a file of the output. Name is below the folder of the output, with
// slashes.
type File struct {
	Name string
	Data []byte
}

// entry is a trust with the names that are its own in an output.
type entry struct {
	*migrate.TrustPlan
	folder, label string
}

var targets = []Target{
	{Name: "plan", Title: "the plan itself", Extension: ".json", everyTrust: true, stream: planStream},
	{Name: "graph", Title: "request bodies for Microsoft Graph", Extension: ".json", file: requestsFile, stream: graphStream, files: graphFiles},
	{Name: "terraform", Title: "Terraform for the azuread provider", Extension: ".tf", file: "main.tf", start: terraformStart, trust: terraformTrust},
	{Name: "powershell", Title: "a Microsoft Graph PowerShell script", Extension: ".ps1", file: "application.ps1", start: powershellStart, trust: powershellTrust, end: powershellEnd},
	{Name: "markdown", Title: "a runbook for the portal", Extension: ".md", file: "runbook.md", trust: markdownTrust},
	{Name: "csv", Title: "a line for each trust", Extension: ".csv", everyTrust: true, start: csvStart, trust: csvTrust},
}

// Targets are the names of the targets.
func Targets() []string {
	var names []string
	for _, t := range targets {
		names = append(names, t.Name)
	}
	return names
}

// LookupTarget finds a target by its name.
func LookupTarget(name string) (Target, bool) {
	i := slices.IndexFunc(targets, func(t Target) bool { return t.Name == name })
	if i < 0 {
		return Target{}, false
	}
	return targets[i], true
}

// Folders tells whether the target can be a folder for each trust.
func (t Target) Folders() bool { return t.file != "" }

// chosen are the trusts that a target is about: those that are not moved are
// left to the targets that list all, unless they are wanted.
func (t Target) chosen(p *migrate.Plans, o Options) *migrate.Plans {
	if t.everyTrust || o.Skipped {
		return p
	}
	return p.Included(func(t migrate.Outline) bool { return t.Skipped == "" })
}

// Count is how many trusts the target writes.
func (t Target) Count(p *migrate.Plans, o Options) int { return len(t.chosen(p, o).Trusts) }

// Stream writes all trusts as one file, one by one as they are planned.
func (t Target) Stream(w io.Writer, p *migrate.Plans, o Options) error {
	p = t.chosen(p, o)
	if t.stream != nil {
		return t.stream(w, p, entries(p), o)
	}
	return t.write(w, entries(p), o)
}

// write puts the parts of trusts between the start and the end of a file.
func (t Target) write(w io.Writer, trusts iter.Seq2[entry, error], o Options) error {
	if t.start != nil {
		if err := t.start(w, trusts, o); err != nil {
			return err
		}
	}
	for e, err := range trusts {
		if err == nil {
			err = t.trust(w, e, o)
		}
		if err != nil {
			return err
		}
	}
	if t.end != nil {
		return t.end(w)
	}
	return nil
}

// FolderNames are the folders of the files that [Target.Files] gives, one for
// each trust.
func (t Target) FolderNames(p *migrate.Plans, o Options) []string {
	var names []string
	own := newNames()
	for _, trust := range t.chosen(p, o).Trusts {
		folder, _ := own.next(trust.Name)
		names = append(names, folder)
	}
	return names
}

// Files gives the files of a target for which [Target.Folders] holds, in a
// folder for each trust.
func (t Target) Files(p *migrate.Plans, o Options) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for e, err := range entries(t.chosen(p, o)) {
			var files []File
			if err == nil {
				files, err = t.filesOf(e, o)
			}
			if err != nil {
				yield(File{}, err)
				return
			}
			for _, f := range files {
				if !yield(File{path.Join(e.folder, f.Name), f.Data}, nil) {
					return
				}
			}
		}
	}
}

// filesOf are the files in the folder of one trust.
func (t Target) filesOf(e entry, o Options) ([]File, error) {
	if t.files != nil {
		return t.files(e, o)
	}
	var b bytes.Buffer
	alone := func(yield func(entry, error) bool) { yield(e, nil) }
	if err := t.write(&b, alone, o); err != nil {
		return nil, err
	}
	return []File{{t.file, b.Bytes()}}, nil
}

// IsFile tells whether the name of an output is that of one file of the target,
// and not of a folder.
func (t Target) IsFile(name string) bool { return strings.EqualFold(path.Ext(name), t.Extension) }
