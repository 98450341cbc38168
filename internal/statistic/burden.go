package statistic

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/measure"
	"xuedu/internal/period"
)

// burdenPrefix begins the codes of what forms cost and how good they are (H01
// to H04). Minutes come from the template of a form, never from watching people.
const burdenPrefix = "forms."

// minuteScale is the digits of forms.minutes.
const minuteScale = 2

// burdens declares forms.*: they speak of ordinary returns, since nobody fills
// in a summary.
func (m *Measures) burdens() []measure.Decl {
	var out []measure.Decl
	for _, x := range []struct {
		name, unit string
		scale      int
	}{
		{"returns", "return", 0}, {"minutes", "minute", minuteScale}, {"cells", "cell", 0}, {"cells_computed", "cell", 0},
		{"cells_revised", "cell", 0}, {"flags", "flag", 0}, {"flags_open", "flag", 0},
	} {
		out = append(out, measure.Decl{Code: burdenPrefix + x.name, Name: m.text.Text("statistic.measure." + x.name),
			Note: m.text.Text("statistic.measure_note." + x.name), Unit: formula.Unit(x.unit), Scale: x.scale,
			Domain: "return", Level: area.Community, Area: formula.Sum, Time: formula.Sum,
			Periods: []period.Kind{period.Year, period.Quarter, period.Month}})
	}
	return out
}

// burden reads one of them: of all collections whose period lies within the one
// asked.
func (m *Measures) burden(ctx context.Context, a measure.Ask) (measure.Block, error) {
	b := measure.Unrecorded(a.Tree)
	list, err := m.of().collections(ctx)
	if err != nil {
		return b, err
	}
	sums := map[int64]int64{}
	for _, c := range list {
		if c.Form.SummaryOf != "" || c.Period.From < a.Period.From || c.Period.To > a.Period.To {
			continue
		}
		if err := m.addBurden(ctx, sums, strings.TrimPrefix(a.Code, burdenPrefix), c); err != nil {
			return b, err
		}
	}
	for areaID, v := range sums {
		if n, ok := a.Tree.ByID(areaID); ok {
			b.Num[n], b.State[n] = v, formula.Value
		}
	}
	return b, nil
}

// burdenColumns are the columns behind the measures.
var burdenColumns = map[string]string{"returns": "1", "minutes": "cells - computed", "cells": "cells", "cells_computed": "computed",
	"cells_revised": "revised", "flags": "flags", "flags_open": "flags_open"}

func (m *Measures) addBurden(ctx context.Context, sums map[int64]int64, name string, c Collection) error {
	col, ok := burdenColumns[name]
	if !ok {
		return errs.New(errs.NotFound, "statistic.not_found")
	}
	each, places := big.NewRat(1, 1), 0
	if name == "minutes" {
		places = minuteScale
		if _, ok := each.SetString(c.Form.CellMinutes); !ok {
			each.SetInt64(0)
		}
	}
	rows, err := m.of().DB.Read.QueryContext(ctx, "SELECT area_id, "+col+" FROM form_return WHERE collection_id = $1 ORDER BY id", c.ID)
	if err != nil {
		return fmt.Errorf("read burden: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var areaID, n int64
		if err := rows.Scan(&areaID, &n); err != nil {
			return fmt.Errorf("read burden: %w", err)
		}
		v, _ := scaled(new(big.Rat).Mul(big.NewRat(n, 1), each), places)
		sums[areaID] += v
	}
	return rows.Err()
}
