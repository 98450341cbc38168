package accredithttp

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

var (
	contentView = view("content", "live")
	leafView    = view("leaf", "live")
)

// autosaveScript saves a form while it is written; without it there is a button.
const autosaveScript = "autosave.js"

// clash is a text that somebody else wrote meanwhile, beside the reader's own.
type clash struct{ Name, Level, Text, By string }

// writePage is a page on which the applicant writes.
type writePage struct {
	appPage
	Saved   string // when and by whom it was saved last
	Clashes []clash
	History []accredit.Claim
}

func (h *Pages) writePage(r *http.Request, title string) (writePage, error) {
	a, err := h.app(r, title)
	if err != nil {
		return writePage{}, err
	}
	p := writePage{appPage: a}
	if p.Writes {
		p.Scripts = []string{autosaveScript}
	}
	if p.History, err = h.Service.History(r.Context(), a.A.ID); err != nil {
		return p, err
	}
	var ids []string
	for _, c := range p.History {
		ids = append(ids, c.Author)
	}
	p.page, err = p.knowing(r.Context(), ids...)
	return p, err
}

// newest is the newest version of a text, the zero Claim if there is none.
func (p writePage) newest(leaf string) (c accredit.Claim) {
	for _, x := range p.History {
		if x.Leaf == leaf {
			c = x // later versions come later
		}
	}
	return c
}

// untouched reports whether a text is the one its writer was shown.
func (p writePage) untouched(leaf, level, text string, version int64) bool {
	if version == 0 {
		return level == "" && text == ""
	}
	for _, x := range p.History {
		if x.Leaf == leaf && x.Version == version {
			return x.Level == level && x.Reason == text
		}
	}
	return false
}

// savedLine says when a text was saved last and by whom.
func (p writePage) savedLine(c accredit.Claim) string {
	if c.Version == 0 {
		return p.T("apply.saved.never")
	}
	return p.T("apply.saved", "Name", p.Who(c.Author), "Time", p.DateTime(c.At))
}

// clashOf keeps both texts of a Clash; the version of theirs is the one to
// save on.
func (p *writePage) clashOf(err error, name string) (accredit.Claim, bool) {
	c, ok := errors.AsType[*accredit.Clash](err)
	if !ok {
		return accredit.Claim{}, false
	}
	p.names[c.Theirs.Author] = p.Who(c.Theirs.Author)
	p.Clashes = append(p.Clashes, clash{Name: name, Level: p.LevelName(p.D.Rules, c.Theirs.Level), Text: c.Theirs.Reason,
		By: p.T("apply.saved", "Name", p.Who(c.Theirs.Author), "Time", p.DateTime(c.Theirs.At))})
	return c.Theirs, true
}

// field is a text of the application besides its self-assessment.
type field struct {
	Code, Name, Hint, Kind, Value, Error string
	Most, Rows                           int
	Required                             bool
	Version                              int64
}

// contentPage holds the texts of an application.
type contentPage struct {
	writePage
	Fields []field
}

func (h *Pages) contentPage(r *http.Request) (contentPage, error) {
	w, err := h.writePage(r, "apply.content")
	if err != nil {
		return contentPage{}, err
	}
	p := contentPage{writePage: w}
	p.Dock = p.Writes
	var last accredit.Claim
	for _, f := range p.D.Rules.Programme.Content {
		c := p.newest(contentLeaf + f.Code)
		if c.At.After(last.At) {
			last = c
		}
		p.Fields = append(p.Fields, p.field(f, c))
	}
	p.Saved = p.savedLine(last)
	return p, nil
}

// contentLeaf is how the service names the texts among the claims.
const contentLeaf = "content:"

// mostText is what a text may hold where the programme says nothing.
const mostText = 2000

func (p page) field(f pack.AwardField, c accredit.Claim) field {
	x := field{Code: f.Code, Name: f.Name.In(p.Lang), Hint: f.Hint.In(p.Lang), Kind: f.Kind, Value: c.Reason, Most: f.Most, Required: f.Required, Version: c.Version}
	if x.Most == 0 {
		x.Most = mostText
	}
	x.Rows = max(2, min(12, x.Most/60))
	return x
}

