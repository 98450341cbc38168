// Package arch checks the dependency rules of docs/style.md.
package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const mod = "xuedu/internal/"

// layer gives each package its place; a package imports only lower layers.
// Packages of one layer do not import each other.
var layer = map[string]int{
	"errs": 0,
	"db":   1, "i18n": 1, "keys": 1, "config": 1, "calendar": 1, "period": 1, "formula": 1, "draw": 1,
	"web": 2, "job": 2, "sheet": 2, "chart": 2, "audit": 2, "workflow": 2, "docx": 2, "pdf": 2,
	"ui":   3,
	"area": 3, "pack": 3, "api": 4, "account": 4, "measure": 4, "statistic/form": 4, "statistic/rule": 4,
	"ledger/engine":   4,
	"accredit/assign": 1, "accredit/score": 4, "accredit/score/advice": 1, "accredit/attach": 4, "accredit/expert": 4, "draw/register": 4,
	"ledger": 5, "activity": 5, "plan": 5, "org": 5, "indicator": 5, "statistic": 5, "accredit": 5,
	"report": 6, "ledger/figureview": 6, "demo": 6, "statistic/workbook": 6,
	"accredit/panel": 6, "accredit/ballot": 6, "accredit/visit": 6, "accredit/decide": 6, "accredit/award": 6,
	"chart/emf": 3, "release/paper": 4, "release": 1, "narrative": 2, "disclosure": 2, "release/export": 3, "release/proof": 3, "release/view": 3, "evaluation/score": 1, "credential": 2, "credential/issue": 5,
	"mail": 1, "publish": 5, "subscription": 6, "monitor": 6, "evaluation": 6,
	"app": 8, "cli": 9,
}

// layerOf also knows the two kinds of package every domain may have.
func layerOf(name string) (int, bool) {
	switch {
	case strings.HasSuffix(name, "/internal/gen"):
		return 1, true
	case strings.HasSuffix(name, "http"):
		return 7, true
	}
	n, ok := layer[name]
	return n, ok
}

// domains must not know HTTP.
var domains = []string{"area", "pack", "account", "org", "ledger", "ledger/engine", "activity", "plan", "report", "audit", "calendar", "demo",
	"period", "formula", "workflow", "measure", "indicator", "statistic", "statistic/form", "statistic/rule", "statistic/workbook",
	"draw", "draw/register", "accredit", "accredit/assign", "accredit/score", "accredit/score/advice", "accredit/attach", "accredit/expert", "accredit/panel", "accredit/ballot", "accredit/visit", "accredit/decide", "accredit/award",
	"release", "narrative", "disclosure", "release/export", "release/proof", "release/view", "release/paper", "evaluation", "evaluation/score", "publish", "monitor", "credential", "credential/issue", "subscription"}

// owners: only these packages may import a library.
var owners = map[string][]string{
	"modernc.org/sqlite":               {"db"},
	"github.com/jackc/pgx/v5":          {"db"},
	"github.com/riverqueue/river":      {"job"},
	"github.com/xuri/excelize/v2":      {"sheet"},
	"github.com/pressly/goose/v3":      {"db"},
	"github.com/danielgtaylor/huma/v2": {"api"},
	"github.com/wneessen/go-mail":      {"mail"},
}

func TestLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "xuedu/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name, ok := strings.CutPrefix(p.ImportPath, mod)
		if !ok || strings.HasSuffix(name, "test") || name == "arch" {
			continue
		}
		from, ok := layerOf(name)
		if !ok {
			t.Errorf("package %s has no layer", name)
		}
		for _, imp := range p.Imports {
			if to, ok := strings.CutPrefix(imp, mod); ok {
				if n, _ := layerOf(to); n >= from {
					t.Errorf("%s (layer %d) imports %s (layer %d)", name, from, to, n)
				}
			}
			checkOwner(t, name, imp)
		}
		if slices.Contains(domains, name) && slices.Contains(p.Imports, "net/http") {
			t.Errorf("%s is a domain package and imports net/http", name)
		}
	}
}

func checkOwner(t *testing.T, name, imp string) {
	for lib, who := range owners {
		if imp != lib && !strings.HasPrefix(imp, lib+"/") {
			continue
		}
		if !slices.Contains(who, name) && !(strings.HasSuffix(name, "http") && lib == "github.com/danielgtaylor/huma/v2") {
			t.Errorf("%s imports %s; only %v may", name, imp, who)
		}
	}
}
