package finding

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Duration writes how long something takes, to the second and in at most two
// units: "45 s", "3 m 20 s", "1 h", "3 d 4 h". The sign is left out. What is as
// long as a [time.Duration] can be may be longer still.
func Duration(d time.Duration) string {
	if d = d.Abs(); d == math.MaxInt64 {
		return "more than 292 years"
	}
	d = d.Round(time.Second)
	var parts []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / u.size; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
		}
		d %= u.size
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}
