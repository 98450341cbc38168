package evaluationhttp

import (
	"net/http"

	"xuedu/internal/evaluation"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

// roundPage is a round on the desk: what is to be done, then every district.
type roundPage struct {
	page
	R          roundRow
	Version    string
	Source     string
	SourceHref string
	Office     bool
	Prepare    bool
	Collect    bool
	Moves      []moveRow
	Rows       []areaRow
	Notes      []noteRow
	Outcomes   []link // Href is the code
	Ranking    *ranking
	League     bool
	Approve    bool
	Reason     pack.Text
	Reasons    []reasonField
	Revise     bool // the caller may begin a new edition
	Whys       []reasonField
	Why        string // of this edition
	Edition    int
	Events     []eventRow
	Period     string
}

type reasonField struct{ Lang, Label, Text string }

type moveRow struct {
	Code, Name, Why string
	Reason          bool
}

type areaRow struct {
	Name, Href string
	Count      counts
	Waits      int
	Agreed     bool
}

type noteRow struct {
	evaluation.Note
	Area, By, Cell, Kind string
	Contest              bool
	Open                 bool // the caller may answer it
}

type eventRow struct {
	evaluation.Event
	By, What string
}

func (h *handler) round(w http.ResponseWriter, r *http.Request) error {
	return h.roundWith(w, r, problem{})
}

func (h *handler) roundWith(w http.ResponseWriter, r *http.Request, cause problem) error {
	ctx := r.Context()
	x, err := h.Evaluations.Round(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	m, err := h.Evaluations.MethodOf(ctx, x)
	if err != nil {
		return err
	}
	p := roundPage{page: deskPage(r), Version: m.Version, League: x.League, Reason: x.LeagueReason, Period: x.Period, Edition: x.Edition}
	status, err := p.refuse(cause)
	if err != nil {
		return err
	}
	if p.R, err = h.roundRow(r, p.page, x); err != nil {
		return err
	}
	p.Title = p.T("evaluation.of", "Period", p.R.When)
	p.Source, p.SourceHref = p.source(x)
	p.Prepare = p.Can(r, evaluation.PermPrepare)
	p.Approve = p.Can(r, evaluation.PermApprove) && x.Public() && m.Composite != nil
	p.Office = p.Prepare || p.Can(r, evaluation.PermApprove)
	for _, o := range evaluation.Outcomes {
		p.Outcomes = append(p.Outcomes, link{o, p.T("evaluation.outcome." + o)})
	}
	p.Why = x.Why.In(p.Lang)
	p.Reasons, p.Whys = h.reasonFields(r, p.page, "league"), h.reasonFields(r, p.page, "revise")
	for _, fill := range []func(*http.Request, evaluation.Round, evaluation.Method, *roundPage) error{h.fillRevise, h.fillMoves, h.fillAreas, h.fillNotes, h.fillRanking, h.fillEvents} {
		if err := fill(r, x, m, &p); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, roundView, p)
}

// reasonFields ask for a reason in every language of the pack; what was typed
// into that form stays.
func (h *handler) reasonFields(r *http.Request, p page, form string) (out []reasonField) {
	for _, lang := range h.Pack().Languages {
		f := reasonField{Lang: lang, Label: p.T("evaluation.league.reason_in", "Lang", p.T("evaluation.lang."+lang))}
		if r.FormValue("do") == form {
			f.Text = r.FormValue("reason_" + lang)
		}
		out = append(out, f)
	}
	return out
}

func (h *handler) fillMoves(r *http.Request, x evaluation.Round, m evaluation.Method, p *roundPage) error {
	moves, err := h.Evaluations.Moves(r.Context(), x)
	for _, v := range moves {
		row := moveRow{Code: v.Code, Name: pack.Text(v.Name).In(p.Lang), Reason: v.Reason}
		if v.Why != "" {
			row.Why = p.T(v.Why)
		}
		p.Moves = append(p.Moves, row)
	}
	w, _ := h.Pack().Workflow(m.Workflow)
	for _, st := range w.States {
		for _, act := range st.Allow {
			p.Collect = p.Collect || p.Prepare && st.Code == x.State && act == "collect"
		}
	}
	return err
}

func (h *handler) fillAreas(r *http.Request, x evaluation.Round, m evaluation.Method, p *roundPage) error {
	list, err := h.Evaluations.Profiles(r.Context(), x)
	if err != nil {
		return err
	}
	notes, err := h.Evaluations.Notes(r.Context(), x)
	for _, y := range list {
		one := p.profile(x, m, y)
		row := areaRow{Name: one.Name, Href: areaHref(x.ID, one.Area), Count: one.Count}
		for _, n := range notes {
			if n.Area != one.Area {
				continue
			}
			if row.Agreed = n.Kind == evaluation.Agree; n.Waits() {
				row.Waits++
			}
		}
		p.Rows = append(p.Rows, row)
	}
	return err
}

func (h *handler) fillNotes(r *http.Request, x evaluation.Round, _ evaluation.Method, p *roundPage) (err error) {
	p.Notes, err = h.notes(r, p.page, x, "")
	return err
}

// notes are those of an area, "" = of all, with names.
func (h *handler) notes(r *http.Request, p page, x evaluation.Round, area string) (out []noteRow, err error) {
	list, err := h.Evaluations.Notes(r.Context(), x)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, n := range list {
		ids = append(ids, n.Author)
	}
	names, err := h.Names(r.Context(), ids)
	for _, n := range list {
		if area != "" && n.Area != area {
			continue
		}
		a, _ := x.Figures.Area(n.Area)
		row := noteRow{Note: n, Area: a.Name.In(p.Lang), By: names[n.Author], Kind: p.T("evaluation.kind." + n.Kind), Contest: n.Kind == evaluation.Contest}
		if d, ok := x.Figures.Indicator(n.Code); ok {
			row.Cell = d.Name.In(p.Lang)
		}
		row.Open = n.Kind != evaluation.Agree && n.Answer == "" && !x.Public() && p.Can(r, evaluation.PermPrepare)
		out = append(out, row)
	}
	return out, err
}

func (h *handler) fillRanking(r *http.Request, x evaluation.Round, m evaluation.Method, p *roundPage) error {
	if !p.Office || m.Composite == nil {
		return nil
	}
	k, err := h.Evaluations.Ranking(r.Context(), x)
	if err != nil {
		return err
	}
	p.Ranking = p.ranking(x, m, k)
	return nil
}

func (h *handler) fillEvents(r *http.Request, x evaluation.Round, m evaluation.Method, p *roundPage) error {
	if !p.Office {
		return nil
	}
	list, err := h.Evaluations.Events(r.Context(), x)
	if err != nil {
		return err
	}
	var ids []string
	for _, e := range list {
		ids = append(ids, e.Actor)
	}
	names, err := h.Names(r.Context(), ids)
	w, _ := h.Pack().Workflow(m.Workflow)
	for _, e := range list {
		row := eventRow{Event: e, By: names[e.Actor]}
		for _, v := range w.Moves {
			if v.Code == e.Verb {
				row.What = pack.Text(v.Name).In(p.Lang)
			}
		}
		if row.What == "" {
			row.What = p.T("evaluation.event." + e.Verb)
		}
		p.Events = append(p.Events, row)
	}
	return err
}

// act does something with a round and shows it again, with what went wrong.
func (h *handler) act(w http.ResponseWriter, r *http.Request, form string, do func(evaluation.Round) error) error {
	x, err := h.Evaluations.Round(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := do(x); err != nil {
		return h.roundWith(w, r, problem{err, form})
	}
	return back(w, r, "/desk/evaluations/"+x.ID)
}

func (h *handler) move(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, r.FormValue("move"), func(x evaluation.Round) error {
		return h.Evaluations.Move(r.Context(), x, r.FormValue("move"), r.FormValue("reason"))
	})
}

func (h *handler) collect(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "", func(x evaluation.Round) error { return h.Evaluations.Recollect(r.Context(), x) })
}

func (h *handler) setLeague(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "", func(x evaluation.Round) error {
		return h.Evaluations.SetLeague(r.Context(), x, r.FormValue("on") == "1", h.reasons(r))
	})
}

func (h *handler) reasons(r *http.Request) pack.Text {
	out := pack.Text{}
	for _, lang := range h.Pack().Languages {
		out[lang] = r.FormValue("reason_" + lang)
	}
	return out
}

func (h *handler) fillRevise(r *http.Request, x evaluation.Round, _ evaluation.Method, p *roundPage) error {
	if !x.Public() || !p.Prepare {
		return nil
	}
	all, err := h.Evaluations.Editions(r.Context(), x.Period)
	p.Revise = len(all) > 0 && all[0].ID == x.ID
	return err
}

func (h *handler) revise(w http.ResponseWriter, r *http.Request) error {
	x, err := h.Evaluations.Round(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	next, err := h.Evaluations.Revise(r.Context(), x, h.reasons(r))
	if err != nil {
		return h.roundWith(w, r, problem{err, "revise"})
	}
	return back(w, r, "/desk/evaluations/"+next.ID)
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, r.PathValue("note"), func(x evaluation.Round) error {
		return h.Evaluations.Answer(r.Context(), x, r.PathValue("note"), r.FormValue("outcome"), r.FormValue("answer"))
	})
}
