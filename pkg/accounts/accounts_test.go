package accounts

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

func utf16(order unicode.Endianness, mark unicode.BOMPolicy, s string) string {
	out, err := unicode.UTF16(order, mark).NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

const sheet = "id,Display Name,Email,UPN\n1,Ada,ada@contoso.com,ada@contoso.onmicrosoft.com\n2,Bob,bob@contoso.com,bob@contoso.onmicrosoft.com\n"

var lists = []struct {
	name, text, key string
	want            string // the key that is chosen
	accounts        int
	find            string // a value that is found
}{
	{"commas", sheet, "", "Email", 2, "ada@contoso.com"},
	{"named", sheet, "upn", "UPN", 2, "bob@contoso.onmicrosoft.com"},
	{"semicolons", strings.ReplaceAll(sheet, ",", ";"), "", "Email", 2, "ada@contoso.com"},
	{"tabs", strings.ReplaceAll(sheet, ",", "\t"), "", "Email", 2, "ada@contoso.com"},
	{"byte order mark", "\xef\xbb\xbfmail;x\r\nada@contoso.com;1\r\n", "", "mail", 1, "ada@contoso.com"},
	{"UTF-16 of Windows", utf16(unicode.LittleEndian, unicode.UseBOM, sheet), "", "Email", 2, "ada@contoso.com"},
	{"UTF-16 without a mark", utf16(unicode.LittleEndian, unicode.IgnoreBOM, sheet), "", "Email", 2, "ada@contoso.com"},
	{"UTF-16, big end first", utf16(unicode.BigEndian, unicode.UseBOM, sheet), "", "Email", 2, "ada@contoso.com"},
	{"Windows-1252", "Name;E-Mail-Adresse\nJ\xfcrgen;j\xfcrgen@contoso.com\n", "", "E-Mail-Adresse", 1, "jürgen@contoso.com"},
	{"Excel names the separator", "sep=;\r\nmail;x\r\nada@contoso.com;1,2,3\r\n", "", "mail", 1, "ada@contoso.com"},
	{"Export-Csv names the type", "#TYPE Selected.User\r\n\"mail\",\"x\"\r\n\"ada@contoso.com\",\"1\"\r\n", "", "mail", 1, "ada@contoso.com"},
	{"quoted", "name,email\n\"Lovelace, \"\"Ada\"\"\nCountess\",\"ada@contoso.com\"\n", "", "email", 1, "ada@contoso.com"},
	{"bare quotation mark", "name,email\nAda \"Countess\" L,ada@contoso.com\n", "", "email", 1, "ada@contoso.com"},
	{"no header", "ada@contoso.com\nbob@contoso.com\n", "", "column 1", 2, "ada@contoso.com"},
	{"no header, two columns", "Ada,ada@contoso.com\nBob,bob@contoso.com\n", "", "column 2", 2, "bob@contoso.com"},
	{"mostly empty", "email,login\n,ada\n,bob\nc@contoso.com,cid\n", "", "login", 3, "ada"},
	{"federation first", "Email,FederationIdentifier\nada@contoso.com,a1\n", "", "FederationIdentifier", 1, "a1"},
	{"JSON array", `[{"login":"ada"},{"login":"bob"}]`, "", "login", 2, "bob"},
	{"JSON of addresses", `["ada@contoso.com"]`, "", "address", 1, "ada@contoso.com"},
	{"JSON lines", "{\"email\":\"ada@contoso.com\"}\n{\"email\":\"bob@contoso.com\"}\n", "", "email", 2, "bob@contoso.com"},
	{"Microsoft Graph", `{"@odata.context":"x","value":[{"mail":null,"userPrincipalName":"ada@contoso.com","n":[1,{"a":2}]}]}`, "", "userPrincipalName", 1, "ada@contoso.com"},
	{"indented JSON", "{\n  \"users\" : [\n    {\n      \"email\" : \"ada\\u0040contoso.com\" ,\n      \"id\" : 1\n    } ,\n    { \"email\" : null }\n  ]\n}\n", "", "email", 2, "ada@contoso.com"},
	{"SCIM", `{"Resources":[{"userName":"ada","emails":[{"value":"b@contoso.com"},{"value":"a@contoso.com","primary":true}]}],"totalResults":1}`, "userName", "userName", 1, "ada"},
	{"Okta", `[{"id":"1","profile":{"login":"ada@contoso.com","firstName":"Ada"}}]`, "", "profile.login", 1, "ada@contoso.com"},
	{"users of a claim rule test", `[{"attributes":{"mail":["ada@contoso.com"]}}]`, "", "attributes.mail", 1, "ada@contoso.com"},
	{"number as key", `[{"badge":4711}]`, "badge", "badge", 1, "4711"},
	{"wrapped twice", `{"ok":true,"data":{"users":[{"email":"ada@contoso.com"}]}}`, "", "email", 1, "ada@contoso.com"},
	{"UTF-16 JSON", utf16(unicode.LittleEndian, unicode.UseBOM, `[{"mail":"ada@contoso.com"}]`), "", "mail", 1, "ada@contoso.com"},
}

func TestRead(t *testing.T) {
	for _, l := range lists {
		t.Run(l.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(l.text), Options{Key: l.key})
			if err != nil {
				t.Fatal(err)
			}
			if got.Key != l.want || got.Accounts != l.accounts || got.Unread != 0 || got.Guessed != (l.key == "") {
				t.Errorf("key %q guessed %v, %d accounts, %d unread; want %q and %d", got.Key, got.Guessed, got.Accounts, got.Unread, l.want, l.accounts)
			}
			if m := got.Find(l.find); m.Relation != Found || m.Account != l.find {
				t.Errorf("Find(%q) = %+v, want it found", l.find, m)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		options    Options
		want       string
		noKey      bool
	}{
		{"empty", "", Options{}, "the file is empty", false},
		{"blank", " \r\n ", Options{}, "the file is empty", false},
		{"header alone", "mail\n", Options{}, "no account in it", false},
		{"empty array", `{"value":[]}`, Options{}, "no account in it", false},
		{"no known column", "id,colour\n1,red\n", Options{}, `among "id", "colour"`, true},
		{"absent column", sheet, Options{Key: "Emial"}, `there is no column "Emial", expected one of "id", "Display Name", "Email", "UPN"; did you mean "Email"?`, true},
		{"column without values", "mail,x\n,1\n", Options{Key: "mail"}, `column "mail" has no value`, false},
		{"too many", "mail\na@b\nc@d\n", Options{Limit: 1}, "more than 1 accounts", false},
		{"cut JSON", `[{"mail":"ada@contoso.com"},{"ma`, Options{}, "ends too early", false},
		{"broken JSON", `[{"mail" "x"}]`, Options{}, "no valid JSON at byte", false},
		{"scalar JSON", `{"mail":"a@b"} 7`, Options{}, "found the value 7", false},
		{"odd separator", "sep=x\nmail\na@b\n", Options{}, "parts the columns", false},
		{"bottomless", strings.Repeat(`{"data":`, 100_000), Options{}, "no deeper than", false},
		{"endless record", "mail,x\na@b,\"" + strings.Repeat("x", 3<<20), Options{}, "larger than 1024 KiB", false},
		{"endless string", `[{"mail":"` + strings.Repeat("x", 3<<20), Options{}, "larger than 1024 KiB", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.text), c.options)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			if noKey := new(NoKeyError); errors.As(err, &noKey) != c.noKey {
				t.Errorf("NoKeyError is %v, want %v", !c.noKey, c.noKey)
			}
		})
	}
}

