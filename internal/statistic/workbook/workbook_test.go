package workbook_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"xuedu/internal/account"
	"xuedu/internal/area"
	"xuedu/internal/audit"
	"xuedu/internal/calendar"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/i18n"
	"xuedu/internal/measure"
	"xuedu/internal/pack"
	"xuedu/internal/period"
	"xuedu/internal/statistic"
	"xuedu/internal/statistic/form"
	"xuedu/internal/statistic/rule"
	"xuedu/internal/statistic/workbook"
	"xuedu/packs"
)

var now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// city is a district of one street and three communities with a form sent out.
type city struct {
	*workbook.Service
	returns *statistic.Service
	tree    *area.Tree
	ids     []string // of the returns, by community
	coll    statistic.Collection
}

// teams is a form of all kinds of fields: a count, a decimal, a text, a choice,
// a yes or no, and one that is computed.
const teams = `
code: teams
name: {zh-CN: 队伍培训, en: Training of teams}
owner: bj-education-commission
levels: [community]
kind: span
period: quarter
due_days: 10
cell_minutes: "0.5"
signatures: [preparer]
rows:
  kind: fixed
  name: {zh-CN: 队伍, en: Team}
  fixed:
    - {code: workers, name: {zh-CN: 社区工作者, en: Community workers}}
    - {code: volunteers, name: {zh-CN: 志愿者, en: Volunteers}}
fields:
  - {code: trained, name: {zh-CN: 培训人数, en: Trained}, type: count, unit: person, required: true, basis: {zh-CN: 示例, en: Sample}, note: {zh-CN: 按人计, en: Persons}}
  - {code: paid, name: {zh-CN: 支出, en: Paid}, type: decimal, decimals: 2, unit: yuan, basis: {zh-CN: 示例, en: Sample}, note: {zh-CN: 万元, en: In ten thousand}}
  - {code: remark, name: {zh-CN: 备注, en: Remark}, type: text, basis: {zh-CN: 示例, en: Sample}}
  - {code: place, name: {zh-CN: 地点, en: Place}, type: choice, basis: {zh-CN: 示例, en: Sample}, choices: [{code: here, name: {zh-CN: 本社区, en: Here}}, {code: away, name: {zh-CN: 外地, en: Away}}]}
  - {code: paper, name: {zh-CN: 有证书, en: Certificate}, type: yesno, basis: {zh-CN: 示例, en: Sample}}
  - {code: rule, name: {zh-CN: 常规次数, en: Regular sessions}, type: count, unit: person_time, area: none, time: none, basis: {zh-CN: 示例, en: Sample}, derive: param.regular_sessions}
`

func load(t testing.TB) *pack.Pack {
	t.Helper()
	fsys, err := packs.Open("beijing-2021")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pack.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	f, bad := p.ReadForm("teams.yaml", teams)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	p.Forms = []pack.Form{f.Form}
	return p
}

func ctx(t testing.TB) context.Context {
	return account.With(audit.With(t.Context(), audit.Who{Actor: "system"}), account.Actor{ID: "me", Name: "测试"})
}

