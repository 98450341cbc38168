package accredithttp

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xuedu/internal/account"
	"xuedu/internal/accredit"
	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/web"
)

var beginView = view("begin", "")

// beginPage leads to an application: the call, who applies, whether they may.
type beginPage struct {
	page
	Calls        []accredit.Call
	Call         *accredit.Call // chosen
	Last         string         // day until which one may apply
	Parties      []party
	Party        string // chosen: org:ID, area:ID
	Name         string // of the party
	ProjectTitle string
	Project      bool
	Awards       string // re-evaluation: the award
	Gates        []gate
	Checked      bool // eligibility was looked at
	Eligible     bool
	Problem      string
	ProblemAt    string
}

// party is somebody the reader may apply for.
type party struct {
	Value, Name, Note string
	On                bool
}

// gate is a condition with what was found.
type gate struct {
	Name, Basis, Word, Tag, Found, Remedy, By string
	Code, State                               string
	Fails                                     bool
}

// beginForm asks for the call and who applies, and shows whether they may,
// before anything is written.
func (h *Pages) beginForm(w http.ResponseWriter, r *http.Request) error {
	p, n, err := h.beginOf(r)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if n.CallID != "" && p.Party != "" {
		if err := h.look(r.Context(), p, n); err != nil {
			if status, err = p.say(err); err != nil {
				return err
			}
		}
	}
	return web.Render(w, r, status, beginView, p)
}

// begin opens the application and leads to it.
func (h *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	p, n, err := h.beginOf(r)
	if err != nil {
		return err
	}
	var a accredit.Application
	if p.Party == "" {
		err = errs.InvalidField("party", "apply.begin.no_party")
	} else {
		a, err = h.Service.Begin(r.Context(), n)
	}
	if err != nil {
		if lookErr := h.look(r.Context(), p, n); lookErr != nil && errs.KindOf(lookErr) == errs.Internal {
			return lookErr
		}
		status, err := p.say(err)
		if err != nil {
			return err
		}
		return web.Render(w, r, status, beginView, p)
	}
	http.Redirect(w, r, "/desk/applications/"+a.ID, http.StatusSeeOther)
	return nil
}

// say keeps what stands against an act for the page; anything that the reader
// cannot mend is given back.
func (p *beginPage) say(cause error) (status int, err error) {
	e, ok := errors.AsType[*errs.Error](cause)
	if !ok || e.Kind != errs.Invalid && e.Kind != errs.Conflict {
		return 0, cause
	}
	p.Problem, p.ProblemAt = p.T(e.Key, e.Args...), map[string]string{"title": "f-title", "org": "party-0", "area": "party-0", "party": "party-0"}[e.Field]
	return web.Status(cause), nil
}

// beginOf reads what was chosen so far.
func (h *Pages) beginOf(r *http.Request) (*beginPage, accredit.NewApplication, error) {
	p := &beginPage{page: h.page(r, "apply.begin.title"), ProjectTitle: strings.TrimSpace(r.FormValue("title")), Awards: r.FormValue("award")}
	n := accredit.NewApplication{Title: p.ProjectTitle, AwardID: p.Awards, Channel: accredit.ChannelSelf}
	calls, err := h.Service.Calls(r.Context())
	if err != nil {
		return p, n, err
	}
	code := r.FormValue("call")
	for _, c := range calls {
		if c.State != callOpen {
			continue
		}
		p.Calls = append(p.Calls, c)
		if c.Code == code {
			p.Call, n.CallID = &c, c.ID
		}
	}
	if p.Call == nil {
		if code != "" {
			return p, n, errs.New(errs.NotFound, "apply.begin.no_call")
		}
		return p, n, nil
	}
	p.Last, p.Project = p.LastDay(*p.Call), p.Call.Rules.Programme.Object == accredit.ObjectProject
	if p.Parties, err = h.parties(r.Context(), *p.Call, p.page); err != nil {
		return p, n, err
	}
	return p, n, p.choose(r.FormValue("party"), &n)
}

