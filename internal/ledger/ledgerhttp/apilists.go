package ledgerhttp

import (
	"context"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/api"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

type areasInput struct {
	api.Listing
	Q      string `query:"q" minLength:"1" maxLength:"64" doc:"A name, a part of it, its pinyin initials or a code; the best first."`
	Under  string `query:"under" minLength:"1" maxLength:"64" doc:"Only this area and those below it."`
	Level  string `query:"level" enum:"country,province,city,district,street,community" doc:"Only areas of this level."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"500"`
	Cursor string `query:"cursor" minLength:"1" maxLength:"128" doc:"The next of the answer before."`
}

type apiArea struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	NameEN    string `json:"name_en,omitempty"`
	Level     string `json:"level" enum:"country,province,city,district,street,community"`
	Parent    string `json:"parent,omitempty" doc:"Code of the area above."`
	ValidFrom string `json:"valid_from,omitempty"`
	ValidTo   string `json:"valid_to,omitempty" doc:"First day it no longer holds."`
}

type areasBody struct {
	Areas []apiArea `json:"areas" nullable:"false"`
	Next  string    `json:"next,omitempty" doc:"Cursor of the next areas; absent at the end."`
}

// coded is a code with its names.
type coded struct {
	Code   string    `json:"code"`
	Name   pack.Text `json:"name" doc:"By language."`
	Clause string    `json:"clause,omitempty" doc:"Clause of the plan."`
}

type themesBody struct {
	Themes []coded `json:"themes" nullable:"false"`
}

type band struct {
	Code string    `json:"code"`
	From int       `json:"from" doc:"Whole years."`
	To   *int      `json:"to,omitempty" doc:"Included; absent = no end."`
	Name pack.Text `json:"name" doc:"By language."`
}

type bandsBody struct {
	Bands []band `json:"age_bands" nullable:"false"`
}

func (a *operations) lists(h huma.API) {
	huma.Register(h, api.Operation[areasBody](h, "areas", "/areas", "Areas", "Areas in the order of the tree: each stands before its parts."), a.getAreas)
	huma.Register(h, api.Operation[themesBody](h, "themes", "/themes", "Themes", "The themes of the loaded pack."), a.getThemes)
	huma.Register(h, api.Operation[bandsBody](h, "age-bands", "/age-bands", "Age bands", "The age bands of the loaded pack; they partition people."), a.getBands)
}

// found returns the numbers of the areas that in asks for.
func (a *operations) found(t *area.Tree, in *areasInput) ([]int, error) {
	first, last := 0, t.Len()
	if in.Under != "" {
		n, ok := t.ByCode(in.Under)
		if !ok {
			return nil, errs.InvalidField("area", "figures.bad_area", "Value", in.Under)
		}
		first, last = n, t.Last(n)
	}
	var list []int
	if in.Q != "" {
		list = t.SearchIn(first, last, in.Q, t.Len())
	} else {
		for n := first; n < last; n++ {
			list = append(list, n)
		}
	}
	out := list[:0]
	for _, n := range list {
		if in.Level == "" || string(t.At(n).Level) == in.Level {
			out = append(out, n)
		}
	}
	return out, nil
}

func (a *operations) getAreas(ctx context.Context, in *areasInput) (*huma.StreamResponse, error) {
	t := a.City.Tree()
	list, err := a.found(t, in)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	from, to := 0, len(list)
	if !in.CSV() {
		if from, to, err = api.Window(in.Cursor, in.Limit, len(list)); err != nil {
			return nil, api.Refuse(ctx, err)
		}
	}
	b := areasBody{Areas: []apiArea{}}
	rows := [][]string{{"code", "name", "name_en", "level", "parent", "valid_from", "valid_to"}}
	for _, n := range list[from:to] {
		v := areaOf(t, n)
		b.Areas = append(b.Areas, v)
		rows = append(rows, []string{v.Code, v.Name, v.NameEN, v.Level, v.Parent, v.ValidFrom, v.ValidTo})
	}
	b.Next = api.Cursor(to, len(list))
	if !in.CSV() {
		rows = nil
	}
	return api.Answer(in.Listing, strconv.Itoa(t.Len()), in.Q+"&"+in.Under+"&"+in.Level+"&"+in.Cursor+"&"+strconv.Itoa(in.Limit), b, rows)
}

func areaOf(t *area.Tree, n int) apiArea {
	ar := t.At(n)
	v := apiArea{Code: ar.Code, Name: ar.Name, NameEN: ar.NameEN, Level: string(ar.Level), ValidFrom: ar.ValidFrom, ValidTo: ar.ValidTo}
	if p := t.Parent(n); p >= 0 {
		v.Parent = t.At(p).Code
	}
	return v
}

func (a *operations) getThemes(_ context.Context, in *api.Listing) (*huma.StreamResponse, error) {
	p := a.City.Pack()
	b := themesBody{Themes: []coded{}}
	rows := [][]string{{"code", "name", "name_en", "clause"}}
	for _, t := range p.Themes {
		b.Themes = append(b.Themes, coded{t.Code, t.Name, t.Clause})
		rows = append(rows, []string{t.Code, t.Name.In("zh-CN"), t.Name.In("en"), t.Clause})
	}
	if !in.CSV() {
		rows = nil
	}
	return api.Answer(*in, p.Name+p.Version, "themes", b, rows)
}

func (a *operations) getBands(_ context.Context, in *api.Listing) (*huma.StreamResponse, error) {
	p := a.City.Pack()
	b := bandsBody{Bands: []band{}}
	rows := [][]string{{"code", "from", "to", "name", "name_en"}}
	for _, t := range p.AgeBands {
		v := band{Code: t.Code, From: t.From, Name: t.Name}
		to := ""
		if t.To > 0 {
			v.To, to = &t.To, strconv.Itoa(t.To)
		}
		b.Bands = append(b.Bands, v)
		rows = append(rows, []string{t.Code, strconv.Itoa(t.From), to, t.Name.In("zh-CN"), t.Name.In("en")})
	}
	if !in.CSV() {
		rows = nil
	}
	return api.Answer(*in, p.Name+p.Version, "age-bands", b, rows)
}
