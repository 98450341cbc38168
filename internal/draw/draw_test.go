package draw_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"xuedu/internal/draw"
	"xuedu/internal/errs"
)

var (
	secret = []byte("0123456789abcdef0123456789abcdef")
	noon   = time.Date(2025, 3, 4, 4, 0, 0, 0, time.UTC)
)

func head(seats int, groups ...draw.Group) draw.Head {
	return draw.Head{ID: "d1", Purpose: "experts", Title: "评审专家抽取", Seats: seats, Groups: groups, Rule: "3月5日上证指数收盘价", At: noon}
}

func entries(n int, weight func(i int) int64, groups func(i int) []string) []draw.Entry {
	var all []draw.Entry
	for i := range n {
		all = append(all, draw.Entry{Token: draw.Token("salt", strconv.Itoa(i)), Weight: weight(i), Groups: groups(i)})
	}
	return all
}

func one(int) int64     { return 1 }
func none(int) []string { return nil }
func drawn(t fataler, h draw.Head, all []draw.Entry, value string) draw.Manifest {
	m, err := draw.Freeze(h, all, secret)
	if err == nil {
		m, err = draw.Draw(m, secret, value, noon.Add(time.Hour))
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

type fataler interface{ Fatal(...any) }

// The order is a permutation of all, the taken are the first of it, and the
// manifest verifies and comes back from its file.
func TestPermutation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		seats := rapid.IntRange(1, 45).Draw(t, "seats")
		weights := rapid.SliceOfN(rapid.Int64Range(1, draw.MaxWeight), n, n).Draw(t, "weights")
		m := drawn(t, head(seats), entries(n, func(i int) int64 { return weights[i] }, none), rapid.StringMatching(`[0-9]{1,8}`).Draw(t, "value"))
		sorted := slices.Sorted(slices.Values(m.Order))
		for i, e := range m.Entries {
			if len(sorted) != n || sorted[i] != e.Token {
				t.Fatalf("not a permutation")
			}
		}
		if !slices.Equal(m.Taken, m.Order[:min(seats, n)]) {
			t.Fatalf("taken %v of %v", m.Taken, m.Order)
		}
		again, err := draw.Parse(m.Encode())
		if err != nil || len(draw.Verify(again)) != 0 {
			t.Fatalf("does not verify: %v %v", err, draw.Verify(again))
		}
	})
}

// chi2 is the p value of counts against expected shares.
func chi2(counts []int, shares []float64) float64 {
	total, stat := 0, 0.0
	for _, c := range counts {
		total += c
	}
	for i, c := range counts {
		e := shares[i] * float64(total)
		stat += (float64(c) - e) * (float64(c) - e) / e
	}
	return distuv.ChiSquared{K: float64(len(counts) - 1)}.Survival(stat)
}

// Of four alike all 24 orders come equally often.
func TestUniform(t *testing.T) {
	t.Parallel()
	all, seen := entries(4, one, none), map[string]int{}
	for i := range 6000 {
		seen[strings.Join(drawn(t, head(1), all, strconv.Itoa(i)).Order, "")]++
	}
	var counts []int
	var shares []float64
	for _, c := range seen {
		counts, shares = append(counts, c), append(shares, 1.0/24)
	}
	if p := chi2(counts, shares); len(seen) != 24 || p < 0.001 {
		t.Errorf("%d orders, p = %v", len(seen), p)
	}
}

// The first two of weighted tickets come as in sampling without replacement:
// P(i, j) = w(i)/W · w(j)/(W − w(i)) (Efraimidis and Spirakis 2006).
func TestWeights(t *testing.T) {
	t.Parallel()
	weights := []int64{1, 2, 3, 5}
	all := entries(4, func(i int) int64 { return weights[i] }, none)
	seen := map[string]int{}
	for i := range 6000 {
		m := drawn(t, head(2), all, strconv.Itoa(i))
		seen[m.Order[0]+m.Order[1]]++
	}
	var counts []int
	var shares []float64
	for i, a := range all {
		for j, b := range all {
			if i != j {
				counts = append(counts, seen[a.Token+b.Token])
				shares = append(shares, float64(weights[i])/11*float64(weights[j])/float64(11-weights[i]))
			}
		}
	}
	if p := chi2(counts, shares); p < 0.001 {
		t.Errorf("p = %v for %v", p, counts)
	}
}

