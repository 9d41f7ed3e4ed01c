package redact_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"html"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/redact"
	"github.com/ssodoctor/ssodoctor/pkg/seal"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// TestParts: of an archive or an e-mail every file is written in its own
// format, also inside another one; and names of files tell nothing.
func TestParts(t *testing.T) {
	event := "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><TimeCreated SystemTime=\"2026-11-21T10:00:04.250Z\"/></System><EventData><Data>MSIS7012: An error for user 'opaqueword89' occurred. Activity ID: c0ffee00-0000-4000-8000-000000000001</Data><Data>" +
		html.EscapeString(leakyResponse()) + "</Data></EventData></Event>"
	log := `[{"createdDateTime":"2026-11-21T10:00:00Z","userPrincipalName":"ada.secret@contoso.com","appDisplayName":"HaloITSM","ipAddress":"203.0.113.77","status":{"errorCode":50105}}]`
	text := "2026-11-21 INFO user Zephyrine sent SAMLResponse=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(leakyResponse()))) + " page-canary-78\n"
	inner, err := zipFile(map[string]string{"notes of Zephyrine.txt": text})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"Zephyrine.har": leaky(), "adfs.xml": event, "sign-ins.json": log, "inner.zip": inner, "empty.txt": "nothing of page-canary-78 here"}
	archive, err := zipFile(files)
	if err != nil {
		t.Fatal(err)
	}
	mail := "From: Ada <ada.secret@contoso.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n" + text +
		"\r\n--b\r\nContent-Type: application/zip; name=\"Zephyrine.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapLines(base64.StdEncoding.EncodeToString([]byte(archive))) + "--b--\r\n"
	for name, file := range map[string]string{"zip": archive, "mail": mail} {
		t.Run(name, func(t *testing.T) {
			before := read(t, []byte(file))
			r := redacted(t, before)
			hold(t, r, secrets...)
			after := read(t, r.Content)
			if got, want := partsOf(after), partsOf(before); after.Format != name || !slices.Equal(got, want) {
				t.Errorf("%s of %q, expected %q", after.Format, got, want)
			}
			if len(after.Exchanges) != len(before.Exchanges) || len(after.SignIns) != 1 || r.SignIns != 1 || len(after.Messages) != len(before.Messages) {
				t.Fatalf("%d exchanges, %d sign-ins, %d messages; expected %d, 1, %d", len(after.Exchanges), len(after.SignIns), len(after.Messages), len(before.Exchanges), len(before.Messages))
			}
			for i, m := range after.Messages {
				if got, want := len(m.Sightings), len(before.Messages[i].Sightings); got != want {
					t.Errorf("message %d was seen %d times, expected %d", i, got, want)
				}
			}
		})
	}
}

// zipFile makes an archive, its files in the order of their names.
func zipFile(files map[string]string) (string, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err != nil {
			return "", err
		}
		if _, err := f.Write([]byte(files[name])); err != nil {
			return "", err
		}
	}
	err := w.Close()
	return out.String(), err
}

// partsOf are the formats of the parts that hold anything.
func partsOf(c *trace.Capture) (out []string) {
	for i, p := range c.Parts {
		number := i + 1
		holds := slices.ContainsFunc(c.Exchanges, func(e trace.Exchange) bool { return e.Part == number }) || slices.ContainsFunc(c.SignIns, func(s trace.SignIn) bool { return s.Part == number }) ||
			slices.ContainsFunc(c.Messages, func(m *trace.Message) bool {
				return slices.ContainsFunc(m.Sightings, func(s trace.Sighting) bool { return s.Part == number })
			})
		if holds || p.Format == "zip" {
			out = append(out, p.Format+" "+p.Variant)
		}
	}
	return out
}

