package validate

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func isMetadata(f *file) bool {
	root := f.root()
	return root == "EntityDescriptor" || root == "EntitiesDescriptor"
}

// The bounds of metadata, far beyond what the largest federations and products
// publish: a federation of federations has some ten thousand entities, an entity
// some hundred elements.
const (
	maxEntities       = 50_000
	maxEntityElements = 20_000
)

// metadataLimits are those of a file of a size. Real metadata has some hundred
// bytes an element; what has many more elements than that would take far more
// memory than its size tells.
func metadataLimits(size int) xmldoc.Limits {
	const least, bytesEach = 200_000, 48
	return xmldoc.Limits{Bytes: maxLintFile, Elements: least + size/bytesEach}
}

var downloadMetadata = finding.Fix{System: finding.App, Place: "the page or address that the metadata is from", Action: "download the metadata again, and do not edit the file"}

// readMetadata judges every entity of a metadata file, and its certificates.
func (l *linter) readMetadata(f *file) error {
	data, err := f.read()
	if err != nil {
		return err
	}
	at := subject{input: f.name}
	doc, err := xmldoc.Parse(data, metadataLimits(len(data)))
	var syntax *xmldoc.SyntaxError
	if errors.As(err, &syntax) {
		l.relay(at, []finding.Problem{{Check: syntax.Check, Detail: "the metadata cannot be read as XML: " + syntax.Error(), Location: finding.Location{Span: syntax.Span}}}, downloadMetadata)
		l.relay(at, f.nameless())
		return nil
	}
	if err != nil {
		return err
	}
	at.doc = doc
	l.relay(at, doc.Problems)
	l.judgeEntities(at)
	return nil
}

// judgeEntities judges the entities of a document one by one, and lets go of
// each.
func (l *linter) judgeEntities(at subject) {
	var first *saml.Metadata
	var alone *entity
	count := 0
	for m := range saml.Entities(at.doc, maxEntityElements) {
		if first == nil {
			first = m
		}
		if count++; count > maxEntities {
			l.tooLarge(at, fmt.Sprintf("the metadata describes more than %d entities: the first %d are judged, the rest is not", maxEntities, maxEntities), m)
			break
		}
		if m.Oversized {
			l.tooLarge(at, fmt.Sprintf("%s has more than %d elements, expected some hundred: it is not judged", entityName(m), maxEntityElements), m)
			continue
		}
		if at.signatures == nil && signatureOf(m) != nil {
			at.signatures = l.metadataSignatures(at, first.EntityID.Value)
		}
		alone = l.judgeEntity(at, m)
	}
	if count == 1 && alone != nil && len(l.apps) == 0 && len(l.users[at.input]) == 0 {
		l.summaries[at.input] = []*entity{alone}
	}
}

// judgeEntity judges an entity and its certificates, and gives what is compared
// with others. It is kept where an app names the file.
func (l *linter) judgeEntity(at subject, m *saml.Metadata) *entity {
	e := summarise(at.input, at.doc, m)
	inspect(l, at, e, func(s *lints) func(*inspection, *entity) { return s.entity })
	if len(l.users[at.input]) > 0 {
		l.summaries[at.input] = append(l.summaries[at.input], e)
	}
	at.roles = m.AllRoles()
	inspect(l, at, m, func(s *lints) func(*inspection, *saml.Metadata) { return s.metadata })
	l.metadataCertificates(at, m)
	return e
}

// tooLarge says that a part of metadata was not judged for its size.
func (l *linter) tooLarge(at subject, detail string, m *saml.Metadata) {
	l.relay(at, []finding.Problem{{Check: "input-too-large", Detail: detail, Location: elementLocation(at.doc, m.Element)}}, downloadMetadata)
}

// nameless says of metadata that cannot be read that its first tag already
// lacks the entity ID.
func (f *file) nameless() []finding.Problem {
	start := firstElement.FindIndex(f.head)
	if start == nil || f.root() != "EntityDescriptor" {
		return nil
	}
	tag, _, whole := bytes.Cut(f.head[start[1]:], []byte(">"))
	if !whole || bytes.Contains(tag, []byte("entityID")) {
		return nil
	}
	return []finding.Problem{{Check: "metadata-entity-id-invalid", Detail: "the EntityDescriptor has no entityID"}}
}
