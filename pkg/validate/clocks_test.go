package validate

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

func TestHostClocks(t *testing.T) {
	const minute = time.Minute
	for _, tc := range []struct {
		name          string
		ahead         []time.Duration // of each response; noDate for one without
		media         string          // of the first
		want, spread  time.Duration
		notMeasurable bool
	}{
		{name: "one response", ahead: []time.Duration{-6 * minute}, want: -6 * minute},
		{name: "the median", ahead: []time.Duration{minute, minute + time.Second, minute + 3*time.Second}, want: minute + time.Second, spread: time.Second},
		{name: "one page from a cache", ahead: []time.Duration{-40 * minute, 0, time.Second, 0}, want: 0},
		{name: "one page from a cache, and one other", ahead: []time.Duration{-40 * minute, time.Second}, want: time.Second},
		{name: "what is drawn does not count", ahead: []time.Duration{-40 * minute}, media: "image/png", notMeasurable: true},
		{name: "what is run does not count", ahead: []time.Duration{-40 * minute, 5 * time.Second}, media: "application/javascript", want: 5 * time.Second},
		{name: "no Date", ahead: []time.Duration{noDate}, notMeasurable: true},
		{name: "an unsteady host", ahead: []time.Duration{-8 * time.Second, 0, 20 * time.Second, 0, 6 * time.Second}, want: 0, spread: 6 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var es []trace.Exchange
			for i, ahead := range tc.ahead {
				e := trace.Exchange{Index: i, URL: fmt.Sprintf("https://App.example/%d", i), Time: samltest.Time.Add(time.Duration(i)*time.Second + 900*time.Millisecond)}
				if e.ServerDate = e.Time.Truncate(time.Second).Add(ahead); ahead == noDate {
					e.ServerDate = time.Time{}
				}
				if i == 0 {
					e.ContentType = tc.media
				}
				es = append(es, e)
			}
			got, ok := hostClocks(es)["app.example"]
			if ok == tc.notMeasurable || got != (hostClock{tc.want, tc.spread}) {
				t.Errorf("%+v, measured %v; expected %v ± %v", got, ok, tc.want, tc.spread)
			}
		})
	}
}

const noDate = time.Duration(1)

// dated gives every response of a host a Date and an Age.
func dated(host string, ahead func(i int) time.Duration, age int) func([]samltest.Exchange) []samltest.Exchange {
	return func(es []samltest.Exchange) []samltest.Exchange {
		seen := 0
		for i := range es {
			if !strings.HasPrefix(es[i].URL, "https://"+host) {
				continue
			}
			date := es[i].Time.Add(ahead(seen)).UTC().Format(http.TimeFormat)
			es[i].ResponseHeaders = append([]samltest.Header{{Name: "Date", Value: date}, {Name: "Age", Value: fmt.Sprint(age)}}, es[i].ResponseHeaders...)
			seen++
		}
		return es
	}
}

// TestClocksOfHosts holds that the clocks are those of the hosts, not of single
// pages.
func TestClocksOfHosts(t *testing.T) {
	always := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	repeated := exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		again := samltest.Get(samltest.Time.Add(-2*time.Second), es[1].URL[:strings.IndexByte(es[1].URL, '?')], "<html></html>")
		return append([]samltest.Exchange{es[0], again, again, again}, es[1:]...)
	})
	for _, tc := range []struct {
		name string
		set  func(*scene)
		want string // of the detail, "" for no finding
	}{
		{"a page of the identity provider from a cache", then(repeated, dated("login.microsoftonline.com", func(i int) time.Duration {
			return map[bool]time.Duration{true: -30 * time.Minute}[i == 3]
		}, 0)), ""},
		{"pages that a cache has kept", exchanges(dated("login.microsoftonline.com", always(-30*time.Minute), 30*60)), ""},
		{"an app behind a cache, and behind", exchanges(dated("halo.contoso.com", always(-40*time.Minute), 30*60)), "10 m behind that of the identity provider (± 1 s;"},
		{"an unsteady app", exchanges(dated("halo.contoso.com", func(i int) time.Duration { return -10*time.Minute + time.Duration(i)*7*time.Second }, 0)), "(± 7 s;"},
		{"too unsteady to tell", exchanges(dated("halo.contoso.com", func(i int) time.Duration { return -time.Duration(i+1) * 40 * time.Second }, 0)), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScene()
			tc.set(s)
			found := of(s.report(t), "clock-skew")
			switch {
			case tc.want == "" && len(found) > 0:
				t.Errorf("%+v", found)
			case tc.want != "" && (len(found) != 1 || found[0].Severity > finding.Error || !strings.Contains(found[0].Detail, tc.want)):
				t.Errorf("%+v, expected %q", found, tc.want)
			}
		})
	}
}
