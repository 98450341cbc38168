package expert

import (
	"slices"
	"strconv"
)

// derivation is a tie the program finds by itself, with the subjects it leads to.
type derivation struct {
	edge Edge
	hits []int
}

// derived finds the ties of an expert that follow from the register and from
// who handled an application.
func (x *index) derived(e *Expert) []derivation {
	var out []derivation
	if e.OrgID != "" {
		for i, id := range x.kin.line(e.OrgID) {
			hits := x.byOrg[id]
			if i == 0 {
				hits = x.under[id]
			}
			out = add(out, x.made(e, KindEmployer, SubjectOrg, id), hits)
		}
	}
	for _, id := range distinct(x.areaAt(e.WorkArea), x.areaAt(x.kin[e.OrgID].AreaID)) {
		out = add(out, x.made(e, KindWorkArea, SubjectArea, areaText(id)), x.atLevel[id])
	}
	for _, id := range distinct(x.areaAt(e.HomeArea)) {
		out = add(out, x.made(e, KindHomeArea, SubjectArea, areaText(id)), x.atLevel[id])
	}
	for _, i := range x.handled(e) {
		out = add(out, x.made(e, KindRecommender, SubjectApplication, x.subjects[i].ApplicationID), []int{i})
	}
	return out
}

// handled returns the subjects that an expert, or somebody of the same
// institution for the recommender, has written, verified or recommended.
func (x *index) handled(e *Expert) []int {
	var out []int
	if e.AccountID != "" {
		out = append(out, x.byStaff[e.AccountID]...)
	}
	for _, id := range x.kin.line(e.OrgID) {
		out = append(out, x.byBody[id]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (x *index) made(e *Expert, kind, subject, id string) Edge {
	return Edge{ExpertID: e.ID, Kind: kind, Subject: subject, SubjectID: id, Source: SourceRegister, State: Holds}
}

func add(out []derivation, e Edge, hits []int) []derivation {
	if len(hits) == 0 {
		return out
	}
	return append(out, derivation{edge: e, hits: hits})
}

// distinct returns the ids that are not 0, each once.
func distinct(ids ...int64) []int64 {
	var out []int64
	for _, id := range ids {
		if id != 0 && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func areaText(id int64) string { return strconv.FormatInt(id, 10) }

// rowBuilder collects the ties of one expert.
type rowBuilder struct {
	x     *index
	found map[string][]Edge
	clear []Edge // pins that say: no conflict
}

// add notes an edge at the subjects it leads to. Most subjects have one tie:
// those share one slice, whose capacity keeps a second from being written into it.
func (b *rowBuilder) add(e Edge, hits []int) {
	one := []Edge{e}[:1:1]
	for _, i := range hits {
		id := b.x.subjects[i].ApplicationID
		if had := b.found[id]; had == nil {
			b.found[id] = one
		} else {
			b.found[id] = append(had[:len(had):len(had)], e)
		}
	}
}

// sweep takes out what the office has pinned as no conflict. A tie that it has
// pinned as one stays.
func (b *rowBuilder) sweep() {
	if len(b.clear) == 0 {
		return
	}
	for _, i := range b.x.cleared(b.clear) {
		sub := &b.x.subjects[i]
		if had, ok := b.found[sub.ApplicationID]; ok {
			b.keep(sub, had)
		}
	}
	for id, had := range b.found { // pins of the very tie, wherever it leads
		left := slices.DeleteFunc(slices.Clone(had), func(e Edge) bool {
			return !e.Pinned && slices.ContainsFunc(b.clear, func(p Edge) bool { return p.names(e) })
		})
		b.set(id, left)
	}
}

// cleared returns the subjects that pins name themselves.
func (x *index) cleared(pins []Edge) []int {
	var out []int
	for _, p := range pins {
		switch p.Subject {
		case SubjectApplication:
			out = append(out, x.byApp[p.SubjectID]...)
		case SubjectOrg:
			out = append(out, x.byOrg[p.SubjectID]...)
		case SubjectArea:
			for _, i := range x.inArea[areaID(p.SubjectID)] {
				if x.subjects[i].OrgID == "" && areaText(x.subjects[i].AreaID) == p.SubjectID {
					out = append(out, i)
				}
			}
		}
	}
	return out
}

func (b *rowBuilder) keep(sub *Subject, had []Edge) {
	left := slices.DeleteFunc(slices.Clone(had), func(e Edge) bool {
		return !e.Pinned && slices.ContainsFunc(b.clear, func(p Edge) bool { return p.coversKind(e) && p.namesSubject(sub) })
	})
	b.set(sub.ApplicationID, left)
}

func (b *rowBuilder) set(id string, left []Edge) {
	if len(left) == 0 {
		delete(b.found, id)
		return
	}
	b.found[id] = left
}

func (p Edge) coversKind(e Edge) bool { return p.Kind == KindAny || p.Kind == e.Kind }

// names reports whether a pin is about the very tie e.
func (p Edge) names(e Edge) bool {
	return p.coversKind(e) && p.Subject == e.Subject && p.SubjectID == e.SubjectID
}

// namesSubject reports whether a pin is about the applicant or the application.
func (p Edge) namesSubject(s *Subject) bool {
	switch p.Subject {
	case SubjectApplication:
		return p.SubjectID == s.ApplicationID
	case SubjectOrg:
		return p.SubjectID == s.OrgID
	}
	return s.OrgID == "" && p.SubjectID == areaText(s.AreaID)
}
