package form

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/form/internal/gen"
)

// counter orders changes of the register: its row is locked while one is made.
const counter = "form"

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// body is a form as it is stored: without the head, which is the register's.
func body(f pack.Form) (string, error) {
	f.Head = pack.Head{}
	b, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("encode form %s: %w", f.Code, err)
	}
	return string(b), nil
}

func encodeText(t pack.Text) string {
	b, err := json.Marshal(t)
	if err != nil || t == nil { // a map of strings always encodes
		return "{}"
	}
	return string(b)
}

func formOf(r gen.Form) (Form, error) {
	f := Form{ID: r.ID, Version: r.Version, State: r.State, Origin: r.Origin, Reason: r.Reason, Author: r.Author, At: r.CreatedAt.UTC()}
	head := pack.Head{Number: r.Number, Basis: r.Basis, Document: r.Document, From: r.ValidFrom, Until: r.ValidTo}
	for src, to := range map[string]any{r.Body: &f.Form, r.Organ: &head.Organ, r.Approver: &head.Approver} {
		if err := json.Unmarshal([]byte(src), to); err != nil {
			return Form{}, fmt.Errorf("decode form %s version %d: %w", r.Code, r.Version, err)
		}
	}
	f.Head = head
	return f, nil
}

func formsOf(rows []gen.Form, err error) ([]Form, error) {
	if err != nil {
		return nil, fmt.Errorf("read forms: %w", err)
	}
	out := make([]Form, 0, len(rows))
	for _, r := range rows {
		f, err := formOf(r)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func byID(ctx context.Context, q db.Querier, id string) (Form, error) {
	r, err := gen.New(q).FormByID(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Form{}, errs.New(errs.NotFound, "form.not_found")
	}
	if err != nil {
		return Form{}, fmt.Errorf("read form: %w", err)
	}
	return formOf(r)
}

// insert writes a new version with its event; f has everything but its id.
func insert(ctx context.Context, tx *sql.Tx, f Form) (Form, error) {
	f.ID = newID()
	b, err := body(f.Form)
	if err != nil {
		return Form{}, err
	}
	err = gen.New(tx).InsertForm(ctx, gen.InsertFormParams{ID: f.ID, Code: f.Code, Version: f.Version, Organ: "{}", Approver: "{}",
		Body: b, Origin: f.Origin, State: f.State, Reason: f.Reason, Author: f.Author, CreatedAt: f.At})
	if err != nil {
		return Form{}, fmt.Errorf("insert form %s: %w", f.Code, err)
	}
	f.Head = pack.Head{}
	return f, event(ctx, tx, f, "draft", f.Author)
}

// event notes an act upon f, for the reason and at the time that f has.
func event(ctx context.Context, tx *sql.Tx, f Form, verb, actor string) error {
	return gen.New(tx).InsertEvent(ctx, gen.InsertEventParams{ID: newID(), FormID: f.ID, Verb: verb, Reason: f.Reason, Actor: actor, CreatedAt: f.At})
}

// setRegistered puts the head on a draft and writes its fields into the
// register of fields; Conflict if it is no draft any more.
func setRegistered(ctx context.Context, tx *sql.Tx, f Form) error {
	h := f.Head
	n, err := gen.New(tx).RegisterForm(ctx, gen.RegisterFormParams{ID: f.ID, Number: h.Number, Organ: encodeText(h.Organ), Basis: h.Basis,
		Approver: encodeText(h.Approver), Document: h.Document, ValidFrom: h.From, ValidTo: h.Until, Reason: f.Reason})
	if err != nil {
		return fmt.Errorf("register form %s: %w", f.Code, err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "form.no_draft")
	}
	for i, fd := range f.Fields {
		if err := insertField(ctx, tx, f, fd, i); err != nil {
			return err
		}
	}
	return nil
}

func insertField(ctx context.Context, tx *sql.Tx, f Form, fd pack.Field, place int) error {
	typed, computed := f.cells(fd)
	err := gen.New(tx).InsertField(ctx, gen.InsertFieldParams{FormID: f.ID, Code: fd.Code, Place: int64(place), Name: encodeText(fd.Name),
		Owner: f.Owner, Basis: encodeText(f.basis(fd)), Until: f.until(fd), Derive: fd.Derive, Typed: typed, Computed: computed})
	if err != nil {
		return fmt.Errorf("insert field %s.%s: %w", f.Code, fd.Code, err)
	}
	return nil
}

func setWithdrawn(ctx context.Context, tx *sql.Tx, f Form, seen string) error {
	n, err := gen.New(tx).WithdrawForm(ctx, gen.WithdrawFormParams{ID: f.ID, Reason: f.Reason, Seen: seen})
	if err != nil {
		return fmt.Errorf("withdraw form %s: %w", f.Code, err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "form.changed_meanwhile")
	}
	return nil
}

// fieldsAsked reads the register of fields.
func fieldsAsked(ctx context.Context, q db.Querier) ([]FieldAsked, error) {
	rows, err := gen.New(q).FieldsAsked(ctx)
	if err != nil {
		return nil, fmt.Errorf("read fields: %w", err)
	}
	out := make([]FieldAsked, 0, len(rows))
	for _, r := range rows {
		a := FieldAsked{FormID: r.FormID, Form: r.FormCode, FormVersion: r.Version, State: r.State, From: r.ValidFrom, To: r.ValidTo,
			Code: r.Code, Owner: r.Owner, Until: r.Until, Derive: r.Derive, Typed: r.Typed, Computed: r.Computed}
		if err := errors.Join(json.Unmarshal([]byte(r.Name), &a.Name), json.Unmarshal([]byte(r.Basis), &a.Basis)); err != nil {
			return nil, fmt.Errorf("decode field %s.%s: %w", r.FormCode, r.Code, err)
		}
		out = append(out, a)
	}
	return out, nil
}

// logged is a problem as the log of refusals keeps it.
type logged struct {
	Ground string   `json:"ground"`
	Field  string   `json:"field,omitempty"`
	Row    string   `json:"row,omitempty"`
	Key    string   `json:"key"`
	Args   []string `json:"args,omitempty"`
	Where  string   `json:"where,omitempty"`
}

func insertRefusal(ctx context.Context, tx *sql.Tx, r Refusal) error {
	list := make([]logged, len(r.Problems))
	for i, p := range r.Problems {
		list[i] = logged{Ground: p.Ground, Field: p.Field, Row: p.Row, Key: p.Key, Where: p.Where}
		for _, a := range p.Args {
			list[i].Args = append(list[i].Args, fmt.Sprint(a))
		}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("encode refusal: %w", err)
	}
	return gen.New(tx).InsertRefusal(ctx, gen.InsertRefusalParams{ID: r.ID, FormCode: r.Form, Verb: r.Verb, Ground: r.Problems[0].Ground,
		Detail: string(b), Reason: r.Reason, Actor: r.Actor, CreatedAt: r.At})
}

func refusals(ctx context.Context, q db.Querier, most int) ([]Refusal, error) {
	rows, err := gen.New(q).Refusals(ctx, int64(most))
	if err != nil {
		return nil, fmt.Errorf("read refusals: %w", err)
	}
	out := make([]Refusal, 0, len(rows))
	for _, r := range rows {
		var list []logged
		if err := json.Unmarshal([]byte(r.Detail), &list); err != nil {
			return nil, fmt.Errorf("decode refusal: %w", err)
		}
		ref := Refusal{ID: r.ID, Form: r.FormCode, Verb: r.Verb, Reason: r.Reason, Actor: r.Actor, At: r.CreatedAt.UTC()}
		for _, p := range list {
			args := make([]any, len(p.Args))
			for i, a := range p.Args {
				args[i] = a
			}
			ref.Problems = append(ref.Problems, Problem{Ground: p.Ground, Field: p.Field, Row: p.Row, Key: p.Key, Args: args, Where: p.Where})
		}
		out = append(out, ref)
	}
	return out, nil
}

// serial returns the number of the last change, 0 if there was none.
func serial(ctx context.Context, q db.Querier) (int64, error) {
	n, err := gen.New(q).Serial(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read number of changes: %w", err)
	}
	return n, nil
}

func events(ctx context.Context, q db.Querier, code string) ([]Event, error) {
	rows, err := gen.New(q).Events(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("read what was done with form %s: %w", code, err)
	}
	out := make([]Event, 0, len(rows))
	for _, r := range rows {
		out = append(out, Event{Version: r.Version, Verb: r.Verb, Reason: r.Reason, Actor: r.Actor, At: r.CreatedAt.UTC()})
	}
	return out, nil
}
