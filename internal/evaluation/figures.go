package evaluation

import (
	"math/big"

	"xuedu/internal/errs"
	"xuedu/internal/evaluation/score"
	"xuedu/internal/pack"
)

// Figures are what a round judges. They are fixed when they are collected:
// nothing that is corrected later changes them by itself.
type Figures struct {
	Source     Source      `json:"source"`
	Indicators []Indicator `json:"indicators"` // in the order of the method
	Areas      []Area      `json:"areas"`      // in the order of the tree
	Past       []string    `json:"past"`       // periods before, the newest first
	Cells      []Cell      `json:"cells"`      // by area and indicator
	Experts    []Expert    `json:"experts"`
}

// Source says where figures are from: a published release, or the registers on
// a day.
type Source struct {
	Release string `json:"release,omitempty"` // id; "" = the registers
	Series  string `json:"series,omitempty"`
	Version string `json:"version,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
	Day     string `json:"day"` // on which they were collected
}

// Indicator is what is known of an indicator.
type Indicator struct {
	Code      string    `json:"code"`
	Version   int64     `json:"version"` // of its definition
	Name      pack.Text `json:"name"`
	Unit      string    `json:"unit"`
	UnitName  pack.Text `json:"unit_name"`
	Places    int       `json:"places"`
	Direction string    `json:"direction"`
}

// Area is one that is judged.
type Area struct {
	Code string    `json:"code"`
	Name pack.Text `json:"name"`
}

// Cell is one figure of an area; decimals as text, "" = none. A cell that was
// withheld stays so.
type Cell struct {
	Area   string   `json:"area"`
	Code   string   `json:"code"`
	State  string   `json:"state"` // of package formula, or absent: the source does not hold it
	Value  string   `json:"value,omitempty"`
	Target string   `json:"target,omitempty"` // of the area itself
	Past   []string `json:"past,omitempty"`   // of the periods of Figures.Past
}

// Absent is the state of a figure that the source does not hold.
const Absent = "absent"

// Expert is what experts judged and accreditation made public. It stands beside
// the figures and is never counted among them.
type Expert struct {
	Area      string    `json:"area"` // the area, or where the institution is
	Holder    string    `json:"holder"`
	Programme pack.Text `json:"programme"`
	Number    string    `json:"number,omitempty"` // of the award, "" = a result without an award
	Day       string    `json:"day"`
	Band      pack.Text `json:"band,omitempty"` // of the points as the notice published them
	Sentence  string    `json:"sentence,omitempty"`
}

// Indicator returns what is known of a code.
func (f Figures) Indicator(code string) (Indicator, bool) {
	for _, x := range f.Indicators {
		if x.Code == code {
			return x, true
		}
	}
	return Indicator{}, false
}

// Area returns an area by its code.
func (f Figures) Area(code string) (Area, bool) {
	for _, x := range f.Areas {
		if x.Code == code {
			return x, true
		}
	}
	return Area{}, false
}

// ExpertsOf are the results in one area.
func (f Figures) ExpertsOf(area string) (out []Expert) {
	for _, x := range f.Experts {
		if x.Area == area {
			out = append(out, x)
		}
	}
	return out
}

// Data are the figures as they are judged.
func (f Figures) Data() (score.Data, error) {
	d := score.Data{Indicators: map[string]score.Indicator{}, Figures: map[score.Key]score.Figure{}}
	for _, a := range f.Areas {
		d.Areas = append(d.Areas, a.Code)
	}
	for _, x := range f.Indicators {
		d.Indicators[x.Code] = score.Indicator{Direction: x.Direction, Places: x.Places}
	}
	for _, c := range f.Cells {
		y := score.Figure{State: c.State}
		var err error
		if y.Value, err = number(c.Value); err != nil {
			return d, err
		}
		if y.Target, err = number(c.Target); err != nil {
			return d, err
		}
		for _, p := range c.Past {
			v, err := number(p)
			if err != nil {
				return d, err
			}
			y.Past = append(y.Past, v)
		}
		d.Figures[score.Key{Area: c.Area, Code: c.Code}] = y
	}
	return d, nil
}

// number reads a decimal; nil for "".
func number(s string) (*big.Rat, error) {
	if s == "" {
		return nil, nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, errs.New(errs.Invalid, "evaluation.bad_number", "Value", s)
	}
	return r, nil
}
