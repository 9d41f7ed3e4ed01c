package adfstest

import (
	"strings"
	"time"
)

// CSV writes objects as Export-Csv -NoTypeInformation does.
func CSV(objects []*Object, delimiter string) string {
	var b strings.Builder
	record := func(n int, field func(int) string) {
		for i := range n {
			if i > 0 {
				b.WriteString(delimiter)
			}
			b.WriteString(`"` + strings.ReplaceAll(field(i), `"`, `""`) + `"`)
		}
		b.WriteString("\r\n")
	}
	first := objects[0].Properties
	record(len(first), func(i int) string { return first[i].Key })
	for _, obj := range objects {
		record(len(first), func(i int) string {
			if t, ok := obj.Properties[i].Value.(Time); ok {
				return localTime(t)
			}
			return toString(obj.Properties[i].Value)
		})
	}
	return b.String()
}

// localTime is a time as a server in the United States shows it.
func localTime(t Time) string {
	at, err := time.Parse(time.RFC3339, string(t))
	if err != nil {
		panic(err)
	}
	return at.Format("1/2/2006 3:04:05 PM")
}

// FormatList writes objects as the console shows them, width characters wide;
// 0 for as wide as they are.
func FormatList(objects []*Object, width int) string {
	var b strings.Builder
	b.WriteString("\r\n\r\n")
	for _, obj := range objects {
		longest := 0
		for _, p := range obj.Properties {
			longest = max(longest, len(p.Key))
		}
		for _, p := range obj.Properties {
			b.WriteString(p.Key + strings.Repeat(" ", longest-len(p.Key)) + " : ")
			indent := strings.Repeat(" ", longest+3)
			lines := wrap(shown(p.Value), width-len(indent))
			b.WriteString(strings.Join(lines, "\r\n"+indent) + "\r\n")
		}
		b.WriteString("\r\n\r\n")
	}
	return b.String()
}

// shown is how Format-List shows a value.
func shown(v Value) string {
	switch v := v.(type) {
	case Time:
		return localTime(v)
	case List:
		var parts []string
		for i, item := range v.Items {
			if i == 4 {
				return "{" + strings.Join(parts, ", ") + "...}"
			}
			parts = append(parts, toString(item))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case Dict:
		var parts []string
		for _, e := range v.Entries {
			parts = append(parts, e.Key)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return toString(v)
}

// wrap breaks lines at blanks. Words that are too long for any line are broken
// where the line ends.
func wrap(s string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if width <= 0 {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, wrapLine(line, width)...)
	}
	return lines
}

func wrapLine(line string, width int) []string {
	var lines []string
	var now []rune
	for i, word := range strings.Split(line, " ") {
		runes := []rune(word)
		switch {
		case i == 0:
		case len(runes) > width && len(now) < width, len(now)+1+len(runes) <= width:
			now = append(now, ' ')
		default:
			lines, now = append(lines, string(now)), nil
		}
		now = append(now, runes...)
		for len(now) > width {
			lines, now = append(lines, string(now[:width])), now[width:]
		}
	}
	return append(lines, string(now))
}
