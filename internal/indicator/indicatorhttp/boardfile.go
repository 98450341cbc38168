package indicatorhttp

import (
	"net/http"
	"strconv"

	"xuedu/internal/indicator"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
)

// fileColumns of the board's files, one row a cell.
var fileColumns = []string{"indicator", "version", "area", "name", "period", "slice", "value", "exact", "state", "cause", "expected", "reported", "not_applicable"}

// boardCells answers the question of r as records of a file.
func (h *Pages) boardCells(r *http.Request) ([][]string, error) {
	q, err := h.ask(r)
	if err != nil {
		return nil, err
	}
	cells, err := h.Indicators.Eval(r.Context(), q.Query)
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, d := range q.defs {
		versions[d.Code] = strconv.FormatInt(d.Version, 10)
	}
	out := make([][]string, 0, len(cells))
	for _, c := range cells {
		out = append(out, h.record(c, versions[c.Code]))
	}
	return out, nil
}

func (h *Pages) record(c indicator.Cell, version string) []string {
	a := h.Tree().At(c.Nr)
	value := ""
	if c.State.Known() {
		value = c.Value.Text('f')
	}
	return []string{c.Code, version, a.Code, a.Name, c.Period.Name, c.Slice, value, c.Exact, c.State.String(), c.Cause.String(),
		count(c.Expected), count(c.Reported), count(c.NotApplicable)}
}

func count(n int32) string { return strconv.FormatInt(int64(n), 10) }

func (h *Pages) boardCSV(w http.ResponseWriter, r *http.Request) error {
	rows, err := h.boardCells(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="xuedu-indicators.csv"`)
	c := sheet.NewCSV(w)
	c.Write(fileColumns...)
	for _, row := range rows {
		c.Write(row...)
	}
	return c.Flush()
}

func (h *Pages) boardXLSX(w http.ResponseWriter, r *http.Request) error {
	rows, err := h.boardCells(r)
	if err != nil {
		return err
	}
	p := ui.NewPage(r, ui.Public, "indicators.board")
	b, err := sheet.NewBook(sheet.Info{Title: p.Title, At: h.Today().Time()})
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }() // written or failed: nothing is lost
	cols := make([]sheet.Col, len(fileColumns))
	for i, name := range fileColumns {
		cols[i] = sheet.Col{Title: name}
	}
	s, err := b.Sheet(p.Title, cols...)
	if err != nil {
		return err
	}
	for _, row := range rows {
		values := make([]any, len(row))
		for i, v := range row {
			values[i] = v
		}
		if err := s.Row(values...); err != nil {
			return err
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="xuedu-indicators.xlsx"`)
	_, err = b.WriteTo(w)
	return err
}
