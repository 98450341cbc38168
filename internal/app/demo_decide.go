package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/accredit/visit"
)

// visitRound visits the shortlisted and begins the deliberation.
func (d *demoAwards) visitRound(ctx context.Context, r *demoRound) error {
	if r.call.Rules.Programme.Visit.Team == 0 {
		return d.move(ctx, r, "deliberate")
	}
	if err := d.move(ctx, r, "visit"); err != nil {
		return err
	}
	var last time.Time
	for i, a := range r.in("on_site", "shortlisted") {
		day, err := d.planVisit(ctx, r, a, i)
		if err != nil {
			return fmt.Errorf("visit %s: %w", a.Code, err)
		}
		if day.After(last) {
			last = day
		}
	}
	d.now = last.Add(15 * time.Hour)
	list, err := d.Visits.OfCall(d.as(ctx, "city"), r.call.ID)
	if err != nil {
		return err
	}
	for _, v := range list {
		if err := d.goThere(ctx, v); err != nil {
			return fmt.Errorf("on site: %w", err)
		}
	}
	return d.move(ctx, r, "deliberate")
}

// planVisit plans and announces one visit.
func (d *demoAwards) planVisit(ctx context.Context, r *demoRound, a accredit.Application, turn int) (time.Time, error) {
	city := d.as(ctx, "city")
	x, pool, err := d.Visits.Candidates(city, a.ID)
	if err != nil {
		return time.Time{}, err
	}
	first := d.Visits.FirstDay(x)
	n := visit.NewVisit{ApplicationID: a.ID, Day: first, Rule: "演示：下一期福利彩票开奖号码"}
	for i := range pool {
		c := pool[(i+turn*3)%len(pool)]
		if len(c.Ties) == 0 && len(n.Experts) < r.call.Rules.Programme.Visit.Team {
			n.Experts = append(n.Experts, c.ID)
		}
	}
	v, err := d.Visits.Plan(city, n)
	if err != nil {
		return time.Time{}, err
	}
	choice, err := d.Visits.Choice(city, v.ID)
	if err != nil {
		return time.Time{}, err
	}
	var named []string
	for _, s := range choice.All[:min(choice.Most, len(choice.All))] {
		named = append(named, s.Code)
	}
	if err := d.Visits.Name(city, v.ID, named); err != nil {
		return time.Time{}, err
	}
	now, err := d.Visits.OfApplication(city, a.ID)
	if err != nil {
		return time.Time{}, err
	}
	if now[len(now)-1].State == visit.Named {
		if _, err := d.Visits.DrawSites(city, v.ID, "05 11 16 22 27 31 + 04"); err != nil {
			return time.Time{}, err
		}
	}
	if err := d.Visits.Announce(city, v.ID, "演示：请准备台账，不必准备汇报材料。"); err != nil {
		return time.Time{}, err
	}
	return time.ParseInLocation(time.DateOnly, first, d.Zone())
}

// goThere fills the checklist, calls learners back and signs twice.
func (d *demoAwards) goThere(ctx context.Context, v visit.Visit) error {
	city := d.as(ctx, "city")
	x, err := d.Visits.Get(city, v.ID)
	if err != nil {
		return err
	}
	for _, l := range x.Leaves {
		level := l.Claimed
		if level == "" {
			level = x.Levels[1].Code
		}
		if _, err := d.Visits.Find(city, v.ID, l.Code, level, "演示：现场与台账一致。", 0); err != nil {
			return err
		}
	}
	for _, s := range x.Samples {
		if err := d.Visits.CallBack(city, v.ID, s.Nr, visit.Confirmed, ""); err != nil {
			return err
		}
	}
	if _, err := d.Visits.Sign(city, v.ID); err != nil {
		return err
	}
	for _, m := range x.Team {
		if m.ExpertID != "" {
			_, err := d.Visits.Sign(d.act(ctx, account.Actor{ID: m.AccountID, Grants: []account.Grant{{Role: account.RoleExpert}}}), v.ID)
			return err
		}
	}
	return nil
}

