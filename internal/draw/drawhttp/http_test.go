package drawhttp

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"xuedu/internal/db/dbtest"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

func TestTemplates(t *testing.T) { // alone: it reads the trees that serving a page prepares
	for view, data := range map[*web.View]any{&listView: listPage{}, &showView: showPage{}} {
		if err := templatecheck.CheckHTMLStrict(view.Tmpl.Lookup("page"), data); err != nil {
			t.Errorf("%T: %v", data, err)
		}
	}
}

// Everybody sees what was fixed before the value exists, and never a name.
func TestPages(t *testing.T) {
	s := register.New(register.Deps{DB: dbtest.SQLite(t), Now: time.Now})
	ctx := context.Background()
	id, err := s.Freeze(ctx, register.NewDraw{
		Purpose: register.PurposeSites, Subject: "v1", Title: pack.Text{"zh-CN": "考察点抽取"}, Seats: 1,
		Entries: []register.Ticket{{Thing: "学校甲"}, {Thing: "学校乙"}, {Thing: "学校丙"}}, Rule: "次日收盘指数",
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := web.Mux(web.Config{}, (&Pages{Draws: s}).Routes()...)
	get := func(path string) string {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "学校") {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	if body := get("/draws"); !strings.Contains(body, "考察点抽取") {
		t.Error("not listed")
	}
	before := get("/draws/" + id)
	m, err := s.Draw(ctx, id, "3248.71")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(before, m.Frozen) || strings.Contains(before, m.Secret) {
		t.Error("the page before the draw lacks the digest or shows the secret")
	}
	after := get("/draws/" + id + "?ticket=" + m.Order[0][:12])
	if !strings.Contains(after, m.Secret) || !strings.Contains(after, "draw.own.taken") {
		t.Error("the page lacks the result")
	}
	got, err := draw.Parse([]byte(get("/draws/" + id + "/manifest.json")))
	if err != nil || len(draw.Verify(got)) != 0 {
		t.Errorf("file: %v %v", err, draw.Verify(got))
	}
}
