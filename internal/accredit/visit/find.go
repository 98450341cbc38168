package visit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// work runs f for a member of the team, while the visit is announced. Whatever
// f changes takes the signatures back that were given to something else.
func (s *Service) work(ctx context.Context, id string, f func(*sql.Tx, Detail) (audit.Entry, error)) error {
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return err
	}
	if ok, err := s.member(ctx, v); err != nil || !ok {
		return orNoVisit(err)
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		v, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case v.State == Done:
			return errs.New(errs.Conflict, "visit.done")
		case v.State != Announced:
			return errs.New(errs.Conflict, "visit.not_announced")
		}
		d, err := s.detail(ctx, tx, v)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(d.Team, func(m Member) bool { return m.AccountID == actor(ctx) && m.State == OnTeam })
		if i < 0 { // taken off the team meanwhile
			return noVisit()
		}
		if err := gen.New(tx).Unsign(ctx, id); err != nil {
			return fmt.Errorf("take back signatures: %w", err)
		}
		e, err := f(tx, d)
		if err != nil {
			return err
		}
		e.Object = "visit:" + id
		return audit.Append(ctx, tx, s.stamp(), e)
	})
}

func orNoVisit(err error) error {
	if err != nil {
		return err
	}
	return noVisit()
}

// Find keeps what was found of a leaf. base is the version that the member saw,
// 0 = none; it fails with Conflict where another has written since, with
// Invalid where the leaf is not looked at on site or the level is none.
func (s *Service) Find(ctx context.Context, id, leaf, level, note string, base int64) (Item, error) {
	note, err := text("note", note, 0)
	if err != nil {
		return Item{}, err
	}
	var item Item
	err = s.work(ctx, id, func(tx *sql.Tx, d Detail) (audit.Entry, error) {
		item, err = s.find(ctx, tx, d, leaf, level, note, base)
		return audit.Entry{Verb: "visit:find", Detail: map[string]any{"leaf": leaf, "level": level, "version": item.Version}}, err
	})
	return item, err
}

func (s *Service) find(ctx context.Context, tx *sql.Tx, d Detail, leaf, level, note string, base int64) (Item, error) {
	i := slices.IndexFunc(d.Leaves, func(l Leaf) bool { return l.Code == leaf })
	switch {
	case i < 0:
		return Item{}, errs.InvalidField("leaf", "visit.no_leaf")
	case !slices.ContainsFunc(d.Levels, func(l pack.AwardLevel) bool { return l.Code == level }):
		return Item{}, errs.InvalidField("level", "visit.no_level")
	case d.Leaves[i].Item.Version != base:
		return d.Leaves[i].Item, errs.New(errs.Conflict, "visit.changed")
	}
	item := Item{leaf, level, d.Leaves[i].Claimed, note, actor(ctx), base + 1, s.stamp()}
	q := gen.New(tx)
	var err error
	if base == 0 {
		err = q.InsertItem(ctx, gen.InsertItemParams{VisitID: d.ID, Leaf: leaf, Level: level, Claimed: item.Claimed, Note: note, Author: item.Author, At: item.At})
	} else {
		err = q.UpdateItem(ctx, gen.UpdateItemParams{VisitID: d.ID, Leaf: leaf, Level: level, Claimed: item.Claimed, Note: note, Author: item.Author, At: item.At})
	}
	if err != nil {
		return Item{}, fmt.Errorf("keep finding: %w", err)
	}
	return item, nil
}

// maxPhoto is the size of a photo at most: 10 MB.
const maxPhoto = 10 << 20

// AddPhoto keeps a photo of a leaf with its digest and the time. Photos are
// never needed; it fails with Invalid where the rule allows none.
func (s *Service) AddPhoto(ctx context.Context, id, leaf, media string, content []byte) (Photo, error) {
	p := Photo{Leaf: leaf, Media: media, Author: actor(ctx), At: s.stamp()}
	err := s.work(ctx, id, func(tx *sql.Tx, d Detail) (audit.Entry, error) {
		switch {
		case !d.RuleOf.Photos || s.Files == nil:
			return audit.Entry{}, errs.InvalidField("photo", "visit.no_photos")
		case !slices.ContainsFunc(d.Leaves, func(l Leaf) bool { return l.Code == leaf }):
			return audit.Entry{}, errs.InvalidField("leaf", "visit.no_leaf")
		case len(content) == 0 || len(content) > maxPhoto || media != "image/jpeg" && media != "image/png":
			return audit.Entry{}, errs.InvalidField("photo", "visit.bad_photo", "N", maxPhoto>>20)
		}
		var err error
		if p.Digest, err = s.Files.Put(ctx, tx, media, content); err != nil {
			return audit.Entry{}, err
		}
		err = gen.New(tx).InsertPhoto(ctx, gen.InsertPhotoParams{VisitID: id, Digest: p.Digest, Leaf: leaf, Media: media, Author: p.Author, At: p.At})
		return audit.Entry{Verb: "visit:photo", Detail: map[string]any{"leaf": leaf, "digest": p.Digest}}, err
	})
	return p, err
}

// Photo returns a photo to the team and the office.
func (s *Service) Photo(ctx context.Context, id, digest string) (Photo, []byte, error) {
	d, err := s.Get(ctx, id)
	if err != nil {
		return Photo{}, nil, err
	}
	i := slices.IndexFunc(d.Photos, func(p Photo) bool { return p.Digest == digest })
	if i < 0 || s.Files == nil {
		return Photo{}, nil, noVisit()
	}
	content, err := s.Files.Get(ctx, digest)
	return d.Photos[i], content, err
}

