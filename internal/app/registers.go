package app

import (
	"context"

	"xuedu/internal/org"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
)

// registers gives forms the rows of the registers that they ask for.
type registers struct{ orgs *org.Service }

// Rows implements statistic.Register. It fails with NotFound for a register
// that does not exist.
func (r registers) Rows(ctx context.Context, register string, areaID int64, at period.Period) ([]statistic.RegisterRow, error) {
	list, err := r.orgs.Rows(ctx, register, areaID, at)
	if err != nil {
		return nil, err
	}
	out := make([]statistic.RegisterRow, len(list))
	for i, x := range list {
		out[i] = statistic.RegisterRow{Code: x.Code, Name: x.Name, Values: x.Values}
	}
	return out, nil
}
