package report

import (
	"io"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Decoded writes what captures hold as JSON: inputs and messages in the form
// of the report.
func Decoded(w io.Writer, r *validate.Report) error {
	return Encode(w, struct {
		Schema   string                 `json:"schema"`
		Inputs   []validate.InputView   `json:"inputs"`
		Messages []validate.MessageView `json:"messages"`
	}{"ssodoctor/messages/v1", r.Inputs, r.Messages})
}

// Pretty writes a document indented, for eyes: signatures do not survive that.
// One that is not well-formed is an error.
func Pretty(w io.Writer, document []byte) error {
	doc, err := xmldoc.Parse(document, xmldoc.Limits{})
	if err != nil {
		return err
	}
	settings := etree.NewIndentSettings()
	settings.Spaces = 2
	doc.Tree.IndentWithSettings(settings)
	_, err = doc.Tree.WriteTo(w)
	return err
}
