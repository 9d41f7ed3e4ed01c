// Package adfstest generates exports of AD FS for tests: one farm, written as
// Export-Clixml, ConvertTo-Json, Export-Csv and Format-List would write it.
package adfstest

// Value is a value of PowerShell: one of the types below.
type Value interface{ isValue() }

// The simple values. Time is an xs:dateTime in UTC.
type (
	Null   struct{}
	String string
	URI    string
	Bool   bool
	Int    int
	Time   string
)

// Enum is a value of an enumeration.
type Enum struct {
	Type, Name string
	Number     int
}

// List is an array or collection.
type List struct {
	Type  string
	Items []Value
}

// Entry is an entry of a dictionary, or a property.
type Entry struct {
	Key   string
	Value Value
}

// Dict is a hashtable or dictionary.
type Dict struct {
	Type    string
	Entries []Entry
}

// Certificate is an X509Certificate2, as DER.
type Certificate []byte

// Object is an object with its properties, in order. Text is what ToString
// gives; the type where it is empty.
type Object struct {
	Type       string
	Text       string
	Properties []Entry
}

func (Null) isValue()        {}
func (String) isValue()      {}
func (URI) isValue()         {}
func (Bool) isValue()        {}
func (Int) isValue()         {}
func (Time) isValue()        {}
func (Enum) isValue()        {}
func (List) isValue()        {}
func (Dict) isValue()        {}
func (Certificate) isValue() {}
func (*Object) isValue()     {}

// toString is what .NET gives for a value that is not written out.
func toString(v Value) string {
	switch v := v.(type) {
	case String:
		return string(v)
	case URI:
		return string(v)
	case Time:
		return string(v)
	case Bool:
		if v {
			return "True"
		}
		return "False"
	case Int:
		return itoa(int(v))
	case Enum:
		return v.Name
	case List:
		return v.Type
	case Dict:
		return v.Type
	case Certificate:
		return certificateText
	case *Object:
		if v.Text != "" {
			return v.Text
		}
		return v.Type
	}
	return ""
}

// certificateText stands for the description of a certificate.
const certificateText = "[Subject]\r\n  CN=app.contoso.com\r\n\r\n[Issuer]\r\n  CN=app.contoso.com\r\n\r\n[Thumbprint]\r\n  00112233\r\n"

// Set puts a value in the place of a property, or adds it.
func (o *Object) Set(name string, v Value) *Object {
	for i := range o.Properties {
		if o.Properties[i].Key == name {
			o.Properties[i].Value = v
			return o
		}
	}
	o.Properties = append(o.Properties, Entry{name, v})
	return o
}
