package trace

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

// TestArtifactTells: a sign-in by artifact holds no message, and still
// something to show.
func TestArtifactTells(t *testing.T) {
	for url, want := range map[string]bool{
		samltest.ACS + "?SAMLart=AAQAAA":   true,
		samltest.ACS + "?elsewhere=AAQAAA": false,
	} {
		c, err := ReadBytes([]byte(samltest.HAR(samltest.Get(samltest.Time, url, "welcome"))), "login.har", Limits{})
		if got := c.Tells(); got != want || (err == nil) != want {
			t.Errorf("%s: tells %v, error %v, expected %v", url, got, err, want)
		}
	}
}
