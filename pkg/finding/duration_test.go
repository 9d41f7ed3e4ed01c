package finding

import (
	"math"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 400 * time.Millisecond: "0 s", -45 * time.Second: "45 s", 200 * time.Second: "3 m 20 s",
		3 * time.Minute: "3 m", time.Hour + 30*time.Second: "1 h 30 s", 76 * time.Hour: "3 d 4 h", 24 * time.Hour: "1 d",
		math.MaxInt64: "more than 292 years", math.MinInt64: "more than 292 years",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
