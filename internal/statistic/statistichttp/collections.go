package statistichttp

import "xuedu/internal/web"

func (h *handler) collectionRoutes() []web.Route { return nil }
