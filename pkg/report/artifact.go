package report

import (
	"fmt"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// Artifacts writes what the artifacts of captures say; nothing where there are
// none.
func Artifacts(w io.Writer, artifacts []validate.ArtifactView, o Options) error {
	p := newPage(w, o)
	for _, a := range artifacts {
		p.blank()
		p.heading("ARTIFACT", fmt.Sprintf("%s, exchange %d", a.Input, a.Exchange))
		p.fact("SAMLart", a.Text)
	}
	return p.w.Flush()
}
