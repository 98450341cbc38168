package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/errs"
	"xuedu/internal/web"
)

// problem writes an error of the API that no operation wrote (RFC 9457).
func problem(w http.ResponseWriter, status int, detail string) error {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(status), status, detail})
}

// translate says in the caller's language what huma says in English; the
// technical part of each error stays as it is.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok && m.Detail == "validation failed" {
		m.Detail = Page(ctx.Context()).T("explore.api.invalid")
	}
	return v, nil
}

// Refuse turns err into a problem in the caller's language. What is not the
// caller's doing stays internal.
func Refuse(ctx context.Context, err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind == errs.Internal {
		return err
	}
	m := &huma.ErrorModel{Status: web.Status(e), Title: http.StatusText(web.Status(e)), Detail: Page(ctx).T(e.Key, e.Args...)}
	if e.Kind == errs.Invalid { // the form was checked: what it names is not there
		m.Status, m.Title = http.StatusNotFound, http.StatusText(http.StatusNotFound)
	}
	if e.Field != "" {
		m.Errors = []*huma.ErrorDetail{{Message: m.Detail, Location: "query." + e.Field}}
	}
	return m
}
