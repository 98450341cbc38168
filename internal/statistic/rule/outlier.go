package rule

import (
	"math/big"
	"slices"

	"xuedu/internal/pack"
)

// Factors of the robust z of Iglewicz and Hoaglin (How to Detect and Handle
// Outliers, 1993): 0.6745 makes the median deviation of a normal distribution
// its standard deviation; 1.253314 does so for the mean deviation, which takes
// its place where more than half of the values are equal.
var (
	ofMedian = big.NewRat(6745, 10000)
	ofMean   = big.NewRat(1000000, 1253314)
)

// outlies reports whether v is further than limit robust z from the median of
// the peers; median2 is twice that median. Among peers that are all equal,
// everything else is far.
func outlies(v int64, peers []int64, limit *big.Rat) (median2 *big.Int, far bool) {
	z, median2 := robustZ(v, peers)
	return median2, z == nil || z.Cmp(limit) > 0
}

// robustZ returns the distance of v from the median of the peers in robust
// standard deviations; nil where it is infinite.
func robustZ(v int64, peers []int64) (z *big.Rat, median2 *big.Int) {
	m := twiceMedian(sorted(peers))
	dev, sum := make([]*big.Int, len(peers)), new(big.Int)
	for i, p := range peers {
		dev[i] = deviation2(p, m)
		sum.Add(sum, dev[i])
	}
	d := deviation2(v, m)
	slices.SortFunc(dev, (*big.Int).Cmp)
	mad4 := twiceMedianBig(dev)
	switch {
	case d.Sign() == 0:
		return new(big.Rat), m
	case mad4.Sign() > 0: // d is twice, mad4 four times the number meant
		z = new(big.Rat).SetFrac(new(big.Int).Lsh(d, 1), mad4)
		return z.Mul(z, ofMedian), m
	case sum.Sign() > 0:
		z = new(big.Rat).SetFrac(d.Mul(d, big.NewInt(int64(len(peers)))), sum)
		return z.Mul(z, ofMean), m
	}
	return nil, m
}

func sorted(list []int64) []int64 {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

func twiceMedian(s []int64) *big.Int {
	n := len(s)
	return new(big.Int).Add(big.NewInt(s[(n-1)/2]), big.NewInt(s[n/2]))
}

func twiceMedianBig(s []*big.Int) *big.Int {
	n := len(s)
	return new(big.Int).Add(s[(n-1)/2], s[n/2])
}

// deviation2 is twice the distance of v from half of m.
func deviation2(v int64, m *big.Int) *big.Int {
	d := new(big.Int).Lsh(big.NewInt(v), 1)
	return d.Abs(d.Sub(d, m))
}

// median2 writes half of m as a number of a cell of f, with one digit more
// where it falls between two.
func median2(f pack.Field, m *big.Int) string {
	r := new(big.Rat).SetFrac(m, big.NewInt(2*power(places(f))))
	return r.FloatString(places(f) + int(m.Bit(0)))
}
