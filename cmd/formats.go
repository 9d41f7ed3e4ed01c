package cmd

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// formatsHelp lists the captures that are read, for the help of commands.
func formatsHelp() string {
	var b strings.Builder
	b.WriteString("Captures are recognised from their content, never from the name of the file:\n")
	for _, f := range trace.Formats() {
		fmt.Fprintf(&b, "  %-18s %s\n", f.Name, f.From)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
