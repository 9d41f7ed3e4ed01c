package adfs

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// ReadFS reads a folder of exports as [Read] reads one: the files at its root
// and one folder down, in the order of their names. Files that are no exports
// are reported with severity info. name is what errors and sources call the
// folder.
func ReadFS(fsys fs.FS, name string, limits Limits) iter.Seq2[*Object, error] {
	return func(yield func(*Object, error) bool) {
		in := &input{limits: limits.withDefaults(), yield: yield, file: name}
		in.readFolder(fsys)
	}
}

// member is a file of a folder or zip.
type member struct {
	name string // with "/", relative to the folder
	open func() (io.ReadCloser, error)
	most int64 // bytes that may be read; 0 for no bound
}

func (in *input) readFolder(fsys fs.FS) {
	var members []member
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			in.fail(fmt.Errorf("%s cannot be read: %w", quoted(name), err))
			return nil
		case d.IsDir() && strings.Count(name, "/") >= 1:
			in.skipped(name, "only the folder itself and one folder down are read")
			return fs.SkipDir
		case len(members) >= in.limits.Files:
			return fs.SkipAll
		case d.Type().IsRegular() && !isNoise(name):
			members = append(members, member{name: name, open: func() (io.ReadCloser, error) { return fsys.Open(name) }})
		}
		return nil
	})
	if err != nil {
		in.fail(err)
	}
	in.readMembers(members)
}

// isNoise reports whether a file is one that systems leave in folders.
func isNoise(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, ".") || strings.HasPrefix(name, "__MACOSX/") || strings.EqualFold(base, "desktop.ini") || strings.EqualFold(base, "thumbs.db")
}

func (in *input) skipped(name, why string) {
	in.fail(&ReadError{Severity: finding.Info, Msg: fmt.Sprintf("%s is not read: %s", quoted(name), why)})
}

func (in *input) readMembers(members []member) {
	if len(members) >= in.limits.Files {
		in.fail(&ReadError{Check: CheckTooLarge, Msg: fmt.Sprintf("there are %d files or more, of which no more are read", in.limits.Files)})
	}
	for _, m := range members {
		if in.stopped {
			return
		}
		in.readMember(m)
	}
}

func (in *input) readMember(m member) {
	f, err := m.open()
	if err != nil {
		in.fail(fmt.Errorf("%s cannot be opened: %w", quoted(m.name), err))
		return
	}
	defer f.Close()
	var r io.Reader = f
	if m.most > 0 {
		r = &boundedReader{in: f, left: m.most}
	}
	child := &input{limits: in.limits, yield: in.yield, file: path.Join(in.file, m.name), found: true, depth: in.depth + 1}
	child.read(r)
	in.gone = child.gone
	in.stopped = in.stopped || in.gone
}

// boundedReader is a reader that refuses to give more than it should.
type boundedReader struct {
	in   io.Reader
	left int64
}

func (r *boundedReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, &ReadError{Check: CheckTooLarge, Severity: finding.Error, Msg: "the file unpacks to far more than its size; unpack it and give the files"}
	}
	n, err := r.in.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}

// readZipStream reads a zip where it is, or out of memory.
func (in *input) readZipStream(r io.Reader) {
	if in.depth > 1 {
		in.skipped(in.file, "it is a zip in a zip; unpack it")
		return
	}
	if at, ok := r.(io.ReaderAt); ok {
		if seeker, ok := r.(io.Seeker); ok {
			if size, err := seeker.Seek(0, io.SeekEnd); err == nil {
				in.readZip(at, size)
				return
			}
		}
	}
	data, err := io.ReadAll(io.LimitReader(r, in.limits.ZipBytes+1))
	switch {
	case err != nil:
		in.fail(err)
	case int64(len(data)) > in.limits.ZipBytes:
		in.fail(&ReadError{Check: CheckTooLarge, Msg: fmt.Sprintf("the zip has more than %d bytes; unpack it and give the folder", in.limits.ZipBytes)})
	default:
		in.readZip(bytes.NewReader(data), int64(len(data)))
	}
}

func (in *input) readZip(r io.ReaderAt, size int64) {
	archive, err := zip.NewReader(r, size)
	if archive == nil {
		in.fail(&ReadError{Check: CheckTruncated, Msg: fmt.Sprintf("the zip cannot be read: %v; copy it again", err), Err: err})
		return
	}
	var members []member
	for _, f := range archive.File {
		// Compress-Archive of Windows PowerShell writes backslashes.
		name := strings.ReplaceAll(f.Name, `\`, "/")
		switch {
		case len(members) >= in.limits.Files:
		case strings.HasSuffix(name, "/") || isNoise(name):
		case !fs.ValidPath(name):
			in.skipped(f.Name, "its name leads out of the zip")
		case strings.Count(name, "/") > 1:
			in.skipped(name, "only the root of the zip and one folder down are read")
		case f.Flags&1 != 0:
			in.fail(fmt.Errorf("%s is encrypted; unpack the zip with its password and give the folder", quoted(name)))
		default:
			members = append(members, member{name: name, open: f.Open, most: in.limits.inflated(f.CompressedSize64)})
		}
		if in.stopped {
			return
		}
	}
	if len(members) == 0 {
		in.fail(&ReadError{Msg: "the zip holds no file that can be read, expected the exports at its root or one folder down"})
	}
	in.readMembers(members)
}

// inflated bounds what a file of a zip may unpack to: 200 times its size, and
// 10 MiB in any case.
func (l Limits) inflated(compressed uint64) int64 {
	return min(max(10<<20, int64(min(compressed, 1<<40))*200), l.Inflated)
}
