package pack

import (
	"fmt"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strings"

	"xuedu/internal/formula"
)

// checkAwards makes sure that every programme of award can be run and judged:
// what a call would be refused for is found while the pack is written (P1.7).
func (l *loader) checkAwards() {
	codes, prefixes := map[string]bool{}, map[string]bool{}
	for _, f := range l.pack.files {
		if path.Dir(f.Path) != "programmes" || !l.ok[f.Path] {
			continue
		}
		var a AwardProgramme
		if err := l.docs[f.Path].node.Decode(&a); err != nil {
			continue // read said so
		}
		c := &awardCheck{loader: l, AwardProgramme: a, file: f.Path}
		c.once(codes, "/code", a.Code)
		c.once(prefixes, "/prefix", a.Prefix)
		c.check()
	}
}

// awardCheck checks one programme against the rest of the pack.
type awardCheck struct {
	*loader
	AwardProgramme
	file string
}

func (c *awardCheck) say(ptr, key string, args ...any) {
	c.loader.say(c.file, ptr, "pack.problem."+key, args...)
}

func (c *awardCheck) once(seen map[string]bool, ptr, code string) {
	if seen[code] {
		c.say(ptr, "code_twice", "Code", code)
	}
	seen[code] = true
}

func (c *awardCheck) check() {
	if known := c.knownClauses(); c.Clause != "" && known != nil && !known[c.Clause] {
		c.say("/clause", "no_clause", "Code", c.Clause)
	}
	for i, t := range c.OrgTypes {
		if _, ok := c.types[t]; !ok && c.ok[typesFile] {
			c.say(fmt.Sprint("/org_types/", i), "no_type", "Code", t)
		}
	}
	c.quotas()
	c.authorisation()
	c.levels()
	c.rubric()
	c.gates()
	c.panel()
	c.ties()
	c.fractions()
	c.limits()
	c.paper()
	c.flows()
}

func (c *awardCheck) quotas() {
	if c.Quota > 0 && c.RoundQuota > c.Quota {
		c.say("/round_quota", "award_round_quota", "Got", c.RoundQuota, "Want", c.Quota)
	}
	if c.Validity == 0 && c.Object != "evaluation" {
		c.say("/validity", "award_validity")
	}
	if c.Example && len(c.Source) == 0 {
		c.say("/example", "award_example")
	}
}

// authorisation: what is known must be whole, and no name may claim a level
// above that of the organ that gave leave.
func (c *awardCheck) authorisation() {
	a := c.Authorisation
	if !a.Known() {
		return // unknown is lawful in a pack: no call opens with it
	}
	if !a.Complete() {
		c.say("/authorisation", "award_authorisation")
		return
	}
	if !a.LevelCarries() {
		c.say("/authorisation/name", "award_level", "Name", a.Name, "Level", a.Level)
	}
	if a.To != "" && a.To < a.From {
		c.say("/authorisation/to", "order", "From", a.From, "To", a.To)
	}
}

func (c *awardCheck) levels() {
	for i, lv := range c.Levels {
		at := fmt.Sprintf("/levels/%d", i)
		if slices.ContainsFunc(c.Levels[:i], func(o AwardLevel) bool { return o.Code == lv.Code }) {
			c.say(at+"/code", "code_twice", "Code", lv.Code)
		}
		if i > 0 && lv.Percent >= c.Levels[i-1].Percent {
			c.say(at+"/percent", "award_level_order")
		}
	}
	if c.Levels[0].Percent != 100 {
		c.say("/levels/0/percent", "award_level_best", "Got", c.Levels[0].Percent)
	}
}

