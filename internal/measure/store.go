package measure

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/measure/internal/gen"
	"xuedu/internal/period"
)

// batchNow returns the number of the last import of a series, 0 before the first.
func batchNow(ctx context.Context, q db.Querier) (int64, error) {
	n, err := gen.New(q).Batch(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read state of series: %w", err)
	}
	return n, nil
}

func lastBatch(ctx context.Context, q db.Querier, code, at string) (int64, error) {
	n, err := gen.New(q).LastBatch(ctx, gen.LastBatchParams{Series: code, Period: at})
	if err != nil {
		return 0, fmt.Errorf("read state of series: %w", err)
	}
	return n, nil
}

func lastBatchOf(ctx context.Context, q db.Querier, code string) (int64, error) {
	n, err := gen.New(q).LastBatchOf(ctx, code)
	if err != nil {
		return 0, fmt.Errorf("read state of series: %w", err)
	}
	return n, nil
}

// allSeries reads the series by code.
func allSeries(ctx context.Context, q db.Querier) ([]*stored, error) {
	rows, err := gen.New(q).AllSeries(ctx)
	if err != nil {
		return nil, fmt.Errorf("read series: %w", err)
	}
	out := make([]*stored, len(rows))
	for i, r := range rows {
		st := &stored{code: r.Code, unit: formula.Unit(r.Unit), scale: int(r.Scale), level: area.Level(r.Level), time: formula.Additivity(r.TimeAdd)}
		for k := range strings.SplitSeq(r.Periods, ",") {
			st.periods = append(st.periods, period.Kind(k))
		}
		if err := errors.Join(json.Unmarshal([]byte(r.Name), &st.name), json.Unmarshal([]byte(r.Dims), &st.dims)); err != nil {
			return nil, fmt.Errorf("read series %s: %w", r.Code, err)
		}
		out[i] = st
	}
	return out, nil
}

// valuesIn reads the figures of a period, of each area the one in force last.
func valuesIn(ctx context.Context, q db.Querier, code, at, filter string) ([]value, error) {
	rows, err := gen.New(q).Values(ctx, gen.ValuesParams{Series: code, Period: at, Filter: filter})
	if err != nil {
		return nil, fmt.Errorf("read series %s: %w", code, err)
	}
	out := make([]value, len(rows))
	for i, r := range rows {
		if out[i], err = valueOf(r.AreaID, at, r.Value, r.State); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// valuesUpTo reads the figures of all periods, of each cell the one in force last.
func valuesUpTo(ctx context.Context, q db.Querier, code, filter string) ([]value, error) {
	rows, err := gen.New(q).Figures(ctx, gen.FiguresParams{Series: code, Filter: filter})
	if err != nil {
		return nil, fmt.Errorf("read series %s: %w", code, err)
	}
	out := make([]value, len(rows))
	for i, r := range rows {
		if out[i], err = valueOf(r.AreaID, r.Period, r.Value, r.State); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func valueOf(areaID int64, at, text, state string) (value, error) {
	st, ok := formula.ParseState(state)
	if !ok {
		return value{}, fmt.Errorf("stored state %q of area %d", state, areaID)
	}
	return value{areaID: areaID, period: at, text: text, state: st}, nil
}

// Editions returns what each edition of a series said of one cell, the newest,
// which is in force, first.
func (s *Series) Editions(ctx context.Context, code string, p period.Period, filter string, areaID int64) ([]Edition, error) {
	rows, err := gen.New(s.db.Read).Editions(ctx, gen.EditionsParams{Series: code, Period: p.Name, Filter: filter, AreaID: areaID})
	if err != nil {
		return nil, fmt.Errorf("read editions of %s: %w", code, err)
	}
	out := make([]Edition, len(rows))
	for i, r := range rows {
		v, err := valueOf(areaID, p.Name, r.Value, r.State)
		if err != nil {
			return nil, err
		}
		out[i] = Edition{Vintage: r.Vintage, Value: r.Value, State: v.state, Source: r.Source}
	}
	return out, nil
}

// cellKey names one edition of one cell of a series.
type cellKey struct {
	series, period string
	areaID         int64
	filter         string
	vintage        string
}

// had is what a cell holds already.
type had struct{ value, state string }

// cellsOf adds all editions of a series to into.
func cellsOf(ctx context.Context, q db.Querier, code string, into map[cellKey]had) error {
	rows, err := gen.New(q).ValuesOf(ctx, code)
	if err != nil {
		return fmt.Errorf("read series %s: %w", code, err)
	}
	for _, r := range rows {
		into[cellKey{code, r.Period, r.AreaID, r.Filter, r.Vintage}] = had{r.Value, r.State}
	}
	return nil
}

// save writes a series that is new or was widened.
func (st *stored) save(ctx context.Context, tx *sql.Tx, at time.Time) error {
	q, dims, periods := gen.New(tx), jsonText(st.dims), joinKinds(st.periods)
	if st.isNew {
		err := q.InsertSeries(ctx, gen.InsertSeriesParams{Code: st.code, Name: jsonText(st.name), Unit: string(st.unit), Scale: int64(st.scale),
			Level: string(st.level), TimeAdd: string(st.time), Periods: periods, Dims: dims, CreatedAt: at})
		if err != nil {
			return fmt.Errorf("add series %s: %w", st.code, err)
		}
		return nil
	}
	err := q.UpdateSeries(ctx, gen.UpdateSeriesParams{Code: st.code, Scale: int64(st.scale), Periods: periods, Dims: dims})
	if err != nil {
		return fmt.Errorf("change series %s: %w", st.code, err)
	}
	return nil
}
