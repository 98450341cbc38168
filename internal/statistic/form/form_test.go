package form_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/form"
)

// P2.3: the forms of the pack come in as drafts, compute over the measures that
// there are, and are lawful once they have a head.
func TestPackForms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		list, err := c.List(ctx(t))
		if err != nil || len(list) != 10 {
			t.Fatal(len(list), err)
		}
		for _, f := range list {
			if f.State != form.Draft || f.Version != 1 || f.Head.Number != "" {
				t.Errorf("%s comes in as %s %d %q", f.Code, f.State, f.Version, f.Head.Number)
			}
			f.Form.Head = head("示例" + f.Code)
			bad, err := c.Check(ctx(t), f.Form, day)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range bad {
				t.Errorf("%s: %s %s %s %v", f.Code, p.Field, p.Ground, p.Key, p.Args)
			}
			register(t, c, f.Code)
		}
		if n, err := c.Adopt(ctx(t), "again"); n != 0 || err != nil {
			t.Errorf("the same pack again changes %d, %v", n, err)
		}
	})
}

// H02: over a quarter's whole collection at least nine cells of ten are
// computed, however the streets and communities are counted.
func TestQuarterIsComputed(t *testing.T) {
	p := load(t, "beijing-2021")
	units := map[string]int64{"community": 7535, "street": 343, "district": 16, "city": 1}
	var typed, computed int64
	for _, f := range p.Forms {
		if f.Period != "quarter" {
			continue
		}
		b := form.BurdenOf(form.Form{Form: f}, 1)
		for _, l := range f.Levels {
			typed += units[l] * b.Typed
			computed += units[l] * b.Computed
		}
		if f.SummaryOf != "" && b.Typed != 0 {
			t.Errorf("%s has %d cells to type", f.Code, b.Typed)
		}
	}
	share := float64(computed) / float64(typed+computed)
	t.Logf("%d typed, %d computed: %.4f", typed, computed, share)
	if share < 0.9 {
		t.Errorf("only %.4f of the cells of a quarter are computed", share)
	}
}

// Each ground of the law refuses a form by itself, and the refusal is kept.
func TestHeadGrounds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		base := current(t, c, "base5")
		for _, tt := range []struct {
			ground string
			edit   func(*pack.Head)
		}{
			{form.NoNumber, func(h *pack.Head) { h.Number = " " }},
			{form.NoOrgan, func(h *pack.Head) { h.Organ = pack.Text{"zh-CN": " "} }},
			{form.NoBasisKind, func(h *pack.Head) { h.Basis = "" }},
			{form.NoApprover, func(h *pack.Head) { h.Approver = nil }},
			{form.NoDocument, func(h *pack.Head) { h.Document = "" }},
			{form.NoValidity, func(h *pack.Head) { h.Until = "" }},
			{form.Order, func(h *pack.Head) { h.Until = "2025-01-01" }},
			{form.Expired, func(h *pack.Head) { h.Until = "2026-11-22" }},
			{form.OrganDiffers, func(h *pack.Head) { h.Organ = pack.Text{"zh-CN": "某街道办事处"} }},
			{form.BasisNotAllowed, func(h *pack.Head) { h.Basis = "filing" }},
			{form.ApproverDiffers, func(h *pack.Head) { h.Approver = pack.Text{"zh-CN": "某区教育委员会"} }},
		} {
			h := head("示例5")
			tt.edit(&h)
			_, err := c.Register(ctx(t), base.ID, h, "试登记")
			if !refusedFor(err, tt.ground) || errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", tt.ground, err)
			}
			kept, err := c.Refusals(ctx(t), 1)
			if err != nil || len(kept) != 1 || !has(kept[0].Problems, tt.ground) || kept[0].Actor != "city-officer" || kept[0].Verb != "register" {
				t.Errorf("%s is not in the log: %+v %v", tt.ground, kept, err)
			}
		}
		if f := current(t, c, "base5"); f.State != form.Draft {
			t.Errorf("refused, and yet %s", f.State)
		}
		var n int
		err := d.Read.QueryRowContext(t.Context(), `SELECT count(*) FROM audit_entry WHERE verb = 'form:register' AND result = $1`, audit.Refused).Scan(&n)
		if err != nil || n != 11 {
			t.Errorf("the trail holds %d refusals, %v", n, err)
		}
	})
}