func (c *awardCheck) rubric() {
	sum, codes, slots := 0, map[string]bool{}, map[string]bool{}
	for i, g := range c.Rubric {
		at, weight := fmt.Sprintf("/rubric/%d", i), 0
		c.once(codes, at+"/code", g.Code)
		for j, leaf := range g.Leaves {
			leafAt := fmt.Sprintf("%s/leaves/%d", at, j)
			c.once(codes, leafAt+"/code", leaf.Code)
			c.leaf(leafAt, leaf, slots)
			weight += leaf.Weight
		}
		if weight != g.Weight {
			c.say(at+"/weight", "award_group_weight", "Code", g.Code, "Got", weight, "Want", g.Weight)
		}
		sum += weight
	}
	if sum != 100 {
		c.say("/rubric", "award_weights", "Got", sum)
	}
}

func (c *awardCheck) leaf(at string, leaf Leaf, slots map[string]bool) {
	for _, lv := range c.Levels {
		text, ok := leaf.Levels[lv.Code]
		if !ok {
			c.say(at+"/levels", "award_descriptor", "Leaf", leaf.Code, "Level", lv.Code)
		} else if c.ok[packFile] {
			c.loader.checkText(c.file, at+"/levels/"+lv.Code, asAny(text))
		}
	}
	for code := range leaf.Levels {
		if !slices.ContainsFunc(c.Levels, func(lv AwardLevel) bool { return lv.Code == code }) {
			c.say(at+"/levels/"+code, "award_no_level", "Code", code)
		}
	}
	for i, e := range leaf.Evidence {
		slotAt := fmt.Sprintf("%s/evidence/%d", at, i)
		c.once(slots, slotAt+"/code", e.Code)
		c.slot(slotAt, e)
	}
}

func asAny(t Text) map[string]any {
	m := make(map[string]any, len(t))
	for k, v := range t {
		m[k] = v
	}
	return m
}

// slot: what our own figures give names a figure; nothing else does.
func (c *awardCheck) slot(at string, e EvidenceSlot) {
	switch {
	case e.Kind == "figure" || e.Kind == "org":
		if e.Figure == "" {
			c.say(at, "award_no_figure")
			return
		}
	case e.Figure != "":
		c.say(at+"/figure", "award_idle_figure", "Kind", e.Kind)
		return
	}
	switch {
	case e.Kind == "figure" && indicatorCode.MatchString(e.Figure) && !c.hasIndicator(e.Figure):
		c.say(at+"/figure", "award_unknown_figure", "Code", e.Figure)
	case e.Kind == "org" && !slices.Contains(orgFacts, e.Figure):
		c.say(at+"/figure", "award_unknown_fact", "Code", e.Figure, "Known", strings.Join(orgFacts, ", "))
	}
}

// indicatorCode tells an indicator from a measure, whose catalogue is the
// program's: indicator.Service.Check says what is wrong with those.
var indicatorCode = regexp.MustCompile(`^[A-Z]`)

// orgFacts are the facts and figures of an institution that evidence may name.
var orgFacts = []string{"sessions", "attendances", "participants", "hours", "classes", "space", "shared", "rooms", "ramp", "lift", "toilet",
	"full_time", "part_time", "volunteers", "open_hours", "host", "opening"}

func (c *awardCheck) hasIndicator(code string) bool {
	return slices.ContainsFunc(c.pack.Indicators.Definitions, func(d Indicator) bool { return d.Code == code })
}

func (c *awardCheck) gates() {
	codes := map[string]bool{}
	for i, g := range c.Gates {
		at := fmt.Sprintf("/gates/%d", i)
		c.once(codes, at+"/code", g.Code)
		switch g.Kind {
		case "formula":
			c.test(at+"/test", g.Test)
		case "held":
			if !slices.ContainsFunc(c.pack.Awards, func(a AwardProgramme) bool { return a.Code == g.Held }) {
				c.say(at+"/held", "award_no_programme", "Code", g.Held)
			}
		case "age", "running":
			if g.Least == "" {
				c.say(at, "award_least", "Code", g.Code)
			}
		}
	}
}

// indicatorName finds the indicators that a test names.
var indicatorName = regexp.MustCompile(`\b[A-Z][0-9]+\b`)

