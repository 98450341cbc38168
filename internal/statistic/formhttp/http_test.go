package formhttp

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"xuedu/internal/area"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/sheet"
	"xuedu/internal/statistic/form"
	"xuedu/internal/ui"
	"xuedu/internal/web"
	"xuedu/packs"
)

var today = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// anything are measures of every name: what formulas mean is tested elsewhere.
type anything struct{ pack *pack.Pack }

func (a anything) Symbol(code string) (formula.Symbol, bool) {
	for _, f := range a.pack.Forms {
		for _, fd := range f.Fields {
			if strings.HasPrefix(fd.Derive, code) {
				u, _ := a.pack.Indicators.UnitOf(fd.Unit)
				dims := []formula.Dim{{Name: "theme"}, {Name: "age"}, {Name: "sex"}, {Name: "mode"}}
				return formula.Symbol{Code: code, Unit: formula.Unit(u.Dim), Area: formula.Sum, Time: formula.Sum, Dims: dims}, true
			}
		}
	}
	return formula.Symbol{}, false
}

func (anything) Near(string) []string { return nil }

// site is the pages over a real register.
type site struct {
	http.Handler
	forms *form.Service
	may   bool
}

func newSite(t *testing.T, name string) *site {
	t.Helper()
	fsys, err := packs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	give := func() *pack.Pack { return p }
	s := &site{forms: form.New(dbtest.SQLite(t), give, func(context.Context) (formula.Symbols, error) { return anything{p}, nil },
		func() time.Time { return today })}
	s.forms.Connect(form.Outside{Offered: func(context.Context) ([]form.Offer, error) {
		return []form.Offer{{Code: "participants", Name: pack.Text{"zh-CN": "参与人数"}, Unit: "person"}}, nil
	}})
	if _, err := s.forms.Adopt(t.Context(), "pack"); err != nil {
		t.Fatal(err)
	}
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	can := func(context.Context, web.Perm) bool { return s.may }
	env := &ui.Env{Bundle: bundle, City: func(string) string { return "市" }, Owners: func(string) []string { return nil },
		PackLine: func(string) string { return "" }, Synthetic: func() bool { return false },
		User: func(context.Context, string) (string, string) { return "", "" }, Can: func(context.Context, string) bool { return s.may }}
	mux := web.Mux(web.Config{Log: slog.New(slog.DiscardHandler), ErrorPage: ui.ErrorPage, Can: can,
		SignedIn: func(context.Context) bool { return true }}, Routes(Deps{Forms: s.forms, Pack: give, Tree: func() *area.Tree { return area.NewTree(nil) },
		Asked: func(context.Context, string, period.Period) (formula.Loaded, error) { return formula.Loaded{}, nil },
		Names: func(context.Context, []string) (map[string]string, error) { return nil, nil }, Can: can, Zone: time.UTC, Now: func() time.Time { return today }})...)
	s.Handler = ui.Middleware(env, mux)
	return s
}

func (s *site) do(t *testing.T, method, target, lang string, body url.Values) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return w, doc
}

var noText = regexp.MustCompile(`\bform\.[a-z_]+\.?[a-z_.]*|\{\{|<no value>`)

// P2.3: every page stands in both languages and misses no text.
func TestPages(t *testing.T) {
	for _, name := range packs.Names {
		s := newSite(t, name)
		s.may = true
		for _, lang := range i18n.Langs {
			targets := []string{"/forms", "/forms/fields?q=x", "/forms/burden", "/forms/refusals", "/desk/forms", "/desk/forms/design"}
			if name == "beijing-2021" {
				targets = append(targets, "/forms/base1", "/forms/base2?version=1", "/forms/sum4", "/desk/forms/base5", "/desk/forms/design?from=base3")
			}
			for _, target := range targets {
				w, doc := s.do(t, "GET", target, lang, nil)
				if w.Code != http.StatusOK {
					t.Errorf("%s %s: status %d", lang, target, w.Code)
					continue
				}
				doc.Find("textarea, code").Remove()
				if got := noText.FindString(doc.Find("main").Text()); got != "" {
					t.Errorf("%s %s: a text is missing: %q", lang, target, got)
				}
			}
		}
		for _, target := range []string{"/forms/nothing", "/forms/base2?version=9", "/desk/forms/nothing"} {
			if w, _ := s.do(t, "GET", target, "en", nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: status %d", target, w.Code)
			}
		}
	}
}

func head() url.Values {
	return url.Values{"number": {"示例5表"}, "organ": {"北京市教育委员会（虚构）"}, "basis": {"approval"}, "approver": {"示例市统计局（虚构）"},
		"document": {"示例统制〔2026〕1号（虚构）"}, "from": {"2026-01-01"}, "until": {"2027-12-31"}, "reason": {"示例"}}
}

