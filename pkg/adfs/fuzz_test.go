package adfs_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

// small are limits that keep a fuzzer quick.
var small = adfs.Limits{Objects: 100, ObjectBytes: 1 << 18, Nodes: 5000, Depth: 20, Files: 20, Inflated: 1 << 20, ZipBytes: 1 << 20}

// checkRead reads anything and checks what must hold of any export: each step
// is an object or an error, all is bounded, places lie in the file.
func checkRead(t *testing.T, export string) {
	text := 4*len(export) + 16
	steps := 0
	for o, err := range adfs.Read(strings.NewReader(export), "fuzz", small) {
		if steps++; steps > 10_000 {
			t.Fatal("more than 10000 steps")
		}
		if (o == nil) == (err == nil) {
			t.Fatalf("a step is object %v and error %v", o, err)
		}
		if err != nil {
			if e, ok := err.(*adfs.ReadError); !ok || e.Check == "" || e.Severity == 0 || e.Msg == "" || len(e.Msg) > 8<<10 {
				t.Fatalf("the error is %#v", err)
			}
			continue
		}
		for _, p := range o.Properties {
			if p.Value == nil || p.State == 0 {
				t.Fatalf("the property %+v is not complete", p)
			}
			if strings.HasPrefix(export, "PK") {
				continue // places are in the files of the zip
			}
			if p.Span.Offset < 0 || p.Span.Offset > text || p.Span.End > text {
				t.Fatalf("%s stands at %+v of %d bytes", p.Name, p.Span, len(export))
			}
			checkText(t, p.Value.Text)
		}
		for _, p := range o.Problems {
			if p.Check == "" || p.Severity == 0 || p.Detail == "" || len(p.Detail) > 16<<10 {
				t.Fatalf("the problem %+v is not complete", p)
			}
		}
		if rp := o.RelyingParty(); rp != nil {
			rp.AssertionConsumers()
		}
	}
}

// checkText checks that places never go back and that texts are UTF-8.
func checkText(t *testing.T, text adfs.Text) {
	if !utf8.ValidString(text.Value) {
		t.Fatalf("the text %q is not UTF-8", text.Value)
	}
	last := -1
	for i := range text.Value {
		at := text.At(i)
		if at.Offset < last {
			t.Fatalf("character %d of %q stands at %d, behind one at %d", i, text.Value, at.Offset, last)
		}
		last = at.Offset
	}
}

func FuzzCLIXML(f *testing.F) {
	farm := []*adfstest.Object{{Type: adfstest.TypeTrust, Properties: adfstest.Trust("a_x0041_ 😀", "x").Properties[20:]}}
	for _, o := range []adfstest.CLIXMLOptions{{}, {OneLine: true}, {Depth: 1}, {Deserialized: true, List: true}} {
		f.Add(strings.TrimPrefix(clixml(f, farm, o), "<Objs"))
	}
	f.Add(` Version="1.1.0.1"><Obj RefId="0"><TN RefId="0"><T>a.RelyingPartyTrust</T></TN><MS><C N="a">65</C><Ref N="b" RefId="0" /><BA N="RawData">AA==</BA><S N="c"><![CDATA[x]]>&#x41;_xD83D__xDE00_</S><!-- c --></MS></Obj></Objs>`)
	f.Fuzz(func(t *testing.T, body string) { checkRead(t, "<Objs"+body) })
}

func FuzzJSON(f *testing.F) {
	farm := []*adfstest.Object{{Type: adfstest.TypeTrust, Properties: adfstest.Trust("a", "x").Properties[12:]}}
	f.Add(adfstest.JSON(farm, adfstest.JSONOptions{})[1:])
	f.Add(adfstest.JSON(farm, adfstest.JSONOptions{Depth: 6, Windows: true, Compress: true})[1:])
	f.Add(adfstest.HealthJSON(farm)[1:])
	f.Add(`"value": [{"Name": "\ud83d\ude00\u003c", "SamlEndpoints": ["x"], "Enabled": 1e3}], "Count": 1}`)
	f.Fuzz(func(t *testing.T, body string) { checkRead(t, "{"+body) })
}

func FuzzFormatList(f *testing.F) {
	farm := adfstest.Farm(1)
	f.Add(adfstest.FormatList(farm, 80))
	f.Add("PS C:\\> x\nName : a\nIdentifier : {a, b...}\n\nName  : {x\n y}\nEnabled : True\n: \n")
	f.Fuzz(func(t *testing.T, body string) { checkRead(t, "Name    : x\nEnabled : True\n"+body) })
}

func FuzzRead(f *testing.F) {
	farm := []*adfstest.Object{{Type: adfstest.TypeTrust, Properties: adfstest.Trust("a", "x").Properties[12:]}}
	for _, format := range formats(f, farm) {
		f.Add(format.export)
	}
	f.Add(pack(f, "a.xml", clixml(f, farm, adfstest.CLIXMLOptions{})))
	f.Add(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"><SPSSODescriptor><AssertionConsumerService Location="x"/></SPSSODescriptor></EntityDescriptor>`)
	f.Add(`<RelyingPartyTrust><Name>x</Name><Identifiers><Identifier>y</Identifier></Identifiers><IssuanceTransformRules>=&gt; x</IssuanceTransformRules></RelyingPartyTrust>`)
	f.Fuzz(checkRead)
}
