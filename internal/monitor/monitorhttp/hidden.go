package monitorhttp

import (
	"net/http"

	"xuedu/internal/errs"
	"xuedu/internal/monitor"
	"xuedu/internal/release"
)

// hidden says what is withheld in a draft; nil for those who do not prepare or
// approve it.
func (h *handler) hidden(r *http.Request, p page, d monitor.Draft) (*hidden, error) {
	rep, err := h.Reports.Hidden(r.Context(), d)
	if errs.KindOf(err) == errs.Forbidden {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &hidden{Report: rep}
	exposed := make([]release.Key, len(rep.Exposed))
	for i, e := range rep.Exposed {
		exposed[i] = e.Key
	}
	for _, g := range []struct {
		title string
		keys  []release.Key
	}{{"monitor.hidden.small", rep.Small}, {"monitor.hidden.beside", rep.Beside}, {"monitor.hidden.exposed", exposed}, {"monitor.hidden.close", rep.Close}} {
		if len(g.keys) == 0 {
			continue
		}
		x := hiddenGroup{Title: p.T(g.title)}
		for _, k := range g.keys {
			x.Keys = append(x.Keys, k.String())
		}
		out.Groups = append(out.Groups, x)
	}
	return out, nil
}
