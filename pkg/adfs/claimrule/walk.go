package claimrule

// Walk calls visit for the node and then, where visit returns true, for all
// nodes in it in the order of the text. It does not enter rules that are Bad,
// whose parts are not complete.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	switch n := n.(type) {
	case *RuleSet:
		walkAll(n.Rules, visit)
	case *Rule:
		if n.Bad {
			return
		}
		walkAll(n.Annotations, visit)
		walkAll(n.Conditions, visit)
		Walk(n.Body, visit)
	case *Annotation:
		Walk(n.Name, visit)
		Walk(n.Value, visit)
	case *Selector:
		if n.Tag != nil {
			Walk(n.Tag, visit)
		}
		walkAll(n.Matches, visit)
	case *Exists:
		Walk(n.Claims, visit)
	case *Count:
		Walk(n.Claims, visit)
		Walk(n.Number, visit)
	case *Match:
		Walk(n.Property, visit)
		Walk(n.Value, visit)
	case *Property:
		if n.Key != nil {
			Walk(n.Key, visit)
		}
	default:
		walkBody(n, visit)
	}
}

func walkBody(n Node, visit func(Node) bool) {
	switch n := n.(type) {
	case *Copy:
		Walk(n.Tag, visit)
	case *New:
		walkAll(n.Assignments, visit)
	case *Assignment:
		Walk(n.Property, visit)
		Walk(n.Value, visit)
	case *Query:
		Walk(n.Store, visit)
		walkAll(n.Types, visit)
		Walk(n.Query, visit)
		walkAll(n.Params, visit)
	case *Ref:
		Walk(n.Tag, visit)
		Walk(n.Property, visit)
	case *Call:
		Walk(n.Func, visit)
		walkAll(n.Args, visit)
	case *Concat:
		walkAll(n.Terms, visit)
	}
}

func walkAll[N Node](list []N, visit func(Node) bool) {
	for _, n := range list {
		Walk(n, visit)
	}
}
