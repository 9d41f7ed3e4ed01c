package validate

import (
	"slices"
	"time"
)

// Rules that many stacks share.
var (
	asResponse = []rule{{wellFormed, ""}, {aResponse, ""}, {version20, ""}, {success, ""}}
	asSigned   = []rule{{somethingSaid, ""}, {ownReference, ""}, {notWrapped, ""}, {digestFits, ""}, {valueFits, ""}, {trustedSigner, ""}}
	inWindow   = []rule{{begun, ""}, {notEnded, ""}}
)

// stacks are the rules of each stack in the order in which it looks. Sources:
// the code of each at the version named, its defaults where it has settings.
var stacks = []*Stack{
	{
		Name: "python3-saml", Title: "python3-saml 1.16 (strict)", Skew: 5 * time.Minute,
		rules: []rule{
			{wellFormed, "INVALID_XML_FORMAT"}, {version20, "UNSUPPORTED_SAML_VERSION"}, {hasStatus, "MISSING_STATUS"}, {success, "STATUS_CODE_IS_NOT_SUCCESS"},
			{oneAssertion, "WRONG_NUMBER_OF_ASSERTIONS"}, {uniqueIDs, "DUPLICATED_ID_IN_SIGNED_ELEMENTS"}, {ownReference, "INVALID_SIGNED_ELEMENT"}, {notWrapped, "UNEXPECTED_SIGNED_ELEMENTS"},
			{schemaOrder, "INVALID_XML_FORMAT"}, {answersRequest, "WRONG_INRESPONSETO"}, {oneConditions, "MISSING_CONDITIONS"},
			{begun, "ASSERTION_TOO_EARLY"}, {notEnded, "ASSERTION_EXPIRED"}, {oneSignIn, "WRONG_NUMBER_OF_AUTHSTATEMENTS"}, {contextAsked, "AUTHN_CONTEXT_MISMATCH"},
			{hasClaims, "NO_ATTRIBUTESTATEMENT"}, {plainClaims, "ENCRYPTED_ATTRIBUTES"}, {nonEmptyDest, "EMPTY_DESTINATION"}, {destinationPrefix, "WRONG_DESTINATION"},
			{forThisApp, "WRONG_AUDIENCE"}, {knownIssuer, "WRONG_ISSUER"}, {sessionLasts, "SESSION_EXPIRED"},
			{bearer, "WRONG_SUBJECTCONFIRMATION"}, {recipientWithin, "WRONG_SUBJECTCONFIRMATION"}, {confirmedInTime, "WRONG_SUBJECTCONFIRMATION"},
			{wantedParts, "NO_SIGNED_MESSAGE or NO_SIGNED_ASSERTION"}, {somethingSaid, "NO_SIGNATURE_FOUND"},
			{digestFits, "INVALID_SIGNATURE"}, {valueFits, "INVALID_SIGNATURE"}, {trustedSigner, "INVALID_SIGNATURE"},
			{hasNameID, "NO_NAMEID"}, {filledNameID, "EMPTY_NAMEID"}, {claimsOnce, "DUPLICATED_ATTRIBUTE_NAME_FOUND"},
		},
	},
	{
		Name: "ruby-saml", Title: "ruby-saml 1.18", Skew: NoSkew,
		rules: []rule{
			{below250KB, "Encoded SAML Message exceeds"}, {noDoctype, "Dangerous XML detected. No Doctype nodes allowed"}, {wellFormed, "Invalid SAML Response. Not match the saml-schema"},
			{version20, "Unsupported SAML version"}, {success, "The status code of the Response was not Success"}, {oneAssertion, "SAML Response must contain 1 assertion"},
			{uniqueIDs, "Duplicated ID. Not valid SAML Response"}, {ownReference, "Found an invalid Signed Element. SAML Response rejected"}, {notWrapped, "Invalid Signature Element"},
			{schemaOrder, "Invalid SAML Response. Not match the saml-schema"}, {answersRequest, "The InResponseTo of the Response is not the expected one"},
			{oneConditions, "The Assertion must include one Conditions element"}, {begun, "Current time is earlier than NotBefore condition"}, {notEnded, "Current time is on or after NotOnOrAfter condition"},
			{oneSignIn, "The Assertion must include one AuthnStatement element"}, {forThisApp, "Invalid Audience"}, {nonEmptyDest, "The response has an empty Destination value"}, {destination, "The response was received at another URL than Destination"},
			{knownIssuer, "Doesn't match the issuer"}, {sessionLasts, "The attributes have expired, based on the SessionNotOnOrAfter"},
			{bearer, "A valid SubjectConfirmation was not found"}, {recipient, "A valid SubjectConfirmation was not found"}, {confirmedInTime, "A valid SubjectConfirmation was not found"},
			{hasNameID, "No NameID element found in the assertion"}, {filledNameID, "An empty NameID value found"},
			{somethingSaid, "Found an unexpected number of Signature Element"}, {digestFits, "Digest mismatch"}, {valueFits, "Key validation error"}, {trustedSigner, "Fingerprint mismatch"},
		},
	},
	{
		Name: "node-saml", Title: "node-saml 5.1 (passport-saml)", Skew: NoSkew,
		Note: "it does not look at Destination, Recipient and Issuer",
		rules: slices.Concat([]rule{{wellFormed, ""}, {fewTransforms, "Invalid signature"}, {uniqueIDs, "Invalid signature"}, {success, "SAML provider returned an error"},
			{signedResponse, "wantAuthnResponseSigned: Invalid document signature"}, {oneAssertion, "Invalid SAML response"}, {signedAssertion, "wantAssertionsSigned: Invalid signature"}},
			asSigned, []rule{{confirmedInTime, "No valid subject confirmation found"}, {atMostOneWindow, "Unable to process multiple conditions"},
				{begun, "SAML assertion not yet valid"}, {notEnded, "SAML assertion expired: clocks skewed too much"},
				{hasAudience, "SAML assertion has no AudienceRestriction"}, {forThisApp, "SAML assertion audience mismatch"}}),
	},
	{
		Name: "crewjam", Title: "crewjam/saml 0.5.1", Skew: 3 * time.Minute,
		rules: []rule{
			{wellFormed, "cannot unmarshal response"}, {destinationSet, "Destination does not match ACS URL"}, {destination, "Destination does not match ACS URL"},
			{solicited, "InResponseTo does not match any of the possible request IDs"}, {answersRequest, "InResponseTo does not match any of the possible request IDs"},
			{within90s, "response IssueInstant expired"}, {knownIssuer, "response Issuer does not match the IDP metadata"}, {success, "bad status"}, {someAssertion, "expected at least one valid Assertion"},
			{somethingSaid, "either the Response or Assertion must be signed"}, {notWrapped, "cannot validate signature"}, {goxmldsig, "cannot validate signature"}, {trustedSigner, "cannot validate signature"}, {validCertificate, "Cert is not valid at this time"},
			{hasSubject, "assertion invalid"}, {recipient, "SubjectConfirmation Recipient is not the ACS URL"}, {endGiven, "SubjectConfirmationData is expired"}, {confirmedInTime, "SubjectConfirmationData is expired"},
			{begun, "Conditions is not yet valid"}, {notEnded, "Conditions is expired"}, {forThisApp, "Conditions AudienceRestriction does not contain the entity ID"},
		},
	},
	{
		Name: "gosaml2", Title: "gosaml2 0.10", Skew: NoSkew,
		Note: "it gives window and audience only as warnings that the app has to look at",
		rules: []rule{
			{wellFormed, ""}, {version20, "unsupported SAML version"}, {somethingSaid, "response and/or assertions must be signed"}, {notWrapped, "invalid signature"}, {goxmldsig, "error validating response"}, {trustedSigner, "could not verify certificate against trusted certs"}, {validCertificate, "Cert is not valid at this time"},
			{destination, "unrecognized Destination value"}, {knownIssuer, "unrecognized Issuer value"}, {success, "unrecognized StatusCode value"}, {someAssertion, "missing Assertion element"},
			{hasSubject, "missing Subject element"}, {bearer, "unsupported subject confirmation method"}, {recipient, "unrecognized Recipient value"}, {endGiven, "missing NotOnOrAfter attribute"}, {confirmedInTime, "expired NotOnOrAfter value"},
			{bothTimes, "missing NotBefore or NotOnOrAfter"}, {plainTimes, "error parsing time"},
		},
	},
	{
		Name: "spring", Title: "Spring Security 6 (OpenSAML)", Skew: 5 * time.Minute,
		rules: []rule{
			{wellFormed, "malformed_response_data"}, {noDoctype, "malformed_response_data"}, {aResponse, "unknown_response_class"}, {ownReference, "invalid_signature"}, {notWrapped, "invalid_signature"},
			{digestFits, "invalid_signature"}, {valueFits, "invalid_signature"}, {trustedSigner, "invalid_signature"}, {signedAround, "invalid_signature"},
			{success, "invalid_response"}, {answersRequest, "invalid_in_response_to"}, {destination, "invalid_destination"}, {issuerNamed, "invalid_issuer"}, {knownIssuer, "invalid_issuer"},
			{someAssertion, "malformed_response_data"}, {somethingSaid, "invalid_signature: either the response or one of the assertions is unsigned"},
			{bearer, "invalid_assertion"}, {recipient, "invalid_assertion"}, {confirmedInTime, "invalid_assertion"}, {begun, "invalid_assertion"}, {notEnded, "invalid_assertion"}, {forThisApp, "invalid_assertion"},
			{hasSubject, "subject_not_found"}, {hasNameID, "subject_not_found"},
		},
	},
	{
		Name: "shibboleth", Title: "Shibboleth SP 3 (OpenSAML C++)", Skew: 3 * time.Minute,
		rules: []rule{
			{wellFormed, ""}, {noDoctype, ""}, {destinationSet, "SAML message delivered with POST to incorrect server URL"}, {destination, "SAML message delivered with POST to incorrect server URL"},
			{issuedByNow, "Message rejected, was issued in the future"}, {within6m, "Message expired, was issued too long ago"}, {notReplayed, "Rejecting replayed message ID"},
			{success, "SAML response reported an IdP error"}, {knownIssuer, "Unable to locate metadata for identity provider"}, {entityIssuer, ""},
			{somethingSaid, "Unable to establish security of incoming assertion"}, {ownReference, "Message was signed, but signature could not be verified"}, {notWrapped, "Message was signed, but signature could not be verified"},
			{digestFits, "Message was signed, but signature could not be verified"}, {valueFits, "Message was signed, but signature could not be verified"}, {trustedSigner, "Unable to establish security of incoming assertion"},
			{begun, "Assertion is not yet valid"}, {notEnded, "Assertion is no longer valid"}, {forThisApp, "Assertion contains an unacceptable AudienceRestriction"},
			{bearer, "Unable to locate satisfiable bearer SubjectConfirmation in assertion"}, {recipient, "Unable to locate satisfiable bearer SubjectConfirmation in assertion"}, {endGiven, "Unable to locate satisfiable bearer SubjectConfirmation in assertion"}, {confirmedInTime, "Unable to locate satisfiable bearer SubjectConfirmation in assertion"},
			{saysSignedIn, "A valid authentication statement was not found in the incoming message"},
		},
	},
	{
		Name: "sustainsys", Title: "Sustainsys.Saml2 (validators of v3)", Skew: NoSkew,
		rules: slices.Concat(asResponse, []rule{
			{destination, ""}, {issuerNamed, ""}, {knownIssuer, ""}, {entityIssuer, ""}, {solicited, "InResponseTo is required"}, {answersRequest, ""}, {someAssertion, ""},
		}, asSigned, []rule{
			{saysSignedIn, "AuthnStatement is required"}, {contextNamed, "AuthnContextClassRef is required"}, {hasConditions, "Conditions is required"}, {begun, ""}, {notEnded, ""},
			{hasAudience, "AudienceRestriction is required"}, {forThisApp, ""}, {hasSubject, ""}, {bearer, ""}, {recipientSet, "Recipient is required"}, {recipient, ""},
			{endGiven, "NotOnOrAfter is required"}, {confirmedInTime, ""}, {noStart, "NotBefore is not allowed"},
		}),
	},
	{
		Name: "itfoxtec", Title: "ITfoxtec Identity SAML 2.0", Skew: 5 * time.Minute,
		rules: slices.Concat(asResponse, []rule{
			{knownIssuer, "Invalid Issuer"}, {oneSignature, "There is more then one Signature element"}, {noSHA1, "not among the signature algorithms allowed"}, {onlyExclusive, "not among the transforms allowed"}, {safeTransforms, "not among the transforms allowed"},
			{oneAssertion, "There is not exactly one Assertion element"}, {hasSubject, "Subject Not Found"}, {bearer, "SubjectConfirmation Not Found"}, {endGiven, "NotOnOrAfter is required"}, {confirmedInTime, "The SubjectConfirmationData has expired"},
		}, asSigned, inWindow, []rule{{hasAudience, "AudienceRestriction"}, {forThisApp, "AudienceRestriction"}}),
	},
	{
		Name: "pysaml2", Title: "pysaml2 7.5", Skew: NoSkew,
		rules: []rule{
			{wellFormed, ""}, {solicited, "UnsolicitedResponse"}, {answersRequest, "UnsolicitedResponse"}, {version20, "RequestVersionTooLow or RequestVersionTooHigh"}, {destination, "destination not in return_addrs"},
			{within1d, "Issue instant is outside of the allowed time"}, {success, "StatusError"}, {signedResponse, "want_response_signed: Signature missing for response"},
			{ownReference, "SignatureError"}, {notWrapped, "SignatureError"}, {digestFits, "SignatureError"}, {valueFits, "SignatureError"}, {trustedSigner, "SignatureError"},
			{oneAssertion, "Invalid number of assertions in Response"}, {knownIssuer, "unknown issuer"}, {begun, "ToEarly"}, {notEnded, "ResponseLifetimeExceed"}, {forThisApp, "AudienceRestrictions conditions not satisfied"},
			{knownConditions, "Not allowed to use this assertion"}, {oneSignIn, "ValueError"}, {sessionLasts, "SessionNotOnOrAfter has passed"}, {bearer, "VerificationError"}, {recipient, "VerificationError"}, {confirmedInTime, "ResponseLifetimeExceed"},
		},
	},
	{
		Name: "samlify", Title: "samlify 2", Skew: NoSkew,
		Note: "it does not look at Destination, Recipient and Audience",
		rules: []rule{
			{wellFormed, ""}, {success, "ERR_FAILED_STATUS"}, {somethingSaid, "ERR_FAIL_TO_VERIFY_SIGNATURE"}, {ownReference, "ERR_POTENTIAL_WRAPPING_ATTACK"}, {notWrapped, "ERR_POTENTIAL_WRAPPING_ATTACK"},
			{digestFits, "ERR_FAIL_TO_VERIFY_SIGNATURE"}, {valueFits, "ERR_FAIL_TO_VERIFY_SIGNATURE"}, {trustedSigner, "ERROR_UNMATCH_CERTIFICATE_DECLARATION_IN_METADATA"},
			{knownIssuer, "ERR_UNMATCH_ISSUER"}, {sessionLasts, "ERR_EXPIRED_SESSION"}, {begun, "ERR_SUBJECT_UNCONFIRMED"}, {notEnded, "ERR_SUBJECT_UNCONFIRMED"},
		},
	},
	{
		Name: "goxmldsig", Title: "goxmldsig 1.6.1 (signatures alone)", Skew: NoSkew,
		Note:  "it judges signatures, nothing else",
		rules: []rule{{wellFormed, ""}, {somethingSaid, "Missing signature referencing the top-level element"}, {goxmldsig, ""}, {trustedSigner, ""}, {validCertificate, "Cert is not valid at this time"}},
	},
}
