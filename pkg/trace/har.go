package trace

import (
	"bufio"
)

func isHAR(head []byte) bool { return false }

func (c *collector) readHAR(src *bufio.Reader) error { return nil }
