package ledgerhttp

import (
	"context"
	"encoding/base64"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/api"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
)

// Question is what every operation about a figure takes.
type Question struct {
	Measure string `query:"measure" enum:"participants,attendances,headcount,hours,credit_hours,regular,rate" default:"participants" doc:"What is counted."`
	Area    string `query:"area" minLength:"1" maxLength:"64" doc:"Code of the area; the city by default." example:"110108000000"`
	Period  string `query:"period" pattern:"^((19|20|21)[0-9]{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?|(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([.][.](19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?)$" patternDescription:"a period" doc:"A year, quarter, month or day, or a range of days: 2024, 2024-Q1, 2024-03, 2024-03-05, 2024-03-05..2024-04-10. The last full quarter by default." example:"2024-Q1"`
	By      string `query:"by" enum:"home,place" default:"home" doc:"The area that counts: where people live, or where the class is."`
	Theme   string `query:"theme" minLength:"1" maxLength:"64" doc:"Code of a theme (see themes)."`
	Age     string `query:"age" pattern:"^[0-9]{1,3}(-[0-9]{1,3}|[+])$" patternDescription:"60-69 or 80+" doc:"An age band, in whole years reached in the year of the period's end."`
	Sex     string `query:"sex" enum:"f,m" doc:"Only women or only men."`
	Mode    string `query:"mode" enum:"onsite,online" doc:"Only on site or only online."`
}

func (q Question) values(level string) url.Values {
	v := url.Values{}
	for _, f := range [][2]string{{"measure", q.Measure}, {"area", q.Area}, {"level", level}, {"period", q.Period}, {"by", q.By},
		{"theme", q.Theme}, {"age", q.Age}, {"sex", q.Sex}, {"mode", q.Mode}} {
		if f[1] != "" {
			v.Set(f[0], f[1])
		}
	}
	return v
}

type figuresInput struct {
	Question
	api.Listing
	Level  string `query:"level" enum:"city,district,street,community" doc:"All areas of this level below the area; the area itself by default."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"500" doc:"Most cells of one answer."`
	Cursor string `query:"cursor" minLength:"1" maxLength:"128" doc:"The next of the answer before."`
}

type cell struct {
	Area    string  `json:"area" doc:"Code."`
	Name    string  `json:"name" doc:"Official name."`
	Period  string  `json:"period"`
	Measure string  `json:"measure" enum:"participants,attendances,headcount,hours,credit_hours,regular,rate"`
	Value   *string `json:"value" doc:"Exact decimal; null unless the state is value."`
	State   string  `json:"state" enum:"value,nil,not_applicable,not_reported,withheld,not_computable" doc:"Missing is never zero."`
	Base    *int64  `json:"base,omitempty" doc:"Rate: the residents divided by."`
	BaseAt  string  `json:"base_at,omitempty" doc:"Rate: the day the population speaks of."`
	BaseBy  string  `json:"base_by,omitempty" doc:"Rate: source and vintage of the population."`
}

type figuresBody struct {
	Version string `json:"version" doc:"Of the ledger: the same version and question give the same answer."`
	Rule    string `json:"rule" doc:"How it is counted, in the language of Accept-Language."`
	Unit    string `json:"unit"`
	Cells   []cell `json:"cells" nullable:"false"`
	Next    string `json:"next,omitempty" doc:"Cursor of the next cells; absent at the end."`
}

func (a *operations) figures(h huma.API) {
	huma.Register(h, api.Operation[figuresBody](h, "figures", "/figures", "Figures", "One measure in one period, for an area or for all areas of a level below it, in the order of the tree."), a.getFigures)
}

func (a *operations) getFigures(ctx context.Context, in *figuresInput) (*huma.StreamResponse, error) {
	q, err := a.City.Question(in.values(in.Level))
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	version := a.City.Version()
	figures, err := a.City.Figures.Query(ctx, q)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	if in.CSV() {
		rows := [][]string{columns}
		for _, f := range figures {
			rows = append(rows, exact(f, q))
		}
		return api.Answer(in.Listing, version, q.Values().Encode(), nil, rows)
	}
	p := api.Page(ctx)
	b := figuresBody{Version: version, Rule: a.City.Rule(p, q), Unit: figureview.Unit(p, q.Measure), Cells: []cell{}}
	from, to, err := window(figures, in.Cursor, in.Limit)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	for _, f := range figures[from:to] {
		b.Cells = append(b.Cells, cellOf(f, q))
	}
	if to < len(figures) {
		b.Next = base64.RawURLEncoding.EncodeToString([]byte(figures[to].Area.Code))
	}
	return api.Answer(in.Listing, version, p.Lang+q.Values().Encode()+in.Cursor+strconv.Itoa(in.Limit), b, nil)
}

func cellOf(f ledger.Figure, q ledger.Query) cell {
	c := cell{Area: f.Area.Code, Name: f.Area.Name, Period: q.Period.Name, Measure: string(q.Measure), State: string(f.State), BaseAt: f.BaseAt, BaseBy: f.BaseBy}
	if f.State == ledger.Value {
		v := f.Value.Text('f')
		c.Value = &v
	}
	if f.Base > 0 {
		c.Base = &f.Base
	}
	return c
}

// window returns the bounds of the cells from the cursor on.
func window(figures []ledger.Figure, cursor string, limit int) (from, to int, err error) {
	if cursor != "" {
		code, err := base64.RawURLEncoding.DecodeString(cursor)
		from = -1
		for i, f := range figures {
			if err == nil && f.Area.Code == string(code) {
				from = i
				break
			}
		}
		if from < 0 {
			return 0, 0, errs.New(errs.NotFound, "explore.api.cursor")
		}
	}
	return from, min(from+limit, len(figures)), nil
}
