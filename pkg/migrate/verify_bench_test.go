package migrate

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

func BenchmarkVerify(b *testing.B) {
	var names, rules []string
	for range 20 {
		names = append(names, "app")
		rules = append(rules, upnRule+query("first_name", "givenName")+query("aliases", "proxyAddresses")+query(entra.TypeRole, "tokenGroups"))
	}
	export := trustsOf(b, names, rules)
	b.SetBytes(int64(len(export)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Verify(adfs.Read(strings.NewReader(export), "rules.json", adfs.Limits{}), VerifyOptions{Generate: 30}); err != nil {
			b.Fatal(err)
		}
	}
}
