package trace

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var isZip = magic("PK\x03\x04", "PK\x05\x06")

// archive reads the members of a ZIP file one at a time. Nothing is written
// anywhere, so the names of members are mere labels.
type archive struct {
	*collector
	left int64 // bytes that may still be inflated
}

// encrypted is bit 0 of the flags of a member (APPNOTE 4.4.4).
const encrypted = 0x1

// readZip reads a ZIP archive: one of Fiddler as its sessions, of any other
// each member as a capture of its own, in the order of the archive. The
// exchanges of all members are numbered through.
func (c *collector) readZip(src *bufio.Reader) error {
	data, size, err := c.randomAccess(src)
	if err != nil {
		return err
	}
	directory, err := zip.NewReader(data, size)
	if directory == nil || err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return &UnreadableError{Reason: fmt.Sprintf("the input is a ZIP archive that is cut off or damaged (%v)", err), Advice: "export or copy it again"}
	}
	directory.RegisterDecompressor(zip.Deflate, decompressor())
	c.size = size
	a := archive{c, max(ratioSlack, size*int64(c.limits.Ratio))}
	sessions := sazSessions(directory.File)
	if len(sessions) > 0 {
		c.kind.format = "saz"
		return a.readSAZ(sessions)
	}
	if office := officeKind(directory.File); office != "" {
		return &UnreadableError{Reason: "the input is " + office, Advice: adviceText}
	}
	return a.members(directory.File)
}

// decompressor serves one member after another, as no two are open at a time:
// its window and tables are larger than most members. It is faster than that of
// the standard library, and gives up a few bits earlier where a stream is cut:
// so values, of which the last character counts, are inflated by the other.
func decompressor() zip.Decompressor {
	d := flate.NewReader(nil)
	return func(r io.Reader) io.ReadCloser {
		_ = d.(flate.Resetter).Reset(r, nil) // fails for none
		return d
	}
}

// randomAccess gives the archive as something to jump about in: the file
// itself, or what a pipe gives, up to Limits.Text.
func (c *collector) randomAccess(src *bufio.Reader) (io.ReaderAt, int64, error) {
	source := c.source
	if counted, ok := source.(*countingReader); ok {
		source = counted.r
	}
	if file, ok := source.(interface {
		io.ReaderAt
		io.Seeker
	}); ok {
		if size, err := file.Seek(0, io.SeekEnd); err == nil {
			return file, size, nil
		}
	}
	data, err := c.all(src)
	return bytes.NewReader(data), int64(len(data)), err
}

// officeKind names an Office document, which is a ZIP archive too.
func officeKind(files []*zip.File) string {
	for _, f := range files[:min(len(files), 100)] {
		switch dir, _, _ := strings.Cut(f.Name, "/"); dir {
		case "word":
			return "a Word document"
		case "xl":
			return "an Excel workbook"
		case "ppt":
			return "a PowerPoint presentation"
		}
	}
	return ""
}

// maxNested is how deep archives and mails are opened in one another.
const maxNested = 3

// maxPassedOver is how many members that hold nothing are named.
const maxPassedOver = 5

func (a archive) members(files []*zip.File) error {
	if a.nested++; a.nested > maxNested {
		return &UnreadableError{Reason: fmt.Sprintf("the input is an archive inside %d archives", maxNested), Advice: "unpack it and give the file inside"}
	}
	defer func() { a.nested-- }()
	var passed []string
	locked, read := 0, 0
	for _, f := range files {
		base := path.Base(f.Name)
		if f.FileInfo().IsDir() || strings.HasPrefix(base, ".") || strings.HasPrefix(f.Name, "__MACOSX/") {
			continue
		}
		if f.Flags&encrypted != 0 {
			locked++
			continue
		}
		read++
		why, err := a.member(f)
		if err != nil {
			return err
		}
		if why != "" {
			passed = append(passed, finding.Quote(cutText(f.Name, 80))+" "+why)
		}
	}
	return a.reportMembers(read, locked, passed)
}

func (a archive) reportMembers(read, locked int, passed []string) error {
	if locked > 0 && read == 0 {
		return &UnreadableError{Reason: "the input is an encrypted archive", Advice: "unpack it with its password and give the file inside"}
	}
	if locked > 0 {
		a.problem(-1, "input-unread", finding.Info, "%d files in the archive are encrypted and were not read: unpack it with its password and give the files inside", locked)
	}
	if len(passed) > 0 {
		a.problem(-1, "input-unread", finding.Info, "files in the archive that were passed over: %s", finding.Few(passed, maxPassedOver, func(name string) string { return name }))
	}
	return nil
}

// member reads one file of an archive. Why says for which reason it was passed
// over; the error ends the whole archive.
func (a archive) member(f *zip.File) (why string, err error) {
	r, err := f.Open()
	if err != nil {
		return "cannot be opened (" + err.Error() + ")", nil
	}
	defer r.Close()
	outer, problems, messages, exchanges := a.within, len(a.capture.Problems), len(a.capture.Messages), a.capture.ExchangeCount
	if outer == nil {
		a.within = a.spanOf(f)
	}
	err = a.inPart(f.Name, func() error { return a.read(&limitedReader{r, &a.left}, headBytes) })
	a.within = outer
	for i := range a.capture.Problems[problems:] {
		p := &a.capture.Problems[problems+i]
		p.Detail = finding.Quote(cutText(f.Name, 80)) + ": " + p.Detail
	}
	var bad *UnreadableError
	switch {
	case errors.As(err, &bad) && bad.Check != "":
		a.problem(-1, bad.Check, finding.Error, "%s: %s; %s", finding.Quote(cutText(f.Name, 80)), bad.Reason, bad.Advice)
		return "", nil
	case errors.As(err, &bad):
		return "(" + strings.Replace(bad.Reason, "the input is ", "", 1) + ")", nil
	case err != nil && !isArchiveDamage(err):
		return "", err
	case err != nil:
		a.problem(-1, "input-truncated", finding.Error, "%s is damaged in the archive: %v", finding.Quote(cutText(f.Name, 80)), err)
	case len(a.capture.Problems) == problems && len(a.capture.Messages) == messages && a.capture.ExchangeCount == exchanges:
		return "(nothing of a sign-in in it)", nil
	}
	return "", nil
}

func isArchiveDamage(err error) bool {
	return isTruncation(err) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm)
}

// spanOf is where a member stands in the archive. The sizes in its directory
// may be false.
func (a archive) spanOf(f *zip.File) *finding.Span {
	at, err := f.DataOffset()
	if err != nil || at < 0 || at > a.size {
		at = 0
	}
	end := at + int64(min(f.CompressedSize64, uint64(a.size-at)))
	return &finding.Span{Offset: int(at), End: int(end), Line: 1, Column: 1}
}

// limitedReader stops an archive that inflates out of all proportion.
type limitedReader struct {
	r    io.Reader
	left *int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if *l.left -= int64(n); *l.left < 0 {
		return n, &UnreadableError{Check: "input-too-large", Reason: "the archive inflates out of all proportion to its size", Advice: "unpack it and look at what it holds"}
	}
	return n, err
}
