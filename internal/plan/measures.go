package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/plan/internal/gen"
)

// AwardMeasures offers the awards in force at the end of a period, one measure
// award.KIND for each kind that a target of the pack counts or that was ever
// awarded. It is a measure.Source and safe for concurrent use.
type AwardMeasures struct {
	db   *db.DB
	pack func() *pack.Pack
	text measure.Translate
	now  func() time.Time

	mu    sync.Mutex
	of    *pack.Pack // decls were made from it …
	kinds []string   // … and these
	decls []measure.Decl
}

// NewAwardMeasures returns the source.
func NewAwardMeasures(d *db.DB, p func() *pack.Pack, text measure.Translate, now func() time.Time) *AwardMeasures {
	return &AwardMeasures{db: d, pack: p, text: text, now: now}
}

// codeOf is the code of the measure that counts a kind of award.
func codeOf(kind string) string { return awards + strings.ReplaceAll(kind, "-", "_") }

// Decls implements measure.Source.
func (m *AwardMeasures) Decls(ctx context.Context) ([]measure.Decl, error) {
	kinds, err := gen.New(m.db.Read).AwardKinds(ctx)
	if err != nil {
		return nil, fmt.Errorf("list kinds of awards: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.pack()
	if m.of == p && slices.Equal(m.kinds, kinds) {
		return m.decls, nil
	}
	m.of, m.kinds, m.decls = p, kinds, nil
	names := map[string]pack.Text{}
	for _, plan := range p.Plans {
		for _, t := range plan.Targets {
			if _, ok := kindOf(t.MeasureCode()); ok {
				names[t.MeasureCode()] = t.Name
			}
		}
	}
	for _, k := range kinds {
		if code := codeOf(k); names[code] == nil && measure.ValidCode(code) {
			names[code] = pack.Text{"zh-CN": k, "en": k}
		}
	}
	for code, name := range names {
		m.decls = append(m.decls, m.decl(code, name))
	}
	slices.SortFunc(m.decls, func(a, b measure.Decl) int { return strings.Compare(a.Code, b.Code) })
	return m.decls, nil
}

func (m *AwardMeasures) decl(code string, of pack.Text) measure.Decl {
	name := pack.Text{}
	for _, lang := range i18n.Langs {
		name[lang] = m.text(lang, "plan.measure.award", "Name", of.In(lang))
	}
	return measure.Decl{Code: code, Name: name, Note: m.text.Text("plan.measure.award_note"), Unit: "award", Domain: "award",
		Area: formula.Sum, Time: formula.Last, Periods: []period.Kind{period.Year, period.Quarter, period.Month, period.Range}}
}

// lastDay is the day that a period is counted at: its last, or today while it
// runs.
func (m *AwardMeasures) lastDay(p period.Period) period.Day {
	return min(p.To, period.DayOf(m.now().In(m.pack().Zone())))
}

// list reads the awards that a code counts.
func (m *AwardMeasures) list(ctx context.Context, code string) ([]gen.AwardsRow, error) {
	kind, _ := kindOf(code)
	rows, err := gen.New(m.db.Read).Awards(ctx, kind)
	if err != nil {
		return nil, fmt.Errorf("read awards %s: %w", kind, err)
	}
	return rows, nil
}

// Version implements measure.Source. The register of awards is short: its
// content is its version.
func (m *AwardMeasures) Version(ctx context.Context, code string, p period.Period) (string, error) {
	rows, err := m.list(ctx, code)
	h := sha256.New()
	fmt.Fprintln(h, m.lastDay(p))
	for _, r := range rows {
		fmt.Fprintln(h, r.ID, r.AreaID, r.State, r.ValidFrom, r.ValidTo)
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), err
}

// Read implements measure.Source. A kind without an award counts zero: the
// register is there, and holds none.
func (m *AwardMeasures) Read(ctx context.Context, a measure.Ask) (measure.Block, error) {
	day := m.lastDay(a.Period)
	if day < a.Period.From {
		return measure.Unrecorded(a.Tree), nil
	}
	rows, err := m.list(ctx, a.Code)
	own := make([]int64, a.Tree.Len())
	for _, r := range rows {
		if n, ok := a.Tree.ByID(r.AreaID); ok && inForce(r, day.String()) {
			own[n]++
		}
	}
	return measure.Counted(a.Tree, a.Period, measure.AddUp(a.Tree, own)), err
}

func inForce(r gen.AwardsRow, day string) bool {
	return r.State == "awarded" && r.ValidFrom <= day && (r.ValidTo == "" || r.ValidTo > day)
}

// Origin implements measure.Source: who holds the awards.
func (m *AwardMeasures) Origin(ctx context.Context, a measure.Ask, nr, limit int) ([]measure.Part, int, error) {
	rows, err := m.list(ctx, a.Code)
	if err != nil {
		return nil, 0, err
	}
	parts := m.parts(rows, a.Tree, nr, m.lastDay(a.Period).String())
	return parts[:min(limit, len(parts))], len(parts), nil
}

func (m *AwardMeasures) parts(rows []gen.AwardsRow, t *area.Tree, nr int, day string) []measure.Part {
	var parts []measure.Part
	for _, r := range rows {
		n, ok := t.ByID(r.AreaID)
		if ok && n >= nr && n < t.Last(nr) && inForce(r, day) {
			parts = append(parts, measure.Part{Name: pack.Text{"zh-CN": r.Holder, "en": r.Holder}, Value: 1, State: formula.Value})
		}
	}
	return parts
}
