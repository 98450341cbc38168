package form

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/statistic/form/internal/gen"
)

// Adopt brings the forms of the pack in as drafts, or as new versions of what
// changed: a change of content goes back to the approver, so that a new version
// is a draft again, whatever the one before it was. A form whose newest version
// is the city's own stays as the city has it; so does one that the pack no
// longer has. The same pack again changes nothing. It fails with Invalid
// without a reason.
func (s *Service) Adopt(ctx context.Context, reason string) (changed int, err error) {
	if reason, err = cleanReason(reason); err != nil {
		return 0, err
	}
	if len(s.pack().Forms) == 0 {
		return 0, nil
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		changed, err = s.adopt(ctx, tx, reason)
		return err
	})
	return changed, err
}

func (s *Service) adopt(ctx context.Context, tx *sql.Tx, reason string) (int, error) {
	list, err := formsOf(gen.New(tx).Newest(ctx))
	if err != nil {
		return 0, err
	}
	have := map[string]Form{}
	for _, f := range list {
		have[f.Code] = f
	}
	var codes []string
	for _, f := range s.pack().Forms {
		old := have[f.Code]
		if old.Origin == FromCity {
			continue
		}
		if same, err := sameBody(old.Form, f); err != nil || same {
			if err != nil {
				return 0, err
			}
			continue
		}
		if err := s.add(ctx, tx, f, old, FromPack, reason); err != nil {
			return 0, err
		}
		codes = append(codes, f.Code)
	}
	if len(codes) == 0 {
		return 0, nil
	}
	return len(codes), audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "form:adopt", Object: "form:*", Reason: reason,
		Detail: map[string]any{"pack": s.pack().Name + " " + s.pack().Version, "codes": codes}})
}

func sameBody(a, b pack.Form) (bool, error) {
	x, err := body(a)
	if err != nil {
		return false, err
	}
	y, err := body(b)
	return x == y, err
}

// add writes a draft that follows old; the zero Form comes before the first.
func (s *Service) add(ctx context.Context, tx *sql.Tx, f pack.Form, old Form, origin, reason string) error {
	if _, err := db.Next(ctx, tx, counter, 1); err != nil {
		return err
	}
	_, err := insert(ctx, tx, Form{Form: f, Version: old.Version + 1, State: Draft, Origin: origin, Reason: reason,
		Author: audit.From(ctx).Actor, At: s.stamp()})
	return err
}

// Save keeps a form that the city designs, as a draft: a new one, or a new
// version. It fails with Invalid without a reason, and refuses, with what is
// wrong and where the datum is already, a form that asks for what is known or
// does not compute; the refusal is logged.
func (s *Service) Save(ctx context.Context, f pack.Form, reason string) (Form, error) {
	reason, err := cleanReason(reason)
	if err != nil {
		return Form{}, err
	}
	forms, err := s.Registered(ctx)
	if err != nil {
		return Form{}, err
	}
	bad, err := s.content(ctx, f, forms, s.today())
	if err != nil {
		return Form{}, err
	}
	if len(bad) > 0 {
		return Form{}, s.refuse(ctx, f.Code, "draft", reason, errs.Invalid, bad)
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error { return s.save(ctx, tx, f, reason) })
	if err != nil {
		return Form{}, err
	}
	return s.Current(ctx, f.Code)
}

func (s *Service) save(ctx context.Context, tx *sql.Tx, f pack.Form, reason string) error {
	list, err := formsOf(gen.New(tx).Versions(ctx, f.Code))
	if err != nil {
		return err
	}
	var old Form
	if len(list) > 0 {
		old = list[0]
		if same, err := sameBody(old.Form, f); err != nil {
			return err
		} else if same {
			return errs.New(errs.Conflict, "form.unchanged", "Version", old.Version)
		}
	}
	if err := s.add(ctx, tx, f, old, FromCity, reason); err != nil {
		return err
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "form:draft", Object: "form:" + f.Code, Reason: reason,
		Detail: map[string]any{"version": old.Version + 1}})
}

// Register puts the legal head on a draft and takes it into the register; what
// was registered of the form before is withdrawn. The caller must hold
// form:register. It fails with Invalid without a reason; with problems it is
// refused with Invalid, Problems as the cause, and the refusal is logged; with
// Conflict if the version is no draft any more, or there is a newer one.
func (s *Service) Register(ctx context.Context, id string, head pack.Head, reason string) (Form, error) {
	reason, err := cleanReason(reason)
	if err != nil {
		return Form{}, err
	}
	f, err := s.Get(ctx, id)
	if err != nil {
		return Form{}, err
	}
	if f.State != Draft {
		return Form{}, errs.New(errs.Conflict, "form.no_draft")
	}
	f.Head, f.Reason, f.At = trimmed(head), reason, s.stamp()
	var bad []Problem
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, counter, 1); err != nil { // one at a time: two could ask the same
			return err
		}
		if bad, err = s.register(ctx, tx, f); err != nil {
			return err
		}
		if len(bad) > 0 {
			return Problems(bad)
		}
		return nil
	})
	if len(bad) > 0 {
		return Form{}, s.refuse(ctx, f.Code, "register", reason, errs.Invalid, bad)
	}
	if err != nil {
		return Form{}, err
	}
	return s.Get(ctx, id)
}

