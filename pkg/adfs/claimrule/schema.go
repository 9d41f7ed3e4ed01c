package claimrule

import "strings"

// singleAttributes are the attributes of a user of which Active Directory's
// schema, or its account manager, allows one value: [MS-ADA1], [MS-ADA2],
// [MS-ADA3]. Those of Exchange are among them. Others can have several values.
var singleAttributes = func() map[string]string {
	m := map[string]string{}
	for name := range strings.FieldsSeq(`accountExpires assistant c cn co comment company countryCode department description
		displayName displayNamePrintable distinguishedName division employeeID employeeNumber employeeType
		facsimileTelephoneNumber generationQualifier givenName homeDirectory homeDrive homePhone info initials ipPhone l
		lastLogon lastLogonTimestamp legacyExchangeDN lockoutTime logonCount mail mailNickname manager middleName mobile
		mS-DS-ConsistencyGuid msDS-PrincipalName msExchMailboxGuid name objectGUID objectSid pager personalTitle
		physicalDeliveryOfficeName postalCode preferredLanguage primaryGroupID primaryTelexNumber profilePath pwdLastSet
		sAMAccountName sAMAccountType scriptPath sn st street streetAddress targetAddress telephoneNumber
		thumbnailPhoto title uidNumber gidNumber unixHomeDirectory loginShell userAccountControl userPrincipalName
		uSNChanged uSNCreated whenChanged whenCreated wWWHomePage
		extensionAttribute1 extensionAttribute2 extensionAttribute3 extensionAttribute4 extensionAttribute5
		extensionAttribute6 extensionAttribute7 extensionAttribute8 extensionAttribute9 extensionAttribute10
		extensionAttribute11 extensionAttribute12 extensionAttribute13 extensionAttribute14 extensionAttribute15
		msDS-cloudExtensionAttribute1 msDS-cloudExtensionAttribute2 msDS-cloudExtensionAttribute3 msDS-cloudExtensionAttribute4
		msDS-cloudExtensionAttribute5 msDS-cloudExtensionAttribute6 msDS-cloudExtensionAttribute7 msDS-cloudExtensionAttribute8
		msDS-cloudExtensionAttribute9 msDS-cloudExtensionAttribute10 msDS-cloudExtensionAttribute11 msDS-cloudExtensionAttribute12
		msDS-cloudExtensionAttribute13 msDS-cloudExtensionAttribute14 msDS-cloudExtensionAttribute15 msDS-cloudExtensionAttribute16
		msDS-cloudExtensionAttribute17 msDS-cloudExtensionAttribute18 msDS-cloudExtensionAttribute19 msDS-cloudExtensionAttribute20`) {
		m[strings.ToLower(name)] = name
	}
	return m
}()

// SingleAttribute tells whether Active Directory allows one value at most of an
// attribute of users; letter case of the name does not count.
func SingleAttribute(name string) bool {
	_, single := singleAttributes[strings.ToLower(name)]
	return single
}

// alwaysAttributes are those that every user has.
var alwaysAttributes = map[string]bool{"samaccountname": true, "objectsid": true}

// directorySource describes the values of an attribute.
func directorySource(name string) *Source {
	key := strings.ToLower(name)
	s := &Source{Kind: DirectoryValues, Name: orElse(singleAttributes[key], name), Single: SingleAttribute(name), Always: alwaysAttributes[key]}
	base, form, formed := strings.Cut(strings.TrimSuffix(key, ")"), "(")
	if base == "tokengroups" {
		s.GroupForm = tokenGroupForms[0]
		if formed {
			s.GroupForm = form
		}
	}
	return s
}

// accountAttribute stands for DOMAIN\sAMAccountName.
const accountAttribute = "msDS-PrincipalName"

// derivedSources are the claims that AD FS derives from the directory, see
// [User.Incoming], and whether the request came from inside.
var derivedSources = []Source{
	{Kind: IncomingClaims, Name: TypeWindowsAccount, Single: true, Always: true, Attribute: accountAttribute},
	{Kind: IncomingClaims, Name: TypeName, Single: true, Always: true, Attribute: accountAttribute},
	{Kind: IncomingClaims, Name: TypeUPN, Single: true, Attribute: "userPrincipalName"},
	{Kind: IncomingClaims, Name: TypePrimarySID, Single: true, Always: true, Attribute: "objectSid"},
	{Kind: IncomingClaims, Name: TypeGroupSID, GroupForm: "sid"},
	{Kind: IncomingClaims, Name: TypeInsideNetwork, Single: true},
}

// isDerived tells whether claims of the type have a source of their own.
func isDerived(claimType string) bool {
	for i := range derivedSources {
		if derivedSources[i].Name == claimType {
			return true
		}
	}
	return false
}
