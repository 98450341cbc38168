package ledger

import (
	"strconv"
	"strings"
	"unicode"

	"xuedu/internal/area"
	"xuedu/internal/sheet"
)

// The columns of an import, in the order of importColumns.
const (
	colSession = iota
	colPerson
	colHome
	colPlace
	colBirth
	colSex
	colDate
	colTheme
	colMode
	colMinutes
	colCount
)

var importColumns = []sheet.Column{
	{Name: "session", Also: []string{"课次"}, Required: true},
	{Name: "person", Also: []string{"学员"}, Required: true},
	{Name: "home", Also: []string{"居住地"}, Required: true},
	{Name: "place", Also: []string{"上课地点"}, Required: true},
	{Name: "birth_year", Also: []string{"出生年份"}, Required: true},
	{Name: "sex", Also: []string{"性别"}, Required: true},
	{Name: "date", Also: []string{"日期"}, Required: true},
	{Name: "theme", Also: []string{"主题"}, Required: true},
	{Name: "mode", Also: []string{"方式"}, Required: true},
	{Name: "minutes", Also: []string{"分钟"}, Required: true},
	{Name: "count", Also: []string{"人数"}}, // a file without head-counts may lack it
}

// Limits of a row. A session's key is an index key of the database.
const (
	maxPersonKey  = 64
	maxSessionKey = 200
	maxMinutes    = 1440
	maxHeads      = 100_000
	minBirthYear  = 1900
)

// importRow is a checked row.
type importRow struct {
	line      int
	session   string
	pseudonym string // "" = a head-count
	sex       string
	birthYear int64
	online    int64
	minutes   int64
	heads     int64
	home      int64
	place     int64
	theme     int64
	day       Day

	// What the writer finds out.
	person    *knownPerson // nil = a head-count
	sessionID int64
	known     bool // in the ledger already
}

func (r *importRow) personID() int64 {
	if r.person == nil {
		return 0
	}
	return r.person.id
}

// rowChecker checks rows. It is for one goroutine.
type rowChecker struct {
	tree    *area.Tree
	themes  map[string]int64
	names   *pseudonymizer
	lastDay Day
	date    string // the last date read, and what it was
	day     Day
	bad     []ImportProblem
	line    int
}

func newRowChecker(s *Service, themes map[string]int64) *rowChecker {
	return &rowChecker{tree: s.tree(), themes: themes, names: newPseudonymizer(s.ring.Pseudonym), lastDay: s.lastDay()}
}

func (c *rowChecker) refuse(col int, value, key string, args ...any) {
	c.bad = append(c.bad, ImportProblem{Line: c.line, Column: importColumns[col].Name, Value: value, Key: key, Args: args})
}

// row checks one row. The problems hold until the next call.
func (c *rowChecker) row(h *sheet.Header, r sheet.Row) (importRow, []ImportProblem) {
	c.bad, c.line = nil, r.Line
	if len(r.Cells) > len(h.Cells) && strings.Join(r.Cells[len(h.Cells):], "") != "" {
		return importRow{}, []ImportProblem{{Line: r.Line, Value: strings.Join(r.Cells[len(h.Cells):], ","), Key: "ledger.import.too_many_cells"}}
	}
	in := importRow{line: r.Line, session: h.Cell(r, colSession)}
	c.key(colSession, in.session, maxSessionKey)
	in.day = c.dateCell(h.Cell(r, colDate))
	in.place = c.area(colPlace, h.Cell(r, colPlace), in.day)
	in.theme = c.themes[h.Cell(r, colTheme)]
	if in.theme == 0 {
		c.refuse(colTheme, h.Cell(r, colTheme), "ledger.import.theme")
	}
	in.online = c.mode(h.Cell(r, colMode))
	in.minutes = c.number(colMinutes, h.Cell(r, colMinutes), 1, maxMinutes)
	if person := h.Cell(r, colPerson); person != "" {
		c.personCells(h, r, person, &in)
	} else {
		c.headCells(h, r, &in)
	}
	return in, c.bad
}

