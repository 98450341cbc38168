package visit

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/accredit/visit/internal/gen"
	"xuedu/internal/audit"
	"xuedu/internal/draw"
	"xuedu/internal/draw/register"
	"xuedu/internal/errs"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
)

// Choice is what an applicant may name sites from.
type Choice struct {
	Visit
	All  []Site
	Most int // that the applicant names
}

// Choice returns the institutions that an applicant may name. It fails with
// NotFound for whoever may not read the application.
func (s *Service) Choice(ctx context.Context, id string) (Choice, error) {
	v, d, err := s.ofApplicant(ctx, id)
	if err != nil {
		return Choice{}, err
	}
	c := Choice{Visit: v}
	if c.All, err = s.Sites.Of(ctx, d.Application); err != nil {
		return c, err
	}
	c.Most, _ = Halves(d.Rules.Programme.Visit.Sites)
	c.Most = min(c.Most, len(c.All))
	return c, nil
}

// ofApplicant returns a visit to whoever may read its application.
func (s *Service) ofApplicant(ctx context.Context, id string) (Visit, accredit.Dossier, error) {
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return v, accredit.Dossier{}, err
	}
	if _, err := s.Calls.Application(ctx, v.ApplicationID); err != nil {
		return v, accredit.Dossier{}, err
	}
	d, err := s.Calls.DossierFor(ctx, v.ApplicationID)
	return v, d, err
}

// applicant reports whether the caller may write an application: who covers
// the area of an institution does not write for it.
func (s *Service) applicant(ctx context.Context, a accredit.Application) bool {
	who := account.From(ctx)
	if a.OrgID == "" {
		return who.CoversArea(accredit.PermApply, s.Tree(), a.AreaID)
	}
	return slices.ContainsFunc(who.Grants, func(g account.Grant) bool { return g.OrgID == a.OrgID }) &&
		who.CoversOrg(accredit.PermApply, s.Tree(), a.OrgID, 0)
}

// Name takes the sites that the applicant names and seals the list from which
// the others are drawn. Whoever may write the application, or the office for
// them, does it once. It fails with Invalid where a site is none of the
// applicant's or their number is not the rule's.
func (s *Service) Name(ctx context.Context, id string, codes []string) error {
	v, d, err := s.ofApplicant(ctx, id)
	if err != nil {
		return err
	}
	if !s.office(ctx) && !s.applicant(ctx, d.Application) {
		return errs.New(errs.Forbidden, "visit.applicant_only")
	}
	known, err := s.Sites.Of(ctx, d.Application)
	if err != nil {
		return err
	}
	total := min(d.Rules.Programme.Visit.Sites, len(known))
	want, _ := Halves(d.Rules.Programme.Visit.Sites)
	want = min(want, total)
	var named, rest []Site
	for _, x := range known {
		if slices.Contains(codes, x.Code) {
			named = append(named, Site{x.Code, x.Name, ByApplicant})
		} else {
			rest = append(rest, Site{x.Code, x.Name, ByDraw})
		}
	}
	if len(named) != want || len(codes) != want {
		return errs.InvalidField("sites", "visit.name_sites", "N", want)
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.name(ctx, tx, v.ID, d, named, rest, total-want) })
}

func (s *Service) name(ctx context.Context, tx *sql.Tx, id string, d accredit.Dossier, named, rest []Site, seats int) error {
	v, err := locked(ctx, tx, id)
	if err != nil {
		return err
	}
	if v.State != Planned {
		return errs.New(errs.Conflict, "visit.named_already")
	}
	if err := insertSites(ctx, tx, id, named, 0); err != nil {
		return err
	}
	state, drawID := Drawn, ""
	if seats > 0 {
		state = Named
		if drawID, err = s.Draws.FreezeTx(ctx, tx, sealed(v, d, rest, seats)); err != nil {
			return err
		}
	}
	if err := gen.New(tx).SetDraw(ctx, gen.SetDrawParams{ID: id, State: state, DrawID: drawID}); err != nil {
		return fmt.Errorf("set draw: %w", err)
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "visit:name", Object: "visit:" + id, AreaID: d.AreaID,
		Detail: map[string]any{"sites": len(named), "draw": drawID}})
}

// sealed is the draw of the sites that nobody named.
func sealed(v Visit, d accredit.Dossier, rest []Site, seats int) register.NewDraw {
	n := register.NewDraw{Purpose: register.PurposeSites, Subject: v.ID, Seats: seats, Rule: v.Rule,
		Title: pack.Text{i18n.ZH: d.Code + " 现场考察点抽取", i18n.EN: d.Code + ", sites to visit"}}
	for _, x := range rest {
		n.Entries = append(n.Entries, register.Ticket{Thing: x.Code})
	}
	return n
}

func insertSites(ctx context.Context, tx *sql.Tx, id string, list []Site, from int) error {
	for i, x := range list {
		err := gen.New(tx).InsertSite(ctx, gen.InsertSiteParams{VisitID: id, Code: x.Code, Name: x.Name, Origin: x.Origin, Place: int64(from + i + 1)})
		if err != nil {
			return fmt.Errorf("insert site: %w", err)
		}
	}
	return nil
}

