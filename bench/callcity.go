package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"xuedu/internal/accredit/score"
	"xuedu/internal/db"
)

// The calls of the bench: one that the panel deliberates on, one whose
// applications all wait for their formal check.
const (
	decided  = "BENCH"
	checking = "CHECK"
	callFrom = "2026-JY-1" // call of the demo city that they are copies of
)

// callCity fills a demo city with two calls of 5,000 applications, the ballots,
// votes and result of one, and as many awards.
type callCity struct {
	at      time.Time
	orgs    []place
	areas   map[int64]place
	experts []string
	record  score.Record
	tables  []bulk
}

// place is where something lies.
type place struct {
	id       string
	area     int64
	parent   int64
	district bool
}

// bulk is rows of a table.
type bulk struct {
	table   string
	columns []string
	rows    [][]any
}

// fillCalls writes the calls and awards into the city of a database.
func fillCalls(ctx context.Context, dsn string) error {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	c := &callCity{at: time.Now().UTC().Truncate(time.Second).AddDate(0, 0, -3), areas: map[int64]place{}}
	if err := c.read(ctx, d); err != nil {
		return err
	}
	p, err := awardProgramme()
	if err != nil {
		return err
	}
	c.record = newRecord(p, decided)
	if c.record.Result, err = score.Rank(c.record); err != nil {
		return err
	}
	c.applications(decided, "deliberation", "")
	c.applications(checking, "formal_check", "technical")
	c.ballots()
	c.result()
	c.awards()
	return d.InBulk(ctx, func(tx *sql.Tx, add db.CopyFunc) error {
		for code, state := range map[string]string{decided: "deliberating", checking: "checking"} {
			if _, err := tx.ExecContext(ctx, `INSERT INTO award_call (id, code, programme, title, kind, state, since, due, places, period, rules, digest, timeline, opens, authorisation, created_by, created_at, opened_at)
				SELECT $1, $1, programme, title, kind, $2, since, '', $3, period, rules, digest, timeline, opens, authorisation, created_by, created_at, opened_at FROM award_call WHERE code = $4`,
				code, state, bigPlaces, callFrom); err != nil {
				return err
			}
		}
		for _, b := range c.tables {
			if err := add(b.table, b.columns, b.rows); err != nil {
				return fmt.Errorf("%s: %w", b.table, err)
			}
		}
		return nil
	})
}

