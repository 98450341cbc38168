package evaluationhttp

import (
	"net/http"

	"xuedu/internal/evaluation"
	"xuedu/internal/web"
)

// draftPage is one district on the desk: what it may say and do, then its
// profile.
type draftPage struct {
	page
	ID, When, State string
	Until           string // last day on which it may comment, "" = it may not now
	P               profile
	Say             bool // the caller may comment now
	Notes           []noteRow
	Actions         []actionRow
	Text, Evidence  string // as they were typed
	Kinds           []link // Href is the code
	Public          bool
}

// actionRow is an action in words.
type actionRow struct {
	evaluation.Action
	Name, Place, StateName, Tag, When string
	Href                              string
	IsLate, May, Open                 bool // Open: it is to be planned
	Notes                             []progressRow
}

type progressRow struct {
	evaluation.Progress
	By, StateName string
}

func (h *handler) draft(w http.ResponseWriter, r *http.Request) error {
	return h.draftWith(w, r, problem{})
}

func (h *handler) draftWith(w http.ResponseWriter, r *http.Request, cause problem) error {
	ctx := r.Context()
	x, err := h.Evaluations.Round(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	y, err := h.Evaluations.Profile(ctx, x, r.PathValue("area"))
	if err != nil {
		return err
	}
	m, err := h.Evaluations.MethodOf(ctx, x)
	if err != nil {
		return err
	}
	p := draftPage{page: deskPage(r), ID: x.ID, Public: x.Public()}
	if cause.form == "" {
		p.Text, p.Evidence = r.FormValue("text"), r.FormValue("evidence")
	}
	status, err := p.refuse(cause)
	if err != nil {
		return err
	}
	p.When, p.State, p.P = p.period(x.Period), h.stateName(p.page, m, x.State), p.profile(x, m, y)
	p.Title = p.T("evaluation.area_of", "Name", p.P.Name, "Period", p.When)
	p.Say = h.Evaluations.MaySay(ctx, x, m, y.Area)
	if x.Until != "" && !x.Public() {
		p.Until = p.day(x.Until)
	}
	for _, k := range []string{evaluation.Contest, evaluation.Remark} {
		p.Kinds = append(p.Kinds, link{k, p.T("evaluation.kind." + k)})
	}
	if p.Notes, err = h.notes(r, p.page, x, y.Area); err != nil {
		return err
	}
	if p.Actions, err = h.actions(r, p.page, x, y.Area); err != nil {
		return err
	}
	return web.Render(w, r, status, draftView, p)
}

// actions are those of an area, with the names of who reported on the desk.
func (h *handler) actions(r *http.Request, p page, x evaluation.Round, area string) (out []actionRow, err error) {
	list, err := h.Evaluations.Actions(r.Context(), x)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, a := range list {
		for _, n := range a.Progress {
			ids = append(ids, n.Actor)
		}
	}
	names, err := h.Names(r.Context(), ids)
	for _, a := range list {
		if a.Area != area {
			continue
		}
		row := h.actionRow(p, x, a, names)
		row.May = !a.Over() && (h.Evaluations.Speaks(r.Context(), area) || p.Can(r, evaluation.PermPrepare))
		out = append(out, row)
	}
	return out, err
}

// actTags are the colours of an action's states.
var actTags = map[string]string{evaluation.ActWorking: "xd-tag--go", evaluation.ActDone: "xd-tag--done"}

func (h *handler) actionRow(p page, x evaluation.Round, a evaluation.Action, names map[string]string) actionRow {
	d, _ := x.Figures.Indicator(a.Code)
	place, _ := x.Figures.Area(a.Area)
	row := actionRow{Action: a, Name: d.Name.In(p.Lang), Place: place.Name.In(p.Lang), StateName: p.T("evaluation.action." + a.State), Tag: actTags[a.State],
		When: p.day(a.Due), Href: areaHref(x.ID, a.Area) + "#a-" + a.ID, IsLate: a.Late(h.Evaluations.Today()), Open: a.State == evaluation.ActOpen}
	if row.IsLate {
		row.Tag = "xd-tag--act"
	}
	for _, n := range a.Progress {
		row.Notes = append(row.Notes, progressRow{n, names[n.Actor], p.T("evaluation.action." + n.State)})
	}
	return row
}

// inArea does something for an area and shows it again, with what went wrong.
func (h *handler) inArea(w http.ResponseWriter, r *http.Request, form string, do func(evaluation.Round) error) error {
	x, err := h.Evaluations.Round(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if _, err := h.Evaluations.Profile(r.Context(), x, r.PathValue("area")); err != nil {
		return err
	}
	if err := do(x); err != nil {
		return h.draftWith(w, r, problem{err, form})
	}
	to := areaHref(x.ID, r.PathValue("area"))
	if form != "" {
		to += "#a-" + form
	}
	return back(w, r, to)
}

func (h *handler) say(w http.ResponseWriter, r *http.Request) error {
	return h.inArea(w, r, "", func(x evaluation.Round) error {
		return h.Evaluations.Say(r.Context(), x, evaluation.NewNote{Area: r.PathValue("area"), Kind: r.FormValue("kind"), Code: r.FormValue("code"),
			Text: r.FormValue("text"), Evidence: r.FormValue("evidence")})
	})
}

func (h *handler) plan(w http.ResponseWriter, r *http.Request) error {
	return h.inArea(w, r, r.PathValue("action"), func(x evaluation.Round) error {
		return h.Evaluations.Plan(r.Context(), x, r.PathValue("action"), r.FormValue("text"), r.FormValue("owner"), r.FormValue("due"))
	})
}

func (h *handler) report(w http.ResponseWriter, r *http.Request) error {
	return h.inArea(w, r, r.PathValue("action"), func(x evaluation.Round) error {
		return h.Evaluations.Report(r.Context(), x, r.PathValue("action"), r.FormValue("state"), r.FormValue("text"))
	})
}
