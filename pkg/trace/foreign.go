package trace

import "bytes"

// foreign is a kind of file that is known and not read.
type foreign struct {
	is     func(head []byte) bool
	what   string
	advice string
}

// foreigns are tried in order, on the first bytes of the input.
var foreigns = []foreign{
	{magic("\xac\xed\x00\x05"), "a Charles session (.chls)", "export it from Charles as JSON session file (.chlsj) or as HAR"},
	{magic("ElfFile\x00"), "a Windows event log (.evtx)", "open it in Event Viewer and copy the event as text or save it as XML"},
	{isPcapng, "a pcapng network capture", "give Wireshark the TLS keys and export the dissection as JSON, or " + adviceExportHAR},
	{magic("\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1"), "a pcap network capture", "give Wireshark the TLS keys and export the dissection as JSON, or " + adviceExportHAR},
	{magic("\x89PNG"), "a PNG image", adviceText},
	{magic("\xff\xd8\xff"), "a JPEG image", adviceText},
	{magic("GIF8"), "a GIF image", adviceText},
	{magic("RIFF"), "a RIFF file (WebP image, sound or film)", adviceText},
	{magic("BM\x00", "BM6"), "a bitmap image", adviceText},
	{magic("%PDF"), "a PDF document", adviceText},
	{magic("\xd0\xcf\x11\xe0"), "an old Office document or Outlook message", adviceText},
	{magic("7z\xbc\xaf"), "a 7-Zip archive", "unpack it and give the file inside"},
	{magic("Rar!"), "a RAR archive", "unpack it and give the file inside"},
	{magic("\x28\xb5\x2f\xfd"), "a Zstandard file", "unpack it and give the file inside"},
	{magic("BZh"), "a bzip2 file", "unpack it and give the file inside"},
	{magic("\xfd7zXZ"), "an xz file", "unpack it and give the file inside"},
	{magic("\x7fELF"), "a Linux program", adviceText},
	{magic("MZ\x90", "MZ\x00"), "a Windows program", adviceText},
	{magic("SQLite format 3"), "an SQLite database", adviceText},
	{magic("\x30\x82"), "a certificate or key in DER", "give it with --cert or --key, and the captured sign-in as the input"},
	{magic("-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----"), "a certificate or key in PEM", "give it with --cert or --key, and the captured sign-in as the input"},
}

const adviceText = "a captured sign-in is expected: " + advicePaste

// isPcapng looks for the byte order of the first block (IETF opsawg-pcapng 4.1):
// its type has the bytes of line ends, and may be taken for them.
func isPcapng(head []byte) bool {
	head = head[:min(len(head), 12)]
	return bytes.Contains(head, []byte("\x1a\x2b\x3c\x4d")) || bytes.Contains(head, []byte("\x4d\x3c\x2b\x1a"))
}

func magic(prefixes ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(head, []byte(p)) {
				return true
			}
		}
		return false
	}
}

// foreignKind finds the row for the first bytes of an input.
func foreignKind(head []byte) *foreign {
	for i := range foreigns {
		if foreigns[i].is(head) {
			return &foreigns[i]
		}
	}
	return nil
}

// binaryKind names bytes that are a file of another kind; empty where unknown.
func binaryKind(data []byte) string {
	if f := foreignKind(data); f != nil {
		return f.what
	}
	return ""
}

// isBinary reports whether bytes are no text: control characters, or far from
// UTF-8 and from a single-byte encoding of text.
func isBinary(head []byte) bool {
	head = head[:min(len(head), 4096)]
	bad := 0
	for _, c := range head {
		if c < ' ' && !isSpace(c) && c != 0x1b {
			bad++
		}
	}
	return bad*20 > len(head)
}
