package app

import (
	"context"
	"maps"

	"xuedu/internal/publish"
	"xuedu/internal/release"
	"xuedu/internal/release/export"
)

// makers make the files that are sealed with every release.
func (a *App) makers() []publish.Deliver {
	return []publish.Deliver{a.papers, openData}
}

// deliver makes all files that are sealed with a release.
func (a *App) deliver(ctx context.Context, r *release.Release) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, f := range a.makers() {
		files, err := f(ctx, r)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, files)
	}
	return out, nil
}

// openData makes the formats that others' programs read.
func openData(_ context.Context, r *release.Release) (map[string][]byte, error) {
	return export.Files(r)
}