// CallBack keeps how the call to a learner of a sampled row ended.
func (s *Service) CallBack(ctx context.Context, id string, nr int64, outcome, note string) error {
	note, err := text("note", note, 0)
	if err != nil {
		return err
	}
	if !slices.Contains(Outcomes, outcome) {
		return errs.InvalidField("outcome", "visit.no_outcome")
	}
	return s.work(ctx, id, func(tx *sql.Tx, _ Detail) (audit.Entry, error) {
		n, err := gen.New(tx).SetOutcome(ctx, gen.SetOutcomeParams{VisitID: id, Nr: nr, Outcome: outcome, Note: note, Author: actor(ctx),
			At: sql.NullTime{Time: s.stamp(), Valid: true}})
		if err == nil && n == 0 {
			err = errs.InvalidField("nr", "visit.no_row")
		}
		return audit.Entry{Verb: "visit:call_back", Detail: map[string]any{"nr": nr, "outcome": outcome}}, err
	})
}

// Rows says whom to call for the rows of the sample, to members of the team.
func (s *Service) Rows(ctx context.Context, id string) (map[int64]Row, error) {
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return nil, err
	}
	if ok, err := s.member(ctx, v); err != nil || !ok {
		return nil, orNoVisit(err)
	}
	list, err := samples(ctx, s.DB.Read, id)
	if err != nil || s.Ledger == nil || len(list) == 0 {
		return nil, err
	}
	var rows []int64
	for _, x := range list {
		rows = append(rows, x.Row)
	}
	return s.Ledger.Describe(ctx, rows)
}

// signatures is how many different people sign a visit.
const signatures = 2

// Sign signs what was found. The second of two different people makes the
// visit done: from then on nothing changes, and the experts are tied to the
// applicant for the next time. It fails with Conflict before the day, while a
// leaf or a call back is missing, or where the caller has signed.
func (s *Service) Sign(ctx context.Context, id string) (Visit, error) {
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return v, err
	}
	if ok, err := s.member(ctx, v); err != nil || !ok {
		return v, orNoVisit(err)
	}
	if _, err := s.recheck(ctx, v); err != nil {
		return v, err
	}
	d, err := s.Calls.DossierFor(ctx, v.ApplicationID)
	if err != nil {
		return v, err
	}
	after, err := s.afterCall(ctx, d.CallID)
	if err != nil {
		return v, err
	}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		v, err = s.sign(ctx, tx, id, d.Application, after)
		return err
	})
	return v, err
}

// afterCall is the day from which a visit ties: after the last of the call's
// timeline, so that it does not touch the panel of the same call.
func (s *Service) afterCall(ctx context.Context, callID string) (string, error) {
	c, err := s.Calls.Call(ctx, callID)
	if err != nil {
		return "", err
	}
	last := s.today()
	for _, st := range c.Timeline {
		if t, err := time.Parse(time.DateOnly, st.To); err == nil && t.After(last) {
			last = t
		}
	}
	return last.AddDate(0, 0, 1).Format(time.DateOnly), nil
}

func (s *Service) sign(ctx context.Context, tx *sql.Tx, id string, a accredit.Application, after string) (Visit, error) {
	v, err := locked(ctx, tx, id)
	if err != nil {
		return v, err
	}
	d, err := s.detail(ctx, tx, v)
	if err != nil {
		return v, err
	}
	if err := s.signable(ctx, d); err != nil {
		return v, err
	}
	q, at := gen.New(tx), s.stamp()
	if err := q.Sign(ctx, gen.SignParams{VisitID: id, AccountID: actor(ctx), At: sql.NullTime{Time: at, Valid: true}}); err != nil {
		return v, fmt.Errorf("sign: %w", err)
	}
	entry := audit.Entry{Verb: "visit:sign", Object: "visit:" + id, AreaID: a.AreaID, Detail: map[string]any{"digest": d.digest()}}
	if d.Signed()+1 >= signatures {
		v.State, v.Digest = Done, d.digest()
		if err := q.SetDone(ctx, gen.SetDoneParams{ID: id, At: sql.NullTime{Time: at, Valid: true}, Digest: v.Digest}); err != nil {
			return v, fmt.Errorf("finish visit: %w", err)
		}
		for _, e := range expertsOf(d.Team) {
			if err := s.Ties.Visited(ctx, tx, e, a, id, after); err != nil {
				return v, err
			}
		}
		entry.Verb = "visit:done"
	}
	return v, audit.Append(ctx, tx, at, entry)
}

func (s *Service) signable(ctx context.Context, d Detail) error {
	leaves, calls := d.Missing()
	mine := slices.IndexFunc(d.Team, func(m Member) bool { return m.AccountID == actor(ctx) && m.State == OnTeam })
	switch {
	case mine < 0:
		return noVisit()
	case d.State == Done:
		return errs.New(errs.Conflict, "visit.done")
	case d.State != Announced:
		return errs.New(errs.Conflict, "visit.not_announced")
	case s.today().Format(time.DateOnly) < d.Day:
		return errs.New(errs.Conflict, "visit.before_day", "Day", d.Day)
	case leaves > 0 || calls > 0:
		return errs.New(errs.Conflict, "visit.missing", "Leaves", leaves, "Calls", calls)
	case !d.Team[mine].SignedAt.IsZero():
		return errs.New(errs.Conflict, "visit.signed_already")
	}
	return nil
}

// digest is the SHA-256 of what is signed: sites, findings, photos, sample.
func (d Detail) digest() string {
	var found []Item
	for _, l := range d.Leaves {
		found = append(found, l.Item)
	}
	b, _ := json.Marshal([]any{d.ID, d.ApplicationID, d.Day, d.Sites, found, d.Photos, d.Samples}) // strings, numbers, times: cannot fail
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Intact reports whether a visit that is done still is what was signed.
func (d Detail) Intact() bool { return d.State != Done || d.Digest == d.digest() }
