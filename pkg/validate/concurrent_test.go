package validate

import (
	"reflect"
	"sync"
	"testing"
)

// TestConcurrentUse holds that captures and files can be judged side by side:
// what is made at first use is made once. The race detector watches.
func TestConcurrentUse(t *testing.T) {
	captures, expect, clock := newScene().captures(t), newScene().expect, newScene().clock
	report, lint := Examine(captures, expect, clock), newRepository().lint()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := Examine(newScene().captures(t), expect, clock); !reflect.DeepEqual(got.Findings, report.Findings) {
				t.Errorf("%d findings beside others, %d alone", len(got.Findings), len(report.Findings))
			}
			if got := newRepository().lint(); !reflect.DeepEqual(got.Findings, lint.Findings) {
				t.Errorf("%d findings in files beside others, %d alone", len(got.Findings), len(lint.Findings))
			}
		})
	}
	all.Wait()
}
