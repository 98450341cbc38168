package ledgerhttp_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"xuedu/internal/account"
	"xuedu/internal/api"
	"xuedu/internal/ledger"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/ledger/figureview/figureviewtest"
	"xuedu/internal/ledger/ledgerhttp"
	"xuedu/internal/sheet"
)

// origin is a lineage of 250 meetings that add up to a known figure.
type origin struct{ city *figureview.City }

func (o origin) Origin(context.Context, ledger.Query) (ledger.Origin, error) {
	return ledger.Origin{Sessions: 250, Persons: 90, Rows: 500, Heads: 250, Minutes: 45000, Version: 7}, nil
}

func (o origin) Sessions(_ context.Context, _ ledger.Query, cursor string, limit int) ([]ledger.SessionLine, string, error) {
	from := len(cursor)
	var out []ledger.SessionLine
	for i := from; i < 250 && len(out) < limit; i++ {
		out = append(out, ledger.SessionLine{Key: "s" + strings.Repeat("x", i), Day: 20260701, Place: o.city.Tree().At(3), Theme: "health", Persons: 2, Rows: 2, Heads: 1, Minutes: 180})
	}
	if from+len(out) < 250 {
		return out, strings.Repeat("1", from+len(out)), nil
	}
	return out, "", nil
}

func (o origin) Rows(_ context.Context, _ ledger.Query, cursor string, limit int) ([]ledger.RowLine, string, error) {
	t := o.city.Tree()
	rows := []ledger.RowLine{
		{ID: 1, Person: "ab12cd34", Session: "s1", Day: 20260701, Home: t.At(3), Place: t.At(4), Theme: "health", Minutes: 90, BirthYear: 1950, Sex: "f"},
		{ID: 2, Session: "s1", Day: 20260701, Place: t.At(4), Theme: "health", Heads: 7},
	}
	return rows, "", nil
}

// site is the explorer of a made-up city, and what was put into the trail.
type site struct {
	http.Handler
	city *figureview.City
	fake *figureviewtest.Fake
	seen []string
}

func newSite(t *testing.T, pack string) *site {
	t.Helper()
	c := figureviewtest.City(t, pack)
	s := &site{city: c, fake: c.Figures.(*figureviewtest.Fake)}
	parts := ledgerhttp.Parts{City: c, Lineage: origin{c}, SawRows: func(_ context.Context, _ int64, q string) error {
		s.seen = append(s.seen, q)
		return nil
	}}
	routes := append(ledgerhttp.Routes(parts), api.New(ledgerhttp.Operations(parts)).Routes()...)
	s.Handler = figureviewtest.Serve(t, routes...)
	return s
}

