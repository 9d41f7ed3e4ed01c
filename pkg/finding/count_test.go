package finding

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 exchanges", 1: "1 exchange", 2: "2 exchanges"} {
		if got := Count(n, "exchange"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
