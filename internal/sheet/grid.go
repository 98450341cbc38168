package sheet

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// At is a place on a page of a Grid, both from 1.
type At struct{ Row, Col int }

// Name returns the place as people write it: B7.
func (a At) Name() string {
	s, err := excelize.CoordinatesToCellName(a.Col, a.Row)
	if err != nil {
		return fmt.Sprint("R", a.Row, "C", a.Col)
	}
	return s
}

// Look is how a cell of a Grid looks, and whether people may write into it.
type Look uint8

// The looks.
const (
	Plain Look = iota // locked text
	Title             // large and bold
	Small             // legal head, notes
	Head              // head of a row or column
	Input             // white and open: to be filled in
	Given             // grey and locked: computed
	Wrong             // red and open: to be mended
)

// Grid is a workbook of forms that people fill in: cells at fixed places, most
// of them locked, the open ones with limits and notes. It is held in memory;
// Close it.
type Grid struct {
	f     *excelize.File
	looks map[Look]int
	pages int
}

// NewGrid starts an empty workbook.
func NewGrid(info Info) (*Grid, error) {
	f := excelize.NewFile()
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &sortedZip{w: w} })
	at := info.At.UTC().Format(time.RFC3339)
	err := f.SetDocProps(&excelize.DocProperties{Title: info.Title, Creator: info.Author, LastModifiedBy: info.Author, Language: info.Lang, Created: at, Modified: at})
	if err != nil {
		return nil, fmt.Errorf("set properties: %w", err)
	}
	return &Grid{f: f, looks: map[Look]int{}}, nil
}

// Close frees what the workbook holds.
func (g *Grid) Close() error { return g.f.Close() }

// WriteTo writes the workbook.
func (g *Grid) WriteTo(w io.Writer) (int64, error) { return g.f.WriteTo(w) }

// Page adds a page and returns its name, which differs from name where that is
// no name for a page or taken.
func (g *Grid) Page(name string) (string, error) {
	name = g.free(SheetName(name))
	g.pages++
	if g.pages == 1 {
		return name, g.f.SetSheetName("Sheet1", name)
	}
	_, err := g.f.NewSheet(name)
	return name, err
}

// free returns name, or name with a number where there is such a page.
func (g *Grid) free(name string) string {
	for n, try := 2, name; ; n++ {
		i, err := g.f.GetSheetIndex(try)
		if err != nil || i < 0 || g.pages == 0 {
			return try
		}
		end := fmt.Sprint(" ", n)
		try = string([]rune(name)[:min(len([]rune(name)), 31-len(end))]) + end
	}
}

// Set writes a value: string, int64, float64 or nil. A string stays text.
func (g *Grid) Set(page string, at At, v any, look Look) error {
	id, err := g.look(look)
	if err != nil {
		return err
	}
	if s, ok := v.(string); ok {
		err = g.f.SetCellStr(page, at.Name(), s)
	} else if v != nil {
		err = g.f.SetCellValue(page, at.Name(), v)
	}
	if err != nil {
		return fmt.Errorf("set cell: %w", err)
	}
	return g.f.SetCellStyle(page, at.Name(), at.Name(), id)
}

