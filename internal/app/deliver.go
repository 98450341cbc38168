package app

import (
	"context"
	"maps"

	"xuedu/internal/publish"
	"xuedu/internal/release"
)

// makers make the files that are sealed with every release.
func (a *App) makers() []publish.Deliver {
	return []publish.Deliver{a.papers}
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
