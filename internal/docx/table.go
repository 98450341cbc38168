package docx

import (
	"github.com/gomutex/godocx/wml/ctypes"
	"github.com/gomutex/godocx/wml/stypes"
	"github.com/mattn/go-runewidth"
)

// textWidth is 156 mm in twips.
const textWidth = 8844

// Least and most of a column, in Latin characters, before columns share the
// width of the text; margin is what stays free in each.
const (
	leastColumn = 6
	mostColumn  = 40
	margin      = 2
)

func (p *printer) table(t *Table) {
	tbl := p.AddTable()
	tbl.Style("TableGrid")
	widths := t.widths()
	tbl.Width(textWidth, stypes.TableWidthDxa)
	tbl.Layout(stypes.TableLayoutFixed)
	tbl.Grid(widths...)
	row := func(cells []string, style string) {
		r := tbl.AddRow()
		for i, c := range cells {
			if i == 1 && t.Figures && style == "TableText" {
				style = "TableFigure"
			}
			cell := r.AddCell()
			if i < len(widths) {
				cell.Width(int(widths[i]), stypes.TableWidthDxa)
			}
			write(cell.AddEmptyPara(), style, c)
		}
	}
	row(t.Head, "TableHead")
	for _, cells := range t.Rows {
		row(cells, "TableText")
	}
	for i, c := range tbl.GetCT().RowContents {
		if c.Row.Property == nil {
			c.Row.Property = &ctypes.RowProperty{}
		}
		c.Row.Property.CantSplit = ctypes.OnOffFromBool(true)
		if i == 0 {
			c.Row.Property.Header = ctypes.OnOffFromBool(true)
		}
	}
}

// widths shares the width of the text among the columns by their longest cells.
func (t *Table) widths() []uint64 {
	need, sum := make([]int, len(t.Head)), 0
	for i, h := range t.Head {
		need[i] = max(leastColumn, (runewidth.StringWidth(h)+1)/2) // a head may stand in two lines
		for _, r := range t.Rows {
			if i < len(r) {
				need[i] = max(need[i], min(mostColumn, runewidth.StringWidth(r[i])))
			}
		}
		need[i] += margin
		sum += need[i]
	}
	list := make([]uint64, len(need))
	for i, n := range need {
		list[i] = uint64(textWidth * n / sum)
	}
	return list
}
