package score_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/evaluation/score"
)

func n(s string) *big.Rat {
	if s == "" {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

// Every verdict: behind its own target, without one behind its own past (P1.9).
func TestVerdicts(t *testing.T) {
	t.Parallel()
	m := score.Method{Dimensions: []score.Dimension{{Code: "social", Codes: []string{"X"}}}, Red: 20, Amber: 5}
	for _, tt := range []struct{ name, way, value, target, past, verdict, by, behind string }{
		{"on target", "up", "10", "10", "1", "green", "target", "0"},
		{"ahead", "up", "12", "10", "20", "green", "target", "-20"},
		{"a little behind", "up", "9.6", "10", "", "green", "target", "4"},
		{"amber", "up", "9.5", "10", "", "amber", "target", "5"},
		{"red", "up", "8", "10", "", "red", "target", "20"},
		{"down is better", "down", "12", "10", "", "red", "target", "20"},
		{"past alone", "up", "9", "", "10", "amber", "past", "10"},
		{"better than past", "down", "9", "", "10", "green", "past", "-10"},
		{"behind nothing", "down", "1", "0", "", "red", "target", "100"},
		{"at nothing", "down", "0", "0", "", "green", "target", "0"},
		{"neither is better", "context", "5", "10", "10", "context", "", ""},
		{"first year", "up", "5", "", "", "context", "", ""},
		{"no value", "up", "", "10", "10", "unknown", "", ""},
	} {
		f := score.Figure{Value: n(tt.value), Target: n(tt.target)}
		if tt.past != "" {
			f.Past = []*big.Rat{n(tt.past)}
		}
		d := score.Data{Areas: []string{"A"}, Indicators: map[string]score.Indicator{"X": {Direction: tt.way}}, Figures: map[score.Key]score.Figure{{Area: "A", Code: "X"}: f}}
		c := m.Of(d, "A").Dimensions[0].Cells[0]
		want := n(tt.behind)
		if c.Verdict != tt.verdict || c.By != tt.by || (want == nil) != (c.Behind == nil) || want != nil && want.Cmp(c.Behind) != 0 {
			t.Errorf("%s: %s by %q, behind %v", tt.name, c.Verdict, c.By, c.Behind)
		}
	}
}

// Peers stand beside a cell and never decide; strengths and warnings are in order.
func TestProfile(t *testing.T) {
	t.Parallel()
	m := score.Method{Dimensions: []score.Dimension{{Code: "a", Codes: []string{"X", "Y"}}, {Code: "b", Codes: []string{"Z", "W"}}}, Red: 20, Amber: 5}
	d := score.Data{Areas: []string{"A", "B", "C"}, Figures: map[score.Key]score.Figure{}, Indicators: map[string]score.Indicator{}}
	for _, code := range []string{"X", "Y", "Z", "W"} {
		d.Indicators[code] = score.Indicator{Direction: "up"}
	}
	put := func(area, code, value, past string) {
		d.Figures[score.Key{Area: area, Code: code}] = score.Figure{Value: n(value), Past: []*big.Rat{n(past)}}
	}
	put("A", "X", "11", "10")
	put("A", "Y", "15", "10")
	put("A", "Z", "5", "10")
	put("A", "W", "9", "10")
	put("B", "X", "100", "1")
	put("C", "X", "200", "1")
	p := m.Of(d, "A")
	codes := func(list []score.Cell) (out []string) {
		for _, c := range list {
			out = append(out, c.Code)
		}
		return out
	}
	if got := codes(p.Strengths); !slices.Equal(got, []string{"Y", "X"}) {
		t.Errorf("strengths %v", got)
	}
	if got := codes(p.Warnings); !slices.Equal(got, []string{"Z", "W"}) {
		t.Errorf("warnings %v", got)
	}
	if g := p.Strengths[0].Gain; g.Cmp(n("50")) != 0 {
		t.Errorf("from 10 to 15 is a gain of %v percent", g)
	}
	if x := p.Dimensions[0].Cells[0]; x.Verdict != score.Green || x.Median.Cmp(n("150")) != 0 {
		t.Errorf("far behind its peers and better than its past: %+v", x)
	}
}

// world draws a method and figures.
func world(t *rapid.T) (score.Method, score.Data) {
	dims := rapid.IntRange(1, 4).Draw(t, "dimensions")
	m := score.Method{Red: 20, Amber: 5, Composite: &score.Composite{Goalposts: map[string]score.Goalpost{}, Missing: rapid.SampledFrom([]string{score.Out, score.Mean, score.Worst}).Draw(t, "missing"),
		Shake: rapid.IntRange(0, 50).Draw(t, "shake"), Runs: 40, Seed: rapid.StringN(1, 8, 20).Draw(t, "seed")}}
	d := score.Data{Indicators: map[string]score.Indicator{}, Figures: map[score.Key]score.Figure{}}
	for i := range rapid.IntRange(1, 6).Draw(t, "areas") {
		d.Areas = append(d.Areas, "A"+strconv.Itoa(i))
	}
	for i := range dims {
		dim := score.Dimension{Code: strconv.Itoa(i), Weight: rapid.IntRange(1, 40).Draw(t, "weight")}
		for k := range rapid.IntRange(1, 3).Draw(t, "indicators") {
			code := "X" + strconv.Itoa(i) + strconv.Itoa(k)
			dim.Codes = append(dim.Codes, code)
			g := score.Goalpost{Worst: big.NewRat(0, 1), Best: big.NewRat(80, 1)}
			way := score.Up
			if rapid.Bool().Draw(t, "down") {
				g.Worst, g.Best, way = g.Best, g.Worst, score.Down
			}
			m.Composite.Goalposts[code] = g
			d.Indicators[code] = score.Indicator{Direction: way, Places: 1}
			for _, a := range d.Areas {
				f := score.Figure{}
				if rapid.IntRange(0, 5).Draw(t, "missing value") > 0 {
					f.Value = big.NewRat(int64(rapid.IntRange(-100, 1000).Draw(t, "value")), 10)
				}
				d.Figures[score.Key{Area: a, Code: code}] = f
			}
		}
		m.Dimensions = append(m.Dimensions, dim)
	}
	return m, d
}

// oracle is the index in floating point, by the shortest way there is.
func oracle(m score.Method, d score.Data, area string) (float64, bool) {
	var sum, weight, all float64
	for _, dim := range m.Dimensions {
		all += float64(dim.Weight)
		var part, known float64
		for _, code := range dim.Codes {
			v := d.Figures[score.Key{Area: area, Code: code}].Value
			if v == nil {
				if m.Composite.Missing == score.Out {
					return 0, false
				}
				continue
			}
			g := m.Composite.Goalposts[code]
			x, _ := v.Float64()
			worst, _ := g.Worst.Float64()
			best, _ := g.Best.Float64()
			part += math.Max(0, math.Min(100, (x-worst)/(best-worst)*100))
			known++
		}
		if m.Composite.Missing == score.Worst {
			known = float64(len(dim.Codes))
		}
		if known > 0 {
			sum += float64(dim.Weight) * part / known
			weight += float64(dim.Weight)
		}
	}
	return sum / weight, 2*weight > all
}

func TestIndexOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, d := world(t)
		for _, row := range m.Rank(d).Rows {
			want, ok := oracle(m, d, row.Area)
			if ok != (row.Value != nil) {
				t.Fatalf("%s: %v, oracle %v %v", row.Area, row.Value, want, ok)
			}
			if !ok {
				continue
			}
			if got, _ := row.Value.Float64(); math.Abs(got-want) > 1e-9 {
				t.Fatalf("%s: %v, oracle %v", row.Area, got, want)
			}
			if row.Low > row.Rank || row.High < row.Rank || row.Low < 1 || row.High > len(d.Areas) {
				t.Fatalf("rank %d is not within %d to %d", row.Rank, row.Low, row.High)
			}
		}
	})
}