func (c *awardCheck) test(at, test string) {
	if bad := formula.Syntax(test); bad != nil {
		c.loader.bad = append(c.loader.bad, c.docs[c.file].problemAt(at, bad.Offset, bad.Key, bad.Args...))
		return
	}
	for _, code := range indicatorName.FindAllString(test, -1) {
		if !c.hasIndicator(code) {
			c.say(at, "award_unknown_figure", "Code", code)
		}
	}
}

func (c *awardCheck) panel() {
	p, least := c.Panel, 0
	for i, k := range p.Categories {
		at := fmt.Sprintf("/panel/categories/%d", i)
		least += k.Least
		if k.Most > 0 && k.Most < k.Least {
			c.say(at+"/most", "order", "From", k.Least, "To", k.Most)
		}
		if k.Each > 0 && k.Least < k.Each {
			c.say(at+"/least", "award_category", "Code", k.Code)
		}
	}
	if least > p.Seats {
		c.say("/panel/seats", "award_seats", "Got", p.Seats, "Want", least)
	}
	if p.Each > p.Seats {
		c.say("/panel/each", "award_seats", "Got", p.Seats, "Want", p.Each)
	}
	if each := c.Scoring.Least; p.Each < each {
		c.say("/panel/each", "award_ballots", "Got", p.Each, "Want", each)
	}
	if s := c.Scoring; s.Method == "trimmed_mean" && s.Least <= 2*s.Trim {
		c.say("/scoring/trim", "award_trim", "Least", s.Least)
	}
	if p.Mode == "grouped" && p.Groups < 2 {
		c.say("/panel", "award_groups")
	}
}

func (c *awardCheck) ties() {
	for i, t := range c.Ties {
		kind, code, _ := strings.Cut(t, ":")
		known := true
		switch kind {
		case "group":
			known = slices.ContainsFunc(c.Rubric, func(g Criterion) bool { return g.Code == code })
		case "leaf":
			known = slices.ContainsFunc(c.Leaves(), func(l Leaf) bool { return l.Code == code })
		}
		if !known {
			c.say(fmt.Sprint("/ties/", i), "award_tie", "Code", t)
		}
		if last := i == len(c.Ties)-1; last != (t == "draw") {
			c.say(fmt.Sprint("/ties/", i), "award_tie_draw")
		}
	}
}

func (c *awardCheck) fractions() {
	for ptr, s := range map[string]string{"/deliberation/quorum": c.Deliberation.Quorum, "/deliberation/pass": c.Deliberation.Pass} {
		if r, ok := new(big.Rat).SetString(s); !ok || r.Sign() <= 0 || r.Cmp(big.NewRat(1, 1)) > 0 {
			c.say(ptr, "award_fraction", "Got", s)
		}
	}
}

// limits: the scores of a re-evaluation are in order, and what is watched exists.
func (c *awardCheck) limits() {
	keep, ok := new(big.Rat).SetString(c.Life.Keep)
	later, fine := new(big.Rat).SetString(c.Life.Defer)
	if ok && fine && later.Cmp(keep) > 0 {
		c.say("/life/defer", "order", "From", c.Life.Defer, "To", c.Life.Keep)
	}
	for i, code := range c.Life.Core {
		if indicatorCode.MatchString(code) && !c.hasIndicator(code) {
			c.say(fmt.Sprint("/life/core/", i), "award_unknown_figure", "Code", code)
		}
	}
	if c.Life.RectifyMost > 0 && c.Life.RectifyMost < c.Life.Rectify {
		c.say("/life/rectify_most", "order", "From", c.Life.Rectify, "To", c.Life.RectifyMost)
	}
	for i, st := range c.Timeline {
		if slices.ContainsFunc(c.Timeline[:i], func(o AwardStage) bool { return o.Code == st.Code }) {
			c.say(fmt.Sprintf("/timeline/%d/code", i), "code_twice", "Code", st.Code)
		}
	}
}
