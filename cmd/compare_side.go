package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/compare"
	"github.com/ssodoctor/ssodoctor/pkg/entra/export"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// compared is one of the two things to compare: a capture, or an export where
// that is nil.
type compared struct {
	capture *trace.Capture
	export  compare.Export
}

// against compares it with another one. A capture and an export have nothing in
// common.
func (c compared) against(other compared, o compare.Options) *compare.Comparison {
	if c.capture != nil && other.capture != nil {
		return compare.Captures(c.capture, other.capture, o)
	}
	return compare.Exports(c.side(), other.side())
}

// side is the export, or what is to be told of a capture in its place.
func (c compared) side() compare.Export {
	if c.capture != nil {
		return compare.Export{Name: c.capture.Name, Format: c.capture.Format}
	}
	return c.export
}

// maxExport bounds exports that are held as a whole, and standard input.
const maxExport = 256 << 20

// readSide reads one side from a file, or from standard input, and finds out
// what it is.
func readSide(env *Env, arg string) (compared, error) {
	name, in := stdinName, io.ReadSeeker(nil)
	if arg == "-" {
		data, err := io.ReadAll(io.LimitReader(env.Stdin, maxExport))
		if err != nil {
			return compared{}, err
		}
		in = bytes.NewReader(data)
	} else {
		file, err := openOne(arg)
		if err != nil {
			return compared{}, err
		}
		defer file.Close()
		name, in = arg, file
	}
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return compared{}, err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return compared{}, fmt.Errorf("%s: %w", name, err)
	}
	if _, ok := export.Recognise(name, head[:n]); ok {
		return readEntraSide(name, in)
	}
	return readCaptureSide(name, in)
}

func readEntraSide(name string, in io.Reader) (compared, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxExport))
	if err != nil {
		return compared{}, err
	}
	file := export.Read(name, data)
	if len(file.Problems) > 0 {
		p := file.Problems[0]
		return compared{}, fmt.Errorf("%s:%d:%d: %s", name, p.Location.Span.Line, p.Location.Span.Column, p.Detail)
	}
	return compared{export: compare.Export{Name: name, Format: file.Format, Applications: export.Join([]*export.File{file})}}, nil
}

// readCaptureSide reads a capture, or an export of AD FS where the capture
// holds nothing to compare.
func readCaptureSide(name string, in io.ReadSeeker) (compared, error) {
	capture, err := trace.Read(in, name, trace.Limits{})
	if err == nil && compare.Comparable(capture) {
		return compared{capture: capture}, nil
	}
	if _, seek := in.Seek(0, io.SeekStart); seek == nil {
		if trusts, format := readTrusts(name, in); len(trusts) > 0 {
			return compared{export: compare.Export{Name: name, Format: format, Trusts: trusts}}, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("%s: holds no token, request, metadata or export to compare", capture.Name)
	}
	return compared{}, err
}

// readTrusts reads the relying party trusts of an export of AD FS; none where it
// is another file, or damaged.
func readTrusts(name string, in io.Reader) (trusts []*adfs.RelyingParty, format string) {
	for t, err := range adfs.RelyingParties(adfs.Read(in, name, adfs.Limits{})) {
		if err != nil {
			return nil, ""
		}
		trusts, format = append(trusts, t), t.Format
	}
	return trusts, format
}
