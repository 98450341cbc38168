package pack_test

import (
	"io/fs"
	"os"
	"testing"
)

func fixtures(t testing.TB) fs.FS {
	t.Helper()
	return os.DirFS("testdata")
}
