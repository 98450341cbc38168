//go:build e2e

package e2e

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"xuedu/internal/disclosure"
	"xuedu/internal/release"
)

// P1.8: what a release hides to protect people stands in no form of it: not in
// its data, its API, the page of the figure; and an attacker who has this
// version and the one before works nothing out.
func TestHidden(t *testing.T) {
	t.Parallel()
	v := visitor(t, serve(t, demo(t)).URL)
	var list struct {
		Releases []struct{ Report, Area, Period, Version string }
	}
	if err := json.Unmarshal([]byte(v.read(t, "/api/v1/releases?report=yearly")), &list); err != nil || len(list.Releases) < 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	var vintages []*release.Release
	for _, x := range list.Releases {
		r, err := release.Parse([]byte(v.read(t, "/releases/"+x.Report+"/"+x.Area+"/"+x.Period+"/"+x.Version+"/files/release.json")))
		if err != nil {
			t.Fatal(err)
		}
		vintages = append([]*release.Release{r}, vintages...)
	}
	newest, at := vintages[len(vintages)-1], list.Releases[0]
	hidden := 0
	for _, c := range newest.Cells {
		if c.State != "withheld" {
			continue
		}
		if hidden++; c.Value != "" || c.Exact != "" || c.Cause != "" || c.Expected != 0 {
			t.Errorf("a hidden cell tells: %+v", c)
		}
	}
	if hidden == 0 || hidden != newest.Disclosure.Hidden || newest.Disclosure.Threshold != 5 {
		t.Fatalf("%d cells are hidden: %+v", hidden, newest.Disclosure)
	}
	if leaks := disclosure.Audit(newest, vintages[:len(vintages)-1], disclosure.Rules{Threshold: newest.Disclosure.Threshold}); len(leaks) > 0 {
		t.Errorf("%v", leaks)
	}
	i := 0
	for newest.Cells[i].State != "withheld" {
		i++
	}
	c := newest.Cells[i]
	base := "/releases/" + at.Report + "/" + at.Area + "/" + at.Period + "/" + at.Version
	page := v.read(t, base+"/cells/"+c.Code+"/"+c.Area+"/"+c.Period+"?lang=en&slice="+url.QueryEscape(c.Slice))
	if !strings.Contains(page, "withheld to protect people") || strings.Contains(page, `href="/indicators/`+c.Code) {
		t.Errorf("the page of %s:\n%.800s", c.Key(), page)
	}
	api := v.read(t, "/api/v1/releases/"+at.Report+"/"+at.Area+"/"+at.Period+"/cells?release="+at.Version+"&indicator="+c.Code+"&area="+c.Area+"&period="+c.Period)
	if !strings.Contains(api, `"withheld"`) {
		t.Errorf("the API: %.800s", api)
	}
	for _, line := range strings.Split(v.read(t, base+"/files/cells.csv"), "\n") {
		if strings.HasPrefix(line, c.Code+","+c.Period+","+c.Area+","+c.Slice+",") && strings.Trim(strings.SplitN(line, "withheld", 2)[1], ",\r") != "" {
			t.Errorf("the table: %s", line)
		}
	}
}
