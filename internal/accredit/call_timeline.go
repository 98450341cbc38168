package accredit

import (
	"time"

	"xuedu/internal/pack"
	"xuedu/internal/workflow"
)

// timeline dates the stages of a programme from the opening day on. The day on
// which the first stage begins is not counted; each later stage begins on the
// working day after the one before ended.
func (s *Service) timeline(p pack.AwardProgramme, opens string) []Stage {
	from, err := time.Parse(time.DateOnly, opens)
	if err != nil {
		return nil
	}
	cal := s.Days()
	var list []Stage
	last := from
	for i, st := range p.Timeline {
		if i > 0 {
			from = cal.Add(last, 1)
		}
		last = cal.Add(last, st.Days)
		list = append(list, Stage{Code: st.Code, Name: st.Name, Days: st.Days, From: from.Format(time.DateOnly), To: last.Format(time.DateOnly)})
	}
	return list
}

// stageOf names the stages of the timeline that end a state of a call, the one
// that counts first.
var stageOf = map[string][]string{
	callOpen:       {"applying"},
	callChecking:   {"supplement", "formal_check", "recommending", "verifying"},
	"reviewing":    {"desk_review"},
	"shortlisted":  {"shortlisted"},
	"visiting":     {"on_site"},
	"deliberating": {"deliberation"},
	"proposed":     {"proposed"},
	"noticed":      {"public_notice"},
	"approving":    {"approving"},
	"decided":      {"approved"},
}

// dueOf is the last day of a state of a call: its stage's, else the limit that
// the workflow sets.
func (s *Service) dueOf(c Call, st workflow.State) string {
	for _, code := range stageOf[st.Code] {
		if stage, ok := c.Stage(code); ok {
			return stage.To
		}
	}
	return st.Due(s.date(), s.Days())
}

// today is the day in the city's zone.
func (s *Service) today() string { return s.dayOf(s.Now()) }

func (s *Service) dayOf(t time.Time) string {
	loc, err := time.LoadLocation(s.Pack().TimeZone)
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc).Format(time.DateOnly)
}

// date is today as the calendar wants it.
func (s *Service) date() time.Time {
	t, _ := time.Parse(time.DateOnly, s.today()) // formatted just now: cannot fail
	return t
}