// A quotation mark that is not closed swallows accounts: that must not look
// like a list that lacks them.
func TestSwallowedAccountsAreTold(t *testing.T) {
	text := "name,email\nAda,ada@contoso.com\n\"Bob,bob@contoso.com\n" + strings.Repeat("Eve,eve@contoso.com\n", 30)
	l, err := Read(strings.NewReader(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l.Accounts != 1 || l.Unread != 1 {
		t.Errorf("%d accounts and %d unread, want 1 and 1", l.Accounts, l.Unread)
	}
}

func TestReadPassesErrorsOn(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := Read(io.MultiReader(strings.NewReader("mail\na@b\n"), failing{broken}), Options{})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

const people = `email,userPrincipalName,proxyAddresses
ada.lovelace@contoso.com,ada@contoso.onmicrosoft.com,SMTP:ada.lovelace@contoso.com;smtp:countess@contoso.com
Grace@contoso.com,grace@contoso.onmicrosoft.com,
twin@contoso.com,twin1@contoso.onmicrosoft.com,
twin@contoso.com,twin2@contoso.onmicrosoft.com,
case@contoso.com,,
CASE@contoso.com,,
,keyless@contoso.onmicrosoft.com,
konrad@fabrikam.com,,
charles@contoso.com,,
linus.torvalds@contoso.com,,
cbabbage@contoso.com,,
"alan@contoso.com ",,
`

func TestFind(t *testing.T) {
	l, err := Read(strings.NewReader(people), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]Match{
		"ada.lovelace@contoso.com":             {Found, "ada.lovelace@contoso.com", "email", 1},
		"ada@contoso.onmicrosoft.com":          {OtherColumn, "ada.lovelace@contoso.com", "userPrincipalName", 1},
		"countess@contoso.com":                 {OtherColumn, "ada.lovelace@contoso.com", "proxyAddresses", 1},
		"KEYLESS@contoso.onmicrosoft.com":      {OtherColumn, "", "userPrincipalName", 1},
		"grace@contoso.com":                    {Spelling, "Grace@contoso.com", "email", 1},
		"alan@contoso.com":                     {Spelling, "alan@contoso.com ", "email", 1},
		"twin@contoso.com":                     {Several, "twin@contoso.com", "email", 2},
		"case@contoso.com":                     {FoundTwice, "case@contoso.com", "email", 2},
		"Case@contoso.com":                     {Several, "case@contoso.com", "email", 2},
		"konrad@contoso.com":                   {OtherDomain, "konrad@fabrikam.com", "", 0},
		`CONTOSO\konrad`:                       {OtherDomain, "konrad@fabrikam.com", "", 0},
		"konrad":                               {OtherDomain, "konrad@fabrikam.com", "", 0},
		"ada@contoso.com":                      {OtherDomain, "ada.lovelace@contoso.com", "", 0},
		"linus@contoso.com":                    {Alias, "linus.torvalds@contoso.com", "", 0},
		"A.Lovelace@contoso.com":               {Alias, "ada.lovelace@contoso.com", "", 0},
		"alovelace@contoso.com":                {Alias, "ada.lovelace@contoso.com", "", 0},
		"ada_lovelace@contoso.com":             {Alias, "ada.lovelace@contoso.com", "", 0},
		"ada@example.org":                      {OtherDomain, "ada.lovelace@contoso.com", "", 0},
		"a@contoso.com":                        {Relation: Unknown},
		"charles.babbage@contoso.com":          {Relation: Unknown}, // two may be meant
		"@contoso.com":                         {Relation: Unknown},
		"ada.lovelase@contoso.com":             {Similar, "ada.lovelace@contoso.com", "", 0},
		"nobody@example.org":                   {Relation: Unknown},
		"":                                     {Relation: Unknown},
		"a1b2c3d4-0000-4000-8000-1234567890ab": {Relation: Unknown},
	} {
		if got := l.Find(value); got != want {
			t.Errorf("Find(%q) = %+v, want %+v", value, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, l := range lists {
		f.Add([]byte(l.text), l.key, l.find)
	}
	f.Add([]byte(people), "", "ada@contoso.com")
	f.Add([]byte(`{"data":{"data":[[],{},"x",1,null]}}`), "x", `\`)
	f.Fuzz(func(t *testing.T, data []byte, key, value string) {
		l, err := Read(strings.NewReader(string(data)), Options{Key: key, Limit: 1000})
		if (l == nil) == (err == nil) {
			t.Fatalf("list %v and error %v, want one of them", l, err)
		}
		if err != nil {
			return
		}
		if l.Accounts < 1 || l.Accounts > 1000 || len(l.names) != l.Accounts || len(l.entries) > l.Accounts*maxValues {
			t.Errorf("%d accounts, %d names, %d entries", l.Accounts, len(l.names), len(l.entries))
		}
		l.Find(value)
		for _, e := range l.entries {
			if m := l.Find(e.value); m.Relation == Unknown || m.Relation == Similar || m.Relation == Alias || m.Relation == OtherDomain {
				t.Fatalf("value %q of the list is %q", e.value, m.Relation)
			}
		}
	})
}

// crowd is a list of n accounts as an app exports it.
func crowd(n int) string {
	var b strings.Builder
	b.WriteString("id,firstName,lastName,email,userPrincipalName,department\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,First%d,Last%d,first%d.last%d@contoso.com,u%d@contoso.onmicrosoft.com,Service Desk\n", i, i, i, i*7919%n, i, i)
	}
	return b.String()
}

func BenchmarkRead(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		csv := crowd(n)
		var js strings.Builder
		js.WriteString(`{"value":[`)
		for i := range n {
			if i > 0 {
				js.WriteByte(',')
			}
			fmt.Fprintf(&js, `{"id":"%d","displayName":"First Last","mail":"first%d.last%d@contoso.com","userPrincipalName":"u%d@contoso.onmicrosoft.com"}`, i, i*7919%n, i, i)
		}
		js.WriteString("]}")
		for name, text := range map[string]string{"csv": csv, "json": js.String()} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Read(strings.NewReader(text), Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkFind(b *testing.B) {
	l, err := Read(strings.NewReader(crowd(100_000)), Options{})
	if err != nil {
		b.Fatal(err)
	}
	for name, value := range map[string]string{"found": "first7919.last1@contoso.com", "unknown": "first7919.last0x@contoso.com"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Find(value)
			}
		})
	}
}
