package pack

// Security is what a place asks of sign-in. What it does not say is as the
// program has it (docs/operators/accounts.md).
type Security struct {
	LockAfter   *int                     `yaml:"lock_after"`   // wrong passwords in a row until a login is locked
	LockMinutes *int                     `yaml:"lock_minutes"` // how long a lock holds
	MaxSessions *int                     `yaml:"max_sessions"` // signed-in browsers per account
	Default     SecurityRule             `yaml:"default"`      // accounts without a role, and roles not named
	Roles       map[string]*SecurityRule `yaml:"roles"`
}

// SecurityRule is what a role asks of passwords and sessions.
type SecurityRule struct {
	MinLength      *int `yaml:"min_length"`      // characters of a password
	Classes        *int `yaml:"classes"`         // of small letters, capitals, digits, other signs
	History        *int `yaml:"history"`         // earlier passwords that may not come back
	MaxAgeDays     *int `yaml:"max_age_days"`    // then it must be changed; 0 = never
	IdleMinutes    *int `yaml:"idle_minutes"`    // a session ends so long after the last request …
	SessionMinutes *int `yaml:"session_minutes"` // … and so long after the sign-in at the latest
}
