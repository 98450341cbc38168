package ledgerhttp

import (
	"encoding/json"
	"net/http"
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
