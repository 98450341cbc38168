package sheet

import (
	"archive/zip"
	"math"
	"strconv"
	"strings"
	"time"
)

// epoch is the day before which a workbook's day number 1 lies.
type epoch struct{ zero time.Time }

func epochOf(date1904 string) epoch {
	if date1904 == "1" || date1904 == "true" {
		return epoch{time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	return epoch{time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
}

// date writes a day number as 2024-03-01, with the time if it has one; less
// than a day is a time alone. What is no day number stays as it is.
func (e epoch) date(value string) string {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || v < 0 || v > 2958466 { // the year 10000
		return plainNumber(value)
	}
	secs := int64(math.Round(v * 86400))
	days, secs := secs/86400, secs%86400
	if e.zero.Year() == 1899 && days > 0 && days < 60 {
		days++ // Excel believes in 1900-02-29
	}
	t := e.zero.AddDate(0, 0, int(days)).Add(time.Duration(secs) * time.Second)
	clock := "15:04"
	if secs%60 != 0 {
		clock = "15:04:05"
	}
	switch {
	case days == 0:
		return t.Format(clock)
	case secs == 0:
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateOnly + " " + clock)
}

// plainNumber writes a stored number as a person would: no exponent, and no
// more than the 15 digits that Excel knows, so 0.30000000000000004 is 0.3.
func plainNumber(value string) string {
	if len(value) <= 15 && strings.Trim(value, "0123456789") == "" {
		return value
	}
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) || math.Abs(v) > 1e21 {
		return value
	}
	v, err = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		return value
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

type styles struct {
	Formats []struct {
		ID   int    `xml:"numFmtId,attr"`
		Code string `xml:"formatCode,attr"`
	} `xml:"numFmts>numFmt"`
	Cells []struct {
		Format int `xml:"numFmtId,attr"`
	} `xml:"cellXfs>xf"`
}

// readStyles tells for each style whether its numbers are dates.
func readStyles(z *zip.Reader, name string) ([]bool, error) {
	var st styles
	if err := decodePart(z, name, &st); err != nil {
		return nil, err
	}
	custom := make(map[int]bool, len(st.Formats))
	for _, f := range st.Formats {
		custom[f.ID] = isDateFormat(f.Code)
	}
	dates := make([]bool, len(st.Cells))
	for i, c := range st.Cells {
		own, ok := custom[c.Format]
		dates[i] = own || !ok && builtInDate(c.Format)
	}
	return dates, nil
}

// builtInDate knows the formats that need no code, those of Chinese Excel included.
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// isDateFormat looks for letters of dates outside quotes, brackets and escapes.
func isDateFormat(code string) bool {
	code, _, _ = strings.Cut(code, ";")
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			i = skipTo(code, i+1, '"')
		case '[':
			i = skipTo(code, i+1, ']')
		case '\\', '_', '*':
			i++
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H':
			return true
		case 's', 'S':
			return true
		case 'G', 'g': // General
			return false
		}
	}
	return false
}

func skipTo(s string, i int, end byte) int {
	if n := strings.IndexByte(s[i:], end); n >= 0 {
		return i + n
	}
	return len(s)
}
