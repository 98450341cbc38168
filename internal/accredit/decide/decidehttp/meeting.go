package decidehttp

import (
	"net/http"
	"slices"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

func notFound() error { return errs.New(errs.NotFound, "error.not_found") }

func (h *handler) convene(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	return act(w, r, func() error {
		all, err := h.Candidates(ctx, id)
		if err != nil {
			return err
		}
		n := decide.NewMeeting{CallID: id, Day: form(r, "day")}
		if err := r.ParseForm(); err != nil {
			return errs.InvalidField("members", "decide.bad_vote")
		}
		for _, m := range all {
			if slices.Contains(r.Form["member"], m.AccountID) {
				n.Members = append(n.Members, m)
			}
		}
		_, err = h.Decisions.Convene(ctx, n)
		return err
	}, h.back(r), h.again(w, r))
}

// meetingPage is a meeting for the office.
type meetingPage struct {
	page
	Call    accredit.Call
	Meeting decide.Meeting
	Apps    []voteRow
	Who     string // account whose votes are being typed
	May     bool
}

// voteRow is one application to vote on.
type voteRow struct {
	accredit.Application
	Outcome decide.Outcome
	Choice  string // as cast; else what the order suggests
	Cast    bool
	Tally   decide.Tally
	Passed  bool
}

// Choices of a vote, in the order they are offered.
func (p meetingPage) Choices() []string { return []string{decide.Yes, decide.No, decide.Abstain} }

func (h *handler) meetingPage(r *http.Request, front ui.Front, who string, fault error) (*meetingPage, error) {
	ctx := r.Context()
	p := &meetingPage{page: h.page(r, front, "decide.meeting", fault), Who: who, May: h.Can(ctx, Manage)}
	var err error
	if p.Meeting, err = h.Decisions.Meeting(ctx, r.PathValue("id")); err != nil {
		return nil, err
	}
	if p.Call, err = h.Calls.Call(account.With(ctx, account.Actor{}), p.Meeting.CallID); err != nil {
		return nil, err
	}
	apps, err := h.Calls.OfCall(ctx, p.Call.ID)
	if err != nil {
		return nil, err
	}
	results, err := h.Decisions.Standing(ctx, p.Meeting)
	if err != nil {
		return nil, err
	}
	for _, a := range apps {
		if o, ok := results[a.ID]; ok && p.onTable(a) {
			p.Apps = append(p.Apps, p.voteRow(a, o))
		}
	}
	slices.SortFunc(p.Apps, func(a, b voteRow) int {
		if a.Outcome.Place != b.Outcome.Place {
			return a.Outcome.Place - b.Outcome.Place
		}
		return strings.Compare(a.Code, b.Code)
	})
	return p, nil
}

// onTable reports whether an application is, or was, before the meeting.
func (p *meetingPage) onTable(a accredit.Application) bool {
	return a.State == "deliberation" || p.Meeting.Votes[a.ID] != nil
}

func (p *meetingPage) voteRow(a accredit.Application, o decide.Outcome) voteRow {
	v := voteRow{Application: a, Outcome: o, Tally: p.Meeting.Tally(a.ID)}
	v.Choice, v.Cast = p.Meeting.Votes[a.ID][p.Who]
	v.Passed = p.Meeting.Passed(decide.RulesOf(p.Call), a.ID)
	return v
}

func (h *handler) meeting(w http.ResponseWriter, r *http.Request) error {
	return h.showMeeting(w, r, nil)
}

func (h *handler) showMeeting(w http.ResponseWriter, r *http.Request, fault error) error {
	p, err := h.meetingPage(r, ui.Desk, r.FormValue("member"), fault)
	if err != nil {
		return err
	}
	p.Page = p.Page.In("nav.calls")
	return web.Render(w, r, code(fault), meetingView, p)
}

// hold is what the office does with a meeting: presence, votes cast on paper,
// closing.
func (h *handler) hold(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	return act(w, r, func() error {
		if err := r.ParseForm(); err != nil {
			return errs.InvalidField("vote", "decide.bad_vote")
		}
		switch r.FormValue("what") {
		case "attend":
			present := map[string]bool{}
			for _, a := range r.Form["present"] {
				present[a] = true
			}
			return h.Decisions.Attend(ctx, id, present)
		case "close":
			return h.Decisions.Close(ctx, id)
		}
		return h.Decisions.Vote(ctx, id, form(r, "member"), votes(r))
	}, "/desk/meetings/"+id, func(err error) error { return h.showMeeting(w, r, err) })
}

// votes reads the fields vote-ID of a form.
func votes(r *http.Request) map[string]string {
	out := map[string]string{}
	for name := range r.Form {
		if app, ok := strings.CutPrefix(name, "vote-"); ok && r.FormValue(name) != "" {
			out[app] = r.FormValue(name)
		}
	}
	return out
}

func (h *handler) ballot(w http.ResponseWriter, r *http.Request) error {
	return h.showBallot(w, r, nil)
}

func (h *handler) showBallot(w http.ResponseWriter, r *http.Request, fault error) error {
	p, err := h.meetingPage(r, ui.Review, account.From(r.Context()).ID, fault)
	if err != nil {
		return err
	}
	return web.Render(w, r, code(fault), voteView, p)
}

func (h *handler) vote(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return act(w, r, func() error {
		if err := r.ParseForm(); err != nil {
			return errs.InvalidField("vote", "decide.bad_vote")
		}
		return h.Decisions.Vote(r.Context(), id, account.From(r.Context()).ID, votes(r))
	}, "/review/meetings/"+id, func(err error) error { return h.showBallot(w, r, err) })
}
