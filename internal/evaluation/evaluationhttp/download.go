package evaluationhttp

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/big"
	"net/http"

	"xuedu/internal/evaluation"
	"xuedu/internal/evaluation/score"
	"xuedu/internal/i18n"
	"xuedu/internal/pack"
)

// csv is one line for each area and indicator: what everybody needs to judge
// again by the published method.
func (h *handler) csv(w http.ResponseWriter, r *http.Request) error {
	x, _, err := h.found(r)
	if err != nil {
		return err
	}
	list, err := h.Evaluations.Profiles(r.Context(), x)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	rows := [][]string{{"period", "area", "area_name", "dimension", "indicator", "indicator_name", "unit", "state", "value", "own_target", "own_past", "peers_median", "judged_by", "behind_percent", "verdict"}}
	for _, y := range list {
		a, _ := x.Figures.Area(y.Area)
		for _, d := range y.Dimensions {
			for _, c := range d.Cells {
				q, _ := x.Figures.Indicator(c.Code)
				past := ""
				if len(c.Figure.Past) > 0 {
					past = plain(c.Figure.Past[0], q.Places)
				}
				rows = append(rows, []string{x.Period, y.Area, a.Name.In(i18n.ZH), d.Code, c.Code, q.Name.In(i18n.ZH), q.Unit, c.State, plain(c.Value, q.Places), plain(c.Target, q.Places),
					past, plain(c.Median, q.Places), c.By, plain(c.Behind, 1), c.Verdict})
			}
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	return send(w, "text/csv; charset=utf-8", "evaluation-"+x.Period+".csv", b.Bytes())
}

func plain(v *big.Rat, n int) string {
	if v == nil {
		return ""
	}
	return v.FloatString(n)
}

// file is what the JSON download holds.
type file struct {
	Period    string                   `json:"period"`
	Area      string                   `json:"area"`
	Published string                   `json:"published"`
	Edition   int                      `json:"edition"`
	Why       pack.Text                `json:"why,omitempty"` // of a revision
	Seed      string                   `json:"seed"`          // of the runs of ranks
	Method    pack.Evaluation          `json:"method"`
	Figures   evaluation.Figures       `json:"figures"`
	Verdicts  map[string][]fileVerdict `json:"verdicts"` // by area
}

type fileVerdict struct {
	Code    string `json:"code"`
	By      string `json:"by,omitempty"`
	Behind  string `json:"behind_percent,omitempty"`
	Verdict string `json:"verdict"`
}

func (h *handler) json(w http.ResponseWriter, r *http.Request) error {
	x, m, err := h.found(r)
	if err != nil {
		return err
	}
	list, err := h.Evaluations.Profiles(r.Context(), x)
	if err != nil {
		return err
	}
	f := file{Period: x.Period, Edition: x.Edition, Why: x.Why, Area: x.Area, Published: x.PublishedAt.Format("2006-01-02T15:04:05Z07:00"), Seed: x.Seed(), Method: m.Evaluation, Figures: x.Figures, Verdicts: map[string][]fileVerdict{}}
	for _, y := range list {
		f.Verdicts[y.Area] = verdicts(y)
	}
	b, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	return send(w, "application/json", "evaluation-"+x.Period+".json", b)
}

func verdicts(y score.Profile) (out []fileVerdict) {
	for _, d := range y.Dimensions {
		for _, c := range d.Cells {
			out = append(out, fileVerdict{c.Code, c.By, plain(c.Behind, 1), c.Verdict})
		}
	}
	return out
}

func send(w http.ResponseWriter, typ, name string, b []byte) error {
	w.Header().Set("Content-Type", typ)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err := w.Write(b)
	return err
}
