package drawhttp

import (
	"net/http"
	"slices"
	"strings"

	"xuedu/internal/draw"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// shown is how many tickets the page lists; the file has all.
const shown = 300

type showPage struct {
	ui.Page
	D        item
	M        draw.Manifest
	Rows     []row // in the order drawn, or as frozen
	More     int   // tickets that are not listed
	Weighted bool
	Grouped  bool
	Ticket   string // asked for
	Found    *found // nil = nobody asked
	Links    []ui.Link
}

// row is one ticket.
type row struct {
	Place  int // 0 = not drawn yet
	Token  string
	Weight int64
	Groups string
	Taken  bool
}

// found is where a ticket stands.
type found struct {
	None bool
	Many int // tickets that begin so, where more than one does
	row
	Of    int
	Proof []string
}

func (h *Pages) show(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Draws.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	page := ui.NewPage(r, ui.Public, "draw.title").In("nav.awards")
	page.Title = d.Title.In(page.Lang)
	page.Scripts = []string{"draw.js"}
	p := showPage{Page: page, D: newItem(page, d.Item), M: d.Manifest}
	if h.Links != nil {
		if p.Links, err = h.Links(r, page, d.Subject); err != nil {
			return err
		}
	}
	rows := rowsOf(d.Manifest)
	p.Weighted = slices.ContainsFunc(rows, func(r row) bool { return r.Weight != 1 })
	p.Grouped = slices.ContainsFunc(rows, func(r row) bool { return r.Groups != "" })
	if p.Ticket = strings.ToLower(strings.TrimSpace(r.URL.Query().Get("ticket"))); p.Ticket != "" {
		p.Found = find(d.Manifest, rows, p.Ticket)
	}
	p.Rows = rows[:min(shown, len(rows))]
	p.More = len(rows) - len(p.Rows)
	return web.Render(w, r, http.StatusOK, showView, p)
}

func rowsOf(m draw.Manifest) []row {
	of := make(map[string]draw.Entry, len(m.Entries))
	taken := make(map[string]bool, len(m.Taken))
	for _, e := range m.Entries {
		of[e.Token] = e
	}
	for _, t := range m.Taken {
		taken[t] = true
	}
	var rows []row
	for i, t := range m.Order {
		e := of[t]
		rows = append(rows, row{i + 1, t, e.Weight, strings.Join(e.Groups, " "), taken[t]})
	}
	if rows == nil {
		for _, e := range m.Entries {
			rows = append(rows, row{0, e.Token, e.Weight, strings.Join(e.Groups, " "), false})
		}
	}
	return rows
}

// leastTicket is how many characters of a ticket are needed to find it.
const leastTicket = 6

// find looks for a ticket by its beginning.
func find(m draw.Manifest, rows []row, ticket string) *found {
	f := &found{None: true, Of: len(rows)}
	if len(ticket) < leastTicket {
		return f
	}
	for _, r := range rows {
		if strings.HasPrefix(r.Token, ticket) {
			f.row, f.Many, f.None = r, f.Many+1, false
		}
	}
	if f.Many != 1 {
		return f
	}
	if p, err := m.Prove(f.Token); err == nil {
		f.Proof = p.Path
	}
	return f
}

// Check is one line of what the browser computes again.
type check struct{ Code, Text string }

// Checks are the lines of the verification, in the verifier's order.
func (p showPage) Checks() []check {
	return []check{
		{"file", p.T("draw.check.file")}, {"root", p.T("draw.check.root")}, {"frozen", p.T("draw.check.frozen")},
		{"groups", p.T("draw.check.groups")}, {"secret", p.T("draw.check.secret")}, {"value", p.T("draw.check.value")},
		{"order", p.T("draw.check.order")}, {"taken", p.T("draw.check.taken")}, {"sealed", p.T("draw.check.sealed")},
	}
}
