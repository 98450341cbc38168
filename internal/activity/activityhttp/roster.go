package activityhttp

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/activity"
	"xuedu/internal/errs"
	"xuedu/internal/ui"
	"xuedu/internal/web"
)

var rosterView = view("roster", "live")

// rosterPage is the roster and everything around it.
type rosterPage struct {
	page
	R       activity.Roster
	Base    string // address of the roster
	Last    last
	Typed   map[string]string // what was typed, when the form comes back
	Field   string            // the field that is wrong
	Problem string
	Homes   []option // communities nearby, for the walk-in
	MayEdit bool     // may put learners on the list
	Hands   state
}

// last is the last act, which can be undone.
type last struct {
	Text    string
	Persons string // joined numbers
	Tick    bool
}

// state is what the script compares its boxes with.
type state struct {
	Here  []int64 `json:"here"`
	Heads int64   `json:"heads"`
}

// Band names the age band of a line; the last one is told by a tag.
func (p rosterPage) Band(l activity.Line) string {
	if l.Oldest {
		return ""
	}
	return strings.ReplaceAll(l.Band, "-", "–")
}

// Oldest names the open age band.
func (p rosterPage) Oldest(l activity.Line) string {
	if !l.Oldest || p.h == nil {
		return ""
	}
	for _, b := range p.h.Pack().AgeBands {
		if b.Code == l.Band {
			return b.Name.In(p.Lang)
		}
	}
	return l.Band
}

// Value returns what was typed into a field.
func (p rosterPage) Value(name string) string { return p.Typed[name] }

// Wrong returns what is wrong with a field.
func (p rosterPage) Wrong(name string) string {
	if p.Field == name {
		return p.Problem
	}
	return ""
}

// No is the number printed before a name.
func (rosterPage) No(i int) int { return i + 1 }

// DueDay is the day up to which a slip needs no reason.
func (p rosterPage) DueDay() string { return p.Day(p.R.Due.Format(time.DateOnly)) }

// HeadsValue is what stands in the field of the head-count.
func (p rosterPage) HeadsValue() string {
	if v, typed := p.Typed["heads"]; typed {
		return v
	}
	if p.R.Heads == 0 {
		return ""
	}
	return strconv.FormatInt(p.R.Heads, 10)
}

// Absent lists who is on the list and not there.
func (p rosterPage) Absent() []activity.Line {
	return slices.DeleteFunc(slices.Clone(p.R.Lines), func(l activity.Line) bool { return l.Here || l.State == activity.Left })
}

// WalkInOpen reports whether the fields of the walk-in are to be seen at once.
func (p rosterPage) WalkInOpen() bool {
	return strings.HasPrefix(p.Field, "walkin_") || p.Typed["walkin_name"] != ""
}

// WalkIn returns the fields of somebody who came without being on the list.
func (p rosterPage) WalkIn() []field { return p.personFields(p.Typed, p.Field, p.Problem, p.Homes) }

// personFields are the questions about somebody who is not on a list.
func (p page) personFields(typed map[string]string, wrong, problem string, homes []option) []field {
	fields := []field{
		{Name: "walkin_name", Label: p.T("roster.walkin.name"), Width: "10"},
		{Name: "walkin_phone", Label: p.T("roster.walkin.phone"), Hint: p.T("roster.walkin.phone.hint"), Kind: "tel", Width: "10"},
		{Name: "walkin_birth", Label: p.T("roster.walkin.birth"), Hint: p.T("roster.walkin.birth.hint"), Kind: "number", Width: "5"},
		{Name: "walkin_sex", Label: p.T("roster.walkin.sex"), Kind: "radios", Options: []option{
			{Value: "f", Text: p.Sex("f")}, {Value: "m", Text: p.Sex("m")}, {Value: "", Text: p.T("roster.walkin.sex.none")}}},
		{Name: "walkin_home", Label: p.T("roster.walkin.home"), Hint: p.T("roster.walkin.home.hint"), Kind: "area", Width: "20", Options: homes},
		{Name: "walkin_consent", Label: p.T("roster.walkin.consent"), Hint: p.T("roster.walkin.consent.hint"), Kind: "check"},
	}
	for i := range fields {
		f := &fields[i]
		f.Value = typed[f.Name]
		for j := range f.Options {
			f.Options[j].On = f.Kind == "radios" && f.Options[j].Value == f.Value
		}
		if f.Name == wrong {
			f.Error = problem
		}
	}
	return fields
}

