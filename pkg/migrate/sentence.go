package migrate

import (
	"fmt"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Sentence is the item as one sentence that names what it is about.
func (i Item) Sentence() string {
	about := i.Setting
	if i.Rule != nil {
		about += fmt.Sprintf(", rule %d", i.Rule.Index+1)
		if i.Rule.Name != "" {
			about += " " + finding.Quote(finding.Shorten(i.Rule.Name, 60))
		}
	}
	if i.Claim != "" {
		about += ", claim " + i.Claim
	}
	return about + ": " + i.Message
}
