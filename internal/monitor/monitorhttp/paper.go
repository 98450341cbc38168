package monitorhttp

import (
	"net/http"
	"slices"

	"xuedu/internal/errs"
	"xuedu/internal/monitor"
	"xuedu/internal/release"
	"xuedu/internal/ui"
)

// paper shows a report that is being written as it will be handed out, marked
// as a draft on every page: to be read and printed by who works at it.
func (h *handler) paper(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Reports.Draft(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	composed, err := h.composed(r, d)
	if err != nil {
		return err
	}
	lang := r.PathValue("lang")
	if !slices.Contains(composed.Languages, lang) {
		return errs.New(errs.NotFound, "publish.no_file")
	}
	page, err := h.Papers().HTML(composed, lang, true)
	if err != nil {
		return err
	}
	ui.SheetHeaders(w.Header())
	w.Header().Set("Cache-Control", "private, no-store")
	_, err = w.Write(page)
	return err
}

// composed is a draft put together, or what was frozen of it.
func (h *handler) composed(r *http.Request, d monitor.Draft) (*release.Release, error) {
	if d.ReleaseID != "" {
		out, _, err := h.Releases.Release(r.Context(), d.ReleaseID)
		return out, err
	}
	out, _, err := h.Reports.Compose(r.Context(), d)
	return out, err
}
