package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/app"
	"xuedu/internal/audit"
	"xuedu/internal/config"
	"xuedu/internal/monitor"
	"xuedu/internal/pack"
	"xuedu/internal/release"
	"xuedu/internal/release/paper"
)

// chartsOfDistrict is how many charts a district's profile has: with those of
// the summary 200.
const chartsOfDistrict = 12

// reportsReport is what was measured of a monitoring report.
type reportsReport struct {
	cells, measures, districts, charts int
	steps                              []reportStep
	page                               pageLoad
}

// reportStep is something that is made of a report; most is how long it may
// take, size what came out.
type reportStep struct {
	name string
	most time.Duration
	took time.Duration
	size int
}

// measureReports runs the sixth part: a city's yearly report of 200 charts is
// composed, frozen, signed and made into papers; its public page is asked for.
func measureReports(ctx context.Context, o options, r *report) error {
	program, err := buildProgram(ctx, o.dir)
	if err != nil {
		return err
	}
	c, err := makeCity(ctx, program, filepath.Join(o.dir, "reports"), "")
	if err != nil {
		return err
	}
	x := &reportsReport{}
	path, err := x.make(ctx, c)
	if err != nil {
		return err
	}
	for _, step := range []func() error{x.large, x.protected} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := x.serve(ctx, o, c, path); err != nil {
		return err
	}
	r.reports = x
	return nil
}

// author works at reports in a city that this process opened.
type author struct {
	*app.App
	city, leading context.Context
}

func openAuthor(ctx context.Context, c *madeCity) (*author, error) {
	set := config.Default
	set.DB, set.KeyFile, set.LogLevel = c.dsn, c.key, "error"
	a, err := app.Open(ctx, set)
	if err != nil {
		return nil, err
	}
	x := &author{App: a}
	if err := a.StartFigures(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	for login, to := range map[string]*context.Context{"city": &x.city, "leading": &x.leading} {
		t, err := a.Accounts.FindByLogin(ctx, login)
		if err != nil {
			return nil, errors.Join(err, a.Close())
		}
		who := account.Actor{ID: t.ID, Login: t.Login, Name: t.Name, Grants: t.Grants}
		*to = audit.With(account.With(ctx, who), audit.Who{Actor: who.ID})
	}
	return x, nil
}

// make writes the report, measures each step, and returns the path of its page.
// It is composed by a program that was just started: nothing is kept yet.
func (x *reportsReport) make(ctx context.Context, c *madeCity) (path string, err error) {
	var d monitor.Draft
	err = withAuthor(ctx, c, func(a *author) error {
		year := strconv.Itoa(time.Now().Year() - 1)
		if d, err = a.Monitor.Begin(a.city, "yearly", a.Packs.Pack().RootArea, year); err != nil {
			return err
		}
		return x.write(a, d)
	})
	if err != nil {
		return "", err
	}
	err = withAuthor(ctx, c, func(a *author) error {
		var r *release.Release
		err := x.step("composed", 10*time.Second, func() (int, error) {
			got, bad, err := a.Monitor.Compose(a.city, d)
			if err == nil && len(bad) > 0 {
				err = fmt.Errorf("%d problems: %v", len(bad), bad[0])
			}
			r = got
			return 0, err
		})
		if err == nil {
			path, err = x.release(a, d, r)
		}
		return err
	})
	return path, err
}

// withAuthor opens a city for as long as do works at it.
func withAuthor(ctx context.Context, c *madeCity, do func(*author) error) error {
	a, err := openAuthor(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.Close())
}

// write gives each district its charts, and the summary the rest.
func (x *reportsReport) write(a *author, d monitor.Draft) error {
	r, _, err := a.Monitor.Compose(a.city, d)
	if err != nil {
		return err
	}
	codes := wholeCodes(r)
	if len(codes) < chartsOfDistrict {
		return fmt.Errorf("%d indicators have figures everywhere", len(codes))
	}
	list, err := a.Monitor.Sections(a.city, d)
	if err != nil {
		return err
	}
	charts := func(n int, form string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "\n{{chart "+form+"}}\n", codes[i%len(codes)])
		}
		x.charts += n
		return b.String()
	}
	for _, s := range list {
		more := ""
		switch {
		case s.Area != "":
			x.districts++
			more = charts(chartsOfDistrict, "line %s periods=-1..0")
		case s.Code == "summary":
			more = charts(7, "map %s areas=district")
		default:
			continue
		}
		body := pack.Text{}
		for lang, text := range s.Body {
			body[lang] = text + more
		}
		x.charts += strings.Count(s.Body[r.Languages[0]], "{{chart")
		if _, err := a.Monitor.Save(a.city, d, s.Code, s.Area, body, s.Version); err != nil {
			return err
		}
	}
	return nil
}