func (s *Service) register(ctx context.Context, tx *sql.Tx, f Form) ([]Problem, error) {
	versions, err := formsOf(gen.New(tx).Versions(ctx, f.Code))
	if err != nil {
		return nil, err
	}
	if versions[0].ID != f.ID {
		return nil, errs.New(errs.Conflict, "form.newer", "Version", versions[0].Version)
	}
	forms, err := formsOf(gen.New(tx).InForce(ctx))
	if err != nil {
		return nil, err
	}
	if bad, err := s.check(ctx, f.Form, forms, max(s.today(), f.Head.From)); err != nil || len(bad) > 0 {
		return bad, err
	}
	actor := audit.From(ctx).Actor
	for _, old := range versions[1:] {
		if old.State != Registered {
			continue
		}
		old.Reason, old.At = f.Reason, f.At
		if err := setWithdrawn(ctx, tx, old, Registered); err != nil {
			return nil, err
		}
		if err := event(ctx, tx, old, "withdraw", actor); err != nil {
			return nil, err
		}
	}
	if err := setRegistered(ctx, tx, f); err != nil {
		return nil, err
	}
	if err := event(ctx, tx, f, "register", actor); err != nil {
		return nil, err
	}
	return nil, audit.Append(ctx, tx, f.At, audit.Entry{Verb: "form:register", Object: "form:" + f.Code, Reason: f.Reason,
		Detail: map[string]any{"version": f.Version, "number": f.Head.Number, "document": f.Head.Document, "from": f.Head.From, "until": f.Head.Until}})
}

// trimmed is a head without spaces around its parts.
func trimmed(h pack.Head) pack.Head {
	for _, p := range []*string{&h.Number, &h.Basis, &h.Document, &h.From, &h.Until} {
		*p = strings.TrimSpace(*p)
	}
	h.Organ, h.Approver = trimmedText(h.Organ), trimmedText(h.Approver)
	return h
}

func trimmedText(t pack.Text) pack.Text {
	out := pack.Text{}
	for lang, s := range t {
		if s = strings.TrimSpace(s); s != "" {
			out[lang] = s
		}
	}
	return out
}

// Withdraw takes a version out of force: it can no longer be sent out. The
// caller must hold form:register. It fails with Invalid without a reason, with
// Conflict if the version is withdrawn already.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	reason, err := cleanReason(reason)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := db.Next(ctx, tx, counter, 1); err != nil {
			return err
		}
		f, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		if f.State == Withdrawn {
			return errs.New(errs.Conflict, "form.withdrawn")
		}
		seen := f.State
		f.Reason, f.At = reason, s.stamp()
		if err := setWithdrawn(ctx, tx, f, seen); err != nil {
			return err
		}
		if err := event(ctx, tx, f, "withdraw", audit.From(ctx).Actor); err != nil {
			return err
		}
		return audit.Append(ctx, tx, f.At, audit.Entry{Verb: "form:withdraw", Object: "form:" + f.Code, Reason: reason,
			Detail: map[string]any{"version": f.Version}})
	})
}

// Lawful fails with Forbidden and the ground, Problems as the cause, where a
// form may not be sent out on a day; the refusal is logged with who asked. What
// counts is what the register holds under the form's id, not what the caller
// hands over. It must not be called within a transaction.
func (s *Service) Lawful(ctx context.Context, f Form, day string) error {
	kept, err := s.Get(ctx, f.ID)
	if err != nil {
		return err
	}
	bad, err := s.lawful(ctx, f, kept, day)
	if err != nil || len(bad) == 0 {
		return err
	}
	return s.refuse(ctx, kept.Code, "send", "", errs.Forbidden, bad)
}

func (s *Service) lawful(ctx context.Context, f, kept Form, day string) ([]Problem, error) {
	switch kept.State {
	case Draft:
		return []Problem{problem(NotRegistered, "", "Code", kept.Code)}, nil
	case Withdrawn:
		return []Problem{problem(Taken, "", "Code", kept.Code)}, nil
	}
	same, err := sameBody(f.Form, kept.Form)
	if err != nil {
		return nil, err
	}
	if !same {
		return []Problem{problem(Changed, "", "Code", kept.Code)}, nil
	}
	bad, err := s.headProblems(ctx, kept.Form, day)
	if err != nil {
		return nil, err
	}
	ended := slices.DeleteFunc(said(kept.Form, day), func(p Problem) bool { return p.Ground != FieldExpired })
	return append(bad, ended...), nil
}

// refuse logs a refusal with who asked, and returns it as an error.
func (s *Service) refuse(ctx context.Context, code, verb, reason string, k errs.Kind, bad Problems) error {
	at, actor := s.stamp(), audit.From(ctx).Actor
	grounds := make([]string, 0, len(bad))
	for _, p := range bad {
		grounds = append(grounds, strings.TrimPrefix(p.Field+" "+p.Ground, " "))
	}
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		err := insertRefusal(ctx, tx, Refusal{ID: newID(), Form: code, Verb: verb, Problems: bad, Reason: reason, Actor: actor, At: at})
		if err != nil {
			return err
		}
		return audit.Append(ctx, tx, at, audit.Entry{Verb: "form:" + verb, Object: "form:" + code, Reason: reason, Result: audit.Refused,
			Detail: map[string]any{"grounds": grounds}})
	})
	if err != nil {
		return err
	}
	return bad.refusal(k)
}
