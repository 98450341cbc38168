package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot"
	"xuedu/internal/accredit/panel"
	"xuedu/internal/area"
	"xuedu/internal/demo"
	"xuedu/internal/errs"
)

// demoRound is one call of a demo city, run until a state.
type demoRound struct {
	programme          string
	opens              time.Time
	applicants, places int
	until              string
	call               accredit.Call
	apps               []accredit.Application
}

// demoPDF is a small file of evidence that every reader opens.
const demoPDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

func (d *demoAwards) round(ctx context.Context, r *demoRound) error {
	d.now = r.opens
	city := d.as(ctx, "city")
	c, err := d.Calls.Draft(city, accredit.NewCall{Programme: r.programme, Places: r.places, Authorisation: demoAuthority()})
	if err != nil {
		return err
	}
	r.call = c
	steps := []struct {
		state string // reached by it
		do    func(context.Context, *demoRound) error
	}{
		{"open", d.openRound}, {"checking", d.checkRound}, {"reviewing", d.seatRound}, {"shortlisted", d.markRound},
		{"deliberating", d.visitRound}, {"noticed", d.proposeRound}, {"closed", d.awardRound},
	}
	for _, s := range steps {
		if err := s.do(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", s.state, err)
		}
		if s.state == r.until {
			return nil
		}
	}
	return nil
}

// move makes a move of the call as the office.
func (d *demoAwards) move(ctx context.Context, r *demoRound, moves ...string) (err error) {
	for _, m := range moves {
		if err := d.Calls.MoveCall(d.as(ctx, "city"), r.call.ID, m, ""); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
	}
	if r.call, err = d.Calls.Call(d.as(ctx, "city"), r.call.ID); err != nil {
		return err
	}
	r.apps, err = d.Calls.OfCall(ctx, r.call.ID)
	return err
}

// after moves the clock behind the end of a stage of the timeline.
func (d *demoAwards) after(r *demoRound, stage string) {
	for _, s := range r.call.Timeline {
		if s.Code != stage {
			continue
		}
		if t, err := time.ParseInLocation(time.DateOnly, s.To, d.Zone()); err == nil && t.AddDate(0, 0, 1).After(d.now) {
			d.now = t.AddDate(0, 0, 1).Add(10 * time.Hour)
		}
	}
}

// openRound opens the call and writes applications.
func (d *demoAwards) openRound(ctx context.Context, r *demoRound) error {
	if err := d.move(ctx, r, "open"); err != nil {
		return err
	}
	made := 0
	for _, n := range d.applicants(r.call) {
		if made == r.applicants {
			break
		}
		who := d.staff(ctx, n.OrgID)
		if n.OrgID == "" {
			who = d.officer(ctx, account.RoleDistrict, n.AreaID)
		}
		a, err := d.Calls.Begin(who, n)
		if k := errs.KindOf(err); err != nil && (k == errs.Conflict || k == errs.Invalid) {
			continue // a gate does not hold here
		}
		if err != nil {
			return err
		}
		if made++; r.until == "open" && made == r.applicants {
			return nil // one is still being written
		}
		if err := d.write(who, r.call, a, made); err != nil {
			return fmt.Errorf("write %s: %w", a.Code, err)
		}
		d.n++
	}
	return d.move(ctx, r)
}

