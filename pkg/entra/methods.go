package entra

import "strings"

// Method is a transformation, by the name that the portal has for it, without
// its parentheses.
type Method string

// The methods.
const (
	Join              Method = "Join"
	ExtractMailPrefix Method = "ExtractMailPrefix"
	ToLowercase       Method = "ToLowercase"
	ToUppercase       Method = "ToUppercase"
	Contains          Method = "Contains"
	StartsWith        Method = "StartWith"
	EndsWith          Method = "EndWith"
	Extract           Method = "Extract"
	ExtractAlpha      Method = "ExtractAlpha"
	ExtractNumber     Method = "ExtractNumeric"
	IfEmpty           Method = "IfEmpty"
	IfNotEmpty        Method = "IfNotEmpty"
	Substring         Method = "Substring"
	RegexReplace      Method = "RegexReplace"
	Trim              Method = "Trim"
)

// Parameter is the name of a parameter of a transformation, as a custom claims
// policy has it.
type Parameter string

// The parameters of transformations.
const (
	ParamInput2      Parameter = "input2"
	ParamSeparator   Parameter = "separator"
	ParamValue       Parameter = "value"
	ParamValue2      Parameter = "value2"
	ParamOutput      Parameter = "output"
	ParamType        Parameter = "type"
	ParamIndex       Parameter = "index"
	ParamLength      Parameter = "length"
	ParamRegex       Parameter = "regex"
	ParamReplacement Parameter = "replacement"
	ParamAttributes  Parameter = "additionalAttributes"
)

// MethodInfo says what is known of a method, by the resource pages of Microsoft
// Graph (beta) and "Customize SAML token claims".
type MethodInfo struct {
	Method Method
	// Custom is the type in a custom claims policy, without
	// "#microsoft.graph.".
	Custom string
	// Mapping is the TransformationMethod of a claims mapping policy; empty
	// where it has none.
	Mapping string
	// MappingInputs are the names of its inputs there, in lower case; none
	// where they are not documented.
	MappingInputs []string
	// Required and Optional are its parameters beside the input.
	Required, Optional []Parameter
	// Types are the values of the parameter type.
	Types []string
	// Test marks methods that give their output or nothing.
	Test bool
	// NameID marks those that a NameID can be made with in a claims mapping
	// policy.
	NameID bool
	// Unverified says what of it is not documented, so that no result can be
	// promised; empty where all is.
	Unverified string
}

// methods holds a row for each transformation.
var methods = []MethodInfo{
	{Method: Join, Custom: "joinTransformation", Mapping: "Join", MappingInputs: []string{"string1", "string2"}, Required: []Parameter{ParamInput2}, Optional: []Parameter{ParamSeparator}, NameID: true},
	{Method: ExtractMailPrefix, Custom: "extractMailPrefixTransformation", Mapping: "ExtractMailPrefix", MappingInputs: []string{"mail"}, NameID: true},
	{Method: ToLowercase, Custom: "toLowercaseTransformation", Mapping: "ToLowercase()"},
	{Method: ToUppercase, Custom: "toUppercaseTransformation", Mapping: "ToUppercase()"},
	{Method: Contains, Custom: "containsTransformation", Required: []Parameter{ParamValue, ParamOutput}, Test: true},
	{Method: StartsWith, Custom: "startsWithTransformation", Required: []Parameter{ParamValue, ParamOutput}, Test: true},
	{Method: EndsWith, Custom: "endsWithTransformation", Required: []Parameter{ParamValue, ParamOutput}, Test: true},
	{Method: Extract, Custom: "extractTransformation", Required: []Parameter{ParamType, ParamValue}, Optional: []Parameter{ParamValue2}, Unverified: "the words of its type (after, before or between) are not documented"},
	{Method: ExtractAlpha, Custom: "extractAlphaTransformation", Required: []Parameter{ParamType}, Types: []string{"prefix", "suffix"}},
	{Method: ExtractNumber, Custom: "extractNumberTransformation", Required: []Parameter{ParamType}, Types: []string{"prefix", "suffix"}},
	{Method: IfEmpty, Custom: "ifEmptyTransformation", Required: []Parameter{ParamOutput}, Test: true},
	{Method: IfNotEmpty, Custom: "ifNotEmptyTransformation", Required: []Parameter{ParamOutput}, Test: true},
	{Method: Substring, Custom: "substringTransformation", Required: []Parameter{ParamIndex}, Optional: []Parameter{ParamLength}},
	{Method: RegexReplace, Custom: "regexReplaceTransformation", Mapping: "RegexReplace()", Required: []Parameter{ParamRegex, ParamReplacement}, Optional: []Parameter{ParamAttributes}},
	{Method: Trim, Custom: "trimTransformation", Required: []Parameter{ParamType}, Optional: []Parameter{ParamValue}, Types: []string{"leading", "trailing", "leadingAndTrailing"}},
}

// MaxRegexAttributes is how many attributes RegexReplace can take beside its
// input.
const MaxRegexAttributes = 5

// Portal is the function as the portal shows it.
func (m MethodInfo) Portal() string { return string(m.Method) + "()" }

// methodIndex finds methods by their names in all forms, in lower case and
// without parentheses.
var methodIndex = func() map[string]MethodInfo {
	index := map[string]MethodInfo{}
	for _, m := range methods {
		for _, form := range []string{string(m.Method), m.Custom, strings.TrimSuffix(m.Custom, "Transformation"), m.Mapping} {
			if form != "" {
				index[strings.ToLower(strings.TrimSuffix(form, "()"))] = m
			}
		}
	}
	return index
}()

// LookupMethod finds a method by its name in any form, without regard to letter
// case.
func LookupMethod(name string) (MethodInfo, bool) {
	m, ok := methodIndex[strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(name, "#"+graphType), "()"))]
	return m, ok
}

const graphType = "microsoft.graph."
