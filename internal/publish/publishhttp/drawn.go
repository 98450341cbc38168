package publishhttp

import (
	"net/http"
	"slices"
	"sync"

	"xuedu/internal/chart"
	"xuedu/internal/publish"
	"xuedu/internal/release/view"
	"xuedu/internal/ui"
)

// drawn is the part of an edition's page that never changes: its sections and
// the list of its files.
type drawn struct {
	parts  []view.Part
	hasMap bool
	files  []fileRow
}

// drawnKey names a drawing: the release by its digest, its address, and what else it is drawn with.
type drawnKey struct {
	digest, base, lang string
	outlines           *chart.Outlines
}

// mostDrawn is how many drawings are kept.
const mostDrawn = 12

// shelf keeps the drawings that were made last. It is safe for concurrent use.
type shelf struct {
	mu   sync.Mutex
	keys []drawnKey
	by   map[drawnKey]*drawn
}

func (s *shelf) get(k drawnKey) *drawn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.by[k]
}

func (s *shelf) put(k drawnKey, d *drawn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[drawnKey]*drawn{}
	}
	if s.by[k] == nil {
		s.keys = append(s.keys, k)
	}
	s.by[k] = d
	if len(s.keys) > mostDrawn {
		delete(s.by, s.keys[0])
		s.keys = slices.Delete(s.keys, 0, 1)
	}
}

// drawn draws an edition that the reader may see, once for all readers: what
// was frozen under a digest never changes.
func (h *handler) drawn(r *http.Request, p ui.Page, e publish.Edition) (*drawn, error) {
	k := drawnKey{e.Digest, base(e), p.Lang, h.Outlines()}
	if d := h.shelf.get(k); d != nil {
		return d, nil
	}
	rel, x, err := h.Releases.Release(r.Context(), e.ID)
	if err != nil {
		return nil, err
	}
	list := view.Sections(rel, x, h.options(p, e))
	d := &drawn{parts: view.Parts(list, p.Lang, p.T("publish.each")), hasMap: slices.ContainsFunc(list, func(s view.Section) bool { return s.HasMap })}
	if e.State == publish.Approved {
		sealed, err := h.Releases.Sealed(r.Context(), e.ID)
		if err != nil {
			return nil, err
		}
		if d.files, err = h.files(p, e, sealed); err != nil {
			return nil, err
		}
	}
	h.shelf.put(k, d)
	return d, nil
}
