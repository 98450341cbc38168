package callhttp

import (
	"cmp"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/pack"
)

// stateName names the state of a call as its workflow does.
func (p page) stateName(c accredit.Call, code string) string {
	for _, s := range c.Rules.Workflows["call"].States {
		if s.Code == code {
			return cmp.Or(pack.Text(s.Name).In(p.Lang), code)
		}
	}
	return code
}

func (p page) moveName(c accredit.Call, code string) string {
	for _, m := range c.Rules.Workflows["call"].Moves {
		if m.Code == code {
			return cmp.Or(pack.Text(m.Name).In(p.Lang), code)
		}
	}
	return code
}

// tag is the class of the tag of a call's state.
func tag(c accredit.Call) string {
	switch {
	case c.Ended():
		return "xd-tag--done"
	case c.State == "open":
		return "xd-tag--go"
	}
	return "xd-tag--off"
}

// stageRow is a stage of the timeline.
type stageRow struct {
	Name, From, To string
	Days           int
	Now, Past      bool
}

func (p page) stages(c accredit.Call) []stageRow {
	today := p.h.today()
	var list []stageRow
	for _, s := range c.Timeline {
		list = append(list, stageRow{Name: s.Name.In(p.Lang), From: p.DayOf(s.From), To: p.DayOf(s.To), Days: s.Days,
			Now: s.From <= today && today <= s.To, Past: s.To < today})
	}
	return list
}

// groupRow, leafRow and levelRow are the rubric in the reader's language.
type groupRow struct {
	Code, Name string
	Weight     int
	Leaves     []leafRow
}

type leafRow struct {
	Code, Name, About string
	Weight            int
	Levels            []levelRow
	Evidence          []string
}

type levelRow struct {
	Name, Text string
	Percent    int
}

func (p page) rubric(a pack.AwardProgramme) []groupRow {
	var list []groupRow
	for _, g := range a.Rubric {
		row := groupRow{Code: g.Code, Name: g.Name.In(p.Lang), Weight: g.Weight}
		for _, l := range g.Leaves {
			row.Leaves = append(row.Leaves, p.leaf(a, l))
		}
		list = append(list, row)
	}
	return list
}

func (p page) leaf(a pack.AwardProgramme, l pack.Leaf) leafRow {
	row := leafRow{Code: l.Code, Name: l.Name.In(p.Lang), About: l.About.In(p.Lang), Weight: l.Weight}
	for _, lv := range a.Levels {
		row.Levels = append(row.Levels, levelRow{lv.Name.In(p.Lang), l.Levels[lv.Code].In(p.Lang), lv.Percent})
	}
	for _, e := range l.Evidence {
		name := e.Name.In(p.Lang)
		switch {
		case e.Kind == "figure" || e.Kind == "org":
			name = p.T("call.evidence.ours", "Name", name)
		case e.Required:
			name = p.T("call.evidence.required", "Name", name)
		}
		row.Evidence = append(row.Evidence, name)
	}
	return row
}

// scoring says in words how the official score comes about.
func (p page) scoring(a pack.AwardProgramme) []string {
	s := a.Scoring
	lines := []string{p.T("call.score.each", "N", a.Panel.Each), p.T("call.score."+s.Method, "N", s.Trim),
		p.T("call.score.round", "Places", s.Places, "Rule", p.T("call.round."+s.Rounding)), p.T("call.score.least", "N", s.Least)}
	if s.Spread != "" {
		lines = append(lines, p.T("call.score.spread", "Limit", s.Spread))
	}
	if a.Visit.Team > 0 && s.Visit > 0 {
		lines = append(lines, p.T("call.score.visit", "Share", s.Visit))
	}
	if s.Pass != "" {
		lines = append(lines, p.T("call.score.pass", "Limit", s.Pass))
	}
	return append(lines, p.T("call.score.ties", "Chain", p.ties(a)))
}

func (p page) ties(a pack.AwardProgramme) string {
	var names []string
	for _, t := range a.Ties {
		kind, code, _ := strings.Cut(t, ":")
		names = append(names, p.T("call.tie."+kind, "Code", code))
	}
	return strings.Join(names, p.T("call.then"))
}

// applicants says in words who may apply and by which way.
func (p page) applicants(a pack.AwardProgramme) []string {
	lines := []string{p.T("call.object." + a.Object)}
	var types []string
	for _, t := range p.h.Pack().OrgTypes {
		for _, code := range a.OrgTypes {
			if t.Code == code {
				types = append(types, t.Name.In(p.Lang))
			}
		}
	}
	if len(types) > 0 {
		lines = append(lines, p.T("call.types", "Names", strings.Join(types, p.T("call.and"))))
	}
	switch {
	case a.Recommend.Street && a.Recommend.District:
		lines = append(lines, p.T("call.route.street"))
	case a.Recommend.District:
		lines = append(lines, p.T("call.route.district"))
	default:
		lines = append(lines, p.T("call.route.city"))
	}
	if a.Recommend.District && a.Recommend.Quota > 0 {
		lines = append(lines, p.T("call.route.quota", "N", a.Recommend.Quota))
	}
	return append(lines, p.T("call.free"))
}
