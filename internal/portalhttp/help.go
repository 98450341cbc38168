package portalhttp

import (
	"net/http"

	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var (
	accessView  = view("access")
	privacyView = view("privacy")
	deskView    = view("desk")
)

type helpPage struct{ ui.Page }

func help(v web.View, title string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, v, helpPage{ui.NewPage(r, ui.Public, title)})
	}
}
