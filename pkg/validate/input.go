package validate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The checks of this family repeat what the readers of captures and XML had to
// undo, or could not undo.
var inputChecks = []*Check{
	{
		Name: "input-masked", Severity: finding.Error, Family: FamilyInput, Scope: OfBoth,
		Title:     "The capture tool replaced values of the sign-in",
		Why:       "Where the message itself is gone from the capture, nothing about this sign-in can be checked; where it is not, what was replaced beside it cannot.",
		Cause:     "The export was made with masking on: SAML-tracer's \"Mask values\", a HAR sanitizer, or somebody's search and replace.",
		Fixes:     captureAgain("repeat the sign-in and export it without masking SAMLResponse and SAMLRequest; share it with \"ssodoctor redact\", which keeps what a diagnosis needs"),
		Reference: "SAML Bindings 3.5.4",
		Since:     "0.1.0",
		Explains:  []string{"xml-malformed", "input-truncated", "input-repaired", "signature/"},
		run:       relay,
	},
	{
		Name: "input-truncated", Severity: finding.Error, Family: FamilyInput, Scope: OfBoth,
		Title:     "The message is cut off",
		Why:       "What is missing cannot be checked, and an app that gets such a message refuses it.",
		Cause:     "A copy that missed the end, a log that limits the length of a line, or a proxy that limits the size of a form.",
		Fixes:     captureAgain("copy the whole value, or export the browser's network log as HAR; where the app itself got a short message, raise the size limit of the proxy in front of it"),
		Reference: "SAML Bindings 3.5.4",
		Since:     "0.1.0",
		Explains:  []string{"xml-malformed", "input-repaired", "flow-response-missing"},
		run:       runTruncated,
	},
	{
		Name: "input-repaired", Severity: finding.Info, Family: FamilyInput, Scope: OfBoth,
		Title:     "The input was not quite as SAML writes it and was read all the same",
		Why:       "What was repaired came from copying, or it was sent that way; in the second case strict apps refuse it.",
		Cause:     "A mail program, terminal or portal that changed blanks, line breaks or quotes on the way.",
		Fixes:     captureAgain("export the browser's network log as HAR, which keeps the message as it was sent"),
		Reference: "SAML Bindings 3.4.4.1, 3.5.4",
		Since:     "0.1.0",
		run:       relay,
	},
	{
		Name: "input-double-encoded", Severity: finding.Warning, Family: FamilyInput, Scope: OfBoth,
		Title:     "The message is percent-encoded more than once",
		Why:       "An app decodes once and then finds no Base64.",
		Cause:     "A proxy, a script or a copied URL that encoded a value which was encoded already.",
		Fixes:     []finding.Fix{{System: finding.App, Place: "the page or proxy that sends the message", Action: "encode the parameter once only"}},
		Reference: "SAML Bindings 3.4.4.1",
		Since:     "0.1.0",
		Explains:  []string{"input-repaired"},
		run:       relay,
	},
	{
		Name: "input-wrong-compression", Severity: finding.Warning, Family: FamilyInput, Scope: OfBoth,
		Title:     "The message is compressed in another way than its binding says",
		Why:       "In a URL the message has to be raw DEFLATE, in a form it must not be compressed; many receivers read nothing else.",
		Cause:     "A home-grown sender that mixed up the two bindings, or zlib or gzip where raw DEFLATE is meant.",
		Fixes:     []finding.Fix{{System: finding.App, Place: "the software that sends the message", Action: "use raw DEFLATE for HTTP-Redirect, and none for HTTP-POST"}},
		Reference: "SAML Bindings 3.4.4.1, 3.5.4",
		Since:     "0.1.0",
		run:       relay,
	},
	{
		Name: "input-parameter-duplicated", Severity: finding.Error, Family: FamilyInput, Scope: OfBoth,
		Title:     "A SAML parameter was sent more than once",
		Why:       "Some receivers take the first value and some the last, so nobody can say which message counts; that is also a way to attack.",
		Cause:     "A page that holds two forms, or a proxy or script that adds the parameter to a URL that has it.",
		Fixes:     []finding.Fix{{System: finding.App, Place: "the page or proxy that sends the message", Action: "send SAMLRequest or SAMLResponse once, and never both"}},
		Reference: "SAML Bindings 3.4.4, 3.5.4",
		Since:     "0.1.0",
		run:       relay,
	},
	{
		Name: "input-reformatted", Severity: finding.Warning, Family: FamilyInput, Scope: OfBoth,
		Title:     "The message was reformatted after it was captured",
		Why:       "A signature covers every character, line breaks too. This copy fails where the message that was sent may well be valid.",
		Cause:     "A tool that pretty-prints XML, an editor that changes line ends, or a copy in another character set.",
		Fixes:     captureAgain("take the raw SAMLResponse (Base64) from the browser's network log instead of formatted XML"),
		Reference: "XMLDSig 8.1.3",
		Since:     "0.1.0",
		Explains:  []string{"signature-digest-mismatch", "signature-value-mismatch", "signature-sp-interop", "whitespace-in-value"},
		run:       relay,
	},
	{
		Name: "input-too-large", Severity: finding.Error, Family: FamilyInput, Scope: OfBoth,
		Title:     "The message is larger than any real one",
		Why:       "Reading stopped at the limit. Apps have limits of their own, and a small message that inflates to a huge one is an attack.",
		Cause:     "A decompression bomb, a file that is no capture, or a token with thousands of groups.",
		Fixes:     captureAgain("check that the file is the capture that you mean, and cut it down to the one sign-in"),
		Reference: "SAML Bindings 3.4.4.1",
		Since:     "0.1.0",
		Explains:  []string{"xml-malformed", "input-truncated"},
		run:       relay,
	},
	{
		Name: "input-unread", Severity: finding.Info, Family: FamilyInput, Scope: OfBoth,
		Title:     "A part of the capture could not be read",
		Why:       "A message that stands in that part alone was not seen, so the picture of the sign-in may have a gap.",
		Cause:     "A body that is compressed with Zstandard in a capture that keeps bodies as they came, or files in an archive that are encrypted or no captures.",
		Fixes:     captureAgain("save the bodies decoded, or export the browser's network log as HAR; unpack an encrypted archive and give the files inside"),
		Reference: "RFC 9110 8.4.1",
		Since:     "0.1.0",
		run:       relay,
	},
	{
		Name: "response-by-redirect", Severity: finding.Error, Family: FamilyInput, Scope: OfBoth,
		Title: "A Response came in a URL",
		Why:   "Web browser sign-in allows a Response by HTTP-POST or artifact only; in a URL it is too long and ends up in logs, and apps refuse it.",
		Cause: "The endpoint at the identity provider has the wrong binding.",
		Fixes: []finding.Fix{
			{System: finding.ADFS, Place: adfsEndpoints, Action: "set the binding of the SAML Assertion Consumer endpoint to POST"},
			{System: finding.App, Place: "the app's SAML metadata and requests", Action: "name the HTTP-POST binding for the Reply URL (AssertionConsumerService, ProtocolBinding)"},
		},
		Reference: "SAML Profiles 4.1.2",
		Since:     "0.1.0",
		run:       relay,
	},
	{
		Name: "relay-state-too-long", Severity: finding.Info, Family: FamilyInput, Scope: OfBoth,
		Title:     "RelayState is longer than 80 bytes",
		Why:       "The specification allows 80 bytes. Most products carry more; one that does not loses the page the user wanted.",
		Cause:     "The app puts a whole URL or its state into RelayState.",
		Fixes:     []finding.Fix{{System: finding.App, Place: "the app's sign-in request", Action: "send a short key as RelayState and keep the state on the server"}},
		Reference: "SAML Bindings 3.4.3, 3.5.3",
		Since:     "0.1.0",
		run:       relay,
	},
}