func (c *rowChecker) personCells(h *sheet.Header, r sheet.Row, person string, in *importRow) {
	if c.key(colPerson, person, maxPersonKey) {
		in.pseudonym = c.names.of(person)
	}
	in.home = c.area(colHome, h.Cell(r, colHome), in.day)
	if y := h.Cell(r, colBirth); y != "" {
		last := int64(in.day.Year())
		if in.day == 0 {
			last = int64(c.lastDay.Year())
		}
		in.birthYear = c.number(colBirth, y, minBirthYear, last)
	}
	switch sex := h.Cell(r, colSex); strings.ToLower(sex) {
	case "":
	case "f", "女":
		in.sex = "f"
	case "m", "男":
		in.sex = "m"
	default:
		c.refuse(colSex, sex, "ledger.import.sex")
	}
	in.heads = 1
	if n := h.Cell(r, colCount); n != "" && n != "1" {
		c.refuse(colCount, n, "ledger.import.count_of_person")
	}
}

// headCells reads an anonymous head-count: birth year and sex say nothing there.
func (c *rowChecker) headCells(h *sheet.Header, r sheet.Row, in *importRow) {
	n := h.Cell(r, colCount)
	if n == "" {
		c.refuse(colPerson, "", "ledger.import.nobody")
	} else {
		in.heads = c.number(colCount, n, 1, maxHeads)
	}
	in.home = in.place
	if code := h.Cell(r, colHome); code != "" {
		in.home = c.area(colHome, code, in.day)
	}
}

// key checks an opaque key and reports whether it is one.
func (c *rowChecker) key(col int, key string, limit int) bool {
	switch {
	case key == "":
		c.refuse(col, key, "ledger.import.blank")
	case len(key) > limit:
		c.refuse(col, key, "ledger.import.key_long", "N", limit)
	case hasControl(key):
		c.refuse(col, key, "ledger.import.key_control")
	default:
		return true
	}
	return false
}

func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return strings.ContainsFunc(s, unicode.IsControl)
		}
	}
	return false
}

// number reads a whole number in plain digits.
func (c *rowChecker) number(col int, value string, from, to int64) int64 {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < from || n > to || value[0] == '+' {
		c.refuse(col, value, "ledger.import.number", "From", from, "To", to)
		return from
	}
	return n
}

func (c *rowChecker) mode(value string) int64 {
	switch strings.ToLower(value) {
	case "onsite", "线下":
		return 0
	case "online", "线上":
		return 1
	}
	c.refuse(colMode, value, "ledger.import.mode")
	return 0
}

// dateCell returns the day, 0 if it was refused.
func (c *rowChecker) dateCell(value string) Day {
	if value == c.date && value != "" {
		return c.day
	}
	d, err := ParseDay(value)
	switch {
	case err != nil || d < 19000101:
		c.refuse(colDate, value, "period.bad_day", "Value", value)
	case d > c.lastDay:
		c.refuse(colDate, value, "ledger.import.future")
	default:
		c.date, c.day = strings.Clone(value), d
		return d
	}
	return 0
}

// area returns the id of a code that is a street or below and holds on the day.
func (c *rowChecker) area(col int, code string, day Day) int64 {
	if code == "" {
		c.refuse(col, code, "ledger.import.blank")
		return 0
	}
	n, ok := c.tree.ByCode(code)
	if !ok {
		c.refuse(col, code, "ledger.import.area_unknown", "Code", code)
		return 0
	}
	a := c.tree.At(n)
	if area.Street.Below(a.Level) {
		c.refuse(col, code, "ledger.import.area_high", "Name", a.Name)
		return 0
	}
	if (a.ValidFrom != "" || a.ValidTo != "") && day != 0 {
		c.validOn(col, a, day)
	}
	return a.ID
}

func (c *rowChecker) validOn(col int, a *area.Area, day Day) {
	on := day.String()
	if a.Valid(on) {
		return
	}
	if on < a.ValidFrom {
		c.refuse(col, a.Code, "ledger.import.area_early", "Name", a.Name, "Day", a.ValidFrom)
		return
	}
	var next []string
	for _, s := range c.tree.Successors(a.ID) {
		if n, ok := c.tree.ByID(s.SuccessorID); ok {
			next = append(next, c.tree.At(n).Code+" "+c.tree.At(n).Name)
		}
	}
	if next == nil {
		c.refuse(col, a.Code, "ledger.import.area_ended", "Name", a.Name, "Day", a.ValidTo)
		return
	}
	c.refuse(col, a.Code, "ledger.import.area_became", "Name", a.Name, "Day", a.ValidTo, "Next", strings.Join(next, ", "))
}
