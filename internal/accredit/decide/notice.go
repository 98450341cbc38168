package decide

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/decide/internal/gen"
	"xuedu/internal/accredit/score"
	"xuedu/internal/pack"
)

// Notice is a public notice (公示) of what is proposed.
type Notice struct {
	ID, CallID string
	From, To   string // days: objections until the end of To
	Lines      []Line // in the order of their numbers, not of their rank
	At         time.Time
}

// Line is one proposal: no person is named, and no rank (domain 2.3, state 11).
type Line struct {
	ApplicationID string    `json:"id"`
	Code          string    `json:"code"`
	Title         string    `json:"title"`
	AreaID        int64     `json:"area"`
	Band          pack.Text `json:"band"`
	Sentence      string    `json:"sentence"`
}

// seal fixes the record from which the result can be computed again.
func (s *Service) seal(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	r, _, err := s.Record(ctx, c)
	if err != nil {
		return err
	}
	text, err := r.Encode()
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	err = gen.New(tx).PutSealed(ctx, gen.PutSealedParams{CallID: c.ID, Record: string(text), Digest: score.Digest(text), At: s.stamp()})
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return nil
}

// notice puts up the notice for the days that the rules ask for, beginning on
// the next working day: the day itself is not counted.
func (s *Service) notice(ctx context.Context, tx *sql.Tx, c accredit.Call, _ string) error {
	lines, err := s.lines(ctx, c)
	if err != nil {
		return err
	}
	body, err := json.Marshal(lines)
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	last := s.Days().Add(s.day(), c.Rules.Programme.Notice.Days).Format(time.DateOnly)
	err = gen.New(tx).InsertNotice(ctx, gen.InsertNoticeParams{ID: uuid.Must(uuid.NewV7()).String(), CallID: c.ID,
		FromDay: s.today(), ToDay: last, Body: string(body), At: s.stamp()})
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	return s.advance("notice", "proposed")(ctx, tx, c, "")
}

func (s *Service) lines(ctx context.Context, c accredit.Call) ([]Line, error) {
	apps, err := s.Calls.OfCall(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	outcomes, err := s.outcomes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	lines := []Line{}
	for _, a := range apps {
		i := slices.IndexFunc(outcomes, func(o Outcome) bool { return o.ApplicationID == a.ID })
		if a.State != "proposed" || i < 0 {
			continue
		}
		lines = append(lines, Line{ApplicationID: a.ID, Code: a.Code, Title: a.Title, AreaID: a.AreaID,
			Band: band(c.Rules.Programme.Notice.Bands, outcomes[i].Final), Sentence: outcomes[i].Sentence})
	}
	return lines, nil
}

// band returns the name of the first band whose points a score reaches.
func band(bands []pack.AwardLevel, final string) pack.Text {
	f, ok := new(big.Rat).SetString(final)
	for _, b := range bands {
		if ok && f.Cmp(new(big.Rat).SetInt64(int64(b.Percent))) >= 0 {
			return b.Name
		}
	}
	return nil
}

// Notices lists all notices, newest first. They are public.
func (s *Service) Notices(ctx context.Context) ([]Notice, error) {
	rows, err := gen.New(s.DB.Read).Notices(ctx)
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	list := make([]Notice, len(rows))
	for i, r := range rows {
		if list[i], err = noticeOf(r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Notice returns a notice. It fails with NotFound if there is none.
func (s *Service) Notice(ctx context.Context, id string) (Notice, error) {
	r, err := gen.New(s.DB.Read).Notice(ctx, id)
	if err != nil {
		return Notice{}, orNone(err, "decide.no_notice")
	}
	return noticeOf(r)
}

// NoticeOf returns the newest notice of a call. It fails with NotFound if
// there is none.
func (s *Service) NoticeOf(ctx context.Context, callID string) (Notice, error) {
	r, err := gen.New(s.DB.Read).NoticeOfCall(ctx, callID)
	if err != nil {
		return Notice{}, orNone(err, "decide.no_notice")
	}
	return noticeOf(r)
}

func noticeOf(r gen.Notice) (Notice, error) {
	n := Notice{ID: r.ID, CallID: r.CallID, From: r.FromDay, To: r.ToDay, At: r.At}
	if err := json.Unmarshal([]byte(r.Body), &n.Lines); err != nil {
		return n, fmt.Errorf("notice %s: %w", r.ID, err)
	}
	return n, nil
}

// Open reports whether objections to a notice are taken today.
func (s *Service) Open(n Notice) bool { return s.today() >= n.From && s.today() <= n.To }
