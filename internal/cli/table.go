package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"
)

// formatFlag is on every command that prints data (design 6).
type formatFlag struct {
	Format string `help:"table, csv or json." enum:"table,csv,json" default:"table"`
}

// print writes rows, the first of which is the header: aligned for a terminal,
// as CSV, or as a JSON list of objects in the columns' order.
func (f formatFlag) print(env *Env, rows [][]string) error {
	switch f.Format {
	case "csv":
		w := csv.NewWriter(env.Out)
		if err := w.WriteAll(rows); err != nil {
			return err
		}
		return w.Error()
	case "json":
		return printJSON(env, rows)
	}
	_, err := fmt.Fprint(env.Out, aligned(rows))
	return err
}

// aligned pads every column to its widest cell; a Chinese character is two
// columns wide.
func aligned(rows [][]string) string {
	var width []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], runewidth.StringWidth(c))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		var line strings.Builder
		for i, c := range r {
			line.WriteString(c + strings.Repeat(" ", width[i]-runewidth.StringWidth(c)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

func printJSON(env *Env, rows [][]string) error {
	var b strings.Builder
	b.WriteString("[")
	for i, r := range rows[1:] {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  {")
		for j, c := range r {
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(quoted(rows[0][j]) + ": " + quoted(c))
		}
		b.WriteString("}")
	}
	b.WriteString("\n]\n")
	_, err := fmt.Fprint(env.Out, b.String())
	return err
}

func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
