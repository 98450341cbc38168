package statistichttp

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/web"
)

var backView = view("back", "")

// Moves that open cells: those that are wrong go back, those of an accepted
// return are opened to be corrected.
const (
	backMove    = "send_back"
	correctMove = "correct"
)

// backPage asks why cells are opened: of cells that go back what is wrong with
// each, of a correction who asked for it and until when it may be made.
type backPage struct {
	page
	S       statistic.Sheet
	Base    string
	Move    string
	Cells   []backCell
	All     string // one reason for all
	Asked   string
	Until   string
	Problem string
	Field   string // that the problem is about
	Askable bool   // asks who asked for it
}

type backCell struct {
	Key, ID, Label, Why, Error string
	Shown                      figureview.Cell
}

// opens is the move by which the reader may open cells of a sheet, "" if none.
func opens(s statistic.Sheet) string {
	for _, code := range []string{backMove, correctMove} {
		if s.Reviews && hasMove(s, code) {
			return code
		}
	}
	return ""
}

// backForm asks for the reasons of the cells that were ticked.
func (h *handler) backForm(w http.ResponseWriter, r *http.Request) error {
	p, err := h.backPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, backView, p)
}

func (h *handler) backPage(r *http.Request) (backPage, error) {
	p := backPage{page: h.deskPage(r, "returns.back.title"), All: strings.TrimSpace(r.FormValue("all")),
		Asked: strings.TrimSpace(r.FormValue("asked_by")), Until: r.FormValue("until")}
	s, err := h.Returns.Sheet(r.Context(), r.PathValue("id"), p.Lang)
	if err != nil {
		return p, err
	}
	p.S, p.Base, p.Move = s, "/desk/returns/"+s.ID, opens(s)
	if p.Askable = p.Move == correctMove; p.Askable {
		p.Title = p.T("returns.correct.title")
		p.Until = cmp.Or(p.Until, h.Days().Add(h.today(), 3).Format("2006-01-02"))
	}
	for i, name := range r.Form["cell"] {
		k := keyOf(name)
		f, ok := fieldOf(s, k.Field)
		if !ok {
			return p, errs.New(errs.Invalid, "returns.bad_form")
		}
		p.Cells = append(p.Cells, backCell{Key: name, ID: "w-" + strconv.Itoa(i), Label: p.cellName(s, k), Why: strings.TrimSpace(r.FormValue("why:" + name)), Shown: p.shown(f, s.Cells[k])})
	}
	if len(p.Cells) == 0 {
		p.Problem = p.T("returns.back.none")
	}
	return p, nil
}

// back opens the cells that were ticked, each for its reason; the others stay
// as they are.
func (h *handler) back(w http.ResponseWriter, r *http.Request) error {
	p, err := h.backPage(r)
	if err != nil {
		return err
	}
	if p.Askable {
		err = h.correct(r, p)
	} else {
		err = h.sendBack(r, &p)
	}
	if e, ok := errors.AsType[*errs.Error](err); ok && (e.Kind == errs.Invalid || e.Kind == errs.Conflict) {
		p.Problem, p.Field = p.T(e.Key, e.Args...), e.Field
		return web.Render(w, r, web.Status(err), backView, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, p.Base, http.StatusSeeOther)
	return nil
}

func (h *handler) sendBack(r *http.Request, p *backPage) error {
	why := map[rule.Key]string{}
	var missing error
	for i := range p.Cells {
		c := &p.Cells[i]
		text := cmp.Or(c.Why, p.All)
		if text == "" {
			c.Error = p.T("returns.back.why")
			missing = errs.New(errs.Invalid, "returns.back.why")
		}
		why[keyOf(c.Key)] = text
	}
	if missing != nil {
		return missing
	}
	return h.Returns.SendBack(r.Context(), p.S.ID, why)
}

func (h *handler) correct(r *http.Request, p backPage) error {
	c := statistic.Correction{Reason: p.All, AskedBy: p.Asked, Until: p.Until}
	for _, x := range p.Cells {
		c.Keys = append(c.Keys, keyOf(x.Key))
	}
	return h.Returns.Correct(r.Context(), p.S.ID, c)
}
