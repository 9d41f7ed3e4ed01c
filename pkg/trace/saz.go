package trace

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strconv"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

// sazPart is the name of a member that belongs to a session: request (c),
// response (s) or times and flags (m). Some writers use backslashes.
var sazPart = lazyregexp.New(`(?i)(?:^|[/\\])raw[/\\]([0-9]{1,9})_([csm])\.(?:txt|xml)$`)

var sazHead = lazyregexp.New(`(?i)raw[/\\][0-9]{1,9}_[csmw]\.(?:txt|xml)`)

// isSAZ knows a session archive of Fiddler by the names of its first members.
func isSAZ(head []byte) bool { return isZip(head) && sazHead.Match(head) }

// sazSession is one exchange of a Fiddler archive: three members with the same
// number.
type sazSession struct {
	number   int
	request  *zip.File
	response *zip.File
	times    *zip.File
}

// sazSessions groups the members of an archive by session, in the order of
// their numbers, which is that of the requests.
func sazSessions(files []*zip.File) []*sazSession {
	known := map[int]*sazSession{}
	var out []*sazSession
	for _, f := range files {
		name := sazPart.FindStringSubmatch(f.Name)
		if name == nil {
			continue
		}
		number, _ := strconv.Atoi(name[1])
		s := known[number]
		if s == nil {
			s = &sazSession{number: number}
			known[number] = s
			out = append(out, s)
		}
		switch name[2] {
		case "c", "C":
			s.request = f
		case "s", "S":
			s.response = f
		default:
			s.times = f
		}
	}
	slices.SortFunc(out, func(a, b *sazSession) int { return a.number - b.number })
	return out
}

// readSAZ reads a session archive of Fiddler Classic or Fiddler Everywhere.
func (a archive) readSAZ(sessions []*sazSession) error {
	r := sazReader{archive: a}
	for _, s := range sessions {
		if s.request == nil {
			continue
		}
		if s.request.Flags&encrypted != 0 {
			return &UnreadableError{Reason: "the input is an encrypted Fiddler session archive", Advice: "open it in Fiddler and save it again without a password"}
		}
		if err := r.session(s); err != nil {
			return err
		}
	}
	return nil
}

// sazReader holds one session at a time.
type sazReader struct {
	archive
	request, response bytes.Buffer
}

func (r *sazReader) session(s *sazSession) error {
	var e entry
	e.started = r.begun(s.times)
	if outer := r.within; outer == nil {
		r.within = r.spanOf(s.request)
		defer func() { r.within = nil }()
	}
	cut, err := r.part(s.request, &r.request)
	if err != nil {
		return err
	}
	r.takeRequest(&e, parseRaw(r.request.Bytes()))
	e.bodyCut = e.bodyCut || cut
	if s.response != nil {
		if cut, err = r.part(s.response, &r.response); err != nil {
			return err
		}
		r.takeResponse(&e, parseRaw(r.response.Bytes()))
		e.contentCut = e.contentCut || cut
	}
	if e.method != "" || e.status != 0 {
		r.exchange(&e)
	}
	return nil
}

// sniffBytes is what of a member is read to see by its headers whether more is
// wanted.
const sniffBytes = 16 << 10

// part reads a member as far as it can matter: of scripts and images no more
// than the head. A damaged member gives what comes out of it.
func (r *sazReader) part(f *zip.File, into *bytes.Buffer) (cut bool, err error) {
	into.Reset()
	file, err := f.Open()
	if err != nil {
		if isArchiveDamage(err) {
			return true, nil
		}
		return false, err
	}
	defer file.Close()
	limited := &limitedReader{file, &r.left}
	limit := int64(r.maxText() + maxHead)
	if _, err = io.CopyN(into, limited, sniffBytes); err == nil {
		if m := parseRaw(into.Bytes()); isAsset(mediaType(m.value("content-type"))) {
			return false, nil
		}
		_, err = io.CopyN(into, limited, limit-sniffBytes)
	}
	if err == nil {
		return true, nil
	}
	if err == io.EOF || isArchiveDamage(err) {
		return false, nil
	}
	return false, err
}

// begun reads the time of the request out of the member with the times.
func (r *sazReader) begun(f *zip.File) string {
	if f == nil {
		return ""
	}
	if _, err := r.part(f, &r.request); err != nil {
		return ""
	}
	text := r.request.Bytes()
	at := bytes.Index(text, []byte("<SessionTimers"))
	if at < 0 {
		return ""
	}
	times, _ := htmlAttributes(text, at+len("<SessionTimers"))
	return times["clientbeginrequest"]
}
