package xmldsig

// RiskNames lists the names of all risks.
func RiskNames() (names []string) {
	for _, r := range risks {
		names = append(names, r.Name)
	}
	return names
}