// Was lists who was ticked when the form was made.
func (p rosterPage) Was() string { return joined(p.Hands.Here) }

func joined(list []int64) string {
	s := make([]string, 0, len(list))
	for _, n := range list {
		s = append(s, strconv.FormatInt(n, 10))
	}
	return strings.Join(s, ",")
}

func (h *handler) rosterPage(r *http.Request) (rosterPage, error) {
	ro, err := h.Activity.Roster(r.Context(), r.PathValue("meeting"))
	if err != nil {
		return rosterPage{}, err
	}
	p := h.rosterOf(r, ro)
	p.Typed["walkin_home"] = h.Activity.NearText(ro.Meeting.AreaID, ro.Class.OrgArea)
	p.Homes = h.nearby(ro.Meeting.AreaID)
	p.MayEdit = h.Activity.MayEdit(r.Context(), ro.Class.OrgID, ro.Class.OrgArea)
	return p, nil
}

// rosterOf is what the whole page and its live parts have in common.
func (h *handler) rosterOf(r *http.Request, ro activity.Roster) rosterPage {
	p := rosterPage{page: h.page(r, ui.Desk, "nav.desk", "roster.title", "Class", ro.Class.Title, "No", ro.Meeting.No), R: ro,
		Base: "/desk/roster/" + ro.Meeting.ID, Typed: map[string]string{}}
	p.Dock, p.Scripts = ro.Closed == "", []string{"roster.js"}
	for _, l := range ro.Lines {
		if l.Here {
			p.Hands.Here = append(p.Hands.Here, l.ID)
		}
	}
	p.Hands.Heads = ro.Heads
	return p
}

// roster shows the roster. The query tells the last act: did=1:12,15 ticked
// persons 12 and 15, did=0:12 took a tick back.
func (h *handler) roster(w http.ResponseWriter, r *http.Request) error {
	p, err := h.rosterPage(r)
	if err != nil {
		return err
	}
	if how, who, ok := strings.Cut(r.URL.Query().Get("did"), ":"); ok {
		p.Last = p.lastOf(who, how == "1")
	}
	return web.Render(w, r, http.StatusOK, rosterView, p)
}

// lastOf describes an act on persons, as far as they are on the roster and are
// still as the act left them.
func (p rosterPage) lastOf(persons string, ticked bool) last {
	var nums []int64
	var name string
	for s := range strings.SplitSeq(persons, ",") {
		n, err := strconv.ParseInt(s, 10, 64)
		i := slices.IndexFunc(p.R.Lines, func(l activity.Line) bool { return l.ID == n })
		if err == nil && i >= 0 && p.R.Lines[i].Here == ticked {
			nums, name = append(nums, n), p.R.Lines[i].Name
		}
	}
	l := last{Persons: joined(nums), Tick: ticked}
	switch {
	case len(nums) == 0:
		return last{}
	case len(nums) == 1 && ticked:
		l.Text = p.T("roster.did.here", "Name", name)
	case len(nums) == 1:
		l.Text = p.T("roster.did.away", "Name", name)
	case ticked:
		l.Text = p.T("roster.did.many_here", "N", len(nums))
	default:
		l.Text = p.T("roster.did.many_away", "N", len(nums))
	}
	return l
}

