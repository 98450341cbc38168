package publishhttp

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/api"
	"xuedu/internal/errs"
	"xuedu/internal/release"
)

type cellsInput struct {
	api.Listing
	Report    string   `path:"report" minLength:"1" maxLength:"64" doc:"Code of the report." example:"yearly"`
	Scope     string   `path:"scope" minLength:"1" maxLength:"64" doc:"Code of the area that the report is about." example:"110000000000"`
	Term      string   `path:"term" minLength:"1" maxLength:"16" doc:"Period of the report." example:"2024"`
	Release   string   `query:"release" minLength:"1" maxLength:"40" doc:"A version: 1.0.1; the newest by default." example:"1.0.0"`
	AsOf      string   `query:"asOf" format:"date" doc:"The version that was public at the end of this day, in the time of the city."`
	Indicator []string `query:"indicator,explode" minItems:"1" maxItems:"100" doc:"Only this one; again for more."`
	Area      []string `query:"area,explode" minItems:"1" maxItems:"100" doc:"Only this area; again for more."`
	Period    []string `query:"period,explode" minItems:"1" maxItems:"100" doc:"Only this period; again for more."`
	Limit     int      `query:"limit" minimum:"1" maximum:"10000" default:"1000" doc:"Most cells of one answer."`
	Cursor    string   `query:"cursor" minLength:"1" maxLength:"160" doc:"The next of the answer before; it stays with the version of that answer."`
}

// ReleaseCell is one cell of a release.
type ReleaseCell struct {
	Code     string  `json:"code"`
	Area     string  `json:"area" doc:"Code."`
	Period   string  `json:"period"`
	Slice    string  `json:"slice,omitempty" doc:"Value of the dimension it is broken down by; absent = the whole."`
	Value    *string `json:"value" doc:"Decimal rounded to the definition's places; null unless the state is value or nil."`
	Exact    string  `json:"exact,omitempty" doc:"The fraction it was rounded from: 2/3."`
	State    string  `json:"state" enum:"value,nil,not_applicable,not_reported,withheld,not_computable" doc:"Missing is never zero."`
	Cause    string  `json:"cause,omitempty" doc:"Why it is not computable."`
	Expected int32   `json:"expected,omitempty" doc:"Units that owe a return."`
	Reported int32   `json:"reported,omitempty" doc:"Units that gave one."`
}

type releaseCellsBody struct {
	Report    string        `json:"report"`
	Area      string        `json:"area"`
	Period    string        `json:"period"`
	Version   string        `json:"release" doc:"The version that the cells are of."`
	Stage     string        `json:"stage" enum:"provisional,final,revised"`
	Public    time.Time     `json:"public" doc:"Since when everybody can read this version."`
	Synthetic bool          `json:"synthetic,omitempty" doc:"Invented figures of a demonstration city."`
	Digest    string        `json:"digest" doc:"SHA-256 of what was signed, hex."`
	Cells     []ReleaseCell `json:"cells" nullable:"false"`
	Next      string        `json:"next,omitempty" doc:"Cursor of the next cells; absent at the end."`
}

func (h *handler) getCells(ctx context.Context, in *cellsInput) (*huma.StreamResponse, error) {
	if in.Release != "" && in.AsOf != "" {
		return nil, api.Refuse(ctx, errs.InvalidField("asOf", "publish.api.both"))
	}
	e, err := h.version(ctx, in)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	r, x, err := h.Releases.Release(ctx, e.ID)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	cells, err := in.cells(r, x)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	question := fmt.Sprintf("%q", []any{in.Indicator, in.Area, in.Period, in.Limit, in.Cursor})
	if in.CSV() {
		return api.Answer(in.Listing, e.Digest, question, nil, cellRows(e.Version, cells))
	}
	_, cursor, _ := strings.Cut(in.Cursor, "~")
	from, to, err := api.Window(cursor, in.Limit, len(cells))
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	b := releaseCellsBody{Report: e.Series, Area: e.Area, Period: e.Period, Version: e.Version, Stage: e.Stage, Public: e.PublicAt, Synthetic: r.Synthetic, Digest: e.Digest, Cells: []ReleaseCell{}}
	for _, c := range cells[from:to] {
		b.Cells = append(b.Cells, releaseCellOf(c))
	}
	if next := api.Cursor(to, len(cells)); next != "" {
		b.Next = e.Version + "~" + next
	}
	return api.Answer(in.Listing, e.Digest, question, b, nil)
}

// cells are those that are asked for. It fails with NotFound for an indicator
// or an area that the release does not hold.
func (in *cellsInput) cells(r *release.Release, x *release.Index) (out []release.Cell, err error) {
	for _, code := range in.Indicator {
		if _, ok := x.Definition(code); !ok {
			return nil, errs.New(errs.NotFound, "publish.api.no_indicator", "Code", code)
		}
	}
	for _, code := range in.Area {
		if _, ok := x.Area(code); !ok {
			return nil, errs.New(errs.NotFound, "publish.api.no_area", "Code", code)
		}
	}
	for _, c := range r.Cells {
		if oneOf(in.Indicator, c.Code) && oneOf(in.Area, c.Area) && oneOf(in.Period, c.Period) {
			out = append(out, c)
		}
	}
	return out, nil
}

// oneOf reports whether a list lets a value through; an empty one lets all.
func oneOf(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }

func releaseCellOf(c release.Cell) ReleaseCell {
	f := ReleaseCell{Code: c.Code, Area: c.Area, Period: c.Period, Slice: c.Slice, Exact: c.Exact, State: c.State, Cause: c.Cause, Expected: c.Expected, Reported: c.Reported}
	if c.Value != "" {
		f.Value = &c.Value
	}
	return f
}

// cellRows are the columns of the table that was signed, after the version.
func cellRows(version string, cells []release.Cell) [][]string {
	rows := [][]string{append([]string{"release"}, release.Columns...)}
	for _, c := range cells {
		rows = append(rows, []string{version, c.Code, c.Period, c.Area, c.Slice, c.State, c.Cause, c.Value, c.Exact, count(c.Expected), count(c.Reported)})
	}
	return rows
}

func count(n int32) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(int(n))
}
