// Package credentialhttp gives verifiable credentials out, with what others need
// to check them, and checks those that somebody brings (P1.7).
package credentialhttp

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"xuedu/internal/credential"
	"xuedu/internal/credential/issue"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

//go:embed templates/*.html
var files embed.FS

var checkView = web.View{Tmpl: ui.Parse(files, "templates/check.html")}

// maxUpload bounds what somebody brings: a credential is a few kilobytes.
const maxUpload = 1 << 20

// Service is what gives out and checks; *issue.Service does.
type Service interface {
	Ready() bool
	List(ctx context.Context, n int64) ([]byte, error)
	Document(context.Context) (credential.Document, error)
	Check(ctx context.Context, body []byte) (credential.Result, error)
}

// Deps are what the pages need.
type Deps struct {
	Credentials Service
	// Award gives the credential of an award by the number of its certificate.
	Award func(ctx context.Context, number string) ([]byte, error)
	Zone  *time.Location
}

type handler struct{ Deps }

// Routes returns the routes of this feature.
func Routes(d Deps) []web.Route {
	h := &handler{d}
	return []web.Route{
		{Pattern: "GET /awards/{number}/credential.json", Perm: web.Public, Handler: h.award},
		{Pattern: "GET " + issue.DocumentPath, Perm: web.Public, Handler: h.document},
		{Pattern: "GET /credentials/status/{n}", Perm: web.Public, Handler: h.list},
		{Pattern: "GET /credentials/check", Perm: web.Public, Handler: h.form},
		{Pattern: "POST /credentials/check", Perm: web.Public, Handler: h.check},
	}
}

// send answers with JSON that everybody may read from any site.
func send(w http.ResponseWriter, typ, cache string, b []byte) error {
	w.Header().Set("Content-Type", typ)
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_, err := w.Write(b)
	return err
}

const credentialType = "application/vc"

func (h *handler) award(w http.ResponseWriter, r *http.Request) error {
	b, err := h.Award(r.Context(), r.PathValue("number"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "credential-" + r.PathValue("number") + ".json"}))
	return send(w, credentialType, "no-cache", b)
}

func (h *handler) document(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Credentials.Document(r.Context())
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return err
	}
	return send(w, "application/did+json", "public, max-age=300", b)
}

// list is the status list: kept for some minutes by whoever asks.
func (h *handler) list(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 32)
	if err != nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	b, err := h.Credentials.List(r.Context(), n)
	if err != nil {
		return err
	}
	return send(w, credentialType, "public, max-age=300", b)
}

// checkPage takes a file or text, and says in one line what it is worth.
type checkPage struct {
	ui.Page
	Ready       bool
	Problem     string
	Text        string
	Found       *credential.Result
	Good        bool
	From, Until string
}

func newPage(r *http.Request) checkPage {
	return checkPage{Page: ui.NewPage(r, ui.Public, "credential.check").In("nav.awards")}
}

func (h *handler) form(w http.ResponseWriter, r *http.Request) error {
	p := newPage(r)
	p.Ready = h.Credentials.Ready()
	return web.Render(w, r, http.StatusOK, checkView, p)
}

func (h *handler) check(w http.ResponseWriter, r *http.Request) error {
	p := newPage(r)
	p.Ready = h.Credentials.Ready()
	body, err := brought(w, r)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid {
		p.Problem = p.T(e.Key)
		return web.Render(w, r, http.StatusUnprocessableEntity, checkView, p)
	}
	if err != nil {
		return err
	}
	found, err := h.Credentials.Check(r.Context(), body)
	if err != nil {
		return err
	}
	p.Found, p.Good = &found, found.Outcome == credential.Genuine
	if !found.From.IsZero() {
		p.From = p.Date(found.From.In(h.Zone))
	}
	if !found.Until.IsZero() {
		p.Until = p.Date(found.Until.In(h.Zone).AddDate(0, 0, -1))
	}
	return web.Render(w, r, http.StatusOK, checkView, p)
}

// brought is the file that was sent, or the text that was typed. It fails with
// Invalid where there is neither, or it is too long.
func brought(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	f, _, err := r.FormFile("file")
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return nil, errs.InvalidField("file", "error.too_large")
	}
	if err == nil {
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			return nil, errs.InvalidField("file", "error.too_large")
		}
		if len(b) > 0 {
			return b, nil
		}
	}
	if text := r.FormValue("text"); text != "" {
		return []byte(text), nil
	}
	return nil, errs.InvalidField("file", "credential.nothing")
}
