//go:build e2e

package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// begins is the day on which the calls of these tests are drafted. The pack's
// calendar knows all years until their awards are looked at again, so the
// result is the same whenever the tests run.
const begins = "2023-02-01"

// plan says what is particular to the call of a programme.
type callPlan struct {
	programme, prefix string
	goal              string // of the plan, which counts the awards
	places, quota     int
	redraw            bool // its first panel is declared void
	parties           []party
	life              func(*callRun)
}

// party applies, and is looked after by these accounts.
type party struct {
	login, org, area string // who writes; institution; or a district, as its code
	title            string // of a project
	street, district string // who verifies, who recommends
	award            string // that is looked at again
}

// callRun is a call on its way from its draft to its awards, and beyond.
type callRun struct {
	session
	plan    callPlan
	srv     *server
	today   time.Time
	clients map[string]*client
	clicked map[string]bool // kinds of forms that were filled in by clicks
	who     string          // signed in in the browser

	desk, id, code string // page of the call, its id and number
	apps           []application
	experts        map[string]string // login by seat's expert
	logins         []string          // of experts
	members        []string
	notice         string
	struck         string // number of the application that an objection ended
	document       string // number of the decision
	awards         []string
	counted        int // what the plan counted before
}

// application is one of the call.
type application struct {
	party
	path, code string
	level      string // that experts find, "A" or "B"
}

func (a application) id() string { return a.path[strings.LastIndex(a.path, "/")+1:] }

// A whole call of each programme runs through the pages by all roles: from its
// draft to the awards in the register, and the life of the awards after
// (issue 4 §7; P1.3, P1.6, P1.7, P2.8).
func TestCall(t *testing.T) {
	clicked := map[string]bool{}
	for _, plan := range callPlans() {
		t.Run(plan.programme, func(t *testing.T) { newCallRun(t, plan, clicked).all() })
	}
}

func callPlans() []callPlan {
	same := func(n int, p party, titles ...string) (out []party) {
		for i := range n {
			p.title = titles[i]
			out = append(out, p)
		}
		return out
	}
	project := same(4, party{login: "staff", org: "DS-110114004000", street: "street", district: "district"},
		"Sample: tales of the old canal", "Sample: paper cutting for all ages", "Sample: opera on Saturdays", "Sample: cooking by the seasons")
	var orgs, colleges, districts []party
	for i, area := range []string{"110101000000", "110102000000", "110105000000", "110106000000"} {
		orgs = append(orgs, party{login: "writer", org: "DL-" + area + "-1", district: "districts"})
		colleges = append(colleges, party{login: "writer", org: "DC-" + area, district: "districts", title: fmt.Sprintf("Sample: learning streets %d", i+1)})
		districts = append(districts, party{login: "districts", area: area})
	}
	return []callPlan{
		{programme: "community-project", prefix: "JY", goal: "community-projects", places: 3, quota: 100, parties: project, life: (*callRun).lookAgain},
		{programme: "learning-organisation", prefix: "ZZ", goal: "learning-organisations", places: 3, quota: 100, redraw: true, parties: orgs, life: (*callRun).takeAway},
		{programme: "district-project", prefix: "CQ", goal: "district-projects", places: 3, quota: 15, parties: colleges, life: (*callRun).yearlyCheck},
		{programme: "demonstration-district", prefix: "SFQ", goal: "demonstration-districts", places: 3, quota: 12, parties: districts, life: (*callRun).yearlyCheck},
	}
}

func newCallRun(t *testing.T, plan callPlan, clicked map[string]bool) *callRun {
	r := &callRun{session: session{t: t, ctx: browser(t), dsn: earlyDemo(t)}, plan: plan, clicked: clicked, experts: map[string]string{}}
	for i := range 24 {
		r.logins = append(r.logins, expertLogin(i))
	}
	day, err := time.Parse(time.DateOnly, begins)
	if err != nil {
		t.Fatal(err)
	}
	r.goTo(day)
	return r
}

func expertLogin(i int) string {
	if i == 0 {
		return "expert"
	}
	return fmt.Sprintf("expert%d", i+1)
}

// goTo serves the city on a day; everybody has to sign in again.
func (r *callRun) goTo(day time.Time) {
	r.t.Helper()
	if r.srv != nil {
		r.srv.stop(r.t)
	}
	r.today, r.who, r.clients = day, "-", map[string]*client{}
	r.srv = serve(r.t, r.dsn, "--clock", day.Format(time.DateOnly))
	r.url = r.srv.URL
}

// later lets days pass.
func (r *callRun) later(years, months, days int) {
	r.t.Helper()
	r.goTo(r.today.AddDate(years, months, days))
}

