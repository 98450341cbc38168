package awardhttp

import (
	"context"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/accredit/award"
	"xuedu/internal/api"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Columns are those of the register as a table.
var Columns = []string{"number", "programme", "holder", "area", "state", "in_force", "earlier", "day", "valid_from", "valid_to", "document", "sentence"}

// Entry is one award of the register.
type Entry struct {
	Number    string    `json:"number" doc:"Of the certificate."`
	Programme string    `json:"programme" doc:"Code."`
	Name      pack.Text `json:"name" doc:"Of the programme, by language."`
	Holder    string    `json:"holder"`
	Area      string    `json:"area" doc:"Code."`
	State     string    `json:"state" doc:"Code of the workflow."`
	InForce   bool      `json:"in_force" doc:"Today."`
	Earlier   bool      `json:"earlier" doc:"Given before this program and not yet checked again: it counts for no target."`
	Day       string    `json:"day" format:"date" doc:"Of the decision."`
	From      string    `json:"valid_from" format:"date"`
	To        string    `json:"valid_to,omitempty" format:"date" doc:"First day it no longer holds; absent = open."`
	Document  string    `json:"document" doc:"Number of the decision."`
	Sentence  string    `json:"sentence,omitempty" doc:"Public word of the jury."`
}

func (h *handler) entry(a award.Award) Entry {
	e := Entry{Number: a.Number, Programme: a.Programme, Name: pack.Text{}, Holder: a.Holder, State: a.State, InForce: a.Holds(h.Awards.Today()),
		Earlier: a.Earlier, Day: a.Day, From: a.From, To: a.To, Document: a.Document, Sentence: a.Sentence}
	if p, ok := h.Pack().AwardProgramme(a.Programme); ok {
		e.Name = p.Name
	}
	if n, ok := h.Tree().ByID(a.AreaID); ok {
		e.Area = h.Tree().At(n).Code
	}
	return e
}

func (e Entry) cells() []string {
	return []string{e.Number, e.Programme, e.Holder, e.Area, e.State, strconv.FormatBool(e.InForce), strconv.FormatBool(e.Earlier), e.Day, e.From, e.To,
		e.Document, e.Sentence}
}

// Operations adds the register of awards to the JSON API.
func Operations(d Deps) func(huma.API) {
	h := &handler{d}
	return func(a huma.API) {
		huma.Register(a, api.Operation[awardsBody](a, "awards", "/awards", "Awards",
			"The public register, the newest first: those in force and those that ended."), h.getAwards)
		op := api.Operation[awardBody](a, "award", "/awards/{number}", "Award", "One award with its history.")
		delete(op.Responses["200"].Content, "text/csv") // it is no list
		huma.Register(a, op, h.getAward)
	}
}

type awardsInput struct {
	api.Listing
	Programme string `query:"programme" minLength:"1" maxLength:"64" doc:"Code of a programme."`
	Area      string `query:"area" minLength:"1" maxLength:"64" doc:"Code of an area: it and all below."`
	State     string `query:"state" enum:"in_force,over,earlier"`
	Year      string `query:"year" pattern:"^(19|20|21)[0-9]{2}$" doc:"Of the decision."`
	Limit     int    `query:"limit" minimum:"1" maximum:"1000" default:"500"`
	Cursor    string `query:"cursor" minLength:"1" maxLength:"128" doc:"The next of the answer before."`
}

type awardsBody struct {
	Awards []Entry `json:"awards" nullable:"false"`
	Next   string  `json:"next,omitempty" doc:"Cursor of the next awards; absent at the end."`
}

func (h *handler) getAwards(ctx context.Context, in *awardsInput) (*huma.StreamResponse, error) {
	f := award.Filter{Programme: in.Programme, State: in.State, Year: in.Year}
	if in.Area != "" {
		n, ok := h.Tree().ByCode(in.Area)
		if !ok {
			return nil, api.Refuse(ctx, errs.New(errs.NotFound, "award.no_area"))
		}
		f.AreaID = h.Tree().At(n).ID
	}
	list, err := h.Awards.List(ctx, f)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	from, to := 0, len(list)
	if !in.CSV() {
		if from, to, err = api.Window(in.Cursor, in.Limit, len(list)); err != nil {
			return nil, api.Refuse(ctx, err)
		}
	}
	b := awardsBody{Awards: []Entry{}, Next: api.Cursor(to, len(list))}
	rows := [][]string{Columns}
	for _, a := range list[from:to] {
		e := h.entry(a)
		b.Awards, rows = append(b.Awards, e), append(rows, e.cells())
	}
	if !in.CSV() {
		rows = nil
	}
	return api.AnswerBy(in.Listing, b, rows)
}

type awardInput struct {
	Number      string `path:"number" minLength:"1" maxLength:"64"`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an answer you have."`
}

type awardBody struct {
	Entry
	History []Moved `json:"history" nullable:"false" doc:"The oldest first."`
}

// Moved is one move in the history of an award.
type Moved struct {
	Day    string `json:"day" format:"date"`
	Move   string `json:"move"`
	State  string `json:"state" doc:"After it."`
	Reason string `json:"reason,omitempty"`
	To     string `json:"valid_to,omitempty" format:"date" doc:"After it."`
}

func (h *handler) getAward(ctx context.Context, in *awardInput) (*huma.StreamResponse, error) {
	a, err := h.Awards.ByNumber(ctx, in.Number)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	events, err := h.Awards.Events(ctx, a.ID)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	b := awardBody{Entry: h.entry(a), History: make([]Moved, len(events))}
	for i, e := range events {
		b.History[i] = Moved{Day: e.Day, Move: e.Move, State: e.To, Reason: e.Reason, To: e.ValidTo}
	}
	return api.AnswerBy(api.Listing{IfNoneMatch: in.IfNoneMatch}, b, nil)
}
