package accredit

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

const (
	mostDocument = 200 // characters
	mostNumber   = 100
)

// checkAuthorisation checks what the office typed; whether it carries a call is
// for the guard "authorised". Nothing recorded is lawful in a draft.
func checkAuthorisation(a pack.Authorisation) error {
	if !a.Known() {
		return nil
	}
	for field, text := range map[string]string{"organ": a.Organ.In("zh-CN"), "document": a.Document.In("zh-CN"), "item": a.Item.In("zh-CN")} {
		if utf8.RuneCountInString(text) > mostDocument {
			return errs.InvalidField(field, "accredit.too_long", "Most", mostDocument)
		}
	}
	if utf8.RuneCountInString(a.Number) > mostNumber {
		return errs.InvalidField("number", "accredit.too_long", "Most", mostNumber)
	}
	levels := pack.AwardLevels()
	switch {
	case a.Level != "" && !slices.Contains(levels, a.Level):
		return errs.InvalidField("level", "accredit.no_level")
	case a.Name != "" && !slices.Contains(levels, a.Name):
		return errs.InvalidField("name", "accredit.no_level")
	case !dayOrNone(a.From):
		return errs.InvalidField("from", "accredit.bad_day")
	case !dayOrNone(a.To), a.To != "" && a.To < a.From:
		return errs.InvalidField("to", "accredit.bad_day")
	}
	return nil
}

func dayOrNone(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return s == "" || err == nil
}

// Authorise records by whose leave a draft's awards are given. It fails with
// Invalid where a field is not what it must be, Conflict once the call has
// opened, and Forbidden without accredit:manage.
func (s *Service) Authorise(ctx context.Context, callID string, a pack.Authorisation) error {
	if !a.Known() {
		return errs.InvalidField("document", "accredit.why.no_authorisation")
	}
	if err := checkAuthorisation(a); err != nil {
		return err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write authorisation: %w", err)
	}
	detail := map[string]any{"document": a.Document.In("zh-CN"), "number": a.Number, "level": a.Level, "name": a.Name}
	return s.changeDraft(ctx, callID, "call:authorise", detail, func(q *gen.Queries, c Call) error {
		return q.SetAuthorisation(ctx, gen.SetAuthorisationParams{ID: c.ID, Authorisation: string(text)})
	})
}

// Change changes title, places, period and opening day of a draft. It fails as
// Draft does, and with Conflict once the call has opened.
func (s *Service) Change(ctx context.Context, callID string, n NewCall) error {
	detail := map[string]any{"places": n.Places, "period": n.Period, "opens": n.Opens}
	return s.changeDraft(ctx, callID, "call:change", detail, func(q *gen.Queries, c Call) error {
		n.Programme, n.Kind, n.Authorisation = c.Programme, c.Kind, pack.Authorisation{}
		if strings.TrimSpace(n.Title.In("zh-CN")) == "" {
			n.Title = c.Title
		}
		s.complete(&n, c.Rules.Programme)
		if err := n.check(c.Rules.Programme); err != nil {
			return err
		}
		title, err := json.Marshal(n.Title)
		if err != nil {
			return fmt.Errorf("write title: %w", err)
		}
		return q.ChangeDraft(ctx, gen.ChangeDraftParams{ID: c.ID, Title: string(title), Places: int64(n.Places), Period: n.Period, Opens: n.Opens})
	})
}

// changeDraft changes a draft that is locked meanwhile.
func (s *Service) changeDraft(ctx context.Context, callID, verb string, detail map[string]any, f func(*gen.Queries, Call) error) error {
	if err := s.requireCity(ctx, PermManage); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q := gen.New(tx)
		if _, err := q.LockCall(ctx, callID); err != nil {
			return fmt.Errorf("lock call: %w", err)
		}
		row, err := q.Call(ctx, callID)
		c, err := s.seen(ctx, gen.AwardCall(row), err)
		if err != nil {
			return err
		}
		if c.Public() || c.State != callDraft {
			return errs.New(errs.Conflict, "accredit.call_frozen")
		}
		if err := f(q, c); err != nil {
			return err
		}
		detail["code"] = c.Code
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: verb, Object: "call:" + c.ID, AreaID: s.cityID(), Detail: detail})
	})
}