// repeat does the runs over again from the published contract, with exact
// fractions and no code of the package.
func repeat(m score.Method, d score.Data) map[string][2]int {
	sum := sha256.Sum256([]byte(m.Composite.Seed))
	rnd := rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
	draw := func() *big.Rat { return big.NewRat(rnd.Int64N(2001)-1000, 1000) }
	areas := slices.Sorted(slices.Values(d.Areas))
	out := map[string][2]int{}
	for range m.Composite.Runs {
		var weights []*big.Rat
		for _, dim := range m.Dimensions {
			w := new(big.Rat).Mul(draw(), big.NewRat(int64(m.Composite.Shake), 100))
			weights = append(weights, w.Mul(w.Add(w, big.NewRat(1, 1)), big.NewRat(int64(dim.Weight), 1)))
		}
		value := map[string]*big.Rat{}
		for _, a := range areas {
			top, all := new(big.Rat), new(big.Rat)
			for i, dim := range m.Dimensions {
				part, known := new(big.Rat), 0
				for _, code := range dim.Codes {
					f := d.Figures[score.Key{Area: a, Code: code}]
					if f.Value == nil {
						continue
					}
					half := new(big.Rat).Quo(big.NewRat(1, 2), big.NewRat(int64(math.Pow10(d.Indicators[code].Places)), 1))
					g := m.Composite.Goalposts[code]
					span := new(big.Rat).Sub(g.Best, g.Worst)
					x := new(big.Rat).Quo(new(big.Rat).Sub(f.Value, g.Worst), span)
					x.Add(x, new(big.Rat).Mul(draw(), half.Quo(half, new(big.Rat).Abs(span))))
					if x.Sign() < 0 {
						x = new(big.Rat)
					} else if x.Cmp(big.NewRat(1, 1)) > 0 {
						x = big.NewRat(1, 1)
					}
					part.Add(part, x)
					known++
				}
				if m.Composite.Missing == score.Worst {
					known = len(dim.Codes)
				}
				if known > 0 {
					top.Add(top, part.Mul(part.Quo(part, big.NewRat(int64(known), 1)), weights[i]))
					all.Add(all, weights[i])
				}
			}
			value[a] = top
			if all.Sign() > 0 {
				value[a] = top.Quo(top, all)
			}
		}
		for _, a := range areas {
			if _, ok := oracle(m, d, a); !ok {
				continue
			}
			rank := 1
			for _, b := range areas {
				if _, ok := oracle(m, d, b); ok && value[b].Cmp(value[a]) > 0 {
					rank++
				}
			}
			r, ok := out[a]
			if !ok {
				r = [2]int{rank, rank}
			}
			out[a] = [2]int{min(r[0], rank), max(r[1], rank)}
		}
	}
	return out
}

