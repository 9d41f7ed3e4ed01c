package write

import (
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// maxFolder bounds the name of a folder, in bytes, so that paths stay far below
// the 260 characters of Windows.
const maxFolder = 60

// noName is the folder of a trust whose name holds nothing that a folder can.
const noName = "trust"

// reserved are the names that Windows keeps for devices, with any extension.
var reserved = lazyregexp.New(`^(?i:con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9])(\..*)?$`)

// folderName makes a name of a folder that every system takes: letters and
// digits stay, what else there is becomes one dash.
func folderName(name string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(name) {
		keep := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '.'
		switch {
		case keep && b.Len()+utf8.RuneLen(r) <= maxFolder:
			b.WriteRune(r)
		case keep:
			return folderEnds(b.String())
		case b.Len() > 0 && b.Len() < maxFolder && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return folderEnds(b.String())
}

// folderEnds takes away what a name must not begin or end with.
func folderEnds(s string) string {
	s = strings.Trim(s, "-._")
	switch {
	case s == "":
		return noName
	case reserved.MatchString(s):
		return noName + "-" + s
	}
	return s
}

// entries gives each trust the names that are its own.
func entries(p *migrate.Plans) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		own := newNames()
		for t, err := range p.All() {
			if err != nil {
				yield(entry{}, err)
				return
			}
			folder, label := own.next(t.Name)
			if !yield(entry{t, folder, label}, nil) {
				return
			}
		}
	}
}

// names are those that trusts were given: no two are the same, letter case and
// the form of accents aside.
type names struct{ folders, labels taken }

func newNames() *names { return &names{taken{}, taken{}} }

func (n *names) next(trust string) (folder, resource string) {
	folder = n.folders.next(folderName(trust), "-")
	return folder, n.labels.next(label(folder), "_")
}

// taken counts names that are given.
type taken map[string]int

// next is the name, or where it is given already, the name with a number.
func (n taken) next(name, separator string) string {
	fold := cases.Fold()
	key := func(s string) string { return fold.String(norm.NFKC.String(s)) }
	candidate := name
	for {
		count := n[key(candidate)]
		n[key(candidate)]++
		if count == 0 {
			return candidate
		}
		n[key(name)] = max(n[key(name)], count+1)
		candidate = name + separator + strconv.Itoa(n[key(name)])
	}
}

// label is the name of Terraform resources for a folder.
func label(folder string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(folder) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if !strings.HasSuffix(b.String(), "_") {
			b.WriteByte('_')
		}
	}
	s := strings.Trim(b.String(), "_")
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return strings.TrimSuffix(noName+"_"+s, "_")
	}
	return s
}
