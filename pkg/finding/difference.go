package finding

// Difference says how two values differ: a comma-joined subset, in this order,
// of "trailing slash", "letter case", "scheme", "port", "host", "path",
// "query", "white space", "percent-encoding", "look-alike", "other"; empty
// where they are equal or there is nothing to compare.
type Difference string
