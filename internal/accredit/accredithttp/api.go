package accredithttp

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/api"
	"xuedu/internal/errs"
)

// Operations adds applications to the JSON API: to whoever is signed in, those
// they may read.
func (h *Pages) Operations(a huma.API) {
	list := api.Operation[applicationsBody](a, "applications", "/applications", "Applications",
		"The applications that the signed-in account may read, in the order of their numbers.")
	one := api.Operation[applicationBody](a, "application", "/applications/{id}", "Application",
		"One application with its texts, claims, evidence, conditions and moves. An application that the account may not read is not there.")
	delete(one.Responses["200"].Content, "text/csv") // it is no list
	for _, op := range []*huma.Operation{&list, &one} {
		op.Errors = append(op.Errors, 401)
	}
	huma.Register(a, list, h.getApplications)
	huma.Register(a, one, h.getApplication)
}

type applicationsInput struct {
	api.Listing
	Call   string `query:"call" minLength:"1" maxLength:"64" pattern:"^[0-9A-Za-z][0-9A-Za-z_-]*$" doc:"Only of the call with this code." example:"2025-JY-1"`
	State  string `query:"state" minLength:"1" maxLength:"64" pattern:"^[a-z][a-z_]*$" doc:"Only in this state of the workflow." example:"formal_check"`
	Area   string `query:"area" minLength:"1" maxLength:"64" doc:"Only in the area with this code." example:"110108000000"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Cursor string `query:"cursor" minLength:"36" maxLength:"36" pattern:"^[0-9a-f-]{36}$" doc:"The next of the answer before."`
}

// ApplicationItem is an application as the API lists it.
type ApplicationItem struct {
	ID        string     `json:"id"`
	Number    string     `json:"number" doc:"Anonymous number of the case." example:"JY-2025-0087"`
	Call      string     `json:"call" doc:"Code of the call."`
	Object    string     `json:"object" enum:"district,organisation,project,base,evaluation"`
	Title     string     `json:"title"`
	Area      string     `json:"area" doc:"Code."`
	District  string     `json:"district,omitempty" doc:"Code; absent where it lies in none."`
	State     string     `json:"state" doc:"Of the workflow that the call froze."`
	Desk      string     `json:"desk,omitempty" doc:"Whose turn it is; absent = nobody's."`
	Since     time.Time  `json:"since"`
	Due       string     `json:"due,omitempty" format:"date"`
	Overdue   bool       `json:"overdue"`
	Submitted *time.Time `json:"submitted,omitempty" doc:"For the first time; absent = not yet."`
}

type applicationsBody struct {
	Applications []ApplicationItem `json:"applications" nullable:"false"`
	Next         string            `json:"next,omitempty" doc:"Cursor of the next applications; absent at the end."`
}

// known fails with Unsigned for who is not signed in.
func known(ctx context.Context) error {
	if account.From(ctx).SignedIn() {
		return nil
	}
	return errs.New(errs.Unsigned, "error.unsigned")
}

func (h *Pages) getApplications(ctx context.Context, in *applicationsInput) (*huma.StreamResponse, error) {
	if err := known(ctx); err != nil {
		return nil, api.Refuse(ctx, err)
	}
	calls, err := h.rulesOf(ctx)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	f, err := h.filter(ctx, in, calls)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	list, next, err := h.pageOf(ctx, f, in.CSV())
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	b := applicationsBody{Applications: []ApplicationItem{}, Next: next}
	for _, a := range list {
		b.Applications = append(b.Applications, h.item(a, calls))
	}
	return api.AnswerBy(in.Listing, b, applicationRows(in, b.Applications))
}

// filter turns a question into a filter; NotFound for a call, an area or a
// cursor that is not there.
func (h *Pages) filter(ctx context.Context, in *applicationsInput, calls map[string]accredit.Call) (accredit.Filter, error) {
	f := accredit.Filter{State: in.State, After: in.Cursor, Limit: in.Limit}
	for _, c := range calls {
		if c.Code == in.Call {
			f.Call = c.ID
		}
	}
	if in.Call != "" && f.Call == "" {
		return f, errs.InvalidField("call", "accredit.no_call")
	}
	if in.Area != "" {
		n, ok := h.Tree().ByCode(in.Area)
		if !ok {
			return f, errs.InvalidField("area", "accredit.no_area")
		}
		f.Area = h.Tree().At(n).ID
	}
	if in.Cursor != "" {
		if _, err := h.Service.Application(ctx, in.Cursor); err != nil {
			return f, err
		}
	}
	return f, nil
}

// pageOf reads one page of a list, or all of it.
func (h *Pages) pageOf(ctx context.Context, f accredit.Filter, all bool) (list []accredit.Application, next string, err error) {
	limit := f.Limit
	if all {
		limit = mostOnDesk
	}
	for {
		f.Limit = limit
		some, err := h.Service.Applications(ctx, f)
		if err != nil {
			return nil, "", err
		}
		list = append(list, some...)
		if len(some) < limit {
			return list, "", nil
		}
		f.After = some[len(some)-1].ID
		if !all {
			f.Limit = 1
			more, err := h.Service.Applications(ctx, f)
			if err == nil && len(more) > 0 {
				next = f.After
			}
			return list, next, err
		}
	}
}

func (h *Pages) item(a accredit.Application, calls map[string]accredit.Call) ApplicationItem {
	x := ApplicationItem{ID: a.ID, Number: a.Code, Call: calls[a.CallID].Code, Object: a.Object, Title: a.Title, Area: h.areaCode(a.AreaID),
		District: h.areaCode(a.District), State: a.State, Desk: a.Desk, Since: a.Since, Due: a.Due, Overdue: a.Overdue}
	if !a.Submitted.IsZero() {
		x.Submitted = &a.Submitted
	}
	return x
}

func (h *Pages) areaCode(id int64) string {
	if n, ok := h.Tree().ByID(id); ok {
		return h.Tree().At(n).Code
	}
	return ""
}

// applicationRows is the table of applications, nil if none is asked for.
func applicationRows(in *applicationsInput, list []ApplicationItem) [][]string {
	if !in.CSV() {
		return nil
	}
	rows := [][]string{{"number", "call", "object", "title", "area", "district", "state", "desk", "due"}}
	for _, a := range list {
		rows = append(rows, []string{a.Number, a.Call, a.Object, a.Title, a.Area, a.District, a.State, a.Desk, a.Due})
	}
	return rows
}

type applicationInput struct {
	ID          string `path:"id" minLength:"36" maxLength:"36" pattern:"^[0-9a-f-]{36}$"`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an answer you have."`
}

