package trace

import "net/url"

// resolveURL gives the address that a form or redirect goes to.
func resolveURL(base, reference string) string {
	if reference == "" {
		return base
	}
	b, err := url.Parse(base)
	if err != nil || base == "" {
		return reference
	}
	r, err := b.Parse(reference)
	if err != nil {
		return reference
	}
	return r.String()
}

func (c *collector) hosts() []string {
	var out []string
	seen := map[string]bool{}
	for _, e := range c.capture.Exchanges {
		u, err := url.Parse(e.URL)
		if err != nil || u.Host == "" || seen[u.Host] {
			continue
		}
		seen[u.Host] = true
		if out = append(out, u.Host); len(out) == 10 {
			break
		}
	}
	return out
}

func (c *collector) reportNotSAML() {}