func has(ps form.Problems, ground string) bool {
	return slices.ContainsFunc(ps, func(p form.Problem) bool { return p.Ground == ground })
}

func refusedFor(err error, ground string) bool {
	ps, ok := errors.AsType[form.Problems](err)
	return ok && has(ps, ground)
}

// Statistics Law art. 13: streets and institutions make no surveys.
func TestIssuers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		for owner, ground := range map[string]string{"nobody": form.NoIssuer, "": form.NoOwner, "bj-open-university": form.MayNotIssue} {
			f := current(t, c, "base5").Form
			f.Head, f.Owner = head("示例5"), owner
			bad, err := c.Check(ctx(t), f, day)
			if err != nil || !has(bad, ground) {
				t.Errorf("%q: %v %v", owner, bad, err)
			}
		}
	})
}

// design-time grounds: what is known is not asked (peers 6.10).
func TestKnownIsNotAsked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		register(t, c, "base5")
		basis := pack.Text{"zh-CN": "依据", "en": "basis"}
		field := func(code, zh, unit string) pack.Field {
			return pack.Field{Code: code, Name: pack.Text{"zh-CN": zh, "en": code}, Type: "count", Unit: unit, Basis: basis}
		}
		for _, tt := range []struct {
			name, ground, where string
			field               pack.Field
		}{
			{"says it is the same", form.Derivable, "attendances", func() pack.Field {
				f := field("visits", "来访量", "person_time")
				f.SameAs = "attendances"
				return f
			}()},
			{"means the same by name and unit", form.Derivable, "participants", field("people", measureName(t, c, "participants"), "person")},
			{"is collected in another form", form.Collected, "base5.trained", field("taught", "培训 人数", "person")},
			{"no basis", form.NoBasis, "", func() pack.Field { f := field("x", "某数", "person"); f.Basis = nil; return f }()},
			{"asked too long", form.FieldExpired, "", func() pack.Field { f := field("x", "某数", "person"); f.Until = "2026-11-22"; return f }()},
			{"bad formula", form.BadFormula, "", func() pack.Field { f := field("x", "某数", "person"); f.Derive = "participants +"; return f }()},
			{"unknown measure", form.BadFormula, "", func() pack.Field { f := field("x", "某数", "person"); f.Derive = "nothing_known"; return f }()},
			{"its own answers", form.BadFormula, "", func() pack.Field { f := field("x", "某数", "person"); f.Derive = "own.x"; return f }()},
			{"another unit", form.UnitDiffers, "", func() pack.Field { f := field("x", "某数", "person"); f.Derive = "attendances"; return f }()},
			{"a truth", form.NotNumber, "", func() pack.Field { f := field("x", "某数", "person"); f.Derive = "participants > 1"; return f }()},
		} {
			f := pack.Form{Code: "own", Name: pack.Text{"zh-CN": "自设表"}, Owner: "bj-education-commission", Levels: []string{"community"}, Kind: "span",
				Period: "quarter", CellMinutes: "1", Rows: pack.Rows{Kind: "single"}, Fields: []pack.Field{tt.field}}
			if tt.ground == form.Collected {
				f.Rows = pack.Rows{Kind: "fixed", Fixed: []pack.Row{{Code: "w", Name: pack.Text{"zh-CN": "社区工作者"}}}}
			}
			_, err := c.Save(ctx(t), f, "设计")
			if !refusedFor(err, tt.ground) {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			ps, _ := errors.AsType[form.Problems](err)
			if tt.where != "" && ps[0].Where != tt.where {
				t.Errorf("%s: says %q, want %q", tt.name, ps[0].Where, tt.where)
			}
			if _, err := c.Current(ctx(t), "own"); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: kept all the same", tt.name)
			}
		}
	})
}

func measureName(t *testing.T, c *city, code string) string {
	t.Helper()
	d, ok := catalogue(t, c.db, c.pack).Decl(code)
	if !ok {
		t.Fatal(code)
	}
	return d.Name["zh-CN"]
}