// SayMost reports whether its limit is to be named: the hint may say it already.
func (f field) SayMost() bool { return !f.Short() && !strings.Contains(f.Hint, strconv.Itoa(f.Most)) }

// Short reports whether a field is one line.
func (f field) Short() bool { return f.Kind != "text" && f.Kind != "" || f.Most <= 60 }

func (h *Pages) content(w http.ResponseWriter, r *http.Request) error {
	p, err := h.contentPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, contentView, p)
}

// saveContent saves the texts that were changed; one that cannot be saved
// comes back as it was typed, and does not hold up the others.
func (h *Pages) saveContent(w http.ResponseWriter, r *http.Request) error {
	p, err := h.contentPage(r)
	if err != nil {
		return err
	}
	status := http.StatusOK
	for i := range p.Fields {
		f := &p.Fields[i]
		if !r.PostForm.Has("f:"+f.Code) && r.PostFormValue("v:"+f.Code) == "" {
			continue
		}
		bad, err := h.saveField(r, &p, f)
		if err != nil {
			return err
		}
		status = max(status, bad)
	}
	return h.saved(w, r, status, contentView, p, p.Base)
}

func (h *Pages) saveField(r *http.Request, p *contentPage, f *field) (status int, err error) {
	text, version := typed(r, "f:"+f.Code), number(r.PostFormValue("v:"+f.Code))
	if p.untouched(contentLeaf+f.Code, "", text, version) {
		return http.StatusOK, nil
	}
	f.Value = text
	c, err := h.Service.SetContent(r.Context(), p.A.ID, f.Code, text, version)
	if err == nil {
		f.Version = c.Version
		p.names[c.Author] = p.User
		p.Saved = p.savedLine(c)
		return http.StatusOK, nil
	}
	if theirs, ok := p.clashOf(err, f.Name); ok {
		f.Version = theirs.Version
		return http.StatusConflict, nil
	}
	f.Version = version
	status, err = p.refuse(err, "f-"+f.Code)
	f.Error = p.Problem
	return status, err
}

// saved answers a saved form: to the script its live parts, to a browser the
// next page, and the same page where something could not be saved.
func (h *Pages) saved(w http.ResponseWriter, r *http.Request, status int, v web.View, data any, next string) error {
	if status == http.StatusOK && !web.Partial(r) {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return web.Render(w, r, status, v, data)
}

// levelChoice is a level of a leaf with what it looks like.
type levelChoice struct {
	Code, Name, Percent, About string
	On                         bool
}

// leafPage is one leaf: what is asked, the proofs, the claim.
type leafPage struct {
	writePage
	Leaf       pack.Leaf
	Group      string
	Levels     []levelChoice
	Claim      accredit.Claim // as typed
	Slots      []slot
	Tree       []taskGroup
	Prev, Next string
	Limits     string // of files
	MostBytes  int64
	Accept     string // endings of files, for the browser
	Label, URL string // of a link that was refused
	Removing   string // evidence whose removal lacks a reason
	SlotAt     string // slot that the problem belongs to
}

func (h *Pages) leafPage(r *http.Request) (leafPage, error) {
	w, err := h.writePage(r, "apply.leaf")
	if err != nil {
		return leafPage{}, err
	}
	p := leafPage{writePage: w}
	if err := p.find(r.PathValue("leaf")); err != nil {
		return p, err
	}
	p.Title = p.Leaf.Code + " " + p.Leaf.Name.In(p.Lang) + " - " + p.D.Title
	p.Claim = p.newest(p.Leaf.Code)
	p.Saved = p.savedLine(p.Claim)
	p.Slots = p.slots(p.Leaf)
	p.limits()
	p.choices()
	return p, nil
}

// find finds the leaf that is asked for and those before and after it.
func (p *leafPage) find(code string) error {
	all := leaves(p.C)
	for i, l := range all {
		if l.Code != code {
			continue
		}
		p.Leaf = l
		if i > 0 {
			p.Prev = p.Base + "/leaf/" + all[i-1].Code
		}
		if i+1 < len(all) {
			p.Next = p.Base + "/leaf/" + all[i+1].Code
		}
		for _, g := range groups(p.C) {
			tg := taskGroup{Name: g.Code + " " + g.Name.In(p.Lang), Note: strconv.Itoa(g.Weight)}
			for _, x := range g.Leaves {
				tg.Tasks = append(tg.Tasks, p.leafTask(x, code))
			}
			p.Tree = append(p.Tree, tg)
		}
		return nil
	}
	return errs.New(errs.NotFound, "error.not_found")
}

// limits names the limits of files before anybody chooses one.
func (p *leafPage) limits() {
	a := p.D.Rules.Programme.Attachments
	p.Limits = p.T("apply.file.limits", "Types", strings.Join(a.Types, " "), "MB", a.MegaBytes, "N", a.Most)
	p.MostBytes = int64(a.MegaBytes) << 20
	for i, t := range a.Types {
		if i > 0 {
			p.Accept += ","
		}
		p.Accept += "." + t
	}
}

func (p *leafPage) choices() {
	p.Levels = nil
	for _, l := range p.D.Rules.Programme.Levels {
		p.Levels = append(p.Levels, levelChoice{Code: l.Code, Name: l.Name.In(p.Lang), Percent: strconv.Itoa(l.Percent) + "%", About: p.Leaf.Levels[l.Code].In(p.Lang), On: p.Claim.Level == l.Code})
	}
}

func (h *Pages) leaf(w http.ResponseWriter, r *http.Request) error {
	p, err := h.leafPage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, leafView, p)
}