// ApplicationClaim is what the applicant claims of a leaf.
type ApplicationClaim struct {
	Leaf   string    `json:"leaf"`
	Level  string    `json:"level" doc:"Code of the programme's scale; empty = not chosen yet."`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// ApplicationEvidence is a proof of a leaf.
type ApplicationEvidence struct {
	Leaf    string           `json:"leaf"`
	Slot    string           `json:"slot"`
	Kind    string           `json:"kind" enum:"figure,org,file,link"`
	Label   string           `json:"label"`
	Figure  *accredit.Figure `json:"figure,omitempty" doc:"Of ours, frozen when the application was submitted."`
	URL     string           `json:"url,omitempty"`
	Digest  string           `json:"digest,omitempty" doc:"SHA-256 of the file."`
	Size    int64            `json:"size,omitempty" doc:"Bytes."`
	Verdict string           `json:"verdict,omitempty" enum:"exists,missing" doc:"Of the street; absent = not looked at."`
}

// ApplicationEvent is a move of an application.
type ApplicationEvent struct {
	Move   string    `json:"move"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

type applicationBody struct {
	ApplicationItem
	Content  map[string]string     `json:"content" nullable:"false" doc:"Texts by code."`
	Claims   []ApplicationClaim    `json:"claims" nullable:"false"`
	Evidence []ApplicationEvidence `json:"evidence" nullable:"false"`
	Gates    []accredit.GateResult `json:"gates" nullable:"false" doc:"Conditions, as they were found."`
	Events   []ApplicationEvent    `json:"events" nullable:"false" doc:"Moves, the oldest first."`
}

func (h *Pages) getApplication(ctx context.Context, in *applicationInput) (*huma.StreamResponse, error) {
	if err := known(ctx); err != nil {
		return nil, api.Refuse(ctx, err)
	}
	d, err := h.Service.Dossier(ctx, in.ID)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	events, err := h.Service.ApplicationEvents(ctx, in.ID)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	c, err := h.Service.Call(ctx, d.CallID)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	return api.AnswerBy(api.Listing{Format: "json", IfNoneMatch: in.IfNoneMatch}, h.body(d, c, events), nil)
}

func (h *Pages) body(d accredit.Dossier, c accredit.Call, events []accredit.Event) applicationBody {
	b := applicationBody{ApplicationItem: h.item(d.Application, map[string]accredit.Call{c.ID: c}), Content: map[string]string{},
		Claims: []ApplicationClaim{}, Evidence: []ApplicationEvidence{}, Gates: append([]accredit.GateResult{}, d.Gates...), Events: []ApplicationEvent{}}
	for k, v := range d.Content {
		b.Content[k] = v
	}
	for _, l := range leaves(c) {
		if x, ok := d.Claims[l.Code]; ok {
			b.Claims = append(b.Claims, ApplicationClaim{Leaf: x.Leaf, Level: x.Level, Reason: x.Reason, At: x.At})
		}
	}
	for _, e := range d.Evidence {
		b.Evidence = append(b.Evidence, ApplicationEvidence{Leaf: e.Leaf, Slot: e.Slot, Kind: e.Kind, Label: e.Label, Figure: e.Figure, URL: e.URL, Digest: e.Digest, Size: e.Size, Verdict: e.Verdict})
	}
	for _, e := range events {
		b.Events = append(b.Events, ApplicationEvent{Move: e.Move, From: e.From, To: e.To, Reason: e.Reason, At: e.At})
	}
	return b
}
