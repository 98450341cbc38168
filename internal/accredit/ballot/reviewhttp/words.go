package reviewhttp

import (
	"cmp"
	"strconv"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/ballot"
	"xuedu/internal/pack"
)

// base is the address of an assignment.
func base(id string) string { return "/review/cases/" + id }

// levelName names a level of the scale, "" where none is chosen.
func (p page) levelName(a pack.AwardProgramme, code string) string {
	for _, l := range a.Levels {
		if l.Code == code {
			return cmp.Or(l.Name.In(p.Lang), code)
		}
	}
	return code
}

// portion prints weight × percent of a hundred without needless zeros: 9.6.
func portion(n int) string {
	s := strconv.Itoa(n/100) + "." + strconv.Itoa(n%100/10) + strconv.Itoa(n%10)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func percent(a pack.AwardProgramme, level string) int {
	for _, l := range a.Levels {
		if l.Code == level {
			return l.Percent
		}
	}
	return 0
}

// group is a group of the rubric beside the evidence.
type group struct {
	Name   string
	Weight int
	Items  []item
}

// item is a leaf in the tree.
type item struct {
	Code, Name, Href, State string
	Weight                  int
	Done, Here              bool
}

func (p page) tree(sh ballot.Sheet, here string) []group {
	var out []group
	for _, g := range sh.Call.Rules.Programme.Rubric {
		n := group{Name: g.Name.In(p.Lang), Weight: g.Weight}
		for _, l := range g.Leaves {
			n.Items = append(n.Items, p.item(sh, l, here))
		}
		out = append(out, n)
	}
	return out
}

func (p page) item(sh ballot.Sheet, l pack.Leaf, here string) item {
	it := item{Code: l.Code, Name: l.Name.In(p.Lang), Weight: l.Weight, Href: base(sh.ID) + "/" + l.Code, Here: l.Code == here}
	level := sh.Marks[l.Code].Level
	switch {
	case level != "":
		it.Done, it.State = true, p.levelName(sh.Call.Rules.Programme, level)
	case it.Here:
		it.State = p.T("review.item.here")
	default:
		it.State = p.T("review.item.open")
	}
	return it
}

// soFar is the sum of the items that have a level, and of their weights.
func soFar(sh ballot.Sheet) (points string, of int) {
	n, p := 0, sh.Call.Rules.Programme
	for _, l := range p.Leaves() {
		if level := sh.Marks[l.Code].Level; level != "" {
			n += l.Weight * percent(p, level)
			of += l.Weight
		}
	}
	return portion(n), of
}

// scale prints what the levels are worth: 优 100%、良 80%.
func (p page) scale(a pack.AwardProgramme) string {
	var list []string
	for _, l := range a.Levels {
		list = append(list, l.Name.In(p.Lang)+" "+strconv.Itoa(l.Percent)+"%")
	}
	return strings.Join(list, p.T("review.join"))
}

// figure is a figure of ours as a card.
type figure struct {
	Label, Value, Unit, Before, Period, Definition string
	Sources                                        []string
}

func (p page) figure(e accredit.Evidence) figure {
	f := e.Figure
	return figure{Label: cmp.Or(f.Name.In(p.Lang), e.Label), Value: f.Value, Unit: f.Unit.In(p.Lang), Before: f.Before,
		Period: f.Period, Definition: f.Definition, Sources: f.Sources}
}

// proof is a file or a link of the applicant.
type proof struct {
	Label, Href, About string
	Missing            bool // the street could not find it
	Seen               bool
}

func (p page) proof(sh ballot.Sheet, e accredit.Evidence) proof {
	out := proof{Label: e.Label, Missing: e.Verdict == "missing", Seen: e.Verdict == "exists"}
	if e.Kind == "link" {
		out.Href, out.About = e.URL, p.T("review.proof.link")
		return out
	}
	out.Href = base(sh.ID) + "/file/" + e.Digest
	kb := max(1, (e.Size+1023)/1024)
	out.About = p.T("review.proof.file", "Kind", strings.ToUpper(ending(e.Label)), "Size", p.Num(kb))
	return out
}

func ending(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return ""
}

// card is a figure with the words around it.
type card struct {
	P page
	F figure
}

// Card pairs a figure with the page's words.
func (p page) Card(f figure) card { return card{p, f} }

// proofList is a list of proofs with the words around it.
type proofList struct {
	P    page
	List []proof
}

// ProofList pairs an item's proofs with the page's words.
func (p leafPage) ProofList() proofList { return proofList{p.page, p.Proofs} }

// ProofList pairs all files of an application with the page's words.
func (p overviewPage) ProofList() proofList { return proofList{p.page, p.Files} }
