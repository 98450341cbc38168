package attach

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"xuedu/internal/accredit/attach/internal/gen"
	"xuedu/internal/errs"
)

// Young is how long a file stays that no row names: it may belong to a
// transaction that has not ended.
const Young = 24 * time.Hour

// Sweep removes files that no row names and that are not young, and returns how
// many. Where no folder is set there is nothing to do.
func (s *Store) Sweep(ctx context.Context) (n int, err error) {
	if s.Dir == "" {
		return 0, nil
	}
	r, err := s.folder()
	if err != nil {
		return 0, err
	}
	err = fs.WalkDir(r.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		removed, err := s.orphan(ctx, path)
		if removed {
			n++
		}
		return err
	})
	if err != nil {
		return n, fmt.Errorf("sweep files: %w", err)
	}
	return n, nil
}

// orphan removes one file if it is not young and no row names it, or if it was
// never finished. What is not ours it leaves alone.
func (s *Store) orphan(ctx context.Context, path string) (bool, error) {
	digest := strings.ReplaceAll(path, "/", "")
	if !known(digest) && !strings.HasSuffix(path, unfinished) {
		return false, nil
	}
	s.sweep.Lock() // nobody writes it again meanwhile
	defer s.sweep.Unlock()
	i, err := s.root.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || s.Now().Sub(i.ModTime()) < Young {
		return false, err
	}
	named, err := gen.New(s.db.Write).Named(ctx, digest) // a replica to read from could lag behind
	if err != nil || named > 0 {
		return false, err
	}
	return true, s.root.Remove(path)
}

// Lost is a file that a row names and that is not there, or not what was kept.
type Lost struct {
	Digest  string
	Damaged bool // it is there
}

// Verify looks at every file that a row names: after a restore, or when in
// doubt about a disk.
func (s *Store) Verify(ctx context.Context) (checked int, lost []Lost, err error) {
	digests, err := gen.New(s.db.Read).Digests(ctx)
	if err != nil {
		return 0, nil, fmt.Errorf("list files: %w", err)
	}
	for _, d := range digests {
		switch _, err := s.Get(ctx, d); {
		case errs.KindOf(err) == errs.NotFound:
			lost = append(lost, Lost{Digest: d})
		case errs.KindOf(err) == errs.Unavailable && s.Dir != "":
			lost = append(lost, Lost{Digest: d, Damaged: true})
		case err != nil:
			return checked, lost, err
		}
		checked++
	}
	return checked, lost, nil
}
