package adfs

import (
	"strconv"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// setter puts a value of a property, which is not null, into its field.
type setter = func(*RelyingParty, *Value)

func text(field func(*RelyingParty) *string) setter {
	return func(r *RelyingParty, v *Value) { *field(r) = v.Text.Value }
}

func rules(field func(*RelyingParty) *Text) setter {
	return func(r *RelyingParty, v *Value) { *field(r) = v.Text }
}

func boolean(field func(*RelyingParty) *bool) setter {
	return func(r *RelyingParty, v *Value) { *field(r) = v.isTrue() }
}

func integer(field func(*RelyingParty) *int) setter {
	return func(r *RelyingParty, v *Value) { *field(r) = v.number() }
}

func list(field func(*RelyingParty) *[]string) setter {
	return func(r *RelyingParty, v *Value) { *field(r) = v.strings() }
}

func value(field func(*RelyingParty) **Value) setter {
	return func(r *RelyingParty, v *Value) { *field(r) = v }
}

func instant(field func(*RelyingParty) *time.Time) setter {
	return func(r *RelyingParty, v *Value) {
		if t, err := time.Parse(time.RFC3339Nano, v.Text.Value); err == nil {
			*field(r) = t
		}
	}
}

func (v *Value) isTrue() bool { return v != nil && v.Shape == ShapeBool && v.Text.Value == "True" }

func (v *Value) number() int {
	if v == nil || v.Shape != ShapeNumber {
		return 0
	}
	n, _ := strconv.Atoi(v.Text.Value)
	return n
}

func (v *Value) scalar() string {
	if v == nil {
		return ""
	}
	return v.Text.Value
}

func (v *Value) certificates() []*keys.Certificate {
	var list []*keys.Certificate
	for _, item := range v.Items {
		if item.Certificate != nil {
			list = append(list, item.Certificate)
		}
	}
	return list
}

func setEndpoints(r *RelyingParty, v *Value) {
	for _, item := range v.Items {
		if item.Shape != ShapeMap {
			continue
		}
		r.SamlEndpoints = append(r.SamlEndpoints, SamlEndpoint{
			Binding:          item.Get("Binding").scalar(),
			BindingURI:       item.Get("BindingUri").scalar(),
			Index:            item.Get("Index").number(),
			IsDefault:        item.Get("IsDefault").isTrue(),
			Location:         item.Get("Location").scalar(),
			Protocol:         item.Get("Protocol").scalar(),
			ResponseLocation: item.Get("ResponseLocation").scalar(),
			Span:             item.Text.Span,
		})
	}
}

func setDescriptions(r *RelyingParty, v *Value) {
	for _, item := range v.Items {
		if item.Shape != ShapeMap {
			continue
		}
		r.ClaimsAccepted = append(r.ClaimsAccepted, ClaimDescription{
			ClaimType:  item.Get("ClaimType").scalar(),
			Name:       item.Get("Name").scalar(),
			ShortName:  item.Get("ShortName").scalar(),
			Notes:      item.Get("Notes").scalar(),
			IsAccepted: item.Get("IsAccepted").isTrue(),
			IsOffered:  item.Get("IsOffered").isTrue(),
			IsRequired: item.Get("IsRequired").isTrue(),
		})
	}
}

func setPolicy(r *RelyingParty, v *Value) {
	r.ResultantPolicy = policyOf(v)
}
