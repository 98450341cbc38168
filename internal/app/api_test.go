package app_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const openAPIFile = "../../api/openapi.json"

// TestOpenAPIGolden: the surface that others rely on is the one on record
// (design 6).
func TestOpenAPIGolden(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	openCity(t).Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/openapi.json", nil))
	var doc any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatalf("%d: %v", w.Code, err)
	}
	got, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(openAPIFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(openAPIFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is old: raise api.Version, then go test ./internal/app -run TestOpenAPIGolden -update\n%s", openAPIFile, diff)
	}
}

// The API gives the definitions and the figures of the pack, with a state for
// every cell and a problem for every question it cannot answer (P1.8, P1.9).
func TestIndicatorAPI(t *testing.T) {
	t.Parallel()
	a := beijing(t)
	if err := a.StartFigures(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.Log = slog.New(slog.DiscardHandler)
	h := a.Handler()
	get := func(url string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), "GET", url, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for _, tt := range []struct {
		url  string
		want int
		has  string
	}{
		{"/api/v1/indicators", 200, `"code":"A01"`},
		{"/api/v1/indicators?group=D&tag=national:community", 200, `"code":"D01"`},
		{"/api/v1/indicators?day=2020-01-01", 200, `"indicators":[]`},
		{"/api/v1/indicators?format=csv", 200, "code,group,name"},
		{"/api/v1/indicators?day=2024-02-31", 422, ""},
		{"/api/v1/indicators?cursor=zz", 404, ""},
		{"/api/v1/indicators/D01", 200, `"history":[{"code":"D01"`},
		{"/api/v1/indicators/D99", 404, "D99"},
		{"/api/v1/indicators/D01?day=2020-01-01", 404, ""},
		{"/api/v1/indicators/D01/values", 200, `"state":`},
		{"/api/v1/indicators/D01/values?level=district&period=2024-Q1&period=2024-Q2&limit=3", 200, `"next":`},
		{"/api/v1/indicators/A01/values?period=2024", 200, `"cause":"no_source"`},
		{"/api/v1/indicators/D02/values?period=2024&by=age", 200, `"slice":"60-69"`},
		{"/api/v1/indicators/D02/values?period=2024&by=type", 404, ""},
		{"/api/v1/indicators/D02/values?period=2024&format=csv&level=district", 200, "code,area,name"},
		{"/api/v1/indicators/D02/values?period=soon", 422, "query.period"},
		{"/api/v1/indicators/D02/values?area=1", 404, ""},
		{"/api/v1/indicators/D02/values?level=planet", 422, ""},
		{"/api/v1/indicators/D02/values?persiod=2024", 422, ""},
	} {
		w := get(tt.url)
		kind := w.Header().Get("Content-Type")
		if w.Code != tt.want || (tt.want >= 400) != (kind == "application/problem+json") || !strings.Contains(w.Body.String(), tt.has) {
			t.Errorf("GET %s = %d %s, want %d with %s\n%.400s", tt.url, w.Code, kind, tt.want, tt.has, w.Body)
		}
	}
	w := get("/api/v1/indicators/D01/values?period=2024")
	if again := get("/api/v1/indicators/D01/values?period=2024", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("the same again = %d, want 304", again.Code)
	}
	checkPages(t, get)
}

// checkPages reads all cells with cursors, and compares them with the table.
func checkPages(t *testing.T, get func(string, ...string) *httptest.ResponseRecorder) {
	t.Helper()
	url, n := "/api/v1/indicators/D01/values?level=street&period=2024&limit=100", 0
	for next := ""; ; {
		var b struct {
			Cells []struct{ Area, State string }
			Next  string
		}
		if err := json.Unmarshal(get(url+next).Body.Bytes(), &b); err != nil {
			t.Fatal(err)
		}
		for _, c := range b.Cells {
			if c.State == "" {
				t.Errorf("%s has no state", c.Area)
			}
		}
		if n += len(b.Cells); b.Next == "" {
			break
		}
		next = "&cursor=" + b.Next
	}
	lines := strings.Count(get("/api/v1/indicators/D01/values?level=street&period=2024&format=csv").Body.String(), "\n")
	if n == 0 || n != lines-1 {
		t.Errorf("%d cells by cursors, %d lines in the table", n, lines-1)
	}
}
