package statistichttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/errs"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/web"
)

// typing is what somebody typed into a sheet.
type typing struct {
	Version int64
	Texts   map[string]string // by name of the field
	Entries []statistic.Entry // of the fields that were changed
	Told    []statistic.Note  // explanations of findings
}

// readTyping reads the form of a sheet. Fields that still hold what they held
// when the page was made are no entries: somebody else may have changed them.
func readTyping(r *http.Request) (typing, error) {
	t := typing{Texts: map[string]string{}}
	if err := r.ParseForm(); err != nil {
		return t, errs.New(errs.Invalid, "error.too_large")
	}
	was := map[string]string{}
	if err := json.Unmarshal([]byte(r.PostFormValue("was")), &was); err != nil {
		return t, errs.New(errs.Invalid, "returns.bad_form")
	}
	var err error
	if t.Version, err = strconv.ParseInt(r.PostFormValue("v"), 10, 64); err != nil {
		return t, errs.New(errs.Invalid, "returns.bad_form")
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	for name := range r.PostForm {
		text := strings.TrimSpace(r.PostFormValue(name))
		kind, at, _ := strings.Cut(name, ":")
		switch kind {
		case "c":
			t.Texts[name] = text
			if text != strings.TrimSpace(was[name]) {
				t.Entries = append(t.Entries, statistic.Entry{Key: keyOf(at), Text: text, Reason: reason})
			}
		case "x":
			t.Texts[name] = text
			of, at, _ := strings.Cut(at, ":")
			if text != "" {
				t.Told = append(t.Told, statistic.Note{Key: keyOf(at), Kind: statistic.NoteExplanation, Rule: of, Text: text})
			}
		}
	}
	slices.SortFunc(t.Entries, func(a, b statistic.Entry) int { return strings.Compare(fieldName(a.Key), fieldName(b.Key)) })
	slices.SortFunc(t.Told, func(a, b statistic.Note) int {
		return strings.Compare(fieldName(a.Key)+a.Rule, fieldName(b.Key)+b.Rule)
	})
	return t, nil
}

// keyOf reads "field:row"; a code of a row may hold a colon itself.
func keyOf(s string) rule.Key {
	field, row, _ := strings.Cut(s, ":")
	return rule.Key{Row: row, Field: field}
}

// keep writes what was typed: cells first, then explanations that are new.
func (h *handler) keep(ctx context.Context, id string, s statistic.Sheet, t typing) error {
	if len(t.Entries) > 0 {
		if _, err := h.Returns.Enter(ctx, id, t.Version, t.Entries); err != nil {
			return err
		}
	}
	for _, n := range t.Told {
		if s.Explained[statistic.Explained{Key: n.Key, Rule: n.Rule}] && explained(s, n.Key, n.Rule) == n.Text {
			continue
		}
		if err := h.Returns.Say(ctx, id, n); err != nil {
			return err
		}
	}
	return nil
}

// save takes the whole form, or, from the script, the cells that were changed.
func (h *handler) save(w http.ResponseWriter, r *http.Request) error {
	t, err := readTyping(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	s, err := h.Returns.Sheet(r.Context(), id, h.deskPage(r, "returns.sheet.title").Lang)
	if err != nil {
		return err
	}
	if err := h.keep(r.Context(), id, s, t); err != nil {
		return h.refuse(w, r, t, err)
	}
	if !web.Partial(r) {
		http.Redirect(w, r, "/desk/returns/"+id+"?saved="+strconv.Itoa(len(t.Entries)), http.StatusSeeOther)
		return nil
	}
	p, err := h.sheetPage(r, gridder{})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sheetView, p)
}

// refuse shows the sheet again with what was typed and why it was not taken.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, t typing, cause error) error {
	p := h.deskPage(r, "returns.sheet.title")
	g := gridder{typed: t.Texts, errors: map[rule.Key]string{}}
	status, problem := http.StatusUnprocessableEntity, ""
	if bad, ok := errors.AsType[statistic.EntryErrors](cause); ok {
		for k, err := range bad {
			g.errors[k] = words(p, err)
		}
	} else if e, ok := errors.AsType[*errs.Error](cause); ok && e.Kind == errs.Conflict {
		status, problem = http.StatusConflict, p.T(e.Key, e.Args...)
	} else if ok && e.Kind == errs.Invalid {
		problem = p.T(e.Key, e.Args...)
	} else {
		return cause
	}
	s, err := h.Returns.Sheet(r.Context(), r.PathValue("id"), p.Lang)
	if err != nil {
		return err
	}
	if p, err = h.named(r.Context(), p, s); err != nil {
		return err
	}
	if status == http.StatusConflict {
		p.clashes(&g, s, t)
	}
	out := h.sheetOf(r, p, s, g)
	out.Problem, out.Failed, out.Saved, out.Reason = problem, true, p.T("returns.saved.failed"), r.PostFormValue("reason")
	out.Was = nowHeld(p, s, out.Grid)
	out.Bad = out.bad()
	return web.Render(w, r, status, sheetView, out)
}

// words are the text of an error that people may see.
func words(p page, err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return p.T(e.Key, e.Args...)
	}
	return p.T("error.internal")
}

// clashes says at each cell that two people changed what the other one wrote.
func (p page) clashes(g *gridder, s statistic.Sheet, t typing) {
	for _, e := range t.Entries {
		c := s.Cells[e.Key]
		f, ok := fieldOf(s, e.Field)
		if held := p.typed(f, c); ok && c.By != "" && held != e.Text {
			g.errors[e.Key] = p.T("returns.clash", "Now", orBlank(p, held), "Who", p.who(c.By), "Time", p.DateTime(c.At), "Typed", orBlank(p, e.Text))
		}
	}
}

func orBlank(p page, text string) string {
	if text == "" {
		return p.T("returns.blank")
	}
	return text
}

// nowHeld notes what the fields hold in the database, whatever was typed into
// them: saving the page again writes what still differs.
func nowHeld(p page, s statistic.Sheet, g grid) string {
	held := gridder{p: p, s: &s, edit: g.Edit}.grid()
	return wasOf(held)
}

// bad lists the cells that were not taken, in the order of the sheet.
func (p sheetPage) bad() []say {
	return slices.DeleteFunc(p.says(), func(s say) bool { return s.Kind != "error" })
}
