package indicatorhttp

import (
	"context"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/api"
	"xuedu/internal/indicator"
	"xuedu/internal/period"
)

type valuesInput struct {
	api.Listing
	Code   string   `path:"code" minLength:"1" maxLength:"64"`
	Area   string   `query:"area" minLength:"1" maxLength:"64" doc:"Code of the area; the city by default." example:"110108000000"`
	Level  string   `query:"level" enum:"country,province,city,district,street,community" doc:"All areas of this level below the area; the area itself by default."`
	Period []string `query:"period,explode" minItems:"1" maxItems:"40" doc:"A year, quarter or month: 2024, 2024-Q1, 2024-03; again for more. The last full one by default." example:"2024-Q1"`
	By     string   `query:"by" minLength:"1" maxLength:"40" doc:"Break down by a dimension that the definition allows."`
	Limit  int      `query:"limit" minimum:"1" maximum:"1000" default:"500" doc:"Most cells of one answer."`
	Cursor string   `query:"cursor" minLength:"1" maxLength:"128" doc:"The next of the answer before."`
}

// value is one cell.
type value struct {
	Area          string  `json:"area" doc:"Code."`
	Name          string  `json:"name" doc:"Official name."`
	Period        string  `json:"period"`
	Slice         string  `json:"slice,omitempty" doc:"Value of the dimension asked by."`
	Value         *string `json:"value" doc:"Decimal rounded to the definition's places; null unless the state is value or nil."`
	Exact         string  `json:"exact,omitempty" doc:"The exact fraction: 2/3."`
	State         string  `json:"state" enum:"value,nil,not_applicable,not_reported,withheld,not_computable" doc:"Missing is never zero."`
	Cause         string  `json:"cause,omitempty" enum:"divide_by_zero,no_source,no_population,no_period,no_level,no_target" doc:"Why it is not computable."`
	Expected      int32   `json:"expected,omitempty" doc:"Units that owe a return; absent where nothing can be missing."`
	Reported      int32   `json:"reported,omitempty" doc:"Units that gave one."`
	NotApplicable int32   `json:"not_applicable,omitempty" doc:"Units that it does not apply to."`
	Version       int64   `json:"version" doc:"Of the definition it was computed with; 0 = none was in force."`
}

type valuesBody struct {
	Code  string  `json:"code"`
	Unit  string  `json:"unit"`
	Cells []value `json:"cells" nullable:"false"`
	Next  string  `json:"next,omitempty" doc:"Cursor of the next cells; absent at the end."`
}

func (h *Pages) getValues(ctx context.Context, in *valuesInput) (*huma.StreamResponse, error) {
	history, err := h.Indicators.History(ctx, in.Code)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	q, err := h.question(in, history[0])
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	cells, err := h.Indicators.Eval(ctx, q)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	from, to := 0, len(cells)
	if !in.CSV() {
		if from, to, err = api.Window(in.Cursor, in.Limit, len(cells)); err != nil {
			return nil, api.Refuse(ctx, err)
		}
	}
	b := valuesBody{Code: in.Code, Unit: history[0].Unit, Cells: []value{}, Next: api.Cursor(to, len(cells))}
	for i := from; i < to; i++ {
		b.Cells = append(b.Cells, h.valueOf(&cells[i]))
	}
	return api.AnswerBy(in.Listing, b, valueRows(in, b.Cells))
}

// question fills in what was not asked: the city, the last full period.
func (h *Pages) question(in *valuesInput, d indicator.Definition) (indicator.Query, error) {
	q := indicator.Query{Codes: []string{in.Code}, Area: in.Area, Level: in.Level, By: in.By}
	if q.Area == "" {
		q.Area = h.root()
	}
	for _, name := range in.Period {
		p, err := period.Parse(name)
		if err != nil {
			return q, err
		}
		q.Periods = append(q.Periods, p)
	}
	if len(q.Periods) == 0 {
		q.Periods = []period.Period{h.usual(d.Indicator)}
	}
	return q, nil
}

func (h *Pages) valueOf(c *indicator.Cell) value {
	a := h.Tree().At(c.Nr)
	v := value{Area: a.Code, Name: a.Name, Period: c.Period.Name, Slice: c.Slice, State: c.State.String(), Cause: c.Cause.String(), Exact: c.Exact,
		Expected: c.Expected, Reported: c.Reported, NotApplicable: c.NotApplicable, Version: c.Version}
	if c.State.Known() {
		s := c.Value.Text('f')
		v.Value = &s
	}
	return v
}

// valueRows is the table of cells, nil if none is asked for.
func valueRows(in *valuesInput, cells []value) [][]string {
	if !in.CSV() {
		return nil
	}
	rows := [][]string{{"code", "area", "name", "period", "slice", "value", "exact", "state", "cause", "expected", "reported", "not_applicable", "version"}}
	for _, c := range cells {
		v := ""
		if c.Value != nil {
			v = *c.Value
		}
		rows = append(rows, []string{in.Code, c.Area, c.Name, c.Period, c.Slice, v, c.Exact, c.State, c.Cause, strconv.Itoa(int(c.Expected)),
			strconv.Itoa(int(c.Reported)), strconv.Itoa(int(c.NotApplicable)), strconv.FormatInt(c.Version, 10)})
	}
	return rows
}
