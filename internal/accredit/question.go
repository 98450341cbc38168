package accredit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"xuedu/internal/account"
	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// Question is a question of an applicant, with the answer that all may read.
// Who asked is shown to nobody.
type Question struct {
	ID, CallID, Text, Answer string
	AskedAt, AnsweredAt      time.Time
}

const mostQuestion = 1000 // characters

// Ask asks a question about an open call. It fails with Forbidden for who
// cannot apply, Conflict where applications are no longer taken, and Invalid
// where the question is empty or too long.
func (s *Service) Ask(ctx context.Context, callID, text string) (Question, error) {
	c, err := s.Call(ctx, callID)
	if err != nil {
		return Question{}, err
	}
	if !account.From(ctx).Can(PermApply) && !operator(ctx) {
		return Question{}, errs.New(errs.Forbidden, "accredit.question.not_applicant")
	}
	if c.State != callOpen {
		return Question{}, errs.New(errs.Conflict, "accredit.question.closed")
	}
	if text, err = questionText(text); err != nil {
		return Question{}, err
	}
	q := Question{ID: newID(), CallID: c.ID, Text: text, AskedAt: s.stamp()}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		err := gen.New(tx).InsertQuestion(ctx, gen.InsertQuestionParams{ID: q.ID, CallID: c.ID, Question: text, AskedBy: actor(ctx), AskedAt: q.AskedAt})
		if err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		return audit.Append(ctx, tx, q.AskedAt, audit.Entry{Verb: "call:ask", Object: "question:" + q.ID, AreaID: s.cityID(), Detail: map[string]any{"call": c.Code}})
	})
	return q, err
}

func questionText(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", errs.InvalidField("text", "accredit.question.empty")
	case utf8.RuneCountInString(s) > mostQuestion:
		return "", errs.InvalidField("text", "accredit.too_long", "Most", mostQuestion)
	}
	return s, nil
}

// Answer answers a question for all. An answer that is there is replaced; the
// trail keeps that it was.
func (s *Service) Answer(ctx context.Context, questionID, text string) error {
	if err := s.requireCity(ctx, PermManage); err != nil {
		return err
	}
	text, err := questionText(text)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		q, now := gen.New(tx), s.stamp()
		row, err := q.Question(ctx, questionID)
		if errors.Is(err, sql.ErrNoRows) {
			return errs.New(errs.NotFound, "accredit.question.none")
		}
		if err == nil {
			err = q.AnswerQuestion(ctx, gen.AnswerQuestionParams{ID: questionID, Answer: text, AnsweredBy: actor(ctx), AnsweredAt: nullTime(now)})
		}
		if err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		return audit.Append(ctx, tx, now, audit.Entry{Verb: "call:answer", Object: "question:" + questionID, AreaID: s.cityID(),
			Detail: map[string]any{"again": row.Answer != ""}})
	})
}

// Questions lists the questions of a call, the first first, whoever reads: all
// applicants know the same.
func (s *Service) Questions(ctx context.Context, callID string) ([]Question, error) {
	if _, err := s.Call(ctx, callID); err != nil {
		return nil, err
	}
	rows, err := gen.New(s.DB.Read).Questions(ctx, callID)
	if err != nil {
		return nil, fmt.Errorf("list questions: %w", err)
	}
	list := make([]Question, len(rows))
	for i, r := range rows {
		list[i] = Question{ID: r.ID, CallID: r.CallID, Text: r.Question, Answer: r.Answer, AskedAt: r.AskedAt.UTC()}
		if r.AnsweredAt.Valid {
			list[i].AnsweredAt = r.AnsweredAt.Time.UTC()
		}
	}
	return list, nil
}
