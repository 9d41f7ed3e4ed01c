package write

import (
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// step is one thing to do in Entra: one call of Microsoft Graph, or two that
// belong together. Requests show its calls, a script does it with the function
// for its kind.
type step struct {
	kind  stepKind
	why   string
	needs string // what must be there beside earlier steps, such as a licence
	calls []call
}

// stepKind says how a step is repeated without harm.
type stepKind uint8

// The kinds of steps.
const (
	stepTemplate    stepKind = iota // find the template in the gallery
	stepCreate                      // create the application, where it is not there
	stepUpdate                      // set properties
	stepKeys                        // add certificates to those that are there
	stepRoles                       // add app roles to those that are there
	stepCertificate                 // make a signing certificate and use it, where there is none
	stepReplace                     // put the one object that there can be
	stepPolicy                      // create or update a policy, and assign it
	stepAssign                      // assign a principal, where it is not
	stepAccess                      // create a Conditional Access policy, where there is none of its name
)

// call is one call of Microsoft Graph.
type call struct {
	method string
	path   joined // without the host: "v1.0/applications/{…}"
	body   node   // nil for none
	keeps  []keep
}

// keep says what of an answer later calls need: the name it gets and where it
// stands.
type keep struct{ name, from string }

// What earlier steps returned.
var (
	templateID    = ref{fromStep, "templateId"}
	applicationID = ref{fromStep, "applicationObjectId"}
	appID         = ref{fromStep, "appId"}
	principalID   = ref{fromStep, "servicePrincipalId"}
	userRoleID    = ref{fromStep, "userRoleId"}
	msiamRoleID   = ref{fromStep, "msiamAccessRoleId"}
	thumbprint    = ref{fromStep, "signingThumbprint"}
	extensionApp  = ref{fromStep, "extensionAppId"}
)

const (
	v1   = text("v1.0/")
	beta = text("beta/")

	// customTemplate is the template of applications that are in no gallery.
	customTemplate = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"

	licenceP1 = "Microsoft Entra ID P1"
)

func principal(more text) joined   { return joined{v1 + "servicePrincipals/", principalID, more} }
func application(more text) joined { return joined{v1 + "applications/", applicationID, more} }

// steps are what makes the application of a plan, in order.
func steps(t *migrate.TrustPlan, o Options) ([]step, error) {
	list := createSteps(t)
	list = append(list, ssoStep(t, o))
	application, err := applicationStep(t)
	if err != nil {
		return nil, err
	}
	list = append(list, application)
	list = append(list, certificateSteps(t, o)...)
	list = append(list, roleSteps(t)...)
	claims, err := claimsSteps(t, o)
	if err != nil {
		return nil, err
	}
	list = append(list, claims...)
	list = append(list, tokenSteps(t, o)...)
	list = append(list, assignSteps(t)...)
	access, err := accessSteps(t)
	return append(list, access...), err
}
