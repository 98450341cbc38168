package evaluationhttp

import (
	"net/http"
	"strconv"

	"xuedu/internal/evaluation"
)

// edition is which edition of a period a page shows, beside the others.
type edition struct {
	Base, Query string // address of the newest, and what makes it this one's, "" = it is the newest
	Newest      bool
	Number      int
	Editions    []editionRow // the newest first, where there are several
}

type editionRow struct {
	Number          int
	Href, Published string
	Why             string // "" = the first
	This            bool
}

func (h *handler) edition(r *http.Request, p page, x evaluation.Round) (edition, error) {
	e := edition{Base: "/evaluations/" + x.Period, Number: x.Edition}
	all, err := h.Evaluations.Editions(r.Context(), x.Period)
	if err != nil || len(all) == 0 {
		return e, err
	}
	e.Newest = all[0].Edition == x.Edition
	if !e.Newest {
		e.Query = query(x.Edition)
	}
	if len(all) == 1 {
		return e, nil
	}
	for i, y := range all {
		row := editionRow{y.Edition, e.Base, p.DateTime(y.PublishedAt), y.Why.In(p.Lang), y.Edition == x.Edition}
		if i > 0 {
			row.Href += query(y.Edition)
		}
		e.Editions = append(e.Editions, row)
	}
	return e, nil
}

func query(n int) string { return "?edition=" + strconv.Itoa(n) }
