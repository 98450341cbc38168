// Package attach keeps files by the SHA-256 of their content, in a folder
// beside the database, with limits and a hook for a virus scanner. A file is
// kept before the row that names it, so that a row never lacks its file; what
// no row names is swept away (docs/adr/0012-attachments.md).
package attach

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"xuedu/internal/accredit/attach/internal/gen"
	"xuedu/internal/db"
	"xuedu/internal/errs"
)

// Options says where files are kept and who looks at them.
type Options struct {
	Dir     string        // folder; "" = none is set: keeping a file fails with Unavailable
	Scanner []string      // command and arguments, the content on its standard input; empty = nobody scans
	Timeout time.Duration // of one scan; 0 = a minute
	Now     func() time.Time
}

// Store keeps files. It is safe for concurrent use.
type Store struct {
	Options
	db *db.DB

	open  sync.Mutex // guards root
	root  *os.Root
	sweep sync.RWMutex // held for writing while an orphan is removed
}

// New returns the store of a database. The folder is made with the first file.
func New(d *db.DB, o Options) *Store {
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	return &Store{Options: o, db: d}
}

// Digest is the name under which content is kept.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// known reports whether s can be a digest at all: it becomes a path.
func known(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == s
}

// Store has content scanned and keeps it, outside of any transaction. It fails
// with Invalid where the scanner refuses it, and with Unavailable where the
// scanner or the folder does not answer. The same content again is kept once.
func (s *Store) Store(ctx context.Context, content []byte) (digest string, err error) {
	if err := s.scan(ctx, content); err != nil {
		return "", err
	}
	s.sweep.RLock()
	defer s.sweep.RUnlock()
	digest = Digest(content)
	if err := s.write(digest, content); err != nil {
		return "", err
	}
	return digest, nil
}

// Keep notes in the transaction of what it belongs to that a file which Store
// kept is needed. It fails with NotFound where Store did not keep it.
func (s *Store) Keep(ctx context.Context, tx *sql.Tx, digest, media string, size int64) error {
	if _, err := s.stat(digest); err != nil {
		return err
	}
	err := gen.New(tx).Keep(ctx, gen.KeepParams{Digest: digest, Size: size, Media: media, Scanned: s.scanner(),
		CreatedAt: s.Now().UTC().Truncate(time.Millisecond)})
	if err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	return nil
}

// Put is Store and Keep, for a file that comes into being in a transaction.
func (s *Store) Put(ctx context.Context, tx *sql.Tx, media string, content []byte) (digest string, err error) {
	if digest, err = s.Store(ctx, content); err != nil {
		return "", err
	}
	return digest, s.Keep(ctx, tx, digest, media, int64(len(content)))
}

// Get returns a file. It fails with NotFound where there is none, and with
// Unavailable where it is not what was kept: somebody changed it, or the disk
// lost it.
func (s *Store) Get(_ context.Context, digest string) ([]byte, error) {
	content, err := s.read(digest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &errs.Error{Kind: errs.NotFound, Key: "attach.no_file", Err: err}
	case err != nil:
		return nil, err
	case Digest(content) != digest:
		return nil, errs.New(errs.Unavailable, "attach.damaged", "Digest", digest)
	}
	return content, nil
}
