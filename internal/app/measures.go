package app

import (
	"xuedu/internal/measure"
)

// sources are the domains that offer measures.
func (a *App) sources() []measure.Source { return nil }

// newEngine returns the engine of measures over the city's sources.
func (a *App) newEngine() *measure.Engine { return measure.New(a.Areas.Tree, nil, a.sources()...) }
