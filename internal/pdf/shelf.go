package pdf

import (
	"crypto/sha256"
	"sync"
)

// Size of the shelf.
const (
	shelfPapers = 64
	shelfBytes  = 64 << 20
)

// shelf keeps the newest PDFs by the digest of their page: a page that changed
// in anything is another page, so nothing on it is ever out of date.
type shelf struct {
	mu    sync.Mutex
	order [][sha256.Size]byte // oldest first
	by    map[[sha256.Size]byte][]byte
	bytes int
}

func (s *shelf) get(key [sha256.Size]byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.by[key]
}

func (s *shelf) put(key [sha256.Size]byte, pdf []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[[sha256.Size]byte][]byte{}
	}
	if s.by[key] != nil || len(pdf) > shelfBytes {
		return
	}
	for len(s.order) == shelfPapers || s.bytes+len(pdf) > shelfBytes {
		s.bytes -= len(s.by[s.order[0]])
		delete(s.by, s.order[0])
		s.order = s.order[1:]
	}
	s.order, s.by[key], s.bytes = append(s.order, key), pdf, s.bytes+len(pdf)
}
