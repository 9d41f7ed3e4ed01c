package xmldsig

func (v *verifier) repair(s *Signature) {}
