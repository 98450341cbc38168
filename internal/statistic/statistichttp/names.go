package statistichttp

import (
	"context"
	"slices"

	"xuedu/internal/statistic"
)

// named reads the names of those who are mentioned on a sheet.
func (h *handler) named(ctx context.Context, p page, s statistic.Sheet) (page, error) {
	if h.Names == nil {
		return p, nil
	}
	var ids []string
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, c := range s.Cells {
		add(c.By)
	}
	for _, n := range s.Notes {
		add(n.By)
	}
	for _, e := range s.Events {
		add(e.By)
	}
	var err error
	if len(ids) > 0 {
		p.names, err = h.Names(ctx, ids)
	}
	return p, err
}

// who names an account; the program itself has a name too.
func (p page) who(id string) string {
	if name := p.names[id]; name != "" {
		return name
	}
	if id == "system" {
		return p.T("returns.by_itself")
	}
	return id
}
