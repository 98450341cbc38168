package statistichttp

import (
	"xuedu/internal/pack"
	"xuedu/internal/statistic"
)

// backMove is the move that sends cells back.
const backMove = "send_back"

func hasMove(s statistic.Sheet, code string) bool {
	for _, m := range s.Moves {
		if m.Code == code && m.Why == "" {
			return true
		}
	}
	return false
}

// mayFill reports whether the reader may type into the sheet.
func mayFill(s statistic.Sheet) bool { return len(s.Moves) > 0 }

// moves are the steps the reader may take; sending back has its own way, by
// ticking cells.
func moves(p page, s statistic.Sheet) []move {
	var list []move
	for _, m := range s.Moves {
		if m.Code == backMove {
			continue
		}
		out := move{Code: m.Code, Name: p.moveName(flowOf(s.Collection.Form.Form), m.Code), Reason: m.Reason}
		if m.Why != "" {
			out.Why = p.T(m.Why)
		}
		list = append(list, out)
	}
	for i := range list {
		if list[i].Why == "" {
			list[i].Main = true
			break
		}
	}
	return list
}

// parts are the signatures that the form asks for, signed or not.
func (p page) parts(s statistic.Sheet) []part {
	var list []part
	for _, code := range s.Collection.Form.Signatures {
		out := part{Code: code, Name: p.Part(code)}
		for _, g := range s.Signed {
			if g.Part == code {
				out.By, out.At, out.Void = g.Name, p.DateTime(g.At), g.Void
			}
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
