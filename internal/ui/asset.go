package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"sync"
)

//go:embed templates
var files embed.FS

//go:embed static
var static embed.FS

// hashes maps each static file to the start of its SHA-256.
var hashes = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	_ = fs.WalkDir(static, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := static.ReadFile(path)
		h := sha256.Sum256(b)
		m[path[len("static/"):]] = hex.EncodeToString(h[:6])
		return err
	}) // an embedded tree cannot fail to be read
	return m
})

// AssetPath returns the address of a static file, with its hash, so that a
// browser may keep it for ever. It panics on a file that does not exist.
func AssetPath(name string) string {
	h, ok := hashes()[name]
	if !ok {
		panic("ui: no static file " + name)
	}
	return "/static/" + name + "?v=" + h
}

// Static serves the static files.
func Static(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("v") != "" {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, static, r.URL.Path[1:])
	return nil
}
