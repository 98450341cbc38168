package accounthttp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var trailView = view("trail")

type trailPage struct {
	ui.Page
	Query   trailQuery
	Results []option
	Rows    []trailRow
	Next    string // address of the next page
	First   string // address of the first page, where this is not it
	Export  string // address of the same selection as a file
	Problem *problem
	Report  *trailReport
}

// trailQuery is what was typed; the days are of the city's time zone.
type trailQuery struct{ Actor, Verb, Object, Result, From, To string }

type trailRow struct {
	audit.Record
	Who, Whom, Place, Done string
}

// trailReport is a finished check, in words.
type trailReport struct {
	OK          bool
	Title, Text string
}

func (h *handler) trail(w http.ResponseWriter, r *http.Request) error {
	return h.trailWith(w, r, nil)
}

func (h *handler) trailWith(w http.ResponseWriter, r *http.Request, report *trailReport) error {
	p := trailPage{Page: ui.NewPage(r, ui.Admin, "audit.title").In("nav.audit"), Report: report}
	if report != nil { // the answer to a form
		p.Path = "/admin/audit"
	}
	p.Query = trailQuery{r.FormValue("actor"), r.FormValue("verb"), r.FormValue("object"), r.FormValue("result"), r.FormValue("from"), r.FormValue("to")}
	for _, v := range []string{audit.Done, audit.Refused, audit.Failed} {
		p.Results = append(p.Results, option{v, p.T("audit.result." + v), v == p.Query.Result})
	}
	q, err := h.selection(r, p.Query)
	if err != nil {
		pr, ok := problemOf(p.Page, err)
		if !ok {
			return err
		}
		p.Problem = pr
		return web.Render(w, r, web.Status(err), trailView, p)
	}
	list, next, err := h.Audit.List(r.Context(), q)
	if err != nil {
		return err
	}
	if p.Rows, err = h.trailRows(r, p.Page, list); err != nil {
		return err
	}
	here := p.Query.values()
	p.Export = "/admin/audit/export?" + here.Encode()
	if q.Before > 0 {
		p.First = "/admin/audit?" + here.Encode()
	}
	if next > 0 {
		here.Set("before", strconv.FormatInt(next, 10))
		p.Next = "/admin/audit?" + here.Encode()
	}
	return web.Render(w, r, http.StatusOK, trailView, p)
}

func (q trailQuery) values() url.Values {
	v := url.Values{}
	for name, s := range map[string]string{"actor": q.Actor, "verb": q.Verb, "object": q.Object, "result": q.Result, "from": q.From, "to": q.To} {
		if s != "" {
			v.Set(name, s)
		}
	}
	return v
}

// selection reads the filters. An actor may be typed as a login.
func (h *handler) selection(r *http.Request, in trailQuery) (audit.Query, error) {
	q := audit.Query{Actor: strings.TrimSpace(in.Actor), Verb: strings.TrimSpace(in.Verb), Object: strings.TrimSpace(in.Object), Result: in.Result}
	var err error
	if q.From, err = h.day("from", in.From); err != nil {
		return q, err
	}
	if q.To, err = h.day("to", in.To); err != nil {
		return q, err
	}
	if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1)
	}
	if s := r.FormValue("before"); s != "" {
		if q.Before, err = strconv.ParseInt(s, 10, 64); err != nil || q.Before < 1 {
			return q, errs.InvalidField("before", "error.not_a_number")
		}
	}
	if q.Actor == "" {
		return q, nil
	}
	a, err := h.Accounts.FindByLogin(r.Context(), q.Actor)
	switch {
	case err == nil:
		q.Actor = a.ID
	case errs.KindOf(err) != errs.NotFound:
		return q, err
	}
	return q, nil
}

func (h *handler) day(field, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	zone := time.UTC
	if h.Zone != nil {
		zone = h.Zone
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return t, errs.InvalidField(field, "audit.bad_day", "Value", s)
	}
	return t, nil
}

func (h *handler) trailRows(r *http.Request, p ui.Page, list []audit.Record) ([]trailRow, error) {
	ids := make([]string, 0, len(list))
	for _, e := range list {
		ids = append(ids, e.Actor, strings.TrimPrefix(e.Object, "account:"))
	}
	names, err := h.Accounts.Names(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	rows := make([]trailRow, 0, len(list))
	for _, e := range list {
		row := trailRow{Record: e, Who: names[e.Actor], Whom: names[strings.TrimPrefix(e.Object, "account:")], Done: p.T("audit.result." + e.Result)}
		if row.Who == "" {
			row.Who = e.Actor
		}
		if e.AreaID != 0 {
			row.Place = h.place(r.Context(), p, account.Grant{AreaID: e.AreaID})
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// verify checks the whole trail and shows the result above the list.
func (h *handler) verify(w http.ResponseWriter, r *http.Request) error {
	rep, err := h.Audit.Verify(r.Context(), 1)
	if err != nil {
		return err
	}
	result := audit.Entry{Verb: "audit:verify", Object: "trail", Detail: map[string]any{"last": rep.Last}}
	if rep.Broken != nil {
		result.Result, result.Detail["broken"], result.Detail["seq"] = audit.Failed, rep.Broken.What, rep.Broken.Seq
	}
	if err := h.Audit.Note(r.Context(), result); err != nil {
		return err
	}
	return h.trailWith(w, r, reportOf(ui.NewPage(r, ui.Admin, "audit.title"), rep))
}

func reportOf(p ui.Page, rep audit.Report) *trailReport {
	if b := rep.Broken; b != nil {
		return &trailReport{Title: p.T("audit.broken", "Seq", p.Num(b.Seq)), Text: p.T("audit.broken." + b.What)}
	}
	return &trailReport{OK: true, Title: p.T("audit.intact"), Text: p.T("audit.intact_text", "N", p.Num(rep.Last), "Checkpoints", p.Num(int64(rep.Checkpoints)), "Unsigned", p.Num(rep.Unsigned))}
}

func (h *handler) export(w http.ResponseWriter, r *http.Request) error {
	in := trailQuery{r.FormValue("actor"), r.FormValue("verb"), r.FormValue("object"), r.FormValue("result"), r.FormValue("from"), r.FormValue("to")}
	q, err := h.selection(r, in)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Content-Disposition", `attachment; filename="audit.jsonl"`)
	_, err = h.Audit.Export(r.Context(), w, q)
	return err
}
