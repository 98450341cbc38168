package area_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/area"
	"xuedu/internal/sheet"
)

// draw makes a random forest: area i hangs below one of higher level, or is a root.
func draw(t *rapid.T) []area.Area {
	n := rapid.IntRange(0, 60).Draw(t, "n")
	areas := make([]area.Area, n)
	depth := make([]int, n)
	for i := range areas {
		var parent int64
		if p := rapid.IntRange(-1, i-1).Draw(t, "parent"); p >= 0 && depth[p] < len(area.Levels)-1 {
			parent, depth[i] = areas[p].ID, depth[p]+1
		}
		code := fmt.Sprintf("%03d", rapid.IntRange(0, 999).Draw(t, "code"))
		areas[i] = area.Area{ID: int64(i + 1), Code: fmt.Sprint(code, "-", i), Level: area.Levels[depth[i]], ParentID: parent}
	}
	return areas
}

// inside is the oracle: whether id lies in the subtree of top, going up parent by parent.
func inside(parent map[int64]int64, id, top int64) bool {
	for id != 0 {
		if id == top {
			return true
		}
		id = parent[id]
	}
	return false
}

func TestTreeRangesAreSubtrees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		areas := draw(t)
		parent := map[int64]int64{}
		for _, a := range areas {
			parent[a.ID] = a.ParentID
		}
		checkAgainst(t, area.NewTree(areas), parent)
	})
}

// checkAgainst compares the tree with a map from child to parent.
func checkAgainst(t *rapid.T, tr *area.Tree, parent map[int64]int64) {
	if tr.Len() != len(parent) {
		t.Fatalf("Len = %d, want %d", tr.Len(), len(parent))
	}
	for i := range tr.Len() {
		a := tr.At(i)
		if n, ok := tr.ByID(a.ID); !ok || n != i {
			t.Fatalf("ByID(%d) = %d, %v; want %d", a.ID, n, ok, i)
		}
		if n, ok := tr.ByCode(a.Code); !ok || n != i {
			t.Fatalf("ByCode(%s) = %d, %v; want %d", a.Code, n, ok, i)
		}
		for j := range tr.Len() {
			in := i <= j && j < tr.Last(i)
			if want := inside(parent, tr.At(j).ID, a.ID); in != want {
				t.Fatalf("%s in the range of %s: %v, want %v", tr.At(j).Code, a.Code, in, want)
			}
			if slices.Contains(tr.Path(j), i) != in {
				t.Fatalf("Path(%s) and the range of %s disagree", tr.At(j).Code, a.Code)
			}
		}
		for _, l := range area.Levels {
			for _, j := range tr.Below(i, l) {
				if tr.At(j).Level != l || !inside(parent, tr.At(j).ID, a.ID) {
					t.Fatalf("Below(%s, %s) holds %s", a.Code, l, tr.At(j).Code)
				}
			}
		}
	}
}

// On is compared with the validity and the newest change of each area, by hand.
func TestTreeOnDay(t *testing.T) {
	t.Parallel()
	day := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("20%02d-01-01", rapid.IntRange(10, 30).Draw(t, "y")) })
	rapid.Check(t, func(t *rapid.T) {
		areas, changes := draw(t), map[int64][]area.Change{}
		for i := range areas {
			if rapid.Bool().Draw(t, "bounded") {
				areas[i].ValidFrom, areas[i].ValidTo = "2010-01-01", day.Draw(t, "to")
			}
			if i > 0 && rapid.Bool().Draw(t, "moved") { // to any area before it: no cycle
				to := areas[rapid.IntRange(0, i-1).Draw(t, "to")].ID
				changes[areas[i].ID] = []area.Change{{From: day.Draw(t, "from"), ParentID: to}}
			}
		}
		on := day.Draw(t, "on")
		parent := map[int64]int64{}
		for _, a := range areas {
			if a.ValidFrom <= on && (a.ValidTo == "" || on < a.ValidTo) {
				parent[a.ID] = a.ParentID
				if c := changes[a.ID]; len(c) > 0 && c[0].From <= on {
					parent[a.ID] = c[0].ParentID
				}
			}
		}
		for id, p := range parent {
			if _, ok := parent[p]; !ok {
				parent[id] = 0 // the area above did not exist that day
			}
		}
		checkAgainst(t, area.NewTreeFrom(areas, changes, "2026-01-01").On(on), parent)
	})
}

