package area

import (
	"context"

	"xuedu/internal/db"
)

// importer turns checked rows into what must be written.
type importer struct {
	o      ImportOptions
	today  string
	bad    problems
	report ImportReport

	known   map[string]*record // by code, what the database holds
	codes   map[int64]string   // the codes of known, by id
	areas   []record           // new ones
	updates []update
	edits   []edit
	ids     map[string]int64 // by code, known and new
}

// update is a new or corrected version of a known area.
type update struct {
	id int64
	v  version
}

// edit is a new validity of a known area.
type edit struct {
	id       int64
	from, to string
}

func (im *importer) nothing() bool { return len(im.areas)+len(im.updates)+len(im.edits) == 0 }

// plan compares the rows with the database. It fails if anything is wrong.
func (im *importer) plan(ctx context.Context, tx db.Querier, in []inRow) error {
	all, err := loadAreas(ctx, tx)
	if err != nil {
		return err
	}
	im.known, im.codes = make(map[string]*record, len(all)), make(map[int64]string, len(all))
	for i := range all {
		im.known[all[i].code], im.codes[all[i].id] = &all[i], all[i].code
	}
	in = im.place(in)
	im.checkTree(in)
	if err := im.bad.err(); err != nil {
		return err
	}
	if err := im.number(ctx, tx, in); err != nil {
		return err
	}
	for i := range in {
		im.compare(&in[i])
	}
	return nil
}

// place fills in the level and the parent that the digits of a statistical
// code say, and leaves out codes that only group others.
func (im *importer) place(in []inRow) []inRow {
	set := make(map[string]bool, len(in))
	for i := range in {
		set[in[i].code] = true
	}
	out := in[:0]
	for _, r := range in {
		if r.level == "" && isStat(r.code) && isPlaceholder(r.code) {
			im.report.Skipped++
			continue
		}
		im.derive(&r, set)
		if r.level == "" {
			im.bad.add(r.line, "level", "area.level_missing", "Code", r.code)
			continue
		}
		out = append(out, r)
	}
	return out
}

// derive fills in what the row does not say: from the digits, or from what is
// known of the code. set holds the codes of the file.
func (im *importer) derive(r *inRow, set map[string]bool) {
	old := im.known[r.code]
	if isStat(r.code) {
		if r.level == "" {
			r.level = statLevel(r.code)
		}
		if p := statParent(r.code); r.parent == "" && (set[p] || im.known[p] != nil) {
			r.parent = p
		}
	}
	if old == nil {
		return
	}
	if r.level == "" {
		r.level = old.level
	}
	if r.parent == "" && !r.hasParent {
		r.parent = im.codes[old.on(im.from()).ParentID]
	}
}

// from is the day from which changes hold.
func (im *importer) from() string {
	if im.o.From != "" {
		return im.o.From
	}
	return im.today
}

// checkTree reports duplicates, unknown parents, orphans, and parents that are
// not above their children. Since levels must fall on the way down, there can
// be no cycle.
func (im *importer) checkTree(in []inRow) {
	seen := make(map[string]*inRow, len(in))
	for i := range in {
		r := &in[i]
		if first, ok := seen[r.code]; ok {
			im.bad.add(r.line, "code", "area.twice", "Code", r.code, "First", first.line)
			continue
		}
		seen[r.code] = r
		if old := im.known[r.code]; old != nil && old.level != r.level {
			im.bad.add(r.line, "level", "area.level_changed", "Code", r.code, "Was", string(old.level), "Is", string(r.level))
		}
	}
	top := im.topLevel(in)
	for i := range in {
		im.checkParent(&in[i], seen, top)
	}
}

