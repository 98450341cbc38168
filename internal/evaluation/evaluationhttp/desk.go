package evaluationhttp

import (
	"net/http"
	"time"

	"xuedu/internal/evaluation"
	"xuedu/internal/web"
)

// deskList is what there is to do first, then the rounds.
type deskList struct {
	page
	Waiting []actionRow
	Rows    []roundRow
	Year    string
	May     bool
	Method  bool // the pack has one
}

type roundRow struct {
	ID, When, State, Until string
	Edition                int
	Public                 bool
	Since                  time.Time
	Mine                   []link // areas of the caller
}

type link struct{ Href, Text string }

func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	return h.listWith(w, r, problem{})
}

func (h *handler) listWith(w http.ResponseWriter, r *http.Request, cause problem) error {
	p := deskList{page: deskPage(r)}
	status, err := p.refuse(cause)
	if err != nil {
		return err
	}
	list, err := h.Evaluations.Rounds(r.Context())
	if err != nil {
		return err
	}
	for _, x := range list {
		row, err := h.roundRow(r, p.page, x)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	waiting, err := h.Evaluations.Waiting(r.Context())
	if err != nil {
		return err
	}
	for _, a := range waiting {
		for _, x := range list {
			if x.ID == a.Round {
				p.Waiting = append(p.Waiting, h.actionRow(p.page, x, a, nil))
			}
		}
	}
	p.May, p.Method, p.Year = p.Can(r, evaluation.PermPrepare), h.Pack().Evaluation != nil, r.FormValue("period")
	if p.Year == "" {
		p.Year = h.Now().In(h.Zone).AddDate(-1, 0, 0).Format("2006")
	}
	return web.Render(w, r, status, listView, p)
}

func (h *handler) roundRow(r *http.Request, p page, x evaluation.Round) (roundRow, error) {
	m, err := h.Evaluations.MethodOf(r.Context(), x)
	row := roundRow{ID: x.ID, When: p.period(x.Period), Edition: x.Edition, State: h.stateName(p, m, x.State), Public: x.Public(), Since: x.Since}
	if x.Until != "" && !x.Public() {
		row.Until = p.day(x.Until)
	}
	for _, a := range x.Figures.Areas {
		if h.Evaluations.Speaks(r.Context(), a.Code) {
			row.Mine = append(row.Mine, link{areaHref(x.ID, a.Code), a.Name.In(p.Lang)})
		}
	}
	return row, err
}

func areaHref(id, area string) string { return "/desk/evaluations/" + id + "/areas/" + area }

func (h *handler) begin(w http.ResponseWriter, r *http.Request) error {
	x, err := h.Evaluations.Begin(r.Context(), r.FormValue("period"))
	if err != nil {
		return h.listWith(w, r, problem{cause: err})
	}
	return back(w, r, "/desk/evaluations/"+x.ID)
}
