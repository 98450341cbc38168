package statistichttp

import (
	"slices"

	"xuedu/internal/pack"
	"xuedu/internal/statistic"
)

func hasMove(s statistic.Sheet, code string) bool {
	return slices.ContainsFunc(s.Moves, func(m statistic.Move) bool { return m.Code == code })
}

// moves are the steps the reader may take; opening cells has its own way, by
// ticking them.
func moves(p page, s statistic.Sheet) []move {
	var list []move
	for _, m := range s.Moves {
		if m.Code == backMove || m.Code == correctMove {
			continue
		}
		out := move{Code: m.Code, Name: m.Name.In(p.Lang), Reason: m.Reason}
		if m.Why != "" {
			out.Why = p.T(m.Why)
		}
		list = append(list, out)
	}
	for i := range list {
		if list[i].Why == "" && !list[i].Reason { // one that needs a reason is not the usual way on
			list[i].Main = true
			break
		}
	}
	return list
}

// parts are the signatures that the form asks for, signed or not.
func (p page) parts(s statistic.Sheet) []part {
	var list []part
	for _, sp := range s.Parts {
		out := part{Code: sp.Part, Name: p.Part(sp.Part), May: sp.Mine}
		if sp.By != nil {
			out.By, out.At, out.Void = sp.By.Name, p.DateTime(sp.By.At), sp.By.Void
		} else if sp.Why != "" {
			out.Why = p.T(sp.Why)
		}
		list = append(list, out)
	}
	return list
}

// legalHead prints the head of a form line by line; what is missing is left out.
func (p page) legalHead(h pack.Head) []link {
	approver := "returns.head.approver"
	if h.Basis == "filing" {
		approver = "returns.head.filed"
	}
	var list []link
	for _, l := range []link{
		{Text: p.T("returns.head.number"), Note: h.Number},
		{Text: p.T("returns.head.organ"), Note: h.Organ.In(p.Lang)},
		{Text: p.T(approver), Note: h.Approver.In(p.Lang)},
		{Text: p.T("returns.head.document"), Note: h.Document},
		{Text: p.T("returns.head.until"), Note: p.DayOf(h.Until)},
	} {
		if l.Note != "" {
			list = append(list, l)
		}
	}
	return list
}
