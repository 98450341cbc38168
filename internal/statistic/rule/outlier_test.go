package rule_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/pack"
	"xuedu/internal/statistic/rule"
)

// outlier asks whether v is found far from its peers at a threshold.
func outlier(v int64, peers []int64, z string) bool {
	f := pack.Form{Rows: pack.Rows{Kind: "single"}, Fields: []pack.Field{{Code: "x", Type: "count"}}}
	k := rule.Key{Row: pack.SingleRow, Field: "x"}
	s := rule.Sheet{Form: f, Rows: f.FixedRows(), Cells: map[rule.Key]rule.Cell{k: value(v)}, Peers: map[rule.Key][]int64{k: peers}}
	return slices.ContainsFunc(rule.Check(s, rule.Params{RobustZ: z, Peers: 1}), func(f rule.Finding) bool { return f.Rule == rule.Outlier })
}

// The example of Iglewicz and Hoaglin as NIST hands it on (e-Handbook of
// Statistical Methods, 1.3.5.17): median 2.25 and deviation 0.14 put 3.5 robust
// z at 0.7266 from the median. Here in thousandths.
func TestRobustZTable(t *testing.T) {
	peers := []int64{2110, 2250, 2390, 2250, 2110, 2390, 2040, 2460, 2250} // median 2250, deviation 140
	for v, want := range map[int64]bool{2250: false, 2976: false, 2977: true, 1524: false, 1523: true, 3680: true, 0: true} {
		if got := outlier(v, peers, "3.5"); got != want {
			t.Errorf("%d: %v", v, got)
		}
	}
}

// The same in floating point, the plainest way.
func TestRobustZAgainstFloats(t *testing.T) {
	median := func(list []float64) float64 {
		s := slices.Sorted(slices.Values(list))
		return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
	}
	rapid.Check(t, func(t *rapid.T) {
		peers := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 20), rapid.Int64Range(0, 100000)), 3, 30).Draw(t, "peers")
		v := rapid.Int64Range(0, 200000).Draw(t, "v")
		list, dev, sum := make([]float64, len(peers)), make([]float64, len(peers)), 0.0
		for i, p := range peers {
			list[i] = float64(p)
		}
		m := median(list)
		for i := range list {
			dev[i] = math.Abs(list[i] - m)
			sum += dev[i]
		}
		z := math.Inf(1)
		switch mad := median(dev); {
		case float64(v) == m:
			z = 0
		case mad > 0:
			z = 0.6745 * math.Abs(float64(v)-m) / mad
		case sum > 0:
			z = math.Abs(float64(v)-m) / (1.253314 * sum / float64(len(peers)))
		}
		if math.Abs(z-3.5) < 1e-9 {
			return
		}
		if got := outlier(v, peers, "3.5"); got != (z > 3.5) {
			t.Fatalf("%d among %v has z %v, found: %v", v, peers, z, got)
		}
	})
}
