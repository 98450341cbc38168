package expert_test

import (
	"fmt"
	"slices"
	"strconv"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
)

// brute finds what ties one expert to one application, by asking each question
// of the rule by itself.
func (w *world) brute(r expert.Rule, e expert.Expert, edges []expert.Edge, s expert.Subject) []string {
	var ties []expert.Edge
	for _, o := range w.orgs {
		near := e.OrgID != "" && s.OrgID != "" && (w.above(e.OrgID, s.OrgID) || w.above(s.OrgID, e.OrgID))
		if (o.ID == e.OrgID && w.above(o.ID, s.OrgID) || o.ID == s.OrgID && o.ID != e.OrgID && w.above(o.ID, e.OrgID)) && near {
			ties = append(ties, expert.Edge{Kind: "employer", Subject: "org", SubjectID: o.ID, Source: "register"})
		}
	}
	at := level(s.AreaID, r.Level)
	for _, x := range areas {
		work := level(e.WorkArea, r.Level) == x.ID || level(w.org(e.OrgID).AreaID, r.Level) == x.ID
		if at == x.ID && work {
			ties = append(ties, expert.Edge{Kind: "work_area", Subject: "area", SubjectID: fmt.Sprint(x.ID), Source: "register"})
		}
		if at == x.ID && level(e.HomeArea, r.Level) == x.ID {
			ties = append(ties, expert.Edge{Kind: "home_area", Subject: "area", SubjectID: fmt.Sprint(x.ID), Source: "register"})
		}
	}
	if slices.ContainsFunc(s.StaffOrgs, func(o string) bool { return e.OrgID != "" && w.above(o, e.OrgID) }) ||
		e.AccountID != "" && slices.Contains(s.Staff, e.AccountID) {
		ties = append(ties, expert.Edge{Kind: "recommender", Subject: "application", SubjectID: s.ApplicationID, Source: "register"})
	}
	for _, x := range edges {
		if (x.State == "holds" || x.State == "ended") && w.leads(r, x, s) && counts(r, x) {
			ties = append(ties, x)
		}
	}
	return w.left(r, ties, edges, s)
}

// left takes out what the rule does not ask for and what is pinned as none.
func (w *world) left(r expert.Rule, ties, edges []expert.Edge, s expert.Subject) []string {
	out := []string{}
	for _, x := range ties {
		hidden := !x.Pinned && !slices.Contains(r.Kinds, x.Kind)
		for _, p := range edges {
			kind := p.Kind == "any" || p.Kind == x.Kind
			same := p.Subject == x.Subject && p.SubjectID == x.SubjectID
			who := p.Subject == "application" && p.SubjectID == s.ApplicationID || p.Subject == "org" && s.OrgID != "" && p.SubjectID == s.OrgID ||
				p.Subject == "area" && s.OrgID == "" && p.SubjectID == fmt.Sprint(s.AreaID)
			hidden = hidden || p.Pinned && p.State == "cleared" && !x.Pinned && kind && (same || who)
		}
		if !hidden {
			out = append(out, x.Kind+" "+x.Subject+" "+x.SubjectID+" "+x.Source)
		}
	}
	slices.Sort(out)
	return out
}

// counts reports whether a tie has begun and did not end too long ago.
func counts(r expert.Rule, x expert.Edge) bool {
	first := strconv.Itoa(2025-r.LookBack) + "-10-16"
	return x.From <= "2025-10-16" && (x.To == "" || x.To >= first)
}

// leads reports whether a tie that is kept is one to the applicant.
func (w *world) leads(r expert.Rule, x expert.Edge, s expert.Subject) bool {
	id, _ := strconv.ParseInt(x.SubjectID, 10, 64)
	switch {
	case x.Subject == "application":
		return x.SubjectID == s.ApplicationID
	case x.Subject == "org" && s.OrgID == "":
		return false
	case x.Subject == "org":
		return w.above(x.SubjectID, s.OrgID) || x.Kind == "employer" && w.above(s.OrgID, x.SubjectID)
	case x.Kind == "work_area" || x.Kind == "home_area":
		return level(id, r.Level) != 0 && level(id, r.Level) == level(s.AreaID, r.Level)
	}
	return inside(s.AreaID, id)
}

func (w *world) org(id string) expert.Org {
	for _, o := range w.orgs {
		if o.ID == id {
			return o
		}
	}
	return expert.Org{}
}

// above reports whether a is b or stands above it.
func (w *world) above(a, b string) bool {
	return b != "" && (a == b || w.above(a, w.org(b).ParentID))
}

func areaOf(id int64) area.Area {
	for _, a := range areas {
		if a.ID == id {
			return a
		}
	}
	return area.Area{}
}

func inside(id, top int64) bool { return id != 0 && (id == top || inside(areaOf(id).ParentID, top)) }

func level(id int64, l string) int64 {
	if a := areaOf(id); id == 0 || string(a.Level) == l {
		return id
	}
	return level(areaOf(id).ParentID, l)
}
