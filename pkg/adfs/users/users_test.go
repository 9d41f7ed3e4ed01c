package users

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// sid is S-1-5-21-1-2-3-1104 in bytes, as Base64 and in hexadecimal digits.
const (
	sid    = "S-1-5-21-1-2-3-1104"
	sid64  = "AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUAQAAA=="
	sidHex = "010500000000000515000000010000000200000003000000" + "50040000"
)

func windows(s string) string {
	out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

// files lists files with the users in them as JSON.
var files = []struct{ name, text, want string }{
	{"JSON array", `[{"attributes":{"mail":["a@x"]}},{"claims":[{"type":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn","value":"b@x"}]}]`,
		`a@x {"attributes":{"mail":["a@x"]}} b@x {"claims":[{"type":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn","value":"b@x","valueType":"","issuer":"","originalIssuer":"","properties":null}]}`},
	{"one object", `{"attributes":{"userPrincipalName":["a@x"]},"groups":[{"sid":"S-1-5-21-1","name":"X\\g"}],"insideCorporateNetwork":true}`,
		`a@x {"attributes":{"userPrincipalName":["a@x"]},"groups":[{"sid":"S-1-5-21-1","name":"X\\g"}],"insideCorporateNetwork":true}`},
	{"JSON lines", "{\"attributes\":{\"cn\":[\"a\"]}}\n{\"attributes\":{}}\n", `a {"attributes":{"cn":["a"]}} user 2 {}`},
	{"UTF-16 JSON", windows(`[{"attributes":{"mail":["a@x"]}}]`), `a@x {"attributes":{"mail":["a@x"]}}`},
	{"CSV", "userPrincipalName,mail,department\na@x,,\"Sales, East\"\n", `a@x {"attributes":{"department":["Sales, East"],"userPrincipalName":["a@x"]}}`},
	{"Get-ADUser", "#TYPE Microsoft.ActiveDirectory.Management.ADUser\r\n\"SamAccountName\";\"Surname\";\"SID\";\"ObjectGUID\";\"EmailAddress\"\r\n\"ada\";\"L\";\"" + sid + "\";\"00112233-4455-6677-8899-aabbccddeeff\";\"a@x\"\r\n",
		`a@x {"attributes":{"ObjectGUID":["MyIRAFVEd2aImaq7zN3u/w=="],"SamAccountName":["ada"],"mail":["a@x"],"objectSid":["` + sid + `"],"sn":["L"]}}`},
	{"groups and claims", "mail,groups,insideCorporateNetwork,http://contoso.com/claims/badge\na@x,\"" + sid + `=X\g; X\h;S-1-5-21-9` + "\",false,7\n",
		`a@x {"claims":[{"type":"http://contoso.com/claims/badge","value":"7","valueType":"","issuer":"","originalIssuer":"","properties":null}],"attributes":{"mail":["a@x"]},"groups":[{"sid":"` + sid + `","name":"X\\g"},{"sid":"","name":"X\\h"},{"sid":"S-1-5-21-9","name":""}],"insideCorporateNetwork":false}`},
	{"csvde", "DN,objectSid,objectGUID,proxyAddresses\n\"CN=Ada,DC=x\",X'" + sidHex + "',X'0011',SMTP:a@x;smtp:b\\;c@x\n",
		`CN=Ada,DC=x {"attributes":{"distinguishedName":["CN=Ada,DC=x"],"objectGUID":["ABE="],"objectSid":["` + sid + `"],"proxyAddresses":["SMTP:a@x","smtp:b;c@x"]}}`},
	{"UTF-16 CSV of Windows", windows("mail;cn\r\na@x;Jürgen\r\n"), `a@x {"attributes":{"cn":["Jürgen"],"mail":["a@x"]}}`},
	{"Windows-1252", "mail;cn\r\na@x;J\xfcrgen\r\n", `a@x {"attributes":{"cn":["Jürgen"],"mail":["a@x"]}}`},
	{"LDIF", "version: 1\n\n# ada\ndn: CN=Ada,OU=People,\n DC=x\nchangetype: add\nobjectClass: top\nobjectClass: user\nmail: a@x\nmail: b@x\nobjectSid:: " + sid64 + "\nobjectGUID:: AAEC\ncn:: SsO8cmdlbg==\ntokenGroups:: " + sid64 + "\ndepartment:\n\n",
		`a@x {"attributes":{"cn":["Jürgen"],"distinguishedName":["CN=Ada,OU=People,DC=x"],"mail":["a@x","b@x"],"objectClass":["top","user"],"objectGUID":["AAEC"],"objectSid":["` + sid + `"]},"groups":[{"sid":"` + sid + `","name":""}]}`},
	{"LDIF of several, with a container", "dn: OU=People,DC=x\r\nobjectClass: organizationalUnit\r\n\r\n\r\ndn: CN=A,DC=x\r\nobjectClass: user\r\nuserPrincipalName;x-opt: a@x\r\n\r\nsearch: 2\r\nresult: 0 Success\r\n",
		`a@x {"attributes":{"distinguishedName":["CN=A,DC=x"],"objectClass":["user"],"userPrincipalName":["a@x"]}}`},
}

func TestRead(t *testing.T) {
	for _, f := range files {
		t.Run(f.name, func(t *testing.T) {
			list, err := Read(strings.NewReader(f.text))
			if err != nil {
				t.Fatal(err)
			}
			var parts []string
			for i, e := range list {
				if e.Row != i+1 {
					t.Errorf("row %d, want %d", e.Row, i+1)
				}
				text, err := json.Marshal(e.User)
				if err != nil {
					t.Fatal(err)
				}
				parts = append(parts, e.Name, string(text))
			}
			if got := strings.Join(parts, " "); got != f.want {
				t.Errorf("%s\nwant %s", got, f.want)
			}
		})
	}
}

var refusals = []struct{ name, text, want string }{
	{"nothing", " \n", "the file is empty"},
	{"empty array", "[]", "there is no user in the file"},
	{"no object", `["ada"]`, "user 1: found a string, expected an object"},
	{"a number", `[{"attributes":{}}] 7`, "user 2: found the value 7"},
	{"text for a list", `[{},{"attributes":{"mail":"ada"}}]`, `user 2, "attributes": found a string, expected a list of texts`},
	{"list for groups", `[{"groups":"x"}]`, `user 1, "groups": found a string, expected a list`},
	{"unknown field", `[{"attribute":{}}]`, `user 1: unknown field "attribute"; expected claims, attributes`},
	{"truncated", `[{"attributes":{}},{"attr`, "user 2: the JSON ends too early"},
	{"broken", `[{"attributes":{}},{"a":x}]`, "user 2: no valid JSON at byte 23"},
	{"header alone", "mail,cn\n", "there is no user in the file"},
	{"no known column", "colour,size\nred,1\n", `the first line has none of the columns userPrincipalName, mail`},
	{"too few columns", "mail,cn\na@x,b\nc@x\n", "user 2 (line 3): 1 columns, expected 2"},
	{"PowerShell collection", "mail,proxyAddresses\na@x,Microsoft.ActiveDirectory.Management.ADPropertyValueCollection\n", `user 1 (line 2), "proxyAddresses": "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection" is what PowerShell writes`},
	{"no SID", "mail,objectSid\na@x,123\n", `"objectSid": "123" is no SID`},
	{"no SID of a group", "mail,groups\na@x,S-1-x\n", `"groups": "S-1-x" is no SID`},
	{"neither", "mail,insideCorporateNetwork\na@x,maybe\n", `"maybe" is neither true nor false`},
	{"broken hexadecimal digits", "mail,objectSid\na@x,X'0'\n", "is no binary value as csvde writes it"},
	{"short SID", "dn: CN=A\nobjectSid:: AAAA\n", `user 1 (line 2), "objectSid": 3 bytes that are no SID`},
	{"Base64", "dn: CN=A\ncn:: %%\n", `user 1 (line 2), "cn": the value is not valid Base64`},
	{"value in another file", "dn: CN=A\nphoto:< file:///x\n", `the value is at "file:///x"`},
	{"change", "dn: CN=A\nchangetype: modify\n", `"modify" is a change to an entry`},
	{"no attribute", "dn: CN=A\nnonsense\n", `the line "nonsense" has no attribute`},
	{"containers alone", "dn: OU=A\nobjectClass: organizationalUnit\n", "there is no user in the file"},
	{"long line", "dn: CN=A\ncn: " + strings.Repeat("x", maxEntry+10), "a line of more than 4 MiB"},
	{"long entry", "dn: CN=A\n" + strings.Repeat("cn: "+strings.Repeat("x", 1<<20)+"\n", 5), "an entry of more than 4 MiB"},
	{"folded without end", "dn: CN=A\ncn: x\n" + strings.Repeat(" "+strings.Repeat("x", 1<<20)+"\n", 9), ""},
}

func TestReadRefuses(t *testing.T) {
	for _, r := range refusals {
		list, err := Read(strings.NewReader(r.text))
		if err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%s: %v %v, want %s", r.name, err, len(list), r.want)
		}
	}
}

