package monitor

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/account"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/monitor/internal/gen"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/workflow"
)

// Permissions of this package besides those of package publish.
const (
	PermWrite   = "report:write"   // the sections of one's role
	PermContest = "report:contest" // says what is wrong with the figures of one's area
)

// Draft is a report that is being composed.
type Draft struct {
	ID, Series, Area, Period string
	Stage                    string // what it will be released as
	State                    string // of the workflow
	Since                    time.Time
	Reason                   pack.Text // of a revision, for the public
	ReleaseID                string    // frozen as, "" = not yet
	CreatedAt                time.Time
	CreatedBy                string
}

// Section is one part of a draft as it stands.
type Section struct {
	Code, Area string // area "" = that of the report
	Title      pack.Text
	Role       string // who writes it
	Version    int64
	Body       pack.Text
	Author     string // "" = as the pack has it
	SavedAt    time.Time
	Mine       bool // the caller may write it
}

func notFound() error { return errs.New(errs.NotFound, "monitor.not_found") }

func (s *Service) stamp() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Begin begins a report of the pack about an area and a period, with its
// sections as the pack has them, or as they were published. It fails
// with Conflict where one is being written already.
func (s *Service) Begin(ctx context.Context, series, areaCode, periodName string) (Draft, error) {
	rep, err := s.mayBegin(ctx, series)
	if err != nil {
		return Draft{}, err
	}
	at, err := period.Parse(periodName)
	if err != nil || string(at.Kind()) != rep.Period {
		return Draft{}, errs.InvalidField("period", "monitor.bad_period", "Value", periodName)
	}
	if at.To >= period.DayOf(s.Now()) {
		return Draft{}, errs.InvalidField("period", "monitor.not_over", "Value", periodName)
	}
	if err := s.fits(rep, areaCode); err != nil {
		return Draft{}, err
	}
	all, err := s.Drafts(ctx)
	if err != nil {
		return Draft{}, err
	}
	for _, d := range all {
		if d.Series == series && d.Area == areaCode && d.Period == periodName && s.open(d) {
			return Draft{}, errs.New(errs.Conflict, "monitor.begun")
		}
	}
	m, err := s.machine(rep)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{ID: uuid.Must(uuid.NewV7()).String(), Series: series, Area: areaCode, Period: at.Name, Stage: release.Final, State: m.Definition().Start,
		CreatedAt: s.stamp(), CreatedBy: account.From(ctx).ID}
	list, err := s.first(ctx, rep, d)
	if err != nil {
		return Draft{}, err
	}
	if err := s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.begin(ctx, tx, list, d) }); err != nil {
		return Draft{}, err
	}
	return s.Draft(ctx, d.ID)
}

// fits fails with Invalid for an area that the report is not about.
func (s *Service) fits(rep pack.Report, areaCode string) error {
	n, ok := s.Tree().ByCode(areaCode)
	switch {
	case !ok:
		return errs.InvalidField("area", "monitor.no_area", "Code", areaCode)
	case rep.Level == "" && areaCode != s.Pack().RootArea, rep.Level != "" && string(s.Tree().At(n).Level) != rep.Level:
		return errs.InvalidField("area", "monitor.other_level")
	}
	return nil
}

func (s *Service) mayBegin(ctx context.Context, series string) (pack.Report, error) {
	if !account.From(ctx).Can(publish.PermPrepare) {
		return pack.Report{}, errs.New(errs.Forbidden, "error.forbidden")
	}
	rep, ok := s.Pack().Report(series)
	if !ok {
		return rep, errs.InvalidField("series", "monitor.no_report", "Code", series)
	}
	return rep, nil
}

// open reports whether a draft is still worked at.
func (s *Service) open(d Draft) bool {
	rep, ok := s.Pack().Report(d.Series)
	if !ok {
		return false
	}
	m, err := s.machine(rep)
	if err != nil {
		return false
	}
	st, ok := m.State(d.State)
	return ok && !st.Final
}

func (s *Service) begin(ctx context.Context, tx *sql.Tx, list []Section, d Draft) error {
	q := gen.New(tx)
	err := q.InsertDraft(ctx, gen.InsertDraftParams{ID: d.ID, Series: d.Series, Area: d.Area, Period: d.Period, Stage: d.Stage, State: d.State, Since: d.CreatedAt,
		Reason: "{}", CreatedBy: d.CreatedBy})
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := s.insertSection(ctx, q, d.ID, x, d.CreatedAt); err != nil {
			return err
		}
	}
	return s.event(ctx, tx, d, "begin", "", d.CreatedAt)
}

