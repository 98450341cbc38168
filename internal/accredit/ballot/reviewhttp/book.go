package reviewhttp

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"

	"xuedu/internal/accredit/ballot"
	"xuedu/internal/errs"
	"xuedu/internal/web"
)

var loadedView = view("loaded")

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// maxBook is the size of a workbook that is taken.
const maxBook = 16 << 20

// disposition names a file for the reader; names may be Chinese.
func disposition(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// export sends what an expert judges in a call as a workbook.
func (h *handler) export(w http.ResponseWriter, r *http.Request) error {
	p := h.page(r, "review.mine.title")
	var b bytes.Buffer
	if err := h.Ballots.Export(r.Context(), r.PathValue("call"), p.Lang, &b); err != nil {
		return err
	}
	return send(w, xlsx, p.T("review.workbook.name")+".xlsx", b.Bytes())
}

// loadedPage says what came of a workbook.
type loadedPage struct {
	page
	ballot.Loaded
}

// load takes a workbook in. Who asks for it gets a faulty file back with its
// faults marked.
func (h *handler) load(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBook)
	f, _, err := r.FormFile("file")
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return errs.New(errs.Invalid, "error.too_large")
		}
		return errs.New(errs.Invalid, "review.load.no_file")
	}
	b, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	p := loadedPage{page: h.page(r, "review.load.title")}
	if p.Loaded, err = h.Ballots.Import(r.Context(), b, p.Lang); err != nil {
		return err
	}
	if len(p.Faults) == 0 {
		return web.Render(w, r, http.StatusOK, loadedView, p)
	}
	if r.PostFormValue("marked") != "" {
		return send(w, xlsx, p.T("review.workbook.marked")+".xlsx", p.Marked)
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, loadedView, p)
}
