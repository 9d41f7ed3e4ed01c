package config

import (
	"path"
	"slices"
	"strings"
)

// anyDepth is the part of a pattern that stands for any number of directories,
// none among them.
const anyDepth = "**"

// Match reports whether the name of a file matches a pattern, as [path.Match]
// has it, in which "**" between slashes stands for any number of directories:
// "a/**/*.har" takes a/x.har and a/b/c/x.har.
func Match(pattern, name string) (bool, error) {
	names := strings.Split(name, "/")
	reached := make([]bool, len(names)+1) // by the parts so far, after that many names
	reached[0] = true
	for part := range strings.SplitSeq(pattern, "/") {
		if _, err := path.Match(part, ""); err != nil {
			return false, err
		}
		next := make([]bool, len(reached))
		for i := range reached {
			if part == anyDepth {
				next[i] = reached[i] || i > 0 && next[i-1]
			} else if i > 0 && reached[i-1] {
				next[i], _ = path.Match(part, names[i-1])
			}
		}
		reached = next
	}
	return reached[len(names)], nil
}

// Above is the part of a pattern above its first "**", a pattern itself: all
// that matches lies below a directory that it matches. It is false for a
// pattern without one.
func Above(pattern string) (string, bool) {
	parts := strings.Split(pattern, "/")
	i := slices.Index(parts, anyDepth)
	switch {
	case i < 0:
		return "", false
	case i == 0:
		return ".", true
	case i == 1 && parts[0] == "":
		return "/", true
	}
	return strings.Join(parts[:i], "/"), true
}
