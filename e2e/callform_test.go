//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
)

// sheet is a page that somebody reads.
type sheet struct {
	*goquery.Document
	path string // with its query
}

// attr is an attribute of the first element that matches; there must be one.
func (s sheet) attr(t testing.TB, css, name string) string {
	t.Helper()
	v, ok := s.Find(css).First().Attr(name)
	if !ok {
		t.Fatalf("%s: no %s of %s\n%.1500s", s.path, name, css, s.Find("main").Text())
	}
	return v
}

// hrefs are the addresses of links, without their fragments.
func (s sheet) hrefs(css string) []string {
	return s.Find(css).Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
}

// files are what is uploaded with a form, by field.
type files map[string]upload

type upload struct {
	name string
	data []byte
}

// form is what somebody fills in: the form is the first of the page that
// matches css, v is what is typed, ticked or pressed in it.
type form struct {
	css   string
	v     url.Values
	files files
}

// entries are what a browser would send of a form as it stands.
func entries(f *goquery.Selection) url.Values {
	out := url.Values{}
	f.Find("input[name], textarea[name], select[name]").Each(func(_ int, e *goquery.Selection) {
		name, typ := e.AttrOr("name", ""), e.AttrOr("type", "text")
		_, checked := e.Attr("checked")
		switch {
		case goquery.NodeName(e) == "textarea":
			out.Add(name, e.Text())
		case goquery.NodeName(e) == "select":
			o := e.Find("option[selected]")
			if o.Length() == 0 {
				o = e.Find("option").First()
			}
			out.Add(name, o.AttrOr("value", o.Text()))
		case typ == "radio" || typ == "checkbox":
			if checked {
				out.Add(name, e.AttrOr("value", "on"))
			}
		case typ != "file":
			out.Add(name, e.AttrOr("value", ""))
		}
	})
	return out
}

// typed returns what a form sends once it is filled in. Everything that is
// filled in must be there to be filled in.
func typed(t testing.TB, where sheet, f *goquery.Selection, v url.Values) url.Values {
	t.Helper()
	out := entries(f)
	for name, values := range v {
		field := f.Find(fmt.Sprintf(`[name=%q]`, name))
		if field.Length() == 0 {
			t.Fatalf("%s: the form has no %s", where.path, name)
		}
		for _, value := range values {
			kind := field.First().AttrOr("type", "")
			fixed := goquery.NodeName(field.First()) == "button" || kind == "radio" || kind == "checkbox"
			if goquery.NodeName(field.First()) == "select" && field.Find(fmt.Sprintf(`option[value=%q]`, value)).Length() == 0 {
				t.Fatalf("%s: %s is no choice of %s", where.path, value, name)
			}
			if fixed && field.Filter(fmt.Sprintf(`[value=%q]`, value)).Length() == 0 {
				t.Fatalf("%s: no %s=%s in the form", where.path, name, value)
			}
		}
		out[name] = values
	}
	return out
}

// read is a page for somebody; it must be there.
func (r *callRun) read(who, path string) sheet {
	r.t.Helper()
	res, err := r.client(who).Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.sheet(res, who+" reads "+path)
}

func (r *callRun) sheet(res *http.Response, what string) sheet {
	r.t.Helper()
	defer res.Body.Close()
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %s at %s\n%.600s\n%.1500s", what, res.Status, res.Request.URL, doc.Find(".govuk-error-summary").Text(), strings.TrimSpace(doc.Find("main").Text()))
	}
	return sheet{doc, res.Request.URL.RequestURI()}
}

// fill opens a page as somebody, fills a form in and sends it. Each kind of
// form is filled in once in the browser, by clicks; then over HTTP.
func (r *callRun) fill(who, path string, f form) sheet {
	r.t.Helper()
	if kind := kindOf(path, f); !r.clicked[kind] {
		r.clicked[kind] = true
		return r.click(who, path, f)
	}
	return r.send(who, r.read(who, path), f)
}

// kindOf names a kind of form: ids are left out.
func kindOf(path string, f form) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.ContainsAny(p, "0123456789") {
			parts[i] = "*"
		}
	}
	css := f.css
	if strings.HasPrefix(css, "#") {
		css, _, _ = strings.Cut(css, "-")
	}
	if i := strings.IndexAny(css, "0123456789"); i >= 0 {
		css = css[:i]
	}
	return strings.Join(parts, "/") + " " + css
}

