package account

import (
	"maps"
	"time"

	"xuedu/internal/pack"
)

// PolicyOf returns the policy of a place: what its pack says, and the default
// for the rest. s may be nil.
func PolicyOf(s *pack.Security, hash HashParams) Policy {
	p := DefaultPolicy()
	p.Hash = hash
	if s == nil {
		return p
	}
	set(&p.LockAfter, s.LockAfter)
	duration(&p.LockFor, s.LockMinutes, time.Minute)
	set(&p.MaxSessions, s.MaxSessions)
	p.Default = ruleOf(p.Default, &s.Default)
	p.Roles = maps.Clone(p.Roles)
	for _, role := range Roles {
		if r, ok := s.Roles[role]; ok {
			p.Roles[role] = ruleOf(p.role(role), r)
		}
	}
	return p
}

func ruleOf(r Rule, s *pack.SecurityRule) Rule {
	if s == nil {
		return r
	}
	set(&r.MinLength, s.MinLength)
	set(&r.Classes, s.Classes)
	set(&r.History, s.History)
	duration(&r.MaxAge, s.MaxAgeDays, day)
	duration(&r.Idle, s.IdleMinutes, time.Minute)
	duration(&r.Session, s.SessionMinutes, time.Minute)
	return r
}

func set(to *int, v *int) {
	if v != nil {
		*to = *v
	}
}

func duration(to *time.Duration, v *int, unit time.Duration) {
	if v != nil {
		*to = time.Duration(*v) * unit
	}
}
