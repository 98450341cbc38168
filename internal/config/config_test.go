package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"xuedu/internal/config"
	"xuedu/internal/errs"
)

func TestLaterSourcesWin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "xuedu.toml")
	if err := os.WriteFile(path, []byte("db = \"sqlite:file.db\"\naddr = \"file:1\"\nlang = \"en\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XUEDU_ADDR", "env:2")
	t.Setenv("XUEDU_LANG", "zh-CN")
	c, err := config.Load(path, map[string]any{"lang": "en"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ source, got, want string }{
		{"default", c.LogLevel, "info"},
		{"file", c.DB, "sqlite:file.db"},
		{"environment", c.Addr, "env:2"},
		{"flag", c.Lang, "en"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.source, tt.got, tt.want)
		}
	}
}

func TestBadFileIsInvalid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.toml")
	if err := os.WriteFile(path, []byte("db = [unclosed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(path, nil); errs.KindOf(err) != errs.Invalid {
		t.Errorf("Load = %v, want Invalid", err)
	}
}
