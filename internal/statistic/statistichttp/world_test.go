package statistichttp_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/statistichttp"
	"xuedu/internal/ui"
	"xuedu/internal/web"
	"xuedu/packs"
)

// noon is a Tuesday, at noon in the city.
var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// world is a small city with the forms and workflows of a pack: city 1,
// district 2, street 3 with communities 4 and 5, street 9 with community 10.
type world struct {
	t       testing.TB
	db      *db.DB
	tree    *area.Tree
	pack    *pack.Pack
	now     time.Time
	returns *statistic.Service
	forms   *form.Service
	h       http.Handler
}

// People of the city.
var (
	worker   = actor("w4", account.RoleCommunity, 4)
	worker5  = actor("w5", account.RoleCommunity, 5)
	stranger = actor("w10", account.RoleCommunity, 10)
	street   = actor("s3", account.RoleStreet, 3)
	district = actor("d2", account.RoleDistrict, 2)
	city     = actor("c1", account.RoleCity, 0)
	teacher  = account.Actor{ID: "t1", Grants: []account.Grant{{Role: account.RoleTeacher, OrgID: "o1"}}}
	nobody   = account.Actor{}
)

func actor(id, role string, areaID int64) account.Actor {
	return account.Actor{ID: id, Login: id, Name: "名" + id, Grants: []account.Grant{{Role: role, AreaID: areaID}}}
}

func tree() *area.Tree {
	return area.NewTree([]area.Area{
		{ID: 1, Code: "110000000000", Name: "北京市", Level: area.City},
		{ID: 2, Code: "110108000000", Name: "海淀区", Level: area.District, ParentID: 1},
		{ID: 3, Code: "110108001000", Name: "学院路街道", Level: area.Street, ParentID: 2},
		{ID: 4, Code: "110108001001", Name: "二里庄社区", Level: area.Community, ParentID: 3},
		{ID: 5, Code: "110108001002", Name: "健翔园社区", Level: area.Community, ParentID: 3},
		{ID: 9, Code: "110108002000", Name: "中关村街道", Level: area.Street, ParentID: 2},
		{ID: 10, Code: "110108002001", Name: "华清园社区", Level: area.Community, ParentID: 9},
	})
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, db: dbtest.SQLite(t), tree: tree(), now: noon}
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	if w.pack, err = pack.Load(fsys); err != nil {
		t.Fatal(err)
	}
	w.pack.Forms = []pack.Form{visits(), summary()}
	w.fill()
	w.serve()
	return w
}

// visits is a form that a test can read at a glance: two rows and a total,
// three columns, each kind of input, a hard and a soft rule.
func visits() pack.Form {
	text := func(zh, en string) pack.Text { return pack.Text{"zh-CN": zh, "en": en} }
	return pack.Form{Code: "visits", Name: text("走访情况", "Visits"), Owner: "bj-education-commission", Levels: []string{"community"}, Kind: "span", Period: "quarter", DueDays: 5, CellMinutes: "2",
		Scope: text("全部社区", "All communities"), Instructions: text("如实填报。", "As it was."), Basis: text("测试", "Test"), Signatures: []string{"preparer", "head"},
		Rows: pack.Rows{Kind: "fixed", Name: text("对象", "Whom"), Fixed: []pack.Row{
			{Code: "old", Name: text("老人", "Elders")}, {Code: "new", Name: text("新市民", "New citizens")}, {Code: "total", Name: text("合计", "Total"), Total: true}}},
		Fields: []pack.Field{
			{Code: "homes", Name: text("户数", "Homes"), Type: "count", Min: "0", Required: true, Group: text("走访", "Visits")},
			{Code: "hours", Name: text("时长", "Hours"), Type: "decimal", Decimals: 1, Min: "0", Group: text("走访", "Visits")},
			{Code: "way", Name: text("方式", "Way"), Type: "choice", Rows: []string{"old"}, Choices: []pack.Coded{{Code: "foot", Name: text("步行", "On foot")}, {Code: "call", Name: text("电话", "By phone")}}},
		},
		Rules: []pack.Rule{
			{Code: "few", Check: "homes[row=old] <= 500", Weight: "hard", Text: text("户数不会超过 500。", "There are no more than 500 homes.")},
			{Code: "many", Check: "homes[row=new] <= 100", Weight: "soft", Text: text("新市民超过 100 户，请核对。", "More than 100: please check.")},
		}}
}

func summary() pack.Form {
	f := visits()
	f.Code, f.Name, f.SummaryOf, f.Levels, f.Rules = "sumvisits", pack.Text{"zh-CN": "走访情况汇总", "en": "Visits, summed up"}, "visits", []string{"street", "district", "city"}, nil
	f.Fields = f.Fields[:2]
	return f
}

func (w *world) fill() {
	for i := range w.tree.Len() {
		a := w.tree.At(i)
		if _, err := w.db.Write.Exec(`INSERT INTO area (id, code, level, valid_from, valid_to) VALUES ($1, $2, $3, '', '')`, a.ID, a.Code, string(a.Level)); err != nil {
			w.t.Fatal(err)
		}
	}
	give := func() *pack.Pack { return w.pack }
	days := func() *calendar.Calendar { return w.pack.WorkDays() }
	now := func() time.Time { return w.now }
	engine := measure.New(func() *area.Tree { return w.tree }, nil)
	symbols := func(ctx context.Context) (formula.Symbols, error) { return engine.Catalogue(ctx) }
	w.forms = form.New(w.db, give, symbols, now)
	w.returns = statistic.New(statistic.Deps{DB: w.db, Forms: w.forms, Engine: engine, Tree: func() *area.Tree { return w.tree }, Pack: give, Days: days, Now: now})
	if _, err := w.forms.Adopt(w.as(city), "测试"); err != nil {
		w.t.Fatal(err)
	}
}

