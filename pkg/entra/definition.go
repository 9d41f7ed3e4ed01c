package entra

import "github.com/ssodoctor/ssodoctor/pkg/finding"

// Definition is what a policy says, value by value as it was written, so that
// slips can be shown where they stand. The part of the policy's kind is set,
// the others are nil; all are where the text cannot be read.
type Definition struct {
	Mapping  *MappingDefinition
	Custom   *CustomDefinition
	Issuance *IssuanceDefinition
	Lifetime *LifetimeDefinition
	// Unknown are the names of properties that such a policy does not have.
	Unknown []Text
	// Problems say why the text cannot be read.
	Problems []finding.Problem
}

// MappingDefinition is a claimsMappingPolicy.
type MappingDefinition struct {
	Version, IncludeBasicClaimSet          Text
	AudienceOverride, IssuerWithAppID      Text
	Claims                                 []MappedClaim // ClaimsSchema
	Transformations                        []MappedTransformation
	GroupMatch, GroupMatchType, GroupValue Text // GroupFilter
}

// MappedClaim is an entry of ClaimsSchema.
type MappedClaim struct {
	At                                            Place
	Source, ID, ExtensionID, Value                Text
	TransformationID, SAMLType, JWTType, NameForm Text
}

// MappedTransformation is an entry of ClaimsTransformations. What it takes and
// gives refers to entries of ClaimsSchema by their ID.
type MappedTransformation struct {
	At              Place
	ID, Method      Text
	Inputs, Outputs []MappedReference
	Parameters      []MappedParameter
}

// MappedReference is an entry of InputClaims or OutputClaims.
type MappedReference struct{ Claim, Type Text }

// MappedParameter is an entry of InputParameters.
type MappedParameter struct{ ID, Value Text }

// CustomDefinition is a customClaimsPolicy.
type CustomDefinition struct {
	IncludeBasicClaimSet, IncludeAppIDInIssuer Flag
	AudienceOverride                           Text
	Claims                                     []CustomClaim
}

// CustomClaim is a claim of a customClaimsPolicy.
type CustomClaim struct {
	At Place
	// Type is its @odata.type without "#microsoft.graph.": "customClaim" or
	// "samlNameIdClaim".
	Type                                      Text
	Name, Namespace, NameFormat, NameIDFormat Text
	TokenFormats                              List
	Configurations                            []CustomConfiguration
}

// CustomConfiguration is one source of a claim, with its condition.
type CustomConfiguration struct {
	At              Place
	UserType        Text
	Groups          List
	Attribute       *CustomAttribute // nil where it gives none
	Transformations []CustomTransformation
}

// CustomAttribute is a source of a value.
type CustomAttribute struct {
	At                      Place
	Type, ID, Source, Value Text
	Extension               Flag
}

// CustomTransformation is a transformation of a claim.
type CustomTransformation struct {
	At     Place
	Type   Text
	Inputs []*CustomAttribute // input, input2, output
	Regex  Text
}

// IssuanceDefinition is a tokenIssuancePolicy.
type IssuanceDefinition struct {
	Version, SigningAlgorithm, ResponseSigning, TokenVersion, EmitNameFormat Text
}

// LifetimeDefinition is a tokenLifetimePolicy.
type LifetimeDefinition struct {
	Version, AccessToken Text
	// Dead are the names of properties that Entra no longer honours.
	Dead []Text
}
