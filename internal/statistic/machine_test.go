package statistic_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xuedu/internal/account"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
	. "xuedu/internal/statistic/statistictest"
)

// A run of the state machine fills a database of its own: a few say enough.
func TestMain(m *testing.M) {
	flag.Parse()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if !set {
		_ = flag.Set("rapid.checks", "4")      // the flags are there: rapid is imported
		_ = flag.Set("rapid.shrinktime", "5s") // a step takes milliseconds
	}
	os.Exit(m.Run())
}

// Whatever people do in whatever order, the books are right after every step:
// sums, coverage, stale marks, history, debts, figures (issue: invariants).
func TestInvariants(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		postgres := d.SQLitePath() == ""
		rapid.Check(t, func(rt *rapid.T) {
			if postgres {
				d = dbtest.Postgres(t)
			} else {
				d = dbtest.SQLite(t)
			}
			w := New(t, d)
			w.Counted.Set("met", "indoors", North, 30)
			w.Send()
			b := &books{World: w, rt: rt, t: rt}
			b.look()
			for range rapid.IntRange(10, 70).Draw(rt, "steps") {
				b.step()
				b.check()
			}
			if err := d.Close(); err != nil {
				rt.Fatal(err)
			}
		})
	})
}

// books compares the city with what brute force makes of its tables.
type books struct {
	*World
	rt   *rapid.T
	t    *rapid.T
	was  map[string]state
	at   int64 // area the last step was about
	what string
}

// state is a return as the last look saw it.
type state struct {
	area    int64
	code    string
	version int64
	state   string
	cells   map[rule.Key]statistic.Cell
	reasons map[rule.Key]int64
}

func (b *books) step() {
	areas := append([]int64{Street, Street2, Street3, District, District2, City}, Communities...)
	b.at = rapid.SampledFrom(append(areas, Communities...)).Draw(b.rt, "area")
	code := Sum
	for _, c := range Communities {
		if c == b.at {
			code = Base
		}
	}
	r := b.Return(code, b.at)
	b.what = rapid.SampledFrom([]string{"finish", "finish", "enter", "check", "sign", "submit", "accept", "send_back", "correct", "foreign", "withdraw", "sum_incomplete", "travel", "remind"}).Draw(b.rt, "act")
	err := b.act(r)
	if err == nil {
		return
	}
	_, bad := errors.AsType[statistic.EntryErrors](err)
	if k := errs.KindOf(err); !bad && k != errs.NotFound && k != errs.Conflict && k != errs.Forbidden && k != errs.Invalid {
		b.t.Fatalf("%s of %d: %+v", b.what, b.at, err)
	}
}

var cells = []rule.Key{Key("indoors", "places"), Key("outdoors", "places"), Key("indoors", "money"), Key("outdoors", "money"), Key("total", "open"), Key("indoors", "met"), Key("total", "places")}

func (b *books) act(r statistic.Return) error {
	unit, above := b.As(b.Unit(r.AreaID)), b.As(b.Above(r.AreaID))
	k := rapid.SampledFrom(cells).Draw(b.rt, "cell")
	switch b.what {
	case "finish": // as far as it goes
		return b.finish(r)
	case "enter":
		e := statistic.Entry{Key: k, Text: rapid.SampledFrom([]string{"", "0", "7", "12", "无", "n/a", "1,234", "3.5", "是"}).Draw(b.rt, "text"),
			Reason: rapid.SampledFrom([]string{"", "because"}).Draw(b.rt, "reason")}
		_, err := b.Enter(unit, r.ID, r.Version-rapid.SampledFrom([]int64{0, 0, 0, 1}).Draw(b.rt, "behind"), []statistic.Entry{e})
		return err
	case "check":
		return errors.Join(b.Move(unit, r.ID, "check", ""))
	case "sign":
		return b.Sign(unit, r.ID, rapid.SampledFrom([]string{"preparer", "reviewer", "head"}).Draw(b.rt, "part"))
	case "send_back":
		return b.SendBack(above, r.ID, map[rule.Key]string{k: "look again"})
	case "correct":
		until := b.Clock.AddDate(0, 0, 3).Format(time.DateOnly)
		return b.Correct(above, r.ID, statistic.Correction{Keys: []rule.Key{k}, Reason: "wrong", AskedBy: "the unit", Until: until})
	case "foreign":
		return b.foreign(r, k)
	case "travel":
		b.Travel(1)
		_, err := b.Tick(b.Program())
		return err
	case "remind":
		_, err := b.Remind(above, "", 0)
		return err
	case "accept":
		return b.Move(above, r.ID, "accept", "")
	}
	return b.Move(unit, r.ID, b.what, "reason")
}

