package ledgerhttp

import (
	"context"
	"net/http"
	"strings"

	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
)

// columns of every file and of the command line, in this order.
var columns = []string{"area", "name", "period", "measure", "value", "state"}

// exact is a figure as a record of a file.
func exact(f ledger.Figure, q ledger.Query) []string {
	value := ""
	if f.State == ledger.Value {
		value = f.Value.Text('f')
	}
	return []string{f.Area.Code, f.Area.Name, q.Period.Name, string(q.Measure), value, string(f.State)}
}

// export answers the question of r for its area, and then for what the
// explorer's table shows below it.
func (h *handler) export(r *http.Request) (ledger.Query, []ledger.Figure, error) {
	q, err := h.City.Question(r.URL.Query())
	if err != nil {
		return q, nil, err
	}
	out, err := h.withParts(r.Context(), q)
	return q, out, err
}

func (h *handler) withParts(ctx context.Context, q ledger.Query) ([]ledger.Figure, error) {
	if q.Level != "" {
		return h.City.Figures.Query(ctx, q)
	}
	own, err := h.City.Figures.Query(ctx, q)
	if err != nil {
		return nil, err
	}
	parts, err := h.City.Children(ctx, q)
	return append(own, parts...), err
}

func fileName(q ledger.Query, ext string) string {
	name := strings.Join([]string{"xuedu", string(q.Measure), q.Area, string(q.Level), q.Period.Name}, "-")
	return strings.ReplaceAll(strings.ReplaceAll(name, "--", "-"), "..", "_") + "." + ext
}

func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

func (h *handler) csv(w http.ResponseWriter, r *http.Request) error {
	q, figures, err := h.export(r)
	if err != nil {
		return err
	}
	attach(w, "text/csv; charset=utf-8", fileName(q, "csv"))
	c := sheet.NewCSV(w)
	c.Write(columns...)
	for _, f := range figures {
		c.Write(exact(f, q)...)
	}
	return c.Flush()
}

// xlsx is the same table with a sheet that says how the figures are counted.
func (h *handler) xlsx(w http.ResponseWriter, r *http.Request) error {
	q, figures, err := h.export(r)
	if err != nil {
		return err
	}
	p := ui.NewPage(r, ui.Public, "explore.title")
	b, err := sheet.NewBook(sheet.Info{Title: figureview.Name(p, q.Measure), At: h.City.Today().Time()})
	if err != nil {
		return err
	}
	defer b.Close()
	if err := writeFigures(b, p, q, figures); err != nil {
		return err
	}
	if err := h.writeAbout(b, p, q); err != nil {
		return err
	}
	attach(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", fileName(q, "xlsx"))
	_, err = b.WriteTo(w)
	return err
}
