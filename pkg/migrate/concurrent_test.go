package migrate

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

// TestConcurrentUse holds that exports can be planned side by side: what is made
// at first use is made once. The race detector watches.
func TestConcurrentUse(t *testing.T) {
	text := trustsOf(t, []string{"halo"}, []string{upnRule + query("urn:mail", "mail") + `c:[Type == "urn:mail", Value =~ "@contoso\.com$"] => issue(Type = "urn:name", Value = RegExReplace(c.Value, "@.*$", ""));`})
	run := func() string {
		p, err := Build(adfs.Read(strings.NewReader(text), "farm.json", adfs.Limits{}), PlanOptions{})
		if err != nil {
			t.Error(err)
		}
		v, err := Verify(adfs.Read(strings.NewReader(text), "farm.json", adfs.Limits{}), VerifyOptions{Generate: 20})
		if err != nil {
			t.Error(err)
		}
		out, err := json.Marshal([]any{p, v})
		if err != nil {
			t.Error(err)
		}
		return string(out)
	}
	alone := run()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := run(); got != alone {
				t.Errorf("beside others the plan is another:\n%s\n%s", got, alone)
			}
		})
	}
	all.Wait()
}
