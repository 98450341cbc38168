package org

import (
	"context"

	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// Register is the name by which forms ask for the institutions of the network.
const Register = "orgs"

// Row is one institution for a form with a row for each.
type Row struct {
	Code, Name string
	Values     map[string]string // org.code, org.type and org.FACT; without what is not known
}

// Rows returns the institutions of the three-level network that stood in an
// area itself, not in those below it, and were at work on the last day of a
// period, in the order of lists. It fails with NotFound for another register.
func (s *Service) Rows(ctx context.Context, registerName string, areaID int64, at period.Period) ([]Row, error) {
	if registerName != Register {
		return nil, errs.New(errs.NotFound, "org.no_register", "Name", registerName)
	}
	r, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.asOf(ctx, r, at.To)
	if err != nil {
		return nil, err
	}
	types := s.types()
	var out []Row
	for i := range list {
		o := &list[i]
		if t := types[o.Type]; o.AreaID == areaID && o.State == Active && t.Group == network {
			out = append(out, rowOf(o, t))
		}
	}
	return out, nil
}

func rowOf(o *Org, t pack.OrgType) Row {
	values := map[string]string{"org.code": o.Code, "org.type": t.Name.In("zh-CN")}
	for _, f := range Facts {
		if v := f.Get(o.Profile); v != "" {
			values["org."+f.Name] = v
		}
	}
	return Row{Code: o.Code, Name: o.Name, Values: values}
}

// types are the pack's types by code.
func (s *Service) types() map[string]pack.OrgType {
	out := make(map[string]pack.OrgType, len(s.pack().OrgTypes))
	for _, t := range s.pack().OrgTypes {
		out[t.Code] = t
	}
	return out
}