func (s *Service) insertSection(ctx context.Context, q *gen.Queries, draftID string, x Section, at time.Time) error {
	body, err := json.Marshal(x.Body)
	if err != nil {
		return err
	}
	return q.InsertSection(ctx, gen.InsertSectionParams{DraftID: draftID, Code: x.Code, Area: x.Area, Version: x.Version, Body: string(body), Author: x.Author, SavedAt: at})
}

// event keeps what was done with a draft and writes it into the trail: call it
// last.
func (s *Service) event(ctx context.Context, tx *sql.Tx, d Draft, verb, reason string, at time.Time) error {
	err := gen.New(tx).InsertReportEvent(ctx, gen.InsertReportEventParams{ID: uuid.Must(uuid.NewV7()).String(), DraftID: d.ID, Verb: verb, Reason: reason,
		Actor: account.From(ctx).ID, CreatedAt: at})
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, at, audit.Entry{Verb: "report:" + verb, Object: "report:" + d.ID, Reason: reason,
		Detail: map[string]any{"series": d.Series, "area": d.Area, "period": d.Period}})
}

// first are the sections that a draft begins with: a revision with what was
// published last, anything else with what the pack has.
func (s *Service) first(ctx context.Context, rep pack.Report, d Draft) ([]Section, error) {
	list := s.sections(rep, d)
	e, err := s.Publish.Find(ctx, d.Series, d.Area, d.Period, "")
	if errs.KindOf(err) == errs.NotFound {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	r, _, err := s.Publish.Release(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	for i := range list {
		for _, x := range r.Sections {
			if x.Code == list[i].Code && x.Area == list[i].Area {
				list[i].Body = pack.Text(x.Source)
			}
		}
	}
	return list, nil
}

// sections are those of a report in their order, as the pack begins them: one
// with each is there once for every area of that level.
func (s *Service) sections(rep pack.Report, d Draft) (out []Section) {
	tree := s.Tree()
	top, _ := tree.ByCode(d.Area)
	for _, x := range rep.Sections {
		one := Section{Code: x.Code, Title: x.Title, Role: x.Role, Version: 1, Body: x.Body}
		if x.Each == "" {
			out = append(out, one)
			continue
		}
		for n := top + 1; n < tree.Last(top); n++ {
			if a := tree.At(n); string(a.Level) == x.Each {
				each := one
				each.Area, each.Title = a.Code, pack.Text{}
				for _, lang := range rep.Languages {
					each.Title[lang] = a.In(lang)
				}
				out = append(out, each)
			}
		}
	}
	return out
}

// Drafts lists all drafts, the newest first. Everybody with a desk who may
// write, contest, prepare or approve sees them.
func (s *Service) Drafts(ctx context.Context) ([]Draft, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).AllDrafts(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Draft, len(rows))
	for i, r := range rows {
		if out[i], err = draft(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	who := account.From(ctx)
	for _, p := range []string{PermWrite, PermContest, publish.PermPrepare, publish.PermApprove} {
		if who.Can(p) {
			return nil
		}
	}
	return errs.New(errs.Forbidden, "error.forbidden")
}

// Draft returns one. It fails with NotFound, and Forbidden as Drafts does.
func (s *Service) Draft(ctx context.Context, id string) (Draft, error) {
	if err := s.mayRead(ctx); err != nil {
		return Draft{}, err
	}
	row, err := gen.New(s.DB.Read).GetDraft(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{}, notFound()
	}
	if err != nil {
		return Draft{}, err
	}
	return draft(row)
}

func draft(r gen.ReportDraft) (Draft, error) {
	d := Draft{ID: r.ID, Series: r.Series, Area: r.Area, Period: r.Period, Stage: r.Stage, State: r.State, Since: r.Since, ReleaseID: r.ReleaseID,
		CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy}
	if err := json.Unmarshal([]byte(r.Reason), &d.Reason); err != nil {
		return d, fmt.Errorf("report %s: %w", r.ID, err)
	}
	return d, nil
}

// machine is the workflow of a report.
func (s *Service) machine(rep pack.Report) (*workflow.Machine, error) {
	for _, w := range s.Pack().Workflows {
		if w.Code == rep.Workflow {
			return workflow.Compile(w)
		}
	}
	return nil, errs.New(errs.Unavailable, "monitor.no_workflow", "Code", rep.Workflow)
}

// report is the draft's report in the pack.
func (s *Service) report(d Draft) (pack.Report, error) {
	rep, ok := s.Pack().Report(d.Series)
	if !ok {
		return rep, errs.New(errs.Unavailable, "monitor.no_report", "Code", d.Series)
	}
	return rep, nil
}

// Sections returns the sections of a draft in their order, as they stand.
func (s *Service) Sections(ctx context.Context, d Draft) ([]Section, error) {
	rep, err := s.report(d)
	if err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).SectionsOf(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	kept := map[string]gen.SectionsOfRow{}
	for _, r := range rows {
		kept[r.Code+" "+r.Area] = r
	}
	out := s.sections(rep, d)
	for i := range out {
		x := &out[i]
		x.Mine = s.mayWrite(ctx, d, *x) == nil
		r, ok := kept[x.Code+" "+x.Area]
		if !ok {
			continue // the pack grew: as it begins there
		}
		x.Version, x.Author, x.SavedAt, x.Body = r.Version, r.Author, r.SavedAt, nil
		if err := json.Unmarshal([]byte(r.Body), &x.Body); err != nil {
			return nil, fmt.Errorf("section %s: %w", x.Code, err)
		}
	}
	return out, nil
}

// Section returns one section of a draft.
func (s *Service) Section(ctx context.Context, d Draft, code, areaCode string) (Section, error) {
	list, err := s.Sections(ctx, d)
	for _, x := range list {
		if x.Code == code && x.Area == areaCode {
			return x, err
		}
	}
	return Section{}, errors.Join(err, notFound())
}

// mayWrite fails unless the caller may write a section: whoever prepares the
// report, or holds its role, for an area's section there.
func (s *Service) mayWrite(ctx context.Context, d Draft, x Section) error {
	who := account.From(ctx)
	if who.Can(publish.PermPrepare) {
		return nil
	}
	for _, g := range who.Grants {
		if g.Role != x.Role || !who.Can(PermWrite) {
			continue
		}
		at := x.Area
		if at == "" && d.Area != s.Pack().RootArea {
			at = d.Area
		}
		n, ok := s.Tree().ByCode(at)
		if at == "" || ok && who.CoversArea(PermWrite, s.Tree(), s.Tree().At(n).ID) {
			return nil
		}
	}
	return errs.New(errs.Forbidden, "monitor.not_yours")
}

// Save keeps a new version of a section. base is the version it was written
// on. It fails with Forbidden, with Conflict where somebody saved meanwhile or
// the report is frozen, and with Invalid where a text is too long. Typed numbers
// do not stop it: Problems lists them, and nothing with one is frozen.
func (s *Service) Save(ctx context.Context, d Draft, code, areaCode string, body pack.Text, base int64) (Section, error) {
	x, err := s.Section(ctx, d, code, areaCode)
	if err != nil {
		return x, err
	}
	if err := s.mayWrite(ctx, d, x); err != nil {
		return x, err
	}
	if !s.open(d) || d.ReleaseID != "" {
		return x, errs.New(errs.Conflict, "monitor.frozen")
	}
	if x.Version != base {
		return x, errs.New(errs.Conflict, "monitor.both_wrote")
	}
	for lang, t := range body {
		if len(t) > maxBody {
			return x, errs.InvalidField("body_"+lang, "monitor.too_long", "N", maxBody)
		}
		body[lang] = strings.ReplaceAll(t, "\r\n", "\n")
	}
	x.Version, x.Body, x.Author, x.SavedAt = base+1, body, account.From(ctx).ID, s.stamp()
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if err := s.insertSection(ctx, gen.New(tx), d.ID, x, x.SavedAt); err != nil {
			return err
		}
		if _, err := gen.New(tx).DeleteTicks(ctx, d.ID); err != nil { // what was checked is no longer what stands there
			return err
		}
		return s.event(ctx, tx, d, "save", "", x.SavedAt)
	})
	return x, clash(err)
}

// maxBody is the most that a section holds in one language, in bytes.
const maxBody = 200_000