// client is somebody's, "" for anybody, who reads English.
func (r *callRun) client(who string) *client {
	r.t.Helper()
	if r.clients[who] == nil {
		c := visitor(r.t, r.url)
		if who != "" {
			c = signedIn(r.t, r.url, who)
		}
		c.read(r.t, "/?lang=en")
		r.clients[who] = c
	}
	return r.clients[who]
}

// stage is a part of a call's life, for the log.
type stage struct {
	name string
	do   func()
}

func (r *callRun) all() {
	r.walk([]stage{{"hire", r.hireAll}, {"draft", r.draft}, {"apply", r.applyAll}})
	r.walk(r.decided(stage{"conflict", r.conflict}))
	r.walk([]stage{{"object", r.objections}, {"approve", r.approve}, {"register", r.inRegister}, {"replay", r.replayed}, {"life", func() { r.plan.life(r) }}})
}

// decided are the stages from the end of the time to apply to the notice.
func (r *callRun) decided(during ...stage) []stage {
	list := []stage{{"close", r.close}, {"verify", r.verifyAll}, {"recommend", r.recommendAll}, {"check", r.checkAll}, {"seat", r.seat}, {"assign", r.assign}}
	list = append(list, during...)
	return append(list, stage{"mark", r.markAll}, stage{"discuss", r.discuss}, stage{"visit", r.visitAll}, stage{"deliberate", r.deliberate}, stage{"notice", r.giveNotice})
}

func (r *callRun) walk(stages []stage) {
	for _, s := range stages {
		began := time.Now()
		s.do()
		r.t.Logf("%s %s: %.1f s", r.plan.programme, s.name, time.Since(began).Seconds())
	}
}

// moveCall makes a move of the call as somebody.
func (r *callRun) moveCall(who, code string) {
	r.t.Helper()
	r.fill(who, r.desk, form{css: fmt.Sprintf(`form:has(input[name=move][value=%s])`, code)})
}

// draft drafts a call, which cannot open before somebody says by whose leave
// its awards are given, nor with more places than the plan has (P1.3).
func (r *callRun) draft() {
	r.counted = r.target()
	page := r.fill("city", "/desk/calls/new", form{css: `form[action="/desk/calls/new"]`, v: url.Values{"programme": {r.plan.programme}, "places": {"99"}}})
	r.drafted(page.path)
	r.cannotOpen("without leave")
	r.authorise()
	r.cannotOpen("with too many places")
	r.fill("city", r.desk, form{css: fmt.Sprintf(`form[action="/desk/calls/%s"]`, r.id), v: url.Values{"places": {fmt.Sprint(r.plan.places)}}})
	r.publish()
	r.question()
}

// drafted notes where the draft is.
func (r *callRun) drafted(path string) {
	r.desk, _, _ = strings.Cut(path, "?")
	r.id = r.desk[strings.LastIndex(r.desk, "/")+1:]
}

func (r *callRun) cannotOpen(why string) {
	r.t.Helper()
	if n := r.read("city", r.desk).Find(`input[name=move][value=open]`).Length(); n != 0 {
		r.t.Errorf("a call %s can be opened", why)
	}
	res, err := r.client("city").PostForm(r.url+r.desk+"/move", url.Values{"move": {"open"}})
	if err != nil {
		r.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode < 400 || res.StatusCode >= 500 {
		r.t.Errorf("a call %s opens: %s", why, res.Status)
	}
}

// authorise records by whose leave, clearly invented, awards are given.
func (r *callRun) authorise() {
	r.fill("city", r.desk, form{css: `form[action$="/authorisation"]`, v: url.Values{"organ": {"示例市评比达标表彰工作协调小组（虚构）"}, "document": {"关于同意示例项目的通知（虚构）"},
		"number": {"示例函〔2020〕9号"}, "item": {"示例评选认定项目（虚构）"}, "level": {"province"}, "name": {"province"}, "from": {"2020-01-01"}}})
}

func (r *callRun) publish() {
	r.moveCall("city", "open")
	r.code = strings.TrimPrefix(r.read("city", r.desk).attr(r.t, `.xd-roll__meta a[href^="/calls/"]`, "href"), "/calls/")
}

// question is asked by an applicant and answered for all to read.
func (r *callRun) question() {
	const asked, answered = "Sample: do classes held outdoors count?", "Sample: they do, where a roster was kept."
	r.fill(r.plan.parties[0].login, "/calls/"+r.code, form{css: `form[action$="/questions"]`, v: url.Values{"text": {asked}}})
	r.fill("city", r.desk, form{css: `form[action*="/questions/"]`, v: url.Values{"text": {answered}}})
	if text := r.read("", "/calls/"+r.code).Find("main").Text(); !strings.Contains(text, asked) || !strings.Contains(text, answered) {
		r.t.Error("the question and its answer are not public")
	}
}