func TestPinyin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, key, initials string }{
		{"海淀区", "hai dian qu", "hdq"},
		{"大兴区", "da xing qu", "dxq"},
		{"长辛店街道", "chang xin dian jie dao", "cxdjd"},
		{"长子营镇", "zhang zi ying zhen", "zzyz"},
		{"重庆市", "chong qing shi", "cqs"},
		{"厦门市", "xia men shi", "xms"},
		{"大栅栏街道", "da shi lan jie dao", "dsljd"},
		{"成都市", "cheng du shi", "cds"},
		{"朝阳区", "chao yang qu", "cyq"},
		{"绿园社区", "lv yuan she qu", "lysq"},
		{"八一学校2号院", "ba yi xue xiao 2 hao yuan", "byxx2hy"},
		{"CBD 社区（筹）", "cbd she qu chou", "csqc"},
		{"", "", ""},
	} {
		if key, initials := area.Pinyin(tt.name); key != tt.key || initials != tt.initials {
			t.Errorf("Pinyin(%s) = %q, %q; want %q, %q", tt.name, key, initials, tt.key, tt.initials)
		}
	}
}

// Whatever the file, reading it neither panics nor adds a row without saying so.
func FuzzImport(f *testing.F) {
	for _, s := range []string{small, "code,name,level,parent\nA,甲,district,B\nB,乙,district,A\n", "代码\t名称\n110000000000\t北京市\n",
		"code,name\n000000000000,零\n110000000000,\n", "code,name,level\n\"", "\ufeffcode,name\n119000000000,甲\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tb, err := sheet.NewBytes(b)
		if err != nil {
			return
		}
		if _, wrong, err := area.CheckFile(tb); err != nil && wrong == 0 && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}

func FuzzPinyin(f *testing.F) {
	for _, s := range []string{"海淀区", "a1 大兴", "\xff", "长"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, initials := area.Pinyin(s)
		if (key == "") != (initials == "") {
			t.Errorf("Pinyin(%q) = %q, %q", s, key, initials)
		}
	})
}

// Whatever was split and merged, recasting loses and invents nobody, ends in
// areas of today, and is exact only where all of an area went into one.
func TestRecastKeepsTheTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		areas, values := make([]area.Area, n), map[int64]float64{}
		var succ []area.Successor
		total := 0.0
		for i := range areas {
			areas[i] = area.Area{ID: int64(i + 1), Code: fmt.Sprint("A", i), Level: area.District}
			values[areas[i].ID] = float64(rapid.IntRange(0, 1000).Draw(t, "value"))
			total += values[areas[i].ID]
			k := rapid.IntRange(0, min(3, n-1-i)).Draw(t, "successors") // only later ones: time runs one way
			for j := range k {
				areas[i].ValidTo = "2020-01-01"
				succ = append(succ, area.Successor{AreaID: areas[i].ID, SuccessorID: int64(i + 2 + j), Share: 1 / float64(k)})
			}
		}
		tr := area.NewTreeSplit(areas, succ, "2026-01-01")
		got := 0.0
		for id, r := range tr.RecastSum(values) {
			nr, _ := tr.ByID(id)
			if tr.At(nr).ValidTo != "" {
				t.Fatalf("recast into %s, which ended", tr.At(nr).Code)
			}
			got += r.Value
		}
		if math.Abs(got-total) > 1e-6 {
			t.Fatalf("recast sums to %v, want %v", got, total)
		}
		for _, a := range areas {
			if parts, exact := tr.Recast(a.ID); exact != (len(parts) == 1) {
				t.Fatalf("%s: parts %v, exact %v", a.Code, parts, exact)
			}
		}
	})
}
