package attach

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"xuedu/internal/errs"
)

// folder opens the folder of the files, and makes it if need be. Nothing
// outside of it can be reached through the root.
func (s *Store) folder() (*os.Root, error) {
	s.open.Lock()
	defer s.open.Unlock()
	if s.root != nil {
		return s.root, nil
	}
	if s.Dir == "" {
		return nil, errs.New(errs.Unavailable, "attach.no_folder")
	}
	err := os.MkdirAll(s.Dir, 0o700)
	if err == nil {
		s.root, err = os.OpenRoot(s.Dir)
	}
	if err != nil {
		return nil, &errs.Error{Kind: errs.Unavailable, Key: "attach.bad_folder", Args: []any{"Path", s.Dir}, Err: err}
	}
	return s.root, nil
}

// Close lets go of the folder.
func (s *Store) Close() error {
	s.open.Lock()
	defer s.open.Unlock()
	if s.root == nil {
		return nil
	}
	r := s.root
	s.root = nil
	return r.Close()
}

// path spreads files over 256 folders.
func path(digest string) (dir, file string) { return digest[:2], digest[:2] + "/" + digest[2:] }

// unfinished ends the name of a file that is still being written.
const unfinished = ".part"

// write keeps content so that it is there whole, or not at all, whenever the
// power fails. It is written anew even if it is there: so it is young again, and
// not swept away, and whole again if the disk lost it.
func (s *Store) write(digest string, content []byte) error {
	r, err := s.folder()
	if err != nil {
		return err
	}
	dir, file := path(digest)
	part := file + "." + rand.Text() + unfinished
	err = r.MkdirAll(dir, 0o700)
	if err == nil {
		err = writeSynced(r, part, content)
	}
	if err == nil {
		err = r.Rename(part, file)
	}
	if err == nil {
		err = syncDir(r, dir)
	}
	if err != nil {
		return &errs.Error{Kind: errs.Unavailable, Key: "attach.no_write", Err: errors.Join(err, dropped(r.Remove(part)))}
	}
	return nil
}

func dropped(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func writeSynced(r *os.Root, name string, content []byte) error {
	f, err := r.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes sure that a new name is there after a power cut.
func syncDir(r *os.Root, dir string) error {
	f, err := r.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (s *Store) read(digest string) ([]byte, error) {
	r, err := s.folder()
	if err != nil {
		return nil, err
	}
	if !known(digest) {
		return nil, fs.ErrNotExist
	}
	_, file := path(digest)
	content, err := r.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return content, nil
}

func (s *Store) stat(digest string) (fs.FileInfo, error) {
	r, err := s.folder()
	if err != nil {
		return nil, err
	}
	if !known(digest) {
		return nil, errs.New(errs.NotFound, "attach.no_file")
	}
	_, file := path(digest)
	i, err := r.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &errs.Error{Kind: errs.NotFound, Key: "attach.no_file", Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("find file: %w", err)
	}
	return i, nil
}
