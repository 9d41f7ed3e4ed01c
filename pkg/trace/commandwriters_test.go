package trace

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// The writers of commands follow what browsers copy.

func bashWord(s string) string {
	if strings.ContainsAny(s, "'!\n\r\\") {
		return "$'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "!", `\u0021`).Replace(s) + "'"
	}
	return "'" + s + "'"
}

func writeCurlBash(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&b, "curl %s \\\n  -H 'accept: text/html' \\\n  -b %s", bashWord(s.url), bashWord("sid=secret!"))
		if s.body != "" {
			fmt.Fprintf(&b, " \\\n  -H 'content-type: %s' \\\n  --data-raw %s", formType, bashWord(s.body))
		}
		b.WriteString(" ;\n")
	}
	return b.String()
}

var (
	cmdSpecial = regexp.MustCompile("[^a-zA-Z0-9\\s_\\-:=+~'/.',?;()*`]")
	cmdPercent = regexp.MustCompile(`%([a-zA-Z0-9_])`)
)

func cmdWord(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
	s = cmdSpecial.ReplaceAllString(s, "^$0")
	return `^"` + cmdPercent.ReplaceAllString(s, "%^$1") + `^"`
}

func writeCurlCmd(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&b, "curl %s ^\r\n  -H %s ^\r\n  -b %s", cmdWord(s.url), cmdWord(`sec-ch-ua: "Chromium";v="139"`), cmdWord("sid=secret"))
		if s.body != "" {
			fmt.Fprintf(&b, " ^\r\n  --data-raw %s", cmdWord(s.body))
		}
		b.WriteString(" &\r\n")
	}
	return b.String()
}

func powershellWord(s string) string {
	return `"` + strings.NewReplacer("`", "``", "$", "`$", `"`, "`\"", "é", "$([char]233)").Replace(s) + `"`
}

func writePowerShell(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString("$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.UserAgent = \"Mozilla/5.0\"\n$session.Cookies.Add((New-Object System.Net.Cookie(\"sid\", \"secret\", \"/\", \"app.example\")))\n")
		fmt.Fprintf(&b, "Invoke-WebRequest -UseBasicParsing -Uri %s `\n", powershellWord(s.url))
		if s.method != "GET" {
			fmt.Fprintf(&b, "-Method \"%s\" `\n", s.method)
		}
		b.WriteString("-WebSession $session `\n-Headers @{\n\"method\"=\"x\"\n  \"accept\"=\"text/html\"\n}")
		if s.body != "" {
			fmt.Fprintf(&b, " `\n-ContentType \"%s\" `\n-Body %s", formType, powershellWord(s.body))
		}
		b.WriteString(";\n")
	}
	return b.String()
}

func writeFetch(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		body := "null"
		if s.body != "" {
			body = quoted(s.body)
		}
		fmt.Fprintf(&b, "fetch(%s, {\n  \"headers\": {\n    \"accept\": \"text/html\"\n  },\n  \"body\": %s,\n  \"method\": \"%s\",\n  \"mode\": \"cors\"\n}); ;\n", quoted(s.url), body, s.method)
	}
	return b.String()
}

// writeCurlVerbose writes a terminal: the command, then what -v reports.
func writeCurlVerbose(s step) string {
	head, _, _ := strings.Cut(rawRequest(s, false), "\r\n\r\n")
	answer, body, _ := strings.Cut(rawResponse(s), "\r\n\r\n")
	prefixed := func(mark, head string) string {
		return mark + " " + strings.ReplaceAll(head, "\r\n", "\r\n"+mark+" ") + "\r\n" + mark + " \r\n"
	}
	return "$ curl -v --data-raw '" + s.body + "' '" + s.url + "'\n* Host app.example:443 was resolved.\n* Connected to app.example (192.0.2.1) port 443\n" +
		prefixed(">", head) + "} [1 bytes data]\n" + "* Request completely sent off\n" + prefixed("<", answer) + body + "\n* Connection #0 to host app.example left intact\n"
}

// TestCmdQuotes holds that commands of the Windows shell are read as browsers
// have written them: percent signs with a caret, quoted, or as they are.
// TestShellEscapes holds what a backslash means between double quotes (POSIX
// shell, 2.2.3), where the text ends with one too.
func TestShellEscapes(t *testing.T) {
	for text, want := range map[string]string{`a\"b`: `a"b`, `a\nb`: `a\nb`, `\\`: `\`, `\$x`: `$x`, "a\\\nb": "ab", `a\`: `a\`, ``: ``} {
		if got := string(unescapeShell([]byte(text))); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCmdQuotes(t *testing.T) {
	exchange := signIn()
	for name, percent := range map[string]string{"Chrome": "^%^", "Firefox": `"%"`, "by hand": "%"} {
		for _, s := range exchange {
			if !strings.Contains(s.body, "SAMLResponse=") {
				continue
			}
			body := strings.ReplaceAll(s.body, "%", percent)
			c, err := ReadBytes([]byte("curl \""+s.url+"\" ^\r\n  -H \"Accept: */*\" ^\r\n  --data-raw \""+body+"\"\r\n"), "copied.txt", Limits{})
			if err != nil || len(c.Messages) != 1 || c.Messages[0].PostedTo != s.url {
				t.Errorf("%s: %d messages, %v", name, len(c.Messages), err)
			}
		}
	}
}