// DrawSites draws the rest of the sites with the public value that was said
// before; the office does it once.
func (s *Service) DrawSites(ctx context.Context, id, value string) (draw.Manifest, error) {
	var m draw.Manifest
	err := s.requireOffice(ctx)
	if err != nil {
		return m, err
	}
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return m, err
	}
	d, err := s.Calls.DossierFor(ctx, v.ApplicationID)
	if err != nil {
		return m, err
	}
	known, err := s.Sites.Of(ctx, d.Application)
	if err != nil {
		return m, err
	}
	if v.DrawID == "" {
		return m, errs.New(errs.Conflict, "visit.nothing_to_draw")
	}
	hidden, err := s.Draws.Get(ctx, v.DrawID)
	if err != nil {
		return m, err
	}
	err = s.DB.InTx(ctx, func(tx *sql.Tx) error {
		m, err = s.drawSites(ctx, tx, id, value, hidden, known)
		return err
	})
	return m, err
}

func (s *Service) drawSites(ctx context.Context, tx *sql.Tx, id, value string, hidden register.Record, known []Site) (draw.Manifest, error) {
	v, err := locked(ctx, tx, id)
	if err != nil {
		return draw.Manifest{}, err
	}
	if v.State != Named {
		return draw.Manifest{}, errs.New(errs.Conflict, "visit.nothing_to_draw")
	}
	m, err := s.Draws.DrawTx(ctx, tx, v.DrawID, value)
	if err != nil {
		return m, err
	}
	name := map[string]string{}
	for _, x := range known {
		name[x.Code] = x.Name
	}
	var drawn []Site
	for _, token := range m.Taken {
		code := hidden.Thing(token)
		drawn = append(drawn, Site{code, name[code], ByDraw})
	}
	if err := insertSites(ctx, tx, id, drawn, len(known)); err != nil {
		return m, err
	}
	if err := gen.New(tx).SetState(ctx, gen.SetStateParams{ID: id, State: Drawn}); err != nil {
		return m, fmt.Errorf("set state: %w", err)
	}
	return m, audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "visit:draw", Object: "visit:" + id, Detail: map[string]any{"draw": v.DrawID, "sites": len(drawn)}})
}

// Announce tells the applicant day, team and sites. It fails with Conflict
// where sites or members are missing, with Invalid where the day leaves less
// notice than the rule asks for: set another with Move.
func (s *Service) Announce(ctx context.Context, id, note string) error {
	note, err := text("note", note, 0)
	if err == nil {
		err = s.requireOffice(ctx)
	}
	if err != nil {
		return err
	}
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return err
	}
	if _, err := s.recheck(ctx, v); err != nil {
		return err
	}
	d, err := s.Calls.DossierFor(ctx, v.ApplicationID)
	if err != nil {
		return err
	}
	rows, err := s.sampleOf(ctx, d)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error { return s.announce(ctx, tx, id, note, d, rows) })
}

// sampleOf draws the rows of the ledger that will be called back.
func (s *Service) sampleOf(ctx context.Context, d accredit.Dossier) ([]int64, error) {
	n := d.Rules.Programme.Visit.Sample
	if n == 0 || s.Ledger == nil {
		return nil, nil
	}
	c, err := s.Calls.Call(ctx, d.CallID)
	if err != nil {
		return nil, err
	}
	return s.Ledger.Sample(ctx, d.Application, c.Period, n)
}

func (s *Service) announce(ctx context.Context, tx *sql.Tx, id, note string, d accredit.Dossier, rows []int64) error {
	v, err := locked(ctx, tx, id)
	if err != nil {
		return err
	}
	list, err := team(ctx, tx, id)
	if err != nil {
		return err
	}
	rule := d.Rules.Programme.Visit
	switch {
	case v.State != Drawn:
		return errs.New(errs.Conflict, "visit.no_sites")
	case len(expertsOf(list)) != rule.Team:
		return errs.New(errs.Conflict, "visit.team_size", "N", rule.Team)
	}
	if err := s.enoughNotice(v.Day, rule.Notice); err != nil {
		return err
	}
	q := gen.New(tx)
	if err := q.SetAnnounced(ctx, gen.SetAnnouncedParams{ID: id, At: sql.NullTime{Time: s.stamp(), Valid: true}, Note: note}); err != nil {
		return fmt.Errorf("announce visit: %w", err)
	}
	for i, row := range rows {
		if err := q.InsertSample(ctx, gen.InsertSampleParams{VisitID: id, Nr: int64(i + 1), RowNr: row}); err != nil {
			return fmt.Errorf("insert sample: %w", err)
		}
	}
	return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "visit:announce", Object: "visit:" + id, AreaID: d.AreaID,
		Detail: map[string]any{"day": v.Day, "sample": len(rows)}})
}

// Move sets another day before the visit is announced.
func (s *Service) Move(ctx context.Context, id, day string) error {
	if err := s.requireOffice(ctx); err != nil {
		return err
	}
	v, err := read(ctx, s.DB.Read, id)
	if err != nil {
		return err
	}
	d, err := s.Calls.DossierFor(ctx, v.ApplicationID)
	if err != nil {
		return err
	}
	if err := s.enoughNotice(day, d.Rules.Programme.Visit.Notice); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *sql.Tx) error {
		if v, err = locked(ctx, tx, id); err != nil {
			return err
		}
		if !v.Open() || v.State == Announced {
			return errs.New(errs.Conflict, "visit.announced_already")
		}
		if err := gen.New(tx).SetDay(ctx, gen.SetDayParams{ID: id, Day: day}); err != nil {
			return fmt.Errorf("set day: %w", err)
		}
		return audit.Append(ctx, tx, s.stamp(), audit.Entry{Verb: "visit:move", Object: "visit:" + id, Detail: map[string]any{"from": v.Day, "to": day}})
	})
}
