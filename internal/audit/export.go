package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// line is an entry as it is exported: everything its hash covers, so that the
// file can be checked without the database.
type line struct {
	Seq      int64           `json:"seq"`
	At       string          `json:"at"`
	Actor    string          `json:"actor"`
	Verb     string          `json:"verb"`
	Object   string          `json:"object"`
	AreaID   int64           `json:"area_id"`
	Reason   string          `json:"reason"`
	Remote   string          `json:"remote"`
	Result   string          `json:"result"`
	Detail   json.RawMessage `json:"detail"`
	PrevHash string          `json:"prev_hash"`
	Hash     string          `json:"hash"`
}

// Export writes the selected entries as JSON lines, the oldest first, and
// returns how many. It notes the reading as List does.
func (s *Service) Export(ctx context.Context, w io.Writer, q Query) (n int, err error) {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	where, args := q.where()
	err = s.each(ctx, where+" ORDER BY seq", args, func(r Record) error {
		n++
		return enc.Encode(line{
			Seq: r.Seq, At: r.At.Format(time.RFC3339Nano), Actor: r.Actor, Verb: r.Verb, Object: r.Object, AreaID: r.AreaID,
			Reason: r.Reason, Remote: r.Remote, Result: r.Result, Detail: detail(r.Detail), PrevHash: r.PrevHash, Hash: r.Hash,
		})
	})
	if err != nil {
		return n, fmt.Errorf("export trail: %w", err)
	}
	if err := out.Flush(); err != nil {
		return n, fmt.Errorf("export trail: %w", err)
	}
	return n, s.noteReading(ctx, "trail:export", n)
}

// detail returns a detail as JSON, even where somebody has spoilt it.
func detail(s string) json.RawMessage {
	if json.Valid([]byte(s)) {
		return json.RawMessage(s)
	}
	b, _ := json.Marshal(s) // a string cannot fail
	return b
}
