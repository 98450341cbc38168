package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"xuedu/internal/sheet"
)

// fillAll fills every workbook of a folder in, and returns their number.
func fillAll(dir string) (books, cells int, err error) {
	list, err := filepath.Glob(filepath.Join(dir, "*.xlsx"))
	if err != nil {
		return 0, 0, err
	}
	workers := runtime.GOMAXPROCS(0)
	counts, fails := make([]int, workers), make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(list) && fails[w] == nil; i += workers {
				n, err := fillBook(list[i], int64(i))
				if err != nil {
					fails[w] = fmt.Errorf("%s: %w", list[i], err)
				}
				counts[w] += n
			}
		})
	}
	wg.Wait()
	for _, n := range counts {
		cells += n
	}
	return len(list), cells, errors.Join(fails...)
}

// fillBook writes a small number into every empty cell that a code of a row and
// one of a column name, as somebody would who fills the form in.
func fillBook(path string, seed int64) (cells int, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	g, err := sheet.OpenGrid(b)
	if err != nil {
		return 0, err
	}
	for _, page := range g.Pages() {
		rows, err := g.Rows(page)
		if err != nil {
			return 0, err
		}
		n, err := fillPage(g, page, rows, seed)
		if err != nil {
			return 0, err
		}
		cells += n
	}
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := g.WriteTo(f); err != nil {
		return 0, err
	}
	return cells, g.Close()
}

func fillPage(g *sheet.Grid, page string, rows [][]string, seed int64) (cells int, err error) {
	if len(rows) == 0 || len(rows[0]) == 0 || !strings.HasPrefix(rows[0][0], "xuedu-return ") {
		return 0, nil
	}
	codes := rows[0]
	for r := 1; r < len(rows); r++ {
		if len(rows[r]) == 0 || rows[r][0] == "" {
			continue
		}
		for c := 1; c < len(codes); c++ {
			if codes[c] == "" || c < len(rows[r]) && rows[r][c] != "" {
				continue
			}
			if err := g.Set(page, sheet.At{Row: r + 1, Col: c + 1}, 20+(seed+int64(r+c))%7, sheet.Input); err != nil {
				return 0, err
			}
			cells++
		}
	}
	return cells, nil
}
