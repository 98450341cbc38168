package export_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"xuedu/internal/release/export"
)

// TestCite: no text breaks out of its field, in any form (P1.8).
func TestCite(t *testing.T) {
	t.Parallel()
	c := export.Citation{ID: "yearly-1-2024-1.0.1", Title: "100% & more}, note = {x}\nER  - ", Publisher: "学习办", Version: "1.0.1", Address: "https://example.org/releases/yearly/1/2024/1.0.1", Lang: "zh-CN", Public: time.Date(2025, 3, 9, 0, 0, 0, 0, time.UTC)}
	want := `@misc{yearly-1-2024-1.0.1,
  author = {{学习办}},
  title = {{100\% \& more\}, note = \{x\} ER -}},
  year = {2025},
  month = {3},
  version = {1.0.1},
  language = {zh-CN},
  howpublished = {\url{https://example.org/releases/yearly/1/2024/1.0.1}},
  url = {https://example.org/releases/yearly/1/2024/1.0.1},
}
`
	if d := gocmp.Diff(want, string(c.BibTeX())); d != "" {
		t.Error(d)
	}
	lines := strings.Split(string(c.RIS()), "\r\n")
	if len(lines) != 12 || lines[0] != "TY  - RPRT" || lines[2] != "AU  - 学习办," || lines[6] != "DA  - 2025/03/09/" || lines[10] != "ER  - " {
		t.Errorf("%q", lines)
	}
	b, err := c.CSL()
	if err != nil {
		t.Fatal(err)
	}
	var got []struct {
		Title  string
		URL    string
		Issued struct {
			Parts [][]int `json:"date-parts"`
		}
		Author []struct{ Literal string }
	}
	if err := json.Unmarshal(b, &got); err != nil || len(got) != 1 || got[0].Title != c.Title || got[0].URL != c.Address || got[0].Author[0].Literal != "学习办" || got[0].Issued.Parts[0][2] != 9 {
		t.Errorf("%+v, %v", got, err)
	}
}
