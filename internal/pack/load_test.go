package pack_test

import (
	"testing"

	"xuedu/internal/pack"
	"xuedu/packs"
)

func embedded(t testing.TB, name string) *pack.Pack {
	t.Helper()
	fsys, err := packs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	for _, name := range packs.Names {
		p := embedded(t, name)
		t.Log(p.Name, p.Version, len(p.Themes), len(p.Calendar.Days))
	}
}
