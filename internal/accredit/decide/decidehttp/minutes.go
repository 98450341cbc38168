package decidehttp

import (
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/docx"
	"xuedu/internal/ui"
)

// minutes are those of a meeting.
func (h *handler) minutes(r *http.Request) (*paperPage, error) {
	m, err := h.meetingPage(r, ui.Desk, "", nil)
	if err != nil {
		return nil, err
	}
	p := h.paper(r, ui.Desk, m.Call, "minutes")
	p.Back, p.BackText = "/desk/meetings/"+m.Meeting.ID, p.T("decide.meeting")
	p.Draft, p.Doc = m.Meeting.State == decide.MeetingOpen, m.document()
	p.Title = p.Doc.Title
	return p, nil
}

// document is the minutes of a meeting.
func (p *meetingPage) document() docx.Document {
	var there, away []string
	for _, m := range p.Meeting.Members {
		if m.Present {
			there = append(there, m.Name)
		} else {
			away = append(away, m.Name)
		}
	}
	sep := p.T("decide.comma")
	rule := p.Call.Rules.Programme.Deliberation
	d := docx.Document{
		Title: p.T("decide.minutes.title", "Call", p.Call.Title.In(p.Lang)),
		Blocks: []docx.Block{
			{Heading: p.T("decide.minutes.when"), Text: p.Day(p.Meeting.Day)},
			{Heading: p.T("decide.minutes.present", "Present", len(there), "All", len(p.Meeting.Members)), Text: strings.Join(there, sep)},
		},
		Signed: []string{p.Day(p.Meeting.Day)},
	}
	if len(away) > 0 {
		d.Blocks = append(d.Blocks, docx.Block{Heading: p.T("decide.minutes.absent"), Text: strings.Join(away, sep)})
	}
	d.Blocks = append(d.Blocks, docx.Block{Heading: p.T("decide.minutes.rule"), Text: p.T("decide.rule", "Quorum", rule.Quorum, "Pass", rule.Pass)},
		docx.Block{Heading: p.T("decide.minutes.votes"), Table: p.voteTable()})
	return d
}

func (p *meetingPage) voteTable() *docx.Table {
	t := &docx.Table{Head: []string{p.T("decide.code"), p.T("decide.title"), p.T("decide.final"), p.T("decide.votes"), p.T("decide.finding"), p.T("decide.reason")}}
	for _, a := range p.Apps {
		verdict := p.T("decide.not_proposed")
		if a.Passed {
			verdict = p.T("decide.proposed")
		}
		t.Rows = append(t.Rows, []string{a.Code, a.Title, a.Outcome.Final,
			p.T("decide.tally", "Yes", a.Tally.Yes, "No", a.Tally.No, "Abstain", a.Tally.Abstain, "Recused", a.Tally.Recused), verdict, a.Outcome.Reason})
	}
	return t
}

// list is the order of a call on paper, for the leading group.
func (h *handler) list(r *http.Request) (*paperPage, error) {
	ctx, id := r.Context(), r.PathValue("id")
	c, err := h.Calls.Call(ctx, id)
	if err != nil {
		return nil, err
	}
	res := &resultPage{page: h.page(r, ui.Desk, "decide.result", nil), Call: c}
	rows, err := h.rows(r, res)
	if err != nil {
		return nil, err
	}
	p := h.paper(r, ui.Desk, c, "list")
	p.Doc = docx.Document{Title: p.T("decide.list.title", "Call", c.Title.In(p.Lang)), Blocks: []docx.Block{
		{Text: p.T("decide.list.text", "All", res.All, "In", res.In, "Places", c.Places)},
		{Table: p.order(rows)},
	}}
	if approval, err := h.Decisions.Paper(ctx, id, decide.Approval); err != nil {
		return nil, err
	} else if approval.Number != "" {
		p.Doc.Blocks = append(p.Doc.Blocks, docx.Block{Text: p.T("decide.list.approval", "Number", approval.Number, "Day", p.Day(approval.Day))})
	}
	p.Title = p.Doc.Title
	return p, nil
}

func (p *paperPage) order(rows []row) *docx.Table {
	t := &docx.Table{Head: []string{p.T("decide.place"), p.T("decide.title"), p.T("decide.area"), p.T("decide.final"), p.T("decide.votes"), p.T("decide.finding")}}
	for _, x := range rows {
		t.Rows = append(t.Rows, []string{strconv.Itoa(x.Place), title(x.App), p.Area(x.App.AreaID), dash(x.Final), dash(x.Votes), p.finding(x)})
	}
	return t
}

func title(a accredit.Application) string { return a.Title + "（" + a.Code + "）" }

func dash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// finding says in words what is to be said of a line of the order.
func (p *paperPage) finding(x row) string {
	var list []string
	for _, k := range []struct {
		on  bool
		key string
	}{{x.In, "decide.in"}, {x.Grey, "decide.grey"}, {x.Tie != "", "decide.tie"}, {x.Decision != "", "decide.deviates"}} {
		if k.on {
			list = append(list, p.T(k.key))
		}
	}
	return strings.Join(append(list, nonEmpty(x.Reason)...), p.T("decide.comma"))
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
