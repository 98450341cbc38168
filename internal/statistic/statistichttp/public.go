package statistichttp

import "xuedu/internal/web"

func (h *handler) publicRoutes() []web.Route { return nil }
