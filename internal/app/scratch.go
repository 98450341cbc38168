package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"xuedu/internal/config"
	"xuedu/internal/pack"
)

// OpenScratch makes a city of a pack in a temporary folder and opens it, to
// check what the pack says against the program. done throws it away.
func OpenScratch(ctx context.Context, p *pack.Pack) (a *App, done func() error, err error) {
	dir, err := os.MkdirTemp("", "xuedu-check")
	if err != nil {
		return nil, nil, err
	}
	c := config.Default
	c.DB, c.KeyFile, c.CacheDir = "sqlite:"+filepath.Join(dir, "city.db"), filepath.Join(dir, "city.key"), dir
	if _, err = Init(ctx, c, InitOptions{Pack: p, Now: time.Now}); err == nil {
		a, err = Open(ctx, c)
	}
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return a, func() error { return errors.Join(a.Close(), os.RemoveAll(dir)) }, nil
}
