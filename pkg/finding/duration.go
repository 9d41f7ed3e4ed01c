package finding

import (
	"fmt"
	"strings"
	"time"
)

// Duration writes how long something takes, to the second and in at most two
// units: "45 s", "3 m 20 s", "1 h", "3 d 4 h". The sign is left out.
func Duration(d time.Duration) string {
	d = d.Abs().Round(time.Second)
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
