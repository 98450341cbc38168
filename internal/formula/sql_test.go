package formula_test

import (
	"database/sql"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/db/dbtest"
	"xuedu/internal/formula"
)

// sqlOf writes e for the row that alias names. What is missing or divided by
// zero is NULL there.
func sqlOf(e *expr, alias string) string {
	arg := make([]string, len(e.args))
	for i, a := range e.args {
		arg[i] = sqlOf(a, alias)
	}
	switch e.fn {
	case "number":
		return "CAST(" + e.text + " AS numeric)"
	case "ref":
		return alias + "." + e.text
	case "neg":
		return "(- " + arg[0] + ")"
	case "not":
		return "(NOT " + arg[0] + ")"
	case "missing":
		return "(" + arg[0] + " IS NULL)"
	case "if":
		return fmt.Sprintf("(CASE WHEN %s THEN %s WHEN NOT %s THEN %s END)", arg[0], arg[1], arg[0], arg[2])
	case "abs", "coalesce":
		return e.fn + "(" + strings.Join(arg, ", ") + ")"
	case "min", "max":
		fn := map[string]string{"min": "least", "max": "greatest"}[e.fn]
		return fmt.Sprintf("(CASE WHEN %s IS NOT NULL THEN %s(%s) END)", strings.Join(arg, " IS NOT NULL AND "), fn, strings.Join(arg, ", "))
	case "share":
		return sqlDivide(arg[0], "(SELECT "+sqlOf(e.args[0], "x")+" FROM t x WHERE x.nr = 0)")
	case "count_units":
		u := alias + "u" // its own name at every depth
		cond := sqlOf(e.args[0], u)
		return fmt.Sprintf(`(SELECT CASE WHEN count(*) > 0 AND count(*) = count(%s) THEN count(*) FILTER (WHERE %s) END
			FROM t %s WHERE %s.leaf AND %s.nr >= %s.nr AND %s.nr < %s.last)`, cond, cond, u, u, u, alias, u, alias)
	case "/":
		return sqlDivide(arg[0], arg[1])
	}
	return "(" + arg[0] + " " + strings.ToUpper(strings.Replace(e.fn, "!=", "<>", 1)) + " " + arg[1] + ")"
}

// sqlDivide divides to 80 digits behind the point.
func sqlDivide(a, b string) string {
	return fmt.Sprintf("(CAST(%s AS numeric(900, 80)) / NULLIF(%s, 0))", a, b)
}

// hasDivision reports whether PostgreSQL may have to round e.
func hasDivision(e *expr) bool {
	if e.fn == "/" || e.fn == "share" {
		return true
	}
	for _, a := range e.args {
		if hasDivision(a) {
			return true
		}
	}
	return false
}

// exact reports whether nothing hangs on a number that PostgreSQL has rounded:
// no comparison, no divisor, no ancestor's share.
func exact(e *expr) bool {
	for i, a := range e.args {
		rounded := hasDivision(a)
		switch e.fn {
		case "<", "<=", "=", "!=", ">=", ">", "share":
			if rounded {
				return false
			}
		case "/":
			if i == 1 && rounded {
				return false
			}
		case "round", "reported", "prev":
			return false
		}
		if !exact(a) {
			return false
		}
	}
	switch e.fn {
	case "round", "reported", "prev":
		return false
	case "share":
		return e.level == "city"
	case "count_units":
		return e.level == "community"
	}
	return true
}

// sqlCells fills a table of one city with its communities, and gives the same
// to the program. A cell is a number of two digits behind the point, or missing.
func sqlCells(t *rapid.T, tx *sql.Tx, n int) *env {
	e := &env{cols: map[formula.Ref]formula.Loaded{}}
	cells := map[string][]cell{}
	if _, err := tx.Exec("DELETE FROM t"); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		e.parent, e.level = append(e.parent, min(i, 1)-1), append(e.level, []string{"city", "community"}[min(i, 1)])
		args := []any{i, i + 1, i > 0}
		if i == 0 {
			args[1] = n
		}
		for _, code := range oracleCodes {
			c, text := cell{}, any(nil)
			if rapid.IntRange(0, 5).Draw(t, "missing") > 0 {
				r := big.NewRat(rapid.OneOf(rapid.Int64Range(-300, 300), rapid.Int64Range(-1e12, 1e12)).Draw(t, "cents"), 100)
				c, text = known(r), r.FloatString(2)
			}
			cells[code] = append(cells[code], c)
			args = append(args, text)
		}
		if _, err := tx.Exec("INSERT INTO t VALUES ($1, $2, $3, CAST($4 AS text)::numeric, CAST($5 AS text)::numeric, CAST($6 AS text)::numeric, CAST($7 AS text)::numeric)", args...); err != nil {
			t.Fatal(err)
		}
	}
	for code, list := range cells {
		e.cols[formula.Ref{Code: code}] = column(list...)
	}
	one := make([]cell, n)
	for i := range one {
		one[i] = truth(true)
	}
	e.cols[formula.Ref{Code: "one"}] = column(one...)
	return e
}

// A program gives for every area what PostgreSQL gives for the same formula
// over decimals.
func TestEvalAgainstSQL(t *testing.T) {
	tx, err := dbtest.Postgres(t).Write.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("CREATE TEMPORARY TABLE t (nr int, last int, leaf boolean, a numeric, b numeric, c numeric, d numeric)"); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		e := sqlCells(t, tx, rapid.IntRange(2, 9).Draw(t, "areas"))
		for range 4 {
			x := rapid.Custom(func(t *rapid.T) *expr { return genNumber(t, 3) }).Filter(exact).Draw(t, "formula")
			p, problems := formula.Compile(x.String(), plain)
			if problems != nil {
				t.Fatalf("%s: %v", x, problems)
			}
			res, err := p.Eval(e, formula.Missing{})
			if err != nil {
				t.Fatal(err)
			}
			sqlCompare(t, tx, x, res)
		}
	})
}

func sqlCompare(t *rapid.T, tx *sql.Tx, x *expr, res formula.Result) {
	rows, err := tx.Query("SELECT nr, CAST(" + sqlOf(x, "t") + " AS text) FROM t ORDER BY nr")
	if err != nil {
		t.Fatalf("%s: %v", sqlOf(x, "t"), err)
	}
	defer rows.Close()
	small := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil))
	for rows.Next() {
		var nr int
		var text *string
		if err := rows.Scan(&nr, &text); err != nil {
			t.Fatal(err)
		}
		got := res.Rat(nr)
		if (got == nil) != (text == nil) {
			t.Fatalf("%s in area %d is %v, PostgreSQL says %v", x, nr, res.State[nr], text)
		}
		if got == nil {
			continue
		}
		want, _ := new(big.Rat).SetString(*text)
		if d := new(big.Rat).Sub(got, want); d.Abs(d).Cmp(small) > 0 {
			t.Fatalf("%s in area %d is %v, PostgreSQL says %s", x, nr, got, *text)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
