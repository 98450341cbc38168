package monitorhttp

import (
	"net/http"
	"strconv"
	"time"

	"xuedu/internal/errs"
	"xuedu/internal/publish"
	"xuedu/internal/web"
)

// approvePage is where a frozen report is read and approved, or sent back; once
// approved, its embargo is moved there.
type approvePage struct {
	page
	E       publish.Edition
	Name    string
	When    string
	Public  string // proposed
	Read    string // where it is read
	Waits   bool
	Readers []publish.Reader
}

const clock = "2006-01-02T15:04"

func (h *handler) approval(w http.ResponseWriter, r *http.Request) error {
	return h.approvalWith(w, r, nil)
}

func (h *handler) approvalWith(w http.ResponseWriter, r *http.Request, cause error) error {
	e, err := h.Releases.Edition(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := approvePage{page: newPage(r, "monitor.approve.title"), E: e}
	status, err := p.refuse(cause)
	if err != nil {
		return err
	}
	p.Name, p.When, p.Waits = e.Title.In(p.Lang), p.period(e.Period), e.State == publish.Frozen
	p.Title = p.Name + " " + p.When
	p.Read = "/releases/" + e.Series + "/" + e.Area + "/" + e.Period + "/" + e.Version
	at := e.PublicAt
	if at.IsZero() {
		rep, _ := h.Pack().Report(e.Series)
		at = h.Days(h.Now(), rep.Embargo)
	}
	p.Public = at.In(h.Zone).Format(clock)
	if p.Readers, err = h.Releases.Readers(r.Context(), e.ID); err != nil {
		return err
	}
	return web.Render(w, r, status, approveView, p)
}

func (h *handler) approve(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if err := h.decide(r, id); err != nil {
		return h.approvalWith(w, r, err)
	}
	if r.FormValue("do") == "reject" {
		return back(w, r, "/desk/reports")
	}
	return back(w, r, "/desk/releases/"+id)
}

// decide does what the button says.
func (h *handler) decide(r *http.Request, id string) error {
	if r.FormValue("do") == "reject" {
		return h.Releases.Reject(r.Context(), id, r.FormValue("reason"))
	}
	at, err := time.ParseInLocation(clock, r.FormValue("public"), h.Zone)
	if err != nil {
		return errs.InvalidField("public", "monitor.approve.bad_time")
	}
	if r.FormValue("do") == "embargo" {
		return h.Releases.Embargo(r.Context(), id, at, r.FormValue("reason"))
	}
	return h.Releases.Approve(r.Context(), id, r.FormValue("digest"), at)
}

// number reads the version that a form was made from.
func number(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, errs.New(errs.Invalid, "monitor.both_wrote")
	}
	return n, nil
}
