package ledger

import (
	"context"
	"database/sql"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/keys"
	"xuedu/internal/ledger/internal/gen"
	"xuedu/internal/pack"
)

// Service writes the ledger. It checks what is written, but not who may write
// it: the caller knows the class and asks for the permission. It is safe for
// concurrent use.
//
// A transaction takes its numbers in one order: person, session, ledger,
// audit. So no two wait for each other.
type Service struct {
	db   *db.DB
	tree func() *area.Tree
	pack func() *pack.Pack
	ring *keys.Ring
	now  func() time.Time
}

// New returns the ledger kept in d. tree and pack give what holds now; ring
// makes pseudonyms and seals contacts.
func New(d *db.DB, tree func() *area.Tree, pack func() *pack.Pack, ring *keys.Ring, now func() time.Time) *Service {
	return &Service{db: d, tree: tree, pack: pack, ring: ring, now: now}
}

func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// lastDay is the last day a record may carry: today's, and one more for the
// hours in which the city is ahead of UTC.
func (s *Service) lastDay() Day { return DayOf(s.now().UTC().AddDate(0, 0, 1)) }

// SyncThemes gives every theme of the pack its number in the ledger. Themes
// that left the pack keep theirs. Call it when a pack has been applied.
func (s *Service) SyncThemes(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := s.themes(ctx, tx)
		return err
	})
}

// themes returns the numbers of the pack's themes by code, and makes those
// that are missing.
func (s *Service) themes(ctx context.Context, tx db.Querier) (map[string]int64, error) {
	ids, err := themeIDs(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int64, len(ids))
	for _, t := range s.pack().Themes {
		if ids[t.Code] == 0 {
			if ids, err = addTheme(ctx, tx, t.Code); err != nil {
				return nil, err
			}
		}
		out[t.Code] = ids[t.Code]
	}
	return out, nil
}

// Sources of a batch.
const (
	fromRoster = "roster"
	fromImport = "import"
	fromDesk   = "desk" // corrections of a person's data
)

// takeNumbers takes the number of a batch and n more of the ledger, and returns
// both firsts. From here on the transaction is alone with the ledger.
func (s *Service) takeNumbers(ctx context.Context, tx db.Querier, n int) (batch, first int64, err error) {
	id, err := db.Next(ctx, tx, "ledger", int64(n)+1)
	return id, id + 1, err
}

// insertBatch writes down an act of recording: who, and when.
func (s *Service) insertBatch(ctx context.Context, tx db.Querier, b gen.InsertBatchParams) error {
	b.RecordedAt, b.RecordedBy = s.stamp(), audit.From(ctx).Actor
	return insertBatch(ctx, tx, b)
}

// addBatch is both, where something is surely recorded or else rolled back.
func (s *Service) addBatch(ctx context.Context, tx db.Querier, source string, n int) (batch, first int64, err error) {
	if batch, first, err = s.takeNumbers(ctx, tx, n); err != nil {
		return 0, 0, err
	}
	return batch, first, s.insertBatch(ctx, tx, gen.InsertBatchParams{ID: batch, Source: source})
}

// minReason is how many letters a reason has at least; 2 is enough in Chinese.
const minReason = 2

func checkReason(reason string) error {
	if len([]rune(reason)) < minReason {
		return errs.InvalidField("reason", "ledger.reason_missing")
	}
	return nil
}
