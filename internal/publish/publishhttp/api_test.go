package publishhttp_test

import (
	"context"
	"crypto/ed25519"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"xuedu/internal/api"
	"xuedu/internal/chart"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	"xuedu/internal/publish"
	"xuedu/internal/publish/publishhttp"
	"xuedu/internal/release"
	"xuedu/internal/release/export"
	"xuedu/internal/release/proof"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// shelf holds editions, the newest first, each with its release.
type shelf struct {
	publishhttp.Service
	list []publish.Edition
	of   map[string]*release.Release
}

func (s shelf) Editions(context.Context) ([]publish.Edition, error) { return s.list, nil }

func (s shelf) Find(_ context.Context, series, area, period, version string) (publish.Edition, error) {
	for _, e := range s.list {
		if e.Series == series && e.Area == area && e.Period == period && e.Version == version {
			return e, nil
		}
	}
	return publish.Edition{}, errs.New(errs.NotFound, "publish.not_found")
}

func (s shelf) Public(_ context.Context, series, area, period string, at time.Time) (publish.Edition, error) {
	for _, e := range s.list {
		if e.Series == series && e.Area == area && e.Period == period && e.Public && !e.PublicAt.After(at) {
			return e, nil
		}
	}
	return publish.Edition{}, errs.New(errs.NotFound, "publish.not_public")
}

func (s shelf) Release(_ context.Context, id string) (*release.Release, *release.Index, error) {
	return s.of[id], release.NewIndex(s.of[id]), nil
}

func (s shelf) Sealed(_ context.Context, id string) ([]byte, error) {
	files, err := export.Files(s.of[id])
	if err != nil {
		return nil, err
	}
	return proof.Seal(s.of[id], files, ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", 32))))
}

// published are two public versions of a report and one under embargo, which the
// caller may see on the desk.
func published() shelf {
	s := shelf{of: map[string]*release.Release{}}
	for i, v := range []string{"1.0.2", "1.0.1", "1.0.0"} {
		value := []string{"77.7", "21.9", "22.3"}[i]
		public := time.Date(2025, time.Month(6-i), 1, 1, 0, 0, 0, time.UTC)
		s.list = append(s.list, publish.Edition{ID: v, Series: "yearly", Area: "1", Period: "2024", Version: v, Stage: release.Final, State: publish.Approved, Public: i > 0, PublicAt: public,
			Title: map[string]string{"zh-CN": "监测报告", "en": "Report"}, Digest: v + "-digest"})
		s.of[v] = &release.Release{Series: "yearly", Period: "2024", Frozen: "2025-03-01T02:00:00Z", Languages: []string{"zh-CN", "en"}, Synthetic: true,
			Publisher: release.Text{"zh-CN": "办公室", "en": "Office"}, Licence: &release.Licence{IRI: "https://example.org/free", Name: release.Text{"en": "Free"}}, Measures: []release.Definition{{Code: "D01"}, {Code: "D02"}}, Areas: []release.Area{{Code: "1", Name: release.Text{"zh-CN": "市", "en": "City"}}, {Code: "11"}},
			Cells: []release.Cell{{Code: "D01", Area: "1", Period: "2024", State: "value", Value: value, Exact: "-2/3", Expected: 16, Reported: 15}, {Code: "D01", Area: "11", Period: "2024", State: "withheld"},
				{Code: "D02", Area: "1", Period: "2023", State: "not_computable", Cause: "no_source"}, {Code: "D02", Area: "1", Period: "2024", Slice: "60+", State: "nil", Value: "0"}}}
	}
	return s
}

// asker answers GET requests to the API over a shelf.
func asker(t *testing.T, s shelf) func(url string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("+8", 8*3600)
	free := &pack.Licence{IRI: "https://example.org/free", Name: pack.Text{"zh-CN": "开放", "en": "Free"}}
	deps := publishhttp.Deps{Releases: s, Zone: zone, Base: func(*http.Request) string { return "https://example.org" }, Outlines: func() *chart.Outlines { return nil },
		Pack: func() *pack.Pack {
			return &pack.Pack{Owner: []pack.Text{{"zh-CN": "市办", "en": "Office"}}, Licence: free}
		},
		Now: func() time.Time { return time.Date(2025, 5, 20, 0, 0, 0, 0, time.UTC) }}
	c := web.Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Can: func(context.Context, web.Perm) bool { return true }, SignedIn: func(context.Context) bool { return true }, ErrorPage: ui.ErrorPage}
	env := &ui.Env{Bundle: b, City: func(string) string { return "城" }, Owners: func(string) []string { return nil }, PackLine: func(string) string { return "" },
		Synthetic: func() bool { return false }, User: func(context.Context, string) (string, string) { return "", "" }, Can: func(context.Context, string) bool { return true }, Zone: zone}
	routes := append(publishhttp.Routes(deps), api.New(publishhttp.Operations(deps)).Routes()...)
	h := ui.Middleware(env, web.Mux(c, routes...))
	return func(url string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
}

// The API gives the version that is asked for, that was public on a day, or the
// newest public one, and a problem for every question it cannot answer (P1.8).
func TestCellsAPI(t *testing.T) {
	t.Parallel()
	get := asker(t, published())
	const cells = "/api/v1/releases/yearly/1/2024/cells"
	for _, tt := range []struct {
		url  string
		want int
		has  string
	}{
		{"/api/v1/releases", 200, `"version":"1.0.1"`}, {"/api/v1/releases?report=quarterly", 200, `"releases":[]`}, {"/api/v1/releases?area=1&period=2024&limit=1", 200, `"next":`},
		{"/api/v1/releases?format=csv", 200, "report,area,period,version"}, {"/api/v1/releases?period=soon", 422, "query.period"}, {"/api/v1/releases?cursor=zz", 404, ""},
		{cells, 200, `"value":"21.9"`}, {cells + "?release=1.0.0", 200, `"value":"22.3"`}, {cells + "?release=1.0.2", 404, ""}, {cells + "?release=9", 404, ""},
		{cells + "?asOf=2025-04-30", 200, `"value":"22.3"`}, {cells + "?asOf=2025-05-01", 200, `"value":"21.9"`}, {cells + "?asOf=2025-03-31", 404, "No version was public"},
		{cells + "?asOf=2099-01-01", 200, `"value":"21.9"`}, {cells + "?asOf=2025-02-30", 422, "query.asOf"}, {cells + "?asOf=2025-05-01&release=1.0.0", 404, "not both"},
		{cells + "?indicator=D01&area=11", 200, `"cells":[{"code":"D01","area":"11","period":"2024","value":null,"state":"withheld"}]`},
		{cells + "?indicator=D02&period=2023", 200, `"cause":"no_source"`}, {cells + "?indicator=D02&indicator=D01&period=2024&limit=1", 200, `"next":"1.0.1~`},
		{cells + "?indicator=D99", 404, "D99"}, {cells + "?area=99", 404, "99"}, {cells + "?period=soon", 422, "period"}, {cells + "?limit=0", 422, ""}, {cells + "?codes=D01", 422, ""}, {cells + "?cursor=zz", 404, ""},
		{"/api/v1/releases/yearly/1/2023/cells", 404, ""}, {"/api/v1/releases/other/1/2024/cells?asOf=2025-05-01", 404, ""},
	} {
		w := get(tt.url, "Accept-Language", "en")
		kind := w.Header().Get("Content-Type")
		if w.Code != tt.want || (tt.want >= 400) != (kind == "application/problem+json") || !strings.Contains(w.Body.String(), tt.has) {
			t.Errorf("GET %s = %d %s, want %d with %s\n%.600s", tt.url, w.Code, kind, tt.want, tt.has, w.Body)
		}
		if strings.Contains(w.Body.String(), "77.7") || strings.Contains(w.Body.String(), `"1.0.2"`) {
			t.Errorf("GET %s shows what is under embargo", tt.url)
		}
	}
	w := get(cells)
	if again := get(cells, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("the same again = %d, want 304", again.Code)
	}
	if other := get(cells+"?indicator=D01", "If-None-Match", w.Header().Get("ETag")); other.Code != http.StatusOK {
		t.Errorf("another question = %d, want 200", other.Code)
	}
}

// The table has every cell, numbers as they are; pages by cursor have the same,
// of one version though a newer one came meanwhile.
func TestCellsPages(t *testing.T) {
	t.Parallel()
	s := published()
	get := asker(t, s)
	const cells = "/api/v1/releases/yearly/1/2024/cells"
	w := get(cells + "?format=csv")
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(table) != 5 || strings.Join(table[1], ",") != "1.0.1,D01,2024,1,,value,,21.9,-2/3,16,15" {
		t.Errorf("%v, %v", table, err)
	}
	n := 0
	for next := ""; ; {
		var b struct {
			Release, Next string
			Cells         []struct{ Value *string }
		}
		if err := json.Unmarshal(get(cells+"?limit=3"+next).Body.Bytes(), &b); err != nil || b.Release != "1.0.1" {
			t.Fatalf("%+v, %v", b, err)
		}
		if n += len(b.Cells); b.Next == "" {
			break
		}
		s.list[0].Public, next = true, "&cursor="+b.Next
		s.list[0].PublicAt = s.list[1].PublicAt
	}
	if n != 4 {
		t.Errorf("%d cells by cursors", n)
	}
}

// The catalogue names every public version with its files as they were sealed,
// and nothing that is under embargo; an empty one is a catalogue too (P1.8).
func TestCatalogue(t *testing.T) {
	t.Parallel()
	s := published()
	get := asker(t, s)
	w := get("/releases/catalog.jsonld")
	var c struct {
		Graph []struct {
			ID     string `json:"@id"`
			Type   string `json:"@type"`
			Before struct {
				ID string `json:"@id"`
			} `json:"dcat:previousVersion"`
			Texts []struct {
				Value string `json:"@value"`
			} `json:"dct:description"`
			Files []struct {
				Get struct {
					ID string `json:"@id"`
				} `json:"dcat:downloadURL"`
				Licence struct {
					ID string `json:"@id"`
				} `json:"dct:license"`
				Sum struct {
					Value struct {
						Value string `json:"@value"`
					} `json:"spdx:checksumValue"`
				} `json:"spdx:checksum"`
			} `json:"dcat:distribution"`
		} `json:"@graph"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/ld+json" {
		t.Fatalf("%d %v %v", w.Code, w.Header(), err)
	}
	var kinds []string
	for _, n := range c.Graph {
		kinds = append(kinds, n.Type)
	}
	if got := strings.Join(kinds, " "); got != "dcat:Catalog dcat:DatasetSeries dcat:Dataset dcat:Dataset dcat:DataService" {
		t.Fatal(got)
	}
	newest := c.Graph[2]
	if newest.ID != "https://example.org/releases/yearly/1/2024/1.0.1" || newest.Before.ID != "https://example.org/releases/yearly/1/2024/1.0.0" || !strings.Contains(newest.Texts[0].Value, "invented") {
		t.Errorf("%+v", newest)
	}
	for _, f := range newest.Files {
		if f.Licence.ID != "https://example.org/free" {
			t.Errorf("%s has licence %q", f.Get.ID, f.Licence.ID)
		}
		if path, ok := strings.CutPrefix(f.Get.ID, "https://example.org"); ok && f.Sum.Value.Value != release.Digest(get(path).Body.Bytes()) {
			t.Errorf("%s is not what its digest says", f.Get.ID)
		}
	}
	if len(newest.Files) != 8 || strings.Contains(w.Body.String(), "1.0.2") {
		t.Errorf("%d files, or what is under embargo: %s", len(newest.Files), w.Body)
	}
	if again := get("/releases/catalog.jsonld", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("the same again = %d", again.Code)
	}
	if w := asker(t, shelf{})("/releases/catalog.jsonld"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "dcat:Catalog") {
		t.Errorf("without releases: %d %s", w.Code, w.Body)
	}
}

// A public edition is cited in three forms; one under embargo in none.
func TestCites(t *testing.T) {
	t.Parallel()
	get := asker(t, published())
	for _, tt := range []struct {
		url, kind, has string
		want           int
	}{
		{"/releases/yearly/1/2024/1.0.1/cite/yearly-1-2024-1.0.1.bib", "application/x-bibtex", "url = {https://example.org/releases/yearly/1/2024/1.0.1}", 200},
		{"/releases/yearly/1/2024/1.0.1/cite/yearly-1-2024-1.0.1.ris", "application/x-research-info-systems", "AU  - Office,", 200},
		{"/releases/yearly/1/2024/1.0.1/cite/yearly-1-2024-1.0.1.json", "application/vnd.citationstyles.csl+json", `"literal": "Office"`, 200},
		{"/releases/yearly/1/2024/1.0.2/cite/yearly-1-2024-1.0.2.bib", "", "", 404},
		{"/releases/yearly/1/2024/1.0.1/cite/yearly-1-2024-1.0.0.bib", "", "", 404},
		{"/releases/yearly/1/2024/1.0.1/cite/yearly-1-2024-1.0.1.txt", "", "", 404},
	} {
		w := get(tt.url, "Accept-Language", "en")
		if w.Code != tt.want || !strings.HasPrefix(w.Header().Get("Content-Type"), tt.kind) || !strings.Contains(w.Body.String(), tt.has) {
			t.Errorf("GET %s = %d %v\n%.400s", tt.url, w.Code, w.Header(), w.Body)
		}
	}
}
