package ledger

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// pseudonymizer turns keys of persons into pseudonyms. It is for one goroutine.
type pseudonymizer struct {
	mac hash.Hash
	sum [sha256.Size]byte
}

func newPseudonymizer(key []byte) *pseudonymizer {
	return &pseudonymizer{mac: hmac.New(sha256.New, key)}
}

// of returns the first 128 bits of HMAC-SHA-256(key), in hex. The key is not
// kept, and without the city's key file nobody finds it again (design 4.2).
func (p *pseudonymizer) of(key string) string {
	p.mac.Reset()
	p.mac.Write([]byte(key))
	return hex.EncodeToString(p.mac.Sum(p.sum[:0])[:16])
}

// phoneTag finds a telephone number without keeping it; "" has none.
func (s *Service) phoneTag(phone string) string {
	if phone = digits(phone); phone == "" {
		return ""
	}
	mac := hmac.New(sha256.New, s.ring.Phone)
	mac.Write([]byte(phone))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// digits leaves the digits of a telephone number, without the country's 86.
func digits(phone string) string {
	d := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if len(d) == 13 && strings.HasPrefix(d, "861") {
		return d[2:]
	}
	return d
}

// sealed is what stands encrypted in person_contact.
type sealed struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// seal encrypts with AES-256-GCM. The person's number is bound in, so that a
// sealed text cannot be moved to another person.
func (s *Service) seal(personID int64, c sealed) (string, error) {
	aead, err := s.aead()
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("seal contact: %w", err)
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce) // never fails
	return base64.StdEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, owner(personID))), nil
}

func (s *Service) unseal(personID int64, text string) (sealed, error) {
	aead, err := s.aead()
	if err != nil {
		return sealed{}, err
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err == nil && len(b) < aead.NonceSize() {
		err = errors.New("too short")
	}
	if err != nil {
		return sealed{}, fmt.Errorf("open contact of person %d: %w", personID, err)
	}
	plain, err := aead.Open(nil, b[:aead.NonceSize()], b[aead.NonceSize():], owner(personID))
	if err != nil {
		return sealed{}, fmt.Errorf("open contact of person %d: %w", personID, err)
	}
	var c sealed
	if err := json.Unmarshal(plain, &c); err != nil {
		return sealed{}, fmt.Errorf("open contact of person %d: %w", personID, err)
	}
	return c, nil
}

func (s *Service) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.ring.Contact)
	if err != nil {
		return nil, fmt.Errorf("contact key: %w", err)
	}
	return cipher.NewGCM(block)
}

func owner(personID int64) []byte { return []byte("person " + strconv.FormatInt(personID, 10)) }

// MaskName shows of a name what a public notice may show: 王**, and of a
// longer one the first letter too. It and MaskPhone are the only ways to print
// a person outside the institution.
func MaskName(name string) string {
	r := []rune(strings.TrimSpace(name))
	if len(r) == 0 {
		return ""
	}
	return string(r[0]) + "**"
}

// MaskPhone shows 138****1234; of a short number only the last two digits.
func MaskPhone(phone string) string {
	d := digits(phone)
	switch {
	case d == "":
		return ""
	case len(d) < 8:
		return "****" + d[max(0, len(d)-2):]
	}
	return d[:3] + "****" + d[len(d)-4:]
}
