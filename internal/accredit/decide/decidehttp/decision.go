package decidehttp

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide"
	"xuedu/internal/docx"
	"xuedu/internal/pack"
	"xuedu/internal/ui"
)

// decision is the document under which awards are issued, for the office; a
// draft until its number is entered. It fails with Forbidden for who has no
// part in the decision, and with NotFound before there is anything to issue.
func (h *handler) decision(r *http.Request) (*paperPage, error) {
	ctx, id := r.Context(), r.PathValue("id")
	if _, err := h.Decisions.Outcomes(ctx, id); err != nil {
		return nil, err
	}
	c, err := h.Calls.Call(ctx, id)
	if err != nil {
		return nil, err
	}
	return h.decisionOf(r, ui.Desk, c)
}

// issued is the same for everybody, from the day it was issued.
func (h *handler) issued(r *http.Request) (*paperPage, error) {
	c, err := h.FindCall(r.Context(), r.PathValue("code"))
	if err != nil {
		return nil, err
	}
	p, err := h.decisionOf(r, ui.Public, c)
	if err != nil || p.Draft || !c.Public() {
		return nil, orErr(err, notFound())
	}
	p.Page = p.Page.In("nav.awards")
	p.Back, p.BackText = "/calls/"+c.Code, p.T("decide.notice.call")
	return p, nil
}

func orErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// granted are the applications that the document names: approved ones, or,
// while the leading group has not approved, those that wait for it.
func granted(c accredit.Call, a accredit.Application) bool {
	return a.State == "approved" || a.State == "recognised" || c.State == "approving" && a.State == "approving"
}

func (h *handler) decisionOf(r *http.Request, front ui.Front, c accredit.Call) (*paperPage, error) {
	ctx := r.Context()
	apps, err := h.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	apps = slices.DeleteFunc(apps, func(a accredit.Application) bool { return !granted(c, a) })
	if len(apps) == 0 {
		return nil, notFound()
	}
	doc, err := h.Decisions.Paper(ctx, c.ID, decide.Document)
	if err != nil {
		return nil, err
	}
	p := h.paper(r, front, c, "decision")
	p.Draft = doc.Number == ""
	d := draft{p: p, c: c, paper: c.Rules.Programme.Paper, apps: apps}
	d.bind(doc)
	p.Doc = d.document()
	p.Title = p.Doc.Title
	return p, nil
}

// draft is a document while its words are put together.
type draft struct {
	p           *paperPage
	c           accredit.Call
	paper       pack.AwardPaper
	apps        []accredit.Application
	words       map[string]string
	number, day string
}

func (d *draft) bind(doc decide.Paper) {
	t, prog := d.p.T, d.c.Rules.Programme
	d.number, d.day = t("decide.paper.no_number"), t("decide.paper.no_day")
	if doc.Number != "" {
		d.number, d.day = doc.Number, d.p.Day(doc.Day)
	}
	auth := prog.Authorisation
	d.words = map[string]string{
		"programme": prog.Name.In(d.p.Lang), "call": d.c.Title.In(d.p.Lang), "count": strconv.Itoa(len(d.apps)), "years": strconv.Itoa(prog.Validity),
		"day": d.day, "number": d.number, "authorisation": bare(auth.Document.In(d.p.Lang)), "authorisation_number": auth.Number,
	}
}

// bare takes the marks of a title off: the sentence around it has its own.
func bare(title string) string { return strings.Trim(title, "《》") }

func (d *draft) text(t pack.Text) string { return t.Bind(d.p.Lang, d.words) }

func (d *draft) document() docx.Document {
	t := d.p.T
	organ := d.text(d.paper.Organ)
	if organ == "" {
		organ = strings.Join(d.p.Owners(), t("decide.comma"))
	}
	title, list := d.text(d.paper.Title), d.text(d.paper.List)
	if title == "" {
		title = t("decide.paper.title", "Programme", d.words["programme"])
	}
	if list == "" {
		list = t("decide.paper.list", "Programme", d.words["programme"])
	}
	doc := docx.Document{Organ: d.text(d.paper.Mark), Number: d.number, Title: title, Blocks: d.body(), Signed: []string{organ, d.day},
		Annexed: []string{t("decide.paper.annexed", "List", list)}, Annexes: []docx.Annex{{Mark: t("decide.paper.annex"), Title: list, Blocks: d.list()}}}
	if to := d.text(d.paper.To); to != "" {
		doc.To = t("decide.paper.to", "To", to)
	}
	if s := d.text(d.paper.Copy); s != "" {
		doc.Imprint = append(doc.Imprint, t("decide.paper.copy", "To", s))
	}
	if s := d.text(d.paper.Print); s != "" {
		doc.Imprint = append(doc.Imprint, t("decide.paper.print", "Organ", s, "Day", d.day))
	}
	return doc
}

func (d *draft) body() []docx.Block {
	var list []docx.Block
	for _, t := range d.paper.Text {
		list = append(list, docx.Block{Text: d.text(t)})
	}
	if len(list) == 0 {
		auth := d.c.Rules.Programme.Authorisation
		list = append(list, docx.Block{Text: d.p.T("decide.paper.text", "Document", auth.Document.In(d.p.Lang), "Number", auth.Number,
			"Call", d.words["call"], "Awards", len(d.apps))})
	}
	return list
}

// list is the annex: by district in the order of the register of areas where
// the pack says so, within it by number. It shows no rank.
func (d *draft) list() []docx.Block {
	if d.paper.Group == "" {
		return []docx.Block{{Table: d.table(d.apps, 0)}}
	}
	by, order := map[int][]accredit.Application{}, []int{}
	for _, a := range d.apps {
		n := d.district(a.AreaID)
		if by[n] == nil {
			order = append(order, n)
		}
		by[n] = append(by[n], a)
	}
	slices.Sort(order)
	var out []docx.Block
	done := 0
	for _, n := range order {
		name := d.p.h.Tree().At(n).In(d.p.Lang)
		out = append(out, docx.Block{Heading: d.p.T("decide.paper.group", "District", name, "Awards", len(by[n])), Table: d.table(by[n], done)})
		done += len(by[n])
	}
	return out
}

// district is the place in the tree of the area right below the city that an
// area lies in.
func (d *draft) district(areaID int64) int {
	t := d.p.h.Tree()
	n, ok := t.ByID(areaID)
	if path := t.Path(n); ok && len(path) > 1 {
		return path[1]
	}
	return n
}

func (d *draft) table(apps []accredit.Application, done int) *docx.Table {
	t := &docx.Table{Head: []string{d.p.T("decide.nr"), d.p.T("decide.code"), d.p.T("decide.title"), d.p.T("decide.area")}}
	for i, a := range apps {
		t.Rows = append(t.Rows, []string{strconv.Itoa(done + i + 1), a.Code, a.Title, d.p.Area(a.AreaID)})
	}
	return t
}
