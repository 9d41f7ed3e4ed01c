// Package entra is the Microsoft Entra ID side: which attributes and claims an
// enterprise application can emit, which claim types Entra keeps for itself,
// and what it accepts as identifiers and addresses. All of it is data, from
// Microsoft Learn: "Claims mapping policy type", "Customize claims issued in
// the SAML token", "Attributes synchronized by Microsoft Entra Connect",
// "Configure group claims", "Redirect URI restrictions".
package entra