func tree(t testing.TB, d *db.DB) *area.Tree {
	t.Helper()
	s := area.New(d, func() time.Time { return now })
	for i, a := range [][3]string{{"110000000000", "city", "示例市"}, {"110101000000", "district", "东区"}, {"110101001000", "street", "一街"},
		{"110101001001", "community", "甲社区"}, {"110101001002", "community", "乙社区"}, {"110101001003", "community", "丙社区"}} {
		parent := []string{"NULL", "1", "2", "3", "3", "3"}[i]
		for _, q := range []string{
			fmt.Sprintf(`INSERT INTO area (id, code, level, valid_from, valid_to) VALUES (%d, '%s', '%s', '', '')`, i+1, a[0], a[1]),
			fmt.Sprintf(`INSERT INTO area_version (area_id, valid_from, name, name_en, parent_id, pinyin, initials) VALUES (%d, '', '%s', '', %s, '', '')`, i+1, a[2], parent),
		} {
			if _, err := d.Write.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
	}
	tr, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func newCity(t testing.TB, d *db.DB) *city {
	t.Helper()
	p, tr := load(t), tree(t, d)
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	give, clock := func() *pack.Pack { return p }, func() time.Time { return now }
	engine := measure.New(func() *area.Tree { return tr }, nil, measure.NewParams(give, texts.T))
	forms := form.New(d, give, func(ctx context.Context) (formula.Symbols, error) { return engine.Catalogue(ctx) }, clock)
	c := &city{tree: tr}
	c.returns = statistic.New(statistic.Deps{DB: d, Forms: forms, Engine: engine, Tree: func() *area.Tree { return tr }, Pack: give,
		Days: func() *calendar.Calendar { return p.WorkDays() }, Now: clock})
	c.Service = workbook.New(d, c.returns, workbook.City{Tree: func() *area.Tree { return tr }, Pack: give, Texts: texts, Now: clock})
	c.send(t, forms)
	return c
}

// send registers the form with an invented head and sends it out.
func (c *city) send(t testing.TB, forms *form.Service) {
	t.Helper()
	if _, err := forms.Adopt(ctx(t), "示例"); err != nil {
		t.Fatal(err)
	}
	f, err := forms.Current(ctx(t), "teams")
	if err != nil {
		t.Fatal(err)
	}
	head := pack.Head{Number: "示例1表", Organ: pack.Text{"zh-CN": "北京市教育委员会（虚构）", "en": "Beijing Municipal Education Commission (invented)"}, Basis: "approval",
		Approver: pack.Text{"zh-CN": "示例统计局", "en": "Sample Bureau"}, Document: "示例〔2026〕1号", From: "2026-01-01", Until: "2027-12-31"}
	if f, err = forms.Register(ctx(t), f.ID, head, "示例"); err != nil {
		t.Fatal(err)
	}
	at, err := period.Parse("2026-Q3")
	if err != nil {
		t.Fatal(err)
	}
	if c.coll, err = c.returns.Send(ctx(t), f.ID, at, nil); err != nil {
		t.Fatal(err)
	}
	list, err := c.returns.Returns(ctx(t), statistic.ReturnQuery{Collection: c.coll.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		c.ids = append(c.ids, r.ID)
	}
	if len(c.ids) != 3 {
		t.Fatalf("%d returns, want 3", len(c.ids))
	}
}

func (c *city) export(t testing.TB, lang string, ids ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Export(ctx(t), ids, lang, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (c *city) sheet(t testing.TB, i int) statistic.Sheet {
	t.Helper()
	sh, err := c.returns.Sheet(ctx(t), c.ids[i], "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

// cell is what a cell holds, as people read it.
func (c *city) cell(t testing.TB, i int, row, field string) string {
	t.Helper()
	sh := c.sheet(t, i)
	for _, f := range sh.Collection.Form.Fields {
		if f.Code == field {
			return sh.Cells[rule.Key{Row: row, Field: field}].Show(f)
		}
	}
	t.Fatal("no field", field)
	return ""
}

func (c *city) take(t testing.TB, b []byte) workbook.Report {
	t.Helper()
	r, err := c.Import(ctx(t), b, "", "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// change opens a workbook, lets f change its first page, and returns it.
func change(t testing.TB, b []byte, f func(x *excelize.File, page string)) []byte {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	f(x, x.GetSheetName(0))
	var out bytes.Buffer
	if err := x.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func set(t testing.TB, x *excelize.File, page, at string, v any) {
	t.Helper()
	if err := x.SetCellValue(page, at, v); err != nil {
		t.Fatal(err)
	}
}

// What goes out and comes back unchanged changes nothing, in both languages.
func TestUnchangedChangesNothing(t *testing.T) { // P2.3
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		enter(t, c, 0, map[string]string{"workers trained": "12", "volunteers trained": "无", "workers paid": "1.20", "workers place": "away", "workers paper": "yes", "volunteers paid": "不适用"})
		for _, lang := range i18n.Langs {
			before := c.sheet(t, 0).Version
			r, err := c.Import(ctx(t), c.export(t, lang, c.ids...), "", lang)
			if err != nil || r.Changed != 0 || r.Returns != 3 || len(r.Faults) > 0 {
				t.Errorf("%s: %+v, %v", lang, r, err)
			}
			if after := c.sheet(t, 0).Version; after != before {
				t.Errorf("%s: version %d, was %d", lang, after, before)
			}
		}
	})
}

// enter types cells in: "row field" to text.
func enter(t testing.TB, c *city, i int, cells map[string]string) {
	t.Helper()
	var list []statistic.Entry
	for k, text := range cells {
		row, field, _ := strings.Cut(k, " ")
		list = append(list, statistic.Entry{Key: rule.Key{Row: row, Field: field}, Text: text})
	}
	if _, err := c.returns.Enter(ctx(t), c.ids[i], c.sheet(t, i).Version, list); err != nil {
		t.Fatal(err)
	}
}

func TestFilledInComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		b := change(t, c.export(t, "zh-CN", c.ids...), func(x *excelize.File, page string) {
			set(t, x, page, "C7", 12)
			set(t, x, page, "D7", 3.5)
			set(t, x, page, "E7", "=备注")
			set(t, x, page, "F7", "外地")
			set(t, x, page, "G7", "是")
			set(t, x, page, "C8", "无")
			set(t, x, page, "D8", "不适用")
		})
		r := c.take(t, b)
		if r.Changed != 7 || len(r.Faults) > 0 {
			t.Fatalf("report %+v", r)
		}
		for k, want := range map[[2]string]string{{"workers", "trained"}: "12", {"workers", "paid"}: "3.50", {"workers", "remark"}: "=备注",
			{"workers", "place"}: "away", {"workers", "paper"}: "yes", {"volunteers", "trained"}: "nil", {"volunteers", "paid"}: "n/a"} {
			if got := c.cell(t, 0, k[0], k[1]); got != want {
				t.Errorf("%v = %q, want %q", k, got, want)
			}
		}
		if again := c.take(t, b); again.Changed != 0 || len(again.Faults) > 0 {
			t.Errorf("the same file again: %+v", again)
		}
	})
}

// One fault, and nothing of the file is written; the fault is named with its
// page, cell and remedy, and marked in the copy.
func TestFaultsComeBackMarked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		b := change(t, c.export(t, "zh-CN", c.ids...), func(x *excelize.File, page string) {
			set(t, x, page, "C7", 12)
			set(t, x, page, "C8", "很多")
		})
		r := c.take(t, b)
		if len(r.Faults) != 1 || r.Faults[0].Where() != "甲社区 teams!C8" || !strings.Contains(r.Faults[0].Text, "很多") {
			t.Fatalf("faults %+v", r.Faults)
		}
		if got := c.cell(t, 0, "workers", "trained"); got != "" {
			t.Errorf("a good cell of a bad file was written: %q", got)
		}
		x, err := excelize.OpenReader(bytes.NewReader(r.Marked))
		if err != nil {
			t.Fatal(err)
		}
		notes, err := x.GetComments("甲社区 teams")
		if err != nil || !slices.ContainsFunc(notes, func(n excelize.Comment) bool { return n.Cell == "C8" }) {
			t.Errorf("notes of the marked copy: %v, %v", notes, err)
		}
		if mended := c.take(t, change(t, r.Marked, func(x *excelize.File, page string) { set(t, x, page, "C8", 7) })); mended.Changed != 2 {
			t.Errorf("the marked copy, mended: %+v", mended)
		}
	})
}

// What somebody else entered online after the download is not overwritten.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		b := c.export(t, "zh-CN", c.ids[0])
		enter(t, c, 0, map[string]string{"workers trained": "5"})
		if r := c.take(t, b); r.Changed != 0 || len(r.Faults) > 0 || c.cell(t, 0, "workers", "trained") != "5" {
			t.Errorf("an untouched cell: %+v, %s", r, c.cell(t, 0, "workers", "trained"))
		}
		r := c.take(t, change(t, b, func(x *excelize.File, page string) { set(t, x, page, "C7", 6) }))
		if len(r.Faults) != 1 || !strings.Contains(r.Faults[0].Text, "5") || !strings.Contains(r.Faults[0].Text, "6") {
			t.Errorf("a cell that both changed: %+v", r.Faults)
		}
	})
}

