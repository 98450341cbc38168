package measure

import (
	"time"

	"xuedu/internal/area"
	"xuedu/internal/sheet"
)

// CheckFile takes a file as Import does for a database without series.
func CheckFile(src *sheet.Table, t *area.Tree) (rows, refused int) {
	s := NewSeries(nil, func() *area.Tree { return t }, nil, time.Now)
	im := newImport(s, ImportOptions{Source: "s"})
	if im.read(src) != nil {
		return 0, 0
	}
	for _, r := range im.raw {
		if err := im.take(r); err != nil {
			im.refuse(r, err)
		}
	}
	return im.rep.Rows, im.rep.Refused
}

// Made is how many columns an engine has computed.
func (e *Engine) Made() int64 {
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	return e.cache.made
}

// Kept is how many bytes an engine keeps.
func (e *Engine) Kept() int64 {
	e.cache.mu.Lock()
	defer e.cache.mu.Unlock()
	return e.cache.size
}
