package job

import (
	"context"
	"sync"
	"time"
)

// local is work that every process does for itself, such as keeping its own
// cache; it is not in the database.
type local struct {
	name     string
	interval time.Duration
	f        func(context.Context) error
}

// Local has f run so often in this process, and once more when the queue
// stops. A failure is logged and tried again at the next turn.
func (q *Queue) Local(name string, interval time.Duration, f func(context.Context) error) {
	q.local = append(q.local, local{name, interval, f})
}

// startLocal starts all local work; the returned function runs each a last
// time and waits for it.
func (q *Queue) startLocal(ctx context.Context) (end func()) {
	ctx = context.WithoutCancel(ctx)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for _, l := range q.local {
		wg.Go(func() {
			tick := time.NewTicker(l.interval)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					q.runLocal(ctx, l)
				case <-done:
					q.runLocal(ctx, l)
					return
				}
			}
		})
	}
	return func() { close(done); wg.Wait() }
}

func (q *Queue) runLocal(ctx context.Context, l local) {
	ctx, cancel := context.WithTimeout(ctx, q.opt.Timeout)
	defer cancel()
	start := time.Now()
	err := l.f(ctx)
	q.counts.add(l.name, err, time.Since(start))
	if err != nil {
		q.log.ErrorContext(ctx, "job failed", "kind", l.name, "err", err)
	}
}
