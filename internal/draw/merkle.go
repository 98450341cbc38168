package draw

import (
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/errs"
)

// line is an entry as it is hashed.
func (e Entry) line() string {
	return e.Token + "\t" + strconv.FormatInt(e.Weight, 10) + "\t" + strings.Join(e.Groups, ",")
}

// leafHash and nodeHash begin with different bytes, so that no node passes for
// an entry (RFC 6962, 2.1).
func leafHash(e Entry) []byte {
	sum := sha256.Sum256(append([]byte{0}, e.line()...))
	return sum[:]
}

func nodeHash(left, right []byte) []byte {
	sum := sha256.Sum256(slices.Concat([]byte{1}, left, right))
	return sum[:]
}

// split is the largest power of two below n; n > 1.
func split(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }

func tree(entries []Entry) []byte {
	if len(entries) == 1 {
		return leafHash(entries[0])
	}
	k := split(len(entries))
	return nodeHash(tree(entries[:k]), tree(entries[k:]))
}

// root is the Merkle root of entries in their order, hex; there is at least one.
func root(entries []Entry) string { return hex.EncodeToString(tree(entries)) }

// Proof shows that one entry was in the list: the hashes beside its way to the root.
type Proof struct {
	Index int      `json:"index"` // in the sorted list, from 0 on
	Size  int      `json:"size"`
	Entry Entry    `json:"entry"`
	Path  []string `json:"path"` // hex, from the leaf upwards
}

// Prove returns the proof that a token was in the list; NotFound otherwise.
func (m Manifest) Prove(token string) (Proof, error) {
	i := slices.IndexFunc(m.Entries, func(e Entry) bool { return e.Token == token })
	if i < 0 {
		return Proof{}, errs.New(errs.NotFound, "draw.no_token")
	}
	p := Proof{Index: i, Size: len(m.Entries), Entry: m.Entries[i], Path: []string{}}
	for _, h := range path(m.Entries, i) {
		p.Path = append(p.Path, hex.EncodeToString(h))
	}
	return p, nil
}

func path(entries []Entry, i int) [][]byte {
	if len(entries) == 1 {
		return nil
	}
	k := split(len(entries))
	if i < k {
		return append(path(entries[:k], i), tree(entries[k:]))
	}
	return append(path(entries[k:], i-k), tree(entries[:k]))
}

// Holds reports whether the proof leads to a root.
func (p Proof) Holds(rootHex string) bool {
	if p.Index < 0 || p.Index >= p.Size {
		return false
	}
	h, rest := climb(p.Path, leafHash(p.Entry), p.Index, p.Size)
	return h != nil && len(rest) == 0 && hex.EncodeToString(h) == rootHex
}

// climb goes up within a subtree of size entries and returns its hash and the
// hashes that it did not need; nil where there are too few.
func climb(path []string, h []byte, i, size int) ([]byte, []string) {
	if size == 1 {
		return h, path
	}
	k := split(size)
	right := i >= k
	if right {
		h, path = climb(path, h, i-k, size-k)
	} else {
		h, path = climb(path, h, i, k)
	}
	if h == nil || len(path) == 0 {
		return nil, nil
	}
	other, err := hex.DecodeString(path[0])
	if err != nil {
		return nil, nil
	}
	if right {
		return nodeHash(other, h), path[1:]
	}
	return nodeHash(h, other), path[1:]
}