// rules must be truth values over the form's own fields; rows that a filter
// tells apart must be told apart.
func TestRulesAndFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		f := current(t, c, "base5").Form
		f.Rules = []pack.Rule{{Code: "a", Check: "trained"}, {Code: "b", Check: "nobody <= trained"}, {Code: "c", Check: "trained[row=workers] <= on_post"}}
		f.Fields = slices.Clone(f.Fields)
		f.Fields[0].Derive = "awards_unknown"
		bad, err := c.Check(ctx(t), f, day)
		if err != nil || !has(bad, form.BadFormula) || !slices.ContainsFunc(bad, func(p form.Problem) bool { return p.Field == "a" && p.Key == "rule.not_truth" }) {
			t.Errorf("%v %v", bad, err)
		}
		for _, p := range bad {
			if p.Field == "c" {
				t.Errorf("a good rule is refused: %v", p)
			}
		}
		f = current(t, c, "base3").Form
		f.Rows.Fixed = slices.Clone(f.Rows.Fixed)
		f.Rows.Fixed[0].Filter = map[string]string{"planet": "mars"}
		if bad, err = c.Check(ctx(t), f, day); err != nil || !has(bad, form.RowFilter) {
			t.Errorf("%v %v", bad, err)
		}
	})
}

// Statistics Law art. 16: a change of content goes back to the approver; art.
// 17: a form lapses by the day.
func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		draft := current(t, c, "base5")
		if err := c.Lawful(ctx(t), draft, day); !refusedFor(err, form.NotRegistered) || errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a draft is sent out: %v", err)
		}
		f := register(t, c, "base5")
		for on, ground := range map[string]string{"2025-12-31": form.NotYet, "2026-01-01": "", "2027-12-31": "", "2028-01-01": form.Expired} {
			err := c.Lawful(ctx(t), f, on)
			if ground == "" && err != nil || ground != "" && !refusedFor(err, ground) {
				t.Errorf("on %s: %v, want %q", on, err, ground)
			}
		}
		forged := f
		forged.Fields = append(slices.Clone(f.Fields), pack.Field{Code: "more", Type: "count"})
		if err := c.Lawful(ctx(t), forged, day); !refusedFor(err, form.Changed) {
			t.Errorf("another content is sent out: %v", err)
		}
		changed := f.Form
		changed.DueDays++
		v2, err := c.Save(ctx(t), changed, "改期")
		if err != nil || v2.Version != 2 || v2.State != form.Draft || v2.Head.Number != "" {
			t.Fatalf("%+v %v", v2, err)
		}
		if err := c.Lawful(ctx(t), f, day); err != nil {
			t.Errorf("the version in force lapses with a draft: %v", err)
		}
		if err := c.Lawful(ctx(t), v2, day); !refusedFor(err, form.NotRegistered) {
			t.Errorf("a changed form is sent out: %v", err)
		}
		if _, err := c.Register(ctx(t), v2.ID, head("示例5"), "重新批准"); err != nil {
			t.Fatal(err)
		}
		if err := c.Lawful(ctx(t), f, day); !refusedFor(err, form.Taken) {
			t.Errorf("the version before is still in force: %v", err)
		}
		if err := c.Withdraw(ctx(t), v2.ID, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("withdrawn without a reason: %v", err)
		}
		if err := c.Withdraw(ctx(t), v2.ID, "停止调查"); err != nil {
			t.Fatal(err)
		}
		if err := c.Withdraw(ctx(t), v2.ID, "停止调查"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("withdrawn twice: %v", err)
		}
		events, err := c.Events(ctx(t), "base5")
		var verbs []string
		for _, e := range events {
			verbs = append(verbs, e.Verb)
		}
		slices.Sort(verbs)
		if fmt.Sprint(verbs) != "[draft draft register register withdraw withdraw]" || err != nil {
			t.Errorf("%v %v", verbs, err)
		}
		if _, err := c.Register(ctx(t), f.ID, head("示例5"), "又一次"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("registered twice: %v", err)
		}
		fields, err := c.Fields(ctx(t))
		if err != nil || len(fields) != 2*len(f.Fields) {
			t.Errorf("%d fields asked, %v", len(fields), err)
		}
		for _, a := range fields {
			if a.Owner == "" || a.Basis.In("en") == "" || a.Until != "2027-12-31" {
				t.Errorf("%s.%s: owner %q basis %v until %q", a.Form, a.Code, a.Owner, a.Basis, a.Until)
			}
		}
	})
}

