package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"xuedu/internal/area"
	"xuedu/internal/sheet"
)

// importCmd groups what can be brought in from files.
type importCmd struct {
	Attendance importAttendanceCmd `cmd:"" help:"Attendances and head-counts, in any number: the ledger."`
	Areas      importAreasCmd      `cmd:"" help:"Areas: code,name[,name_en][,parent][,level][,valid_from][,valid_to]."`
	Successors importSuccessorsCmd `cmd:"" help:"Splits and merges of areas: code,successor,share,date."`
	Orgs       importOrgsCmd       `cmd:"" help:"Institutions: code,name,type,area[,name_en][,parent][,address][,phone]."`
	Awards     importAwardsCmd     `cmd:"" help:"Earlier awards, to be checked again: programme,area,holder,document,day[,number][,until][,org]."`
	Experts    importExpertsCmd    `cmd:"" help:"Experts: code,name[,title][,categories][,fields][,org][,org_name][,work_area][,home_area][,load]."`
	Series     importSeriesCmd     `cmd:"" help:"Official figures from outside: code,area,period,value[,age,sex,…][,source][,vintage]."`
	Population importPopulationCmd `cmd:"" help:"Population series: code,as_of|year,persons,source,vintage."`
}

type importAreasCmd struct {
	File string `arg:"" help:"CSV or XLSX file." type:"path"`
	From string `help:"Day from which changed names and parents hold; default today." placeholder:"DAY"`
}

func (importAreasCmd) Help() string {
	return `All is imported or nothing; the same file again changes nothing. Parent and level
follow from 12-digit statistical codes; other codes need the two columns.

Examples:
  xuedu import areas areas.csv
  xuedu import areas areas-2025.xlsx --from 2025-07-01`
}

func (c importAreasCmd) Run(ctx context.Context, env *Env) error {
	return importFile(ctx, env, c.File, func(s *area.Service, t *sheet.Table, o area.ImportOptions) (area.ImportReport, error) {
		o.From = c.From
		return s.Import(ctx, t, o)
	})
}

type importSuccessorsCmd struct {
	File string `arg:"" help:"CSV or XLSX file." type:"path"`
}

func (importSuccessorsCmd) Help() string {
	return `Ends areas and says which share of their people which area took. The shares of a
code add up to 1; date is the first day the code no longer holds.

Example:
  xuedu import successors splits.csv`
}

func (c importSuccessorsCmd) Run(ctx context.Context, env *Env) error {
	return importFile(ctx, env, c.File, func(s *area.Service, t *sheet.Table, o area.ImportOptions) (area.ImportReport, error) {
		return s.ImportSuccessors(ctx, t, o)
	})
}

type importPopulationCmd struct {
	File string `arg:"" help:"CSV or XLSX file." type:"path"`
}

func (importPopulationCmd) Help() string {
	return `An area without a figure of its own has none: nothing is summed up or guessed. A
corrected figure belongs to a new vintage.

Example:
  xuedu import population census-2020.csv`
}

func (c importPopulationCmd) Run(ctx context.Context, env *Env) error {
	return importFile(ctx, env, c.File, func(s *area.Service, t *sheet.Table, o area.ImportOptions) (area.ImportReport, error) {
		return s.ImportPopulation(ctx, t, o)
	})
}

type areaImport func(*area.Service, *sheet.Table, area.ImportOptions) (area.ImportReport, error)

// importFile opens the city's areas and the file, runs f and prints its report.
func importFile(ctx context.Context, env *Env, path string, f areaImport) error {
	s, done, err := openAreas(ctx, env)
	if err != nil {
		return err
	}
	defer done()
	t, err := sheet.Open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	set, end := env.Progress(env.T("area.importing"))
	r, err := f(s, t, area.ImportOptions{Name: filepath.Base(path), Progress: func(done, total int) { set(int64(done), int64(total)) }})
	end()
	for _, p := range r.Problems {
		fmt.Fprintln(env.Err, problemLine(env, path, p))
	}
	if more := r.Total - len(r.Problems); more > 0 {
		fmt.Fprintln(env.Err, env.T("area.more_problems", "N", more))
	}
	if r.Total > 0 { // a wrong file is a failure, not a wrong use of the command
		fmt.Fprintln(env.Err, env.T("area.import_refused", "N", r.Total))
		return ErrReported
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Out, env.T("area.imported", "Rows", r.Rows, "Added", r.Added, "Changed", r.Changed, "Same", r.Same, "Skipped", r.Skipped))
	return err
}

// problemLine is FILE:LINE: COLUMN: what is wrong and what to do.
func problemLine(env *Env, path string, p area.Problem) string {
	s := fmt.Sprintf("%s:%d: ", path, p.Line)
	if p.Field != "" {
		s += p.Field + ": "
	}
	return s + env.T(p.Key, p.Args...)
}