// get returns the answer to a GET in Chinese, by whoever acts.
func (s *site) get(t *testing.T, url string, actor account.Actor, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(account.With(t.Context(), actor), "GET", url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) page(t *testing.T, url string) *goquery.Document {
	t.Helper()
	w := s.get(t, url, account.Actor{})
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s = %d\n%s", url, w.Code, w.Body)
	}
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// want asks the engine itself.
func (s *site) want(t *testing.T, url string) []ledger.Figure {
	t.Helper()
	r := httptest.NewRequest("GET", url, nil)
	q, err := s.city.Question(r.URL.Query())
	if err != nil {
		t.Fatal(err)
	}
	fs, err := s.fake.Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func TestExplorerShowsTheEnginesNumbers(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	for _, q := range []string{"", "?measure=rate", "?measure=hours&period=2025", "?area=110108000000&period=2026-10&by=place", "?measure=attendances&theme=health&age=60-69&sex=f&mode=online"} {
		doc := s.page(t, "/figures"+q)
		got, _ := doc.Find("#figure data").Attr("value")
		if want := s.want(t, "/figures"+q)[0].Value.Text('f'); got != want {
			t.Errorf("/figures%s shows %s, the engine says %s", q, got, want)
		}
		if doc.Find(".xd-sig dt").Length() < 3 {
			t.Errorf("/figures%s: the figure stands without period, rule or source", q)
		}
	}
}

func TestExplorerTableHasEveryArea(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	doc := s.page(t, "/figures?level=district&period=2026-Q2")
	want := s.want(t, "/figures?level=district&period=2026-Q2")
	rows := doc.Find("table.xd-areas tbody tr")
	if rows.Length() != len(want) || rows.Length() != 16 {
		t.Fatalf("%d rows, want %d", rows.Length(), len(want))
	}
	rows.Each(func(i int, row *goquery.Selection) {
		got, _ := row.Find("td data").First().Attr("value")
		if row.Find("th").Text() != want[i].Area.Name || got != want[i].Value.Text('f') {
			t.Errorf("row %d: %s", i, row.Text())
		}
	})
	if doc.Find("svg.xd-map path").Length() < 16 {
		t.Error("no map of the districts")
	}
}

func TestExplorerPagesLongTables(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	doc := s.page(t, "/figures?level=community&page=2")
	if n := doc.Find("table.xd-areas tbody tr").Length(); n != 200 {
		t.Errorf("page 2 has %d rows, want 200", n)
	}
	for _, rel := range []string{"prev", "next"} {
		if doc.Find(`a[rel="`+rel+`"]`).Length() != 1 {
			t.Errorf("no link to the %s page", rel)
		}
	}
}

func TestExplorerStates(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	s.fake.States = map[string]ledger.State{"110101000000": ledger.Nil, "110102000000": ledger.NotApplicable, "110105000000": ledger.NotReported,
		"110106000000": ledger.Withheld, "110107000000": ledger.NotComputable}
	doc := s.page(t, "/figures?level=district")
	for i, class := range []string{"nil", "na", "nr", "wh", "nc"} {
		cell := doc.Find("table.xd-areas tbody tr").Eq(i).Find("td").First()
		if cell.Find(".xd-c--"+class).Length() != 1 || strings.TrimSpace(cell.Text()) == "" {
			t.Errorf("row %d: %q, want state %s in words", i, cell.Text(), class)
		}
	}
}

func TestExplorerFindsPlaces(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	w := s.get(t, "/figures?place=海淀区&area=110000000000&period=2026", account.Actor{})
	if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != "/figures?area=110108000000&period=2026" {
		t.Errorf("one place: %d %s", w.Code, got)
	}
	doc := s.page(t, "/figures?place=八里庄")
	if n := doc.Find(".xd-note .xd-links li a").Length(); n < 2 {
		t.Errorf("%d places offered, want several", n)
	}
	doc = s.page(t, "/figures?place=没有的地方")
	if doc.Find("#place-e").Length() != 1 {
		t.Error("an unknown place has no message at its field")
	}
}

func TestExplorerRefusesInWords(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	w := s.get(t, "/figures?period=nonsense", account.Actor{})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "govuk-error-summary") {
		t.Errorf("period=nonsense: %d", w.Code)
	}
}

func TestPersonsByPlaceDoNotAddUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	if got := s.page(t, "/figures?by=place").Find(".xd-fine").Text(); !strings.Contains(got, "不能相加") {
		t.Errorf("by place: %s", got)
	}
	if got := s.page(t, "/figures").Find(".xd-fine").Text(); strings.Contains(got, "不能相加") {
		t.Errorf("by home: %s", got)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	w := s.get(t, "/figures.csv?level=district&measure=hours", account.Actor{})
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 17 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	if diff := cmp.Diff([]string{"area", "name", "period", "measure", "value", "state"}, rows[0]); diff != "" {
		t.Error(diff)
	}
	want := s.want(t, "/figures?level=district&measure=hours")
	for i, f := range want {
		if rows[i+1][0] != f.Area.Code || rows[i+1][4] != f.Value.Text('f') {
			t.Errorf("row %d: %v", i+1, rows[i+1])
		}
	}
	w = s.get(t, "/figures.xlsx?level=district&measure=hours", account.Actor{})
	table, err := sheet.NewBytes(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		if _, err := table.Read(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n < 16 {
		t.Errorf("the workbook has %d rows", n)
	}
}

func TestSessionsAddUpToTheFigure(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	url, total := "/figures/sessions?area=110101000000", 0
	for url != "" {
		doc := s.page(t, url)
		total += doc.Find("table tbody tr").Length()
		url, _ = doc.Find(`a[rel="next"]`).Attr("href")
	}
	if total != 250 {
		t.Errorf("the pages list %d meetings, want 250", total)
	}
	w := s.get(t, "/figures/sessions.csv?area=110101000000", account.Actor{})
	if n := strings.Count(w.Body.String(), "\n"); n != 251 {
		t.Errorf("the file has %d lines, want 251", n)
	}
	if s.page(t, "/figures/sessions").Find(`a[href^="/figures/rows"]`).Length() != 0 {
		t.Error("the public is offered rows")
	}
}

func TestRowsNeedAPermissionWithinTheArea(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	haidian, _ := s.city.Tree().ByCode("110108000000")
	officer := account.Actor{ID: "u", Grants: []account.Grant{{Role: account.RoleDistrict, AreaID: s.city.Tree().At(haidian).ID}}}
	for _, tt := range []struct {
		name, url string
		actor     account.Actor
		want      int
	}{
		{"public", "/figures/rows?area=110108000000", account.Actor{}, http.StatusSeeOther},
		{"another district", "/figures/rows?area=110101000000", officer, http.StatusForbidden},
		{"the whole city", "/figures/rows", officer, http.StatusForbidden},
		{"no such area", "/figures/rows?area=1", officer, http.StatusUnprocessableEntity},
		{"own district", "/figures/rows?area=110108000000", officer, http.StatusOK},
		{"own street", "/figures/rows.csv?area=110108011000", officer, http.StatusOK},
	} {
		before := len(s.seen)
		w := s.get(t, tt.url, tt.actor)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, w.Code, tt.want)
		}
		if looked := len(s.seen) > before; looked != (tt.want == http.StatusOK) {
			t.Errorf("%s: in the trail: %v", tt.name, looked)
		}
	}
}

// A link to rows is shown where they may be seen, and nowhere else.
func TestRowsAreOfferedWithinTheArea(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	haidian, _ := s.city.Tree().ByCode("110108000000")
	officer := account.Actor{ID: "u", Grants: []account.Grant{{Role: account.RoleDistrict, AreaID: s.city.Tree().At(haidian).ID}}}
	for _, page := range []string{"/figures", "/figures/sessions"} {
		for area, want := range map[string]bool{"110108000000": true, "110101000000": false} {
			w := s.get(t, page+"?area="+area, officer)
			if got := strings.Contains(w.Body.String(), `href="/figures/rows`); w.Code != http.StatusOK || got != want {
				t.Errorf("%s of %s: %d, rows are offered: %v", page, area, w.Code, got)
			}
		}
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	for _, tt := range []struct {
		url  string
		want int
	}{
		{"/api/v1/figures", 200}, {"/api/v1/figures?measure=rate&level=district&limit=3", 200}, {"/api/v1/figures?measure=nonsense", 422},
		{"/api/v1/figures?persiod=2024", 422}, {"/api/v1/figures?theme=", 422}, {"/api/v1/figures?period=2024-13", 422},
		{"/api/v1/figures?period=2024-02-31", 404}, {"/api/v1/figures?cursor=zz", 404}, {"/api/v1/areas?q=海淀", 200}, {"/api/v1/areas?under=x", 404},
		{"/api/v1/themes", 200}, {"/api/v1/age-bands", 200}, {"/api/v1/figures/sessions?limit=2", 200}, {"/api/v1/nothing", 404},
	} {
		w := s.get(t, tt.url, account.Actor{})
		kind := w.Header().Get("Content-Type")
		if w.Code != tt.want || (tt.want >= 400) != (kind == "application/problem+json") || !json.Valid(w.Body.Bytes()) {
			t.Errorf("GET %s = %d %s, want %d\n%.300s", tt.url, w.Code, kind, tt.want, w.Body)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), "DELETE", "/api/v1/figures", nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("DELETE = %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

type answer struct {
	Cells []struct{ Area, Value, State string }
	Next  string
}

func TestAPIPagesWithCursors(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	want := s.want(t, "/figures?level=district")
	var got []string
	cursor := ""
	for {
		url := "/api/v1/figures?level=district&limit=5"
		if cursor != "" {
			url += "&cursor=" + cursor
		}
		var a answer
		if err := json.Unmarshal(s.get(t, url, account.Actor{}).Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		for _, c := range a.Cells {
			got = append(got, c.Area+" "+c.Value)
		}
		if cursor = a.Next; cursor == "" {
			break
		}
	}
	for i, f := range want {
		if line := f.Area.Code + " " + f.Value.Text('f'); i >= len(got) || got[i] != line {
			t.Fatalf("cells %v, want %s at %d", got, line, i)
		}
	}
}

func TestAPIETagAndCSV(t *testing.T) {
	t.Parallel()
	s := newSite(t, "beijing-2021")
	w := s.get(t, "/api/v1/figures", account.Actor{})
	tag := w.Header().Get("ETag")
	if again := s.get(t, "/api/v1/figures", account.Actor{}, "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("again: %d", again.Code)
	}
	if other := s.get(t, "/api/v1/figures?period=2025", account.Actor{}, "If-None-Match", tag); other.Code != http.StatusOK {
		t.Errorf("another question: %d", other.Code)
	}
	byName := s.get(t, "/api/v1/figures?level=district&format=csv", account.Actor{})
	byHeader := s.get(t, "/api/v1/figures?level=district", account.Actor{}, "Accept", "text/csv")
	if byName.Body.String() != byHeader.Body.String() || !strings.HasPrefix(byName.Header().Get("Content-Type"), "text/csv") {
		t.Error("format=csv and Accept: text/csv differ")
	}
}

func TestAnotherCityWithoutMap(t *testing.T) {
	t.Parallel()
	s := newSite(t, "minimal")
	doc := s.page(t, "/figures")
	if doc.Find("svg.xd-map").Length() != 0 || doc.Find("table.xd-areas tbody tr").Length() == 0 {
		t.Error("a city without a map shows a map, or no table")
	}
}

func TestEmptyCity(t *testing.T) {
	t.Parallel()
	s := newSite(t, "minimal")
	s.fake.Has = false
	if s.page(t, "/figures").Find(".xd-empty").Length() != 1 {
		t.Error("an empty city has no empty state")
	}
}
