package statistichttp

import (
	"net/http"

	"xuedu/internal/web"
)

var printView = view("print", "")

// print is the sheet on paper: A4 across, the legal head at the top right,
// lines for the signatures at the foot.
func (h *handler) print(w http.ResponseWriter, r *http.Request) error {
	p, err := h.sheetPage(r, gridder{})
	if err != nil {
		return err
	}
	p.Grid = gridder{p: p.page, s: &p.S}.grid()
	p.Dock, p.Scripts = false, []string{"print.js"}
	return web.Render(w, r, http.StatusOK, printView, p)
}
