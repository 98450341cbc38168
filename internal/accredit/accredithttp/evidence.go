package accredithttp

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// room is what a form needs besides its file.
const room = 1 << 20

// addEvidence adds a file or a link to the slot that the address names.
func (h *Pages) addEvidence(w http.ResponseWriter, r *http.Request) error {
	p, err := h.leafPage(r)
	if err != nil {
		return err
	}
	slot := r.URL.Query().Get("slot")
	if r.URL.Query().Get("kind") == "link" {
		p.Label, p.URL = typed(r, "label"), typed(r, "url")
		_, err = h.Service.AddLink(r.Context(), p.A.ID, p.Leaf.Code, slot, p.Label, p.URL)
		return h.added(w, r, &p, slot, "url-"+slot, err)
	}
	return h.added(w, r, &p, slot, "file-"+slot, h.addFile(w, r, p, slot))
}

func (h *Pages) addFile(w http.ResponseWriter, r *http.Request, p leafPage, slot string) error {
	limit := p.D.Rules.Programme.Attachments.MegaBytes
	r.Body = http.MaxBytesReader(w, r.Body, p.MostBytes+room)
	f, head, err := r.FormFile("file")
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return errs.InvalidField("file", "apply.file.too_large", "MB", limit)
	}
	if err != nil {
		return errs.InvalidField("file", "apply.file.none")
	}
	defer func() { _ = f.Close() }() // it was read
	content, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	_, err = h.Service.AddFile(r.Context(), p.A.ID, p.Leaf.Code, slot, head.Filename, content)
	return err
}

// added leads back to the slot, or shows there what stands against it.
func (h *Pages) added(w http.ResponseWriter, r *http.Request, p *leafPage, slot, at string, cause error) error {
	if cause == nil {
		http.Redirect(w, r, p.Base+"/leaf/"+p.Leaf.Code+"#slot-"+url.PathEscape(slot), http.StatusSeeOther)
		return nil
	}
	status, err := p.refuse(cause, at)
	if err != nil {
		return err
	}
	p.SlotAt = slot
	return web.Render(w, r, status, leafView, p)
}

// removeEvidence takes a file or link away, with a reason.
func (h *Pages) removeEvidence(w http.ResponseWriter, r *http.Request) error {
	p, err := h.leafPage(r)
	if err != nil {
		return err
	}
	id, slot := r.PostFormValue("evidence"), r.PostFormValue("slot")
	err = h.Service.RemoveEvidence(r.Context(), p.A.ID, id, typed(r, "reason"))
	if err != nil {
		p.Removing = id
	}
	return h.added(w, r, &p, slot, "why-"+id, err)
}

// file sends a file of the application to be saved; a browser shows none of it
// as a page of ours.
func (h *Pages) file(w http.ResponseWriter, r *http.Request) error {
	content, media, name, err := h.Service.File(r.Context(), r.PathValue("id"), r.PathValue("digest"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
	w.Header().Set("Cache-Control", "private, no-store")
	_, err = w.Write(content)
	return err
}
