package keys_test

import (
	"os"
	"path/filepath"
	"testing"

	"xuedu/internal/errs"
	"xuedu/internal/keys"
)

func TestCreateThenLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sub", "city.key")
	made, err := keys.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := keys.Load(path)
	if err != nil || loaded.Fingerprint() != made.Fingerprint() {
		t.Errorf("Load = %v; fingerprints %s and %s", err, made.Fingerprint(), loaded.Fingerprint())
	}
	if _, err := keys.Create(path); errs.KindOf(err) != errs.Conflict {
		t.Errorf("Create over a key = %v, want Conflict", err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", st.Mode(), err)
	}
	other, err := keys.Create(path + "2")
	if err != nil || other.Fingerprint() == made.Fingerprint() {
		t.Errorf("two cities share a key: %v", err)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "city.key")
	if _, err := keys.Load(path); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("missing: %v, want Unavailable", err)
	}
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Load(path); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("spoilt: %v, want Unavailable", err)
	}
}
