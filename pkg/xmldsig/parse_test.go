package xmldsig

import (
	"testing"

	"github.com/beevik/etree"
)

func parse(t testing.TB, source string) *etree.Document {
	t.Helper()
	doc := etree.NewDocument()
	doc.ReadSettings.PreserveCData = true
	if err := doc.ReadFromString(source); err != nil {
		t.Fatal(err)
	}
	return doc
}
