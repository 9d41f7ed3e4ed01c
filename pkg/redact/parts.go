package redact

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// session is a capture, or a part of one, as it is written out again.
type session struct {
	format, variant string
	extension       string // of the file that a part is
	exported        time.Time
	exchanges       []*exchange
	loose           []*outgoing // messages that belong to no exchange
	signIns         []trace.SignIn
	said            []string // lines of a text that tell of errors
	artifacts       []string
	parts           []*session
}

func (s *session) empty() bool {
	return len(s.exchanges)+len(s.loose)+len(s.signIns)+len(s.said)+len(s.artifacts)+len(s.parts) == 0
}

// session makes the copy of everything: of what each part of the capture
// holds, and of how they are in one another.
func (r *redactor) session(c *trace.Capture) *session {
	all := make([]*session, 1+len(c.Parts))
	all[0] = &session{format: c.Format, variant: c.Variant, exported: c.Exported}
	for i, p := range c.Parts {
		all[i+1] = &session{format: p.Format, variant: p.Variant, extension: extension(p.Name), exported: c.Exported}
	}
	seen := r.messages(all, c.Messages)
	for i := range c.Exchanges {
		e := &c.Exchanges[i]
		all[e.Part].exchanges = append(all[e.Part].exchanges, r.exchange(e, seen[e.Index]))
	}
	for _, row := range c.SignIns {
		all[row.Part].signIns = append(all[row.Part].signIns, r.signIn(row))
	}
	text := ofText(all)
	for _, m := range c.Errors {
		text.said = append(text.said, r.mention(m)...)
	}
	for _, a := range c.Artifacts {
		text.artifacts = append(text.artifacts, r.artifact(a))
	}
	for i := len(c.Parts); i > 0; i-- { // a part comes after what holds it
		slices.Reverse(all[i].parts)
		if outer := all[c.Parts[i-1].Within]; !all[i].empty() {
			outer.parts = append(outer.parts, all[i])
		}
	}
	slices.Reverse(all[0].parts)
	return all[0]
}

// messages makes the copies of the messages. They are given by the exchange
// that they were seen in; those of none are put to their part.
func (r *redactor) messages(all []*session, messages []*trace.Message) map[int][]sighting {
	seen := make(map[int][]sighting)
	for _, m := range messages {
		out := &outgoing{Message: m, xml: r.message(m)}
		if m.HasRelayState {
			out.relay = r.relay(m.RelayState)
		}
		if m.PostedTo != "" {
			out.sentTo = r.url(m.PostedTo, true)
		}
		out.signed = r.signedWith(m)
		inExchange := make(map[int]bool)
		for _, at := range m.Sightings {
			if at.Exchange >= 0 {
				seen[at.Exchange] = append(seen[at.Exchange], sighting{out, at})
				inExchange[at.Part] = true
			}
		}
		for _, at := range m.Sightings {
			if !inExchange[at.Part] {
				all[at.Part].loose = append(all[at.Part].loose, out)
				inExchange[at.Part] = true
			}
		}
	}
	return seen
}

// signedWith is what signs a message from outside it: the parameters SigAlg and
// Signature of its query or form (SAML Bindings 3.4.4.1).
func (r *redactor) signedWith(m *trace.Message) string {
	if m.Signed != nil {
		return r.query("SigAlg="+url.QueryEscape(m.Signed.SigAlg)+"&Signature="+url.QueryEscape(m.Signed.Signature), true)
	}
	var kept []string
	for part := range strings.SplitSeq(m.RawQuery, "&") {
		if name, _, _ := strings.Cut(part, "="); name == "SigAlg" || name == "Signature" {
			kept = append(kept, part)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return r.query(strings.Join(kept, "&"), true)
}

// ofText is the part that errors and artifacts without exchanges stood in: the
// first that holds neither exchanges nor parts.
func ofText(all []*session) *session {
	for _, s := range all {
		if writerOf(s.format).holds == messages {
			return s
		}
	}
	return all[0]
}

// extensions are those of captures; others may say anything.
var extensions = map[string]bool{
	".har": true, ".json": true, ".xml": true, ".txt": true, ".log": true, ".csv": true, ".saz": true, ".zip": true, ".html": true, ".htm": true,
	".chlsj": true, ".eml": true, ".flow": true, ".pdml": true, ".evtx": true, ".sh": true, ".cmd": true, ".ps1": true, ".url": true,
}

func extension(name string) string {
	if e := strings.ToLower(path.Ext(name)); extensions[e] {
		return e
	}
	return ""
}

// members are the parts as files, under numbers: their names may tell of users.
func (s *session) members() ([]member, error) {
	var out []member
	for i, p := range s.parts {
		_, content, err := p.write()
		if err != nil {
			return nil, err
		}
		out = append(out, member{fmt.Sprintf("%d%s", i+1, p.extension), string(content)})
	}
	return out, nil
}
