package redact

import (
	"strings"
	"unicode/utf8"
)

// generic are the words that pages use to say what went wrong. Any other word
// of a page may be a name, a code or a secret.
var generic = wordSet(`a about access account accounts acs action activity again admin administrator after all allowed already an and another any app
application are as assertion assigned attempt attribute audience authenticate authenticated authentication authorised authorization authorized bad be because been before
binding blocked browser but by can cannot certificate check claim clock close code condition conditions configuration configured contact correct could couldn credentials
data date denied destination detail details did digest disabled disallowed does doesn don empty enabled encrypted entity error errors exception exist exists expected expired
fail failed fails failure find following for forbidden format found from future go group groups has have help home http https id identifier identity idp in incorrect
information insufficient internal invalid is issue issuer it key later link locked log logged login logon logout longer match matched matching may message metadata mismatch missing
more must name nameid no not of on one only oops open or organization our out page parse password past permission permissions permitted please policy portal post privileges problem
process processing protocol provider provisioned received recipient recognised recognized redirect refused registered rejected replay request requested required resource response
retry role roles saml samlresponse schema security see sent server service session set sign signature signed signin single something sorry source sp sso state status subject success
successful support system t team technical test the there this time to token too trace trusted try type unable unauthorised unauthorized unexpected unknown unsupported untrusted
up url used user username users valid validate validated validation value verification verified verify version was we website went were with without wrong xml yet you your
stack 400 401 403 404 405 409 413 414 429 500 501 502 503 504`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// genericPart is a text of a page with each run of other words replaced by "…".
func genericPart(text string) string {
	var out strings.Builder
	elided := false
	for i := 0; i < len(text); {
		word := firstWord(text[i:])
		if word == "" {
			_, size := utf8.DecodeRuneInString(text[i:])
			if mark := text[i : i+size]; !elided && strings.Contains(" .,:;!?'()-\n", mark) {
				out.WriteString(mark)
			}
			i += size
			continue
		}
		i += len(word)
		if generic[strings.ToLower(word)] {
			if elided {
				out.WriteByte(' ')
			}
			out.WriteString(word)
			elided = false
			continue
		}
		if !elided {
			out.WriteString("…")
			elided = true
		}
	}
	return out.String()
}