// TestErrorTexts: a text that holds an error code or an artifact alone has a
// copy that tells the same.
func TestErrorTexts(t *testing.T) {
	raw := append([]byte{0, 4, 0, 1}, bytes.Repeat([]byte("source--entity--id--handle-canary-90"), 2)[:40]...)
	artifact := base64.StdEncoding.EncodeToString(raw)
	handle := base64.StdEncoding.EncodeToString(raw[24:])
	const said = "AADSTS50105: Your administrator has configured the application HaloITSM to block users. The signed in user 'opaqueword89' is not assigned to a role for the application.\nTrace ID: c0ffee00-0000-4000-8000-000000000001\nCorrelation ID: c0ffee00-0000-4000-8000-000000000002\nTimestamp: 2026-11-21 10:00:04Z\n"
	for format, text := range map[string]string{
		"text": said, "html": "<html><body><p>" + said + "</p>page-canary-78</body></html>", "base64": artifact, "url": "https://halo.contoso.com/acs?SAMLart=" + url.QueryEscape(artifact) + "&RelayState=relay-canary-76",
		"form": "SAMLart=" + url.QueryEscape(artifact) + "&RelayState=relay-canary-76",
	} {
		t.Run(format, func(t *testing.T) {
			before := read(t, []byte(text))
			if before.Format != format {
				t.Fatalf("the original is recognised as %q", before.Format)
			}
			r := redacted(t, before)
			hold(t, r, append(secrets, handle, "handle-canary-90")...)
			after := read(t, r.Content)
			if after.Format != format || len(after.Errors) != len(before.Errors) || len(after.Artifacts) != len(before.Artifacts) {
				t.Fatalf("%q with %+v and %q in %q", after.Format, after.Errors, after.Artifacts, r.Content)
			}
			for i, e := range after.Errors {
				was := before.Errors[i]
				if e.Code != was.Code || e.TraceID != was.TraceID || e.CorrelationID != was.CorrelationID || !e.Timestamp.Equal(was.Timestamp) {
					t.Errorf("%+v became %+v", was, e)
				}
			}
			for i, a := range after.Artifacts {
				if got, err := base64.StdEncoding.DecodeString(a); err != nil || !bytes.Equal(got[:24], raw[:24]) || a == before.Artifacts[i] {
					t.Errorf("%q became %q", before.Artifacts[i], a)
				}
			}
		})
	}
}

// TestLooseMessages: messages without exchanges are written as they came.
func TestLooseMessages(t *testing.T) {
	xml := leakyResponse()
	b64 := base64.StdEncoding.EncodeToString([]byte(xml))
	for format, text := range map[string]string{
		"xml": xml, "base64": b64, "form": "SAMLResponse=" + url.QueryEscape(b64) + "&RelayState=relay-canary-76",
		"json": `{"SAMLResponse":"` + b64 + `","RelayState":"relay-canary-76","x":"page-canary-78"}`,
		"html": `<html><body>page-canary-78<form method="post" action="https://halo.contoso.com/auth/saml"><input name="SAMLResponse" value="` + b64 + `"><input name="RelayState" value="relay-canary-76"></form></body></html>`,
		"url":  "https://halo.contoso.com/auth/saml?SAMLResponse=" + url.QueryEscape(b64) + "&RelayState=relay-canary-76",
		"text": "2026-11-21 INFO user Zephyrine sent SAMLResponse=" + url.QueryEscape(b64) + " page-canary-78",
	} {
		t.Run(format, func(t *testing.T) {
			c := read(t, []byte(text))
			if c.Format != format {
				t.Fatalf("the original is recognised as %q", c.Format)
			}
			r := redacted(t, c)
			hold(t, r, secrets...)
			if again := read(t, r.Content); again.Format != format || len(again.Messages) != len(c.Messages) {
				t.Errorf("the copy has %d messages as %q, want %d", len(again.Messages), again.Format, len(c.Messages))
			}
		})
	}
}

