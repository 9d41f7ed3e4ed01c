package entra

import "testing"

// manyClaims are claims of all kinds that an application of size has.
func manyClaims() *Claims {
	c := &Claims{NameID: NameID{Format: "emailAddress", Configurations: []Configuration{when(AttributeSource("mail"))}}, Groups: GroupClaim{Emit: SecurityGroups, Format: "sam_account_name"}}
	for _, row := range configured {
		if row.name != "slow expression" {
			c.Claims = append(c.Claims, Claim{Name: row.name, Configurations: row.list})
		}
	}
	return c
}

func BenchmarkEvaluate(b *testing.B) {
	e, user := NewEvaluator(manyClaims(), nil), ada()
	b.ReportAllocs()
	for b.Loop() {
		e.Evaluate(user)
	}
}

func BenchmarkDecodeCustomClaims(b *testing.B) {
	body, _ := EncodeCustomClaims(manyClaims())
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		DecodeCustomClaims(body)
	}
}
