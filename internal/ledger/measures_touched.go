package ledger

import (
	"fmt"
	"sync"

	"xuedu/internal/period"
)

// touched knows since which number of the ledger the figures of a period are
// what they are, so that a tick of today leaves the figures of last year alone.
type touched struct {
	mu     sync.Mutex
	round  int64           // grows whenever everything may have changed
	months map[int32]int64 // the last number that moved a month's rows
	people int64           // the last number that moved somebody's age or sex

	// what the batch at hand moves; used by the one reader of the ledger alone
	moved   map[int32]bool
	persons bool
}

// row notes that a row of a day came or went.
func (t *touched) row(day int32) {
	if t.moved == nil {
		t.moved = map[int32]bool{}
	}
	t.moved[day/100] = true
}

// person notes that what is known of a person was corrected.
func (t *touched) person() { t.persons = true }

// applied publishes what was noted. It is called once the engine has taken the
// batch in: whoever reads early keeps a new answer under an old version, which
// costs one more question, and never the other way round.
func (t *touched) applied(number int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.months == nil {
		t.months = map[int32]int64{}
	}
	for m := range t.moved {
		t.months[m] = number
	}
	if t.persons {
		t.people = number
	}
	t.moved, t.persons = nil, false
}

// all says that everything may have changed.
func (t *touched) all() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.round++
	t.months, t.people = nil, 0
	t.moved, t.persons = nil, false
}

// version changes whenever a figure of p may have.
func (t *touched) version(p period.Period) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.people
	for m, n := range t.months {
		if m >= int32(p.From/100) && m <= int32(p.To/100) {
			last = max(last, n)
		}
	}
	return fmt.Sprintf("%d.%d", t.round, last)
}
