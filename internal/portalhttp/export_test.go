package portalhttp

import (
	"html/template"

	"xuedu/internal/web"
)

// Checked are the templates with the data they are given.
func Checked() map[*template.Template]any {
	return map[*template.Template]any{
		page(homeView): homePage{}, page(areaView): areaPage{}, page(findView): findPage{},
		page(accessView): helpPage{}, page(privacyView): helpPage{}, page(deskView): helpPage{},
	}
}

func page(v web.View) *template.Template { return v.Tmpl.Lookup("page") }
