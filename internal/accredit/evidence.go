package accredit

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Kinds of evidence.
const (
	EvidenceFigure = "figure" // a figure of the area, ours
	EvidenceOrg    = "org"    // a fact or figure of the institution, ours
	EvidenceFile   = "file"
	EvidenceLink   = "link"
)

// Verdicts of the street: on existence, not on quality.
const (
	VerdictExists  = "exists"
	VerdictMissing = "missing"
)

const mostLabel = 200

// AddFile adds a file to a slot. It fails with Conflict where nothing is to be
// written now or there are as many files as the programme allows, and with
// Invalid where the file is empty, too large, not of an allowed type, or refused
// by the scanner.
func (s *Service) AddFile(ctx context.Context, id, leaf, slot, name string, content []byte) (Evidence, error) {
	e := Evidence{ID: newID(), Leaf: leaf, Slot: slot, Kind: EvidenceFile, Label: strings.TrimSpace(name), Size: int64(len(content))}
	a, c, err := s.writable(ctx, id)
	if err != nil {
		return e, err
	}
	if err := s.fits(c, e); err != nil {
		return e, err
	}
	limits := c.Rules.Programme.Attachments
	if e.Media, err = s.Files.Check(name, content, limits.Types, int64(limits.MegaBytes)<<20); err != nil {
		return e, err
	}
	if e.Digest, err = s.Files.Store(ctx, content); err != nil { // before the row: a row never lacks its file
		return e, err
	}
	err = s.change(ctx, a.ID, actWrite, func(w *writing) error {
		if err := s.roomFor(ctx, w, limits.Most); err != nil {
			return err
		}
		if err := s.Files.Keep(ctx, w.tx, e.Digest, e.Media, e.Size); err != nil {
			return err
		}
		return s.addEvidence(ctx, w, &e)
	})
	return e, err
}

// writable reads an application for the applicant, before anything is kept.
func (s *Service) writable(ctx context.Context, id string) (Application, Call, error) {
	a, err := s.Application(ctx, id)
	if err != nil {
		return a, Call{}, err
	}
	c, err := s.callFor(ctx, a.CallID)
	if err != nil {
		return a, c, err
	}
	m, err := flow(c)
	if err != nil {
		return a, c, err
	}
	return a, c, s.allows(ctx, &writing{app: a, call: c, flow: m}, actWrite)
}

// roomFor checks that an application has fewer files than most; 0 = no limit.
func (s *Service) roomFor(ctx context.Context, w *writing, most int) error {
	list, err := w.q.ListEvidence(ctx, w.app.ID)
	if err != nil {
		return fmt.Errorf("list evidence: %w", err)
	}
	n := 0
	for _, e := range list {
		if e.Kind == EvidenceFile {
			n++
		}
	}
	if most > 0 && n >= most {
		return errs.New(errs.Conflict, "accredit.too_many_files", "Most", most)
	}
	return nil
}

// AddLink adds an address on the web to a slot: http or https, at most 1000
// characters.
func (s *Service) AddLink(ctx context.Context, id, leaf, slot, label, address string) (Evidence, error) {
	e := Evidence{ID: newID(), Leaf: leaf, Slot: slot, Kind: EvidenceLink, Label: strings.TrimSpace(label), URL: strings.TrimSpace(address)}
	if u, err := url.Parse(e.URL); err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || len(e.URL) > 1000 {
		return e, errs.InvalidField("url", "accredit.bad_link")
	}
	if e.Label == "" {
		e.Label = e.URL
	}
	return e, s.change(ctx, id, actWrite, func(w *writing) error {
		if err := s.fits(w.call, e); err != nil {
			return err
		}
		return s.addEvidence(ctx, w, &e)
	})
}

// fits checks that a slot takes such evidence. A slot for files takes links
// too, and the other way round; those for our figures take nothing.
func (s *Service) fits(c Call, e Evidence) error {
	slot, ok := slotOf(c, e.Leaf, e.Slot)
	switch {
	case !ok:
		return errs.InvalidField("slot", "accredit.no_slot")
	case slot.Kind == EvidenceFigure || slot.Kind == EvidenceOrg:
		return errs.New(errs.Forbidden, "accredit.locked")
	case e.Label == "" || utf8.RuneCountInString(e.Label) > mostLabel:
		return errs.InvalidField("label", "accredit.bad_label", "Most", mostLabel)
	}
	return nil
}

func slotOf(c Call, leaf, code string) (pack.EvidenceSlot, bool) {
	for _, l := range judged(c) {
		for _, e := range l.Evidence {
			if l.Code == leaf && e.Code == code {
				return e, true
			}
		}
	}
	return pack.EvidenceSlot{}, false
}

func (s *Service) addEvidence(ctx context.Context, w *writing, e *Evidence) error {
	e.Author, e.At = actor(ctx), s.stamp()
	if err := insertEvidence(ctx, w.q, w.app.ID, *e); err != nil {
		return err
	}
	w.entry = audit.Entry{Verb: "application:evidence", Detail: map[string]any{"slot": e.Slot, "kind": e.Kind, "digest": e.Digest}}
	return nil
}

