package export

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// CheckUnreadable is the name of the check that a file's Problems feed.
const CheckUnreadable = "entra-export-unreadable"

// File is what an export file holds, in its order. It is immutable.
type File struct {
	// Name is the name given to Read, Format the Name of the [Format].
	Name, Format string

	Applications []*entra.Application
	Principals   []*entra.ServicePrincipal
	Policies     []*entra.Policy
	Assignments  []entra.Assignment
	Access       []*entra.AccessPolicy
	Locations    []*entra.NamedLocation

	// Problems are what could not be read, each with its place.
	Problems []finding.Problem

	// listed are the lists that the file gives in full, be they empty: by the
	// id of the object that they belong to and the name of the list.
	listed map[listName]entra.Place
	// links are assignments of policies that stand apart from both sides.
	links []link
	// extras are parts of applications that stand apart from them, whose object
	// ids they have.
	extras []*entra.Application
	// certificates are signing certificates that stand apart from their
	// service principals.
	certificates []certificate
}

type listName struct{ owner, list string }

type link struct{ owner, policy string }

type certificate struct {
	owner string
	key   entra.Key
}

// Empty reports whether nothing of an enterprise application was found.
func (f *File) Empty() bool {
	return len(f.Applications) == 0 && len(f.Principals) == 0 && len(f.Policies) == 0 && len(f.Assignments) == 0 &&
		len(f.Access) == 0 && len(f.Locations) == 0 && len(f.listed) == 0 && len(f.links) == 0 && len(f.extras) == 0 && len(f.certificates) == 0
}

// Format is a kind of export that is read.
type Format struct {
	// Name is what File.Format says, Title the format as people name it.
	Name, Title string

	// is recognises a text by its head; the name of the file only helps where
	// the text says too little.
	is   func(name string, head []byte) bool
	read func(*reader)
}

// Formats lists what is read, in the order in which it is recognised.
func Formats() []Format {
	return []Format{
		{"terraform-json", "Terraform configuration, plan or state in JSON", isTerraformJSON, readTerraformJSON},
		{"manifest", "application manifest of the portal, or Azure AD Graph JSON", isManifest, readGraph},
		{"graph", "Microsoft Graph JSON, as of Graph Explorer, az ad app|sp, the portal or EntraExporter", isGraph, readGraph},
		{"microsoft365dsc", "Microsoft365DSC configuration", isDSC, readDSC},
		{"terraform", "Terraform configuration of the azuread provider", isTerraform, readTerraform},
	}
}

// headBytes is how much of a text is looked at to recognise it.
const headBytes = 64 << 10

// Recognise finds the format of an export by its content; false for texts that
// are none. Name is the path of the file, parted by slashes.
func Recognise(name string, data []byte) (Format, bool) {
	head := decode(data[:min(len(data), headBytes)])
	for _, f := range Formats() {
		if f.is(name, head) {
			return f, true
		}
	}
	return Format{}, false
}

// Read reads an export. Name is its path, parted by slashes: EntraExporter says
// by folders what belongs to what. It never fails: what cannot be read is among
// the problems of the file, together with what was read before.
func Read(name string, data []byte) *File {
	f := &File{Name: name, listed: map[listName]entra.Place{}}
	format, ok := Recognise(name, data)
	if !ok {
		f.Problems = append(f.Problems, finding.Problem{Check: CheckUnreadable, Severity: finding.Error,
			Detail: "the file is no export of Entra that is known; expected " + titles()})
		return f
	}
	f.Format = format.Name
	r := &reader{source: newSource(data), file: f, binder: binder{file: name, format: format.Name}}
	format.read(r)
	r.settle()
	return f
}

func titles() string {
	var all []string
	for _, f := range Formats() {
		all = append(all, f.Title)
	}
	return strings.Join(all, "; ")
}

// reader is at work on one file.
type reader struct {
	*source
	binder
	budget
	file *File
}

// fail notes what could not be read.
func (r *reader) fail(err error) {
	e, ok := err.(*syntaxError)
	if !ok {
		e = &syntaxError{message: err.Error()}
	}
	r.file.Problems = append(r.file.Problems, finding.Problem{Check: CheckUnreadable, Severity: finding.Error,
		Detail: e.message, Location: finding.Location{Span: e.at}})
}