// finish takes a return on by whatever step is next.
func (b *books) finish(r statistic.Return) error {
	unit := b.As(b.Unit(r.AreaID))
	switch r.State {
	case "sent", "entering":
		n := rapid.Int64Range(0, 30).Draw(b.rt, "n")
		return b.HandIn(r.AreaID, n, n+1)
	case "returned", "correcting":
		for _, k := range cells[:4] {
			e := statistic.Entry{Key: k, Text: fmt.Sprint(rapid.Int64Range(0, 9).Draw(b.rt, "n"))}
			_, _ = b.Enter(unit, r.ID, 1<<40, []statistic.Entry{e}) // only what is open takes it
		}
		return b.Move(unit, r.ID, "recheck", "")
	case "checked", "moved":
		return b.SignAndSubmit(r)
	}
	return b.Accept(r.Collection.Form.Code, r.AreaID)
}

// foreign tries what is somebody else's: nothing of it may succeed.
func (b *books) foreign(r statistic.Return, k rule.Key) error {
	var who account.Actor
	switch r.AreaID {
	case Far, Street3, District2, City:
		who = b.Worker(North)
	default:
		who = b.Officer(District2)
	}
	ctx := b.As(who)
	_, enter := b.Enter(ctx, r.ID, r.Version, []statistic.Entry{{Key: k, Text: "5"}})
	_, see := b.Service.Sheet(ctx, r.ID, "en")
	for i, err := range []error{enter, see, b.Move(ctx, r.ID, "accept", ""), b.Sign(ctx, r.ID, "head"), b.SendBack(ctx, r.ID, map[rule.Key]string{k: "x"}),
		b.Say(ctx, r.ID, statistic.Note{Text: "x"}), b.MoveCollection(ctx, r.Collection.ID, "finish", "")} {
		if kind := errs.KindOf(err); err == nil || kind != errs.Forbidden && kind != errs.Conflict {
			b.t.Fatalf("foreign act %d on %d: %v", i, r.AreaID, err)
		}
	}
	return nil
}