// send sends a form of a page over HTTP.
func (r *callRun) send(who string, page sheet, f form) sheet {
	r.t.Helper()
	sel := page.Find(f.css).First()
	if sel.Length() == 0 {
		r.t.Fatalf("%s at %s: no %s\n%.2000s", who, page.path, f.css, strings.Join(strings.Fields(page.Find("main").Text()), " "))
	}
	v := typed(r.t, page, sel, f.v)
	to := r.url + sel.AttrOr("action", page.path)
	if sel.AttrOr("method", "get") == "get" {
		at := sel.AttrOr("action", page.path) + "?" + v.Encode()
		return r.read(who, at)
	}
	var res *http.Response
	var err error
	if sel.AttrOr("enctype", "") == "multipart/form-data" {
		res, err = r.multipart(who, to, v, f.files)
	} else {
		res, err = r.client(who).PostForm(to, v)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return r.sheet(res, fmt.Sprintf("%s sends %s with %v", who, sel.AttrOr("action", page.path), f.v))
}

func (r *callRun) multipart(who, to string, v url.Values, list files) (*http.Response, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range v {
		for _, value := range values {
			if err := w.WriteField(name, value); err != nil {
				return nil, err
			}
		}
	}
	for field, u := range list {
		part, err := w.CreateFormFile(field, u.name)
		if err == nil {
			_, err = io.Copy(part, bytes.NewReader(u.data))
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return r.client(who).Post(to, w.FormDataContentType(), &b)
}

// click does in the browser what send does over HTTP.
func (r *callRun) click(who, path string, f form) sheet {
	r.t.Helper()
	if r.who != who {
		if r.who = who; who == "" {
			r.do("sign out", chromedp.Func(clearCookies))
		} else {
			r.as(who)
		}
	}
	what := fmt.Sprintf("%s fills %s in at %s", who, f.css, path)
	r.do(what, r.open(path), chromedp.WaitReady(chromedp.CSS(f.css)))
	js[bool](r, what, fmt.Sprintf(`(() => { document.documentElement.dataset.old = ''; window.theForm = document.querySelector(%q); for (let d = theForm.closest('details'); d; d = d.parentElement.closest('details')) d.open = true; return true })()`, f.css))
	press := f.css + ` button:not([name]), ` + f.css + ` button[name]`
	for name, values := range f.v {
		if css := r.enter(what, f.css, name, values); css != "" {
			press = css
		}
	}
	for field, u := range f.files {
		file := filepath.Join(r.t.TempDir(), u.name)
		if err := os.WriteFile(file, u.data, 0o600); err != nil {
			r.t.Fatal(err)
		}
		r.do(what, chromedp.SetUploadFiles(chromedp.CSS(fmt.Sprintf(`%s [name=%q]`, f.css, field)), []string{file}))
	}
	shoot(r.t, r.ctx, "call "+strings.NewReplacer("/", " ", `"`, "").Replace(kindOf(path, f)))
	return r.press(what, press)
}

// enter fills a field in; of a button it returns where it is.
func (r *callRun) enter(what, css, name string, values []string) (button string) {
	r.t.Helper()
	field := fmt.Sprintf(`%s [name=%q]`, css, name)
	switch js[string](r, what, fmt.Sprintf(`(e => !e ? '' : e.tagName === 'INPUT' ? e.type : e.tagName)(theForm.querySelector('[name=%q]'))`, name)) {
	case "":
		r.t.Fatalf("%s: no %s", what, name)
	case "BUTTON":
		return fmt.Sprintf(`%s button[name=%q][value=%q]`, css, name, values[0])
	case "radio", "checkbox":
		r.tick(what, css, name, values)
	case "hidden":
		r.t.Fatalf("%s: nobody can type %s", what, name)
	default:
		if values[0] != "" { // what is left empty
			r.do(what, chromedp.SetValue(chromedp.CSS(field), values[0]))
		}
	}
	return ""
}

// tick clicks what is to be ticked, and what is ticked and is not to be.
func (r *callRun) tick(what, css, name string, values []string) {
	r.t.Helper()
	type box struct {
		ID, Value string
		On        bool
	}
	for _, b := range js[[]box](r, what, fmt.Sprintf(`[...theForm.querySelectorAll('[name=%q]')].map(e => ({ID: e.id, Value: e.value, On: e.checked}))`, name)) {
		if b.On == slices.Contains(values, b.Value) {
			continue
		}
		if b.On && len(values) == 1 && values[0] != b.Value && js[bool](r, what, fmt.Sprintf(`document.getElementById(%q).type === 'radio'`, b.ID)) {
			continue // another is chosen
		}
		if b.ID == "" {
			r.do(what, click(fmt.Sprintf(`%s [name=%q][value=%q]`, css, name, b.Value)))
			continue
		}
		label := fmt.Sprintf(`label[for=%q]`, b.ID)
		if !js[bool](r, what, `!!theForm.querySelector(`+strconv.Quote(label)+`)`) {
			label = fmt.Sprintf(`[id=%q]`, b.ID)
		}
		r.do(what, click(css+" "+label))
	}
}

// press clicks a button and waits for the page that answers.
func (r *callRun) press(what, css string) sheet {
	r.t.Helper()
	r.do(what, click(css), chromedp.WaitReady(chromedp.CSS(`html:not([data-old]) footer`)))
	status := js[int](r, what, `performance.getEntriesByType('navigation')[0].responseStatus`)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(js[string](r, what, `document.documentElement.outerHTML`)))
	if err != nil {
		r.t.Fatal(err)
	}
	if status != http.StatusOK {
		shoot(r.t, r.ctx, "failed")
		r.t.Fatalf("%s: %d at %s\n%.1500s", what, status, r.path(), doc.Find("main").Text())
	}
	return sheet{doc, js[string](r, what, `location.pathname + location.search`)}
}
