package accredit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// contentLeaf is how the texts of an application stand among its claims.
const contentLeaf = "content:"

// Clash is a Conflict: somebody else wrote the same text meanwhile. Nothing is
// lost: it carries both, to be brought together and saved on Theirs.Version.
type Clash struct{ Mine, Theirs Claim }

func (c *Clash) Error() string { return "accredit.clash: " + c.Theirs.Leaf }

// Unwrap makes a Clash an errs.Conflict.
func (c *Clash) Unwrap() error { return errs.New(errs.Conflict, "accredit.clash") }

// Claim says what the applicant claims of a leaf: a level of the programme and
// why. version is that of the text the writer saw, 0 = none; every text is kept
// as a version of its own. The same text again changes nothing. It fails with
// Clash where it is not the newest, Conflict where nothing is to be written
// now, Invalid for an unknown leaf or level and a text that is too long.
func (s *Service) Claim(ctx context.Context, id, leaf, level, reason string, version int64) (Claim, error) {
	return s.write(ctx, id, Claim{Leaf: leaf, Level: level, Reason: strings.TrimSpace(reason), Version: version}, checkClaim)
}

// SetContent writes a text that an application has besides its
// self-assessment, as Claim does.
func (s *Service) SetContent(ctx context.Context, id, field, text string, version int64) (Claim, error) {
	return s.write(ctx, id, Claim{Leaf: contentLeaf + field, Reason: strings.TrimSpace(text), Version: version}, checkContent)
}

func checkClaim(c Call, n Claim) error {
	if !slices.ContainsFunc(judged(c), func(l pack.Leaf) bool { return l.Code == n.Leaf }) {
		return errs.InvalidField("leaf", "accredit.no_leaf")
	}
	known := slices.ContainsFunc(c.Rules.Programme.Levels, func(l pack.AwardLevel) bool { return l.Code == n.Level })
	if n.Level != "" && !known {
		return errs.InvalidField("level", "accredit.no_level")
	}
	if utf8.RuneCountInString(n.Reason) > mostReason {
		return errs.InvalidField("reason", "accredit.too_long", "Most", mostReason)
	}
	return nil
}

func checkContent(c Call, n Claim) error {
	code := strings.TrimPrefix(n.Leaf, contentLeaf)
	i := slices.IndexFunc(c.Rules.Programme.Content, func(f pack.AwardField) bool { return f.Code == code })
	if i < 0 {
		return errs.InvalidField("field", "accredit.no_field")
	}
	f := c.Rules.Programme.Content[i]
	most := f.Most
	if most == 0 {
		most = 2000
	}
	switch {
	case utf8.RuneCountInString(n.Reason) > most:
		return errs.InvalidField(code, "accredit.too_long", "Most", most)
	case n.Reason == "":
		return nil
	case f.Kind == "number" && !decimal(n.Reason):
		return errs.InvalidField(code, "accredit.no_number")
	case f.Kind == "day" && !isDay(n.Reason):
		return errs.InvalidField(code, "accredit.no_day")
	}
	return nil
}

// decimal reports whether s is a plain decimal, such as -12.50.
func decimal(s string) bool {
	if len(s) > 40 || strings.Trim(s, "-.0123456789") != "" {
		return false
	}
	_, ok := new(big.Rat).SetString(s)
	return ok
}

func isDay(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil }

func (s *Service) write(ctx context.Context, id string, n Claim, check func(Call, Claim) error) (Claim, error) {
	err := s.change(ctx, id, actWrite, func(w *writing) error {
		if err := check(w.call, n); err != nil {
			return err
		}
		last, err := lastClaim(ctx, w.q, id, n.Leaf)
		if err != nil {
			return err
		}
		if last.Version > 0 && last.Level == n.Level && last.Reason == n.Reason {
			n = last
			return errSame
		}
		n.Author, n.At = actor(ctx), s.stamp()
		if n.Version != last.Version {
			return &Clash{Mine: n, Theirs: last}
		}
		n.Version++
		err = w.q.InsertClaim(ctx, gen.InsertClaimParams{ApplicationID: id, Leaf: n.Leaf, Version: n.Version, Level: n.Level,
			Reason: n.Reason, Author: n.Author, At: n.At})
		if err != nil {
			return fmt.Errorf("write claim: %w", err)
		}
		w.entry = audit.Entry{Verb: "application:write", Detail: map[string]any{"leaf": n.Leaf, "version": n.Version}}
		return nil
	})
	if errors.Is(err, errSame) {
		err = nil
	}
	return n, err
}

// errSame ends a transaction in which there was nothing to do.
var errSame = errors.New("nothing to do")

func lastClaim(ctx context.Context, q *gen.Queries, id, leaf string) (Claim, error) {
	r, err := q.LastClaim(ctx, gen.LastClaimParams{ApplicationID: id, Leaf: leaf})
	if errors.Is(err, sql.ErrNoRows) {
		return Claim{Leaf: leaf}, nil
	}
	if err != nil {
		return Claim{}, fmt.Errorf("read claim: %w", err)
	}
	return Claim{Leaf: r.Leaf, Level: r.Level, Reason: r.Reason, Author: r.Author, Version: r.Version, At: r.At.UTC()}, nil
}

// History returns every version of every claim and text of an application that
// the caller may read, by leaf, oldest first. Texts have the leaf content:CODE.
func (s *Service) History(ctx context.Context, id string) ([]Claim, error) {
	a, err := s.Application(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, a, "application:history"); err != nil {
		return nil, err
	}
	return claims(ctx, gen.New(s.DB.Read), id)
}

func claims(ctx context.Context, q *gen.Queries, id string) ([]Claim, error) {
	rows, err := q.ListClaims(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list claims: %w", err)
	}
	list := make([]Claim, len(rows))
	for i, r := range rows {
		list[i] = Claim{Leaf: r.Leaf, Level: r.Level, Reason: r.Reason, Author: r.Author, Version: r.Version, At: r.At.UTC()}
	}
	return list, nil
}

// latest returns the newest texts and claims.
func latest(ctx context.Context, q *gen.Queries, id string) (content map[string]string, of map[string]Claim, err error) {
	list, err := claims(ctx, q, id)
	content, of = map[string]string{}, map[string]Claim{}
	for _, c := range list { // later versions take the place of earlier ones
		if code, ok := strings.CutPrefix(c.Leaf, contentLeaf); ok {
			content[code] = c.Reason
			continue
		}
		of[c.Leaf] = c
	}
	return content, of, err
}

// judged are the leaves of a call; its frozen rules hold no others.
func judged(c Call) []pack.Leaf { return c.Rules.Programme.Leaves() }
