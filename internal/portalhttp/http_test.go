package portalhttp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/activity"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ledger/figureview/figureviewtest"
	"xuedu/internal/pack"
	"xuedu/internal/plan"
	"xuedu/internal/portalhttp"
	"xuedu/internal/report"
)

type goals struct{}

func (goals) Goals(context.Context) ([]plan.Goal, error) {
	return []plan.Goal{
		{Target: pack.Target{Code: "district", Name: pack.Text{"zh-CN": "示范区"}, Value: "12", By: "2025-12-31"}, Counted: true, Progress: plan.Tally{InForce: 2, UnderWay: 3}},
		{Target: pack.Target{Code: "share", Name: pack.Text{"zh-CN": "比率"}, Value: "0.5"}},
	}, nil
}

type classes struct{}

func (classes) Find(context.Context, activity.Wish) ([]activity.Offer, int64, error) {
	var o activity.Offer
	o.ClassID, o.Title, o.Theme, o.OrgName, o.Day, o.Starts = "c1", "<b>书法</b>", "arts", "社区学校", "2026-12-01", "09:00"
	return []activity.Offer{o}, 1, nil
}

type reports struct{}

func (reports) Periods() []report.Span {
	return []report.Span{{Period: ledger.Period{Name: "2026-Q4", From: 20261001, To: 20261231}, Running: true}, {Period: ledger.Period{Name: "2026-Q3", From: 20260701, To: 20260930}}}
}

type site struct {
	http.Handler
	city *figureview.City
	fake *figureviewtest.Fake
}

func newSite(t *testing.T, pack string) *site {
	t.Helper()
	c := figureviewtest.City(t, pack)
	parts := portalhttp.Parts{City: c, Goals: goals{}, Classes: classes{}, Reports: reports{}}
	return &site{Handler: figureviewtest.Serve(t, portalhttp.Routes(parts)...), city: c, fake: c.Figures.(*figureviewtest.Fake)}
}

func (s *site) get(t *testing.T, url string, cookies ...string) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", url, nil)
	for _, c := range cookies {
		r.Header.Add("Cookie", c)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return w, doc
}

// value returns the exact value of a figure on a page.
func value(doc *goquery.Document, id string) string {
	v, _ := doc.Find("#" + id + " data").Attr("value")
	return v
}

