package account

import (
	"strings"
	"testing"
)

func TestVerify(t *testing.T) {
	p := HashParams{Memory: 64, Time: 1, Threads: 1}
	h := p.hash("Ｘinmi-2026") // a full-width letter is the same on every keyboard
	if h == p.hash("Ｘinmi-2026") {
		t.Error("two hashes of one password are alike: no salt")
	}
	for _, tt := range []struct {
		name, hash, password string
		want                 bool
	}{
		{"right", h, "Xinmi-2026", true},
		{"wrong", h, "xinmi-2026", false},
		{"empty", h, "", false},
		{"no hash", "", "Xinmi-2026", false},
		{"another kind", strings.Replace(h, "argon2id", "argon2i", 1), "Xinmi-2026", false},
		{"too much memory", strings.Replace(h, "m=64", "m=99999999", 1), "Xinmi-2026", false},
		{"spoilt", h[:len(h)-4] + "$$$$", "Xinmi-2026", false},
		{"an empty key", h[:strings.LastIndex(h, "$")+1], "Xinmi-2026", false},
	} {
		if got := verify(tt.hash, tt.password); got != tt.want {
			t.Errorf("%s: verify = %v", tt.name, got)
		}
	}
	if r := p.renew(h, "Xinmi-2026"); r != "" {
		t.Errorf("renewed without need: %s", r)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=64,t=1,p=1$$")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, phc string) {
		if strings.Contains(phc, "m=64,t=1,p=1") || !strings.Contains(phc, "m=") { // not what only costs time
			verify(phc, "x")
		}
	})
}
