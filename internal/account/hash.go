package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"xuedu/internal/errs"
)

// HashParams are the costs of argon2id.
type HashParams struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// DefaultHash takes about 60 ms on a small server (docs/adr/0006-passwords-and-sessions.md).
var DefaultHash = HashParams{Memory: 46 * 1024, Time: 1, Threads: 1}

const (
	saltLen = 16
	keyLen  = 32
	// maxHashMemory is what a stored hash may ask for: a spoilt row must not
	// take the server's memory.
	maxHashMemory = 1 << 20
)

// ParseHashParams reads "m=47104,t=1,p=1", the form PHC strings use.
func ParseHashParams(s string) (HashParams, error) {
	var p HashParams
	n, err := fmt.Sscanf(s, "m=%d,t=%d,p=%d", &p.Memory, &p.Time, &p.Threads)
	if err != nil || n != 3 || p.String() != s || p.Memory < 8*uint32(p.Threads) || p.Memory > maxHashMemory || p.Time < 1 || p.Time > 64 || p.Threads < 1 {
		return HashParams{}, errs.InvalidField("password_hash", "account.bad_hash_params", "Value", s)
	}
	return p, nil
}

func (p HashParams) String() string {
	return fmt.Sprintf("m=%d,t=%d,p=%d", p.Memory, p.Time, p.Threads)
}

// hash returns the PHC string of a password under a new salt.
func (p HashParams) hash(password string) string {
	salt := make([]byte, saltLen)
	rand.Read(salt) // never fails
	key := argon2.IDKey(normal(password), salt, p.Time, p.Memory, p.Threads, keyLen)
	return fmt.Sprintf("$argon2id$v=%d$%s$%s$%s", argon2.Version, p, b64(salt), b64(key))
}

// verify reports whether password is the one of a PHC string. A string it
// cannot read matches nothing.
func verify(phc, password string) bool {
	part := strings.Split(phc, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprint("v=", argon2.Version) {
		return false
	}
	p, err := ParseHashParams(part[3])
	if err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(part[4])
	want, err2 := base64.RawStdEncoding.DecodeString(part[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(want) < 16 || len(want) > 64 {
		return false
	}
	got := argon2.IDKey(normal(password), salt, p.Time, p.Memory, p.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// renew returns a new hash of a right password if phc has other costs than p,
// else "".
func (p HashParams) renew(phc, password string) string {
	if part := strings.Split(phc, "$"); len(part) == 6 && part[3] == p.String() {
		return ""
	}
	return p.hash(password)
}

// normal makes a password the same from every keyboard (NIST SP 800-63B).
func normal(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }

func b64(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
