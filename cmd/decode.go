package cmd

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// decodeOptions are the flags of decode.
type decodeOptions struct {
	common
	decryption decryptionFlags
	message    int
	inputs     []string
}

var decodeFormats = []string{"summary", "xml", "pretty", "json"}

const decodeLong = `Print what a capture holds, decoded.

  summary  one screen a message
  xml      the documents byte for byte as they were sent
  pretty   the documents indented for eyes; signatures do not survive that
  json     the messages in the form that "check --format json" has

Nothing is judged but the signatures, with the keys that the messages bring.
With --key, summary and json show what is encrypted, and pretty shows the
documents decrypted; xml always is what was sent.`

func newDecode(env *Env, run func(*cobra.Command, *Env, *decodeOptions) error) *cobra.Command {
	o := &decodeOptions{}
	c := &cobra.Command{
		Use:   "decode [FILE|-]...",
		Short: "Print what a capture holds, decoded",
		Long:  decodeLong,
		Example: `  ssodoctor decode login.har
  pbpaste | ssodoctor decode --format xml > response.xml`,
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, decodeFormats...)
	o.common.bindTime(c, "the time of capture")
	o.decryption.bind(c)
	bindMessage(c, &o.message, "print")
	return c
}

func runDecode(c *cobra.Command, env *Env, o *decodeOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := oneOf("format", o.format, decodeFormats); err != nil {
		return err
	}
	if err := oneOf("color", o.color, colors); err != nil {
		return err
	}
	clock, err := o.clock(env)
	if err != nil {
		return err
	}
	private, err := o.decryption.load()
	if err != nil {
		return err
	}
	in, err := readInputs(env, o.inputs)
	if err != nil {
		return err
	}
	messages := all(in.captures)
	if o.message >= len(messages) {
		return usageError{fmt.Errorf("--message is %d, but there are %d messages, numbered from 0", o.message, len(messages))}
	}
	documents := o.format == "xml" || o.format == "pretty"
	if documents && len(messages) == 0 && in.unusable == 0 {
		return unusableError{fmt.Errorf("there is no document for --format %s, expected a message; --format summary shows what there is", o.format)}
	}
	err = o.write(env, func(w io.Writer) error {
		if documents {
			return o.documents(w, messages, private)
		}
		return o.described(w, validate.Describe(in.captures, private, clock), o.look(env))
	})
	if err == nil && in.unusable > 0 {
		return unusableError{}
	}
	return err
}

func all(captures []*trace.Capture) []*trace.Message {
	var messages []*trace.Message
	for _, c := range captures {
		messages = append(messages, c.Messages...)
	}
	return messages
}

// described writes what the messages say, as JSON or for people.
func (o *decodeOptions) described(w io.Writer, r *validate.Report, look report.Options) error {
	if o.message >= 0 {
		r.Messages = r.Messages[o.message : o.message+1]
	}
	if o.format == "json" {
		return report.Decoded(w, r)
	}
	if err := report.Messages(w, r.Messages, look); err != nil {
		return err
	}
	return report.Artifacts(w, r.Artifacts, look)
}

// documents writes the documents themselves. One alone is written byte for
// byte; several are set apart by a line end.
func (o *decodeOptions) documents(w io.Writer, messages []*trace.Message, private []xmlenc.Key) error {
	if o.message >= 0 {
		messages = messages[o.message : o.message+1]
	}
	for i, m := range messages {
		if i > 0 {
			io.WriteString(w, "\n")
		}
		if o.format == "pretty" {
			if err := report.Pretty(w, decrypted(m.XML, private)); err != nil {
				return err
			}
			continue
		}
		if _, err := w.Write(m.XML); err != nil {
			return err
		}
	}
	return nil
}

// decrypted is the document with all in it decrypted that could be.
func decrypted(xml []byte, private []xmlenc.Key) []byte {
	doc, err := xmldoc.Parse(xml, xmldoc.Limits{})
	if err != nil || len(private) == 0 {
		return xml
	}
	return xmlenc.Open(doc, private).Doc().Text
}
