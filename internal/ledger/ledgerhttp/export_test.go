package ledgerhttp

import "html/template"

// Checked are the templates with the data they are given.
func Checked() map[*template.Template]any {
	return map[*template.Template]any{
		exploreView.Tmpl.Lookup("page"): explorePage{}, sessionsView.Tmpl.Lookup("page"): sessionsPage{}, rowsView.Tmpl.Lookup("page"): rowsPage{},
	}
}
