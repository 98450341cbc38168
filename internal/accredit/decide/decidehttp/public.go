package decidehttp

import (
	"io"
	"net/http"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// noticesPage lists all notices.
type noticesPage struct {
	page
	List []noticeRow
}

type noticeRow struct {
	decide.Notice
	Call accredit.Call
	Open bool
}

func public(r *http.Request) *http.Request {
	return r.WithContext(account.With(r.Context(), account.Actor{}))
}

func (h *handler) notices(w http.ResponseWriter, r *http.Request) error {
	p := noticesPage{page: h.page(r, ui.Public, "decide.notices", nil)}
	p.Page = p.Page.In("nav.awards")
	list, err := h.Decisions.Notices(r.Context())
	if err != nil {
		return err
	}
	for _, n := range list {
		x, err := h.noticeRow(r, n)
		if err != nil {
			return err
		}
		p.List = append(p.List, x)
	}
	return web.Render(w, r, http.StatusOK, noticesView, p)
}

func (h *handler) noticeRow(r *http.Request, n decide.Notice) (noticeRow, error) {
	c, err := h.Calls.Call(public(r).Context(), n.CallID)
	return noticeRow{Notice: n, Call: c, Open: h.Decisions.Open(n)}, err
}

// noticePage is one notice with its objections.
type noticePage struct {
	page
	noticeRow
	Digest  string
	Answers []answer
	Sent    string // number of an objection that was just taken
	Form    decide.NewObjection
	Office  bool // a handler enters a letter or a call
	Links   []ui.Link
}

// answer is an objection that has an end.
type answer struct{ Title, Finding, Text string }

func (h *handler) notice(w http.ResponseWriter, r *http.Request) error {
	return h.showNotice(w, r, decide.NewObjection{}, nil)
}

func (h *handler) showNotice(w http.ResponseWriter, r *http.Request, n decide.NewObjection, fault error) error {
	p := &noticePage{page: h.page(r, ui.Public, "decide.notice", fault), Form: n, Office: h.Can(r.Context(), Handle)}
	p.Page = p.Page.In("nav.awards")
	one, err := h.Decisions.Notice(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if p.noticeRow, err = h.noticeRow(r, one); err != nil {
		return err
	}
	p.Title = p.T("decide.notice.of", "Call", p.Call.Title.In(p.Lang))
	if _, p.Digest, err = h.Decisions.Sealed(r.Context(), one.CallID); err != nil {
		return err
	}
	list, err := h.Decisions.Answers(r.Context(), one.CallID)
	for _, o := range list {
		p.Answers = append(p.Answers, answer{titleOf(one, o.ApplicationID), p.T("decide.finding." + o.Finding), o.Answer})
	}
	if err == nil && h.Links != nil {
		p.Links, err = h.Links(r, p.Page, one)
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, code(fault), noticeView, p)
}

func titleOf(n decide.Notice, application string) string {
	for _, l := range n.Lines {
		if l.ApplicationID == application {
			return l.Title
		}
	}
	return ""
}

// object takes an objection from the public.
func (h *handler) object(w http.ResponseWriter, r *http.Request) error {
	n, err := h.read(w, r)
	if err != nil {
		return h.showNotice(w, r, n, err)
	}
	n.Channel = decide.ChannelWeb
	number, err := h.Decisions.Object(r.Context(), n)
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict:
		return h.showNotice(w, r, n, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/objections?code="+number, http.StatusSeeOther)
	return nil
}

func (h *handler) read(w http.ResponseWriter, r *http.Request) (n decide.NewObjection, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, h.MostBytes)
	n = decide.NewObjection{NoticeID: r.PathValue("id"), ApplicationID: form(r, "application"), Name: form(r, "name"),
		Contact: form(r, "contact"), Grounds: form(r, "grounds"), Channel: form(r, "channel")}
	f, head, err := r.FormFile("file")
	if err != nil {
		if r.ContentLength > h.MostBytes {
			return n, errs.InvalidField("file", "decide.file_large", "MB", h.MostBytes>>20)
		}
		return n, nil // none was sent
	}
	defer f.Close()
	n.Media = head.Header.Get("Content-Type")
	if n.File, err = io.ReadAll(f); err != nil {
		return n, errs.InvalidField("file", "decide.file_large", "MB", h.MostBytes>>20)
	}
	return n, nil
}

func (h *handler) sealed(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Decisions.Notice(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	text, digest, err := h.Decisions.Sealed(r.Context(), n.CallID)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("ETag", `"`+digest+`"`)
	_, err = w.Write(text)
	return err
}

// statusPage tells who objected how it stands.
type statusPage struct {
	page
	Code  string
	Found *decide.Objection
}

func (h *handler) status(w http.ResponseWriter, r *http.Request) error {
	p := statusPage{page: h.page(r, ui.Public, "decide.status", nil), Code: form(r, "code")}
	p.Page = p.Page.In("nav.awards")
	if p.Code != "" {
		o, err := h.Decisions.Status(r.Context(), p.Code)
		switch {
		case err == nil:
			p.Found = &o
		case errs.KindOf(err) != errs.NotFound:
			return err
		default:
			p.Error, p.Field = p.words(err)
			p.Field = "code"
		}
	}
	return web.Render(w, r, http.StatusOK, statusView, p)
}
