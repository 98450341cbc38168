package publishhttp

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"xuedu/internal/api"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
	"xuedu/internal/publish"
)

// Operations adds releases and their cells to the JSON API. It knows only what
// is public, whoever asks.
func Operations(d Deps) func(huma.API) {
	h := &handler{Deps: d}
	return func(a huma.API) {
		huma.Register(a, api.Operation[releasesBody](a, "releases", "/releases", "Releases",
			"Every public version of every report, by report and area, the newest period and version first."), h.getReleases)
		huma.Register(a, api.Operation[releaseCellsBody](a, "release-cells", "/releases/{report}/{scope}/{term}/cells", "Cells of a release",
			"The figures of one version as they were signed, by indicator, period, area and slice: the newest version, one that is named, or the one that was public on a day."), h.getCells)
		documentLists(a)
	}
}

// documentLists says what each thing of a list looks like, which a tag of the
// list cannot.
func documentLists(a huma.API) {
	one := 1
	for _, p := range a.OpenAPI().Paths {
		if p.Get == nil || p.Get.OperationID != "release-cells" {
			continue
		}
		for _, q := range p.Get.Parameters {
			if q.Schema.Items == nil {
				continue
			}
			if q.Schema.Items.MinLength = &one; q.Name == "period" {
				q.Schema.Items.Pattern = periodPattern
			}
			q.Schema.Items.PrecomputeMessages()
		}
	}
}

// periodPattern is a year, quarter or month.
const periodPattern = "^(19|20|21)[0-9]{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"

type releasesInput struct {
	api.Listing
	Report string `query:"report" minLength:"1" maxLength:"64" doc:"Code of a report." example:"yearly"`
	Area   string `query:"area" minLength:"1" maxLength:"64" doc:"Code of the area that a report is about."`
	Period string `query:"period" pattern:"^(19|20|21)[0-9]{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?$" example:"2024"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"500"`
	Cursor string `query:"cursor" minLength:"1" maxLength:"128" doc:"The next of the answer before."`
}

// PublicRelease is a public version.
type PublicRelease struct {
	Report     string    `json:"report"`
	Area       string    `json:"area" doc:"Code."`
	Period     string    `json:"period"`
	Version    string    `json:"version" doc:"Major: a definition changed or a figure went; minor: figures came; patch: figures changed."`
	Stage      string    `json:"stage" enum:"provisional,final,revised"`
	Title      pack.Text `json:"title" doc:"By language."`
	Reason     pack.Text `json:"reason,omitempty" doc:"Of a revision, by language."`
	Public     time.Time `json:"public" doc:"Since when everybody can read it."`
	Digest     string    `json:"digest" doc:"SHA-256 of what was signed, hex."`
	Key        string    `json:"key" doc:"That signed: see /.well-known/xuedu-keys.json."`
	Page       string    `json:"page" format:"uri" doc:"Permanent."`
	CellsHref  string    `json:"cells_href" format:"uri" doc:"Its cells, in this API."`
	SealedHref string    `json:"sealed_href" format:"uri" doc:"The signed ZIP."`
}

var publishedColumns = []string{"report", "area", "period", "version", "stage", "title", "title_en", "public", "digest", "key", "page", "cells_href", "sealed_href"}

func (p PublicRelease) row() []string {
	return []string{p.Report, p.Area, p.Period, p.Version, p.Stage, p.Title.In("zh-CN"), p.Title.In("en"), p.Public.UTC().Format(time.RFC3339), p.Digest, p.Key,
		p.Page, p.CellsHref, p.SealedHref}
}

// published describes a version; site is the address of this one.
func published(site string, e publish.Edition) PublicRelease {
	page := strings.TrimSuffix(site, "/") + base(e)
	return PublicRelease{Report: e.Series, Area: e.Area, Period: e.Period, Version: e.Version, Stage: e.Stage, Title: e.Title, Reason: e.Reason, Public: e.PublicAt,
		Digest: e.Digest, Key: e.Key, Page: page, SealedHref: page + "/files/" + zipName(e),
		CellsHref: strings.TrimSuffix(site, "/") + cellsPath(e)}
}

// cellsPath is where the API has the cells of a version.
func cellsPath(e publish.Edition) string {
	return api.Path + strings.TrimSuffix(base(e), "/"+url.PathEscape(e.Version)) + "/cells?release=" + url.QueryEscape(e.Version)
}

type releasesBody struct {
	Releases []PublicRelease `json:"releases" nullable:"false"`
	Next     string          `json:"next,omitempty" doc:"Cursor of the next releases; absent at the end."`
}

func (h *handler) getReleases(ctx context.Context, in *releasesInput) (*huma.StreamResponse, error) {
	all, err := h.Releases.Editions(ctx)
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	list, site := []PublicRelease{}, api.Page(ctx).Base
	for _, e := range all {
		if e.Public && match(in.Report, e.Series) && match(in.Area, e.Area) && match(in.Period, e.Period) {
			list = append(list, published(site, e))
		}
	}
	if in.CSV() {
		rows := [][]string{publishedColumns}
		for _, p := range list {
			rows = append(rows, p.row())
		}
		return api.AnswerBy(in.Listing, list, rows)
	}
	from, to, err := api.Window(in.Cursor, in.Limit, len(list))
	if err != nil {
		return nil, api.Refuse(ctx, err)
	}
	return api.AnswerBy(in.Listing, releasesBody{list[from:to], api.Cursor(to, len(list))}, nil)
}

// match reports whether a filter lets a value through.
func match(filter, value string) bool { return filter == "" || filter == value }

// version finds the version that a question is about.
func (h *handler) version(ctx context.Context, in *cellsInput) (publish.Edition, error) {
	version := in.Release
	if in.Cursor != "" {
		of, _, ok := strings.Cut(in.Cursor, "~")
		if !ok || !match(version, of) {
			return publish.Edition{}, errs.New(errs.NotFound, "explore.api.cursor")
		}
		version = of
	}
	if version != "" {
		e, err := h.Releases.Find(ctx, in.Report, in.Scope, in.Term, version)
		if err == nil && !e.Public {
			err = errs.New(errs.NotFound, "publish.not_found")
		}
		return e, err
	}
	at := h.Now()
	if in.AsOf != "" {
		day, err := time.ParseInLocation(time.DateOnly, in.AsOf, h.Zone)
		if err != nil {
			return publish.Edition{}, errs.InvalidField("asOf", "explore.api.invalid")
		}
		at = day.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	return h.Releases.Public(ctx, in.Report, in.Scope, in.Term, at)
}
