package account

import (
	"time"

	"xuedu/internal/errs"
)

// Policy is the rules of sign-in. A place sets them in the section "security"
// of its pack; DefaultPolicy holds where it says nothing.
type Policy struct {
	Hash        HashParams
	LockAfter   int           // failures in a row until a login is locked
	LockFor     time.Duration // how long a lock holds; also how long failures are remembered
	MaxSessions int           // signed-in browsers per account; the oldest ends
	Default     Rule          // for accounts without a role
	Roles       map[string]Rule
}

// Rule is what a role asks of passwords and sessions. Zero means no rule, but
// for Idle and Session, which every rule must set.
type Rule struct {
	MinLength int           // characters
	Classes   int           // of lower case, upper case, digits, others
	History   int           // earlier passwords that may not come back
	MaxAge    time.Duration // then the password must be changed
	Idle      time.Duration // a session ends so long after the last request …
	Session   time.Duration // … and so long after the sign-in at the latest
}

const day = 24 * time.Hour

var (
	staffRule = Rule{MinLength: 8, Classes: 3, History: 5, MaxAge: 180 * day, Idle: time.Hour, Session: 12 * time.Hour}
	adminRule = Rule{MinLength: 12, Classes: 3, History: 8, MaxAge: 90 * day, Idle: 15 * time.Minute, Session: 8 * time.Hour}
)

// DefaultPolicy follows the common reading of GB/T 22239-2019 level 3 (8.1.4.1).
func DefaultPolicy() Policy {
	return Policy{
		Hash: DefaultHash, LockAfter: 5, LockFor: 15 * time.Minute, MaxSessions: 5, Default: staffRule,
		Roles: map[string]Rule{RoleSystem: adminRule, RoleSecurity: adminRule, RoleAuditor: adminRule, RoleCity: {
			MinLength: 10, Classes: 3, History: 5, MaxAge: 180 * day, Idle: 30 * time.Minute, Session: 10 * time.Hour,
		}},
	}
}

// Check reports the first value of p that cannot be lived with.
func (p Policy) Check() error {
	for _, r := range append([]Rule{p.Default}, values(p.Roles)...) {
		if r.Idle < time.Minute || r.Session < r.Idle || r.Classes > 4 || r.MinLength > maxPassword/4 {
			return errs.InvalidField("security", "account.bad_policy")
		}
	}
	if p.LockAfter < 1 || p.LockFor < time.Second || p.MaxSessions < 1 {
		return errs.InvalidField("security", "account.bad_policy")
	}
	return nil
}

func values(m map[string]Rule) []Rule {
	out := make([]Rule, 0, len(m))
	for _, r := range m {
		out = append(out, r)
	}
	return out
}

// For returns the rule of somebody who holds all of grants: of each number the
// strictest.
func (p Policy) For(grants []Grant) Rule {
	if len(grants) == 0 {
		return p.Default
	}
	out := p.role(grants[0].Role)
	for _, g := range grants[1:] {
		out = stricter(out, p.role(g.Role))
	}
	return out
}

func (p Policy) role(role string) Rule {
	if r, ok := p.Roles[role]; ok {
		return r
	}
	return p.Default
}

func stricter(a, b Rule) Rule {
	a.MinLength, a.Classes, a.History = max(a.MinLength, b.MinLength), max(a.Classes, b.Classes), max(a.History, b.History)
	if a.MaxAge == 0 || b.MaxAge != 0 && b.MaxAge < a.MaxAge {
		a.MaxAge = b.MaxAge
	}
	a.Idle, a.Session = min(a.Idle, b.Idle), min(a.Session, b.Session)
	return a
}

// asksMore reports whether a password good for old may be too weak for r.
func (r Rule) asksMore(old Rule) bool { return r.MinLength > old.MinLength || r.Classes > old.Classes }

// expired reports whether a password set at t is too old.
func (r Rule) expired(t, now time.Time) bool { return r.MaxAge > 0 && now.After(t.Add(r.MaxAge)) }
