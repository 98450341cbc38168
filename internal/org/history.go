package org

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"xuedu/internal/org/internal/gen"
)

// fieldNames are the fields that a history tells of, in the order of a page.
var fieldNames = func() []string {
	names := []string{"code", "type", "name", "name_en", "area", "parent", "address", "phone", "state"}
	for _, f := range Facts {
		names = append(names, f.Name)
	}
	return names
}()

// fields returns the values of o by field name. Area and parent are ids, so
// that a later change of a code does not change the past.
func (o *Org) fields() map[string]string {
	f := map[string]string{
		"code": o.Code, "type": o.Type, "name": o.Name, "name_en": o.NameEN, "area": "", "parent": o.ParentID,
		"address": o.Address, "phone": o.Phone, "state": string(o.State),
	}
	if o.AreaID != 0 {
		f["area"] = strconv.FormatInt(o.AreaID, 10)
	}
	for _, fact := range Facts {
		f[fact.Name] = fact.Get(o.Profile)
	}
	return f
}

// changes returns what differs, by field: before and after.
func changes(old, o Org) map[string][2]string {
	before, after := old.fields(), o.fields()
	diff := map[string][2]string{}
	for _, f := range fieldNames {
		if before[f] != after[f] {
			diff[f] = [2]string{before[f], after[f]}
		}
	}
	return diff
}

// Event is one entry of the history of an institution.
type Event struct {
	At      time.Time
	Actor   string
	Verb    string // create, edit, deactivate, reactivate, import
	Reason  string
	Changes []Change
}

// Change is one field that changed. Areas and parents are given as codes.
type Change struct{ Field, Before, After string }

// History returns what happened to an institution, newest first. It fails with
// NotFound for an unknown code.
func (s *Service) History(ctx context.Context, code string) ([]Event, error) {
	o, err := s.Get(ctx, code)
	if err != nil {
		return nil, err
	}
	r, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := gen.New(s.db.Read).History(ctx, o.ID)
	if err != nil {
		return nil, fmt.Errorf("read history of %s: %w", code, err)
	}
	out := make([]Event, 0, len(rows))
	for _, row := range rows {
		e := Event{At: row.At.UTC(), Actor: row.Actor, Verb: row.Verb, Reason: row.Reason}
		var diff map[string][2]string
		if err := json.Unmarshal([]byte(row.Changes), &diff); err != nil {
			return nil, fmt.Errorf("read history of %s: %w", code, err)
		}
		for _, f := range fieldNames {
			if d, ok := diff[f]; ok {
				e.Changes = append(e.Changes, Change{Field: f, Before: s.shown(r, f, d[0]), After: s.shown(r, f, d[1])})
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// shown turns the ids of a history into codes.
func (s *Service) shown(r *register, field, value string) string {
	switch field {
	case "area":
		id, _ := strconv.ParseInt(value, 10, 64) // "" is no area
		if n, ok := s.tree().ByID(id); ok {
			return s.tree().At(n).Code
		}
	case "parent":
		if o, ok := r.byID[value]; ok {
			return o.Code
		}
	}
	return value
}
