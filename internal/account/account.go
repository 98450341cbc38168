package account

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"xuedu/internal/audit"
	"xuedu/internal/errs"
)

// States of an account.
const (
	Active   = "active"
	Disabled = "disabled"
)

// Account is one person who may sign in.
type Account struct {
	ID         string
	Login      string // lower case
	Name       string
	State      string
	MustChange bool // at the next sign-in
	PasswordAt time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Grants     []Grant

	hash string
}

// NewAccount is what an account is made of.
type NewAccount struct {
	Login, Name string
	Password    string // "" = make one
	MustChange  bool   // the password is to be changed at the first sign-in; always so where it was made
	Grants      []NewGrant
}

// NewGrant is a role and where it is held.
type NewGrant struct {
	Role   string
	AreaID int64  // the subtree, or 0
	OrgID  string // the institution, or ""
}

// trusted reports whether ctx belongs to the operator of the machine (a
// command) or to the program itself. They are not bound by the separation of
// administrators, since they could write to the database anyway; the trail
// names them.
func trusted(ctx context.Context) bool {
	who := audit.From(ctx).Actor
	return who == "system" || strings.HasPrefix(who, "cli:")
}

// require fails with Forbidden unless the caller has perm or is trusted.
func require(ctx context.Context, perm string) error {
	if trusted(ctx) || From(ctx).Can(perm) {
		return nil
	}
	return errs.New(errs.Forbidden, "error.forbidden")
}

const maxReason = 500

// needReason returns reason trimmed, or Invalid where there is none.
func needReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case n < 2:
		return "", errs.InvalidField("reason", "account.reason_missing")
	case n > maxReason:
		return "", errs.InvalidField("reason", "account.reason_long", "N", maxReason)
	}
	return reason, nil
}

// cleanLogin returns a login as it is stored, or Invalid: 2 to 64 letters and
// digits of any script, dots, dashes, underlines and at-signs.
func cleanLogin(s string) (string, error) {
	s = strings.ToLower(string(normal(strings.TrimSpace(s))))
	n := utf8.RuneCountInString(s)
	bad := strings.ContainsFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("._-@", c)
	})
	if n < 2 || n > 64 || bad || !utf8.ValidString(s) {
		return "", errs.InvalidField("login", "account.bad_login")
	}
	return s, nil
}

func cleanName(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if n := utf8.RuneCountInString(s); n == 0 || n > 60 || strings.ContainsFunc(s, unicode.IsControl) {
		return "", errs.InvalidField("name", "account.bad_name")
	}
	return s, nil
}
