package indicatorhttp

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/api"
	"xuedu/internal/indicator"
	"xuedu/internal/pack"
)

// Operations adds the definitions of indicators and their figures to the JSON
// API.
func (h *Pages) Operations(a huma.API) {
	huma.Register(a, api.Operation[definitionsBody](a, "indicators", "/indicators", "Indicators",
		"The definitions in force on a day, in the order of groups and codes."), h.getDefinitions)
	op := api.Operation[definitionBody](a, "indicator", "/indicators/{code}", "Indicator",
		"One definition, in words, with every version it ever had.")
	delete(op.Responses["200"].Content, "text/csv") // it is no list
	huma.Register(a, op, h.getDefinition)
	huma.Register(a, api.Operation[valuesBody](a, "indicator-values", "/indicators/{code}/values", "Figures of an indicator",
		"One indicator for an area, or for all areas of a level below it, in the order of the tree, then of periods. Each period is computed with the definition in force at its end."), h.getValues)
	documentPeriods(a)
}

// documentPeriods says what each of the periods asked for looks like, which a
// tag of a list cannot.
func documentPeriods(a huma.API) {
	for _, p := range a.OpenAPI().Paths {
		if p.Get == nil || p.Get.OperationID != "indicator-values" {
			continue
		}
		for _, q := range p.Get.Parameters {
			if q.Name == "period" && q.Schema.Items != nil {
				q.Schema.Items.Pattern = "^(19|20|21)[0-9]{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"
				q.Schema.Items.PrecomputeMessages()
			}
		}
	}
}

type definitionsInput struct {
	api.Listing
	Day    string `query:"day" format:"date" doc:"In force on this day; today by default."`
	Group  string `query:"group" minLength:"1" maxLength:"64" doc:"Only this group."`
	Tag    string `query:"tag" minLength:"1" maxLength:"64" doc:"Only under this head: LIST:CODE." example:"unesco:5.2"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"500"`
	Cursor string `query:"cursor" minLength:"1" maxLength:"128" doc:"The next of the answer before."`
}

// Definition is one version of an indicator.
type Definition struct {
	Code       string    `json:"code"`
	Group      string    `json:"group"`
	Name       pack.Text `json:"name" doc:"By language."`
	Note       pack.Text `json:"note,omitempty" doc:"What is counted and what is left out, by language."`
	Formula    string    `json:"formula"`
	Unit       string    `json:"unit"`
	UnitName   pack.Text `json:"unit_name" doc:"By language."`
	Places     int32     `json:"places" doc:"Digits behind the point; rounded half even, once."`
	Direction  string    `json:"direction" enum:"up,down,context" doc:"What is better; context is never scored."`
	Collection []string  `json:"collection" nullable:"false" doc:"L ledger, F form, S survey, X external, W registers and workflows."`
	Missing    missing   `json:"missing"`
	Periods    []string  `json:"periods" nullable:"false"`
	Levels     []string  `json:"levels" nullable:"false" doc:"Empty = all."`
	By         []string  `json:"by" nullable:"false" doc:"Dimensions it can be broken down by."`
	Clauses    []string  `json:"clauses" nullable:"false" doc:"Of the plan."`
	Tags       []string  `json:"tags" nullable:"false"`
	Core       bool      `json:"core" doc:"Also for a small city."`
	Version    int64     `json:"version"`
	From       string    `json:"from" format:"date"`
	To         string    `json:"to,omitempty" format:"date" doc:"First day it no longer holds; absent = still holds."`
	Origin     string    `json:"origin" enum:"pack,city"`
	Reason     string    `json:"reason" doc:"For the change."`
	At         time.Time `json:"at" doc:"When the version was made."`
}

type missing struct {
	Policy string    `json:"policy" enum:"all,share,zero" doc:"What happens where units have not reported."`
	Share  string    `json:"share,omitempty" doc:"At least this share must have reported."`
	Why    pack.Text `json:"why,omitempty" doc:"Why zero is just, by language."`
}