// TestReadsWhatIsGenerated holds that users as the tool writes them are read.
func TestReadsWhatIsGenerated(t *testing.T) {
	text, err := json.Marshal([]claimrule.User{{Attributes: map[string][]string{"mail": {"a@x"}}, Groups: []claimrule.Group{{SID: sid, Name: `X\g`}}, Stores: map[string]map[string][][]string{"S": {"q": {{"1"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := Read(strings.NewReader(string(text)))
	if err != nil || len(list) != 1 || list[0].User.Stores["S"]["q"][0][0] != "1" {
		t.Errorf("%v %v", list, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range files {
		f.Add([]byte(c.text))
	}
	for _, c := range refusals {
		f.Add([]byte(c.text[:min(len(c.text), 1000)]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := Read(strings.NewReader(string(data)))
		if err == nil && len(list) == 0 || err != nil && (list != nil || err.Error() == "") {
			t.Fatalf("%v %v", list, err)
		}
		for i, e := range list {
			if e.Name == "" || e.User == nil || e.Row != i+1 {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func BenchmarkReadCSV(b *testing.B) {
	text := "userPrincipalName,mail,department,groups\n" + strings.Repeat("ada@contoso.com,ada@contoso.com,Sales,S-1-5-21-1-2-3-1104=X\\g\n", 10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}
