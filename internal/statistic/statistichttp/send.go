package statistichttp

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
	"xuedu/internal/web"
)

var sendView = view("send", "")

// sendPage sends a form out: choose form and period, look at what it costs
// whom and whether it is lawful, confirm.
type sendPage struct {
	page
	Forms    []option
	Periods  []option
	Places   []option // the whole city, or a part of it for a pilot
	Place    int      // preorder number of the part that was chosen
	F        form.Form
	P        period.Period
	Chosen   bool
	Problems []link // what stands against it, with its ground and remedy
	Head     []link
	Units    int
	Cells    int64 // to be typed in one unit
	Computed int64
	All      int64  // typed cells in all units
	Minutes  string // of one unit
	Hours    string // of all units
	Levels   string
	Problem  string
}

// sendForm shows the choice, and with a form and a period what would be sent.
func (h *handler) sendForm(w http.ResponseWriter, r *http.Request) error {
	p, err := h.sendPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sendView, p)
}

func (h *handler) sendPage(r *http.Request) (sendPage, error) {
	p := sendPage{page: h.deskPage(r, "returns.send.title")}
	list, err := h.Forms.List(r.Context())
	if err != nil {
		return p, err
	}
	code := r.FormValue("form")
	for _, f := range list {
		if f.SummaryOf != "" {
			continue // goes out with the form that it sums up
		}
		p.Forms = append(p.Forms, option{Value: f.Code, Text: f.Name.In(p.Lang), On: f.Code == code})
		if f.Code == code {
			p.F, p.Chosen = f, true
		}
	}
	if p.Place, err = h.part(r.FormValue("area")); err != nil {
		p.Chosen, p.Problem = false, words(p.page, err)
	}
	p.Places = h.places(p.page, p.Place)
	name := r.FormValue("period")
	for _, d := range h.periods() {
		p.Periods = append(p.Periods, option{Value: d.Name, Text: p.Period(d), On: d.Name == name})
	}
	if !p.Chosen || name == "" {
		p.Chosen = false
		return p, nil
	}
	if p.P, err = period.Parse(name); err != nil {
		p.Chosen, p.Problem = false, words(p.page, err)
		return p, nil
	}
	return p, h.preview(r, &p)
}

// part is the area below which the form goes out: the whole city unless one
// is chosen.
func (h *handler) part(code string) (int, error) {
	if code == "" {
		return 0, nil
	}
	n, ok := h.Tree().ByCode(code)
	if !ok {
		return 0, errs.InvalidField("area", "statistic.no_area", "Code", code)
	}
	return n, nil
}

// places are the parts of the city that a pilot may be run in.
func (h *handler) places(p page, chosen int) []option {
	t := h.Tree()
	list := []option{{Text: p.T("returns.send.everywhere")}}
	for n := 1; n < t.Len(); n++ {
		if a := t.At(n); a.ValidTo == "" && (a.Level == area.District || a.Level == area.Street) {
			list = append(list, option{Value: a.Code, Text: p.PlacePath(a.ID), On: n == chosen})
		}
	}
	return list
}

// periods are the quarters and years that may be asked for now: the running
// ones and those that ended in the last year.
func (h *handler) periods() []period.Period {
	today := h.today()
	var list []period.Period
	for i := range 6 {
		t := time.Date(today.Year(), today.Month()-time.Month(3*i), 1, 0, 0, 0, 0, time.UTC)
		list = append(list, quarterOf(t))
	}
	for i := range 2 {
		if y, err := period.Parse(today.AddDate(-i, 0, 0).Format("2006")); err == nil {
			list = append(list, y)
		}
	}
	return list
}

func quarterOf(t time.Time) period.Period {
	q, _ := period.Parse(t.Format("2006") + "-Q" + string(rune('1'+(int(t.Month())-1)/3)))
	return q
}

// preview says what would be sent to whom, and what stands against it.
func (h *handler) preview(r *http.Request, p *sendPage) error {
	p.Head = p.legalHead(p.F.Head)
	today := h.today().Format(time.DateOnly)
	problems, err := h.Forms.Check(r.Context(), p.F.Form, today)
	if err != nil {
		return err
	}
	for _, x := range problems {
		l := link{Text: p.T(x.Key, x.Args...), Note: x.Field, Href: x.Where}
		if f, ok := p.F.Field(x.Field); ok {
			l.Note = f.Name.In(p.Lang)
		}
		p.Problems = append(p.Problems, l)
	}
	switch p.F.State {
	case form.Registered:
	case form.Withdrawn:
		p.Problems = append(p.Problems, link{Text: p.T("form.ground.withdrawn", "Code", p.F.Code)})
	default:
		p.Problems = append(p.Problems, link{Text: p.T("returns.send.unregistered")})
	}
	if string(p.P.Kind()) != p.F.Period {
		p.Problems = append(p.Problems, link{Text: p.T("returns.send.wrong_period", "Kind", p.T("returns.kind."+p.F.Period))})
	}
	t := h.Tree()
	for n := p.Place; n < t.Last(p.Place); n++ {
		if a := t.At(n); a.ValidTo == "" && slices.Contains(p.F.Levels, string(a.Level)) {
			p.Units++
		}
	}
	for i, l := range p.F.Levels {
		if i > 0 {
			p.Levels += p.T("returns.list_comma")
		}
		p.Levels += p.Level(area.Level(l))
	}
	b := h.Forms.Burden(p.F, 1)
	p.Cells, p.Computed, p.Minutes = b.Typed, b.Computed, b.Minutes
	p.All = b.Typed * int64(p.Units)
	p.Hours = hours(b.Minutes, p.Units)
	return nil
}

// hours is so many minutes for each of n units, in whole hours.
func hours(minutes string, n int) string {
	m, _, err := apd.NewFromString(minutes)
	if err != nil {
		return ""
	}
	c := apd.BaseContext.WithPrecision(20)
	var out apd.Decimal
	_, err1 := c.Mul(&out, m, apd.New(int64(n), 0))
	_, err2 := c.Quo(&out, &out, apd.New(60, 0))
	_, err3 := c.Quantize(&out, &out, 0)
	if errors.Join(err1, err2, err3) != nil {
		return ""
	}
	return out.Text('f')
}

// Area is the code of the part that was chosen, "" for the whole city.
func (p sendPage) Area() string {
	if p.Place == 0 {
		return ""
	}
	return p.h.Tree().At(p.Place).Code
}

// Lawful reports whether nothing stands against sending it out.
func (p sendPage) Lawful() bool { return p.Chosen && len(p.Problems) == 0 }

// send sends the form out, or says on what ground it is refused.
func (h *handler) send(w http.ResponseWriter, r *http.Request) error {
	p, err := h.sendPage(r)
	if err != nil {
		return err
	}
	if !p.Chosen {
		p.Problem = cmp.Or(p.Problem, p.T("returns.send.choose"))
		return web.Render(w, r, http.StatusUnprocessableEntity, sendView, p)
	}
	c, err := h.Returns.SendOrder(r.Context(), statistic.Order{FormID: p.F.ID, Period: p.P, AreaID: h.Tree().At(p.Place).ID}, nil)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind != errs.Internal {
		p.Problem = p.T(e.Key, e.Args...)
		return web.Render(w, r, web.Status(err), sendView, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/collections/"+c.ID, http.StatusSeeOther)
	return nil
}