// The ranges are those of a second implementation, wherever no two areas come
// closer in a run than whole millionths can tell.
func TestRunsOracle(t *testing.T) {
	t.Parallel()
	same, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m, d := world(t)
		want := repeat(m, d)
		for _, row := range m.Rank(d).Rows {
			if row.Rank == 0 {
				continue
			}
			all++
			w := want[row.Area]
			low, high := min(w[0], row.Rank), max(w[1], row.Rank)
			if row.Low == low && row.High == high {
				same++
			}
		}
	})
	if same*100 < all*97 {
		t.Errorf("%d of %d ranges agree", same, all)
	}
}

// The order in which areas come changes nothing; equal figures give equal
// results.
func TestOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, d := world(t)
		first := m.Rank(d)
		other := d
		other.Areas = rapid.Permutation(d.Areas).Draw(t, "order")
		if again := m.Rank(other); !reflect.DeepEqual(first, again) {
			t.Fatalf("%+v\n%+v", first, again)
		}
		for _, a := range d.Areas {
			if !reflect.DeepEqual(m.Of(d, a), m.Of(other, a)) {
				t.Fatalf("the profile of %s depends on the order", a)
			}
		}
	})
}

// Two areas with the same figures have the same index, the same rank, and are
// never told apart.
func TestTwins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, d := world(t)
		for k, f := range d.Figures {
			if k.Area == "A0" {
				d.Figures[score.Key{Area: "TWIN", Code: k.Code}] = f
			}
		}
		d.Areas = append(d.Areas, "TWIN")
		r := m.Rank(d)
		at := func(a string) score.Index {
			return r.Rows[slices.IndexFunc(r.Rows, func(x score.Index) bool { return x.Area == a })]
		}
		a, b := at("A0"), at("TWIN")
		if a.Rank != b.Rank || (a.Value == nil) != (b.Value == nil) || a.Value != nil && a.Value.Cmp(b.Value) != 0 {
			t.Fatalf("%+v %+v", a, b)
		}
		if a.Rank > 0 && !slices.Contains(r.Open, [2]string{"A0", "TWIN"}) {
			t.Fatalf("twins are told apart: %v", r.Open)
		}
	})
}

