package adfs

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Limits bound what reading may cost. A zero field means its default.
type Limits struct {
	Objects     int   // objects of one file, default 1,000,000
	ObjectBytes int   // text of one object, default 32 MiB
	Nodes       int   // values of one object, default 100,000
	Depth       int   // values within values, default 64
	Files       int   // files of a folder or zip, default 100,000
	ZipBytes    int64 // a zip that must be held in memory, default 256 MiB
	Inflated    int64 // text of one file of a zip, default 2 GiB; 200 times its size in the zip is the bound above 10 MiB
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Objects:     cmp.Or(l.Objects, 1_000_000),
		ObjectBytes: cmp.Or(l.ObjectBytes, 32<<20),
		Nodes:       cmp.Or(l.Nodes, 100_000),
		Depth:       cmp.Or(l.Depth, 64),
		Files:       cmp.Or(l.Files, 100_000),
		ZipBytes:    cmp.Or(l.ZipBytes, 256<<20),
		Inflated:    cmp.Or(l.Inflated, 2<<30),
	}
}

// ReadError says why an export, or one object of it, cannot be read. Reading
// goes on behind it where it can.
type ReadError struct {
	Check    string // [CheckUnreadable], [CheckTruncated], [CheckTooLarge] or [CheckRepaired]
	Severity finding.Severity
	Source   Source
	Span     finding.Span // unknown where it is about the file
	Msg      string       // what was found, expected, and what to do
	Err      error        // what was wrong, if another error says
}

// Error gives the file, the place and the message.
func (e *ReadError) Error() string {
	place := e.Source.File
	if e.Span.Known() {
		place = fmt.Sprintf("%s:%d:%d", place, e.Span.Line, e.Span.Column)
	}
	if place == "" {
		return e.Msg
	}
	return place + ": " + e.Msg
}

// Unwrap returns Err.
func (e *ReadError) Unwrap() error { return e.Err }

// Read yields every object of an export, in the order of the file: relying
// party trusts, and the claims providers, applications and settings that stand
// among them. The format is recognised from the content; name is what errors
// and sources call the input. A zip is read file by file; it is held in memory
// unless r is an io.ReaderAt and io.Seeker.
//
// Each step yields an object or an error, never both. Every error is a
// *[ReadError]; an error is about one object, or about the file, and those
// that can still be read follow it. The objects do not alias r or each other.
// Where r is an io.Seeker, each range begins where the first did.
func Read(r io.Reader, name string, limits Limits) iter.Seq2[*Object, error] {
	start, rewinds := int64(0), false
	seeker, ok := r.(io.Seeker)
	if ok {
		at, err := seeker.Seek(0, io.SeekCurrent)
		start, rewinds = at, err == nil
	}
	return func(yield func(*Object, error) bool) {
		if rewinds {
			if _, err := seeker.Seek(start, io.SeekStart); err != nil {
				yield(nil, &ReadError{Check: CheckUnreadable, Severity: finding.Error, Source: Source{File: name}, Msg: err.Error(), Err: err})
				return
			}
		}
		in := &input{limits: limits.withDefaults(), yield: yield, file: name}
		in.read(r)
	}
}

// RelyingParties are the relying party trusts among objects, and the errors.
func RelyingParties(objects iter.Seq2[*Object, error]) iter.Seq2[*RelyingParty, error] {
	return func(yield func(*RelyingParty, error) bool) {
		for o, err := range objects {
			if err != nil {
				if !yield(nil, err) {
					return
				}
			} else if rp := o.RelyingParty(); rp != nil && !yield(rp, nil) {
				return
			}
		}
	}
}

// input is one file on its way to whoever asked for it.
type input struct {
	limits  Limits
	yield   func(*Object, error) bool
	file    string
	format  *Format
	text    *window
	objects int
	errors  int
	stopped bool // no more is wanted
	gone    bool // stopped by whoever asked
	found   bool // found in a folder or zip, not named
	depth   int  // folders and zips around it
}

