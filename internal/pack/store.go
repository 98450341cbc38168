package pack

import (
	"context"
	"fmt"

	"xuedu/internal/db"
	"xuedu/internal/pack/internal/gen"
)

// storedFiles reads the pack in force, in the order of the files' names.
func storedFiles(ctx context.Context, q db.Querier) ([]File, error) {
	rows, err := gen.New(q).PackFiles(ctx)
	if err != nil {
		return nil, fmt.Errorf("read pack: %w", err)
	}
	files := make([]File, len(rows))
	for i, r := range rows {
		files[i] = File{Path: r.Path, Content: r.Content, SHA256: r.Sha256}
	}
	return files, nil
}

// storedDigest is the Digest of the pack in force, without reading it.
func storedDigest(ctx context.Context, q db.Querier) (string, error) {
	rows, err := gen.New(q).PackDigests(ctx)
	if err != nil {
		return "", fmt.Errorf("read pack: %w", err)
	}
	files := make([]File, len(rows))
	for i, r := range rows {
		files[i] = File{Path: r.Path, SHA256: r.Sha256}
	}
	return digest(files), nil
}

// putFiles makes files the whole content of the stored pack and touches only
// those that differ.
func putFiles(ctx context.Context, tx db.Querier, files []File) error {
	rows, err := gen.New(tx).PackDigests(ctx)
	if err != nil {
		return fmt.Errorf("read pack: %w", err)
	}
	have := make(map[string]string, len(rows))
	for _, r := range rows {
		have[r.Path] = r.Sha256
	}
	for _, f := range files {
		if have[f.Path] != f.SHA256 {
			if err := gen.New(tx).PutPackFile(ctx, gen.PutPackFileParams{Path: f.Path, Content: f.Content, Sha256: f.SHA256}); err != nil {
				return fmt.Errorf("store %s: %w", f.Path, err)
			}
		}
		delete(have, f.Path)
	}
	for path := range have {
		if err := gen.New(tx).DeletePackFile(ctx, path); err != nil {
			return fmt.Errorf("remove %s: %w", path, err)
		}
	}
	return nil
}
