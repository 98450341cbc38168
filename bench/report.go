package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

type timed struct {
	name string
	took time.Duration
}

// report collects and writes what was measured.
type report struct {
	rows, made, people int
	runs, importRows   int
	build              time.Duration
	ours, moved        *engineResult
	peers              []string
	times              map[string]map[string]float64 // peer → question → ms
	imports            []timed
	grid               *gridReport // of the indicators
	returns            *returnsReport
	pages              *pagesReport
	awards             *awardsReport
	reports            *reportsReport
}

func (r *report) time(peer, question string, ms float64) {
	if r.times == nil {
		r.times = map[string]map[string]float64{}
	}
	if r.times[peer] == nil {
		r.times[peer] = map[string]float64{}
		r.peers = append(r.peers, peer)
	}
	r.times[peer][question] = ms
}

// write writes the sections of the parts that were measured; in a file that is
// there already the sections of the other parts stay as they are.
func (r *report) write(path string) error {
	sections := []struct {
		part string
		text func(*strings.Builder)
	}{{"figures", r.figures}, {"indicators", r.indicators}, {"returns", r.workbooks}, {"pages", r.boards}, {"awards", r.calls}, {"reports", r.documents}}
	old, err := os.ReadFile(path)
	if path != "" && err != nil && !os.IsNotExist(err) {
		return err
	}
	var out strings.Builder
	for _, s := range sections {
		var b strings.Builder
		s.text(&b)
		begin, end := "<!-- "+s.part+" -->\n", "<!-- end of "+s.part+" -->\n"
		text := strings.Trim(b.String(), "\n")
		if text == "" {
			_, rest, _ := strings.Cut(string(old), begin)
			text, _, _ = strings.Cut(rest, end)
			text = strings.Trim(text, "\n")
		}
		if text != "" {
			out.WriteString(begin + "\n" + text + "\n\n" + end + "\n")
		}
	}
	if path == "" {
		_, err := fmt.Print(out.String())
		return err
	}
	return os.WriteFile(path, []byte(strings.TrimSuffix(out.String(), "\n")), 0o644)
}

// figures writes the first part.
func (r *report) figures(b *strings.Builder) {
	if r.ours == nil {
		return
	}
	r.engine(b)
	r.further(b)
	r.importTable(b)
}

