package write

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

const terraformFactsFile = "testdata/azuread.json"

// terraformFacts are names and types of the azuread provider (hashicorp/azuread,
// terraform providers schema), by "resource NAME" and "data NAME".
type terraformFacts map[string]terraformBlock

type terraformBlock struct {
	// Arguments says of each its type ("string", "list", …), with "!" where it
	// is required and "?" where it can be set.
	Arguments map[string]string `json:"arguments"`
	Blocks    map[string]nested `json:"blocks,omitempty"`
}

type nested struct {
	Min   int            `json:"min,omitempty"`
	Max   int            `json:"max,omitempty"`
	Block terraformBlock `json:"block"`
}

type providerBlock struct {
	Attributes map[string]struct {
		Type               json.RawMessage
		Required, Optional bool
	}
	BlockTypes map[string]struct {
		Block    providerBlock
		MinItems int `json:"min_items"`
		MaxItems int `json:"max_items"`
	} `json:"block_types"`
}

// usedResources are those that the output holds.
var usedResources = []string{
	"azuread_application", "azuread_service_principal", "azuread_service_principal_token_signing_certificate", "azuread_claims_mapping_policy",
	"azuread_service_principal_claims_mapping_policy_assignment", "azuread_app_role_assignment", "azuread_conditional_access_policy",
}

func makeTerraformFacts(t *testing.T) any {
	type schema map[string]struct{ Block providerBlock }
	all := loadFacts[struct {
		Resources schema `json:"resource_schemas"`
		Data      schema `json:"data_source_schemas"`
	}](t, filepath.Join(reference, "azuread-provider-schema.json"))
	facts := terraformFacts{"data azuread_application_template": blockFacts(all.Data["azuread_application_template"].Block)}
	for _, name := range usedResources {
		facts["resource "+name] = blockFacts(all.Resources[name].Block)
	}
	return facts
}

func blockFacts(b providerBlock) terraformBlock {
	out := terraformBlock{Arguments: map[string]string{}, Blocks: map[string]nested{}}
	for name, a := range b.Attributes {
		kind := strings.Trim(strings.SplitN(strings.Trim(string(a.Type), "[]"), ",", 2)[0], "\" \n")
		switch {
		case a.Required:
			kind += "!"
		case a.Optional:
			kind += "?"
		}
		out.Arguments[name] = kind
	}
	for name, n := range b.BlockTypes {
		out.Blocks[name] = nested{n.MinItems, n.MaxItems, blockFacts(n.Block)}
	}
	return out
}
