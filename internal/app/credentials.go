package app

import (
	"context"
	"strings"
	"time"

	"xuedu/internal/accredit/award"
	"xuedu/internal/credential"
	"xuedu/internal/credential/credentialhttp"
	"xuedu/internal/credential/issue"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/web"
)

// ofAward is the kind of credential of an award.
const ofAward = "award"

// wireCredentials makes what gives verifiable credentials out (P1.7).
func (a *App) wireCredentials() {
	a.Credentials = issue.New(issue.Deps{DB: a.DB, Site: a.publicSite, Name: a.issuerName, Keys: a.Publish.Keys, Taken: a.takenBack, Now: a.now,
		Sign: func(ctx context.Context) (string, credential.Key, error) {
			name, secret, err := a.Publish.Signer(ctx)
			return name, credential.Key{Secret: secret}, err
		}})
}

// checkSite refuses a setting that is no address of a site.
func checkSite(site string) error {
	if site == "" {
		return nil
	}
	if _, err := credential.DIDOf(site); err != nil {
		return errs.InvalidField("site", "config.bad_site", "Value", site)
	}
	return nil
}

// demoSite is the address of a demo city that was given none: a name that
// nobody can have (RFC 6761).
const demoSite = "https://demo.example"

// publicSite is the address that the city is found at.
func (a *App) publicSite() string {
	if a.Config.Site == "" && a.City.Synthetic {
		return demoSite
	}
	return a.Config.Site
}

// issuerName is who publishes, in the first language of the pack.
func (a *App) issuerName() string {
	p := a.Packs.Pack()
	names := make([]string, len(p.Owner))
	for i, o := range p.Owner {
		names[i] = o.In(p.Languages[0])
	}
	return strings.Join(names, " ")
}

// awardCredential gives the credential of an award that holds. It fails with
// Conflict for one that does not.
func (a *App) awardCredential(ctx context.Context, number string) ([]byte, error) {
	x, err := a.Awards.ByNumber(ctx, number)
	if err != nil {
		return nil, err
	}
	if !x.Holds(a.Awards.Today()) {
		return nil, errs.New(errs.Conflict, "award.cert.over")
	}
	return a.Credentials.Give(ctx, issue.Given{Kind: ofAward, About: x.ID, Until: x.To}, func() credential.Credential { return a.certify(ctx, x) })
}

// certify says of an award what its certificate does.
func (a *App) certify(ctx context.Context, x award.Award) credential.Credential {
	p := a.Packs.Pack()
	lang := p.Languages[0]
	pr, _ := p.AwardProgramme(x.Programme)
	page := a.Credentials.At("/awards/" + x.Number)
	return credential.Credential{ID: page + "/credential.json", From: a.dayBegins(x.From), Until: a.dayBegins(x.To), Lang: lang, Name: pack.Text(pr.Name).In(lang),
		Subject:     credential.Subject{ID: a.Credentials.At(a.holderPath(ctx, x)), Name: x.Holder},
		Achievement: credential.Achievement{ID: page, Name: pack.Text(pr.Name).In(lang), Description: x.Sentence, Criteria: a.Bundle.T(lang, "credential.criteria"), Number: x.Number}}
}

// holderPath is the public page of who holds an award.
func (a *App) holderPath(ctx context.Context, x award.Award) string {
	if o, err := a.Orgs.ByID(ctx, x.OrgID); err == nil && x.OrgID != "" {
		return "/orgs/" + o.Code
	}
	return "/areas/" + a.codeOf(x.AreaID)
}

// dayBegins is the first moment of a day in the city, zero for none.
func (a *App) dayBegins(day string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, a.Zone())
	if err != nil {
		return time.Time{}
	}
	return t
}

// takenBack tells which awards ended before the day that their credential says.
func (a *App) takenBack(ctx context.Context, given []issue.Given) (map[issue.Given]bool, error) {
	list, err := a.Awards.List(ctx, award.Filter{})
	if err != nil {
		return nil, err
	}
	today, holds := a.Awards.Today(), map[string]bool{}
	for _, x := range list {
		holds[x.ID] = x.Holds(today)
	}
	out := map[issue.Given]bool{}
	for _, g := range given {
		out[g] = !holds[g.About] && (g.Until == "" || today < g.Until)
	}
	return out, nil
}

func (a *App) credentialRoutes() []web.Route {
	return credentialhttp.Routes(credentialhttp.Deps{Credentials: a.Credentials, Award: a.awardCredential, Zone: a.Zone()})
}