// proposeRound holds the meeting and puts the notice up.
func (d *demoAwards) proposeRound(ctx context.Context, r *demoRound) error {
	city := d.as(ctx, "city")
	if err := d.breakTies(ctx, r); err != nil {
		return err
	}
	members, err := d.members(ctx, r.call.ID)
	if err != nil {
		return err
	}
	for i := range members {
		members[i].Present = true
	}
	id, err := d.Decisions.Convene(city, decide.NewMeeting{CallID: r.call.ID, Day: d.now.Format(time.DateOnly), Members: members})
	if err != nil {
		return err
	}
	list, err := d.Decisions.Outcomes(city, r.call.ID)
	if err != nil {
		return err
	}
	choices := map[string]string{}
	for _, o := range list {
		if !slices.ContainsFunc(r.apps, func(a accredit.Application) bool { return a.ID == o.ApplicationID && a.State == "deliberation" }) {
			continue
		}
		choices[o.ApplicationID] = decide.No
		if o.In {
			choices[o.ApplicationID] = decide.Yes
			if err := d.Decisions.Say(city, r.call.ID, o.ApplicationID, "演示：让更多居民愿意来、留得住，做法别处也学得会。"); err != nil {
				return err
			}
		}
		if o.Grey {
			if err := d.Decisions.Read(city, r.call.ID, o.ApplicationID, decide.Keeps, "演示：复读材料后维持。"); err != nil {
				return err
			}
		}
	}
	for _, m := range members {
		if err := d.Decisions.Vote(city, id, m.AccountID, choices); err != nil {
			return err
		}
	}
	if err := d.Decisions.Close(city, id); err != nil {
		return err
	}
	if yesterday := d.today.AddDate(0, 0, -1); r.until == "noticed" && d.now.Before(yesterday) {
		d.now = yesterday // so that anybody can still object
	}
	if err := d.move(ctx, r, "propose", "notice"); err != nil {
		return err
	}
	return d.object(ctx, r)
}

func (d *demoAwards) breakTies(ctx context.Context, r *demoRound) error {
	city := d.as(ctx, "city")
	ties, err := d.Decisions.Ties(city, r.call)
	if err != nil || len(ties) == 0 {
		return err
	}
	if _, err := d.Decisions.FreezeTie(city, r.call.ID, "演示：下一期福利彩票开奖号码"); err != nil {
		return err
	}
	return d.Decisions.DrawTie(city, r.call.ID, "02 08 14 20 26 32 + 11")
}

// object files an objection; in a call that goes on it is refused.
func (d *demoAwards) object(ctx context.Context, r *demoRound) error {
	n, err := d.Decisions.NoticeOf(ctx, r.call.ID)
	if err != nil || len(n.Lines) == 0 {
		return err
	}
	_, err = d.Decisions.Object(d.act(ctx, account.Actor{}), decide.NewObjection{NoticeID: n.ID, ApplicationID: n.Lines[len(n.Lines)-1].ApplicationID, Channel: decide.ChannelWeb,
		Name: "演示居民", Contact: "demo@example.org", Grounds: "演示异议：这个项目去年停办过一个学期，请核实是否连续开展。"})
	if err != nil || r.until == "noticed" {
		return err
	}
	handler := d.as(ctx, "handler")
	list, err := d.Decisions.Objections(handler)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(o decide.Objection) bool { return o.CallID == r.call.ID })
	for _, m := range []string{"take", "refuse"} {
		if err := d.Decisions.Handle(handler, list[i].ID, m, "演示：经核实台账，项目连续开展，维持公示结果。"); err != nil {
			return err
		}
	}
	return d.move(ctx, r)
}

// awardRound waits for the end of the notice, approves and awards.
func (d *demoAwards) awardRound(ctx context.Context, r *demoRound) error {
	n, err := d.Decisions.NoticeOf(ctx, r.call.ID)
	if err != nil {
		return err
	}
	last, err := time.ParseInLocation(time.DateOnly, n.To, d.Zone())
	if err != nil {
		return err
	}
	d.now = last.AddDate(0, 0, 1).Add(10 * time.Hour)
	if err := d.move(ctx, r, "end_notice"); err != nil {
		return err
	}
	day := d.now.Format(time.DateOnly)
	leading := d.as(ctx, "leading")
	if err := d.Decisions.RecordApproval(leading, r.call.ID, decide.Paper{Number: "示例纪要〔" + day[:4] + "〕1号", Day: day}); err != nil {
		return err
	}
	if err := d.Calls.MoveCall(leading, r.call.ID, "approve", ""); err != nil {
		return err
	}
	number := strings.ToUpper(r.call.Rules.Programme.Prefix) + "〔" + day[:4] + "〕1号"
	if err := d.Decisions.RecordDocument(d.as(ctx, "city"), r.call.ID, decide.Paper{Number: "示例" + number, Day: day}); err != nil {
		return err
	}
	return d.move(ctx, r, "award")
}
