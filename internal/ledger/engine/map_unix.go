//go:build unix

package engine

import (
	"os"
	"syscall"
)

// mapFile maps a file for reading. A file that is replaced later keeps its
// content for those who mapped it.
func mapFile(path string) (block, error) {
	f, err := os.Open(path)
	if err != nil {
		return block{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return block{}, err
	}
	if st.Size() == 0 || int64(int(st.Size())) != st.Size() {
		return block{}, errDamaged
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, int(st.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return block{}, err
	}
	return block{bytes: b, free: func() error { return syscall.Munmap(b) }}, nil
}
