package engine_test

import (
	"path/filepath"
	"sync"
	"testing"

	"xuedu/internal/ledger/engine"
)

// TestConcurrentUse asks, applies and compacts at the same time: no answer may
// be from between two batches, and none may get lost.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	tree := newTree()
	e, err := engine.NewBuilder(tree).Build(engine.Options{Path: filepath.Join(t.TempDir(), "x"), City: "c"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	const batches, size = 60, 50
	ask := engine.Ask{From: 20240101, To: 20241231}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			a := ask
			a.ByPlace = i == 1
			for {
				select {
				case <-stop:
					return
				default:
				}
				if n := e.Participants(a)[0]; n%size != 0 {
					t.Errorf("Participants in between = %d, not a multiple of %d", n, size)
					return
				}
			}
		})
	}
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := e.Compact(engine.Options{Path: filepath.Join(t.TempDir(), "x"), City: "c"}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for b := range batches {
		batch := engine.Batch{Last: int64(b + 1)}
		for k := range size {
			p := int64(b*size + k + 1)
			home := 5 + p%20
			batch.Rows = append(batch.Rows, engine.Row{Person: p, Home: home, Place: home, Theme: 1, Day: 20240101 + int32(p%12)*100, Minutes: 60, Heads: 1})
			if b > 0 { // and people of the batch before come again, some from elsewhere
				batch.Rows = append(batch.Rows, engine.Row{Person: p - size, Home: 5 + (p-size+p%2)%20, Place: home, Theme: 2, Day: 20241224, Minutes: 60, Heads: 1})
			}
		}
		e.Apply(batch)
	}
	close(stop)
	wg.Wait()
	if got := e.Participants(ask)[0]; got != batches*size {
		t.Errorf("Participants = %d, want %d", got, batches*size)
	}
	if s := e.Sums(ask); s.Rows[0] != (2*batches-1)*size {
		t.Errorf("Rows = %d, want %d", s.Rows[0], (2*batches-1)*size)
	}
}
