package app

import (
	"context"
	"errors"
	"strconv"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/errs"
	"xuedu/internal/ledger"
	"xuedu/internal/monitor"
	"xuedu/internal/pack"
	"xuedu/internal/pdf"
	"xuedu/internal/release"
)

// demoReports shows the life of a yearly report in a demo city (P1.8): written,
// contested by a district, frozen, approved, corrected at its source, revised.
type demoReports struct {
	*App
	now    time.Time
	actors map[string]account.Actor
	n      int64
}

const demoSeries = "yearly"

// makeDemoReports makes them; a pack without that report has none.
func (a *App) makeDemoReports(ctx context.Context, today time.Time) (int64, error) {
	if _, ok := a.Packs.Pack().Report(demoSeries); !ok {
		return 0, nil
	}
	own := *a
	d := &demoReports{App: &own, now: time.Date(today.Year(), 3, 3, 1, 0, 0, 0, time.UTC), actors: map[string]account.Actor{}}
	if d.now.After(today) {
		d.now = today.AddDate(0, 0, -20)
	}
	own.now = func() time.Time { return d.now }
	own.Printer = pdf.New(pdf.Off) // a demo is made quickly; its pages are printed when somebody asks
	own.wireMonitor()
	for _, login := range []string{"city", "leading", "analyst", "district", "system"} {
		t, err := d.Accounts.FindByLogin(ctx, login)
		if errs.KindOf(err) == errs.NotFound {
			return 0, nil // a city without a desk
		}
		if err != nil {
			return 0, err
		}
		d.actors[login] = account.Actor{ID: t.ID, Login: t.Login, Name: t.Name, Grants: t.Grants}
	}
	err := d.make(ctx, strconv.Itoa(today.Year()-1))
	return d.n, err
}

func (d *demoReports) as(ctx context.Context, login string) context.Context {
	x := d.actors[login]
	return audit.With(account.With(ctx, x), audit.Who{Actor: x.ID})
}

func (d *demoReports) make(ctx context.Context, year string) error {
	if _, err := d.Publish.NewKey(d.as(ctx, "system")); err != nil {
		return err
	}
	root := d.Packs.Pack().RootArea
	if err := d.publish(ctx, demoReport{demoSeries, root, year}, nil); err != nil {
		return err
	}
	for _, x := range []demoReport{{"quarterly", root, year + "-Q4"}, {"district", d.district().Code, year}} {
		if _, ok := d.Packs.Pack().Report(x.series); !ok {
			continue
		}
		if err := d.publish(ctx, x, nil); err != nil {
			return err
		}
	}
	d.now = d.now.AddDate(0, 0, 12)
	took, err := d.correct(ctx, year)
	if err != nil || took == 0 {
		return err
	}
	return d.publish(ctx, demoReport{demoSeries, root, year}, pack.Text{"zh-CN": "演示：" + d.district().In("zh-CN") + "一次活动的点名表重复上传，已冲销重复的记录。",
		"en": "Sample: a roster in " + d.district().In("en") + " was uploaded twice; the second copy was taken back."})
}

// district is where the account of that name works.
func (d *demoReports) district() *area.Area {
	n, _ := d.Areas.Tree().ByID(d.actors["district"].Grants[0].AreaID)
	return d.Areas.Tree().At(n)
}

// demoReport is a report of the pack about an area and a period.
type demoReport struct{ series, area, period string }

// publish writes a report and takes it to its publication; reason is that of a
// revision.
func (d *demoReports) publish(ctx context.Context, x demoReport, reason pack.Text) error {
	city := d.as(ctx, "city")
	r, err := d.Monitor.Begin(city, x.series, x.area, x.period)
	if err != nil {
		return err
	}
	switch {
	case reason != nil:
		err = d.Monitor.SetHead(city, r, release.Final, reason)
	case x.series == demoSeries:
		err = d.contest(ctx, r)
	}
	if err != nil {
		return err
	}
	rep, _ := d.Packs.Pack().Report(x.series)
	for _, c := range rep.Checklist {
		if err := d.Monitor.SetTick(city, r, c.Code, true); err != nil {
			return err
		}
	}
	if r, err = d.Monitor.Draft(city, r.ID); err != nil {
		return err
	}
	if err := d.Monitor.Move(city, r, "freeze", ""); err != nil {
		return err
	}
	if r, err = d.Monitor.Draft(city, r.ID); err != nil {
		return err
	}
	d.now = d.now.Add(26 * time.Hour)
	e, err := d.Publish.Edition(city, r.ReleaseID)
	if err != nil {
		return err
	}
	d.n++
	return d.Publish.Approve(d.as(ctx, "leading"), e.ID, e.Digest, d.now.AddDate(0, 0, 5))
}

// contest lets a district say what is wrong with its figures, and answers.
func (d *demoReports) contest(ctx context.Context, r monitor.Draft) error {
	at, city := d.district(), d.as(ctx, "city")
	err := d.Monitor.Say(d.as(ctx, "district"), r, monitor.NewNote{Section: "district", Area: at.Code, Kind: monitor.Contest, Cell: "B05 " + at.Code + " " + r.Period,
		Text: "演示：我区秋季新开的两个班好像没有计入，请核对。", Evidence: "演示：区教委2025年秋季开班汇总表"})
	if err != nil {
		return err
	}
	notes, err := d.Monitor.Notes(city, r)
	if err != nil {
		return err
	}
	if err := d.Monitor.Answer(city, r, notes[0].ID, "kept", "演示：已逐班核对，这两个班下一年1月才开课，计入下一年。"); err != nil {
		return err
	}
	x, err := d.Monitor.Section(city, r, "summary", "")
	if err != nil {
		return err
	}
	body := pack.Text{"zh-CN": x.Body["zh-CN"] + "\n各区与自己的目标和过去比较，本报告不作区间排名。\n",
		"en": x.Body["en"] + "\nDistricts are compared with their own targets and their own past; this report does not rank them.\n"}
	_, err = d.Monitor.Save(d.as(ctx, "analyst"), r, "summary", "", body, x.Version)
	return err
}

// correct takes some records of a year back, as a roster that was uploaded twice
// would be, and returns how many.
func (d *demoReports) correct(ctx context.Context, year string) (int, error) {
	n, err := strconv.Atoi(year)
	if err != nil {
		return 0, err
	}
	from, to := ledger.Day(n*10000+101), ledger.Day(n*10000+1231)
	tree := d.Areas.Tree()
	top, _ := tree.ByCode(d.district().Code)
	var places []int64
	for i := top; i < tree.Last(top); i++ {
		places = append(places, tree.At(i).ID)
	}
	rows, err := d.Ledger.SampleRows(ctx, places, from, to, 40, func(int) int { return 0 })
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	took, err := d.Ledger.ReverseRows(d.as(ctx, "city"), rows, "演示：点名表重复上传")
	return took, errors.Join(err, d.Figures.Refresh(ctx), d.Rosters.CatchUp(ctx))
}
