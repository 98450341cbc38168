package app

import (
	"context"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/org"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// evidence gives applications the city's own figures (P1.7).
type evidence struct{ *App }

// OfArea implements accredit.Figures: an indicator with its definition in words
// and what it was computed from, or a measure. It fails with Invalid for a code
// that is neither.
func (e evidence) OfArea(ctx context.Context, code string, areaID int64, in string) (accredit.Figure, error) {
	at, area, err := e.where(areaID, in)
	if err != nil {
		return accredit.Figure{}, err
	}
	l, err := e.Indicators.Open(ctx, code, area, at, i18n.ZH, 0)
	if errs.KindOf(err) == errs.NotFound {
		return e.measure(ctx, code, areaID, at)
	}
	if err != nil {
		return accredit.Figure{}, err
	}
	f := accredit.Figure{Code: code, Name: l.Def.Name, Unit: e.unit(l.Def.Unit), Period: in, Area: area, State: l.Cell.State.String(),
		Value: printed(l.Cell.Value, l.Cell.State), Definition: strconv.FormatInt(l.Def.Version, 10), Sources: []string{l.Words}}
	for _, r := range l.Refs {
		f.Sources = append(f.Sources, e.source(r))
	}
	if before, ok := at.Add(-1); ok {
		cells, err := e.Indicators.Eval(ctx, indicator.Query{Codes: []string{code}, Area: area, Periods: []period.Period{before}})
		if err != nil {
			return accredit.Figure{}, err
		}
		f.Before = printed(cells[0].Value, cells[0].State)
	}
	return f, nil
}

func (e evidence) where(areaID int64, in string) (period.Period, string, error) {
	at, err := period.Parse(in)
	if err != nil {
		return at, "", err
	}
	nr, ok := e.Areas.Tree().ByID(areaID)
	if !ok {
		return at, "", errs.New(errs.NotFound, "accredit.no_area")
	}
	return at, e.Areas.Tree().At(nr).Code, nil
}

// source is one part of an indicator, in words.
func (e evidence) source(r indicator.RefValue) string {
	name := r.Decl.Name.In(i18n.ZH)
	if name == "" {
		name = r.Ref.Code
	}
	if !r.State.Known() {
		return name + " · " + r.At.Name + " · " + e.Bundle.T(i18n.ZH, "accredit.state."+r.State.String())
	}
	return name + " · " + r.At.Name + " · " + printed(r.Value, r.State)
}

// measure is a measure of an area.
func (e evidence) measure(ctx context.Context, code string, areaID int64, at period.Period) (accredit.Figure, error) {
	cat, err := e.Engine.Catalogue(ctx)
	if err != nil {
		return accredit.Figure{}, err
	}
	d, ok := cat.Decl(code)
	nr, there := e.Areas.Tree().ByID(areaID)
	if !ok || !there {
		return accredit.Figure{}, errs.InvalidField("figure", "accredit.no_figure", "Code", code)
	}
	f := accredit.Figure{Code: code, Name: d.Name, Unit: e.unit(string(d.Unit)), Period: at.Name, Area: e.Areas.Tree().At(nr).Code,
		Definition: e.Packs.Pack().Version, Sources: []string{d.Note.In(i18n.ZH)}}
	if f.State, f.Value, err = e.read(ctx, d, nr, at); err != nil {
		return f, err
	}
	if before, ok := at.Add(-1); ok {
		_, f.Before, err = e.read(ctx, d, nr, before)
	}
	return f, err
}

func (e evidence) read(ctx context.Context, d measure.Decl, nr int, at period.Period) (state, value string, err error) {
	col, err := e.Engine.Column(ctx, formula.Ref{Code: d.Code}, at)
	if err != nil {
		return "", "", err
	}
	places := int32(d.Scale)
	if d.Per > 1 {
		places = 2
	}
	return col.State[nr].String(), printed(col.Round(nr, places), col.State[nr]), nil
}

// printed is a value without separators, "" where there is none: a missing
// figure is never 0.
func printed(v apd.Decimal, st formula.State) string {
	if !st.Known() {
		return ""
	}
	return v.Text('f')
}

// unit is the name of a unit of the pack, or of what measures count in.
func (e evidence) unit(code string) pack.Text {
	x := e.Packs.Pack().Indicators
	if u, ok := x.UnitOf(code); ok {
		return u.Name
	}
	for _, u := range x.Units {
		if u.Dim == code {
			return u.Name
		}
	}
	return nil
}

// Holds implements accredit.Figures. The value is that of the side which is
// compared, so that the applicant sees by how much.
func (e evidence) Holds(ctx context.Context, test string, areaID int64, in string) (bool, string, formula.State, error) {
	at, area, err := e.where(areaID, in)
	if err != nil {
		return false, "", formula.NotComputable, err
	}
	c, err := e.preview(ctx, test, area, at)
	if err != nil || !c.State.Known() {
		return false, "", c.State, err
	}
	value := ""
	if i := strings.IndexAny(test, "<>=!"); i > 0 {
		if x, err := e.preview(ctx, strings.TrimSpace(test[:i]), area, at); err == nil {
			value = printed(x.Value, x.State)
		}
	}
	return c.Exact != "0", value, c.State, nil
}

func (e evidence) preview(ctx context.Context, test, area string, at period.Period) (indicator.Cell, error) {
	d := pack.Indicator{Code: "gate", Formula: test, Places: 2, Periods: []string{string(at.Kind())}}
	cells, err := e.Indicators.Preview(ctx, d, indicator.Query{Area: area, Periods: []period.Period{at}})
	if err != nil {
		return indicator.Cell{}, err
	}
	return cells[0], nil
}

// OfOrg implements accredit.Figures: a fact of the register, or what the
// institution taught in a period. It fails with Invalid for any other code.
func (e evidence) OfOrg(ctx context.Context, code, orgID, in string) (accredit.Figure, error) {
	at, err := period.Parse(in)
	if err != nil {
		return accredit.Figure{}, err
	}
	for i := range org.Facts {
		if org.Facts[i].Name == code {
			return e.fact(ctx, &org.Facts[i], orgID, in)
		}
	}
	taught, ok := orgFigures[code]
	if !ok {
		return accredit.Figure{}, errs.InvalidField("figure", "accredit.no_figure", "Code", code)
	}
	text := measure.Translate(e.Bundle.T)
	f := accredit.Figure{Code: code, Name: text.Text("accredit.figure." + code), Unit: e.unit(taught.unit), Period: in,
		Definition: e.Packs.Pack().Version, Sources: []string{e.Bundle.T(i18n.ZH, "accredit.figure_note."+code)}}
	if f.State, f.Value, err = e.taught(ctx, taught, orgID, at); err != nil {
		return f, err
	}
	if before, ok := at.Add(-1); ok {
		_, f.Before, err = e.taught(ctx, taught, orgID, before)
	}
	return f, err
}

// fact is what the register says of an institution today.
func (e evidence) fact(ctx context.Context, x *org.Fact, orgID, in string) (accredit.Figure, error) {
	o, err := e.Orgs.ByID(ctx, orgID)
	if err != nil {
		return accredit.Figure{}, err
	}
	f := accredit.Figure{Code: x.Name, Name: measure.Translate(e.Bundle.T).Text("org.fact." + x.Name), Unit: e.unit(factUnits[x.Name]), Period: in,
		State: formula.NotReported.String(), Value: x.Get(o.Profile), Definition: e.Packs.Pack().Version,
		Sources: []string{e.Bundle.T(i18n.ZH, "accredit.figure_register", "Day", o.UpdatedAt.In(e.Zone()).Format("2006-01-02"))}}
	switch f.Value {
	case "":
	case "0":
		f.State = formula.Nil.String()
	default:
		f.State = formula.Value.String()
	}
	return f, nil
}

// factUnits are the units of those facts that have one.
var factUnits = map[string]string{"space": "square_metre", "shared": "square_metre", "rooms": "room", "full_time": "person", "part_time": "person",
	"volunteers": "person", "open_hours": "hour"}
