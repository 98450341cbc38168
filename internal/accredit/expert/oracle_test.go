package expert_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"xuedu/internal/accredit/expert"
	"xuedu/internal/db"
	"xuedu/internal/db/dbtest"
)

// The indexed answer equals that of asking every expert about every application
// and every tie, one by one (P1.7).
func TestMatrixAgainstBruteForce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			w.orgs = drawOrgs(rt)
			list, edges := w.drawPool(rt, t)
			subjects := drawSubjects(rt, list)
			rule := drawRule(rt)
			ids := make([]string, len(list))
			for i, e := range list {
				ids[i] = e.ID
			}
			got, err := w.Matrix(context.Background(), rule, ids, subjects)
			must(t, err)
			for _, e := range list {
				for _, s := range subjects {
					want := w.brute(rule, e, edges[e.ID], s)
					if have := names(got[e.ID][s.ApplicationID]); !slices.Equal(have, want) {
						rt.Fatalf("expert %+v\nsubject %+v\nedges %+v\nrule %+v\ngot  %v\nwant %v", e, s, edges[e.ID], rule, have, want)
					}
				}
			}
		})
	})
}

func names(list []expert.Edge) []string {
	out := []string{}
	for _, e := range list {
		out = append(out, e.Kind+" "+e.Subject+" "+e.SubjectID+" "+e.Source)
	}
	slices.Sort(out)
	return out
}

var orgIDs = []string{"", "a", "b", "c", "d"}

func drawOrgs(t *rapid.T) []expert.Org {
	var out []expert.Org
	for i, id := range orgIDs[1:] {
		above := rapid.SampledFrom(orgIDs[:i+1]).Draw(t, "above "+id)
		out = append(out, expert.Org{ID: id, Code: id, Name: id, ParentID: above, AreaID: drawArea(t)})
	}
	return out
}

func drawArea(t *rapid.T) int64 {
	return areas[rapid.IntRange(0, len(areas)-1).Draw(t, "area")].ID
}

func (w *world) drawPool(t *rapid.T, tb *testing.T) ([]expert.Expert, map[string][]expert.Edge) {
	n := rapid.SampledFrom([]int{1, 2, 9}).Draw(t, "experts")
	edges := map[string][]expert.Edge{}
	var list []expert.Expert
	for range n {
		in := expert.Input{OrgID: rapid.SampledFrom(orgIDs).Draw(t, "employer")}
		in.WorkArea, in.HomeArea = rapid.SampledFrom([]int64{0, 1, 11, 20}).Draw(t, "work"), rapid.SampledFrom([]int64{0, 12, 22}).Draw(t, "home")
		e := w.add(tb, in)
		if rapid.Bool().Draw(t, "linked") {
			var err error
			e, err = w.Attach(office(), e.ID, e.ID+"-account")
			must(tb, err)
		}
		edges[e.ID] = w.drawEdges(t, tb, e.ID)
		list = append(list, e)
	}
	return list, edges
}

var days = []string{"", "2020-05-01", "2022-10-15", "2022-10-16", "2025-10-16", "2025-10-17"}

func (w *world) drawEdges(t *rapid.T, tb *testing.T, id string) []expert.Edge {
	kinds := append(slices.Clone(expert.Kinds), expert.KindAny)
	var out []expert.Edge
	must(tb, w.db.InTx(office(), func(tx *sql.Tx) error {
		for i := range rapid.IntRange(0, 4).Draw(t, "edges") {
			e := expert.Edge{ExpertID: id, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Source: fmt.Sprint("source:", i)}
			e.State = rapid.SampledFrom([]string{expert.Holds, expert.Suggested, expert.Cleared, expert.Ended}).Draw(t, "state")
			e.Subject = rapid.SampledFrom([]string{"area", "org", "application"}).Draw(t, "subject")
			e.SubjectID = map[string]string{"area": strconv.FormatInt(drawArea(t), 10), "org": rapid.SampledFrom(orgIDs[1:]).Draw(t, "org"),
				"application": rapid.SampledFrom([]string{"x0", "x1"}).Draw(t, "application")}[e.Subject]
			e.From = rapid.SampledFrom(days[:2]).Draw(t, "from")
			e.To = rapid.SampledFrom(days).Draw(t, "to")
			kept, err := w.AddEdge(office(), tx, e)
			if err != nil {
				return err
			}
			out = append(out, kept)
		}
		return nil
	}))
	for i := range out {
		if rapid.Bool().Draw(t, "pin") && (out[i].State == expert.Holds || out[i].State == expert.Cleared) {
			decide := map[string]func(context.Context, string, string) error{expert.Holds: w.Hold, expert.Cleared: w.Clear}[out[i].State]
			must(tb, decide(office(), out[i].ID, "已核实"))
			out[i].Pinned = true
		}
	}
	return out
}

func drawSubjects(t *rapid.T, list []expert.Expert) []expert.Subject {
	accounts := []string{"somebody"}
	for _, e := range list {
		if e.AccountID != "" {
			accounts = append(accounts, e.AccountID)
		}
	}
	var out []expert.Subject
	for i := range rapid.IntRange(1, 3).Draw(t, "subjects") {
		s := expert.Subject{ApplicationID: fmt.Sprint("x", i), OrgID: rapid.SampledFrom(orgIDs).Draw(t, "applicant"), AreaID: drawArea(t)}
		s.StaffOrgs = rapid.SliceOfN(rapid.SampledFrom(orgIDs[1:]), 0, 2).Draw(t, "bodies")
		s.Staff = rapid.SliceOfN(rapid.SampledFrom(accounts), 0, 2).Draw(t, "staff")
		out = append(out, s)
	}
	return out
}

func drawRule(t *rapid.T) expert.Rule {
	return expert.Rule{LookBack: rapid.IntRange(0, 3).Draw(t, "years"), Level: rapid.SampledFrom([]string{"district", "street"}).Draw(t, "level"), Day: "2025-10-16",
		Kinds: rapid.SliceOfDistinct(rapid.SampledFrom(expert.Kinds), func(s string) string { return s }).Draw(t, "kinds")}
}
