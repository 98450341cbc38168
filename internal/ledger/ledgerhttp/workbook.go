package ledgerhttp

import (
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/sheet"
	"xuedu/internal/ui"
)

// writeFigures writes one row an area. A cell without a value says its state
// in words and stays empty: missing is never zero.
func writeFigures(b *sheet.Book, p ui.Page, q ledger.Query, figures []ledger.Figure) error {
	places := 0
	format := sheet.Integer
	switch q.Measure {
	case ledger.Rate:
		places, format = 4, sheet.Decimal
	case ledger.Hours, ledger.CreditHours:
		places, format = 2, sheet.Decimal
	}
	s, err := b.Sheet(p.T("explore.sheet.figures"),
		sheet.Col{Title: p.T("explore.sheet.code"), Width: 16}, sheet.Col{Title: p.T("explore.place"), Width: 28},
		sheet.Col{Title: p.T("explore.level"), Width: 16}, sheet.Col{Title: p.T("figure.sig.period"), Width: 16},
		sheet.Col{Title: figureview.Name(p, q.Measure) + p.T("figure.bracket", "Text", figureview.Unit(p, q.Measure)), Width: 24, Format: format, Places: places},
		sheet.Col{Title: p.T("explore.sheet.state"), Width: 16})
	if err != nil {
		return err
	}
	for _, f := range figures {
		if err := s.Row(f.Area.Code, f.Area.In(p.Lang), figureview.LevelName(p, f.Area.Level), q.Period.Name, value(f), p.T("figure.state."+string(f.State))); err != nil {
			return err
		}
	}
	return s.Flush()
}

// value is what a cell of a workbook holds: a number, or nothing.
func value(f ledger.Figure) any {
	if f.State != ledger.Value {
		return nil
	}
	if n, err := f.Value.Int64(); err == nil {
		return n
	}
	v, err := f.Value.Float64()
	if err != nil {
		return f.Value.Text('f')
	}
	return v
}

// writeAbout writes the sheet that makes the figures readable years later.
func (h *handler) writeAbout(b *sheet.Book, p ui.Page, q ledger.Query) error {
	s, err := b.Sheet(p.T("explore.sheet.about"), sheet.Col{Title: p.T("explore.sheet.item"), Width: 16}, sheet.Col{Title: p.T("explore.sheet.text"), Width: 90})
	if err != nil {
		return err
	}
	for _, row := range [][2]string{
		{p.T("explore.measure"), figureview.Name(p, q.Measure)},
		{p.T("figure.sig.period"), h.City.PeriodDays(p, q.Period)},
		{p.T("figure.sig.rule"), h.City.Rule(p, q)},
		{p.T("figure.sig.filter"), h.City.Filters(p, q)},
		{p.T("explore.sheet.sum"), addsUp(p, q)},
		{p.T("explore.chain.again"), command(q)},
		{p.T("explore.link"), figureview.Address("/figures", q)},
		{p.T("explore.sheet.version"), h.City.Version()},
	} {
		if row[1] == "" {
			continue
		}
		if err := s.Row(row[0], row[1]); err != nil {
			return err
		}
	}
	return s.Flush()
}
