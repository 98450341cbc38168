package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/area"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/pack"
)

// The sizes of a province's conflicts.
const (
	tieDistricts = 200
	tieStreets   = 20 // of each district
	tieOrgs      = 6000
	tieExperts   = 800
	tieSubjects  = 5000
	tieEdges     = 10_000
	tieCleared   = 500 // of them the office has looked at
)

// ties is a province with experts who are tied to those who apply.
type ties struct {
	areas    []area.Area
	tree     *area.Tree
	orgs     []expert.Org
	subjects []expert.Subject
	experts  []string
	edges    [][]any
}

// Orgs is the register of institutions.
func (t *ties) Orgs(context.Context) ([]expert.Org, error) { return t.orgs, nil }

func newTies() *ties {
	t := &ties{areas: []area.Area{{ID: 1, Code: "1", Level: area.Province}}}
	for d := range int64(tieDistricts) {
		t.areas = append(t.areas, area.Area{ID: 10 + d, Code: fmt.Sprint("d", d), Level: area.District, ParentID: 1})
		for s := range int64(tieStreets) {
			t.areas = append(t.areas, area.Area{ID: 1000 + d*tieStreets + s, Code: fmt.Sprint("s", d*tieStreets+s), Level: area.Street, ParentID: 10 + d})
		}
	}
	t.tree = area.NewTree(t.areas)
	for i := range tieOrgs { // every tenth has the nine after it below it
		o := expert.Org{ID: orgID(i), Code: orgID(i), AreaID: tieStreet(i)}
		if i%10 > 0 {
			o.ParentID = orgID(i - i%10)
		}
		t.orgs = append(t.orgs, o)
	}
	for i := range tieSubjects {
		t.subjects = append(t.subjects, expert.Subject{ApplicationID: fmt.Sprint("a", i), OrgID: orgID(i), AreaID: tieStreet(i), StaffOrgs: []string{orgID(i * 13)}})
	}
	return t
}

func orgID(i int) string { return fmt.Sprint("o", i%tieOrgs) }

func tieStreet(i int) int64 { return int64(1000 + i*7919%(tieDistricts*tieStreets)) }

// fill writes experts and their ties.
func (t *ties) fill(ctx context.Context, d *db.DB) error {
	at, d1 := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), dice(3)
	var people [][]any
	for i := range tieExperts {
		id := fmt.Sprint("e", i)
		t.experts = append(t.experts, id)
		people = append(people, []any{id, id, "", "专家", "", "[]", "[]", orgID(d1.below(tieOrgs)), "", tieStreet(d1.below(1e6)), tieStreet(d1.below(1e6)), expert.Active, int64(0), int64(1), at})
	}
	for i := range tieEdges {
		t.edges = append(t.edges, edge(i, &d1, at))
	}
	return d.InBulk(ctx, func(_ *sql.Tx, add db.CopyFunc) error {
		if err := add("expert", []string{"id", "code", "account_id", "name", "title", "categories", "fields", "org_id", "org_name", "work_area", "home_area", "state", "load", "version", "created_at"}, people); err != nil {
			return err
		}
		return add("conflict", []string{"id", "expert_id", "kind", "subject", "subject_id", "source", "from_day", "to_day", "state", "pinned", "reason", "author", "at"}, t.edges)
	})
}

// edge invents a tie: to an application, an institution or an area; over or
// not, long ago or not. The first ones say that there is none.
func edge(i int, d *dice, at time.Time) []any {
	kinds := []string{expert.KindDeclared, expert.KindCoach, expert.KindVisit, expert.KindFamily}
	subjects := [][2]string{{expert.SubjectApplication, fmt.Sprint("a", d.below(tieSubjects))}, {expert.SubjectOrg, orgID(d.below(tieOrgs))},
		{expert.SubjectArea, strconv.FormatInt(tieStreet(d.below(1e6)), 10)}}
	to := []string{"", "2021-05-31", "2023-10-15", "2023-10-16", "2025-01-31"}[d.below(5)]
	kind, subject, state, pinned := kinds[d.below(4)], subjects[d.below(3)], []string{expert.Holds, expert.Ended, expert.Suggested}[d.below(3)], int64(0)
	if i < tieCleared {
		kind, subject, state, pinned, to = expert.KindAny, subjects[i%2], expert.Cleared, 1, ""
	}
	return []any{fmt.Sprint("c", i), fmt.Sprint("e", d.below(tieExperts)), kind, subject[0], subject[1], fmt.Sprint("bench:", i), "2020-01-01", to, state, pinned, "", "bench", at}
}

