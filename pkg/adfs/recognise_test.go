package adfs

import "testing"

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		what, head string
		want       bool
	}{
		{"CLIXML", `<Objs Version="1.1.0.1"><Obj RefId="0"><TN RefId="0"><T>Microsoft.IdentityServer.Management.Resources.RelyingPartyTrust</T>`, true},
		{"CLIXML of something else", `<Objs Version="1.1.0.1"><Obj RefId="0"><TN RefId="0"><T>System.Diagnostics.Process</T>`, false},
		{"JSON", `[{"Name": "HaloITSM", "EncryptClaims": false`, true},
		{"JSON of something else", `{"name": "halo", "version": "1.0.0"}`, false},
		{"CSV", `"Name","Enabled","IssuanceTransformRules"`, true},
		{"CSV of something else", "Name,Enabled\nada,true\n", false},
		{"Format-List", "Name : HaloITSM\nEnabled : True\nIssuanceTransformRules : ", true},
		{"metadata", `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="EncryptClaims">`, false},
		{"nothing", "", false},
	} {
		if got := Recognise([]byte(c.head)); got != c.want {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}
