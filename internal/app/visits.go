package app

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/expert"
	"xuedu/internal/accredit/visit"
	"xuedu/internal/accredit/visit/visithttp"
	"xuedu/internal/i18n"
	"xuedu/internal/ledger"
	"xuedu/internal/org"
	"xuedu/internal/period"
	"xuedu/internal/web"
)

// wireVisits makes visits, and answers for what calls ask of them. It needs
// calls, experts and draws.
func (a *App) wireVisits() {
	a.Visits = visit.New(visit.Deps{DB: a.DB, Calls: a.Calls, Experts: a.Experts, Ties: visitTies{a.Experts}, Draws: a.Draws,
		Sites: visitSites{a.Orgs, a}, Ledger: visitLedger{a}, Files: a.Attachments,
		Pack: a.Packs.Pack, Tree: a.Areas.Tree, Days: a.Calendar, Now: a.now})
	a.Visits.Register(a.Calls)
}

func (a *App) visitRoutes() []web.Route {
	return (&visithttp.Pages{Visits: a.Visits, Calls: a.Calls.Calls, Names: a.Accounts.Names}).Routes()
}

// visitTies keeps the ties that visits make.
type visitTies struct{ experts *expert.Service }

// Visited implements visit.Ties: a tie of one day, from which the years of the
// rule count.
func (t visitTies) Visited(ctx context.Context, tx *sql.Tx, expertID string, ap accredit.Application, visitID, day string) error {
	e := expert.Edge{ExpertID: expertID, Kind: "visit", Subject: "org", SubjectID: ap.OrgID, Source: "visit:" + visitID, From: day, To: day}
	if ap.OrgID == "" {
		e.Subject, e.SubjectID = "area", strconv.FormatInt(ap.AreaID, 10)
	}
	_, err := t.experts.AddEdge(ctx, tx, e)
	return err
}

// visitSites is the register of institutions as visits know it.
type visitSites struct {
	orgs *org.Service
	app  *App
}

// Of implements visit.Sites: of an area its institutions that teach, of an
// institution itself and what stands directly below it.
func (s visitSites) Of(ctx context.Context, ap accredit.Application) ([]visit.Site, error) {
	list, err := s.list(ctx, ap)
	var all []visit.Site
	for _, o := range list {
		all = append(all, visit.Site{Code: o.Code, Name: o.Name})
	}
	slices.SortFunc(all, func(x, y visit.Site) int { return cmp.Compare(x.Code, y.Code) })
	return all, err
}

func (s visitSites) list(ctx context.Context, ap accredit.Application) ([]org.Org, error) {
	if ap.OrgID != "" {
		self, err := s.orgs.ByID(ctx, ap.OrgID)
		if err != nil {
			return nil, err
		}
		below, err := s.orgs.Below(ctx, ap.OrgID)
		return append([]org.Org{self}, below...), err
	}
	tree := s.app.Areas.Tree()
	nr, ok := tree.ByID(ap.AreaID)
	if !ok {
		return nil, fmt.Errorf("application %s: no area %d", ap.ID, ap.AreaID)
	}
	var all []org.Org
	for page := 0; ; page++ {
		r, err := s.orgs.List(ctx, org.Query{Area: tree.At(nr).Code, Types: s.teaching(), Page: page})
		if err != nil {
			return nil, err
		}
		if all = append(all, r.Orgs...); len(r.Orgs) < org.PageSize {
			return all, nil
		}
	}
}

// teaching are the types of institutions that may be visited: all but those
// that a plan only names.
func (s visitSites) teaching() []string {
	var types []string
	for _, t := range s.app.Packs.Pack().OrgTypes {
		if t.Group != "body" {
			types = append(types, t.Code)
		}
	}
	return types
}

// visitLedger gives rows of the ledger to be called back.
type visitLedger struct{ app *App }

// Sample implements visit.Ledger: rows of classes in the applicant's area,
// each as likely as any other.
func (l visitLedger) Sample(ctx context.Context, ap accredit.Application, in string, n int) ([]int64, error) {
	at, err := period.Parse(in)
	tree := l.app.Areas.Tree()
	top, ok := tree.ByID(ap.AreaID)
	if err != nil || !ok { // nothing is counted where no period is said
		return nil, err
	}
	var places []int64
	for i := top; i < tree.Last(top); i++ {
		places = append(places, tree.At(i).ID)
	}
	return l.app.Ledger.SampleRows(ctx, places, ledger.Day(at.From), ledger.Day(at.To), n, rand.IntN)
}

// Describe implements visit.Ledger; the look goes into the trail.
func (l visitLedger) Describe(ctx context.Context, rows []int64) (map[int64]visit.Row, error) {
	about, err := l.app.Ledger.RowPersons(ctx, rows)
	if err != nil {
		return nil, err
	}
	var persons []int64
	for _, p := range about {
		persons = append(persons, p.PersonID)
	}
	slices.Sort(persons)
	contacts, err := l.app.Ledger.Contacts(ctx, slices.Compact(persons), "visit")
	if err != nil {
		return nil, err
	}
	out := map[int64]visit.Row{}
	for id, p := range about {
		c := contacts[p.PersonID]
		out[id] = visit.Row{What: l.theme(p.Theme), Day: dayOfLedger(p.Day), Name: c.Name, Phone: c.Phone}
	}
	return out, nil
}

func (l visitLedger) theme(code string) string {
	for _, t := range l.app.Packs.Pack().Themes {
		if t.Code == code {
			return t.Name.In(i18n.ZH)
		}
	}
	return code
}

func dayOfLedger(d ledger.Day) string {
	t, err := time.Parse("20060102", strconv.FormatInt(int64(d), 10))
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}
