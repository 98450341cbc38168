package area

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"xuedu/internal/audit"
	"xuedu/internal/sheet"
)

// ImportSuccessors ends areas and says where their people went, from a table
// with the columns code, successor, share and date (the first day the code no
// longer holds). The shares of a code must add up to 1. All is written or
// nothing; a wrong file fails with Invalid.
func (s *Service) ImportSuccessors(ctx context.Context, src *sheet.Table, o ImportOptions) (ImportReport, error) {
	var bad problems
	in, err := s.readSuccessors(src, &bad)
	r := ImportReport{Rows: len(in)}
	if err == nil {
		checkShares(in, &bad)
		err = bad.err()
	}
	if err == nil {
		err = s.db.InTx(ctx, func(tx *sql.Tx) error { return s.addSuccessors(ctx, tx, in, o, &r) })
	}
	r.Problems, r.Total = bad.list, bad.total
	if err != nil || r.Added == 0 {
		return r, err
	}
	return r, s.Reload(ctx)
}

type succRow struct {
	line int
	code string
	date string
	Successor
}

var successorColumns = []sheet.Column{
	{Name: "code", Also: []string{"代码"}, Required: true},
	{Name: "successor", Also: []string{"继任代码"}, Required: true},
	{Name: "share", Also: []string{"份额"}, Required: true},
	{Name: "date", Also: []string{"日期"}, Required: true},
}

func (s *Service) readSuccessors(src *sheet.Table, bad *problems) ([]succRow, error) {
	t, err := openTable(src, bad, successorColumns)
	if err != nil {
		return nil, err
	}
	tree := s.Tree()
	var out []succRow
	for t.next() {
		r := succRow{line: t.row.Line, code: t.get("code"), date: t.get("date")}
		n := bad.total
		r.AreaID, r.SuccessorID = areaOf(tree, t, "code"), areaOf(tree, t, "successor")
		if r.Share, err = strconv.ParseFloat(t.get("share"), 64); err != nil || !(r.Share > 0 && r.Share <= 1) {
			bad.add(r.line, "share", "area.bad_share", "Value", t.get("share"))
		}
		if !isDay(r.date) {
			bad.add(r.line, "date", "area.bad_day", "Value", r.date)
		}
		if bad.total == n && r.AreaID == r.SuccessorID {
			bad.add(r.line, "successor", "area.own_successor", "Code", r.code)
		}
		if bad.total == n {
			out = append(out, r)
		}
	}
	return out, t.fail
}

// shareSlack is how far the shares of a code may be from 1: thirds are written
// with a few digits.
const shareSlack = 0.0005

func checkShares(in []succRow, bad *problems) {
	sum, first := map[int64]float64{}, map[int64]*succRow{}
	twice := map[[2]int64]bool{}
	for i := range in {
		r := &in[i]
		if k := [2]int64{r.AreaID, r.SuccessorID}; twice[k] {
			bad.add(r.line, "successor", "area.twice", "Code", r.code, "First", first[r.AreaID].line)
		} else {
			twice[k] = true
		}
		if f := first[r.AreaID]; f == nil {
			first[r.AreaID] = r
		} else if f.date != r.date {
			bad.add(r.line, "date", "area.dates_differ", "Code", r.code, "Day", f.date)
		}
		sum[r.AreaID] += r.Share
	}
	for i := range in {
		r := &in[i]
		if s := sum[r.AreaID]; first[r.AreaID] == r && (s < 1-shareSlack || s > 1+shareSlack) {
			bad.add(r.line, "share", "area.shares_sum", "Code", r.code, "Sum", strconv.FormatFloat(s, 'g', 6, 64))
		}
	}
}

func (s *Service) addSuccessors(ctx context.Context, tx *sql.Tx, in []succRow, o ImportOptions, r *ImportReport) error {
	if err := dropOthers(ctx, tx, s.Tree(), in); err != nil {
		return err
	}
	for _, f := range in {
		res, err := tx.ExecContext(ctx, `INSERT INTO area_successor (area_id, successor_id, share) VALUES ($1, $2, $3)
			ON CONFLICT (area_id, successor_id) DO UPDATE SET share = excluded.share WHERE area_successor.share <> excluded.share`,
			f.AreaID, f.SuccessorID, f.Share)
		if err != nil {
			return fmt.Errorf("write successor of %s: %w", f.code, err)
		}
		end, err := tx.ExecContext(ctx, `UPDATE area SET valid_to = $1 WHERE id = $2 AND valid_to <> $1`, f.date, f.AreaID)
		if err != nil {
			return fmt.Errorf("end area %s: %w", f.code, err)
		}
		a, _ := res.RowsAffected() // both drivers know it
		b, _ := end.RowsAffected()
		if a+b > 0 {
			r.Added++
		} else {
			r.Same++
		}
	}
	if r.Added == 0 {
		return nil
	}
	return s.finish(ctx, tx, audit.Entry{Verb: "area:successors", Object: "area:*",
		Detail: map[string]any{"file": o.Name, "rows": r.Rows, "added": r.Added}})
}

// dropOthers removes the successors that an earlier file gave a code and this
// one does not: the file says all there is to say of its codes.
func dropOthers(ctx context.Context, tx *sql.Tx, tree *Tree, in []succRow) error {
	said := map[[2]int64]bool{}
	for _, f := range in {
		said[[2]int64{f.AreaID, f.SuccessorID}] = true
	}
	for _, f := range in {
		for _, old := range tree.successors[f.AreaID] {
			if said[[2]int64{old.AreaID, old.SuccessorID}] {
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM area_successor WHERE area_id = $1 AND successor_id = $2`, old.AreaID, old.SuccessorID); err != nil {
				return fmt.Errorf("remove successor of %s: %w", f.code, err)
			}
		}
	}
	return nil
}