func (im *importer) checkParent(r *inRow, seen map[string]*inRow, top Level) {
	if r.parent == "" {
		if rootLevel(r.code, r.level).Below(top) {
			want := ""
			if isStat(r.code) {
				want = statParent(r.code)
			}
			im.bad.add(r.line, "parent", "area.orphan", "Code", r.code, "Parent", want)
		}
		return
	}
	var above Level
	if p, ok := seen[r.parent]; ok {
		above = p.level
	} else if p, ok := im.known[r.parent]; ok {
		above = p.level
	} else {
		im.bad.add(r.line, "parent", "area.no_parent", "Code", r.code, "Parent", r.parent)
		return
	}
	if !r.level.Below(above) {
		im.bad.add(r.line, "level", "area.level_order", "Code", r.code, "Level", string(r.level), "Parent", r.parent, "Above", string(above))
	}
}

// topLevel returns the highest level of an area without a parent: every root
// must be of it.
func (im *importer) topLevel(in []inRow) Level {
	top := Community
	look := func(code string, l Level) {
		if l = rootLevel(code, l); top.Below(l) {
			top = l
		}
	}
	for i := range in {
		if in[i].parent == "" {
			look(in[i].code, in[i].level)
		}
	}
	for code, r := range im.known {
		if r.versions[len(r.versions)-1].parentID == 0 {
			look(code, r.level)
		}
	}
	return top
}

// rootLevel puts the cities that are provinces beside the provinces.
func rootLevel(code string, l Level) Level {
	if isStat(code) && statDepth(code) == 0 {
		return Province
	}
	return l
}

// number hands out ids to the new codes.
func (im *importer) number(ctx context.Context, tx db.Querier, in []inRow) error {
	im.ids = make(map[string]int64, len(im.known)+len(in))
	for code, r := range im.known {
		im.ids[code] = r.id
	}
	var fresh []string
	for i := range in {
		if _, ok := im.ids[in[i].code]; !ok {
			fresh = append(fresh, in[i].code)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	first, err := db.Next(ctx, tx, "area", int64(len(fresh)))
	if err != nil {
		return err
	}
	for i, code := range fresh {
		im.ids[code] = first + int64(i)
	}
	return nil
}

// compare decides what a row means: a new area, a change, or nothing new.
func (im *importer) compare(r *inRow) {
	key, initials := Pinyin(r.name)
	v := version{parentID: im.ids[r.parent], name: r.name, nameEN: r.nameEN, pinyin: key, initials: initials}
	old := im.known[r.code]
	if old == nil {
		from := r.from
		if from == "" && len(im.known) > 0 {
			from = im.o.From
		}
		im.areas = append(im.areas, record{id: im.ids[r.code], code: r.code, level: r.level, from: from, to: r.to, versions: []version{v}})
		im.report.Added++
		return
	}
	if changed := im.changeName(old, v, r.hasNameEN); !im.changeValidity(old, r) && !changed {
		im.report.Same++
		return
	}
	im.report.Changed++
}

// changeName adds a version from the day the change holds. A version of that
// very day is corrected, and so is an English name, which is a translation.
func (im *importer) changeName(old *record, v version, hasEN bool) bool {
	from := im.from()
	cur := old.versions[0]
	for _, w := range old.versions[1:] {
		if w.from <= from {
			cur = w
		}
	}
	if !hasEN {
		v.nameEN = cur.nameEN
	}
	v.from = from
	if cur.name == v.name && cur.parentID == v.parentID {
		if cur.nameEN == v.nameEN {
			return false
		}
		v.from = cur.from
	}
	im.updates = append(im.updates, update{id: old.id, v: v})
	return true
}

func (im *importer) changeValidity(old *record, r *inRow) bool {
	e := edit{id: old.id, from: old.from, to: old.to}
	if r.hasFrom {
		e.from = r.from
	}
	if r.hasTo {
		e.to = r.to
	}
	if e.from == old.from && e.to == old.to {
		return false
	}
	im.edits = append(im.edits, e)
	return true
}

// parent returns the value of the parent column: NULL for a root.
func (v version) parent() any {
	if v.parentID == 0 {
		return nil
	}
	return v.parentID
}
