package report

import (
	"html/template"
	"io"
	"sync"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// HTML writes a page that stands alone: no script, nothing fetched.
func HTML(w io.Writer, r *validate.Report, _ Options) error {
	page := struct {
		*validate.Report
		Counts string
		Groups []htmlFinding
	}{Report: r, Counts: counts(r.Summary)}
	for s, f := range located(r) {
		page.Groups = append(page.Groups, htmlFinding{f, where(r, f), pages + f.Check + ".md", s.line})
	}
	return htmlPage().Execute(w, page)
}

type htmlFinding struct {
	*finding.Finding
	Where, Page string
	Line        int
}

var htmlPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"show": finding.Printable, "fix": func(f finding.Fix) string { return finding.Printable(fix(f)) },
		"time": func(e validate.Evaluated) string { return e.At.Format(timeFormat) },
	}).Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ssodoctor report</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff; }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
.diagnosis { border-left: .4rem solid #b3261e; padding: .2rem 1rem; background: #fbeceb }
.finding { border-left: .4rem solid #888; padding: .1rem 1rem; margin: 1rem 0 }
.error { border-color: #b3261e } .warning { border-color: #b26a00 } .info { border-color: #1967d2 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .3rem 0 }
dt { color: #555 } dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse } td, th { border: 1px solid #ccc; padding: .2rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #1b1b1b } .diagnosis { background: #3a1f1d } dt { color: #aaa } a { color: #8ab4f8 } }
</style>
</head>
<body>
<h1>ssodoctor: {{or .Counts "nothing wrong was found"}}</h1>
{{with .Diagnosis}}<div class="diagnosis"><p><strong>{{show .Summary}}</strong></p>
<ul>{{range .Fixes}}<li>{{fix .}}</li>{{end}}</ul></div>{{end}}
{{if .Groups}}<h2>Findings</h2>{{end}}
{{range .Groups}}<div class="finding {{.Severity}}">
<p><strong>{{.Severity}}: {{show .Title}}</strong> <a href="{{.Page}}">{{.Check}}</a></p>
<p>{{show .Detail}}</p>
<dl>
<dt>where</dt><dd>{{show .Where}}</dd>
{{range .Expected}}<dt>expected</dt><dd>{{show .}}</dd>{{end}}
{{with .Actual}}<dt>actual</dt><dd>{{show .}}</dd>{{end}}
{{with .Difference}}<dt>differs</dt><dd>{{.}}</dd>{{end}}
{{with .CausedBy}}<dt>because</dt><dd>{{.}}</dd>{{else}}{{range .Fixes}}<dt>fix</dt><dd>{{fix .}}</dd>{{end}}{{end}}
</dl></div>
{{end}}
{{if .Suppressed}}<h2>Accepted findings</h2>
<ul>{{range .Suppressed}}<li>{{show .Detail}} ({{.Check}}): {{show .Reason}}</li>{{end}}</ul>{{end}}
{{range .Messages}}<h2>Message {{.Index}}: {{show .Type}}</h2>
<dl>
<dt>judged at</dt><dd>{{time .Evaluated}}</dd>
{{with .PostedTo}}<dt>posted to</dt><dd>{{show .}}</dd>{{end}}
{{with .Issuer}}<dt>issuer</dt><dd>{{show .}}</dd>{{end}}
{{with .Destination}}<dt>destination</dt><dd>{{show .}}</dd>{{end}}
{{range .Assertions}}{{with .Subject}}<dt>NameID</dt><dd>{{show .NameID}}</dd>{{end}}
{{range .Attributes}}<dt>{{show .Name}}</dt><dd>{{range $i, $v := .Values}}{{if $i}}, {{end}}{{show $v}}{{end}}</dd>{{end}}{{end}}
</dl>
{{end}}
<p>{{.Summary.Passed}} checks passed, {{.Summary.NotChecked}} not checked.</p>
{{if .Checks}}<details><summary>Not checked</summary><table><tr><th>check</th><th>reason</th></tr>
{{range .Checks}}{{if .Reason}}<tr><td>{{.Check}}</td><td>{{show .Reason}}</td></tr>{{end}}{{end}}
</table></details>{{end}}
</body>
</html>
`))
})
