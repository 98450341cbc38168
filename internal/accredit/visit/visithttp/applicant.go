package visithttp

import (
	"net/http"

	"xuedu/internal/accredit/visit"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// noticePage is what the applicant is told of visits.
type noticePage struct {
	page
	Application string
	Notices     []notice
}

type notice struct {
	visit.Visit
	Sites  []visit.Site
	Choice visit.Choice // where sites are to be named
}

func (h *Pages) notices(w http.ResponseWriter, r *http.Request) error {
	return h.showNotices(w, r, nil)
}

func (h *Pages) showNotices(w http.ResponseWriter, r *http.Request, failed error) error {
	ctx, id := r.Context(), r.PathValue("application")
	p := noticePage{page: newPage(r, "visit.notice.title", "nav.applications", failed), Application: id}
	list, err := h.Visits.OfApplication(ctx, id)
	if err != nil {
		return err
	}
	for _, v := range list {
		n := notice{Visit: v}
		if n.Visit, n.Sites, err = h.Visits.Notice(ctx, v.ID); err != nil {
			return err
		}
		if v.State == visit.Planned {
			if n.Choice, err = h.Visits.Choice(ctx, v.ID); err != nil {
				return err
			}
		}
		p.Notices = append(p.Notices, n)
	}
	return web.Render(w, r, status(failed), noticeView, p)
}

func (h *Pages) name(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "error.too_large")
	}
	err := h.Visits.Name(r.Context(), r.PathValue("id"), r.PostForm["site"])
	if mendable(err) {
		return h.showNotices(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/visited/"+r.PathValue("application"), http.StatusSeeOther)
	return nil
}
