package adfs

import (
	"bytes"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

// Format is a kind of export that is read.
type Format struct {
	// Name is what Object.Format says.
	Name string
	// Title is the format as people name it: mostly the command that writes it.
	Title string
	// Loses says what the format cannot hold; empty where it holds all.
	Loses string

	remedy string // what to do about values that an export lost
	is     func(head []byte) bool
	read   func(*input)
}

const (
	remedyClixml = "export again with Export-Clixml, which loses nothing"
	remedyDepth  = "export again without -Depth"
	remedyJSON   = "export again with ConvertTo-Json -Depth 6, or with Export-Clixml"
)

// Formats lists what is read, in the order in which it is recognised.
func Formats() []Format {
	return []Format{
		{"clixml", "Export-Clixml", "", remedyDepth, isCLIXML, (*input).readCLIXML},
		{"metadata", "SAML metadata of the app", "claim rules, access control and everything else that AD FS alone knows", "export the trust from AD FS", isMetadata, (*input).readMetadata},
		{"codeproject-xml", "GetRelyingParty XML", "properties that came after AD FS 2.0", remedyClixml, isRelyingPartyXML, (*input).readRelyingPartyXML},
		{"health-json", "Connect Health JSON", "", remedyClixml, isHealthTable, (*input).readJSON},
		{"json", "ConvertTo-Json", "what lies deeper than its -Depth", remedyJSON, isJSON, (*input).readJSON},
		{"csv", "Export-Csv", "endpoints, identifiers, certificates and every other list", remedyClixml, isCSV, (*input).readCSV},
		{"format-list", "Format-List", "endpoints, certificates and the ends of long lists", remedyClixml, isFormatList, (*input).readFormatList},
	}
}

// headBytes is how much of a text is looked at to recognise it.
const headBytes = 64 << 10

// recognise finds the format of a text; nil for none.
func recognise(head []byte) *Format {
	head = bytes.TrimLeft(head, " \t\r\n\uFEFF")
	for _, f := range Formats() {
		if f.is(head) {
			return &f
		}
	}
	return nil
}

var (
	firstElement = lazyregexp.New(`^(?s:(?:<\?.*?\?>|<!--.*?-->|\s+)*)<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)`)
	healthStart  = lazyregexp.New(`^\{\s*"(?:Columns|Rows)"\s*:\s*\[`)
	jsonStart    = lazyregexp.New(`^(?:\{\s*"|\{\s*\}|\[\s*(?:[\[{"\]0-9tfn]|$))`)
)

// rootName is the name of the first element of an XML text, without prefix.
func rootName(head []byte) string {
	if m := firstElement.FindSubmatch(head); m != nil {
		return string(m[1])
	}
	return ""
}

func isCLIXML(head []byte) bool {
	name := rootName(head)
	return name == "Objs" || name == "Obj"
}

func isMetadata(head []byte) bool {
	name := rootName(head)
	return name == "EntityDescriptor" || name == "EntitiesDescriptor"
}

func isRelyingPartyXML(head []byte) bool {
	name := rootName(head)
	return name == "RelyingPartyTrust" || name == "RelyingPartyTrusts"
}

func isHealthTable(head []byte) bool { return healthStart.Match(head) }

func isJSON(head []byte) bool {
	return jsonStart.Match(head)
}

// isCSV reports whether the first line names properties of AD FS.
func isCSV(head []byte) bool {
	if bytes.HasPrefix(head, []byte("#TYPE ")) {
		return true
	}
	line, _, _ := bytes.Cut(head, newline)
	delimiter := csvDelimiter(line)
	if delimiter == 0 {
		return false
	}
	known := 0
	for name := range strings.SplitSeq(string(line), string(delimiter)) {
		if isPropertyName(strings.Trim(name, "\"\r ")) {
			known++
		}
	}
	return known >= 2
}

// isFormatList reports whether lines of a text name properties of AD FS.
func isFormatList(head []byte) bool {
	known := 0
	for line := range bytes.Lines(head) {
		name, _, found := bytes.Cut(line, []byte(":"))
		if found && isPropertyName(string(bytes.TrimRight(name, " \t"))) {
			known++
		}
	}
	return known >= 2
}

// sniff returns the first bytes of an input and the whole of it.
func sniff(r io.Reader) (head []byte, whole io.Reader) {
	head = make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	if err == nil || err == io.ErrUnexpectedEOF || err == io.EOF {
		if seeker, ok := r.(io.Seeker); ok {
			if _, err := seeker.Seek(int64(-n), io.SeekCurrent); err == nil {
				return head, r
			}
		}
		return head, io.MultiReader(bytes.NewReader(head), r)
	}
	return head, io.MultiReader(bytes.NewReader(head), failingReader{err})
}

// failingReader gives the error that reading ended with.
type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// telling are properties that nothing but AD FS has.
var telling = lazyregexp.New(`\b(?:IssuanceTransformRules|IssuanceAuthorizationRules|ImpersonationAuthorizationRules|SignedSamlRequestsRequired|EncryptClaims|SamlEndpoints|ClaimsProviderName|AcceptanceTransformRules)\b`)

// Recognise reports whether a text that begins so is surely an export of AD FS:
// where [Read] takes any JSON or CLIXML for one, this wants properties that
// nothing else has. The head is UTF-8. SAML metadata is none.
func Recognise(head []byte) bool {
	f := recognise(head[:min(len(head), headBytes)])
	switch {
	case f == nil, f.Name == "metadata":
		return false
	case f.Name == "clixml":
		return bytes.Contains(head, []byte("Microsoft.IdentityServer")) || telling.Match(head)
	case f.Name == "codeproject-xml":
		return true
	}
	return telling.Match(head)
}
