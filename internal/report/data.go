package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/cockroachdb/apd/v3"
	"github.com/gowebpki/jcs"

	"xuedu/internal/ledger"
)

// Data is all that a bulletin says, without words. Its canonical JSON is what
// the digest is taken of.
type Data struct {
	Format     int          `json:"format"` // 1
	Pack       PackRef      `json:"pack"`
	Area       string       `json:"area"`
	Level      string       `json:"level"`
	Period     PeriodRef    `json:"period"`
	AreaTree   string       `json:"area_tree"` // SHA-256 of the areas in the subtree
	Rules      Rules        `json:"rules"`
	Population []Population `json:"population"` // what the rates divide by
	Coverage   Coverage     `json:"coverage"`
	Synthetic  bool         `json:"synthetic"`
	Tables     []Table      `json:"tables"`
}

// PackRef names the pack whose definitions hold.
type PackRef struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// PeriodRef is the period of a bulletin. A period that has not ended is not
// complete: its bulletin is a draft.
type PeriodRef struct {
	Name     string `json:"name"`
	From     string `json:"from"`
	To       string `json:"to"`
	Complete bool   `json:"complete"`
}

// Rules are the parameters by which was counted.
type Rules struct {
	By              string `json:"by"`
	RegularSessions int64  `json:"regular_sessions"`
	RegularCredits  int64  `json:"regular_credits"`
	CreditMinutes   int64  `json:"credit_minutes"`
}

// Population is one denominator.
type Population struct {
	Area    string `json:"area"`
	AsOf    string `json:"as_of"`
	Persons int64  `json:"persons"`
	Source  string `json:"source"`
}

// Coverage says how much of the area's learning is in the figures.
type Coverage struct {
	Registered int64 `json:"registered"` // institutions of the teaching network
	Recorded   int64 `json:"recorded"`   // of these, how many kept a roster in the period
	Days       int64 `json:"days"`       // of the period
	DaysHeld   int64 `json:"days_held"`  // days on which a roster was kept
}

// Keys of tables.
const (
	TableSummary = "summary" // measures; now, and the same time a year before
	TableAge     = "age"
	TableSex     = "sex"
	TableTheme   = "theme"
	TableMode    = "mode"
	TableAreas   = "areas"
	TableTrend   = "trend"
)

// Table is one table: a row for each code, a cell for each column.
type Table struct {
	Key     string   `json:"key"`
	Columns []string `json:"columns"`
	Rows    []Row    `json:"rows"`
	Total   *Row     `json:"total,omitempty"` // of the area itself, where rows are its parts
}

// Row is one line; Code is an area, band, theme, period … or, in the summary,
// a measure; "" = unknown.
type Row struct {
	Code    string `json:"code"`
	Running bool   `json:"running,omitempty"` // a period that has not ended
	Cells   []Cell `json:"cells"`
}

// Cell is one figure. Value is an exact decimal and stands only where State is
// "value": what is missing is never zero.
type Cell struct {
	State string `json:"state"`
	Value string `json:"value,omitempty"`
}

func cellOf(f ledger.Figure) Cell {
	c := Cell{State: string(f.State)}
	if f.State == ledger.Value {
		c.Value = f.Value.Text('f')
	}
	return c
}

// Number returns the cell's value; ok is false where there is none.
func (c Cell) Number() (d *apd.Decimal, ok bool) {
	if c.State != string(ledger.Value) {
		return nil, false
	}
	d, _, err := apd.NewFromString(c.Value)
	return d, err == nil
}

// table returns the table with a key, which every bulletin has.
func (d *Data) table(key string) *Table {
	for i := range d.Tables {
		if d.Tables[i].Key == key {
			return &d.Tables[i]
		}
	}
	return &Table{Key: key}
}

// cell returns the figure of a row and a column; not computable if there is none.
func (t *Table) cell(code, column string) Cell {
	for _, r := range t.Rows {
		if r.Code != code {
			continue
		}
		for i, c := range t.Columns {
			if c == column && i < len(r.Cells) {
				return r.Cells[i]
			}
		}
	}
	return Cell{State: string(ledger.NotComputable)}
}

// Canonical returns the canonical JSON of d (RFC 8785).
func (d *Data) Canonical() ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("bulletin data: %w", err)
	}
	return jcs.Transform(b)
}

// Digest is the SHA-256 of the canonical JSON, in hex.
func (d *Data) Digest() (string, error) {
	b, err := d.Canonical()
	return sum(b), err
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// ParseData reads the canonical JSON of a bulletin, as a file of it holds.
func ParseData(b []byte) (*Data, error) {
	var d Data
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("bulletin data: %w", err)
	}
	return &d, nil
}
