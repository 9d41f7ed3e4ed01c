package validate

import (
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// dateStep is how exact a Date header is: it counts seconds.
const dateStep = time.Second

// hostClock is what a host's Date headers say of its clock.
type hostClock struct {
	ahead  time.Duration // of the captured computer's clock
	spread time.Duration // how far the headers usually are from that
}

// hostClocks measures the clock of each host of a capture: the median over its
// responses of what the Date header is ahead of the captured computer. A page
// from a cache shows an older time, so that of two in the middle the later one
// counts; and what is drawn or run comes from caches more often than not.
func hostClocks(exchanges []trace.Exchange) map[string]hostClock {
	ahead := map[string][]time.Duration{}
	for i := range exchanges {
		e := &exchanges[i]
		if e.Time.IsZero() || e.ServerDate.IsZero() || cacheable(e.ContentType) {
			continue
		}
		host := hostOf(e.URL)
		ahead[host] = append(ahead[host], e.ServerDate.Sub(e.Time.Truncate(dateStep)))
	}
	out := make(map[string]hostClock, len(ahead))
	for host, all := range ahead {
		slices.Sort(all)
		middle := all[len(all)/2]
		for i := range all {
			all[i] = (all[i] - middle).Abs()
		}
		slices.Sort(all)
		out[host] = hostClock{ahead: middle, spread: all[(len(all)-1)/2]}
	}
	return out
}

// cacheable tells what browsers keep and show again.
func cacheable(mediaType string) bool {
	for _, kind := range []string{"image/", "font/", "audio/", "video/", "text/css"} {
		if strings.HasPrefix(mediaType, kind) {
			return true
		}
	}
	return strings.Contains(mediaType, "script")
}

// clockAt is what the clock of the host showed at the time of an exchange with
// it, zero where the capture does not tell. No cache answers a POST (RFC 9111,
// section 4): where its own Date is far from those of the host, another of
// several servers has answered, and that one's clock counts.
func (m *message) clockAt(e *trace.Exchange) (at time.Time, spread time.Duration) {
	if e == nil {
		return time.Time{}, 0
	}
	clock, measured := m.hosts()[hostOf(e.URL)]
	if e.Time.IsZero() || !measured {
		return e.ServerDate, 0
	}
	at = e.Time.Truncate(dateStep).Add(clock.ahead)
	if own := e.ServerDate; e.Method == "POST" && !own.IsZero() && own.Sub(at).Abs() > tolerableSkew {
		return own, 0
	}
	return at, clock.spread
}