// A head that lacks a part is refused with the article of the law and keeps
// what was typed; a whole one is registered and shown at the top.
func TestRegister(t *testing.T) {
	s := newSite(t, "beijing-2021")
	s.may = true
	f, err := s.forms.Current(t.Context(), "base5")
	if err != nil {
		t.Fatal(err)
	}
	in := head()
	in.Set("id", f.ID)
	in.Set("document", "")
	w, doc := s.do(t, "POST", "/desk/forms/base5/register", "zh-CN", in)
	said := doc.Find(".govuk-error-summary").Text()
	if w.Code < 400 || !strings.Contains(said, "文号") || !strings.Contains(said, "第十七条") {
		t.Errorf("%d %q", w.Code, said)
	}
	if v, _ := doc.Find("#number").Attr("value"); v != "示例5表" {
		t.Errorf("what was typed is lost: %q", v)
	}
	if _, doc = s.do(t, "GET", "/forms/refusals", "zh-CN", nil); !strings.Contains(doc.Find("main").Text(), "第十七条") {
		t.Error("the refusal is not in the log")
	}
	in.Set("document", head().Get("document"))
	if w, _ = s.do(t, "POST", "/desk/forms/base5/register", "zh-CN", in); w.Code != http.StatusSeeOther {
		t.Fatalf("status %d", w.Code)
	}
	_, doc = s.do(t, "GET", "/forms/base5", "zh-CN", nil)
	if got := doc.Find(".xd-legal").Text(); !strings.Contains(got, "示例5表") || !strings.Contains(got, "2027年12月31日") {
		t.Errorf("head: %q", got)
	}
	if doc.Find(`a[href="/desk/collections/new?form=base5"]`).Length() != 1 {
		t.Error("it cannot be sent out")
	}
	if _, doc = s.do(t, "GET", "/forms/fields?q=培训人数", "zh-CN", nil); doc.Find("#found tbody tr").Length() != 1 {
		t.Error("the field is not in the register of fields")
	}
	if _, doc = s.do(t, "GET", "/forms/burden", "en", nil); doc.Find("svg").Length() == 0 || !strings.Contains(doc.Find("main").Text(), "24") {
		t.Error("no burden is shown")
	}
	bad := url.Values{"id": {f.ID}, "reason": {""}}
	if w, doc = s.do(t, "POST", "/desk/forms/base5/withdraw", "zh-CN", bad); w.Code < 400 || doc.Find(".govuk-error-summary").Length() != 1 {
		t.Errorf("withdrawn without a reason: %d", w.Code)
	}
	bad.Set("reason", "停止")
	if w, _ = s.do(t, "POST", "/desk/forms/base5/withdraw", "zh-CN", bad); w.Code != http.StatusSeeOther {
		t.Errorf("status %d", w.Code)
	}
}

// Design: what is known is refused with where it is, at its line; a good form
// is kept without programming.
func TestDesign(t *testing.T) {
	s := newSite(t, "beijing-2021")
	s.may = true
	text := strings.Replace(starter, "OWNER", "bj-education-commission", 1)
	asks := strings.Replace(text, "    derive: participants\n", "    same_as: participants\n", 1)
	_, doc := s.do(t, "POST", "/desk/forms/design", "zh-CN", url.Values{"text": {asks}})
	if got := doc.Find("#preview").Text(); !strings.Contains(got, "participants") || !strings.Contains(got, "第十八条") || !strings.Contains(got, "行第") {
		t.Errorf("preview: %q", got)
	}
	if w, _ := s.do(t, "POST", "/desk/forms", "zh-CN", url.Values{"text": {asks}, "reason": {"新表"}}); w.Code < 400 {
		t.Errorf("kept: %d", w.Code)
	}
	if w, _ := s.do(t, "POST", "/desk/forms", "zh-CN", url.Values{"text": {"code: [", "x"}, "reason": {"新表"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("no YAML: %d", w.Code)
	}
	if w, doc := s.do(t, "POST", "/desk/forms", "zh-CN", url.Values{"text": {text}}); w.Code < 400 || doc.Find(".govuk-error-summary").Length() != 1 {
		t.Errorf("without a reason: %d", w.Code)
	}
	if w, _ := s.do(t, "POST", "/desk/forms", "zh-CN", url.Values{"text": {text}, "reason": {"新表"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/forms/own1" {
		t.Errorf("status %d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestFiles(t *testing.T) {
	s := newSite(t, "beijing-2021")
	w, _ := s.do(t, "GET", "/forms/base3/blank.xlsx", "zh-CN", nil)
	g, err := sheet.OpenGrid(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	rows, err := g.Rows(g.Pages()[0])
	if err != nil || rows[0][0] != "重点人群学习情况" || len(rows) < 11 {
		t.Errorf("%v %v", rows, err)
	}
	w, _ = s.do(t, "GET", "/forms/base3/form.yaml", "zh-CN", nil)
	p, _ := packs.Open("beijing-2021")
	k, err := pack.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	file, bad := k.ReadForm("form.yaml", w.Body.String())
	if len(bad) > 0 || file.Form.Code != "base3" || len(file.Form.Fields) != 6 {
		t.Errorf("what is downloaded cannot be read: %v", bad)
	}
}
