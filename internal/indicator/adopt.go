package indicator

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"xuedu/internal/audit"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// Adopt brings the definitions of the pack in: new codes and new versions, with
// reason. A code whose newest version is the city's own stays as the city has
// it; so does one that the pack no longer has. The same pack again changes
// nothing. It fails with Invalid without a reason.
func (s *Service) Adopt(ctx context.Context, reason string) (changed int, err error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return 0, errs.InvalidField("reason", "indicator.reason_required")
	}
	if len(s.pack().Indicators.Definitions) == 0 {
		return 0, nil
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		have, err := versions(ctx, tx)
		if err != nil {
			return err
		}
		if len(missing(have, s.pack().Indicators.Definitions)) == 0 {
			return nil
		}
		changed, err = s.adopt(ctx, tx, reason)
		return err
	})
	return changed, err
}

func (s *Service) adopt(ctx context.Context, tx *sql.Tx, reason string) (int, error) {
	if _, err := db.Next(ctx, tx, counter, 1); err != nil { // one at a time
		return 0, err
	}
	have, err := versions(ctx, tx)
	if err != nil {
		return 0, err
	}
	news := missing(have, s.pack().Indicators.Definitions)
	at, codes := s.stamp(), make([]string, 0, len(news))
	for _, d := range news {
		v, err := put(ctx, tx, have[d.Code], Definition{Indicator: d, Origin: FromPack, Reason: reason, Author: audit.From(ctx).Actor}, at)
		if err != nil {
			return 0, err
		}
		have[d.Code] = refreshed(have[d.Code], v)
		codes = append(codes, d.Code)
	}
	return len(news), audit.Append(ctx, tx, at, audit.Entry{Verb: "indicator:adopt", Object: "indicator:*", Reason: reason,
		Detail: map[string]any{"pack": s.pack().Name + " " + s.pack().Version, "codes": slices.Compact(codes)}})
}

// missing lists the definitions of a pack that a city does not have, by code
// and first day.
func missing(have map[string][]Definition, defs []pack.Indicator) []pack.Indicator {
	var out []pack.Indicator
	for _, d := range defs {
		list := have[d.Code]
		if last, ok := newest(list); ok && last.Origin == FromCity {
			continue
		}
		if v, ok := on(list, d.From); !ok || v.From != d.From || body(v.Indicator) != body(d) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b pack.Indicator) int { return strings.Compare(a.Code+" "+a.From, b.Code+" "+b.From) })
	return out
}

// refreshed is a list of versions after put has added d to it.
func refreshed(list []Definition, d Definition) []Definition {
	out := slices.Clone(list)
	_, ended := d.after(list)
	for _, e := range ended {
		for i := range out {
			if out[i].Version == e.Version {
				out[i].ValidTo = e.ValidTo
			}
		}
	}
	return append(out, d)
}
