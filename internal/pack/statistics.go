package pack

import (
	"fmt"
	"slices"
)

// Statistics is statistics.yaml: who may ask for statistics in this place, for
// how long an approval takes, and what the law says of each ground on which a
// form is refused.
type Statistics struct {
	DecisionDays int      `yaml:"decision_days"` // working days in which the approver decides
	PublishDays  int      `yaml:"publish_days"`  // working days in which what was approved is made public
	Issuers      []Issuer `yaml:"issuers"`
	Laws         []Law    `yaml:"laws"`
}

// Issuer says on what basis bodies of some types may issue forms.
type Issuer struct {
	Types    []string `yaml:"types"`    // org types
	Basis    []string `yaml:"basis"`    // approval, filing
	Approver Text     `yaml:"approver"` // what the name of the approver holds: 统计局
}

// Law is one provision that forms are held to.
type Law struct {
	Code    string   `yaml:"code"`
	Name    Text     `yaml:"name"`    // where it stands: 《统计法》第十七条
	Text    Text     `yaml:"text"`    // what it says
	Grounds []string `yaml:"grounds"` // on which it lets a form be refused
}

// Issuer returns what bodies of an org type may do, and false where they may
// issue no forms. A pack without rules lets every body issue.
func (p *Pack) Issuer(orgType string) (Issuer, bool) {
	if len(p.Statistics.Issuers) == 0 {
		return Issuer{}, true
	}
	for _, i := range p.Statistics.Issuers {
		if slices.Contains(i.Types, orgType) {
			return i, true
		}
	}
	return Issuer{}, false
}

// Law returns the provision behind a ground; false where the pack names none.
func (p *Pack) Law(ground string) (Law, bool) {
	for _, l := range p.Statistics.Laws {
		if slices.Contains(l.Grounds, ground) {
			return l, true
		}
	}
	return Law{}, false
}

// Body returns a body of the pack by its code.
func (p *Pack) Body(code string) (Body, bool) {
	i := slices.IndexFunc(p.Bodies, func(b Body) bool { return b.Code == code })
	if i < 0 {
		return Body{}, false
	}
	return p.Bodies[i], true
}

func (l *loader) checkStatistics() {
	if !l.ok[statisticsFile] {
		return
	}
	s := l.pack.Statistics
	for i, is := range s.Issuers {
		for j, t := range is.Types {
			if _, known := l.types[t]; !known && l.ok[typesFile] {
				l.say(statisticsFile, fmt.Sprintf("/issuers/%d/types/%d", i, j), "pack.problem.no_type", "Code", t)
			}
		}
	}
	seen := map[string]string{}
	for i, law := range s.Laws {
		for j, g := range law.Grounds {
			at := fmt.Sprintf("/laws/%d/grounds/%d", i, j)
			if where, twice := seen[g]; twice {
				l.say(statisticsFile, at, "pack.problem.code_twice_at", "Code", g, "Where", where)
				continue
			}
			seen[g] = l.docs[statisticsFile].problem(at, "").Where()
		}
	}
	codes := make([]string, len(s.Laws))
	for i, law := range s.Laws {
		codes[i] = law.Code
	}
	l.uniqueAt(statisticsFile, "/laws", codes)
}