// TestSignInLog holds that of a sign-in log nobody is left, and all that it is
// read for.
func TestSignInLog(t *testing.T) {
	for name, log := range map[string]string{
		"JSON": `[{"createdDateTime":"2026-11-21T10:00:00Z","userPrincipalName":"ada.secret@contoso.com","userDisplayName":"Zephyrine","appDisplayName":"HaloITSM","ipAddress":"203.0.113.77","correlationId":"c0ffee00-0000-4000-8000-000000000001",` +
			`"status":{"errorCode":50105,"failureReason":"ada.secret@contoso.com is not assigned"},"location":{"countryOrRegion":"NL"},"deviceDetail":{"operatingSystem":"Windows 11"}},` +
			`{"createdDateTime":"2026-11-21T10:01:00Z","userPrincipalName":"ada.secret@contoso.com","appDisplayName":"HaloITSM","ipAddress":"2001:db8:77::77","status":{"errorCode":0}}]`,
		"CSV": "Date (UTC),User,Username,Application,IP address,Location,Status,Sign-in error code,Failure reason,Operating System,Correlation ID\n" +
			`2026-11-21T10:00:00Z,Zephyrine,ada.secret@contoso.com,HaloITSM,203.0.113.77,"Delft, , NL",Failure,50105,ada.secret@contoso.com is not assigned,Windows 11,c0ffee00-0000-4000-8000-000000000001` + "\n" +
			`2026-11-21T10:01:00Z,Zephyrine,ada.secret@contoso.com,HaloITSM,2001:db8:77::77,,Success,None,Other.,,` + "\n",
	} {
		before := read(t, []byte(log))
		written, err := redact.Capture(before, redact.Options{Key: make([]byte, redact.KeySize)})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if bytes.Contains(bytes.ToLower(written.Content), []byte(strings.ToLower(secret))) {
				t.Errorf("%s: %s is in the copy", name, secret)
			}
		}
		after := read(t, written.Content)
		if after.Format != before.Format || after.Variant != before.Variant || written.SignIns != 2 || len(after.SignIns) != 2 {
			t.Fatalf("%s: %q with %d of %d sign-ins, want 2 as %q", name, after.Format, len(after.SignIns), written.SignIns, before.Format)
		}
		for i, row := range after.SignIns {
			was := before.SignIns[i]
			if row.User == "" || row.User == was.User || row.User != after.SignIns[0].User || row.IP == "" {
				t.Errorf("%s: the user is %q from %q", name, row.User, row.IP)
			}
			row.User, row.IP, row.Reason = was.User, was.IP, was.Reason
			if row != was {
				t.Errorf("%s: %+v became %+v", name, was, row)
			}
		}
	}
}

// TestCertificateWithAddress: a certificate that names a person is not in the
// copy, and the copy tells what it said but for the name.
func TestCertificateWithAddress(t *testing.T) {
	pair := samltest.RSA()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), NotBefore: samltest.Time.AddDate(-2, 0, 0), NotAfter: samltest.Time.AddDate(-1, 0, 0),
		Subject: pkix.Name{CommonName: "idp.contoso.com", ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "ada.secret@contoso.com"}}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, pair.Key.Public(), pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	response := samltest.NewResponse()
	response.Sign(samltest.SignAssertion, samltest.Pair{Key: pair.Key, Cert: der})
	r := redacted(t, read(t, []byte(response.XML())))
	hold(t, r, "ada.secret@contoso.com", base64.StdEncoding.EncodeToString(der)[100:160])
	doc, err := xmldoc.Parse(read(t, r.Content).Messages[0].XML, xmldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := seal.Find(doc)
	if !ok || len(s.Signatures) != 1 || s.Signatures[0].Facts == nil || s.Signatures[0].Certificate != nil {
		t.Fatalf("seal %+v", s)
	}
	sum := sha256.Sum256(der)
	if f := s.Signatures[0].Facts; f.SHA256 != hex.EncodeToString(sum[:]) || !f.NotAfter.Equal(template.NotAfter) || !strings.Contains(f.Subject, "CN=idp.contoso.com") {
		t.Errorf("%+v", f)
	}
}
