package entra

import "strings"

// UserAttribute is an attribute of the user that claims can be made of.
type UserAttribute struct {
	// ID is the attribute in a claims policy, without "user.": "mail".
	ID string
	// NameID tells whether a claims mapping policy takes it as the source of
	// the NameID.
	NameID bool
	// Several marks attributes with more than one value.
	Several bool
	// Note says what an administrator must know; may be empty.
	Note string
}

// sources holds the user attributes of "Claims mapping policy type", table
// "Valid ID values per Source", without the fifteen extension attributes.
var sources = []UserAttribute{
	{ID: "userprincipalname", NameID: true},
	{ID: "onpremisesuserprincipalname", Note: "only where users sign in with an alternate login ID"},
	{ID: "mail", NameID: true},
	{ID: "onpremisessamaccountname", NameID: true, Note: "guests and cloud users have none"},
	{ID: "employeeid", NameID: true},
	{ID: "telephonenumber", NameID: true},
	{ID: "objectid"}, {ID: pairwiseID, Note: "another value for each application"},
	{ID: "displayname"}, {ID: "givenname"}, {ID: "surname"},
	{ID: "department"}, {ID: "companyname"}, {ID: "jobtitle"}, {ID: "officelocation"},
	{ID: "mobilephone"}, {ID: "facsimiletelephonenumber"},
	{ID: "streetaddress"}, {ID: "city"}, {ID: "state"}, {ID: "postalcode"}, {ID: "country"},
	{ID: "preferredlanguage"}, {ID: "mailnickname"},
	{ID: "othermail", Several: true, Note: "one value is emitted"},
	{ID: "proxyaddresses", Several: true, Note: "values have the form SMTP:address"},
	{ID: "netbiosname"}, {ID: "dnsdomainname"}, {ID: "onpremisesdomainname"},
	{ID: "onpremisesecurityidentifier"}, {ID: "onpremisesimmutableid"}, {ID: "onpremisessyncenabled"},
	{ID: "assignedroles", Several: true},
	{ID: "accountenabled"}, {ID: "createddatetime"}, {ID: "creationtype"}, {ID: "consentprovidedforminor"},
	{ID: "lastpasswordchangedatetime"}, {ID: "preferreddatalocation"}, {ID: "usertype"},
}

// Sources lists the user attributes that claims can be made of, the extension
// attributes among them.
func Sources() []UserAttribute {
	list := append([]UserAttribute(nil), sources...)
	for _, n := range extensionNumbers {
		list = append(list, UserAttribute{ID: extensionAttribute + n, NameID: true})
	}
	return list
}

const (
	extensionAttribute = "extensionattribute"
	pairwiseID         = "pairwiseid"
)

var extensionNumbers = strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15")

// sourceIndex finds sources by their IDs.
var sourceIndex = func() map[string]UserAttribute {
	index := map[string]UserAttribute{}
	for _, s := range Sources() {
		index[s.ID] = s
	}
	return index
}()

// LookupSource finds a source by its ID, with or without "user.", without
// regard to letter case.
func LookupSource(id string) (UserAttribute, bool) {
	s, ok := sourceIndex[strings.TrimPrefix(strings.ToLower(id), userSource)]
	return s, ok
}
