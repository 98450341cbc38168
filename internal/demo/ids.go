package demo

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// rawID is a UUID of version 7 whose chance comes from r: the same seed makes
// the same ids.
func rawID(r *rand.Rand, at time.Time) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[0:8], uint64(at.UnixMilli())<<16|uint64(r.Uint32N(1<<12)))
	binary.BigEndian.PutUint64(id[8:16], r.Uint64())
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

func newID(r *rand.Rand, at time.Time) string { return rawID(r, at).String() }
