package accredithttp

import (
	"cmp"
	"slices"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/ledger/figureview"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

// figureCard is a figure of ours as a locked card with its lineage.
type figureCard struct {
	Label, Value, Unit, State, Before string
	Lines                             []line
}

// line is a name with a text.
type line struct{ Name, Text string }

// proof is one piece of evidence in words.
type proof struct {
	accredit.Evidence
	Card      *figureCard // of a figure
	Href      string      // of a file or link
	About     string
	External  bool
	P         page
	CanRemove bool
}

// slot is a proof point of a leaf with what stands in it.
type slot struct {
	Code, Name, Hint string
	Required, Ours   bool
	Proofs           []proof
	Figures          []figureCard
	Owed             bool // required and empty
}

// slots lists the proof points of a leaf.
func (p appPage) slots(l pack.Leaf) []slot {
	var list []slot
	for _, s := range l.Evidence {
		out := slot{Code: s.Code, Name: s.Name.In(p.Lang), Required: s.Required, Ours: ours(s.Kind)}
		for _, e := range p.D.Evidence {
			if e.Leaf == l.Code && e.Slot == s.Code {
				x := p.proof(e)
				if x.Card != nil {
					x.Card.Label = cmp.Or(x.Card.Label, out.Name)
					out.Figures = append(out.Figures, *x.Card)
				} else {
					out.Proofs = append(out.Proofs, x)
				}
			}
		}
		out.Owed = s.Required && len(out.Proofs)+len(out.Figures) == 0
		list = append(list, out)
	}
	return list
}

// proof puts a piece of evidence into words.
func (p appPage) proof(e accredit.Evidence) proof {
	x := proof{Evidence: e, P: p.page, CanRemove: p.Writes && e.Figure == nil}
	switch {
	case e.Figure != nil:
		c := p.card(*e.Figure)
		x.Card = &c
		x.Label = c.Label
	case e.Kind == accredit.EvidenceFile:
		x.Href = p.Base + "/file/" + e.Digest
		x.About = p.Media(e.Media) + " · " + p.Size(e.Size) + " · " + p.DateTime(e.At)
	default:
		x.Href, x.External = e.URL, true
		x.About = p.T("apply.link.about") + " · " + p.DateTime(e.At)
	}
	return x
}

// card shows a figure: its number with unit, period, rule and source.
func (p page) card(f accredit.Figure) figureCard {
	c := figureCard{Label: f.Name.In(p.Lang), Value: grouped(f.Value), Unit: f.Unit.In(p.Lang)}
	if f.Value == "" {
		c.State = p.T("apply.figure.none")
		if slices.Contains(figureStates, f.State) {
			c.State = p.T("figure.state." + f.State)
		}
	}
	if f.Before != "" {
		c.Before = p.T("apply.figure.before", "Value", grouped(f.Before))
	}
	c.add(p.T("apply.figure.period"), p.periodName(f.Period))
	if p.h != nil && f.Area != "" {
		if n, ok := p.h.Tree().ByCode(f.Area); ok {
			c.add(p.T("apply.figure.area"), p.h.Tree().At(n).In(p.Lang))
		}
	}
	rule := f.Definition
	if rule != "" && strings.Trim(rule, "0123456789") == "" {
		rule = p.T("apply.figure.version", "N", rule)
	}
	c.add(p.T("apply.figure.rule"), rule)
	c.add(p.T("apply.figure.source"), strings.Join(f.Sources, "\n"))
	if !f.FrozenAt.IsZero() {
		c.add(p.T("apply.figure.frozen"), p.DateTime(f.FrozenAt))
	}
	return c
}

// figureStates are the states that a figure without a value may be in.
var figureStates = []string{"nil", "not_applicable", "not_reported", "withheld", "not_computable"}

func (c *figureCard) add(name, text string) {
	if text != "" {
		c.Lines = append(c.Lines, line{name, text})
	}
}

func (p page) periodName(name string) string {
	d, err := period.Parse(name)
	if err != nil {
		return name
	}
	return figureview.PeriodName(p.Page, d)
}

// grouped prints an exact decimal with its digits in threes: 21,893,095.5.
func grouped(s string) string {
	whole, rest, point := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	if strings.Trim(whole, "0123456789") != "" {
		return s // a fraction, a word
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + rest
	}
	return sign + whole
}
