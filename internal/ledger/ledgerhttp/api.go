package ledgerhttp

import (
	"github.com/danielgtaylor/huma/v2"
)

// operations are the operations of the JSON API about participation.
type operations struct{ Parts }

// Operations adds figures, their meetings, areas, themes and age bands to the
// JSON API.
func Operations(p Parts) func(huma.API) {
	a := &operations{p}
	return func(h huma.API) {
		a.figures(h)
		a.sessions(h)
		a.lists(h)
	}
}