// choose takes the party that was chosen, or the only one there is.
func (p *beginPage) choose(value string, n *accredit.NewApplication) error {
	if value == "" && len(p.Parties) == 1 && !p.Project {
		value = p.Parties[0].Value
	}
	for i := range p.Parties {
		x := &p.Parties[i]
		if x.On = x.Value == value; !x.On {
			continue
		}
		p.Party, p.Name = x.Value, x.Name
		kind, id, _ := strings.Cut(x.Value, ":")
		if kind == "org" {
			n.OrgID = id
			return nil
		}
		var err error
		n.AreaID, err = strconv.ParseInt(id, 10, 64)
		return err
	}
	if value != "" {
		return errs.New(errs.NotFound, "error.not_found") // not theirs, so not there
	}
	return nil
}

// parties lists whom the reader may apply for in a call.
func (h *Pages) parties(ctx context.Context, c accredit.Call, p page) (list []party, err error) {
	object := c.Rules.Programme.Object
	byArea := object == accredit.ObjectDistrict || object == accredit.ObjectEvaluation
	for _, g := range account.From(ctx).Grants {
		if !slices.Contains(account.Permissions(g.Role), accredit.PermApply) {
			continue
		}
		x, ok, err := h.party(ctx, g, byArea, object == accredit.ObjectProject && len(c.Rules.Programme.OrgTypes) == 0, p)
		if err != nil {
			return nil, err
		}
		if ok && !slices.ContainsFunc(list, func(y party) bool { return y.Value == x.Value }) {
			list = append(list, x)
		}
	}
	return list, nil
}

// party is the place of a grant as somebody that applies.
func (h *Pages) party(ctx context.Context, g account.Grant, byArea, project bool, p page) (party, bool, error) {
	if g.OrgID != "" {
		if byArea {
			return party{}, false, nil
		}
		o, err := h.Orgs.Org(ctx, g.OrgID)
		return party{Value: "org:" + g.OrgID, Name: o.Name, Note: o.Code + " · " + p.Place(o.AreaID)}, err == nil, err
	}
	n, ok := h.Tree().ByID(g.AreaID)
	if !ok || !byArea && !project || h.Tree().At(n).Level != area.District {
		return party{}, false, nil
	}
	return party{Value: "area:" + strconv.FormatInt(g.AreaID, 10), Name: p.AreaName(g.AreaID), Note: h.Tree().At(n).Code}, true, nil
}

// look finds out whether the party may apply, and why not.
func (h *Pages) look(ctx context.Context, p *beginPage, n accredit.NewApplication) error {
	if n.CallID == "" || p.Party == "" || p.Project && p.ProjectTitle == "" {
		return nil
	}
	found, err := h.Service.Eligibility(ctx, n.CallID, n.OrgID, n.AreaID)
	if err != nil {
		return err
	}
	p.Checked, p.Eligible = true, true
	p.Gates = p.gates(p.Call.Rules, found)
	for _, g := range p.Gates {
		p.Eligible = p.Eligible && !g.Fails
	}
	return nil
}

// gates puts how the gates were found into words.
func (p page) gates(r accredit.Rules, found []accredit.GateResult) []gate {
	var list []gate
	for _, f := range found {
		g := gate{Code: f.Code, Name: f.Code, State: f.State, Word: p.T("apply.gate." + f.State), Found: f.Value, Fails: f.State == accredit.GateFails}
		for _, def := range r.Programme.Gates {
			if def.Code == f.Code {
				g.Name, g.Basis = def.Name.In(p.Lang), def.Basis.In(p.Lang)
				if g.Fails {
					g.Remedy = p.T("apply.remedy." + def.Kind)
				}
			}
		}
		if _, ok := formula.ParseState(f.Value); ok {
			g.Found = p.T("accredit.state." + f.Value)
		}
		g.Tag = map[string]string{accredit.GateHolds: "xd-tag--go", accredit.GateFails: "xd-tag--act"}[f.State]
		if f.By != "" {
			g.By = p.Who(f.By)
		}
		list = append(list, g)
	}
	return list
}

// LastDay is the last day on which one may apply in a call.
func (page) LastDay(c accredit.Call) string {
	for _, s := range c.Timeline {
		if s.Code == stateApplying {
			return s.To
		}
	}
	return ""
}

// stateApplying is the first stage of a call's timeline.
const stateApplying = "applying"