func insertEvidence(ctx context.Context, q *gen.Queries, id string, e Evidence) error {
	figure := ""
	if e.Figure != nil {
		text, err := json.Marshal(e.Figure)
		if err != nil {
			return fmt.Errorf("write figure: %w", err)
		}
		figure = string(text)
	}
	err := q.InsertEvidence(ctx, gen.InsertEvidenceParams{ID: e.ID, ApplicationID: id, Leaf: e.Leaf, Slot: e.Slot, Kind: e.Kind, Label: e.Label,
		Figure: figure, Url: e.URL, Digest: e.Digest, Media: e.Media, Size: e.Size, Author: e.Author, At: e.At})
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

// RemoveEvidence takes a file or link away, with a reason; it stays in the
// history. What our figures give cannot be removed: Forbidden.
func (s *Service) RemoveEvidence(ctx context.Context, id, evidenceID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return errs.InvalidField("reason", "accredit.reason_needed")
	}
	return s.change(ctx, id, actWrite, func(w *writing) error {
		e, err := evidenceIn(ctx, w, evidenceID)
		if err != nil {
			return err
		}
		if e.Figure != nil {
			return errs.New(errs.Forbidden, "accredit.locked")
		}
		err = w.q.RemoveEvidence(ctx, gen.RemoveEvidenceParams{ID: e.ID, RemovedAt: nullTime(s.stamp()), RemovedBy: actor(ctx), RemovedWhy: reason})
		if err != nil {
			return fmt.Errorf("remove evidence: %w", err)
		}
		w.entry = audit.Entry{Verb: "application:remove", Reason: reason, Detail: map[string]any{"slot": e.Slot, "digest": e.Digest}}
		return nil
	})
}

// VerifyEvidence says that a proof exists or is missing; the street does so
// while it verifies, and judges nothing else. A missing proof needs a note.
func (s *Service) VerifyEvidence(ctx context.Context, id, evidenceID, verdict, note string) error {
	note = strings.TrimSpace(note)
	switch {
	case verdict != VerdictExists && verdict != VerdictMissing:
		return errs.InvalidField("verdict", "accredit.no_verdict")
	case verdict == VerdictMissing && note == "", utf8.RuneCountInString(note) > mostNote:
		return errs.InvalidField("note", "accredit.note_needed", "Most", mostNote)
	}
	return s.change(ctx, id, actVerify, func(w *writing) error {
		e, err := evidenceIn(ctx, w, evidenceID)
		if err != nil {
			return err
		}
		if err := w.q.JudgeEvidence(ctx, gen.JudgeEvidenceParams{ID: e.ID, Verdict: verdict, Note: note}); err != nil {
			return fmt.Errorf("verify evidence: %w", err)
		}
		w.entry = audit.Entry{Verb: "application:verify", Detail: map[string]any{"evidence": e.ID, "verdict": verdict}}
		return nil
	})
}

// evidenceIn returns a proof of the application that is changed.
func evidenceIn(ctx context.Context, w *writing, id string) (Evidence, error) {
	list, err := evidenceOf(ctx, w.q, w.call, w.app.ID)
	if err != nil {
		return Evidence{}, err
	}
	i := slices.IndexFunc(list, func(e Evidence) bool { return e.ID == id })
	if i < 0 {
		return Evidence{}, errs.New(errs.NotFound, "accredit.no_evidence")
	}
	return list[i], nil
}

// evidenceOf lists the evidence of an application in the order of the rubric.
func evidenceOf(ctx context.Context, q *gen.Queries, c Call, id string) ([]Evidence, error) {
	rows, err := q.ListEvidence(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list evidence: %w", err)
	}
	place := map[string]int{}
	for _, l := range c.Rules.Programme.Leaves() {
		for _, e := range l.Evidence {
			place[l.Code+"\x00"+e.Code] = len(place)
		}
	}
	list := make([]Evidence, len(rows))
	for i, r := range rows {
		e := Evidence{ID: r.ID, Leaf: r.Leaf, Slot: r.Slot, Kind: r.Kind, Label: r.Label, URL: r.Url, Digest: r.Digest, Media: r.Media,
			Size: r.Size, Verdict: r.Verdict, Note: r.Note, Author: r.Author, At: r.At.UTC()}
		if r.Figure != "" {
			if err := json.Unmarshal([]byte(r.Figure), &e.Figure); err != nil {
				return nil, fmt.Errorf("read figure: %w", err)
			}
		}
		list[i] = e
	}
	slices.SortStableFunc(list, func(a, b Evidence) int { return place[a.Leaf+"\x00"+a.Slot] - place[b.Leaf+"\x00"+b.Slot] })
	return list, nil
}

// File returns a file of an application that the caller may read, with its
// kind and name; that somebody else than the applicant opened it is noted. It
// fails with NotFound where it is not, or never was, a file of this application.
func (s *Service) File(ctx context.Context, id, digest string) (content []byte, media, name string, err error) {
	a, err := s.Application(ctx, id)
	if err != nil {
		return nil, "", "", err
	}
	if err := s.note(ctx, a, "application:file"); err != nil {
		return nil, "", "", err
	}
	return s.FileFor(ctx, id, digest)
}

// FileFor is File without a question, as DossierFor.
func (s *Service) FileFor(ctx context.Context, id, digest string) (content []byte, media, name string, err error) {
	r, err := gen.New(s.DB.Read).FileOf(ctx, gen.FileOfParams{ApplicationID: id, Digest: digest})
	if err != nil {
		return nil, "", "", orNoEvidence(err)
	}
	content, err = s.Files.Get(ctx, digest)
	return content, r.Media, r.Label, err
}
