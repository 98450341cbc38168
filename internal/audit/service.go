package audit

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"
	"time"

	"xuedu/internal/db"
)

// Service reads the trail, signs checkpoints of it and checks it. Writing is
// Append, in the transaction of what is written about.
type Service struct {
	db  *db.DB
	key ed25519.PrivateKey
	now func() time.Time
}

// New returns the trail kept in d; key signs its checkpoints and is kept
// outside the database.
func New(d *db.DB, key ed25519.PrivateKey, now func() time.Time) *Service {
	return &Service{db: d, key: key, now: now}
}

func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// Query selects entries; what is empty selects all.
type Query struct {
	Actor  string
	Verb   string // account:signin, or account for all of its verbs
	Object string // account:ID, or account for all of its kind
	Result string
	From   time.Time // included
	To     time.Time // not included
	Before int64     // List: only entries below this number; 0 = from the newest
	Limit  int       // List: 0 = 50
}

// List returns entries from the newest to the oldest, and the Before of the
// next page or 0. It notes the reading, since the trail holds addresses and
// who did what, unless the caller is the machine's operator.
func (s *Service) List(ctx context.Context, q Query) (list []Record, next int64, err error) {
	if q.Limit < 1 || q.Limit > 1000 {
		q.Limit = 50
	}
	where, args := q.where()
	if q.Before > 0 {
		args = append(args, q.Before)
		where += fmt.Sprintf(" AND seq < $%d", len(args))
	}
	args = append(args, q.Limit+1)
	err = s.each(ctx, where+fmt.Sprintf(" ORDER BY seq DESC LIMIT $%d", len(args)), args, func(r Record) error {
		list = append(list, r)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	if len(list) > q.Limit {
		list = list[:q.Limit]
		next = list[q.Limit-1].Seq
	}
	return list, next, s.noteReading(ctx, "trail:list", len(list))
}

func (s *Service) noteReading(ctx context.Context, object string, rows int) error {
	if who := From(ctx).Actor; who == "system" || strings.HasPrefix(who, "cli:") {
		return nil
	}
	return Read(ctx, s.db, s.stamp(), Entry{Verb: "audit:read", Object: object, Detail: map[string]any{"rows": rows}})
}

// where returns the condition of q and its arguments. Only fixed words and
// placeholders go into the text.
func (q Query) where() (string, []any) {
	cond, args := " WHERE seq > 0", []any(nil)
	add := func(format string, arg any) {
		args = append(args, arg)
		cond += strings.ReplaceAll(format, "?", fmt.Sprint("$", len(args)))
	}
	if q.Actor != "" {
		add(" AND actor = ?", q.Actor)
	}
	for column, v := range map[string]string{"verb": q.Verb, "object": q.Object} {
		switch {
		case strings.Contains(v, ":"):
			add(" AND "+column+" = ?", v)
		case v != "": // ';' follows ':' in every collation by bytes
			add(" AND "+column+" >= ?", v+":")
			add(" AND "+column+" < ?", v+";")
		}
	}
	if q.Result != "" {
		add(" AND result = ?", q.Result)
	}
	if !q.From.IsZero() {
		add(" AND at >= ?", q.From.UTC())
	}
	if !q.To.IsZero() {
		add(" AND at < ?", q.To.UTC())
	}
	return cond, args
}

const columns = "seq, at, actor, verb, object, area_id, reason, remote, result, detail, prev_hash, hash"

// each calls f for the entries a condition selects.
func (s *Service) each(ctx context.Context, cond string, args []any, f func(Record) error) error {
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+columns+" FROM audit_entry"+cond, args...)
	if err != nil {
		return fmt.Errorf("read trail: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Record
		err := rows.Scan(&r.Seq, &r.At, &r.Actor, &r.Verb, &r.Object, &r.AreaID, &r.Reason, &r.Remote, &r.Result, &r.Detail, &r.PrevHash, &r.Hash)
		if err != nil {
			return fmt.Errorf("read trail: %w", err)
		}
		r.At = r.At.UTC()
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Note adds e in a transaction of its own; see Read.
func (s *Service) Note(ctx context.Context, e Entry) error { return Read(ctx, s.db, s.stamp(), e) }
