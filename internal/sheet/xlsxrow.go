package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

func (s *xlsxSource) next() (Row, error) {
	for {
		tok, err := s.dec.RawToken()
		if errors.Is(err, io.EOF) {
			return Row{}, errors.Join(io.EOF, s.part.Close())
		}
		if err != nil {
			return Row{}, broken(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local == "row" {
				return s.row(t)
			}
		case xml.EndElement:
			if t.Name.Local == "sheetData" {
				return Row{}, io.EOF
			}
		}
	}
}

func (s *xlsxSource) row(start xml.StartElement) (Row, error) {
	s.lastRow++
	if n, err := strconv.Atoi(attr(start, "r")); err == nil {
		s.lastRow = n
	}
	s.cells = s.cells[:0]
	for {
		tok, err := s.dec.RawToken()
		if err != nil {
			return Row{}, broken(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			if err := s.cell(t); err != nil {
				return Row{}, broken(err)
			}
		case xml.EndElement:
			if t.Name.Local == "row" {
				return Row{Line: s.lastRow, Cells: s.cells}, nil
			}
		}
	}
}

// cell reads one <c> to its end and puts its text where it belongs.
func (s *xlsxSource) cell(start xml.StartElement) error {
	col := len(s.cells)
	if ref := attr(start, "r"); ref != "" {
		col = column(ref)
	}
	if col >= maxCols || col < 0 {
		return errTooLarge
	}
	kind, style := attr(start, "t"), attr(start, "s")
	value, err := s.value(kind)
	if err != nil {
		return err
	}
	for len(s.cells) <= col {
		s.cells = append(s.cells, "")
	}
	s.cells[col] = s.text(kind, style, value)
	return nil
}

// value returns what stands in <v>, or the text of an inline string.
func (s *xlsxSource) value(kind string) (string, error) {
	value, inValue := "", false
	for {
		tok, err := s.dec.RawToken()
		if err != nil {
			return "", err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			inValue = t.Name.Local == "v"
			if t.Name.Local == "is" && kind == "inlineStr" {
				if err := readText(s.dec, "is", &s.buf); err != nil {
					return "", err
				}
				value = s.buf.String()
			}
		case xml.CharData:
			if inValue {
				value += string(t)
			}
		case xml.EndElement:
			if t.Name.Local == "c" {
				return value, nil
			}
			inValue = false
		}
	}
}

// text is what a person sees in the cell, but dates as 2024-03-01 and numbers
// in full.
func (s *xlsxSource) text(kind, style, value string) string {
	switch kind {
	case "s":
		if i, err := strconv.Atoi(value); err == nil && i >= 0 && i < len(s.texts) {
			return s.texts[i]
		}
		return ""
	case "b":
		if value == "1" {
			return "TRUE"
		}
		return "FALSE"
	case "d":
		return strings.TrimSuffix(strings.TrimSuffix(value, "Z"), "T00:00:00")
	case "", "n":
		if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(s.dates) && s.dates[i] {
			return s.base.date(value)
		}
		return plainNumber(value)
	}
	return value // str, inlineStr, e
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// column turns the letters of "AB12" into 27; -1 if there are none.
func column(ref string) int {
	n := 0
	for i := 0; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}