// The fixed-point logarithm orders as the formula does, wherever floats can tell.
func TestOrderIsTheFormula(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	all := entries(300, func(int) int64 { return 1 + r.Int64N(50) }, none)
	m := drawn(t, head(1), all, "2025-03-05 3248.71")
	weight := map[string]int64{}
	for _, e := range all {
		weight[e.Token] = e.Weight
	}
	last := math.Inf(-1)
	for _, token := range m.Order {
		key := -math.Log(draw.Uniform(secret, m.Value, token)) / float64(weight[token])
		if key < last-1e-9 {
			t.Fatalf("%s comes too late: %v after %v", token, key, last)
		}
		last = key
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	codes := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 14).Draw(t, "n")
		member := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 0, 3, rapid.ID), n, n).Draw(t, "member")
		var groups []draw.Group
		for _, c := range codes[:rapid.IntRange(1, 4).Draw(t, "groups")] {
			least := rapid.IntRange(0, 3).Draw(t, "least")
			most := rapid.SampledFrom([]int{0, least, least + 1, least + 2}).Draw(t, "most")
			groups = append(groups, draw.Group{Code: c, Least: least, Most: most})
		}
		seats := rapid.IntRange(1, 10).Draw(t, "seats")
		all := entries(n, one, func(i int) []string { return member[i] })
		m, err := draw.Freeze(head(seats, groups...), all, secret)
		want := brute(all, groups, min(seats, n))
		if e, ok := errors.AsType[*errs.Error](err); ok != !want || ok && e.Key != "draw.infeasible" {
			t.Fatalf("feasible %v, said %v", want, err)
		}
		if !want {
			return
		}
		if m, err = draw.Draw(m, secret, "1", noon); err != nil {
			t.Fatal(err)
		}
		checkGreedy(t, m)
	})
}

// brute tries all choices.
func brute(all []draw.Entry, groups []draw.Group, seats int) bool {
	for set := range 1 << len(all) {
		var chosen []draw.Entry
		for i, e := range all {
			if set>>i&1 == 1 {
				chosen = append(chosen, e)
			}
		}
		if len(chosen) == seats && within(chosen, groups) {
			return true
		}
	}
	return false
}

func within(chosen []draw.Entry, groups []draw.Group) bool {
	for _, g := range groups {
		n := 0
		for _, e := range chosen {
			if slices.Contains(e.Groups, g.Code) {
				n++
			}
		}
		if n < g.Least || g.Most > 0 && n > g.Most {
			return false
		}
	}
	return true
}

// checkGreedy walks the order itself: whoever is skipped could not have been
// taken, whoever is taken could.
func checkGreedy(t *rapid.T, m draw.Manifest) {
	of := map[string]draw.Entry{}
	for _, e := range m.Entries {
		of[e.Token] = e
	}
	var chosen, rest []draw.Entry
	for _, token := range m.Order {
		rest = append(rest, of[token])
	}
	seats := min(m.Seats, len(m.Entries))
	for len(rest) > 0 && len(chosen) < seats {
		e := rest[0]
		rest = rest[1:]
		if can := completes(append(slices.Clone(chosen), e), rest, m.Groups, seats); can != slices.Contains(m.Taken, e.Token) {
			t.Fatalf("%s: could be taken %v, was not so", e.Token, can)
		} else if can {
			chosen = append(chosen, e)
		}
	}
	if len(chosen) != len(m.Taken) || !within(chosen, m.Groups) {
		t.Fatalf("bounds not kept: %v", m.Taken)
	}
}

func completes(chosen, rest []draw.Entry, groups []draw.Group, seats int) bool {
	for set := range 1 << len(rest) {
		all := slices.Clone(chosen)
		for i, e := range rest {
			if set>>i&1 == 1 {
				all = append(all, e)
			}
		}
		if len(all) == seats && within(all, groups) {
			return true
		}
	}
	return false
}

// What cannot be met is said with the groups that contradict, and only those.
func TestInfeasibleNamesTheGroup(t *testing.T) {
	t.Parallel()
	all := entries(8, one, func(i int) []string { return []string{[]string{"practice", "research"}[min(i/6, 1)]} })
	_, err := draw.Freeze(head(5, draw.Group{Code: "practice", Least: 1}, draw.Group{Code: "research", Least: 3}), all, secret)
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid || e.Args[1] != "research" {
		t.Errorf("said %v", err)
	}
}

