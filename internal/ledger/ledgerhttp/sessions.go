package ledgerhttp

import (
	"net/http"

	"xuedu/internal/errs"
)

func (h *handler) sessions(w http.ResponseWriter, r *http.Request) error {
	return errs.New(errs.NotFound, "error.not_found")
}
func (h *handler) sessionsCSV(w http.ResponseWriter, r *http.Request) error {
	return errs.New(errs.NotFound, "error.not_found")
}
func (h *handler) rows(w http.ResponseWriter, r *http.Request) error {
	return errs.New(errs.NotFound, "error.not_found")
}
func (h *handler) rowsCSV(w http.ResponseWriter, r *http.Request) error {
	return errs.New(errs.NotFound, "error.not_found")
}
