package publishhttp

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"time"

	"xuedu/internal/publish"
	"xuedu/internal/release/proof"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

// feed is an Atom feed (RFC 4287).
type feed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string   `xml:"xml:lang,attr"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Links   []atom   `xml:"link"`
	Author  string   `xml:"author>name"`
	Entries []entry  `xml:"entry"`
}

type atom struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type entry struct {
	ID      string `xml:"id"`
	Title   string `xml:"title"`
	Updated string `xml:"updated"`
	Link    atom   `xml:"link"`
	Summary string `xml:"summary"`
}

// feed tells readers of news about every release that is public.
func (h *handler) feed(w http.ResponseWriter, r *http.Request) error {
	list, err := h.Releases.Editions(r.Context())
	if err != nil {
		return err
	}
	p := ui.NewPage(r, ui.Public, "publish.list.title")
	site := h.Base(r)
	f := feed{Lang: p.Lang, ID: site + "/releases", Title: p.T("publish.list.title"), Author: p.City(), Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		Links: []atom{{"self", site + "/releases/feed.atom"}, {"alternate", site + "/releases"}}}
	for _, e := range list {
		if !e.Public {
			continue
		}
		at := e.PublicAt.UTC().Format(time.RFC3339)
		f.Updated = max(f.Updated, at)
		f.Entries = append(f.Entries, entry{ID: site + base(e), Title: h.item(p, e).Name + " " + period(p, e.Period) + " " + e.Version, Updated: at,
			Link: atom{"alternate", site + base(e)}, Summary: summary(p, e)})
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	if _, err := w.Write([]byte(xml.Header)); err != nil {
		return err
	}
	return xml.NewEncoder(w).Encode(f)
}

// summary says why there is another version.
func summary(p ui.Page, e publish.Edition) string {
	if s := e.Reason.In(p.Lang); s != "" {
		return s
	}
	return p.T("publish.stage." + e.Stage)
}

// keys are the keys of the city as programs read them.
func (h *handler) keys(w http.ResponseWriter, r *http.Request) error {
	list, err := h.Releases.Keys(r.Context())
	if err != nil {
		return err
	}
	if list == nil {
		list = []proof.PublicKey{}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]any{"keys": list})
}

// keysPage tells people how to check a release.
type keysPage struct {
	ui.Page
	Keys []proof.PublicKey
}

func (h *handler) keysPage(w http.ResponseWriter, r *http.Request) error {
	list, err := h.Releases.Keys(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, keysView, keysPage{ui.NewPage(r, ui.Public, "publish.keys.title").In("nav.reports"), list})
}
