package migrate

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// GroupList pairs groups of Active Directory with those of Entra.
type GroupList struct {
	bySID  map[string]entra.Group
	byName map[string]entra.Group
}

// groupColumns are the columns of a list of groups.
var groupColumns = []string{"sid", "objectid", "displayname", "samaccountname"}

const maxGroupList = 64 << 20

var sidForm = lazyregexp.New(`^(?i)S-1(-[0-9]{1,10}){2,15}$`)

// ReadGroups reads a list of groups as CSV: the columns sid, objectId,
// displayName and samAccountName in any order, of which sid and objectId must
// be there. Columns are parted by commas or semicolons; the text is UTF-8 or
// UTF-16. Errors name the row and the column.
func ReadGroups(r io.Reader, name string) (*GroupList, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxGroupList+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > maxGroupList {
		return nil, fmt.Errorf("%s: the list has more than %d bytes", name, maxGroupList)
	}
	text := plainText(data)
	reader := csv.NewReader(strings.NewReader(text))
	reader.FieldsPerRecord, reader.TrimLeadingSpace, reader.ReuseRecord = -1, true, true
	if head, _, _ := strings.Cut(text, "\n"); !strings.Contains(head, ",") {
		reader.Comma = ';'
	}
	columns, err := groupHeader(reader)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	list := &GroupList{bySID: map[string]entra.Group{}, byName: map[string]entra.Group{}}
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return list, nil
		}
		if err == nil {
			line, _ := reader.FieldPos(0)
			err = list.add(record, columns, line)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
}

// plainText is UTF-8 text without a byte order mark.
func plainText(data []byte) string {
	if little := bytes.HasPrefix(data, []byte{0xFF, 0xFE}); little || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		units := make([]uint16, 0, len(data)/2)
		for i := 2; i+1 < len(data); i += 2 {
			low, high := uint16(data[i]), uint16(data[i+1])
			if !little {
				low, high = high, low
			}
			units = append(units, high<<8|low)
		}
		return string(utf16.Decode(units))
	}
	return string(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")))
}

// groupHeader finds the columns by their names: their places by the order of
// [groupColumns], -1 for those that are not there.
func groupHeader(reader *csv.Reader) ([]int, error) {
	record, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the list is empty, expected the columns sid,objectId,displayName,samAccountName")
	}
	if err != nil {
		return nil, err
	}
	columns := make([]int, len(groupColumns))
	for i, want := range groupColumns {
		columns[i] = slices.IndexFunc(record, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), want) })
	}
	if columns[0] < 0 || columns[1] < 0 {
		return nil, fmt.Errorf("line 1: found the columns %s, expected sid,objectId,displayName,samAccountName", finding.Quote(finding.Shorten(strings.Join(record, ","), 100)))
	}
	return columns, nil
}

func (l *GroupList) add(record []string, columns []int, line int) error {
	cell := func(i int) string {
		if at := columns[i]; at >= 0 && at < len(record) {
			return strings.Clone(strings.TrimSpace(record[at]))
		}
		return ""
	}
	g := entra.Group{SID: strings.ToUpper(cell(0)), ObjectID: strings.ToLower(cell(1)), Name: cell(3)}
	switch {
	case g.SID == "":
		return nil // a group of the cloud alone
	case !sidForm.MatchString(g.SID):
		return fmt.Errorf("line %d: found the sid %s, expected the form S-1-5-21-…", line, finding.Quote(finding.Shorten(g.SID, 60)))
	case !guid.MatchString(g.ObjectID):
		return fmt.Errorf("line %d: found the objectId %s, expected a GUID", line, finding.Quote(finding.Shorten(g.ObjectID, 60)))
	}
	if known, ok := l.bySID[g.SID]; ok && known.ObjectID != g.ObjectID {
		return fmt.Errorf("line %d: the sid %s stands for the objectId %s and for %s, expected one", line, g.SID, known.ObjectID, g.ObjectID)
	}
	l.bySID[g.SID] = g
	for _, name := range []string{g.Name, cell(2)} {
		key := strings.ToLower(name)
		if other, taken := l.byName[key]; taken && other.SID != g.SID {
			l.byName[key] = entra.Group{} // of two groups, none
			continue
		}
		l.byName[key] = g
	}
	return nil
}

// withSID is the group of a SID, with all that is known of it.
func (l *GroupList) withSID(sid string) entra.Group {
	sid = strings.ToUpper(strings.Clone(sid))
	if l != nil {
		if g, ok := l.bySID[sid]; ok {
			return g
		}
	}
	return entra.Group{SID: sid}
}

// named is the group of a name, "Agents" or "CONTOSO\Agents".
func (l *GroupList) named(name string) entra.Group {
	if l != nil {
		short := name[strings.LastIndexByte(name, '\\')+1:]
		if g := l.byName[strings.ToLower(short)]; g.ObjectID != "" && short != "" {
			return g
		}
	}
	return entra.Group{Name: strings.Clone(name)}
}
