package config

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// SchemaURL is where editors find the JSON Schema of ssodoctor.yaml.
const SchemaURL = "https://raw.githubusercontent.com/ssodoctor/ssodoctor/main/docs/schema/ssodoctor.schema.json"

// Starter is what is known of the apps of a new configuration. Names of files
// are relative to where it is to stand.
type Starter struct{ Apps []StarterApp }

// StarterApp is one app of a [Starter]. What is empty is left for a person to
// fill in, with a comment that says what belongs there; Places say where the
// app shows it, by key ("issuer").
type StarterApp struct {
	Name, Profile                 string
	IdPMetadata, SPMetadata       string
	EntityID                      string
	ReplyURLs, Certificates       []string
	Application, ServicePrincipal string
	ClaimsPolicy, Assignments     string
	ConditionalAccess             []string
	Places                        map[string]string
}

// YAML writes the configuration. It reads back without a problem as long as
// the files are there.
func (s Starter) YAML() ([]byte, error) {
	apps := &yaml.Node{Kind: yaml.SequenceNode}
	for _, a := range s.Apps {
		apps.Content = append(apps.Content, a.node())
	}
	root := &yaml.Node{Kind: yaml.MappingNode, HeadComment: "yaml-language-server: $schema=" + SchemaURL}
	add(root, "version", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: "1"}, "")
	add(root, "apps", apps, "")
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

func (a *StarterApp) node() *yaml.Node {
	n, idp, app, entra := mappingNode(), mappingNode(), mappingNode(), mappingNode()
	add(n, "name", scalar(a.Name), "")
	if a.Profile != "" {
		add(n, "profile", scalar(a.Profile), "")
	}
	add(idp, "metadata", scalar(a.IdPMetadata), missing(a.IdPMetadata, "the file with the metadata of the identity provider"))
	if a.SPMetadata != "" {
		add(app, "metadata", scalar(a.SPMetadata), "")
	}
	add(app, "entity-id", scalar(a.EntityID), missing(a.EntityID, a.at("entity-id", "Identifier (Entity ID)")))
	add(app, "reply-urls", list(a.ReplyURLs), missing(first(a.ReplyURLs), a.at("reply-urls", "Reply URLs (ACS)")))
	add(app, "issuer", scalar(""), a.at("issuer", "the issuer (Entity ID of the identity provider)"))
	add(app, "sso-url", scalar(""), a.at("sso-url", "the login URL of the identity provider"))
	add(app, "certificates", list(a.Certificates), missing(first(a.Certificates), a.at("certificates", "the certificate of the identity provider: a file, or its thumbprint")))
	add(n, "idp", idp, "")
	add(n, "app", app, "")
	for _, row := range []struct{ key, value string }{
		{"application", a.Application}, {"service-principal", a.ServicePrincipal}, {"claims-policy", a.ClaimsPolicy}, {"assignments", a.Assignments},
	} {
		if row.value != "" {
			add(entra, row.key, scalar(row.value), "")
		}
	}
	if len(a.ConditionalAccess) > 0 {
		add(entra, "conditional-access", list(a.ConditionalAccess), "")
	}
	if len(entra.Content) > 0 {
		add(n, "entra", entra, "")
	}
	return n
}

// at says what of the app's own settings belongs to a key.
func (a *StarterApp) at(key, what string) string {
	text := "as the app shows it: " + what
	if place := a.Places[key]; place != "" {
		text += " (" + place + ")"
	}
	return text
}

// missing is the comment for a value, none where it is there.
func missing(value, comment string) string {
	if value != "" {
		return ""
	}
	return comment
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func mappingNode() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func scalar(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	if s == "" {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func list(values []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, v := range values {
		n.Content = append(n.Content, scalar(v))
	}
	return n
}

func add(to *yaml.Node, key string, value *yaml.Node, comment string) {
	value.LineComment = comment
	to.Content = append(to.Content, scalar(key), value)
}