var tieRule = expert.Rule{LookBack: 3, Kinds: expert.Kinds, Level: string(area.District), Day: "2026-10-16"}

// measureConflicts compares our matrix with a join in PostgreSQL over the same
// tables; every cell must be the same.
func measureConflicts(ctx context.Context, o options, r *awardsReport) error {
	dsn := os.Getenv("XUEDU_BENCH_PG")
	if dsn == "" {
		return nil
	}
	dsn = inSchema(dsn)
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Migrate(ctx); err != nil {
		return err
	}
	t := newTies()
	if err := t.fill(ctx, d); err != nil {
		return err
	}
	p := &pack.Pack{}
	s := expert.New(expert.Deps{DB: d, Pack: func() *pack.Pack { return p }, Tree: func() *area.Tree { return t.tree },
		Days: func() *calendar.Calendar { return nil }, Orgs: t, Caller: func(context.Context) expert.Caller { return expert.Caller{} }, Now: time.Now})
	c := contest{what: fmt.Sprintf("conflicts: %s ties, %s applications × %d experts", grouped(tieEdges), grouped(tieSubjects), tieExperts), peer: "PostgreSQL, one join over the same tables"}
	var m expert.Matrix
	if c.ours, err = median(o.runs, func() (err error) { m, err = s.Matrix(ctx, tieRule, t.experts, t.subjects); return err }); err != nil {
		return err
	}
	return t.join(ctx, o, dsn, m, c, r)
}

// join asks PostgreSQL and compares.
func (t *ties) join(ctx context.Context, o options, dsn string, m expert.Matrix, c contest, r *awardsReport) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := t.closures(ctx, conn); err != nil {
		return err
	}
	var got [][2]string
	c.theirs, err = median(o.runs, func() error {
		rows, err := conn.Query(ctx, tieSQL)
		if err != nil {
			return err
		}
		got, err = pgx.CollectRows(rows, func(x pgx.CollectableRow) (c [2]string, err error) { return c, x.Scan(&c[0], &c[1]) })
		return err
	})
	if err != nil {
		return err
	}
	cells := 0
	for _, row := range m {
		cells += len(row)
	}
	for _, x := range got {
		if !m.Conflicted(x[0], x[1]) {
			return fmt.Errorf("PostgreSQL alone ties %s to %s", x[0], x[1])
		}
	}
	if cells != len(got) {
		return fmt.Errorf("%d cells, in PostgreSQL %d", cells, len(got))
	}
	c.note = fmt.Sprintf("%s cells, all the same; ours names the ties too", grouped(cells))
	r.add(c)
	return nil
}