func (h *Pages) definitionOf(d indicator.Definition) Definition {
	u, _ := h.Pack().Indicators.UnitOf(d.Unit)
	out := Definition{Code: d.Code, Group: d.Group, Name: d.Name, Note: d.Note, Formula: d.Formula, Unit: d.Unit, UnitName: u.Name, Places: d.Places,
		Direction: d.Direction, Collection: list(d.Collection), Missing: missing{Policy: d.Missing.Policy, Share: d.Missing.Share, Why: d.Missing.Why},
		Periods: list(d.Periods), Levels: list(d.Levels), By: list(d.By), Clauses: list(d.Clauses), Tags: list(d.Tags), Core: d.Core,
		Version: d.Version, From: d.From, To: d.ValidTo, Origin: d.Origin, Reason: d.Reason, At: d.At}
	if out.Missing.Policy == "" {
		out.Missing.Policy = "all"
	}
	if out.UnitName == nil {
		out.UnitName = pack.Text{}
	}
	return out
}

// list is never nil, so that JSON has a list.
func list(s []string) []string { return append([]string{}, s...) }

type definitionsBody struct {
	Indicators []Definition `json:"indicators" nullable:"false"`
	Next       string       `json:"next,omitempty" doc:"Cursor of the next indicators; absent at the end."`
}

func (h *Pages) getDefinitions(ctx context.Context, in *definitionsInput) (*huma.StreamResponse, error) {
	all, err := h.Indicators.Definitions(ctx, in.Day)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	var defs []Definition
	for _, d := range all {
		if (in.Group == "" || d.Group == in.Group) && (in.Tag == "" || slices.Contains(d.Tags, in.Tag)) {
			defs = append(defs, h.definitionOf(d))
		}
	}
	from, to := 0, len(defs)
	if !in.CSV() {
		if from, to, err = api.Window(in.Cursor, in.Limit, len(defs)); err != nil {
			return nil, api.Refuse(ctx, err)
		}
	}
	b := definitionsBody{Indicators: append([]Definition{}, defs[from:to]...), Next: api.Cursor(to, len(defs))}
	return api.AnswerBy(in.Listing, b, definitionRows(in, b.Indicators))
}

// definitionRows is the table of definitions, nil if none is asked for.
func definitionRows(in *definitionsInput, defs []Definition) [][]string {
	if !in.CSV() {
		return nil
	}
	rows := [][]string{{"code", "group", "name", "name_en", "formula", "unit", "direction", "version", "from"}}
	for _, d := range defs {
		rows = append(rows, []string{d.Code, d.Group, d.Name.In("zh-CN"), d.Name.In("en"), d.Formula, d.Unit, d.Direction, strconv.FormatInt(d.Version, 10), d.From})
	}
	return rows
}

type definitionInput struct {
	Code        string `path:"code" minLength:"1" maxLength:"64"`
	Day         string `query:"day" format:"date" doc:"In force on this day; today by default."`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an answer you have."`
}

type definitionBody struct {
	Definition
	Words   string       `json:"words" doc:"What it computes, in the language of Accept-Language."`
	History []Definition `json:"history" nullable:"false" doc:"Every version, the newest first."`
}

func (h *Pages) getDefinition(ctx context.Context, in *definitionInput) (*huma.StreamResponse, error) {
	d, err := h.Indicators.Get(ctx, in.Code, in.Day)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	b := definitionBody{Definition: h.definitionOf(d), History: []Definition{}}
	if b.Words, err = h.Indicators.Explain(ctx, d.Indicator, api.Page(ctx).Lang); err != nil {
		return nil, api.Refuse(ctx, err)
	}
	history, err := h.Indicators.History(ctx, in.Code)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	for _, v := range history {
		b.History = append(b.History, h.definitionOf(v))
	}
	return api.AnswerBy(api.Listing{Format: "json", IfNoneMatch: in.IfNoneMatch}, b, nil)
}