// captureAgain is the fix of all that went wrong between the sign-in and this
// tool.
func captureAgain(action string) []finding.Fix {
	return []finding.Fix{{System: finding.User, Place: "the capture", Action: action}}
}

// runTruncated tells a message that is cut off from a capture that is: where a
// token stands before the place of the cut it is judged like any other, so what
// comes after it is missing and nothing more.
func runTruncated(x *exam) {
	limit, title := finding.Error, ""
	if x.salvaged() {
		limit = finding.Warning
	}
	problems := x.capture.Problems
	if x.msg != nil {
		problems = x.msg.problems
	} else {
		title = "The capture is cut off or damaged"
	}
	for _, p := range problems {
		if p.Check == x.check.Name {
			x.fail(fact{location: p.Location, severity: min(p.Severity, limit), title: title, detail: p.Detail})
		}
	}
}

// salvaged reports whether the capture ends early and yet gave what can be
// judged.
func (x *exam) salvaged() bool {
	cut := slices.ContainsFunc(x.capture.Problems, func(p finding.Problem) bool { return p.Check == x.check.Name })
	token := func(m *message) bool { return m.capture == x.capture && m.doc != nil && m.token() }
	return cut && (len(x.capture.SignIns) > 0 || slices.ContainsFunc(x.all, token))
}
