package report

import "io"

// Row is one labelled line of a sheet.
type Row struct{ Label, Text string }

// Section is a titled group of rows.
type Section struct {
	Title, Note string
	Rows        []Row
}

// Sheet writes sections of labelled lines for people.
func Sheet(w io.Writer, sections []Section, o Options) error {
	p := newPage(w, o)
	for i, s := range sections {
		if i > 0 {
			p.blank()
		}
		p.heading(s.Title, s.Note)
		column := 0
		for _, r := range s.Rows {
			column = max(column, min(len(r.Label)+2, 36))
		}
		for _, r := range s.Rows {
			p.row(2, column, r.Label, r.Text, nil)
		}
	}
	return p.w.Flush()
}