// answer shows what an act has made of the roster: the live parts to a script,
// the page by another request to everybody else.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, persons []int64, ticked bool) error {
	how := "0"
	if ticked {
		how = "1"
	}
	if !web.Partial(r) {
		to := "/desk/roster/" + r.PathValue("meeting")
		if len(persons) > 0 {
			to += "?" + url.Values{"did": {how + ":" + joined(persons)}}.Encode()
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	var named int64
	if len(persons) == 1 {
		named = persons[0]
	}
	ro, err := h.Activity.Tally(r.Context(), r.PathValue("meeting"), named)
	if err != nil {
		return err
	}
	p := h.rosterOf(r, ro)
	if len(persons) > 0 {
		p.Last = p.lastOf(joined(persons), ticked)
	}
	return web.Render(w, r, http.StatusOK, rosterView, p)
}

// ticks ticks persons, or takes their ticks back, at once.
func (h *handler) ticks(w http.ResponseWriter, r *http.Request) error {
	persons, err := ids(r, "person")
	if err != nil {
		return err
	}
	on := r.PostFormValue("on") == "1"
	if on {
		err = h.Activity.Tick(r.Context(), r.PathValue("meeting"), persons)
	} else {
		err = h.Activity.Untick(r.Context(), r.PathValue("meeting"), persons, r.PostFormValue("reason"))
	}
	if err != nil {
		return err
	}
	return h.answer(w, r, persons, on)
}

// all ticks everybody on the list who did not ask for leave.
func (h *handler) all(w http.ResponseWriter, r *http.Request) error {
	ro, err := h.Activity.Tally(r.Context(), r.PathValue("meeting"), 0)
	if err != nil {
		return err
	}
	var persons []int64
	for _, l := range ro.Lines {
		if !l.Here && !l.Leave && l.State != activity.Left {
			persons = append(persons, l.ID)
		}
	}
	if err := h.Activity.Tick(r.Context(), ro.Meeting.ID, persons); err != nil {
		return err
	}
	return h.answer(w, r, persons, true)
}

func (h *handler) undo(w http.ResponseWriter, r *http.Request) error {
	persons, err := ids(r, "person")
	if err != nil {
		return err
	}
	if err := h.Activity.Undo(r.Context(), r.PathValue("meeting"), persons, r.PostFormValue("tick") == "1"); err != nil {
		return err
	}
	return h.answer(w, r, nil, false)
}

func (h *handler) heads(w http.ResponseWriter, r *http.Request) error {
	n, err := headsOf(r, "heads")
	if err != nil {
		return err
	}
	if err := h.Activity.SetHeads(r.Context(), r.PathValue("meeting"), n, r.PostFormValue("reason")); err != nil {
		return err
	}
	return h.answer(w, r, nil, false)
}

func headsOf(r *http.Request, field string) (int64, error) {
	s := strings.TrimSpace(r.PostFormValue(field))
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, errs.InvalidField("heads", "activity.bad_heads")
	}
	return n, nil
}

// readSheet reads the whole form.
func readSheet(r *http.Request) (activity.Sheet, error) {
	var sh activity.Sheet
	var err error
	if sh.Here, err = ids(r, "here"); err != nil {
		return sh, err
	}
	if sh.Was, err = ids(r, "was"); err != nil {
		return sh, err
	}
	sh.Reason = r.PostFormValue("reason")
	if sh.WasHeads, err = headsOf(r, "was_heads"); err != nil {
		return sh, err
	}
	sh.Heads, err = headsOf(r, "heads")
	return sh, err
}

// saveRoster takes the whole form: the way of those without a script, and the
// end of a roster for all.
func (h *handler) saveRoster(w http.ResponseWriter, r *http.Request) error {
	sh, err := readSheet(r)
	if err == nil {
		sh.Complete = true
		err = h.Activity.Save(r.Context(), r.PathValue("meeting"), sh)
	}
	if err != nil {
		return h.refuse(w, r, err)
	}
	http.Redirect(w, r, "/desk/roster/"+r.PathValue("meeting"), http.StatusSeeOther)
	return nil
}

// refuse shows the roster again with what was ticked and typed.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid || web.Partial(r) {
		return err
	}
	p, perr := h.rosterPage(r)
	if perr != nil {
		return perr
	}
	p.Field, p.Problem = e.Field, p.T(e.Key, e.Args...)
	for name := range r.PostForm {
		p.Typed[name] = r.PostForm.Get(name)
	}
	here, _ := ids(r, "here") // a broken number is not a tick
	for i := range p.R.Lines {
		p.R.Lines[i].Here = slices.Contains(here, p.R.Lines[i].ID)
	}
	return web.Render(w, r, web.Status(err), rosterView, p)
}

// walkIn adds somebody who came without being on the list. What else the form
// says is saved with it, so that nothing ticked is lost.
func (h *handler) walkIn(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("meeting")
	sh, err := readSheet(r)
	if err == nil {
		err = h.Activity.Save(r.Context(), id, sh)
	}
	if err != nil {
		return h.refuse(w, r, err)
	}
	if blank(r, "walkin_name", "walkin_phone", "walkin_birth") {
		return h.answer(w, r, nil, false)
	}
	p, err := h.newPerson(r)
	var person int64
	if err == nil {
		person, err = h.Activity.WalkIn(r.Context(), id, p)
	}
	if err != nil {
		return h.refuse(w, r, err)
	}
	return h.answer(w, r, []int64{person}, true)
}

func blank(r *http.Request, fields ...string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool { return strings.TrimSpace(r.PostFormValue(f)) != "" })
}

