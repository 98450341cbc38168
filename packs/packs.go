// Package packs holds the packs that ship with the program (design 4.9).
package packs

import (
	"embed"
	"io/fs"
)

//go:embed all:beijing-2021 all:minimal
var files embed.FS

// Names lists the embedded packs, the first is the one a new city is offered.
var Names = []string{"beijing-2021", "minimal"}

// Open returns the folder of an embedded pack, or fs.ErrNotExist.
func Open(name string) (fs.FS, error) {
	for _, n := range Names {
		if n == name {
			return fs.Sub(files, name)
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