// write fills an application in and submits it.
func (d *demoAwards) write(ctx context.Context, c accredit.Call, a accredit.Application, i int) error {
	levels := c.Rules.Programme.Levels
	for _, l := range c.Rules.Programme.Leaves() {
		level := levels[(i+len(l.Code)+int(l.Code[len(l.Code)-1]))%min(2, len(levels))].Code
		if _, err := d.Calls.Claim(ctx, a.ID, l.Code, level, "演示：全年坚持开展，有计划、有记录、有总结。", 0); err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
	}
	for _, f := range c.Rules.Programme.Content {
		text := "演示内容：面向居民，常年开展，贴近生活。"
		switch f.Kind {
		case "day":
			text = d.now.AddDate(-3, 0, 0).Format(time.DateOnly)
		case "number":
			text = "120"
		}
		if _, err := d.Calls.SetContent(ctx, a.ID, f.Code, text, 0); err != nil {
			return err
		}
	}
	whole, err := d.Calls.Completeness(ctx, a.ID)
	if err != nil {
		return err
	}
	for n, m := range whole.Missing {
		if m.Kind != accredit.MissingEvidence {
			return fmt.Errorf("%s %s is missing", m.Kind, m.Code)
		}
		if err := d.prove(ctx, c, a.ID, m, n); err != nil {
			return err
		}
	}
	if err := d.Calls.MoveApplication(ctx, a.ID, "assess", ""); err != nil {
		return err
	}
	return d.step(ctx, a.ID, "submit_")
}

// prove adds what a slot asks for.
func (d *demoAwards) prove(ctx context.Context, c accredit.Call, id string, m accredit.Missing, n int) error {
	for _, l := range c.Rules.Programme.Leaves() {
		for _, e := range l.Evidence {
			if l.Code != m.Leaf || e.Code != m.Code {
				continue
			}
			if e.Kind == accredit.EvidenceLink {
				_, err := d.Calls.AddLink(ctx, id, l.Code, e.Code, e.Name["zh-CN"], "https://example.org/demo")
				return err
			}
			_, err := d.Calls.AddFile(ctx, id, l.Code, e.Code, fmt.Sprintf("%s.pdf", e.Name["zh-CN"]), []byte(demoPDF+fmt.Sprint("% ", id, n, "\n")))
			return err
		}
	}
	return nil
}

// step makes the one move of an application whose code begins so.
func (d *demoAwards) step(ctx context.Context, id, prefix string) error {
	moves, err := d.Calls.ApplicationMoves(ctx, id)
	if err != nil {
		return err
	}
	for _, m := range moves {
		if strings.HasPrefix(m.Code, prefix) {
			return d.Calls.MoveApplication(ctx, id, m.Code, "")
		}
	}
	return fmt.Errorf("no move %s", prefix)
}

// checkRound closes the call; streets verify, districts recommend, the
// technical body checks, with one supplement.
func (d *demoAwards) checkRound(ctx context.Context, r *demoRound) error {
	d.after(r, "applying")
	if err := d.move(ctx, r, "close"); err != nil {
		return err
	}
	for _, a := range r.apps {
		if a.State == "verifying" {
			if err := d.verify(ctx, a); err != nil {
				return fmt.Errorf("verify %s: %w", a.Code, err)
			}
		}
	}
	if err := d.recommend(ctx, r); err != nil {
		return err
	}
	if err := d.move(ctx, r); err != nil {
		return err
	}
	first := true
	for _, a := range r.apps {
		if a.State != "formal_check" {
			continue
		}
		if err := d.formal(ctx, a, first); err != nil {
			return fmt.Errorf("formal check %s: %w", a.Code, err)
		}
		first = false
	}
	return d.move(ctx, r)
}

