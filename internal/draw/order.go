package draw

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"math/big"
	"slices"
)

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// ticket is an entry with its number.
type ticket struct {
	Entry
	x *big.Int // 1 to 2^256
	l *big.Int // -log2(x/2^256) in units of 2^-logBits
}

// Precision of the logarithm: the mantissa has mantissa bits while it is
// squared logBits times. It is part of the rule: every language that does the
// same with integers gets the same.
const (
	mantissa = 256
	logBits  = 96
)

// log2 returns log2(x) in units of 2^-logBits, rounded as the rule says: the
// mantissa is squared and cut, each time one bit is gained. It never falls
// when x grows, so that equal weights are ordered by x alone.
func log2(x *big.Int) *big.Int {
	k := x.BitLen() - 1
	m := new(big.Int).Lsh(x, mantissa)
	m.Rsh(m, uint(k)) // 2^mantissa <= m < 2^(mantissa+1)
	r := big.NewInt(int64(k))
	for range logBits {
		m.Mul(m, m)
		m.Rsh(m, mantissa)
		r.Lsh(r, 1)
		if m.BitLen() > mantissa+1 {
			m.Rsh(m, 1)
			r.SetBit(r, 0, 1)
		}
	}
	return r
}

var whole = new(big.Int).Lsh(big.NewInt(256), logBits) // log2(2^256)

// order returns the entries in the order that a secret and a public value give.
func order(entries []Entry, secret []byte, value string) []Entry {
	seed := mac(secret, value)
	tickets := make([]ticket, len(entries))
	for i, e := range entries {
		x := new(big.Int).SetBytes(mac(seed, e.Token))
		x.Add(x, big.NewInt(1))
		tickets[i] = ticket{Entry: e, x: x}
	}
	if weighted(entries) {
		for i, t := range tickets {
			tickets[i].l = new(big.Int).Sub(whole, log2(t.x))
		}
	}
	slices.SortFunc(tickets, before)
	sorted := make([]Entry, len(tickets))
	for i, t := range tickets {
		sorted[i] = t.Entry
	}
	return sorted
}

func weighted(entries []Entry) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool { return e.Weight != entries[0].Weight })
}

// before compares l/weight, then x from the top, then the token.
func before(a, b ticket) int {
	if a.Weight != b.Weight {
		la := new(big.Int).Mul(a.l, big.NewInt(b.Weight))
		lb := new(big.Int).Mul(b.l, big.NewInt(a.Weight))
		if c := la.Cmp(lb); c != 0 {
			return c
		}
	}
	if c := b.x.Cmp(a.x); c != 0 {
		return c
	}
	return cmp.Compare(a.Token, b.Token)
}

// Uniform is u of a token as a float, for statistics only: the order is
// computed from the integer.
func Uniform(secret []byte, value, token string) float64 {
	x := new(big.Int).SetBytes(mac(mac(secret, value), token))
	u, _ := new(big.Float).SetMantExp(new(big.Float).SetInt(x.Add(x, big.NewInt(1))), -256).Float64()
	return u
}
