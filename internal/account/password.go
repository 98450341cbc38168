package account

import (
	"crypto/rand"
	_ "embed"
	"math/big"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"xuedu/internal/errs"
)

// maxPassword is the most bytes a password may have; hashing more is wasted.
const maxPassword = 256

//go:embed common.txt
var commonList string

// common holds the passwords that are tried first, in lower case.
var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonList) {
		set[strings.TrimSpace(line)] = true
	}
	return set
})

// Check reports which part of r a new password breaks, as Invalid with a text
// that says what to do. login is the account it is for.
func (r Rule) Check(login, password string) error {
	p := strings.ToLower(password)
	switch {
	case len(password) > maxPassword || !utf8.ValidString(password):
		return errs.InvalidField("password", "account.password.too_long")
	case utf8.RuneCountInString(password) < r.MinLength:
		return errs.InvalidField("password", "account.password.too_short", "N", r.MinLength)
	case classes(password) < r.Classes:
		return errs.InvalidField("password", "account.password.classes", "N", r.Classes)
	case utf8.RuneCountInString(login) > 2 && strings.Contains(p, strings.ToLower(login)):
		return errs.InvalidField("password", "account.password.has_login")
	case common()[p] || uniform(password):
		return errs.InvalidField("password", "account.password.common")
	}
	return nil
}

// classes counts the kinds of characters in s; characters without case, such
// as Chinese ones, are of the fourth kind.
func classes(s string) int {
	var has [4]bool
	for _, c := range s {
		switch {
		case unicode.IsLower(c):
			has[0] = true
		case unicode.IsUpper(c):
			has[1] = true
		case unicode.IsDigit(c):
			has[2] = true
		default:
			has[3] = true
		}
	}
	n := 0
	for _, h := range has {
		if h {
			n++
		}
	}
	return n
}

// uniform reports whether s is made of three different characters or fewer.
func uniform(s string) bool {
	rs := []rune(s)
	slices.Sort(rs)
	return len(slices.Compact(rs)) <= 3
}

// The alphabets of generated passwords leave out what is mistaken on paper.
const (
	lowers = "abcdefghijkmnpqrstuvwxyz"
	uppers = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	digits = "23456789"
)

// Generate returns a random password of four groups of four, some 90 bits,
// that meets every rule of up to 19 characters: Kd7q-….
func Generate() string {
	var b strings.Builder
	for g := range 4 {
		if g > 0 {
			b.WriteByte('-')
		}
		for _, set := range []string{uppers, lowers, digits, lowers + uppers + digits} {
			b.WriteByte(set[pick(len(set))])
		}
	}
	return b.String()
}

func pick(n int) int64 {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil { // the system's source does not fail
		panic(err)
	}
	return i.Int64()
}