func TestExportLimits(t *testing.T) {
	t.Parallel()
	c := newCity(t, dbtest.SQLite(t))
	for _, ids := range [][]string{nil, make([]string, workbook.MaxPages+1)} {
		if err := c.Export(ctx(t), ids, "zh-CN", &bytes.Buffer{}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%d returns: %v", len(ids), err)
		}
	}
	if err := c.Export(ctx(t), []string{"nothing"}, "zh-CN", &bytes.Buffer{}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("an unknown return: %v", err)
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	c := newCity(t, dbtest.SQLite(t))
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("队伍,培训人数,支出\n社区工作者,１２,\"1,234.5\"\n志愿者,无,\n")
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Import(ctx(t), []byte(gb), c.ids[1], "zh-CN")
	if err != nil || r.Changed != 3 || c.cell(t, 1, "workers", "paid") != "1234.50" || c.cell(t, 1, "volunteers", "trained") != "nil" {
		t.Errorf("GB18030: %+v, %v", r, err)
	}
	r, err = c.Import(ctx(t), []byte("team,trained,height\nworkers,5,1\nnobody,5,1\n"), c.ids[2], "en")
	if err != nil || len(r.Faults) != 2 || r.Faults[0].Where() != "C1" || r.Faults[1].Where() != "A3" {
		t.Errorf("strange names: %+v, %v", r, err)
	}
	if _, err := c.Import(ctx(t), []byte("a,b\n1,2\n"), "", "en"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a table for no return: %v", err)
	}
}

func TestMarkedFilesAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCity(t, d)
		id, err := c.Keep(ctx(t), "表.xlsx", []byte{0, 1, 2})
		if err != nil {
			t.Fatal(err)
		}
		if name, b, err := c.Marked(ctx(t), id); err != nil || name != "表.xlsx" || !bytes.Equal(b, []byte{0, 1, 2}) {
			t.Errorf("Marked = %q, %v, %v", name, b, err)
		}
		other := account.With(t.Context(), account.Actor{ID: "other"})
		if _, _, err := c.Marked(other, id); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody else's: %v", err)
		}
	})
}
