package statistic_test

import (
	"cmp"
	"context"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"

	"xuedu/internal/account"
	"xuedu/internal/statistic"
	. "xuedu/internal/statistic/statistictest"
)

// people are callers of every kind, for whom brute force says what they see.
func (b *books) people() []account.Actor {
	return []account.Actor{Boss, b.Officer(District), b.Officer(Street), b.Worker(North), b.Worker(Far),
		{ID: "two", Grants: []account.Grant{{Role: account.RoleStreet, AreaID: Street3}, {Role: account.RoleCommunity, AreaID: South}}},
		{ID: "none", Grants: []account.Grant{{Role: account.RoleTeacher, OrgID: "o1"}}}}
}

// bounded: what is filtered and counted in SQL is what brute force picks from
// all returns.
func (b *books) bounded() {
	all, err := b.Returns(b.Program(), statistic.ReturnQuery{})
	must(b.t, err)
	for _, who := range b.people() {
		as := b.As(who)
		seen := slices.DeleteFunc(slices.Clone(all), func(r statistic.Return) bool { return !who.CoversArea("return:read", b.Tree, r.AreaID) })
		b.same("seen by", who, seen, statistic.ReturnQuery{}, as)
		posts := b.posts(who)
		mine := keep(seen, func(r statistic.Return) bool { return r.Holder != 0 && posts[r.Holder] })
		b.same("mine of", who, mine, statistic.ReturnQuery{Mine: true}, as)
		b.same("late of", who, keep(seen, func(r statistic.Return) bool { return r.Late }), statistic.ReturnQuery{Late: true}, as)
		b.same("overdue of", who, keep(seen, func(r statistic.Return) bool { return r.Overdue }), statistic.ReturnQuery{Overdue: true}, as)
		b.same("in the district of", who, keep(seen, func(r statistic.Return) bool { return b.above(District, r.AreaID) }), statistic.ReturnQuery{AreaID: District}, as)
		b.notice(as, who, mine, seen, posts)
		b.stages(as, who, seen)
		b.pressing(as, who, seen)
	}
}

func keep(list []statistic.Return, f func(statistic.Return) bool) (out []statistic.Return) {
	for _, r := range list {
		if f(r) {
			out = append(out, r)
		}
	}
	return out
}

func (b *books) same(what string, who account.Actor, want []statistic.Return, q statistic.ReturnQuery, as context.Context) {
	got, err := b.Returns(as, q)
	must(b.t, err)
	if diff := gocmp.Diff(ids(want), ids(got)); diff != "" {
		b.t.Fatalf("%s %s after %s of %d:\n%s", what, who.ID, b.what, b.at, diff)
	}
}

func ids(list []statistic.Return) (out []string) {
	for _, r := range list {
		out = append(out, r.ID)
	}
	return out
}

func (b *books) posts(who account.Actor) map[int64]bool {
	out := map[int64]bool{}
	for _, g := range who.Grants {
		if g.OrgID == "" {
			out[cmp.Or(g.AreaID, City)] = true
		}
	}
	return out
}

func (b *books) notice(as context.Context, who account.Actor, mine, seen []statistic.Return, posts map[int64]bool) {
	want := statistic.Notice{Open: len(mine)}
	for _, r := range mine {
		if r.Overdue {
			want.Late++
		} else if !r.Reminded.IsZero() {
			want.Soon++
		}
		if r.Reminded.After(want.Reminded) {
			want.Reminded = r.Reminded
		}
	}
	for _, r := range seen {
		n, ok := b.Tree.ByID(r.Holder)
		if ok && r.Escalated && !posts[r.Holder] && b.Tree.Parent(n) >= 0 && posts[b.Tree.At(b.Tree.Parent(n)).ID] {
			want.Escalated++
		}
	}
	got, err := b.Notice(as)
	must(b.t, err)
	if diff := gocmp.Diff(want, got); diff != "" {
		b.t.Fatalf("notice of %s after %s of %d:\n%s", who.ID, b.what, b.at, diff)
	}
}

func (b *books) stages(as context.Context, who account.Actor, seen []statistic.Return) {
	want, stands := map[string]statistic.Tally{}, map[string][]statistic.Stand{}
	for _, r := range seen {
		t := want[r.Collection.ID]
		t[r.Stage()]++
		want[r.Collection.ID] = t
		if b.above(District, r.AreaID) {
			stands[r.Collection.ID] = append(stands[r.Collection.ID], statistic.Stand{AreaID: r.AreaID, Stage: r.Stage()})
		}
	}
	got, err := b.Tallies(as)
	must(b.t, err)
	if diff := gocmp.Diff(want, got); diff != "" {
		b.t.Fatalf("tallies of %s after %s of %d:\n%s", who.ID, b.what, b.at, diff)
	}
	for id, list := range stands {
		got, err := b.Stands(as, id, District)
		must(b.t, err)
		slices.SortFunc(list, func(x, y statistic.Stand) int { return cmp.Compare(x.AreaID, y.AreaID) })
		if diff := gocmp.Diff(list, got); diff != "" {
			b.t.Fatalf("stands of %s after %s of %d:\n%s", who.ID, b.what, b.at, diff)
		}
	}
}

// pressing: the most pressing come first, and the heaps count them all.
func (b *books) pressing(as context.Context, who account.Actor, seen []statistic.Return) {
	got, err := b.Returns(as, statistic.ReturnQuery{Most: 3})
	must(b.t, err)
	slices.SortStableFunc(seen, func(x, y statistic.Return) int {
		return cmp.Or(cmp.Compare(cmp.Or(x.Due, "9999"), cmp.Or(y.Due, "9999")), x.Since.Compare(y.Since), cmp.Compare(x.AreaID, y.AreaID), cmp.Compare(x.ID, y.ID))
	})
	if diff := gocmp.Diff(ids(seen[:min(3, len(seen))]), ids(got)); diff != "" {
		b.t.Fatalf("most pressing of %s after %s of %d:\n%s", who.ID, b.what, b.at, diff)
	}
	heaps, err := b.Heaps(as, statistic.ReturnQuery{})
	must(b.t, err)
	type pile struct{ id, state, due string }
	want, have := map[pile]int{}, map[pile]int{}
	for _, r := range seen {
		want[pile{r.Collection.ID, r.State, r.Due}]++
	}
	for _, h := range heaps {
		have[pile{h.Collection.ID, h.State, h.Due}] += h.N
	}
	if diff := gocmp.Diff(want, have, gocmp.AllowUnexported(pile{})); diff != "" {
		b.t.Fatalf("heaps of %s:\n%s", who.ID, diff)
	}
}
