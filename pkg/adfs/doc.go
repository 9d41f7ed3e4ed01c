// Package adfs is the AD FS side: it reads exports of relying party trusts as
// administrators have them and makes one [RelyingParty] of each, whatever the
// format. Nothing is dropped in silence: properties that are not known are
// kept, what a format or its settings lost is reported, and one damaged trust
// hides no other.
//
// Exports are read as streams: memory follows the largest object, not the
// file. All places are offsets, lines and columns in the text of the export as
// UTF-8 without its byte order mark, so that an error in a claim rule can name
// the place in the file that holds the rule.
package adfs