// P1.7: one changed byte anywhere in the published file is found.
func TestOneFlippedByteIsFound(t *testing.T) {
	t.Parallel()
	all := entries(9, func(i int) int64 { return int64(1 + i%3) }, func(i int) []string { return []string{[]string{"a", "b"}[i%2]} })
	m := drawn(t, head(4, draw.Group{Code: "a", Least: 1, Most: 3}), all, "3248.71")
	file := m.Encode()
	for i := range file {
		for _, bit := range []byte{1, 2, 0x10, 0x20} {
			bad := slices.Clone(file)
			bad[i] ^= bit
			if got, err := draw.Parse(bad); err == nil && len(draw.Verify(got)) == 0 {
				t.Fatalf("byte %d of %q: %q passes", i, file, bad[i])
			}
		}
	}
	frozen, err := draw.Freeze(head(4), all, secret)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := draw.Parse([]byte(strings.ReplaceAll(string(frozen.Encode()), `,"`, ",\n \""))); err != nil || len(draw.Verify(got)) != 0 {
		t.Errorf("with spaces: %v %v", err, draw.Verify(got))
	}
	frozen.Seats++
	if found := draw.Verify(frozen); len(found) != 1 || found[0].Field != "frozen" {
		t.Errorf("found %v", found)
	}
}

// A draw says what it finds even if the forger computes the digests again.
func TestForgedOrderIsFound(t *testing.T) {
	t.Parallel()
	m := drawn(t, head(2), entries(5, one, none), "1")
	m.Order[0], m.Order[1] = m.Order[1], m.Order[0]
	found := draw.Verify(m)
	if len(found) != 2 || found[0].Field != "order" || found[1].Field != "sealed" {
		t.Errorf("found %+v", found)
	}
}

// Each entry has a proof that it was in the list, and no other entry has it.
func TestProof(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, err := draw.Freeze(head(1), entries(rapid.IntRange(1, 40).Draw(t, "n"), one, none), secret)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range m.Entries {
			p, err := m.Prove(e.Token)
			if err != nil || !p.Holds(m.Root) {
				t.Fatalf("proof of %s: %v", e.Token, err)
			}
			p.Entry.Weight++
			if p.Holds(m.Root) {
				t.Fatal("a changed entry has a proof")
			}
		}
		if _, err := m.Prove("none"); errs.KindOf(err) != errs.NotFound {
			t.Fatal(err)
		}
	})
}

func TestRefused(t *testing.T) {
	t.Parallel()
	all := entries(3, one, none)
	m := drawn(t, head(1), all, "1")
	if _, err := draw.Draw(m, secret, "2", noon); errs.KindOf(err) != errs.Conflict {
		t.Errorf("drawn twice: %v", err)
	}
	frozen, err := draw.Freeze(head(1), all, secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"other secret": func() error { _, err := draw.Draw(frozen, secret[1:], "1", noon); return err },
		"no value":     func() error { _, err := draw.Draw(frozen, secret, "", noon); return err },
		"two lines":    func() error { _, err := draw.Draw(frozen, secret, "1\n2", noon); return err },
		"twice":        func() error { _, err := draw.Freeze(head(1), append(all, all[0]), secret); return err },
		"weight 0": func() error {
			_, err := draw.Freeze(head(1), entries(1, func(int) int64 { return 0 }, none), secret)
			return err
		},
		"short secret": func() error { _, err := draw.Freeze(head(1), all, secret[:8]); return err },
		"no seats":     func() error { _, err := draw.Freeze(head(0), all, secret); return err },
		"bounds": func() error {
			_, err := draw.Freeze(head(1, draw.Group{Code: "a", Least: 2, Most: 1}), all, secret)
			return err
		},
	} {
		if err := try(); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	m := drawn(f, head(2, draw.Group{Code: "a", Least: 1}), entries(3, one, func(int) []string { return []string{"a"} }), "1")
	f.Add(m.Encode())
	frozen, _ := draw.Freeze(head(1), entries(2, one, none), secret)
	f.Add(frozen.Encode())
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := draw.Parse(file)
		if err != nil {
			return
		}
		if len(m.Entries) < 50 && len(m.Groups) < 5 {
			draw.Verify(m)
		}
		if again, err := draw.Parse(m.Encode()); err != nil || string(again.Encode()) != string(m.Encode()) {
			t.Errorf("%q comes back as %q, %v", file, again.Encode(), err)
		}
	})
}
