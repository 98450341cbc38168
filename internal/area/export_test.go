package area

import "xuedu/internal/sheet"

// CheckFile reads a file of areas for an empty city as Import does, and
// returns how many rows would be added and how many problems there are.
func CheckFile(src *sheet.Table) (added, wrong int, err error) {
	im := &importer{}
	in, err := readRows(src, &im.bad)
	if err != nil {
		return 0, im.bad.total, err
	}
	in = im.place(in)
	im.checkTree(in)
	return len(in), im.bad.total, nil
}

// NewTreeFrom makes a tree of named versions, to test On against a count by hand.
func NewTreeFrom(areas []Area, changes map[int64][]Change, day string) *Tree {
	var all []record
	for _, a := range areas {
		r := record{id: a.ID, code: a.Code, level: a.Level, from: a.ValidFrom, to: a.ValidTo,
			versions: []version{{parentID: a.ParentID, name: a.Name}}}
		for _, c := range changes[a.ID] {
			r.versions = append(r.versions, version{from: c.From, parentID: c.ParentID, name: a.Name})
		}
		all = append(all, r)
	}
	return newTreeThrough(all, nil, day)
}

// Change is a new parent from a day on.
type Change struct {
	From     string
	ParentID int64
}

// NewTreeSplit makes a tree in which areas ended on or before day and have successors.
func NewTreeSplit(areas []Area, succ []Successor, day string) *Tree {
	var all []record
	for _, a := range areas {
		all = append(all, record{id: a.ID, code: a.Code, level: a.Level, from: a.ValidFrom, to: a.ValidTo, versions: []version{{name: a.Name}}})
	}
	return newTreeThrough(all, succ, day)
}