// wholeCodes are the indicators with a cell for every area in both years.
func wholeCodes(r *release.Release) (out []string) {
	n := map[string]int{}
	for _, c := range r.Cells {
		if c.Slice == "" {
			n[c.Code]++
		}
	}
	for _, m := range r.Measures {
		if n[m.Code] == 2*len(r.Areas) {
			out = append(out, m.Code)
		}
	}
	return out
}

// step measures something once.
func (x *reportsReport) step(name string, most time.Duration, f func() (int, error)) error {
	began := time.Now()
	size, err := f()
	took := time.Since(began)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	log.Printf("report: %s in %s ms", name, ms(float64(took.Microseconds())/1000))
	x.steps = append(x.steps, reportStep{name, most, took, size})
	return nil
}

// release freezes the report, makes its papers and approves it.
func (x *reportsReport) release(a *author, d monitor.Draft, r *release.Release) (string, error) {
	x.cells, x.measures = len(r.Cells), len(r.Measures)
	if err := ready(a, d); err != nil {
		return "", err
	}
	d, err := a.Monitor.Draft(a.city, d.ID)
	if err != nil {
		return "", err
	}
	err = x.step("frozen", 10*time.Second, func() (int, error) { return 0, a.Monitor.Move(a.city, d, "freeze", "") })
	if err != nil {
		return "", err
	}
	if d, err = a.Monitor.Draft(a.city, d.ID); err != nil {
		return "", err
	}
	e, err := a.Publish.Edition(a.city, d.ReleaseID)
	if err != nil {
		return "", err
	}
	kept, _, err := a.Publish.Release(a.city, e.ID)
	if err != nil {
		return "", err
	}
	if err := x.papers(a, kept); err != nil {
		return "", err
	}
	a.Publish.Deliver = nil // the papers were measured; here the signature is
	err = x.step("signed", 10*time.Second, func() (int, error) {
		return 0, a.Publish.Approve(a.leading, e.ID, e.Digest, time.Now().Add(-time.Hour))
	})
	return "/releases/" + e.Series + "/" + e.Area + "/" + e.Period + "/" + e.Version, err
}

// ready does what a report needs before it is frozen.
func ready(a *author, d monitor.Draft) error {
	if err := a.Monitor.SetHead(a.city, d, release.Final, pack.Text{"zh-CN": "测量", "en": "Measured"}); err != nil {
		return err
	}
	rep, _ := a.Packs.Pack().Report(d.Series)
	for _, c := range rep.Checklist {
		if err := a.Monitor.SetTick(a.city, d, c.Code, true); err != nil {
			return err
		}
	}
	return nil
}

// papers makes every paper in the first language of the report.
func (x *reportsReport) papers(a *author, r *release.Release) error {
	p, lang := paper.Papers{Texts: a.Bundle, Zone: a.Zone()}, r.Languages[0]
	var page []byte
	for _, s := range []struct {
		name string
		most time.Duration
		make func() ([]byte, error)
	}{
		{"page (HTML)", 0, func() (b []byte, err error) { page, err = p.HTML(r, lang, false); return page, err }},
		{"document (DOCX)", 10 * time.Second, func() ([]byte, error) { return p.DOCX(r, lang) }},
		{"tables (XLSX)", 0, func() ([]byte, error) { return p.Annex(r, lang) }},
		{"PDF, by Chromium", time.Minute, func() ([]byte, error) { return a.Printer.Print(a.city, page) }},
	} {
		if strings.HasPrefix(s.name, "PDF") && !a.Printer.Ready() {
			log.Print("report: no Chromium, no PDF")
			continue
		}
		if err := x.step(s.name, s.most, func() (int, error) { b, err := s.make(); return len(b), err }); err != nil {
			return err
		}
	}
	return nil
}

func (r *report) documents(b *strings.Builder) {
	x := r.reports
	if x == nil {
		return
	}
	fmt.Fprintf(b, "\n## A monitoring report of %d charts\n\nA city's yearly report with %d district profiles, %d indicators, %s cells and %d charts. %s; each step once, PDF and page in one language.\n\n"+
		"| step | ms | at most | kB |\n| --- | --: | --: | --: |\n", x.charts, x.districts, x.measures, grouped(x.cells), x.charts, machine())
	for _, s := range x.steps {
		most, size := "", ""
		if s.most > 0 {
			most = grouped(int(s.most.Milliseconds()))
		}
		if s.size > 0 {
			size = grouped(s.size / 1000)
		}
		fmt.Fprintf(b, "| %s | **%s** | %s | %s |\n", s.name, ms(float64(s.took.Microseconds())/1000), most, size)
	}
	x.page.table(b)
}
