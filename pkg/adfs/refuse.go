package adfs

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// refusal is a kind of file that people give and that is no export: how it is
// told, what it is and what to do.
type refusal struct {
	title  string
	advice string
	is     func(head []byte, file string) bool
}

const adviceExport = "run Get-AdfsRelyingPartyTrust | Export-Clixml rps.xml on an AD FS server and give that file"

func starts(prefixes ...string) func([]byte, string) bool {
	return func(head []byte, _ string) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(head, []byte(p)) {
				return true
			}
		}
		return false
	}
}

func holds(parts ...string) func([]byte, string) bool {
	return func(head []byte, _ string) bool {
		for _, p := range parts {
			if bytes.Contains(head, []byte(p)) {
				return true
			}
		}
		return false
	}
}

func backupName(_ []byte, file string) bool {
	return strings.Contains(strings.ToLower(file), "adfsbackup_")
}

// binaryRefusals are told by the first bytes, before the text is looked at.
var binaryRefusals = []refusal{
	{"an event log", "events say who signs in, not how trusts are set up; " + adviceExport, starts("ElfFile\x00", "LfLe")},
	{"a SQL Server backup", "the database holds key material, do not pass it on; " + adviceExport, starts("TAPE", "MSSQLBAK")},
	{"a SQL Server or WID database file", "the database holds key material, do not pass it on; " + adviceExport, func(head []byte, _ string) bool {
		return len(head) >= 4096 && head[0] == 0x01 && head[1] == 0x0F && !bytes.HasPrefix(head, []byte("\x01\x0F\x01"))
	}},
	{"a certificate or key", "give it with --cert or --key; " + adviceExport, func(head []byte, _ string) bool {
		return len(head) > 4 && head[0] == 0x30 && (head[1] == 0x82 || head[1] == 0x83 || head[1] == 0x81)
	}},
	{"an encrypted backup of the AD FS Rapid Restore Tool", "it cannot be read without AD FS; " + adviceExport, func(head []byte, file string) bool { return backupName(head, file) && !isTextual(head) }},
	{"a compressed file", "unpack it, or pack the exports as a zip", starts("\x1F\x8B", "Rar!", "7z\xBC\xAF", "MSCF", "BZh")},
	{"a program, picture or document", adviceExport, starts("MZ", "\x89PNG", "\xFF\xD8\xFF", "%PDF", "\xD0\xCF\x11\xE0", "SQLite format 3")},
}

// keyMaterial is how many of textRefusals must not be read in any format.
const keyMaterial = 2

// textRefusals are told by the text. Nothing of it is repeated: it may hold
// keys.
var textRefusals = []refusal{
	{"the output of ADFSDump", "it holds the keys that sign tokens: delete it, and treat the keys as disclosed; " + adviceExport,
		holds("Extracting Private Key from Active Directory", "Reading Encrypted Signing Key", "Encrypted Token Signing Key", "Reading Relying Party Trust Information from Database")},
	{"a dump of the AD FS database", "it holds key material, do not pass it on; " + adviceExport, holds("IdentityServerPolicy]", "IdentityServerPolicy.", "ServiceSettingsData")},
	{"a script or dump of the AD FS database", "the database holds key material, do not pass it on; " + adviceExport, holds("AdfsConfigurationV")},
	{"a certificate or key as PEM", "give it with --cert or --key; " + adviceExport, starts("-----BEGIN ")},
	{"an HTML page", "save the export itself, not the page that shows it; " + adviceExport, func(head []byte, _ string) bool {
		lower := bytes.ToLower(head[:min(len(head), 512)])
		return bytes.HasPrefix(lower, []byte("<!doctype html")) || bytes.HasPrefix(lower, []byte("<html"))
	}},
	{"the message of a command that failed", "run the command on an AD FS server, as its administrator; " + adviceExport,
		holds("CategoryInfo          :", "is not recognized as the name of a cmdlet", "FullyQualifiedErrorId")},
	{"a text of claim rules alone", "check it with ssodoctor adfs rules; for the settings, " + adviceExport, ruleText},
	{"an access control policy", "it is a part of a trust; " + adviceExport, func(head []byte, _ string) bool { return rootName(head) == "PolicyMetadata" }},
	{"a script", "run it and give what it writes; " + adviceExport, holds("Export-Clixml", "Get-AdfsRelyingPartyTrust", "Import-Module ADFS")},
	{"a backup of the AD FS Rapid Restore Tool", "it is encrypted and cannot be read; " + adviceExport, backupName},
}

var ruleStart = lazyregexp.New(`(?i)^\s*(@Rule(?:Name|Template)\s*=|(?:\w+\s*:\s*)?\[\s*(?:Type|Value|Issuer)?[^\]]*\]|(?:not\s+)?exists\s*\(|=>)`)

func ruleText(head []byte, _ string) bool {
	return ruleStart.Match(head) && bytes.Contains(head, []byte("=>"))
}

// isTextual reports whether bytes may be text: none is zero, or every other.
func isTextual(head []byte) bool {
	zeros := bytes.Count(head, []byte{0})
	if zeros == 0 {
		controls := 0
		for _, c := range head {
			if c < 0x20 && c != '\n' && c != '\r' && c != '\t' {
				controls++
			}
		}
		return controls*50 < len(head)+50
	}
	return zeros*4 >= len(head) && zeros*4 <= 3*len(head)
}

func refuseBinary(head []byte, file string) *refusal {
	for i := range binaryRefusals {
		if binaryRefusals[i].is(head, file) {
			return &binaryRefusals[i]
		}
	}
	if !isTextual(head) {
		return &refusal{title: "binary data", advice: adviceExport}
	}
	return nil
}

// refuseText finds what a text is that is no export. Files of a known format
// are looked at only for what must never be read.
func refuseText(head []byte, file string, f *Format) *refusal {
	head = bytes.TrimLeft(head, " \t\r\n\uFEFF")
	if len(head) == 0 {
		return &refusal{title: "an empty file", advice: "the command that wrote it found nothing, or failed; " + adviceExport}
	}
	for i, r := range textRefusals {
		if (f == nil || i < keyMaterial) && r.is(head, file) {
			return &textRefusals[i]
		}
	}
	if f != nil {
		return nil
	}
	if name := rootName(head); name != "" {
		return &refusal{title: "an XML file with the root element " + quoted(name), advice: adviceExport}
	}
	return &refusal{title: "a text that is in no format of AD FS exports", advice: adviceExport}
}

// refuse says what the file is instead of an export. In a folder or zip, other
// files are to be expected.
func (in *input) refuse(r *refusal) {
	severity := finding.Error
	if in.found {
		severity = finding.Info
	}
	titles := make([]string, 0, 8)
	for _, f := range Formats() {
		titles = append(titles, f.Title)
	}
	in.text = nil
	in.fail(&ReadError{Check: CheckUnreadable, Severity: severity,
		Msg: fmt.Sprintf("found %s, expected an AD FS export (%s, or a zip or folder of them); %s", r.title, strings.Join(titles, ", "), r.advice)})
}