// read recognises one file and reads it.
func (in *input) read(r io.Reader) {
	if head, whole := sniff(r); isZip(head) {
		in.readZipStream(whole)
		return
	} else if refused := refuseBinary(head, in.file); refused != nil {
		in.refuse(refused)
		return
	} else {
		r = whole
	}
	d := newDecoder(r)
	in.text = newWindow(d, in.limits.ObjectBytes)
	in.text.skipSpace()
	for in.text.has("WARNING:") && in.text.discardTo("\n") {
		in.text.skipSpace() // what PowerShell 7 says of a depth that is too small
	}
	for len(in.text.rest()) < headBytes && in.text.more() {
	}
	head := in.text.rest()
	head = head[:min(len(head), headBytes)]
	in.format = recognise(head)
	if refused := refuseText(head, in.file, in.format); refused != nil {
		in.refuse(refused)
		return
	}
	in.format.read(in)
	if d.repaired {
		in.fail(&ReadError{Check: CheckRepaired, Severity: finding.Info, Msg: "bytes that are not UTF-8 were read as Windows-1252; export with -Encoding UTF8 where names look wrong"})
	}
}

// emit gives one object on; false where no more is wanted.
func (in *input) emit(raw *Value, kind Kind) bool {
	if in.stopped {
		return false
	}
	if in.objects >= in.limits.Objects {
		in.fail(&ReadError{Check: CheckTooLarge, Severity: finding.Error, Span: raw.Text.Span, Msg: fmt.Sprintf("the file has more than %d objects", in.limits.Objects)})
		in.stopped = true
		return false
	}
	o := newObject(in.format, Source{File: in.file, Index: in.objects, Line: raw.Text.Span.Line}, raw, kind)
	in.objects++
	in.gone = !in.yield(o, nil)
	in.stopped = in.gone
	return !in.stopped
}

// maxErrors is how many errors of one file are given on.
const maxErrors = 1000

// emitTree gives on an object, or, where it is of no kind, the objects of AD FS
// that it holds, as of a script that collects all in one.
func (in *input) emitTree(raw *Value) {
	if kind := kindOf(raw); kind != KindUnknown || !in.emitHeld(raw, 0) {
		in.emit(raw, kind)
	}
}

// emitHeld gives on the objects of AD FS in the values of another; false where
// there are none.
func (in *input) emitHeld(raw *Value, depth int) bool {
	found := false
	for _, e := range raw.Entries {
		for _, v := range itemsOf(e.Value) {
			if v.Shape != ShapeMap {
				continue
			}
			if kind := kindOf(v); kind != KindUnknown {
				in.emit(v, kind)
				found = true
			} else if depth < 4 {
				found = in.emitHeld(v, depth+1) || found
			}
		}
	}
	return found
}

// fail gives an error on; false where no more is wanted.
func (in *input) fail(err error) bool {
	if in.stopped {
		return false
	}
	e := in.readError(err)
	if in.errors++; in.errors > maxErrors {
		e = &ReadError{Check: CheckUnreadable, Severity: finding.Error, Msg: "the file has too many errors; the rest of it is not read"}
	}
	e.Source = Source{File: in.file, Index: in.objects, Line: e.Span.Line}
	in.gone = !in.yield(nil, e)
	in.stopped = in.gone || in.errors > maxErrors
	return !in.stopped
}

// readError puts an error into the words of the reader.
func (in *input) readError(err error) *ReadError {
	if e, ok := errors.AsType[*ReadError](err); ok {
		own := *e
		if own.Check == "" {
			own.Check = CheckUnreadable
		}
		if own.Severity == 0 {
			own.Severity = finding.Error
		}
		return &own
	}
	e := &ReadError{Check: CheckUnreadable, Severity: finding.Error, Msg: err.Error(), Err: err}
	if in.text != nil {
		e.Span = in.text.at.span()
	}
	return e
}