var looks = map[Look]excelize.Style{
	Plain: {Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
	Title: {Font: &excelize.Font{Bold: true, Size: 14}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}},
	Small: {Font: &excelize.Font{Size: 9, Color: "4A5752"}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
	Head: {Font: &excelize.Font{Bold: true}, Fill: filled("E6F0EE"), Border: box("9DB5AE"),
		Alignment: &excelize.Alignment{WrapText: true, Horizontal: "center", Vertical: "center"}},
	Input: {Border: box("14665C"), Protection: open, Alignment: &excelize.Alignment{Horizontal: "right"}},
	Given: {Fill: filled("EFEFEB"), Font: &excelize.Font{Color: "4A5752"}, Border: box("C4CFCA"), Alignment: &excelize.Alignment{Horizontal: "right"}},
	Wrong: {Fill: filled("FBE3E0"), Font: &excelize.Font{Color: "A3271B"}, Border: box("A3271B"), Protection: open,
		Alignment: &excelize.Alignment{Horizontal: "right"}},
}

var open = &excelize.Protection{Locked: false}

func filled(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

func box(color string) []excelize.Border {
	var b []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		b = append(b, excelize.Border{Type: side, Color: color, Style: 1})
	}
	return b
}

func (g *Grid) look(l Look) (int, error) {
	if id, ok := g.looks[l]; ok {
		return id, nil
	}
	style := looks[l]
	id, err := g.f.NewStyle(&style)
	if err != nil {
		return 0, fmt.Errorf("make style: %w", err)
	}
	g.looks[l] = id
	return id, nil
}

// Merge joins the cells from one place to another, which show the first.
func (g *Grid) Merge(page string, from, to At) error {
	if from == to {
		return nil
	}
	return g.f.MergeCell(page, from.Name(), to.Name())
}

// Width sets the width of columns, in characters.
func (g *Grid) Width(page string, from, to int, chars float64) error {
	a, err := excelize.ColumnNumberToName(from)
	if err != nil {
		return err
	}
	b, err := excelize.ColumnNumberToName(to)
	if err != nil {
		return err
	}
	return g.f.SetColWidth(page, a, b, chars)
}

// Limit warns who writes something else than a number from min to max into
// the cells; the words for missing values may be kept nevertheless.
func (g *Grid) Limit(page string, from, to At, whole bool, min, max *float64, text string) error {
	v := excelize.NewDataValidation(true)
	v.SetSqref(from.Name() + ":" + to.Name())
	kind := excelize.DataValidationTypeDecimal
	if whole {
		kind = excelize.DataValidationTypeWhole
	}
	lo, hi := -1e15, 1e15
	if min != nil {
		lo = *min
	}
	if max != nil {
		hi = *max
	}
	if err := v.SetRange(lo, hi, kind, excelize.DataValidationOperatorBetween); err != nil {
		return fmt.Errorf("limit: %w", err)
	}
	v.SetError(excelize.DataValidationErrorStyleWarning, "", clip(text, 255))
	return g.f.AddDataValidation(page, v)
}

// Choices offers a list in the cells.
func (g *Grid) Choices(page string, from, to At, list []string) error {
	v := excelize.NewDataValidation(true)
	v.SetSqref(from.Name() + ":" + to.Name())
	if len([]rune(strings.Join(list, ","))) > 250 {
		return nil // a longer one does not fit in a cell's rule; reading checks it all the same
	}
	if err := v.SetDropList(list); err != nil {
		return fmt.Errorf("choices: %w", err)
	}
	return g.f.AddDataValidation(page, v)
}

// Note hangs a note on a cell.
func (g *Grid) Note(page string, at At, text string) error {
	return g.f.AddComment(page, excelize.Comment{Cell: at.Name(), Author: " ", Height: 120, Width: 260,
		Paragraph: []excelize.RichTextRun{{Text: clip(text, 2000)}}})
}

// Protect locks all cells but those of an open look, hides row keys (column 1)
// and column keys (row keyRow), and freezes what stands above and left of first.
func (g *Grid) Protect(page string, keyRow int, first At) error {
	if err := g.f.SetRowVisible(page, keyRow, false); err != nil {
		return err
	}
	if err := g.f.SetColVisible(page, "A", false); err != nil {
		return err
	}
	err := g.f.SetPanes(page, &excelize.Panes{Freeze: true, XSplit: first.Col - 1, YSplit: first.Row - 1, TopLeftCell: first.Name(), ActivePane: "bottomRight"})
	if err != nil {
		return err
	}
	landscape, fit := "landscape", 1
	if err := g.f.SetPageLayout(page, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &fit}); err != nil {
		return err
	}
	return g.f.ProtectSheet(page, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true})
}

// Hide keeps a page from people's eyes: it holds what the program remembers.
func (g *Grid) Hide(page string) error { return g.f.SetSheetVisible(page, false, true) }

// Front makes page the one that opens first.
func (g *Grid) Front(page string) error {
	i, err := g.f.GetSheetIndex(page)
	if err == nil {
		g.f.SetActiveSheet(i)
	}
	return err
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
