package draw

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"xuedu/internal/errs"
)

// Limits of a draw.
const (
	MaxEntries = 100_000
	MaxWeight  = 1_000_000
	MaxGroups  = 64
	maxText    = 500
)

// Head is what a draw is frozen from, besides its entries.
type Head struct {
	ID, Purpose, Title string
	Seats              int
	Groups             []Group
	Rule               string
	At                 time.Time
}

// Token hides a thing: nobody finds the thing without the salt, and nobody can
// claim later that it stood for another.
func Token(salt, thing string) string {
	sum := sha256.Sum256([]byte(salt + "\n" + thing))
	return hex.EncodeToString(sum[:])
}

// Commit is the commitment to a secret.
func Commit(secret []byte) string {
	sum := sha256.Sum256(secret)
	return hex.EncodeToString(sum[:])
}

// Freeze fixes a draw before its public value exists. It fails with Invalid
// where an entry or bound is malformed, and says by which groups the bounds
// cannot be met.
func Freeze(h Head, entries []Entry, secret []byte) (Manifest, error) {
	m := Manifest{
		Format: Format, ID: h.ID, Purpose: h.Purpose, Title: h.Title, Seats: h.Seats, Rule: strings.TrimSpace(h.Rule),
		Groups: slices.Clone(h.Groups), Entries: make([]Entry, len(entries)),
		Commitment: Commit(secret), FrozenAt: stamp(h.At), Order: []string{}, Taken: []string{},
	}
	for i, e := range entries {
		g := append([]string{}, e.Groups...)
		slices.Sort(g)
		m.Entries[i] = Entry{e.Token, e.Weight, slices.Compact(g)}
	}
	if m.Groups == nil {
		m.Groups = []Group{}
	}
	slices.SortFunc(m.Entries, func(a, b Entry) int { return cmp.Compare(a.Token, b.Token) })
	slices.SortFunc(m.Groups, func(a, b Group) int { return cmp.Compare(a.Code, b.Code) })
	if len(secret) < 16 {
		return Manifest{}, errs.InvalidField("secret", "draw.short_secret")
	}
	if err := m.check(); err != nil {
		return Manifest{}, err
	}
	m.Root = root(m.Entries)
	m.Frozen = m.frozen()
	return m, m.feasible()
}

// stamp is a time as a manifest prints it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

var (
	hex256   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	wordForm = regexp.MustCompile(`^[\p{L}\p{N}._:-]{1,64}$`)
	timeForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
)

// check refuses what is malformed, before anything is computed from it.
func (m Manifest) check() error {
	switch {
	case m.Format != Format:
		return errs.InvalidField("format", "draw.bad_format", "Format", m.Format)
	case !wordForm.MatchString(m.ID) || !wordForm.MatchString(m.Purpose):
		return errs.InvalidField("id", "draw.bad_field", "Field", "id")
	case !plain(m.Title):
		return errs.InvalidField("title", "draw.bad_field", "Field", "title")
	case !plain(m.Rule):
		return errs.InvalidField("rule", "draw.no_rule")
	case m.Seats < 1 || m.Seats > MaxEntries:
		return errs.InvalidField("seats", "draw.bad_seats")
	case len(m.Entries) == 0 || len(m.Entries) > MaxEntries:
		return errs.InvalidField("entries", "draw.bad_entries", "Most", MaxEntries)
	case !timeForm.MatchString(m.FrozenAt):
		return errs.InvalidField("frozen_at", "draw.bad_field", "Field", "frozen_at")
	}
	if err := m.checkGroups(); err != nil {
		return err
	}
	return m.checkEntries()
}

// plain reports whether a text is one line that every JSON writer writes alike.
func plain(s string) bool {
	n := utf8.RuneCountInString(s)
	return n > 0 && n <= maxText && utf8.ValidString(s) && s == strings.TrimSpace(s) &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsControl(r) || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == utf8.RuneError
		})
}

func (m Manifest) checkGroups() error {
	if len(m.Groups) > MaxGroups {
		return errs.InvalidField("groups", "draw.bad_field", "Field", "groups")
	}
	for i, g := range m.Groups {
		double := i > 0 && m.Groups[i-1].Code >= g.Code
		bad := g.Least < 0 || g.Most < 0 || g.Most > 0 && g.Most < g.Least || g.Least > MaxEntries || g.Most > MaxEntries
		if double || bad || !wordForm.MatchString(g.Code) {
			return errs.InvalidField("groups", "draw.bad_group", "Group", g.Code)
		}
	}
	return nil
}

func (m Manifest) checkEntries() error {
	for i, e := range m.Entries {
		double := i > 0 && m.Entries[i-1].Token >= e.Token
		if double || !hex256.MatchString(e.Token) || e.Weight < 1 || e.Weight > MaxWeight {
			return errs.InvalidField("entries", "draw.bad_entry", "Token", e.Token)
		}
		for j, g := range e.Groups {
			if !wordForm.MatchString(g) || j > 0 && e.Groups[j-1] >= g {
				return errs.InvalidField("entries", "draw.bad_entry", "Token", e.Token)
			}
		}
	}
	return nil
}
