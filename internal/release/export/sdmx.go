package export

import (
	"fmt"
	"strconv"
	"strings"

	"xuedu/internal/release"
)

// sdmxColumns are the components of the structure in their order, after the
// three that name it: dimensions, the observation, attributes.
var sdmxColumns = []string{"MEASURE", "REF_AREA", "SLICE", "TIME_PERIOD", "OBS_VALUE", "STATE", "CAUSE", "EXACT", "EXPECTED", "REPORTED"}

// SDMX is the cells as SDMX-CSV 2.0, of the dataflow that Structure describes.
// All that it holds is codes and numbers, written as they are.
func SDMX(r *release.Release) ([]byte, error) {
	flow := Agency(r) + ":" + flowID(r) + "(" + r.Version + ")"
	rows := [][]string{append([]string{"STRUCTURE", "STRUCTURE_ID", "ACTION"}, sdmxColumns...)}
	for _, c := range r.Cells {
		rows = append(rows, []string{"dataflow", flow, "I", ID(c.Code), ID(c.Area), ID(sliceOf(c)), c.Period, c.Value, c.State, c.Cause, c.Exact, count(c.Expected), count(c.Reported)})
	}
	return table(rows)
}

func count(n int32) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(int(n))
}

// ID writes a code as SDMX allows them: what is no letter, digit, _, - or @
// becomes $ with its byte in hexadecimal. Name reads it back.
func ID(code string) string {
	var b strings.Builder
	for i := range len(code) {
		if c := code[i]; c == '_' || c == '-' || c == '@' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "$%02X", c)
		}
	}
	return b.String()
}

// Name is the code that ID wrote.
func Name(id string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(id); i++ {
		if id[i] != '$' {
			b.WriteByte(id[i])
			continue
		}
		if i+2 >= len(id) {
			return "", fmt.Errorf("%q ends within a code", id)
		}
		n, err := strconv.ParseUint(id[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("%q: %w", id, err)
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), nil
}

// Agency is who maintains the structure: the pack of the release.
func Agency(r *release.Release) string { return "P_" + strings.ReplaceAll(ID(r.Pack.Name), "$", "_") }

func flowID(r *release.Release) string { return strings.ToUpper(ID(r.Series)) + "_" + ID(r.Area) }
