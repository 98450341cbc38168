// Package ui holds the layout, the shared components and the static files.
package ui

import (
	"context"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"xuedu/internal/i18n"
)

// Env is what every page needs and only the composition root knows.
type Env struct {
	Bundle    *i18n.Bundle
	City      func(lang string) string   // shown beside the brand
	Owners    func(lang string) []string // who publishes
	PackLine  func(lang string) string   // pack and version, for the desk's footer
	Synthetic func() bool                // activity data are invented
	Clock     func() time.Time           // day a demo city plays, zero for the real one; nil = real
	User      func(ctx context.Context, lang string) (name, post string)
	Can       func(ctx context.Context, perm string) bool
	Nav       []NavItem
	Zone      *time.Location
	Secure    bool // what faces the readers speaks HTTPS
}

// Front is one of the four faces of the program (design 5).
type Front string

const (
	Public Front = "public"
	Desk   Front = "desk"
	Admin  Front = "admin"
	Review Front = "review" // experts
)

// Page is embedded in every page's data.
type Page struct {
	Title      string // translated
	Section    string // key of the current navigation item
	Front      Front
	Lang       string
	Elder      bool
	User       string // "" = nobody is signed in
	Post       string
	Home       string // first page of who is signed in
	Path       string // of the request, with its query
	Synthetic  bool
	Played     time.Time   // day that a demo city plays, zero if it is the real one
	Dock       bool        // the page has a dock at the foot
	Scripts    []string    // further static scripts
	Alternates []Alternate // other forms of the same content, for programs that find them in the head
	Nav        []NavItem   // what the reader may use
	Base       string      // address of this site, as the reader reached it; ends with /
	env        *Env
}

// Alternate is another form of a page: a feed, a table, a catalogue.
type Alternate struct{ Type, Href, Title string }

type envKey struct{}

// NewPage returns the page of a request in its language and view. title is an
// i18n key; args are its placeholders.
func NewPage(r *http.Request, front Front, title string, args ...any) Page {
	env, _ := r.Context().Value(envKey{}).(*Env)
	p := Page{Front: front, Home: "/desk", Lang: i18n.ZH, Path: r.URL.RequestURI(), env: env}
	if env == nil { // templates are checked and handlers tested without an Env
		return p
	}
	p.Front, p.Home = env.front(r.Context(), front)
	p.Base = "http://" + r.Host + "/"
	if env.Secure {
		p.Base = "https://" + r.Host + "/"
	}
	p.Lang, p.Elder = prefs(r, env)
	p.Title = p.T(title, args...)
	p.User, p.Post = env.User(r.Context(), p.Lang)
	p.Synthetic = env.Synthetic()
	if env.Clock != nil {
		p.Played = env.Clock()
	}
	p.Nav = env.nav(r.Context(), p.Front)
	return p
}

// In sets the current navigation item and returns the page.
func (p Page) In(section string) Page {
	p.Section = section
	return p
}

// T translates a key; args are name, value pairs.
func (p Page) T(key string, args ...any) string {
	if p.env == nil {
		return key
	}
	return p.env.Bundle.T(p.Lang, key, args...)
}

// Num prints a count with grouped digits: 21,893,095.
func (p Page) Num(n int64) string { return message.NewPrinter(language.English).Sprint(n) }

// Date prints a day for people: 2025年10月16日, 16 October 2025.
func (p Page) Date(t time.Time) string {
	if p.Lang == i18n.EN {
		return t.Format("2 January 2006")
	}
	return t.Format("2006年1月2日")
}

// DateTime prints an instant in the city's time zone.
func (p Page) DateTime(t time.Time) string {
	if p.env != nil && p.env.Zone != nil {
		t = t.In(p.env.Zone)
	}
	return p.Date(t) + " " + t.Format("15:04")
}

// City returns the name shown beside the brand.
func (p Page) City() string {
	if p.env == nil {
		return ""
	}
	return p.env.City(p.Lang)
}

// Owners returns who publishes.
func (p Page) Owners() []string {
	if p.env == nil {
		return nil
	}
	return p.env.Owners(p.Lang)
}

// PackLine returns the pack and its version.
func (p Page) PackLine() string {
	if p.env == nil {
		return ""
	}
	return p.env.PackLine(p.Lang)
}

// Asset returns the address of a static file, with its hash.
func (p Page) Asset(name string) string { return AssetPath(name) }

// With returns this page's address with one query parameter changed; it makes
// the language and view switches.
func (p Page) With(name, value string) string {
	path, query, _ := strings.Cut(p.Path, "?")
	var keep []string
	for kv := range strings.SplitSeq(query, "&") {
		if kv != "" && !strings.HasPrefix(kv, name+"=") {
			keep = append(keep, kv)
		}
	}
	return path + "?" + strings.Join(append(keep, name+"="+value), "&")
}

// Can reports whether the reader has a permission.
func (p Page) Can(r *http.Request, perm string) bool {
	return p.env != nil && p.env.Can(r.Context(), perm)
}

// Parse parses the layout, the components and one page of a feature, which
// defines "main" and its fragments.
func Parse(feature fs.FS, pages ...string) *template.Template {
	t := template.Must(template.New("").ParseFS(files, "templates/*.html"))
	return template.Must(t.ParseFS(feature, pages...))
}
