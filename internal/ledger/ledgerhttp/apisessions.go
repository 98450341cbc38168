package ledgerhttp

import (
	"context"
	"encoding/base64"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/api"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
)

type sessionsInput struct {
	Question
	Accept      string `header:"Accept" hidden:"true"`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an answer you have."`
	Limit       int    `query:"limit" minimum:"1" maximum:"1000" default:"500" doc:"Most meetings of one answer."`
	Cursor      string `query:"cursor" minLength:"1" maxLength:"128" doc:"The next of the answer before."`
}

type apiSession struct {
	Session string `json:"session" doc:"Opaque key of the class meeting."`
	Date    string `json:"date" format:"date"`
	Place   string `json:"place,omitempty" doc:"Code of the area."`
	Theme   string `json:"theme,omitempty"`
	Persons int64  `json:"persons" doc:"Distinct in this line; does not add up over lines."`
	Rows    int64  `json:"attendances" doc:"Of persons on rosters."`
	Heads   int64  `json:"heads" doc:"Anonymous head-counts."`
	Minutes int64  `json:"minutes"`
}

type apiOrigin struct {
	Sessions int64 `json:"sessions"`
	Persons  int64 `json:"persons"`
	Rows     int64 `json:"attendances"`
	Heads    int64 `json:"heads"`
	Minutes  int64 `json:"minutes"`
}

type sessionsBody struct {
	Version  string       `json:"version" doc:"Of the ledger."`
	Totals   apiOrigin    `json:"totals" doc:"What all meetings of the figure add up to."`
	Sessions []apiSession `json:"sessions" nullable:"false"`
	Next     string       `json:"next,omitempty" doc:"Cursor of the next meetings; absent at the end."`
}

func (a *operations) sessions(h huma.API) {
	op := api.Operation[sessionsBody](h, "figure-sessions", "/figures/sessions", "Meetings behind a figure", "The class meetings from which the figure of an area was counted, in the order of days. They add up exactly.")
	delete(op.Responses["200"].Content, "text/csv") // the explorer has the whole list as a file
	huma.Register(h, op, a.getSessions)
}

func (a *operations) getSessions(ctx context.Context, in *sessionsInput) (*huma.StreamResponse, error) {
	q, err := a.City.Question(in.values(""))
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	cursor, err := base64.RawURLEncoding.DecodeString(in.Cursor)
	if err != nil {
		return nil, api.Refuse(ctx, errs.New(errs.NotFound, "explore.api.cursor"))
	}
	o, err := a.Lineage.Origin(ctx, q)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	lines, next, err := a.Lineage.Sessions(ctx, q, string(cursor), in.Limit)
	if e, ok := err.(*errs.Error); ok && e.Field == "cursor" {
		err = errs.New(errs.NotFound, "explore.api.cursor")
	}
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	b := sessionsBody{Version: itoa(o.Version), Totals: apiOrigin{o.Sessions, o.Persons, o.Rows, o.Heads, o.Minutes}, Sessions: []apiSession{},
		Next: base64.RawURLEncoding.EncodeToString([]byte(next))}
	for _, l := range lines {
		b.Sessions = append(b.Sessions, sessionOf(l))
	}
	l := api.Listing{Format: "json", IfNoneMatch: in.IfNoneMatch}
	return api.Answer(l, b.Version, q.Values().Encode()+in.Cursor+strconv.Itoa(in.Limit), b, nil)
}

func sessionOf(l ledger.SessionLine) apiSession {
	s := apiSession{Session: l.Key, Date: l.Day.String(), Theme: l.Theme, Persons: l.Persons, Rows: l.Rows, Heads: l.Heads, Minutes: l.Minutes}
	if l.Place != nil {
		s.Place = l.Place.Code
	}
	return s
}
