// Package activity holds what is offered to learn: activities, their classes,
// the meetings of a class, its learners, and the roster of a meeting. Whoever
// is present is written to the ledger, once (design 1.1).
package activity

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// State is where an activity is in its life.
type State string

const (
	Draft     State = "draft"     // its makers see it
	Open      State = "open"      // everybody sees it
	Cancelled State = "cancelled" // with a reason; also of classes and meetings
)

// Longest texts, in characters.
const (
	maxTitle   = 100
	maxSummary = 1000
	maxRoom    = 60
	maxReason  = 200
)

// Activity is a course, a lecture, a study tour: what is offered.
type Activity struct {
	ID      string
	OrgID   string
	OrgName string
	OrgArea int64 // where the institution stands
	Input
	State     State
	Reason    string // why cancelled
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Input is what people say of an activity.
type Input struct {
	Title   string
	Form    string   // code of a form of the pack
	Theme   string   // leading theme: the one the ledger counts
	Tags    []string // further themes, and needs of learners (G1)
	Summary string
	Draft   bool // not yet shown to the public
}

func (in Input) clean() Input {
	in.Title, in.Summary = strings.TrimSpace(in.Title), strings.TrimSpace(in.Summary)
	var tags []string
	for _, t := range in.Tags {
		if t != "" && t != in.Theme && !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	in.Tags = tags
	return in
}

// check reports the first rule that in breaks; codes must be those of p.
func (in Input) check(p *pack.Pack) error {
	switch {
	case in.Title == "":
		return errs.InvalidField("title", "activity.title_required")
	case utf8.RuneCountInString(in.Title) > maxTitle:
		return errs.InvalidField("title", "activity.too_long", "N", maxTitle)
	case !hasCode(p.ActivityForms, in.Form):
		return errs.InvalidField("form", "activity.form_required")
	case !hasCode(p.Themes, in.Theme):
		return errs.InvalidField("theme", "activity.theme_required")
	case utf8.RuneCountInString(in.Summary) > maxSummary:
		return errs.InvalidField("summary", "activity.too_long", "N", maxSummary)
	}
	for _, t := range in.Tags {
		if !hasCode(p.Themes, t) && !hasCode(p.Needs, t) {
			return errs.InvalidField("tags", "activity.bad_tag", "Value", t)
		}
	}
	return nil
}

func hasCode(list []pack.Coded, code string) bool {
	return slices.ContainsFunc(list, func(c pack.Coded) bool { return c.Code == code })
}

// reason returns a cleaned reason; every destructive act needs one.
func cleanReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", errs.InvalidField("reason", "activity.reason_required")
	case utf8.RuneCountInString(s) > maxReason:
		return "", errs.InvalidField("reason", "activity.too_long", "N", maxReason)
	}
	return s, nil
}