func (b *books) look() {
	b.was = map[string]state{}
	list, err := b.Returns(b.Program(), statistic.ReturnQuery{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, r := range list {
		sh, err := b.Service.Sheet(b.Program(), r.ID, "en")
		if err != nil {
			b.t.Fatal(err)
		}
		b.was[r.ID] = state{r.AreaID, r.Collection.Form.Code, r.Version, r.State, sh.Cells, b.reasons(r.ID)}
	}
}

func (b *books) reasons(id string) map[rule.Key]int64 {
	rows, err := b.DB.Read.QueryContext(context.Background(), "SELECT row_code, field, count(*) FROM cell_change WHERE return_id = $1 AND reason <> '' GROUP BY row_code, field", id)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	out := map[rule.Key]int64{}
	for rows.Next() {
		var k rule.Key
		var n int64
		if err := rows.Scan(&k.Row, &k.Field, &n); err != nil {
			b.t.Fatal(err)
		}
		out[k] = n
	}
	return out
}

func (b *books) check() {
	before := b.was
	b.look()
	for id, now := range b.was {
		b.noSilentChange(before[id], now)
		if b.what != "travel" && b.what != "remind" && now.version != before[id].version && now.area != b.at && !b.above(now.area, b.at) {
			b.t.Fatalf("%s of %d changed %s of %d", b.what, b.at, now.code, now.area)
		}
		if now.code == Sum {
			b.sums(now)
		}
	}
	b.debts()
	b.bounded()
	b.figures()
}

func (b *books) above(a, below int64) bool {
	x, _ := b.Tree.ByID(a)
	y, _ := b.Tree.ByID(below)
	return x <= y && y < b.Tree.Last(x)
}

// noSilentChange: what was accepted once has a reason for every later change,
// and every cell has a state.
func (b *books) noSilentChange(was, now state) {
	for k, c := range now.cells {
		if _, ok := formula.ParseState(c.State.String()); !ok {
			b.t.Fatalf("cell %v of %d has no state", k, now.area)
		}
		old := was.cells[k]
		if old.Approved == nil || old.State == c.State && old.Num == c.Num && old.Text == c.Text {
			continue
		}
		if now.reasons[k] <= was.reasons[k] {
			b.t.Fatalf("%s: cell %v of %s %d went from %v %d to %v %d without a reason", b.what, k, now.code, now.area, old.State, old.Num, c.State, c.Num)
		}
	}
}

// sums: a summary is the sum of the returns below it that count, and its
// coverage says how many these are.
func (b *books) sums(s state) {
	var expected, reported int
	want := map[rule.Key]int64{}
	for _, r := range b.was {
		if r.code != Base || !b.above(s.area, r.area) {
			continue
		}
		expected++
		if b.Int("SELECT count(*) FROM form_return WHERE area_id = $1 AND approved_at IS NOT NULL AND collection_id IN (SELECT id FROM collection WHERE base_id = '')", r.area) == 0 {
			continue
		}
		reported++
		for k, c := range r.cells {
			want[k] += c.Num
		}
	}
	ret := b.Return(Sum, s.area)
	if ret.Expected != expected || ret.Reported != reported || reported > expected {
		b.t.Fatalf("coverage of %d is %d of %d, want %d of %d", s.area, ret.Reported, ret.Expected, reported, expected)
	}
	stale := false
	for k, c := range s.cells {
		if k.Field != "people" && c.Num != want[k] {
			b.t.Fatalf("%s of %d: %v of %d is %d, want %d", b.what, b.at, k, s.area, c.Num, want[k])
		}
		stale = stale || c.Moved()
	}
	if ret.Stale != stale || stale && ret.State == "accepted" {
		b.t.Fatalf("summary of %d: stale %v in %s, want %v", s.area, ret.Stale, ret.State, stale)
	}
}

// debts: who owes what is what the tables say, at every moment.
func (b *books) debts() {
	got, err := b.Debts(b.Program(), "", 0)
	if err != nil {
		b.t.Fatal(err)
	}
	type line struct {
		Holder        int64
		Desk          string
		Returns, Late int
	}
	want, have := map[string]line{}, map[string]line{}
	for _, d := range got {
		have[fmt.Sprint(d.Holder, d.Desk)] = line{d.Holder, d.Desk, d.Returns, d.Late}
	}
	rows, err := b.DB.Read.QueryContext(context.Background(), "SELECT area_id, desk, due FROM form_return WHERE desk <> ''")
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	today := b.Clock.In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
	for rows.Next() {
		var id int64
		var desk, due string
		if err := rows.Scan(&id, &desk, &due); err != nil {
			b.t.Fatal(err)
		}
		if n, _ := b.Tree.ByID(id); desk == "parent" && b.Tree.Parent(n) >= 0 {
			id = b.Tree.At(b.Tree.Parent(n)).ID
		}
		x := want[fmt.Sprint(id, desk)]
		x.Holder, x.Desk, x.Returns = id, desk, x.Returns+1
		if due != "" && due < today {
			x.Late++
		}
		want[fmt.Sprint(id, desk)] = x
	}
	if diff := cmp.Diff(want, have); diff != "" {
		b.t.Fatalf("debts after %s of %d:\n%s", b.what, b.at, diff)
	}
}

// figures: they are made of what was accepted, and say how many that are.
func (b *books) figures() {
	for _, field := range []string{"places", "money"} {
		col, err := b.Engine.Column(context.Background(), formula.Ref{Code: Base + "." + field}, Quarter)
		if err != nil {
			b.t.Fatal(err)
		}
		for n := range b.Tree.Len() {
			var num int64
			var reported, expected int32
			for _, r := range b.was {
				if r.code != Base || !b.above(b.Tree.At(n).ID, r.area) {
					continue
				}
				in, out := r.cells[Key("indoors", field)], r.cells[Key("outdoors", field)]
				known, na := false, 0
				for _, c := range []statistic.Cell{in, out} {
					if c.Approved != nil && c.ApprovedState.Known() {
						num += *c.Approved
						known = true
					} else if c.Approved != nil && c.ApprovedState == formula.NotApplicable {
						na++
					}
				}
				if na == 2 {
					continue
				}
				expected++
				if known {
					reported++
				}
			}
			if col.Num[n] != num || col.Expected[n] != expected || col.Reported[n] != reported || reported > expected {
				b.t.Fatalf("%s of %d: figure %s of %s is %d (%d of %d), want %d (%d of %d)", b.what, b.at, field, b.Tree.At(n).Name, col.Num[n], col.Reported[n], col.Expected[n], num, reported, expected)
			}
		}
	}
}
