package cli

import (
	"fmt"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// plainEvery is how often progress is told where there is no terminal.
const plainEvery = 5 * time.Second

// Progress shows how far a long work is: a bar on a terminal, a plain line now
// and then elsewhere. set takes the steps done and their number, which may
// grow; end must be called once, also after a failure. Both are for one
// goroutine.
func (e *Env) Progress(label string) (set func(done, total int64), end func()) {
	if !e.Terminal {
		return e.plainProgress(label), func() {}
	}
	var p *mpb.Progress
	var bar *mpb.Bar
	set = func(done, total int64) {
		if p == nil { // work that never begins shows no bar
			p = mpb.New(mpb.WithOutput(e.Err), mpb.WithWidth(40))
			bar = p.AddBar(total,
				mpb.PrependDecorators(decor.Name(label+" ")),
				mpb.AppendDecorators(decor.CountersNoUnit("%d / %d "), decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO), "")))
		}
		bar.SetTotal(total, false)
		bar.SetCurrent(done)
	}
	return set, func() {
		if p == nil {
			return
		}
		bar.SetTotal(-1, true) // done, whatever was reached
		p.Wait()
	}
}

func (e *Env) plainProgress(label string) func(done, total int64) {
	next := time.Now().Add(plainEvery)
	return func(done, total int64) {
		if now := time.Now(); now.After(next) {
			next = now.Add(plainEvery)
			fmt.Fprintf(e.Err, "%s: %d / %d\n", label, done, total)
		}
	}
}
