package audit

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
)

// What can be wrong with the trail.
const (
	BrokenHash      = "hash"       // the entry was changed after it was written
	BrokenLink      = "link"       // the entry does not follow the one before it
	BrokenGap       = "gap"        // entries are missing before this one
	BrokenSignature = "signature"  // the checkpoint was not signed with this city's key
	BrokenSigned    = "checkpoint" // the entry is not the one that was signed
	BrokenTail      = "tail"       // entries are missing at the end
)

// Broken is the first thing that is wrong.
type Broken struct {
	Seq  int64
	What string // one of the constants above
}

// Report is the result of a check.
type Report struct {
	First, Last int64 // entries checked; Last is 0 where there was none
	Checkpoints int   // signatures checked
	Unsigned    int64 // entries after the last checkpoint
	Broken      *Broken
}

// batch is how many entries are read at a time.
const batch = 2000

// errBroken ends the walk; the report says where.
var errBroken = errors.New("the trail is broken")

// walk is the state of a check between two entries.
type walk struct {
	report  Report
	prev    string
	signed  map[int64]string // hash by number
	highest int64            // number of the last checkpoint
}

// Verify walks the trail from entry number from (1 for all of it) to its end
// and reports the first thing that is wrong: a changed, missing or foreign
// entry, a checkpoint that was not signed by this city, a cut tail. kept are
// checkpoints that were stored elsewhere; they count like the trail's own.
func (s *Service) Verify(ctx context.Context, from int64, kept ...Checkpoint) (Report, error) {
	w := walk{report: Report{First: max(from, 1)}, signed: map[int64]string{}}
	issued, err := s.issued(ctx)
	if err != nil {
		return w.report, err
	}
	own, err := s.Checkpoints(ctx)
	if err != nil {
		return w.report, err
	}
	if !w.take(s.key.Public().(ed25519.PublicKey), append(own, kept...)) {
		return w.report, nil
	}
	if w.report.First > 1 {
		if w.prev, err = lastHash(ctx, s.db.Read, w.report.First-1); err != nil {
			w.broken(w.report.First-1, BrokenGap)
			return w.report, nil
		}
	}
	if err := s.walk(ctx, &w); err != nil || w.report.Broken != nil {
		return w.report, err
	}
	last := max(w.report.Last, w.report.First-1)
	if end := max(issued, w.highest); last < end {
		w.broken(last+1, BrokenTail)
	}
	w.report.Unsigned = max(0, last-w.highest)
	return w.report, nil
}

// issued returns the highest number that was handed out.
func (s *Service) issued(ctx context.Context) (int64, error) {
	var n int64
	err := s.db.Read.QueryRowContext(ctx, "SELECT coalesce(max(next), 1) - 1 FROM counter WHERE name = 'audit'").Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("read counter of the trail: %w", err)
	}
	return n, nil
}

// take checks the signatures; it reports false at the first bad one.
func (w *walk) take(key ed25519.PublicKey, all []Checkpoint) bool {
	for _, c := range all {
		if !c.signedBy(key) {
			return w.broken(c.Seq, BrokenSignature)
		}
		if h, ok := w.signed[c.Seq]; ok && h != c.Hash {
			return w.broken(c.Seq, BrokenSigned)
		}
		w.signed[c.Seq] = c.Hash
		w.highest = max(w.highest, c.Seq)
		w.report.Checkpoints++
	}
	return true
}

func (w *walk) broken(seq int64, what string) bool {
	w.report.Broken = &Broken{Seq: seq, What: what}
	return false
}

func (s *Service) walk(ctx context.Context, w *walk) error {
	next := w.report.First
	for {
		n := 0
		err := s.each(ctx, " WHERE seq >= $1 ORDER BY seq LIMIT $2", []any{next, batch}, func(r Record) error {
			if n++; !w.step(r, next) {
				return errBroken
			}
			next++
			return nil
		})
		if errors.Is(err, errBroken) {
			return nil
		}
		if err != nil || n < batch {
			return err
		}
	}
}

// step checks one entry that should have number want.
func (w *walk) step(r Record, want int64) bool {
	signed, ok := w.signed[r.Seq]
	switch {
	case r.Seq != want:
		return w.broken(want, BrokenGap)
	case r.PrevHash != w.prev:
		return w.broken(r.Seq, BrokenLink)
	case r.sum() != r.Hash:
		return w.broken(r.Seq, BrokenHash)
	case ok && signed != r.Hash:
		return w.broken(r.Seq, BrokenSigned)
	}
	w.prev, w.report.Last = r.Hash, r.Seq
	return true
}
