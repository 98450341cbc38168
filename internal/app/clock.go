package app

import (
	"context"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/config"
	"xuedu/internal/db"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// officeOpens is the time of day at which a clock set to a day begins.
const officeOpens = 9 * time.Hour

// Clock returns the time of a city: the machine's, or for a demo city whose
// configuration sets a clock that moment and what has passed since this call.
// It fails with Conflict where a clock is set for a real city, whose records
// say when things were done, and with Invalid for what is no day or moment.
func Clock(c config.Config, city pack.City, zone *time.Location) (func() time.Time, error) {
	if c.Clock == "" {
		return time.Now, nil
	}
	if !city.Synthetic {
		return nil, errs.New(errs.Conflict, "app.clock_real")
	}
	at, err := moment(c.Clock, zone)
	if err != nil {
		return nil, err
	}
	ahead := time.Until(at)
	return func() time.Time { return time.Now().Add(ahead) }, nil
}

// moment reads a local day, from the time offices open, or an RFC 3339 moment.
func moment(s string, zone *time.Location) (time.Time, error) {
	if day, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return day.Add(officeOpens), nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, errs.InvalidField("clock", "app.clock_bad", "Value", s)
	}
	return at, nil
}

// ClockOf is Clock for a command that opens a database and no App. It fails
// as LoadCity does, too.
func ClockOf(ctx context.Context, c config.Config, d *db.DB) (func() time.Time, error) {
	city, err := LoadCity(ctx, d)
	if err != nil || c.Clock == "" {
		return time.Now, err
	}
	p, err := pack.Stored(ctx, d.Read)
	if err != nil {
		return nil, err
	}
	return Clock(c, city, zoneOf(p))
}

// DemoClock is Clock for a demo city that is still to be made of a pack.
func DemoClock(c config.Config, p *pack.Pack) (func() time.Time, error) {
	return Clock(c, pack.City{Synthetic: true}, zoneOf(p))
}

// setClock sets the clock of the configuration; the pack must be loaded.
func (a *App) setClock() (err error) {
	a.clock, err = Clock(a.Config, a.City, a.Zone())
	return err
}

// Now is the time in the city: the machine's but for a demo city with a clock.
func (a *App) Now() time.Time { return a.now() }

// clockDay is the day that a demo city's clock shows, zero where none is set.
func (a *App) clockDay() time.Time {
	if a.Config.Clock == "" {
		return time.Time{}
	}
	return a.now().In(a.Zone())
}

// ageless is a policy whose passwords do not grow old: a clock that is moved
// by half a year would lock every visitor of a demo city out.
func ageless(p account.Policy) account.Policy {
	roles := make(map[string]account.Rule, len(p.Roles))
	for name, r := range p.Roles {
		r.MaxAge = 0
		roles[name] = r
	}
	p.Roles, p.Default.MaxAge = roles, 0
	return p
}