// A better value never makes an index, a rank or a verdict worse.
func TestMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, d := world(t)
		area := rapid.SampledFrom(d.Areas).Draw(t, "area")
		dim := rapid.SampledFrom(m.Dimensions).Draw(t, "dimension")
		k := score.Key{Area: area, Code: rapid.SampledFrom(dim.Codes).Draw(t, "code")}
		f := d.Figures[k]
		if f.Value == nil {
			return
		}
		i := slices.Index(d.Areas, area)
		before := m.Rank(d).Rows[i]
		f.Target = big.NewRat(40, 1)
		d.Figures[k] = f
		was := m.Of(d, area)
		by := big.NewRat(int64(rapid.IntRange(0, 500).Draw(t, "by")), 10)
		if d.Indicators[k.Code].Direction == score.Down {
			by.Neg(by)
		}
		f.Value = new(big.Rat).Add(f.Value, by)
		d.Figures[k] = f
		after := m.Rank(d).Rows[i]
		if before.Value != nil && (after.Value.Cmp(before.Value) < 0 || after.Rank > before.Rank) {
			t.Fatalf("better, and worse: %+v %+v", before, after)
		}
		if better, worse := grade(m.Of(d, area), k.Code), grade(was, k.Code); better < worse {
			t.Fatalf("verdict %d to %d", worse, better)
		}
	})
}

func grade(p score.Profile, code string) int {
	for _, part := range p.Dimensions {
		for _, c := range part.Cells {
			if c.Code == code {
				return slices.Index([]string{score.Red, score.Amber, score.Green}, c.Verdict)
			}
		}
	}
	return -1
}

// Without moved weights and with values that rounding cannot turn round, every
// rank stands alone; with values a rounding apart it does not (groups).
func TestSeparable(t *testing.T) {
	t.Parallel()
	m := score.Method{Dimensions: []score.Dimension{{Code: "a", Codes: []string{"X"}, Weight: 100}},
		Composite: &score.Composite{Goalposts: map[string]score.Goalpost{"X": {Worst: n("0"), Best: n("100")}}, Missing: score.Out, Shake: 30, Runs: 500, Seed: "2025"}}
	d := score.Data{Indicators: map[string]score.Indicator{"X": {Direction: score.Up, Places: 0}}, Figures: map[score.Key]score.Figure{}}
	for i, v := range []string{"10", "50", "50.2", "90"} {
		a := string(rune('A' + i))
		d.Areas = append(d.Areas, a)
		d.Figures[score.Key{Area: a, Code: "X"}] = score.Figure{Value: n(v)}
	}
	r := m.Rank(d)
	if want := [][]string{{"D"}, {"C", "B"}, {"A"}}; !reflect.DeepEqual(r.Groups, want) {
		t.Errorf("groups %v, want %v", r.Groups, want)
	}
	if want := [][2]string{{"B", "C"}}; !reflect.DeepEqual(r.Open, want) {
		t.Errorf("open %v", r.Open)
	}
	for i, want := range [][3]int{{4, 4, 4}, {3, 2, 3}, {2, 2, 3}, {1, 1, 1}} {
		if x := r.Rows[i]; [3]int{x.Rank, x.Low, x.High} != want {
			t.Errorf("%s: %d, %d to %d", x.Area, x.Rank, x.Low, x.High)
		}
	}
}

func BenchmarkRank(b *testing.B) {
	m := score.Method{Composite: &score.Composite{Goalposts: map[string]score.Goalpost{}, Missing: score.Mean, Shake: 25, Runs: 1000, Seed: "x"}}
	d := score.Data{Indicators: map[string]score.Indicator{}, Figures: map[score.Key]score.Figure{}}
	for i := range 16 {
		d.Areas = append(d.Areas, strconv.Itoa(i))
	}
	for i := range 5 {
		dim := score.Dimension{Weight: 20}
		for k := range 5 {
			code := strconv.Itoa(i*5 + k)
			dim.Codes = append(dim.Codes, code)
			m.Composite.Goalposts[code] = score.Goalpost{Worst: n("0"), Best: n("100")}
			for j, a := range d.Areas {
				d.Figures[score.Key{Area: a, Code: code}] = score.Figure{Value: big.NewRat(int64(j*7+i*k), 3)}
			}
		}
		m.Dimensions = append(m.Dimensions, dim)
	}
	for b.Loop() {
		m.Rank(d)
	}
}
