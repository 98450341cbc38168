package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// Listing is what every list takes.
type Listing struct {
	Format      string `query:"format" enum:"json,csv" doc:"csv gives the whole list at once; so does the header Accept: text/csv."`
	Accept      string `header:"Accept" hidden:"true"`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an answer you have."`
}

// CSV reports whether the caller asks for a table.
func (l Listing) CSV() bool {
	return l.Format == "csv" || l.Format == "" && strings.HasPrefix(l.Accept, "text/csv")
}

// Answer writes JSON, or rows as CSV, with an ETag that names the question and
// the version of what was asked.
func Answer(in Listing, version, question string, body any, rows [][]string) (*huma.StreamResponse, error) {
	kind := "application/json"
	if rows != nil {
		kind = "text/csv; charset=utf-8"
	}
	tag := etag(version, kind+question)
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("ETag", tag)
		ctx.SetHeader("Cache-Control", "no-cache")
		if notModified(in.IfNoneMatch, tag) {
			ctx.SetStatus(http.StatusNotModified)
			return
		}
		ctx.SetHeader("Content-Type", kind)
		ctx.SetStatus(http.StatusOK)
		if rows == nil {
			_ = json.NewEncoder(ctx.BodyWriter()).Encode(body) // the client has gone
			return
		}
		c := sheet.NewCSV(ctx.BodyWriter())
		for _, r := range rows {
			c.Write(r...)
		}
		_ = c.Flush() // the client has gone
	}}, nil
}

// etag names an answer: the same question to the same version.
func etag(version, question string) string {
	h := sha256.Sum256([]byte(version + "?" + question))
	return `W/"` + hex.EncodeToString(h[:8]) + `"`
}

func notModified(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		if t = strings.TrimSpace(t); t == tag || t == "*" {
			return true
		}
	}
	return false
}

// Window reads a cursor that is a position in a list of n things, and returns
// the bounds of the answer; NotFound for a cursor that is none.
func Window(cursor string, limit, n int) (from, to int, err error) {
	if cursor != "" {
		text, err := base64.RawURLEncoding.DecodeString(cursor)
		if err == nil {
			from, err = strconv.Atoi(string(text))
		}
		if err != nil || from < 0 || from >= n {
			return 0, 0, errs.New(errs.NotFound, "explore.api.cursor")
		}
	}
	return from, min(from+limit, n), nil
}

// Cursor is the cursor of the position to in a list of n things, "" at its end.
func Cursor(to, n int) string {
	if to >= n {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
}

// Operation documents an operation whose answer is T as JSON, or a table.
func Operation[T any](h huma.API, id, path, summary, text string) huma.Operation {
	schema := h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
	tag := map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: "string"}, Description: "Names this answer."}}
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: Path + path, Summary: summary, Description: text,
		Errors: []int{http.StatusUnprocessableEntity},
		Responses: map[string]*huma.Response{
			"404": problemResponse(h, "The question is well-formed but names something that is not there: an area, a level below it, a theme, an age, a day, an indicator, a cursor."),
			"200": {Description: "OK", Headers: tag, Content: map[string]*huma.MediaType{
				"application/json": {Schema: schema}, "text/csv": {Schema: &huma.Schema{Type: "string"}}}},
			"304": {Description: "You have this answer.", Headers: tag},
		}}
}

func problemResponse(h huma.API, text string) *huma.Response {
	schema := h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[huma.ErrorModel](), true, "")
	return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}

// AnswerBy is Answer for what has no version of its own: the ETag is made of
// the answer.
func AnswerBy(in Listing, body any, rows [][]string) (*huma.StreamResponse, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return Answer(in, string(b), "", body, rows)
}
