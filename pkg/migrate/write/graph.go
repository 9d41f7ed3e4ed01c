package write

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// GraphSchema names the version of the JSON of requests.
const GraphSchema = "ssodoctor/graph/v1"

// Graph are the calls of Microsoft Graph that make the applications of a plan.
type Graph struct {
	Schema string     `json:"schema"`
	Trusts []Requests `json:"trusts"`
}

// Requests are the calls for one trust, in order.
type Requests struct {
	Name      string            `json:"name"`
	Readiness migrate.Readiness `json:"readiness"`
	Requests  []Request         `json:"requests"`
	// Open is what a person must settle.
	Open []string `json:"open"`
	// Missing is what no request carries, and must be done otherwise.
	Missing []string `json:"missing"`
}

// Request is one call. Tokens in braces stand for what is known later: those
// that Keeps of an earlier request names, {group:SID} and {user:SID} for object
// ids in Entra.
type Request struct {
	Step   int    `json:"step"`
	Method string `json:"method"`
	URL    string `json:"url"`
	// File holds the body in a folder of requests; empty without.
	File string `json:"file,omitempty"`
	// Body is null where there is none.
	Body json.RawMessage `json:"body,omitempty"`
	// Needs names the tokens and whatever else must be there.
	Needs string `json:"needs"`
	Why   string `json:"why"`
	// Keeps names tokens, and where in the answer their values stand.
	Keeps map[string]string `json:"keeps,omitempty"`
}

// requests are the calls for a trust.
func requests(t *migrate.TrustPlan, o Options) (Requests, error) {
	out := Requests{Name: t.Name, Readiness: t.Readiness, Open: open(t), Requests: []Request{}, Missing: missing(t, o, byGraph)}
	all, err := steps(t, o)
	if err != nil {
		return out, err
	}
	from := map[string]int{}
	for _, s := range all {
		for _, c := range s.calls {
			r := Request{Step: len(out.Requests) + 1, Method: c.method, URL: o.host() + "/" + strings.ReplaceAll(plain(c.path), " ", "%20"), Body: json.RawMessage("null"), Why: s.why}
			if c.body != nil {
				r.Body = jsonOf(c.body)
			}
			r.Needs = needs(s, c, from)
			for _, k := range c.keeps {
				from[k.name] = r.Step
				if r.Keeps == nil {
					r.Keeps = map[string]string{}
				}
				r.Keeps[k.name] = k.from
			}
			out.Requests = append(out.Requests, r)
		}
	}
	return out, nil
}

// needs says where the values of the tokens of a call come from, and what else
// it needs.
func needs(s step, c call, from map[string]int) string {
	var list []string
	for _, r := range references(c) {
		switch r.kind {
		case fromStep:
			if n, ok := from[r.name]; ok {
				list = append(list, fmt.Sprintf("%s of step %d", r.token(), n))
			} else {
				list = append(list, r.token()+": "+laterValues[r.name])
			}
		default:
			list = append(list, fmt.Sprintf("%s: the object id of the %s", r.token(), r.kind))
		}
	}
	if s.needs != "" {
		list = append(list, s.needs)
	}
	return strings.Join(list, "; ")
}

// laterValues says what tokens are that no request returns.
var laterValues = map[string]string{
	extensionApp.name: "the application id, without dashes, of the application that holds the directory extensions",
}

// references are those of a call, each once, in their order.
func references(c call) []ref {
	var found []ref
	var walk func(n node)
	walk = func(n node) {
		switch n := n.(type) {
		case ref:
			if !slices.Contains(found, n) {
				found = append(found, n)
			}
		case joined:
			for _, part := range n {
				walk(part)
			}
		case object:
			for _, m := range n {
				walk(m.value)
			}
		case list:
			for _, item := range n {
				walk(item)
			}
		}
	}
	walk(c.path)
	walk(c.body)
	return found
}

// graphStream writes the requests of all trusts as one JSON, a [Graph].
func graphStream(w io.Writer, _ *migrate.Plans, trusts iter.Seq2[entry, error], o Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\n  \"schema\": %q,\n  \"trusts\": ", GraphSchema)
	if err := jsonTrusts(b, trusts, func(w io.Writer, e entry) error {
		r, err := requests(e.TrustPlan, o)
		if err != nil {
			return err
		}
		return indented(w, trustPrefix, r)
	}); err != nil {
		return err
	}
	b.WriteString("\n}\n")
	return b.Flush()
}

// encode writes indented JSON in which text stays readable.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// requestsFile lists the requests of a trust.
const requestsFile = "requests.json"

// graphFiles are a file for each body, and the list of the requests.
func graphFiles(t entry, o Options) ([]File, error) {
	r, err := requests(t.TrustPlan, o)
	if err != nil {
		return nil, err
	}
	var files []File
	for i := range r.Requests {
		req := &r.Requests[i]
		if bytes.Equal(req.Body, []byte("null")) {
			req.Body = nil
			continue
		}
		var body bytes.Buffer
		if err := json.Indent(&body, req.Body, "", "  "); err != nil {
			return nil, err
		}
		body.WriteByte('\n')
		req.File, req.Body = fmt.Sprintf("%02d-%s.json", req.Step, subject(req.URL)), nil
		files = append(files, File{req.File, body.Bytes()})
	}
	var index bytes.Buffer
	if err := encode(&index, Graph{Schema: GraphSchema, Trusts: []Requests{r}}); err != nil {
		return nil, err
	}
	return append(files, File{requestsFile, index.Bytes()}), nil
}

// subject names what a URL is about: its last segment that is no token.
func subject(url string) string {
	path, _, _ := strings.Cut(url, "?")
	segments := strings.Split(path, "/")
	for _, s := range slices.Backward(segments) {
		if s != "" && s[0] != '{' && s[0] != '$' {
			return s
		}
	}
	return "request"
}