// newPerson reads the fields of somebody who is not on the list.
func (h *handler) newPerson(r *http.Request) (activity.NewPerson, error) {
	p := activity.NewPerson{Name: r.PostFormValue("walkin_name"), Phone: r.PostFormValue("walkin_phone"), Sex: r.PostFormValue("walkin_sex")}
	if s := strings.TrimSpace(r.PostFormValue("walkin_birth")); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return p, errs.InvalidField("walkin_birth", "activity.bad_birth_year")
		}
		p.BirthYear = n
	}
	if r.PostFormValue("walkin_consent") != "" {
		p.Consent = "roster: name, telephone, year of birth, sex, home; told aloud"
	}
	near := h.nearOf(r)
	var err error
	p.HomeID, err = h.area(r.PostFormValue("walkin_home"), near, "walkin_home")
	return p, err
}

// nearOf is the area around which names of areas are understood.
func (h *handler) nearOf(r *http.Request) int64 {
	ctx := r.Context()
	if id := r.PathValue("meeting"); id != "" {
		if c, m, err := h.Activity.Meeting(ctx, id); err == nil {
			return cmpOr(m.AreaID, c.OrgArea)
		}
	}
	if c, _, err := h.Activity.Class(ctx, r.PathValue("id")); err == nil {
		return c.OrgArea
	}
	return 0
}

func cmpOr(a, b int64) int64 {
	if a != 0 {
		return a
	}
	return b
}

// area understands the name of an area. Where several are meant it fails and
// names them, each in words that find it.
func (h *handler) area(text string, near int64, field string) (int64, error) {
	id, several := h.Activity.Place(text, near)
	switch {
	case id != 0:
		return id, nil
	case len(several) == 0:
		return 0, errs.InvalidField(field, "activity.bad_area")
	}
	var names []string
	for _, n := range several {
		names = append(names, "“"+h.Activity.PathText(n)+"”")
	}
	return 0, errs.InvalidField(field, "activity.which_area", "Names", strings.Join(names, "、"))
}

// nearby suggests the areas of the street of an area.
func (h *handler) nearby(areaID int64) []option {
	t := h.Tree()
	n, ok := t.ByID(areaID)
	if !ok {
		return nil
	}
	top := n
	if p := t.Parent(n); p >= 0 && t.Parent(p) >= 0 && t.Last(n) == n+1 {
		top = p
	}
	var list []option
	for i := top; i < t.Last(top) && len(list) < 80; i++ {
		if t.At(i).ValidTo == "" {
			list = append(list, option{Value: h.Activity.NearText(t.At(i).ID, areaID)})
		}
	}
	return list
}

// leave notes that somebody asked for leave, or takes it back.
func (h *handler) leave(w http.ResponseWriter, r *http.Request) error {
	sh, err := readSheet(r)
	if err == nil {
		err = h.Activity.Save(r.Context(), r.PathValue("meeting"), sh)
	}
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Conflict {
		err = nil // leave may be asked for before the day
	}
	var persons []int64
	if err == nil {
		persons, err = ids(r, "leave_person")
	}
	if err == nil && len(persons) == 0 {
		err = errs.InvalidField("leave_person", "roster.leave.whom")
	}
	for _, person := range persons {
		if err == nil {
			err = h.Activity.NoteLeave(r.Context(), r.PathValue("meeting"), person, r.PostFormValue("leave_off") == "")
		}
	}
	if err != nil {
		return h.refuse(w, r, err)
	}
	return h.answer(w, r, nil, false)
}

var printView = view("print", "")

type printPage struct {
	page
	R     activity.Roster
	Blank []int // lines for walk-ins
}

// printRoster is the roster on paper.
func (h *handler) printRoster(w http.ResponseWriter, r *http.Request) error {
	ro, err := h.Activity.Roster(r.Context(), r.PathValue("meeting"))
	if err != nil {
		return err
	}
	p := printPage{page: h.page(r, ui.Desk, "nav.desk", "roster.print.title", "Class", ro.Class.Title, "No", ro.Meeting.No), R: ro}
	p.Scripts = []string{"print.js"}
	for i := range 6 {
		p.Blank = append(p.Blank, len(ro.Lines)+i+1)
	}
	return web.Render(w, r, http.StatusOK, printView, p)
}

// Add returns a + b.
func (printPage) Add(a, b int) int { return a + b }

// Due is the day by which the sheet is to be entered.
func (p printPage) Due() string { return p.R.Due.Format(time.DateOnly) }