// closures gives the join what lies above what, indexed and analysed.
func (t *ties) closures(ctx context.Context, conn *pgx.Conn) error {
	for _, s := range []string{`CREATE TABLE t_subject (app TEXT, org TEXT, area BIGINT, district BIGINT, body TEXT)`, `CREATE TABLE t_org (org TEXT, above TEXT)`,
		`CREATE TABLE t_area (area BIGINT, above BIGINT)`, `CREATE TABLE t_at (org TEXT, district BIGINT)`} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	var subjects, orgs, areas, at [][]any
	for _, s := range t.subjects {
		subjects = append(subjects, []any{s.ApplicationID, s.OrgID, s.AreaID, t.district(s.AreaID), s.StaffOrgs[0]})
	}
	for _, x := range t.orgs {
		orgs, at = append(orgs, []any{x.ID, x.ID}), append(at, []any{x.ID, t.district(x.AreaID)})
		if x.ParentID != "" {
			orgs = append(orgs, []any{x.ID, x.ParentID})
		}
	}
	for _, x := range t.areas {
		n, _ := t.tree.ByID(x.ID)
		for ; n >= 0; n = t.tree.Parent(n) {
			areas = append(areas, []any{x.ID, t.tree.At(n).ID})
		}
	}
	for table, rows := range map[string][][]any{"t_subject": subjects, "t_org": orgs, "t_area": areas, "t_at": at} {
		cols := map[string][]string{"t_subject": {"app", "org", "area", "district", "body"}, "t_org": {"org", "above"}, "t_area": {"area", "above"}, "t_at": {"org", "district"}}[table]
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{table}, cols, pgx.CopyFromRows(rows)); err != nil {
			return err
		}
	}
	for _, s := range []string{`CREATE INDEX ON t_subject (org)`, `CREATE INDEX ON t_subject (district)`, `CREATE INDEX ON t_subject (app)`, `CREATE INDEX ON t_subject (body)`,
		`CREATE INDEX ON t_org (org)`, `CREATE INDEX ON t_org (above)`, `CREATE INDEX ON t_area (above)`, `CREATE INDEX ON t_area (area)`, `CREATE INDEX ON t_at (org)`, `ANALYZE`} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (t *ties) district(id int64) int64 {
	n, _ := t.tree.ByID(id)
	for ; n >= 0 && t.tree.At(n).Level != area.District; n = t.tree.Parent(n) {
	}
	return t.tree.At(n).ID
}

// tieSQL finds who may not judge what: ties of the register, ties that are
// kept, without those that the office has looked at and found to be none.
const tieSQL = `WITH edge AS (
  SELECT * FROM conflict WHERE state IN ('holds', 'ended') AND from_day <= '2026-10-16' AND (to_day = '' OR to_day >= '2023-10-16')
), pin AS (SELECT * FROM conflict WHERE state = 'cleared' AND pinned = 1
), tie AS (
  SELECT e.id AS expert, s.app, s.org, 'org' AS subject, e.org_id AS subject_id FROM expert e JOIN t_org o ON o.above = e.org_id JOIN t_subject s ON s.org = o.org
  UNION SELECT e.id, s.app, s.org, 'org', o.above FROM expert e JOIN t_org o ON o.org = e.org_id JOIN t_subject s ON s.org = o.above
  UNION SELECT e.id, s.app, s.org, 'area', CAST(s.district AS TEXT) FROM expert e JOIN t_area a ON a.area = e.work_area JOIN t_subject s ON s.district = a.above
  UNION SELECT e.id, s.app, s.org, 'area', CAST(s.district AS TEXT) FROM expert e JOIN t_at a ON a.org = e.org_id JOIN t_subject s ON s.district = a.district
  UNION SELECT e.id, s.app, s.org, 'area', CAST(s.district AS TEXT) FROM expert e JOIN t_area a ON a.area = e.home_area JOIN t_subject s ON s.district = a.above
  UNION SELECT e.id, s.app, s.org, 'application', s.app FROM expert e JOIN t_org o ON o.org = e.org_id JOIN t_subject s ON s.body = o.above
  UNION SELECT g.expert_id, s.app, s.org, g.subject, g.subject_id FROM edge g JOIN t_subject s ON s.app = g.subject_id WHERE g.subject = 'application'
  UNION SELECT g.expert_id, s.app, s.org, g.subject, g.subject_id FROM edge g JOIN t_org o ON o.above = g.subject_id JOIN t_subject s ON s.org = o.org WHERE g.subject = 'org'
  UNION SELECT g.expert_id, s.app, s.org, g.subject, g.subject_id FROM edge g JOIN t_area a ON CAST(a.above AS TEXT) = g.subject_id JOIN t_subject s ON s.area = a.area WHERE g.subject = 'area'
)
SELECT DISTINCT t.expert, t.app FROM tie t WHERE NOT EXISTS (SELECT 1 FROM pin p WHERE p.expert_id = t.expert
  AND (p.subject = 'application' AND p.subject_id = t.app OR p.subject = 'org' AND p.subject_id = t.org OR p.subject = t.subject AND p.subject_id = t.subject_id))`