// saveLeaf saves what the applicant claims of a leaf.
func (h *Pages) saveLeaf(w http.ResponseWriter, r *http.Request) error {
	p, err := h.leafPage(r)
	if err != nil {
		return err
	}
	status, err := h.claim(r.Context(), &p, r.PostFormValue("level"), typed(r, "reason"), number(r.PostFormValue("v")))
	if err != nil {
		return err
	}
	next := p.Base + "/leaf/" + p.Leaf.Code
	if r.PostFormValue("go") == "next" {
		if next = p.Next; next == "" {
			next = p.Base
		}
	}
	return h.saved(w, r, status, leafView, p, next)
}

func (h *Pages) claim(ctx context.Context, p *leafPage, level, reason string, version int64) (status int, err error) {
	if p.untouched(p.Leaf.Code, level, reason, version) {
		return http.StatusOK, nil
	}
	c, err := h.Service.Claim(ctx, p.A.ID, p.Leaf.Code, level, reason, version)
	if err == nil {
		p.names[c.Author] = p.User
		p.Claim, p.Saved = c, p.savedLine(c)
		p.choices()
		return http.StatusOK, nil
	}
	p.Claim.Level, p.Claim.Reason, p.Claim.Version = level, reason, version
	p.choices()
	if theirs, ok := p.clashOf(err, ""); ok {
		p.Claim.Version = theirs.Version
		return http.StatusConflict, nil
	}
	return p.refuse(err, "f-reason")
}

// typed is a text as it was typed, with the line ends of a page.
func typed(r *http.Request, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n"))
}

// number reads a version; what is none is 0, which clashes with any text.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// slotAt is a slot with the page it stands on.
type slotAt struct {
	P leafPage
	S slot
}

// At gives the template of a slot what it needs of the page.
func (p leafPage) At(s slot) slotAt { return slotAt{p, s} }

// Bad reports whether what was refused was sent from this form of the slot:
// file or url.
func (s slotAt) Bad(form string) bool { return s.P.Problem != "" && s.P.ProblemAt == form+"-"+s.S.Code }

// Removes reports whether the removal of a proof was refused.
func (s slotAt) Removes(id string) bool { return s.P.Removing == id && id != "" }

// NotSaved reports whether the claim could not be saved.
func (p leafPage) NotSaved() bool { return p.Problem != "" && p.SlotAt == "" }
