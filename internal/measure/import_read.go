package measure

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/width"

	"xuedu/internal/errs"
	"xuedu/internal/sheet"
)

// Dims are the dimensions by which a file of series may give figures.
var Dims = []string{"age", "sex", "theme", "mode", "channel", "type", "residence", "education"}

// SeriesColumns of an import; the first four are needed. The dimensions follow.
var SeriesColumns = append([]sheet.Column{
	{Name: "code", Also: []string{"代码", "数据项"}, Required: true},
	{Name: "area", Also: []string{"区划", "区划代码"}, Required: true},
	{Name: "period", Also: []string{"时期", "年份"}, Required: true},
	{Name: "value", Also: []string{"数值", "值"}, Required: true},
	{Name: "source", Also: []string{"来源"}},
	{Name: "vintage", Also: []string{"版本", "发布日期"}},
	{Name: "name", Also: []string{"名称"}},
	{Name: "name_en", Also: []string{"英文名称"}},
	{Name: "unit", Also: []string{"单位"}},
	{Name: "level", Also: []string{"级别"}},
	{Name: "time", Also: []string{"时间汇总"}},
}, dimColumns()...)

// positions in SeriesColumns.
const (
	colCode = iota
	colArea
	colPeriod
	colValue
	colSource
	colVintage
	colName
	colNameEN
	colUnit
	colLevel
	colTime
	colDims
)

func dimColumns() []sheet.Column {
	also := map[string][]string{"age": {"年龄"}, "sex": {"性别"}, "theme": {"主题"}, "mode": {"方式"}, "channel": {"渠道"}, "type": {"类型"},
		"residence": {"户籍"}, "education": {"文化程度"}}
	out := make([]sheet.Column, len(Dims))
	for i, d := range Dims {
		out[i] = sheet.Column{Name: d, Also: also[d]}
	}
	return out
}

// rejectColumns stand before the columns of the file in a file of refused
// rows. An import passes them over, so that file can be put right and imported
// itself.
var rejectColumns = []string{"line", "column", "found", "reason"}

// seriesRow is one row of the file: its line, its cells as they stand, and
// those of SeriesColumns in their order.
type seriesRow struct {
	line  int
	cells []string
	col   []string
}

// rejectedRow is a row that was not taken.
type rejectedRow struct {
	seriesRow
	problem Problem
}

// read takes the whole file in; a row that cannot be read is refused.
func (im *seriesImport) read(src *sheet.Table) error {
	var err error
	if im.head, err = readHeader(src); err != nil {
		return err
	}
	for {
		row, err := src.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if im.rep.Rows++; im.rep.Rows > maxRows {
			return errs.New(errs.Invalid, "measure.series.too_many", "Max", maxRows)
		}
		if le, ok := errors.AsType[*sheet.LineError](err); ok {
			im.refuse(seriesRow{line: le.Line, cells: le.Cells}, le.Err)
			continue
		}
		if err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		im.raw = append(im.raw, im.row(row))
	}
}

// readHeader also refuses columns that nobody knows: a dimension that is
// passed over would make the parts of a figure look like the whole.
func readHeader(src *sheet.Table) (*sheet.Header, error) {
	h, err := src.ReadHeader(SeriesColumns...)
	if err != nil {
		return nil, err
	}
	unknown := slices.DeleteFunc(h.Unknown, func(n string) bool { return slices.Contains(rejectColumns, strings.ToLower(n)) })
	if len(unknown) > 0 {
		return nil, errs.New(errs.Invalid, "measure.series.unknown_column", "Names", strings.Join(unknown, ", "), "Dims", strings.Join(Dims, ", "))
	}
	return h, nil
}

func (im *seriesImport) row(r sheet.Row) seriesRow {
	out := seriesRow{line: r.Line, cells: slices.Clone(r.Cells), col: make([]string, len(SeriesColumns))}
	for i := range SeriesColumns {
		out.col[i] = strings.TrimSpace(width.Narrow.String(im.head.Cell(r, i)))
	}
	for _, i := range []int{colName, colSource} { // texts keep their wide letters
		out.col[i] = im.head.Cell(r, i)
	}
	return out
}
