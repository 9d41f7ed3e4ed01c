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
	p.artifacts(artifacts)
	return p.w.Flush()
}

func (p *page) artifacts(list []validate.ArtifactView) {
	for _, a := range list {
		p.blank()
		where := a.Input
		if a.Exchange != nil {
			where += fmt.Sprintf(", exchange %d", *a.Exchange)
		}
		p.heading("ARTIFACT", where)
		p.fact("SAMLart", a.Text)
	}
}
