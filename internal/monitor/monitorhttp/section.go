package monitorhttp

import (
	"net/http"
	"net/url"

	"xuedu/internal/errs"
	"xuedu/internal/monitor"
	"xuedu/internal/pack"
	"xuedu/internal/release"
	"xuedu/internal/release/view"
	"xuedu/internal/web"
)

// sectionPage is one section: its texts, as it will look, what is wrong with it.
type sectionPage struct {
	page
	D        row
	S        monitor.Section
	Name     string
	Bodies   []body
	Theirs   pack.Text // of who saved meanwhile; nil = nobody did
	Problems []problem
	Preview  []preview
	History  []versionRow
	Cells    []choice // that may be contested
	Contest  bool
	Base     int64
	Action   string
	Open     bool
}

type body struct{ Lang, Label, Text string }

type problem struct {
	Lang, Text string
	Line       int
}

type preview struct {
	Lang, Label string
	view.Section
}

type versionRow struct {
	monitor.Version
	By string
}

func (h *handler) section(w http.ResponseWriter, r *http.Request) error {
	return h.sectionWith(w, r, nil, nil)
}

// sectionWith shows a section, or what somebody typed and what is wrong with it.
func (h *handler) sectionWith(w http.ResponseWriter, r *http.Request, typed pack.Text, cause error) error {
	ctx := r.Context()
	d, err := h.Reports.Draft(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	s, err := h.Reports.Section(ctx, d, r.PathValue("section"), r.FormValue("area"))
	if err != nil {
		return err
	}
	p := sectionPage{page: newPage(r, "monitor.desk.title"), S: s, Name: s.Title.In(""), Base: s.Version, Open: d.ReleaseID == ""}
	status, err := p.refuse(cause)
	if err != nil {
		return err
	}
	p.Name, p.D = s.Title.In(p.Lang), h.row(p.page, d)
	p.Title = p.Name
	p.Action = "/desk/reports/" + d.ID + "/sections/" + url.PathEscape(s.Code)
	shown := s.Body
	if typed != nil {
		shown = typed
		if errs.KindOf(cause) == errs.Conflict {
			p.Theirs = s.Body
		}
	}
	rep, _ := h.Pack().Report(d.Series)
	for _, lang := range rep.Languages {
		p.Bodies = append(p.Bodies, body{lang, p.T("monitor.lang." + lang), shown[lang]})
	}
	if err := h.previews(r, d, &p, shown, rep); err != nil {
		return err
	}
	if err := h.past(r, d, &p); err != nil {
		return err
	}
	return web.Render(w, r, status, sectionView, p)
}

// previews fill a section in from the figures as they are now.
func (h *handler) previews(r *http.Request, d monitor.Draft, p *sectionPage, shown pack.Text, rep pack.Report) error {
	rel, sec, bad, err := h.Reports.Preview(r.Context(), d, p.S, shown)
	if err != nil {
		return err
	}
	for _, b := range bad {
		p.Problems = append(p.Problems, problem{p.T("monitor.lang." + b.Lang), p.T(b.Key, append(b.Args, "Text", b.Text)...), b.Line})
	}
	x := release.NewIndex(rel)
	for _, lang := range rep.Languages {
		o := view.Options{Lang: lang, Outlines: h.Outlines(), Words: view.Words{Legend: p.T("figure.map.steps"), Below: p.T("figure.map.below"), Above: p.T("figure.map.above"),
			Desc: p.T("publish.chart.desc")}}
		one := view.Draw(rel, x, sec, o)
		p.Preview = append(p.Preview, preview{lang, p.T("monitor.lang." + lang), one})
	}
	if p.S.Area == "" {
		return nil
	}
	p.Contest = p.Open
	for _, c := range rel.Cells {
		if c.Area == p.S.Area && c.Period == d.Period && c.Slice == "" {
			def, _ := x.Definition(c.Code)
			p.Cells = append(p.Cells, choice{Value: c.Key().String(), Text: c.Code + " " + def.Name[p.Lang] + " " + c.Value})
		}
	}
	return nil
}

func (h *handler) past(r *http.Request, d monitor.Draft, p *sectionPage) error {
	list, err := h.Reports.History(r.Context(), d, p.S.Code, p.S.Area)
	if err != nil {
		return err
	}
	var ids []string
	for _, v := range list {
		ids = append(ids, v.Author)
	}
	names, err := h.Names(r.Context(), ids)
	for i := len(list) - 1; i >= 0; i-- {
		p.History = append(p.History, versionRow{list[i], names[list[i].Author]})
	}
	return err
}

func (h *handler) save(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Reports.Draft(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	typed := h.both(r, d, "body_")
	if r.FormValue("go") == "preview" {
		return h.sectionWith(w, r, typed, nil)
	}
	base, err := number(r.FormValue("base"))
	if err != nil {
		return err
	}
	if _, err := h.Reports.Save(r.Context(), d, r.PathValue("section"), r.FormValue("area"), typed, base); err != nil {
		return h.sectionWith(w, r, typed, err)
	}
	return back(w, r, sectionHref(d.ID, r.PathValue("section"), r.FormValue("area")))
}

func (h *handler) say(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Reports.Draft(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	n := monitor.NewNote{Section: r.PathValue("section"), Area: r.FormValue("area"), Kind: r.FormValue("kind"), Cell: r.FormValue("cell"), Text: r.FormValue("text"), Evidence: r.FormValue("evidence")}
	if err := h.Reports.Say(r.Context(), d, n); err != nil {
		return h.sectionWith(w, r, nil, err)
	}
	return back(w, r, sectionHref(d.ID, n.Section, n.Area))
}
