package decide

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
)

// hide seals a text of an objection with the city's key (AES-256-GCM).
func (s *Service) hide(id, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	g, err := s.cipher()
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(g.Seal(nil, nil, []byte(text), []byte(id))), nil
}

func (s *Service) show(id, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	g, err := s.cipher()
	if err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("objection %s: %w", id, err)
	}
	plain, err := g.Open(nil, nil, raw, []byte(id))
	if err != nil {
		return "", fmt.Errorf("objection %s: %w", id, err)
	}
	return string(plain), nil
}

func (s *Service) cipher() (cipher.AEAD, error) {
	b, err := aes.NewCipher(s.Key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(b)
}
