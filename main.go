// Command ssodoctor tells why a SAML sign-in fails and which field to change.
package main

import "github.com/ssodoctor/ssodoctor/cmd"

//go:generate go run ./internal/gen checks docs/checks
//go:generate go run ./internal/gen samples testdata/samples
//go:generate go run ./internal/gen schema docs/schema

func main() { cmd.Main() }
