package sheet

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"xuedu/internal/errs"
)

// Limits against workbooks of forms that unpack to more than they pretend.
const (
	maxGrid     = 256 << 20
	maxGridPart = 32 << 20
)

// IsWorkbook reports whether a file is a workbook of any age rather than text.
func IsWorkbook(b []byte) bool {
	return bytes.HasPrefix(b, []byte(zipMark)) || bytes.HasPrefix(b, []byte(oldMark))
}

// OpenGrid reads a workbook with all its pages. It fails with Invalid, and says
// what to do, if b is none.
func OpenGrid(b []byte) (*Grid, error) {
	if bytes.HasPrefix(b, []byte(oldMark)) {
		return nil, oldOffice(bytes.NewReader(b), int64(len(b)))
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: maxGrid, UnzipXMLSizeLimit: maxGridPart, RawCellValue: true})
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "sheet.not_table", Err: err}
	}
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &sortedZip{w: w} })
	return &Grid{f: f, looks: map[Look]int{}, pages: f.SheetCount}, nil
}

// Pages returns the names of all pages, hidden ones too.
func (g *Grid) Pages() []string { return g.f.GetSheetList() }

// Rows returns the texts of a page by row and column, numbers as they are
// stored, without an exponent and with at most 15 digits.
func (g *Grid) Rows(page string) ([][]string, error) {
	rows, err := g.f.GetRows(page)
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Key: "sheet.broken", Err: err}
	}
	for _, r := range rows {
		for i, s := range r {
			if s = strings.TrimSpace(s); len(s) > 0 && strings.Trim(s, "0123456789.eE+-") == "" {
				s = plainNumber(s)
			}
			r[i] = s
		}
	}
	return rows, nil
}

// errorValues are what a formula shows that cannot be computed.
var errorValues = []string{"#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#N/A", "#NUM!", "#NULL!"}

// Fault says why a cell cannot be read as what stands in it: the i18n key of
// the message with its remedy, "" if it can.
func (g *Grid) Fault(page string, at At) string {
	formula, err := g.f.GetCellFormula(page, at.Name())
	text, textErr := g.f.GetCellValue(page, at.Name())
	switch {
	case err != nil || textErr != nil:
		return "sheet.cell.broken"
	case slices.Contains(errorValues, text):
		return "sheet.cell.error"
	case formula != "" && text == "":
		return "sheet.cell.no_value"
	case g.isDate(page, at, text):
		return "sheet.cell.date"
	}
	return ""
}

// isDate reports whether the number in a cell is shown as a date.
func (g *Grid) isDate(page string, at At, text string) bool {
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return false
	}
	id, err := g.f.GetCellStyle(page, at.Name())
	if err != nil || id == 0 {
		return false
	}
	st, err := g.f.GetStyle(id)
	if err != nil {
		return false
	}
	return builtInDate(st.NumFmt) || st.CustomNumFmt != nil && isDateFormat(*st.CustomNumFmt)
}

// Merged returns the places of a page that are joined to another and so
// cannot hold anything themselves, with the place they show.
func (g *Grid) Merged(page string) (map[At]At, error) {
	list, err := g.f.GetMergeCells(page)
	if err != nil {
		return nil, fmt.Errorf("merged cells: %w", err)
	}
	out := map[At]At{}
	for _, m := range list {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil || (r2-r1+1)*(c2-c1+1) > 1<<16 {
			return nil, errs.New(errs.Invalid, "sheet.broken")
		}
		for r := r1; r <= r2; r++ {
			for c := c1; c <= c2; c++ {
				if first := (At{r1, c1}); first != (At{r, c}) {
					out[At{r, c}] = first
				}
			}
		}
	}
	return out, nil
}

// Mark turns a cell red and hangs what is wrong with it on it.
func (g *Grid) Mark(page string, at At, text string) error {
	id, err := g.look(Wrong)
	if err != nil {
		return err
	}
	if err := g.f.SetCellStyle(page, at.Name(), at.Name(), id); err != nil {
		return err
	}
	if err := g.f.DeleteComment(page, at.Name()); err != nil {
		return err
	}
	return g.Note(page, at, text)
}