func (r *report) engine(b *strings.Builder) {
	fmt.Fprintf(b, "# Benchmarks\n\nMade by `make bench`: one run, one invented ledger of %s rows of %s persons in %d months, %s. Medians in milliseconds. "+
		"Every answer of the databases was compared with the engine's; they are equal. By home the engine always answers for all 7,901 areas; "+
		"the databases for districts in the first question, communities in the second, streets in the third.\n\n", grouped(r.made), grouped(r.people), months, machine())
	fmt.Fprint(b, "| asked | Xuedu |")
	for _, p := range r.peers {
		fmt.Fprintf(b, " %s | ratio |", p)
	}
	fmt.Fprintf(b, "\n| --- | --: |%s\n", strings.Repeat(" --: | --: |", len(r.peers)))
	names := make([]string, 0, len(questions)+1)
	for _, q := range questions {
		names = append(names, q.name)
	}
	for _, n := range append(names, addRows) {
		fmt.Fprintf(b, "| %s | **%s** |", n, ms(r.ours.Times[n]))
		for _, p := range r.peers {
			fmt.Fprintf(b, " %s | %s × |", ms(r.times[p][n]), ratio(r.times[p][n]/r.ours.Times[n]))
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintf(b, "\nEngine: build %s from rows in memory, snapshot %d MB, start from the snapshot to the first answer %s ms, "+
		"memory %d MB after all questions, %d MB at the most (mapped file included).\n",
		r.build.Round(time.Second/10), r.ours.Snapshot>>20, ms(r.ours.Start), r.ours.RSS, r.ours.Peak)
	fmt.Fprint(b, "\nDuckDB: native storage, rows in the order of days. PostgreSQL: unlogged table, index on day and theme, analysed, work_mem 256 MB.\n")
}

func (r *report) further(b *strings.Builder) {
	fmt.Fprintf(b, "\n## The engine alone\n\n| asked | nobody moves | %.0f %% move |\n| --- | --: | --: |\n", moving*100)
	names := make([]string, 0, len(questions)+len(further))
	for _, q := range questions {
		names = append(names, q.name)
	}
	for _, n := range append(names, further...) {
		fmt.Fprintf(b, "| %s | %s | %s |\n", n, ms(r.ours.Times[n]), ms(r.moved.Times[n]))
	}
	fmt.Fprintf(b, "| memory, MB | %d | %d |\n", r.ours.RSS, r.moved.RSS)
}

func (r *report) importTable(b *strings.Builder) {
	if len(r.imports) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## Import of %s rows of CSV\n\nXuedu parses, validates, makes pseudonyms, finds persons and keeps the pair of session and person unique, "+
		"in batches that a crash cannot split. The databases' own loaders take the cells as text.\n\n| way | s | rows/s |\n| --- | --: | --: |\n", grouped(r.importRows))
	for _, t := range r.imports {
		fmt.Fprintf(b, "| %s | %.1f | %s |\n", t.name, t.took.Seconds(), grouped(int(float64(r.importRows)/t.took.Seconds())/1000*1000))
	}
}

// gridReport is what was measured of the indicators, in milliseconds.
type gridReport struct {
	all, rollUp, change float64
	peers               []gridTimes
}

type gridTimes struct {
	name         string
	wide, narrow float64
}

func (r *report) indicators(b *strings.Builder) {
	g := r.grid
	if g == nil {
		return
	}
	fmt.Fprintf(b, "\n## Indicators from %s values of communities\n\n%d elements × %d quarters × %s communities become %d indicators for 7,901 areas and %d quarters, "+
		"all from scratch, in exact fractions; the databases compute in floating point and keep the answer in a table of their own. "+
		"Every cell was compared; they are equal. %s, medians in milliseconds.\n\n", grouped(elements*quarters*leaves), elements, quarters, grouped(leaves), indicators, quarters, machine())
	fmt.Fprint(b, "| asked | Xuedu |")
	for _, p := range g.peers {
		fmt.Fprintf(b, " %s | ratio |", p.name)
	}
	fmt.Fprintf(b, "\n| --- | --: |%s\n", strings.Repeat(" --: | --: |", len(g.peers)))
	line := func(what string, ours float64, theirs func(gridTimes) float64) {
		fmt.Fprintf(b, "| %s | **%s** |", what, ms(ours))
		for _, p := range g.peers {
			if theirs == nil {
				fmt.Fprint(b, " | |")
				continue
			}
			fmt.Fprintf(b, " %s | %s × |", ms(theirs(p)), ratio(theirs(p)/ours))
		}
		fmt.Fprintln(b)
	}
	line(askWide, g.all, func(t gridTimes) float64 { return t.wide })
	line(askNarrow, g.rollUp, func(t gridTimes) float64 { return t.narrow })
	line(askChange, g.change, nil)
}

func (r *report) workbooks(b *strings.Builder) {
	if r.returns == nil {
		return
	}
	fmt.Fprintf(b, "\n## Import of %s forms filled in as workbooks\n\nForm %s is sent out to every community, exported, filled in (%s cells) and imported, "+
		"each file in a transaction of its own. After a third of the files the import is broken off; it goes on where it was. "+
		"Once more: all files again, which are known by their content. %s.\n\n"+
		"| way | files | export, s | import, s | forms/s | processor, s | memory, MB | once more, s |\n| --- | --: | --: | --: | --: | --: | --: | --: |\n",
		grouped(leaves), formCode, grouped(r.returns.cells), machine())
	for _, x := range r.returns.runs {
		fmt.Fprintf(b, "| %s | %s | %.1f | **%.1f** | %s | %.1f | %d | %.1f |\n", x.name, grouped(x.files), x.export.wall.Seconds(), x.took.wall.Seconds(),
			grouped(int(leaves/x.took.wall.Seconds())), x.took.cpu.Seconds(), x.took.memory>>20, x.again.Seconds())
	}
}

// ms prints milliseconds with three digits that count.
func ms(v float64) string {
	switch {
	case v >= 100:
		return grouped(int(v + 0.5))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func ratio(v float64) string {
	if v >= 10 {
		return grouped(int(v + 0.5))
	}
	return fmt.Sprintf("%.1f", v)
}

func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// machine names processor and cores.
func machine() string {
	name := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if k, v, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(k) == "model name" {
				name = strings.TrimSpace(v)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores (%s), %s", runtime.NumCPU(), name, runtime.Version())
}
