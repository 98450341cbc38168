package indicator

import (
	"context"
	"slices"
	"strings"

	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// Explain says in words what a definition computes, and what happens where
// units have not reported if that is not the common rule. A formula that does
// not compute stays as it was written.
func (s *Service) Explain(ctx context.Context, d pack.Indicator, lang string) (string, error) {
	x, err := s.set(ctx, s.today())
	if err != nil {
		return "", err
	}
	x = x.with(Definition{Indicator: d})
	p := x.program(d.Code).program
	if p == nil {
		return d.Formula, nil
	}
	words := s.text(lang, "indicator.explain", "Words", p.Words(namer{s, x, lang}))
	switch d.Missing.Policy {
	case formula.RequireShare:
		words += s.text(lang, "indicator.explain.share", "Share", d.Missing.Share)
	case formula.TreatAsZero:
		words += s.text(lang, "indicator.explain.zero", "Why", d.Missing.Why.In(lang))
	}
	return words, nil
}

// namer names what stands in a formula.
type namer struct {
	*Service
	set  *set
	lang string
}

func (n namer) T(key string, args ...any) string { return n.text(n.lang, key, args...) }

func (n namer) Code(code string) string {
	if d, ok := n.set.cat.Decl(code); ok {
		return d.Name.In(n.lang)
	}
	return n.set.defs[code].Name.In(n.lang)
}

func (n namer) Value(code, dim, value string) string {
	if dim == "row" {
		return rowName(n.set.pack, code, value, n.lang)
	}
	return n.SliceName(dim, value, n.lang)
}

// rowName is the name of a row of the form whose field a code is.
func rowName(p *pack.Pack, code, row, lang string) string {
	form, _, _ := strings.Cut(code, ".")
	for _, f := range p.Forms {
		i := slices.IndexFunc(f.Rows.Fixed, func(r pack.Row) bool { return r.Code == row })
		if f.Code == form && i >= 0 {
			return f.Rows.Fixed[i].Name.In(lang)
		}
	}
	return row
}

// SliceName is the name of a value of a dimension, the value itself where
// nobody has named it.
func (s *Service) SliceName(dim, value, lang string) string {
	p := s.pack()
	switch dim {
	case "theme":
		return codedName(p.Themes, value, lang)
	case "form":
		return codedName(p.ActivityForms, value, lang)
	case "type":
		i := slices.IndexFunc(p.OrgTypes, func(t pack.OrgType) bool { return t.Code == value })
		if i >= 0 {
			return p.OrgTypes[i].Name.In(lang)
		}
	case "age":
		return s.ageName(p, value, lang)
	}
	if key, ok := valueNames[dim+"="+value]; ok {
		return s.text(lang, key)
	}
	return value
}

var valueNames = map[string]string{
	"sex=f": "indicator.value.women", "sex=m": "indicator.value.men",
	"mode=onsite": "indicator.value.onsite", "mode=online": "indicator.value.online",
	"channel=offline": "indicator.value.offline_channel", "channel=online": "indicator.value.online_channel",
}

func codedName(list []pack.Coded, code, lang string) string {
	i := slices.IndexFunc(list, func(c pack.Coded) bool { return c.Code == code })
	if i < 0 {
		return code
	}
	return list[i].Name.In(lang)
}

// ageName names a band of the pack, or any other: 60+, 18-49.
func (s *Service) ageName(p *pack.Pack, value, lang string) string {
	for _, b := range p.AgeBands {
		if b.Code == value {
			return b.Name.In(lang)
		}
	}
	if from, open := strings.CutSuffix(value, "+"); open {
		return s.text(lang, "indicator.value.age_from", "From", from)
	}
	from, to, ok := strings.Cut(value, "-")
	if !ok {
		return value
	}
	return s.text(lang, "indicator.value.age", "From", from, "To", to)
}