// read reads where institutions lie, and the pool of experts.
func (c *callCity) read(ctx context.Context, d *db.DB) error {
	err := each(ctx, d, `SELECT a.id, coalesce(v.parent_id, 0), a.level FROM area a JOIN area_version v ON v.area_id = a.id WHERE a.valid_to = '' ORDER BY a.id, v.valid_from`, func(rows *sql.Rows) error {
		var x place
		var level string
		err := rows.Scan(&x.area, &x.parent, &level)
		x.district = level == "district"
		c.areas[x.area] = x
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, d, `SELECT id, area_id FROM org WHERE state = 'active' ORDER BY id`, func(rows *sql.Rows) error {
		var x place
		err := rows.Scan(&x.id, &x.area)
		if c.district(x.area) != 0 {
			c.orgs = append(c.orgs, x)
		}
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, d, `SELECT id FROM expert ORDER BY id`, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		c.experts = append(c.experts, id)
		return err
	})
}

func each(ctx context.Context, d *db.DB, query string, f func(*sql.Rows) error) error {
	rows, err := d.Read.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (c *callCity) district(id int64) int64 {
	for id != 0 && !c.areas[id].district {
		id = c.areas[id].parent
	}
	return id
}

func (c *callCity) add(table string, columns []string, rows [][]any) {
	c.tables = append(c.tables, bulk{table, columns, rows})
}

func (c *callCity) applications(call, state, desk string) {
	var rows, said [][]any
	d := dice(21)
	for i := range bigCall {
		o, code := c.orgs[d.below(len(c.orgs))], bigCode(call, i)
		rows = append(rows, []any{code, call, code, "project", o.id, o.area, c.district(o.area), fmt.Sprintf("第 %d 号项目：邻里学习", d.below(bigCall)), "self", "", "[]",
			state, desk, c.at.Add(time.Duration(i) * time.Second), c.at.AddDate(0, 0, d.below(30)).Format(time.DateOnly), int64(0), int64(1), "bench", c.at, c.at})
		said = append(said, []any{code, call, c.district(o.area), "yes", int64(i%20 + 1), "88.5", "", "bench", c.at})
	}
	c.add("application", []string{"id", "call_id", "code", "object", "org_id", "area_id", "district", "title", "channel", "award_id", "gates", "state", "desk",
		"since", "due", "supplements", "version", "created_by", "created_at", "submitted_at"}, rows)
	c.add("recommendation", []string{"application_id", "call_id", "area_id", "verdict", "place", "score", "reason", "author", "at"}, said)
}

// ballots are the assignments with all marks, and the seats of the experts.
func (c *callCity) ballots() {
	var seats, given, marks [][]any
	for i, e := range c.experts {
		seats = append(seats, []any{decided, e, int64(i + 1), int64(0), "seated", "", "", c.at})
	}
	for i, b := range c.record.Ballots {
		id := fmt.Sprintf("%s-%06d", decided, i)
		given = append(given, []any{id, decided, b.Application, b.Application, c.experts[(i/bigSeats+i%bigSeats)%len(c.experts)], "submitted", int64(0), int64(0), "", "", "bench", c.at, c.at})
		for leaf, level := range b.Levels {
			marks = append(marks, []any{id, leaf, int64(1), level, "材料完整，活动有延续性，建议补充不同年龄人群的参与数据。", "", "", int64(0), int64(1), "", c.at})
		}
	}
	c.add("seat", []string{"call_id", "expert_id", "place", "panel", "state", "draw_id", "reason", "at"}, seats)
	c.add("assignment", []string{"id", "call_id", "application_id", "code", "expert_id", "state", "anchor", "pinned", "kind", "reason", "author", "created_at", "submitted_at"}, given)
	c.add("mark", []string{"assignment_id", "leaf", "round", "level", "comment", "private", "reason", "sealed", "version", "author", "at"}, marks)
}

// result is the meeting with its votes, and what the scores came to.
func (c *callCity) result() {
	const members = 5
	var people, votes, outcomes [][]any
	for m := range members {
		people = append(people, []any{decided, fmt.Sprint("expert:", m), c.experts[m], "委员", int64(1)})
	}
	for _, e := range c.record.Entries {
		for m := range members {
			choice := "no"
			if m < e.Yes {
				choice = "yes"
			}
			votes = append(votes, []any{decided, e.Application, fmt.Sprint("expert:", m), choice, "bench", c.at})
		}
	}
	for _, s := range c.record.Result {
		outcomes = append(outcomes, []any{s.Application, decided, s.Score, s.Visit, s.Final, s.Spread, int64(s.Place), s.Tie, bit(s.Grey), "", bit(s.In), "", "", ""})
	}
	c.add("panel_meeting", []string{"id", "call_id", "kind", "day", "number", "state", "note", "created_by", "created_at"},
		[][]any{{decided, decided, "deliberation", c.at.Format(time.DateOnly), "", "open", "", "bench", c.at}})
	c.add("panel_member", []string{"meeting_id", "account_id", "expert_id", "name", "present"}, people)
	c.add("vote", []string{"meeting_id", "application_id", "account_id", "choice", "entered_by", "at"}, votes)
	c.add("outcome", []string{"application_id", "call_id", "score", "visit", "final", "spread", "place", "tie", "grey", "second", "proposed", "decision", "reason", "sentence"}, outcomes)
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// awards are as many awards of several years.
func (c *callCity) awards() {
	var rows, details [][]any
	d := dice(31)
	for i := range bigCall {
		o, id := c.orgs[d.below(len(c.orgs))], fmt.Sprintf("award-%05d", i)
		day := time.Date(2022+i%4, time.Month(1+i%12), 1+i%28, 0, 0, 0, 0, time.UTC)
		from, to := day.Format(time.DateOnly), day.AddDate(5, 0, 0).Format(time.DateOnly)
		rows = append(rows, []any{id, programme, fmt.Sprintf("第 %d 号项目：邻里学习", i), o.area, "awarded", from, to, day})
		details = append(details, []any{id, "", "", programme, o.id, fmt.Sprintf("BENCH-%05d", i), "示例〔2025〕1号", from, to, "active", "", day, "", "", "", int64(0), "", int64(0), int64(0)})
	}
	c.add("award", []string{"id", "kind", "holder", "area_id", "state", "valid_from", "valid_to", "created_at"}, rows)
	c.add("award_detail", []string{"award_id", "call_id", "application_id", "programme", "org_id", "number", "document", "day", "term", "state", "desk",
		"since", "due", "sentence", "cause", "exempt", "score", "failed", "final"}, details)
}
