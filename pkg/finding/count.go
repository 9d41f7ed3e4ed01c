package finding

import "fmt"

// Count says how many there are of a thing whose plural takes an s: "1 user",
// "3 users".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