func (d *demoAwards) verify(ctx context.Context, a accredit.Application) error {
	ctx = d.officer(ctx, account.RoleStreet, d.above(a.AreaID, area.Street))
	x, err := d.Calls.Dossier(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, e := range x.Evidence {
		if e.Kind == accredit.EvidenceFile || e.Kind == accredit.EvidenceLink {
			if err := d.Calls.VerifyEvidence(ctx, a.ID, e.ID, "exists", ""); err != nil {
				return err
			}
		}
	}
	return d.Calls.MoveApplication(ctx, a.ID, "verify", "")
}

// above is the area of a level that holds another.
func (d *demoAwards) above(areaID int64, l area.Level) int64 {
	t := d.Areas.Tree()
	n, ok := t.ByID(areaID)
	for ok && t.At(n).Level != l && t.At(n).ParentID != 0 {
		n, ok = t.ByID(t.At(n).ParentID)
	}
	return t.At(n).ID
}

func (d *demoAwards) recommend(ctx context.Context, r *demoRound) error {
	if err := d.move(ctx, r); err != nil {
		return err
	}
	by := map[int64][]accredit.RecommendationInput{}
	var order []int64
	for _, a := range r.apps {
		if a.State == "recommending" {
			if by[a.District] == nil {
				order = append(order, a.District)
			}
			by[a.District] = append(by[a.District], accredit.RecommendationInput{Application: a.ID, Place: len(by[a.District]) + 1, Score: "88", Reason: "演示：工作扎实。"})
		}
	}
	for _, district := range order {
		who := d.officer(ctx, account.RoleDistrict, district)
		left, err := d.Calls.RecommendLeft(who, r.call.ID, district)
		if err != nil {
			return err
		}
		list := by[district]
		for i := range list {
			if left >= 0 && i >= left {
				list[i].Place, list[i].Reason = 0, "演示：名额已满，请下一批次再报。"
			}
		}
		if err := d.Calls.Recommend(who, r.call.ID, district, list); err != nil {
			return err
		}
		if err := d.Calls.SendRecommendations(who, r.call.ID, district); err != nil {
			return err
		}
	}
	return nil
}

func (d *demoAwards) formal(ctx context.Context, a accredit.Application, supplement bool) error {
	tech := d.as(ctx, "technical")
	if supplement {
		if err := d.Calls.MoveApplication(tech, a.ID, "ask_supplement", "演示：请补充去年的活动记录。"); err != nil {
			return err
		}
		who := d.staff(ctx, a.OrgID)
		if a.OrgID == "" {
			who = d.officer(ctx, account.RoleDistrict, a.AreaID)
		}
		if err := d.Calls.MoveApplication(who, a.ID, "supplement", ""); err != nil {
			return err
		}
	}
	f, err := d.Calls.FormalCheck(tech, a.ID)
	if err != nil {
		return err
	}
	for _, g := range f.Gates {
		if err := d.Calls.ConfirmGate(tech, a.ID, g.Code, true, "演示：已核对材料。"); err != nil {
			return err
		}
	}
	for _, o := range f.Alike {
		if err := d.Calls.ClearAlike(tech, a.ID, o.ID, "演示：不是同一个项目。"); err != nil {
			return err
		}
	}
	return d.Calls.MoveApplication(tech, a.ID, "accept", "")
}

// mostDraws bounds how often a demo draws a panel that conflicts leave too small.
const mostDraws = 12

// seatRound draws the panel, assigns and begins the review.
func (d *demoAwards) seatRound(ctx context.Context, r *demoRound) error {
	for n := 1; ; n++ {
		lack, err := d.draw(ctx, r)
		if err != nil {
			return err
		}
		if lack == nil {
			break
		}
		if n == mostDraws {
			return lack
		}
		if err := d.Panels.Void(d.as(ctx, "city"), r.call.ID, "演示：回避后评审人数不足，重新抽取。"); err != nil {
			return err
		}
	}
	if err := d.move(ctx, r, "review"); err != nil {
		return err
	}
	if r.until != "reviewing" {
		return nil
	}
	if err := d.expert(ctx, r.call.ID); err != nil {
		return err
	}
	return d.mark(ctx, r, 2) // some have begun
}

// draw draws experts, who all say yes, and assigns; lack says why the panel
// cannot do the work.
func (d *demoAwards) draw(ctx context.Context, r *demoRound) (lack, err error) {
	city, tech := d.as(ctx, "city"), d.as(ctx, "technical")
	if err := d.Panels.Freeze(tech, r.call.ID, "演示：下一期福利彩票双色球开奖号码"); err != nil {
		return nil, err
	}
	d.now = d.now.AddDate(0, 0, 2)
	if err := d.Panels.Draw(tech, r.call.ID, "03 07 12 19 28 33 + 09"); err != nil {
		return nil, err
	}
	seats, err := d.Panels.Seats(city, r.call.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range seats {
		if s.State == panel.Asked {
			if err := d.Panels.Answer(city, panel.Answer{CallID: r.call.ID, ExpertID: s.ExpertID, Yes: true}); err != nil {
				return nil, err
			}
		}
	}
	seed, err := d.Panels.Seed(city, r.call.ID)
	if err != nil {
		return nil, err
	}
	p, err := d.Panels.Assign(city, r.call.ID, seed)
	if err != nil {
		return nil, err
	}
	if p.Lack != nil {
		return fmt.Errorf("experts lack: %+v", *p.Lack), nil
	}
	return nil, d.Panels.Confirm(city, r.call.ID, seed, p.Digest)
}

// expert gives the account of that name to somebody with a seat.
func (d *demoAwards) expert(ctx context.Context, callID string) error {
	tech, n := d.as(ctx, "technical"), map[string]int{}
	list, err := d.Panels.Assignments(d.as(ctx, "city"), callID)
	if err != nil {
		return err
	}
	for _, a := range list {
		if n[a.ExpertID]++; a.State != panel.Open || n[a.ExpertID] != 2 { // two to mark, at least
			continue
		}
		x, err := d.Experts.Get(tech, a.ExpertID)
		if err != nil {
			return err
		}
		if x.AccountID == "" {
			_, err := d.Experts.Attach(tech, x.ID, demo.ExpertLogin(0))
			return err
		}
	}
	return nil
}

// mark enters ballots from paper: of every assignment but each nth, 0 = all.
func (d *demoAwards) mark(ctx context.Context, r *demoRound, nth int) error {
	city := d.as(ctx, "city")
	list, err := d.Panels.Assignments(city, r.call.ID)
	if err != nil {
		return err
	}
	place := map[string]int{}
	for i, a := range r.apps {
		place[a.ID] = i
	}
	me, _, err := d.Experts.Of(ctx, d.actors["expert"].ID)
	if err != nil {
		return err
	}
	for i, a := range list {
		if a.State != panel.Open || nth > 0 && (i%nth == 0 || a.ExpertID == me.ID) {
			continue
		}
		if err := d.Ballots.Paper(city, r.call.ID, a.ID, demoMarks(r.call, place[a.ApplicationID], i), "演示：纸质评分"); err != nil {
			return err
		}
		if err := d.Ballots.SubmitPaper(city, r.call.ID, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// demoMarks is what an expert finds: better applications first, with a little
// disagreement.
func demoMarks(c accredit.Call, app, expert int) []ballot.Mark {
	levels := c.Rules.Programme.Levels
	var out []ballot.Mark
	for i, l := range c.Rules.Programme.Leaves() {
		k := 0
		if (i*7+app*3)%10 < app+2 {
			k = 1
		}
		if (expert*5+i*3)%11 == 0 {
			k++
		}
		out = append(out, ballot.Mark{Leaf: l.Code, Level: levels[min(k, len(levels)-1)].Code,
			Comment: "演示意见：材料完整，活动有延续性，建议补充不同年龄人群的参与数据。"})
	}
	return out
}

func (d *demoAwards) markRound(ctx context.Context, r *demoRound) error {
	if err := d.mark(ctx, r, 0); err != nil {
		return err
	}
	city := d.as(ctx, "city")
	list, err := d.Ballots.Discussions(city, r.call.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.ClosedAt.IsZero() {
			if err := d.Ballots.CloseDiscussion(city, x.ID, "演示：各自坚持原评定。"); err != nil {
				return err
			}
		}
	}
	d.after(r, "desk_review")
	return d.move(ctx, r, "shortlist")
}

// in lists the applications of a round in a state.
func (r *demoRound) in(states ...string) (out []accredit.Application) {
	for _, a := range r.apps {
		if slices.Contains(states, a.State) {
			out = append(out, a)
		}
	}
	return out
}
