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
	Values     map[string]string // code, type and the names of Facts; without what is not known
}

// Rows returns the institutions of the three-level network that stood in an
// area itself, not in those below it, and were at work on the last day of a
// period, in the order of lists. It fails with NotFound for another register.
func (s *Service) Rows(ctx context.Context, registerName string, areaID int64, at period.Period) ([]Row, error) {
	if registerName != Register {
		return nil, errs.New(errs.NotFound, "org.no_register", "Name", registerName)
	}
	p, err := s.asOf(ctx, at.To)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, o := range p.in[areaID] {
		if t := s.typeOf(o.Type); o.State == Active && t.Group == network {
			out = append(out, rowOf(o, t))
		}
	}
	return out, nil
}

func rowOf(o *Org, t pack.OrgType) Row {
	values := map[string]string{"code": o.Code, "type": t.Name.In("zh-CN")}
	for _, f := range Facts {
		if v := f.Get(o.Profile); v != "" {
			values[f.Name] = v
		}
	}
	return Row{Code: o.Code, Name: o.Name, Values: values}
}

// typeOf is a type of the pack, zero where the pack has no such type.
func (s *Service) typeOf(code string) pack.OrgType {
	for _, t := range s.pack().OrgTypes {
		if t.Code == code {
			return t
		}
	}
	return pack.OrgType{}
}
