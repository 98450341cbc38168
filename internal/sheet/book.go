package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"
)

// Format says how a column of a workbook is written.
type Format uint8

const (
	Text    Format = iota // any string, never taken for a formula or a number
	Integer               // 12,345
	Decimal               // 12,345.6, with the number of places of Col.Places
	Percent               // of a fraction: 0.125 is 12.5%
	Date                  // time.Time
)

// Col is one column of a sheet that is written.
type Col struct {
	Title  string
	Width  float64 // in characters; 0 = by the title
	Format Format
	Places int // decimals of Decimal and Percent
}

// Info is what the file says of itself. At makes the bytes depend on nothing
// but the content: the same input gives the same file.
type Info struct {
	Title, Author, Lang string
	At                  time.Time
}

// Book is a workbook that is written. It streams: rows cannot be changed.
type Book struct {
	f       *excelize.File
	header  int
	sheets  int
	numbers map[int]int // style of a Number by its places
}

// Number is a value with decimals of its own, whatever those of its column.
type Number struct {
	Value  float64
	Places int
}

// NewBook starts an empty workbook. Close it.
func NewBook(info Info) (*Book, error) {
	f := excelize.NewFile()
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &sortedZip{w: w} })
	at := info.At.UTC().Format(time.RFC3339)
	err := f.SetDocProps(&excelize.DocProperties{Title: info.Title, Creator: info.Author, LastModifiedBy: info.Author, Language: info.Lang, Created: at, Modified: at})
	if err != nil {
		return nil, fmt.Errorf("set properties: %w", err)
	}
	header, err := f.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E6F0EE"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"},
		Border:    []excelize.Border{{Type: "bottom", Color: "14665C", Style: 1}},
	})
	if err != nil {
		return nil, fmt.Errorf("make header style: %w", err)
	}
	return &Book{f: f, header: header}, nil
}

// Close frees what the workbook holds.
func (b *Book) Close() error { return b.f.Close() }

// Sheet is one sheet that is written row by row.
type Sheet struct {
	book  *Book
	w     *excelize.StreamWriter
	cols  []Col
	style []int
	row   int
}

// Sheet adds a sheet with a frozen heading row. Flush it before the next one.
func (b *Book) Sheet(name string, cols ...Col) (*Sheet, error) {
	name = SheetName(name)
	if b.sheets == 0 {
		if err := b.f.SetSheetName("Sheet1", name); err != nil {
			return nil, fmt.Errorf("name sheet: %w", err)
		}
	} else if _, err := b.f.NewSheet(name); err != nil {
		return nil, fmt.Errorf("add sheet: %w", err)
	}
	b.sheets++
	w, err := b.f.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	s := &Sheet{book: b, w: w, cols: cols, row: 1}
	return s, s.start(b)
}

func (s *Sheet) start(b *Book) error {
	titles := make([]any, len(s.cols))
	for i, c := range s.cols {
		style, err := b.style(c)
		if err != nil {
			return err
		}
		s.style = append(s.style, style)
		width := c.Width
		if width == 0 {
			width = max(10, float64(2*len([]rune(c.Title))+2))
		}
		if err := s.w.SetColWidth(i+1, i+1, min(width, 255)); err != nil {
			return fmt.Errorf("set width: %w", err)
		}
		titles[i] = excelize.Cell{StyleID: b.header, Value: c.Title}
	}
	if err := s.w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freeze heading: %w", err)
	}
	return s.w.SetRow("A1", titles)
}

func (b *Book) style(c Col) (int, error) {
	places := ""
	for i := range c.Places {
		if i == 0 {
			places = "."
		}
		places += "0"
	}
	code := map[Format]string{Text: "@", Integer: "#,##0", Decimal: "#,##0" + places, Percent: "0" + places + "%", Date: "yyyy-mm-dd"}[c.Format]
	id, err := b.f.NewStyle(&excelize.Style{CustomNumFmt: &code})
	if err != nil {
		return 0, fmt.Errorf("make style: %w", err)
	}
	return id, nil
}

// number is the style of a Number.
func (b *Book) number(places int) (int, error) {
	if id, ok := b.numbers[places]; ok {
		return id, nil
	}
	id, err := b.style(Col{Format: Decimal, Places: places})
	if b.numbers == nil {
		b.numbers = map[int]int{}
	}
	b.numbers[places] = id
	return id, err
}

// Row adds a row. Values are string, int, int64, float64, Number, bool,
// time.Time, or nil for an empty cell. A string stays text in any column, "=1+1" too.
func (s *Sheet) Row(values ...any) error {
	s.row++
	cells := make([]any, len(values))
	for i, v := range values {
		if v == nil {
			continue
		}
		c := excelize.Cell{Value: v}
		if i < len(s.style) {
			c.StyleID = s.style[i]
		}
		if n, ok := v.(Number); ok {
			id, err := s.book.number(n.Places)
			if err != nil {
				return err
			}
			c.Value, c.StyleID = n.Value, id
		}
		cells[i] = c
	}
	at, err := excelize.CoordinatesToCellName(1, s.row)
	if err != nil {
		return fmt.Errorf("row %d: %w", s.row, err)
	}
	return s.w.SetRow(at, cells)
}

// Flush ends the sheet.
func (s *Sheet) Flush() error { return s.w.Flush() }

// WriteTo writes the workbook; every sheet must have been flushed.
func (b *Book) WriteTo(w io.Writer) (int64, error) { return b.f.WriteTo(w) }

// SheetName makes a name that Excel accepts: at most 31 characters, none of []:*?/\.
func SheetName(s string) string {
	out := []rune{}
	for _, r := range s {
		if len(out) == 31 {
			break
		}
		if slices.Contains([]rune(`[]:*?/\'`), r) {
			r = ' '
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return "1"
	}
	return string(out)
}

// sortedZip writes the parts in the order of their names, since the library
// hands them over in a random one.
type sortedZip struct {
	w     io.Writer
	names []string
	parts map[string]*bytes.Buffer
}

func (z *sortedZip) Create(name string) (io.Writer, error) {
	if z.parts == nil {
		z.parts = map[string]*bytes.Buffer{}
	}
	z.names = append(z.names, name)
	z.parts[name] = &bytes.Buffer{}
	return z.parts[name], nil
}

func (z *sortedZip) AddFS(fs.FS) error { return errors.ErrUnsupported }

func (z *sortedZip) Close() error {
	slices.Sort(z.names)
	out := zip.NewWriter(z.w)
	for _, name := range z.names {
		w, err := out.Create(name)
		if err != nil {
			return err
		}
		if _, err := z.parts[name].WriteTo(w); err != nil {
			return err
		}
	}
	return out.Close()
}
