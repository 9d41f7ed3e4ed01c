package export

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// CheckTooLarge is the name of the check that tells of what was left out.
const CheckTooLarge = "input-too-large"

// The memory that the model of an export may take, in bytes: real exports take
// less than their own size, and objects of hardly any text far more.
const (
	leastMemory   = 32 << 20
	memoryPerByte = 10
)

// What the values of an export take in the model, in bytes, at most.
const (
	objectMemory   = 640  // of a key, a role, a claim, an assignment
	valueMemory    = 80   // of a text
	resourceMemory = 1536 // of an application, beyond those
)

// budget is what the model of one file may still take.
type budget struct {
	spent, kept, dropped int
}

// afford reports whether a resource at the top of the file is to be kept. The
// first that is too much ends it: what is kept are the first of the file.
func (r *reader) afford(n *node) bool {
	if r.dropped == 0 {
		r.spent += resourceMemory + memory(n)
	}
	if r.spent > leastMemory+memoryPerByte*len(r.data) {
		r.dropped++
		return false
	}
	r.kept++
	return true
}

// memory is what an object takes in the model. Texts can hold objects of their
// own, as the definitions of policies do.
func memory(n *node) int {
	sum := valueMemory + objectMemory*strings.Count(n.text, "{")
	if n.kind == kindObject {
		sum += objectMemory
	}
	for _, item := range n.items {
		sum += memory(item)
	}
	for _, m := range n.members {
		sum += memory(m.value)
	}
	return sum
}

// settle tells what was left out.
func (r *reader) settle() {
	if r.dropped > 0 {
		r.file.Problems = append(r.file.Problems, finding.Problem{Check: CheckTooLarge, Severity: finding.Error,
			Detail: fmt.Sprintf("the objects of the export hold more values than real ones: the first %d of %d are judged, the rest is not; export fewer applications at a time", r.kept, r.kept+r.dropped)})
	}
}
