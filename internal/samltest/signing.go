package samltest

// Part says which elements of a Response are signed.
type Part uint8

// The parts, to be joined with |.
const (
	SignAssertion Part = 1 << iota // every assertion
	SignResponse
)

// signing is what happens to a message after it is written.
type signing struct {
	edits, signedEdits []func(string) string
}

// Edit changes the XML before it is signed: the last resort for what the
// fields cannot say.
func (s *signing) Edit(f func(xml string) string) { s.edits = append(s.edits, f) }

// EditSigned changes the XML after it is signed, as an attacker or a careless
// proxy would.
func (s *signing) EditSigned(f func(xml string) string) { s.signedEdits = append(s.signedEdits, f) }

func (s *signing) finish(xml, id string, assertions []string) string {
	for _, edit := range s.edits {
		xml = edit(xml)
	}
	for _, edit := range s.signedEdits {
		xml = edit(xml)
	}
	return xml
}
