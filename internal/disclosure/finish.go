package disclosure

import (
	"strconv"

	"xuedu/internal/errs"
	"xuedu/internal/release"
)

// finish writes what was decided into the release, lets the attacker try it,
// and says what was done.
func (p *protector) finish(earlier []*release.Release) (Report, error) {
	truth := *p.r
	truth.Cells = append([]release.Cell(nil), p.r.Cells...)
	head := p.r.Disclosure
	p.write()
	if l, ok := p.found(Audit(p.r, earlier, p.rules)); ok {
		*p.r = truth
		p.r.Disclosure = head
		return Report{}, leaks(l)
	}
	p.close(truth.Cells)
	return p.report, nil
}

// Refuse fails with Conflict where an attacker finds something, and names the
// first figure with what gives it away.
func Refuse(list []Leak) error {
	if len(list) == 0 {
		return nil
	}
	return leaks(list[0])
}

func leaks(l Leak) error {
	from := ""
	for i, x := range l.From {
		if i > 0 {
			from += "; "
		}
		from += x.String()
	}
	high := ""
	if l.High >= 0 {
		high = strconv.FormatInt(l.High, 10)
	}
	return errs.New(errs.Conflict, "disclosure.leak", "Cell", l.Key.String(), "Low", l.Low, "High", high, "From", from)
}

func (p *protector) write() {
	for i := range p.r.Cells {
		c := &p.r.Cells[i]
		switch {
		case p.hide[i]:
			k := c.Key()
			*c = release.Cell{Code: k.Code, Area: k.Area, Period: k.Period, Slice: k.Slice, State: withheld}
			if p.small[int32(i)] {
				p.report.Small = append(p.report.Small, k)
			} else {
				p.report.Beside = append(p.report.Beside, k)
			}
		case p.coarse[int32(i)] && c.Exact != "":
			c.Exact = ""
			p.report.Coarse++
		}
	}
	p.report.Rounded = p.writeRounded()
	p.r.Disclosure = release.Disclosure{Threshold: int(p.k), Method: Method, Hidden: p.report.Hidden()}
}

// found is the first leak that is true: an attacker may also conclude what is
// not so. What earlier releases give away is reported, not refused.
func (p *protector) found(list []Leak) (Leak, bool) {
	exposed := map[release.Key]bool{}
	for _, e := range p.report.Exposed {
		exposed[e.Key] = true
	}
	for _, l := range list {
		v, ok := p.byKey(l.Key)
		if exposed[l.Key] || ok && (p.vars[v].known || p.vars[v].value < l.Low || l.High >= 0 && p.vars[v].value > l.High) {
			continue
		}
		return l, true
	}
	return Leak{}, false
}

// byKey finds the variable that a leak names.
func (p *protector) byKey(k release.Key) (int32, bool) {
	if p.keys == nil {
		p.keys = make(map[release.Key]int32, len(p.vars))
		for v := range p.vars {
			p.keys[p.key(int32(v))] = int32(v)
		}
	}
	v, ok := p.keys[k]
	return v, ok
}

// close lists what is shown and differs from an earlier release by few people.
func (p *protector) close(truth []release.Cell) {
	for i, b := range p.before {
		m := p.means[truth[i].Code]
		if !b.changed || p.hide[i] || m == nil || !people(m.def.Kind) {
			continue
		}
		then, errThen := strconv.ParseInt(b.last, 10, 64)
		now, errNow := strconv.ParseInt(truth[i].Value, 10, 64)
		if d := now - then; errThen == nil && errNow == nil && d != 0 && d < p.k && -d < p.k {
			p.report.Close = append(p.report.Close, truth[i].Key())
		}
	}
}