// want asks the engine itself.
func (s *site) want(t *testing.T, q ledger.Query) string {
	t.Helper()
	f, err := s.city.One(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return f.Value.Text('f')
}

func period(t *testing.T, name string) ledger.Period {
	t.Helper()
	p, err := ledger.ParsePeriod(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestHomeShowsTheLastFullQuarter(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	w, doc := s.get(t, "/")
	if w.Code != http.StatusOK {
		t.Fatalf("GET / = %d\n%s", w.Code, w.Body)
	}
	q := ledger.Query{Area: s.city.Root().Code, Period: period(t, "2026-Q3"), By: ledger.ByHome}
	for id, m := range map[string]ledger.Measure{"n1": ledger.Participants, "n2": ledger.Rate, "n3": ledger.Attendances} {
		q.Measure = m
		if got, want := value(doc, id), s.want(t, q); got != want {
			t.Errorf("%s shows %s, the engine says %s", m, got, want)
		}
	}
	if got := doc.Find("h1").Text(); got != "2026年第三季度，每一百位居民有二十三位参加过学习" {
		t.Errorf("headline: %s", got)
	}
	if n := doc.Find("section.xd-num").Length(); n != 3 || doc.Find(".xd-num--lead").Length() != 1 {
		t.Errorf("%d figures, %d leads", n, doc.Find(".xd-num--lead").Length())
	}
}

func TestHomeTableAddsUpAndStandsInOrderOfCodes(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	_, doc := s.get(t, "/")
	rows := doc.Find("table.xd-areas tbody tr")
	if rows.Length() != 16 {
		t.Fatalf("%d districts", rows.Length())
	}
	last := ""
	rows.Each(func(_ int, r *goquery.Selection) {
		href, _ := r.Find("a").Attr("href")
		if href <= last {
			t.Errorf("%s stands after %s", href, last)
		}
		last = href
	})
	if doc.Find("svg.xd-map").Length() != 1 || doc.Find("svg.xd-map title").Length() != 1 {
		t.Error("no map, or one that does not say what it is")
	}
	if doc.Find(`a[href="/reports/2026-Q3"]`).Length() != 1 || doc.Find(`a[href="/reports/2026-Q4"]`).Length() != 0 {
		t.Error("the bulletins named are not those of full periods")
	}
	for _, id := range []string{"themes", "ages", "trend"} {
		fig := doc.Find("#" + id + "-w-t").Closest("figure")
		if fig.Length() != 1 || fig.Find("table tbody tr").Length() == 0 {
			t.Errorf("chart %s has no table of its numbers", id)
		}
	}
}

func TestHomeGoals(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	_, doc := s.get(t, "/")
	goal := doc.Find(".xd-goal")
	if goal.Length() != 1 { // the share is no number of things
		t.Fatalf("%d goals", goal.Length())
	}
	if on, way, all := goal.Find(".xd-sq--on").Length(), goal.Find(".xd-sq--way").Length(), goal.Find(".xd-sq").Length(); on != 2 || way != 3 || all != 12 {
		t.Errorf("squares: %d solid, %d hatched of %d", on, way, all)
	}
}

func TestHomeWithoutData(t *testing.T) {
	t.Parallel()
	s := newSite(t, "minimal")
	s.fake.Has = false
	w, doc := s.get(t, "/")
	if w.Code != http.StatusOK || doc.Find(".xd-empty").Length() != 1 || doc.Find(".xd-num").Length() != 0 {
		t.Errorf("%d, %d empty states", w.Code, doc.Find(".xd-empty").Length())
	}
	w, _ = s.get(t, "/areas/"+s.city.Root().Code)
	if w.Code != http.StatusOK {
		t.Errorf("area: %d", w.Code)
	}
}

func TestAnotherCityHasNoMap(t *testing.T) {
	t.Parallel()
	s := newSite(t, "minimal")
	_, doc := s.get(t, "/")
	if doc.Find("svg.xd-map").Length() != 0 || doc.Find("table.xd-areas tbody tr").Length() == 0 {
		t.Error("a city without outlines has a map, or no table")
	}
}

func TestElderHomeHasThreeChoices(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	_, doc := s.get(t, "/", "xd_view=elder")
	if n := doc.Find(".xd-three a").Length(); n != 3 || !doc.Find("html").HasClass("xd-elder") {
		t.Errorf("%d choices", n)
	}
}

func TestArea(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	for _, tt := range []struct {
		code, url, period string
		crumbs            int
		rate              bool
	}{
		{"110108000000", "", "2026", 2, true},
		{"110108000000", "?period=2026-10", "2026-10", 2, true},
		{"110108011000", "?period=2025-Q4", "2025-Q4", 3, false},
		{"110108011001", "", "2026", 4, false},
	} {
		w, doc := s.get(t, "/areas/"+tt.code+tt.url)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", tt.code, w.Code)
			continue
		}
		q := ledger.Query{Measure: ledger.Participants, Area: tt.code, Period: period(t, tt.period), By: ledger.ByHome}
		if got, want := value(doc, "n1"), s.want(t, q); got != want {
			t.Errorf("%s%s: %s residents, the engine says %s", tt.code, tt.url, got, want)
		}
		q.Measure, q.By = ledger.Attendances, ledger.ByPlace
		if got, want := value(doc, "n2"), s.want(t, q); got != want {
			t.Errorf("%s%s: %s attendances here, the engine says %s", tt.code, tt.url, got, want)
		}
		if n := doc.Find(".govuk-breadcrumbs__list-item").Length(); n != tt.crumbs {
			t.Errorf("%s: %d steps in the path, want %d", tt.code, n, tt.crumbs)
		}
		if got := doc.Find("#n3").Length() == 1; got != tt.rate {
			t.Errorf("%s: rate shown: %v, want %v", tt.code, got, tt.rate)
		}
	}
}

func TestAreaEscapesAndRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	w, doc := s.get(t, "/areas/110108000000")
	if strings.Contains(w.Body.String(), "<b>书法</b>") || doc.Find(`a[href="/classes/c1"]`).Text() != "<b>书法</b>" {
		t.Error("a title is not escaped")
	}
	for url, want := range map[string]int{"/areas/nowhere": 404, "/areas/110108000000?period=x": 422} {
		if w, _ := s.get(t, url); w.Code != want {
			t.Errorf("%s = %d, want %d", url, w.Code, want)
		}
	}
}

func TestFindAnArea(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	_, doc := s.get(t, "/areas?q=海淀区")
	if href, _ := doc.Find(".xd-links a").First().Attr("href"); href != "/areas/110108000000" {
		t.Errorf("海淀区 leads to %s", href)
	}
	if n := doc.Find(".xd-places a").Length(); n != 17 {
		t.Errorf("%d places, want the city and its 16 districts", n)
	}
	if _, doc = s.get(t, "/areas?q=没有"); doc.Find(".xd-empty").Length() != 1 {
		t.Error("nothing found has no empty state")
	}
}

func TestPagesInBothLanguages(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	for _, url := range []string{"/", "/areas", "/areas/110108000000", "/help/access", "/help/privacy", "/help/desk"} {
		for _, lang := range []string{"zh-CN", "en"} {
			w, doc := s.get(t, url, "xd_lang="+lang)
			if got, _ := doc.Find("html").Attr("lang"); w.Code != http.StatusOK || got != lang || doc.Find("h1").Length() != 1 {
				t.Errorf("%s in %s: %d, lang %s, %d h1", url, lang, w.Code, got, doc.Find("h1").Length())
			}
		}
	}
}
