// Package workbook takes returns out of the program and back in as Excel
// workbooks: one page a return, computed cells locked, the rest with limits and
// notes. A page knows its return by a hidden key, so that pages may be renamed,
// moved, copied and have rows and columns put in (P2.3).
package workbook

import (
	"context"
	"time"

	"xuedu/internal/area"
	"xuedu/internal/db"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
	"xuedu/internal/sheet"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/rule"
)

// MaxPages is how many returns one workbook holds: those of a large street.
const MaxPages = 200

// Returns is what a Service needs of package statistic.
type Returns interface {
	Sheet(ctx context.Context, id, lang string) (statistic.Sheet, error)
	// EnterAll writes the cells of several returns, all or none.
	EnterAll(ctx context.Context, batches []statistic.Batch) error
}

// Service writes and reads workbooks. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	returns Returns
	tree    func() *area.Tree
	pack    func() *pack.Pack
	texts   *i18n.Bundle
	now     func() time.Time
}

// New returns a Service.
func New(d *db.DB, r Returns, c City) *Service {
	return &Service{db: d, returns: r, tree: c.Tree, pack: c.Pack, texts: c.Texts, now: c.Now}
}

// City is what a Service needs to know of the city.
type City struct {
	Tree  func() *area.Tree
	Pack  func() *pack.Pack
	Texts *i18n.Bundle
	Now   func() time.Time
}

// Report says what came of a file.
type Report struct {
	Returns int // in the file
	Changed int // cells written
	Faults  []Fault
	Marked  []byte // the file with every fault marked; nil where there is none, or the file is no workbook
}

// Fault is one cell that cannot be taken over. Nothing of the file was written.
type Fault struct {
	Page string
	At   sheet.At
	Key  rule.Key // zero where the page as a whole is meant
	Text string   // what is wrong and what to do, in the caller's language
}

// Where says where a fault is, as people find it: 朝外街道!D8.
func (f Fault) Where() string {
	if f.At == (sheet.At{}) {
		return f.Page
	}
	if f.Page == "" {
		return f.At.Name()
	}
	return f.Page + "!" + f.At.Name()
}
