//go:build !unix

package engine

import (
	"io"
	"os"
)

// mapFile reads a file whole where files cannot be mapped.
func mapFile(path string) (block, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return block{}, err
	}
	return fillMemory(func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}
