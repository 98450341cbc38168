package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xuedu/internal/errs"
	"xuedu/packs"
)

// FindPack returns the folder of a pack that ships with the program, or of a
// path on this machine. It fails with NotFound where neither holds a pack.
func FindPack(name string) (fs.FS, error) {
	if fsys, err := packs.Open(name); err == nil {
		return fsys, nil
	}
	if _, err := os.Stat(filepath.Join(name, "pack.yaml")); err != nil {
		return nil, &errs.Error{Kind: errs.NotFound, Key: "pack.not_found", Field: "pack", Err: err,
			Args: []any{"Name", name, "Known", strings.Join(packs.Names, ", ")}}
	}
	return os.DirFS(name), nil
}
