// Package org is the register of institutions and bodies: those who issue and
// answer for the plan (H1, H2), the three-level network of community education
// (P2.1), learning organisations (G2) and partners (P2.5). Their types are
// data of the pack.
package org

import (
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/area"
	"xuedu/internal/errs"
)

// State is whether an institution works. Nothing is ever deleted.
type State string

// The states.
const (
	Active   State = "active"
	Inactive State = "inactive"
)

// Org is an institution or a body.
type Org struct {
	ID       string
	Code     string // short, stable, unique: for imports and addresses
	Type     string // code of an org type of the pack
	Name     string
	NameEN   string // may be empty
	Pinyin   string // sort key
	Initials string
	AreaID   int64  // where it stands
	ParentID string // "" = none
	Address  string
	Phone    string // of the institution, not of a person
	State    State
	Profile
	CreatedAt time.Time
	UpdatedAt time.Time
}

// In returns the name in lang, or the Chinese name where there is none.
func (o *Org) In(lang string) string {
	if lang == "en" && o.NameEN != "" {
		return o.NameEN
	}
	return o.Name
}

// Input is what people enter of an institution.
type Input struct {
	Code, Type, Name, NameEN string
	Area                     string // code of the area
	Parent                   string // code of the institution above, "" = none
	Address, Phone           string
	Profile
	Seen time.Time // UpdatedAt of what the editor saw; zero = whatever it is
}

// Limits of what is entered, in characters.
const (
	maxCode    = 64
	maxName    = 100
	maxAddress = 200
	maxPhone   = 40
	maxReason  = 500
)

// clean trims the input and reports the first rule it breaks.
func (in *Input) clean() error {
	for _, p := range []*string{&in.Code, &in.Type, &in.Name, &in.NameEN, &in.Area, &in.Parent, &in.Address, &in.Phone} {
		*p = strings.TrimSpace(*p)
	}
	switch {
	case in.Code == "":
		return errs.InvalidField("code", "org.code_missing")
	case len(in.Code) > maxCode || !plainCode(in.Code):
		return errs.InvalidField("code", "org.code_form", "Max", maxCode)
	case in.Name == "":
		return errs.InvalidField("name", "org.name_missing")
	case in.Type == "":
		return errs.InvalidField("type", "org.type_missing")
	case in.Area == "":
		return errs.InvalidField("area", "org.area_missing")
	}
	for _, f := range []struct {
		field, text string
		max         int
	}{{"name", in.Name, maxName}, {"name_en", in.NameEN, maxName}, {"address", in.Address, maxAddress}, {"phone", in.Phone, maxPhone}} {
		if utf8.RuneCountInString(f.text) > f.max {
			return errs.InvalidField(f.field, "org.too_long", "Max", f.max)
		}
	}
	return in.Profile.clean()
}

// pages are addresses beside those of institutions: /desk/orgs/new.
var pages = map[string]bool{"new": true, "import": true, "template": true, "export": true}

// plainCode reports whether a code can stand in an address as it is.
func plainCode(code string) bool {
	return !pages[code] && strings.Trim(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == "" &&
		strings.Trim(code, ".") != ""
}

// cleanReason trims a reason that must be given.
func cleanReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return "", errs.InvalidField("reason", "org.reason_missing")
	case utf8.RuneCountInString(reason) > maxReason:
		return "", errs.InvalidField("reason", "org.too_long", "Max", maxReason)
	}
	return reason, nil
}

// named fills in the name and what follows from it.
func (o *Org) named(name string) {
	o.Name = name
	o.Pinyin, o.Initials = area.Pinyin(name)
}