// A newer edition of the pack makes drafts of what changed; what the city has
// made its own stays.
func TestAdoptChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		register(t, c, "base4")
		mine := current(t, c, "base5").Form
		mine.DueDays = 9
		if _, err := c.Save(ctx(t), mine, "本市自定"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Save(ctx(t), mine, "再存"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the same content is a new version: %v", err)
		}
		next := *c.pack
		next.Forms = slices.Clone(next.Forms)
		for i := range next.Forms {
			next.Forms[i].DueDays++
		}
		c.pack = &next
		n, err := c.Adopt(ctx(t), "beijing-2021 1.1")
		if err != nil || n != 9 {
			t.Errorf("%d changed, %v", n, err)
		}
		if f := current(t, c, "base4"); f.State != form.Draft || f.Version != 2 {
			t.Errorf("base4 is %s %d", f.State, f.Version)
		}
		if f := current(t, c, "base5"); f.DueDays != 9 {
			t.Errorf("base5 is the pack's again")
		}
		in, err := c.Registered(ctx(t))
		if err != nil || len(in) != 1 || in[0].Version != 1 {
			t.Errorf("in force: %v %v", in, err)
		}
	})
}

// Whatever is done in whatever order, nothing can be sent out that is not
// registered with a complete head and within its validity (art. 17).
func TestNoPathToAnUnlawfulForm(t *testing.T) {
	d := dbtest.SQLite(t)
	c := newCity(t, d)
	days := []string{"2025-06-01", "2026-01-01", "2026-11-23", "2027-12-31", "2028-01-01"}
	rapid.Check(t, func(r *rapid.T) {
		code := rapid.SampledFrom([]string{"base4", "base5"}).Draw(r, "form")
		versions, err := c.Versions(ctx(t), code)
		if err != nil {
			r.Fatal(err)
		}
		f := rapid.SampledFrom(versions).Draw(r, "version")
		switch rapid.IntRange(0, 3).Draw(r, "act") {
		case 0:
			h := head("示例")
			for i, p := range []*string{&h.Number, &h.Basis, &h.Document, &h.From, &h.Until} {
				if rapid.IntRange(0, 5).Draw(r, fmt.Sprint("drop", i)) == 0 {
					*p = ""
				}
			}
			_, _ = c.Register(ctx(t), f.ID, h, "登记")
		case 1:
			_ = c.Withdraw(ctx(t), f.ID, "停用")
		case 2:
			x := versions[0].Form
			x.DueDays = rapid.IntRange(1, 90).Draw(r, "due")
			_, _ = c.Save(ctx(t), x, "改")
		case 3:
			f.DueDays++ // a form that was changed in the caller's hand
		}
		on := rapid.SampledFrom(days).Draw(r, "day")
		if c.Lawful(ctx(t), f, on) != nil {
			return
		}
		k, err := c.Get(ctx(t), f.ID)
		h := k.Head
		if err != nil || k.State != form.Registered || h.Number == "" || h.Document == "" || h.Basis == "" || h.Organ.In("zh-CN") == "" ||
			h.Approver.In("zh-CN") == "" || on < h.From || on > h.Until || k.DueDays != f.DueDays {
			r.Fatalf("sent out on %s: %+v %v", on, k, err)
		}
	})
}

func TestBurden(t *testing.T) {
	p := load(t, "beijing-2021")
	for code, want := range map[string]form.Burden{
		"base2": {Typed: 2, Computed: 256, Minutes: "3"},
		"base3": {Typed: 10, Computed: 24, Minutes: "20"},
		"base4": {Typed: 10, Computed: 1, Minutes: "30"},
		"base5": {Typed: 16, Computed: 0, Minutes: "24"},
		"sum5":  {Typed: 0, Computed: 16, Minutes: "0"},
	} {
		if got := form.BurdenOf(form.Form{Form: *p.Form(code)}, 1); got != want {
			t.Errorf("%s: %+v, want %+v", code, got, want)
		}
	}
	if got := form.Minutes(7, "0.25"); got != "1.75" {
		t.Error(got)
	}
}
