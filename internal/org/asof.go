package org

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"xuedu/internal/org/internal/gen"
	"xuedu/internal/period"
)

// snapshot is the register at the end of a day. It is never changed.
type snapshot struct {
	of   *register
	day  period.Day
	list []Org
	in   map[int64][]*Org // by the area they stand in, in the order of list
}

// cityDay is today in the city.
func (s *Service) cityDay() period.Day { return period.DayOf(s.now().In(s.pack().Zone())) }

// asOf returns the register as it was at the end of a day in the city: what
// changed later is taken back, the newest change first. Days to come are like
// today. The last answer is kept.
func (s *Service) asOf(ctx context.Context, day period.Day) (*snapshot, error) {
	r, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	day = min(day, s.cityDay())
	if old := s.past.Load(); old != nil && old.of == r && old.day == day {
		return old, nil
	}
	p := &snapshot{of: r, day: day, list: r.list, in: map[int64][]*Org{}}
	if day < s.cityDay() {
		if p.list, err = s.takenBack(ctx, r, day); err != nil {
			return nil, err
		}
	}
	for i := range p.list {
		o := &p.list[i]
		p.in[o.AreaID] = append(p.in[o.AreaID], o)
	}
	s.past.Store(p)
	return p, nil
}

// takenBack lists the institutions of a day, with every later change undone.
func (s *Service) takenBack(ctx context.Context, r *register, day period.Day) ([]Org, error) {
	t := day.Time()
	since := time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, s.pack().Zone()).UTC()
	rows, err := gen.New(s.db.Read).Histories(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("read history of the register: %w", err)
	}
	list := make([]Org, 0, len(r.list))
	at := make(map[string]int, len(r.list))
	for i := range r.list {
		if r.list[i].CreatedAt.Before(since) {
			at[r.list[i].ID] = len(list)
			list = append(list, r.list[i])
		}
	}
	for _, row := range rows {
		i, ok := at[row.OrgID]
		if !ok {
			continue // it was not there yet
		}
		var diff map[string][2]string
		if err := json.Unmarshal([]byte(row.Changes), &diff); err != nil {
			return nil, fmt.Errorf("read history of %s: %w", list[i].Code, err)
		}
		for field, d := range diff {
			list[i].restore(field, d[0])
		}
	}
	return list, nil
}

// restore gives a field the value that a history tells.
func (o *Org) restore(field, v string) {
	switch field {
	case "type":
		o.Type = v
	case "name":
		o.named(v)
	case "name_en":
		o.NameEN = v
	case "area":
		o.AreaID, _ = strconv.ParseInt(v, 10, 64) // "" is no area
	case "parent":
		o.ParentID = v
	case "address":
		o.Address = v
	case "phone":
		o.Phone = v
	case "state":
		o.State = State(v)
	}
	for _, f := range Facts {
		if f.Name == field {
			f.Set(&o.Profile, v)
		}
	}
}