// register gives both forms their legal head.
func (w *world) register() {
	w.t.Helper()
	list, err := w.forms.List(w.as(city))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range list {
		head := pack.Head{Number: "示例" + f.Code, Organ: pack.Text{"zh-CN": "北京市教育委员会（示例）"}, Basis: "approval", Approver: pack.Text{"zh-CN": "示例市统计局"}, Document: "示例〔2026〕1号", From: "2026-01-01", Until: "2027-12-31"}
		if _, err := w.forms.Register(w.as(city), f.ID, head, "测试"); err != nil {
			w.t.Fatalf("register %s: %v", f.Code, err)
		}
	}
}

// send registers the forms and sends the base form out for a quarter.
func (w *world) send() statistic.Collection {
	w.t.Helper()
	w.register()
	f, err := w.forms.Current(w.as(city), "visits")
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := period.Parse("2026-Q3")
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := w.returns.Send(w.as(city), f.ID, p, nil)
	if err != nil {
		w.t.Fatalf("send: %v", err)
	}
	return c
}

// of returns the id of the return of an area.
func (w *world) of(c statistic.Collection, areaID int64) string {
	w.t.Helper()
	list, err := w.returns.Returns(w.as(city), statistic.ReturnQuery{Collection: c.ID, AreaID: areaID, Own: true})
	if err != nil || len(list) != 1 {
		w.t.Fatalf("return of area %d: %d, %v", areaID, len(list), err)
	}
	return list[0].ID
}

func (w *world) as(a account.Actor) context.Context {
	return audit.With(account.With(w.t.Context(), a), audit.Who{Actor: a.ID})
}

func (w *world) serve() {
	b, err := i18n.Load()
	if err != nil {
		w.t.Fatal(err)
	}
	c := web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage,
		Can:      func(ctx context.Context, p web.Perm) bool { return account.From(ctx).Can(string(p)) },
		SignedIn: func(ctx context.Context) bool { return account.From(ctx).SignedIn() }}
	mux := web.Mux(c, statistichttp.Routes(w.deps())...)
	env := &ui.Env{Bundle: b, City: func(string) string { return "城" }, Owners: func(string) []string { return nil }, PackLine: func(string) string { return "" },
		Synthetic: func() bool { return false }, User: func(ctx context.Context, _ string) (string, string) { return account.From(ctx).Name, "" },
		Can: func(ctx context.Context, perm string) bool { return account.From(ctx).Can(perm) }, Zone: time.UTC}
	w.h = ui.Middleware(env, mux)
}

func (w *world) deps() statistichttp.Deps {
	return statistichttp.Deps{Returns: w.returns, Forms: w.forms, Tree: func() *area.Tree { return w.tree }, Pack: func() *pack.Pack { return w.pack },
		Days: func() *calendar.Calendar { return w.pack.WorkDays() }, Zone: time.UTC, Now: func() time.Time { return w.now },
		Names: func(_ context.Context, ids []string) (map[string]string, error) {
			out := map[string]string{}
			for _, id := range ids {
				out[id] = "名" + id
			}
			return out, nil
		}}
}

// get and post make requests as somebody; part asks as the script does.
func (w *world) get(a account.Actor, target string) (int, *goquery.Document) {
	return w.do(a, httptest.NewRequest("GET", target, nil))
}

func (w *world) post(a account.Actor, target string, form url.Values, part bool) (int, *goquery.Document) {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if part {
		r.Header.Set("HX-Request-Type", "partial")
	}
	return w.do(a, r)
}

// do follows one redirect, as a browser does.
func (w *world) do(a account.Actor, r *http.Request) (int, *goquery.Document) {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r.WithContext(audit.With(account.With(r.Context(), a), audit.Who{Actor: a.ID})))
	if to := rec.Header().Get("Location"); rec.Code == http.StatusSeeOther && !strings.HasPrefix(to, "/signin") {
		to, _, _ = strings.Cut(to, "#")
		return w.get(a, to)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(rec.Body.String()))
	if err != nil {
		w.t.Fatal(err)
	}
	return rec.Code, doc
}

func text(doc *goquery.Document, sel string) string {
	return strings.Join(strings.Fields(doc.Find(sel).Text()), " ")
}

func value(doc *goquery.Document, sel string) string { return doc.Find(sel).AttrOr("value", "") }

// filled is what a browser sends of the form of a sheet, with some fields typed into.
func filled(doc *goquery.Document, typed map[string]string) url.Values {
	v := url.Values{}
	doc.Find("#ret-form input, #ret-form select, #ret-form textarea").Each(func(_ int, s *goquery.Selection) {
		name, ok := s.Attr("name")
		if !ok || s.AttrOr("type", "") == "checkbox" {
			return
		}
		val := s.AttrOr("value", "")
		if goquery.NodeName(s) == "select" {
			val = s.Find("option[selected]").AttrOr("value", "")
		}
		if goquery.NodeName(s) == "textarea" {
			val = s.Text()
		}
		v.Set(name, val)
	})
	for name, val := range typed {
		v.Set(name, val)
	}
	return v
}

// fieldOf is one element of a page.
type fieldOf = *goquery.Selection

// newRequest is one that somebody makes.
func newRequest(w *world, a account.Actor) *http.Request {
	return httptest.NewRequest("GET", "/desk", nil).WithContext(w.as(a))
}
