package trace

// Written is one sign-in in the file of one producer, for tests of what is made
// of it; Flow says that it has the exchanges with their responses, Timed that
// it has their times.
type Written struct {
	Name, File  string
	Flow, Timed bool
}

// WrittenSignIns are the same sign-in by every writer; the first is a HAR.
func WrittenSignIns() []Written {
	out := []Written{{"HAR", writeHAR(0, signIn()), true, true}}
	for _, w := range writtenSignIns() {
		out = append(out, Written{w.name, w.file, w.flow, w.timed})
	}
	return out
}

// SignInExports are the same rows of a sign-in log in the shapes of its exports.
func SignInExports() map[string]string { return signInExports() }
