package pack

import (
	"encoding/json"
	"fmt"
)

// awards adds the programmes of award: each item of a rubric is a thing of its
// own, the rest is compared part by part.
func (x index) awards(list []AwardProgramme) {
	for _, a := range list {
		x.add(KindAward, a.Code, a.fields())
		for _, g := range a.Rubric {
			for _, l := range g.Leaves {
				f := fields{"group": g.Code, "weight": fmt.Sprint(l.Weight), "core": fmt.Sprint(l.Core), "evidence": plain(l.Evidence)}
				for code, t := range l.Levels {
					f.text("level."+code, t)
				}
				x.add(KindAwardLeaf, a.Code+"."+l.Code, f.text("name", l.Name).text("about", l.About).text("on_site", l.OnSite))
			}
		}
	}
}

func (a AwardProgramme) fields() fields {
	f := fields{"object": a.Object, "org_types": plain(a.OrgTypes), "example": fmt.Sprint(a.Example), "quota": fmt.Sprint(a.Quota),
		"round_quota": fmt.Sprint(a.RoundQuota), "cycle": fmt.Sprint(a.Cycle), "validity": fmt.Sprint(a.Validity), "prefix": a.Prefix,
		"authorisation": plain(a.Authorisation), "levels": plain(a.Levels), "gates": plain(a.Gates), "content": plain(a.Content),
		"recommend": plain(a.Recommend), "attachments": plain(a.Attachments), "panel": plain(a.Panel), "conflict": plain(a.Conflict),
		"scoring": plain(a.Scoring), "ties": plain(a.Ties), "visit": plain(a.Visit), "deliberation": plain(a.Deliberation),
		"notice": plain(a.Notice), "life": plain(a.Life), "timeline": plain(a.Timeline), "paper": plain(a.Paper), "workflows": plain(a.Workflows)}
	return f.text("name", a.Name)
}

// plain writes a part of a programme as text that can be compared.
func plain(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "" // texts, numbers and lists of them: cannot fail
	}
	return string(b)
}
