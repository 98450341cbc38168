package accredittest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
)

// Orgs is the register of the small city, by id.
type Orgs map[string]accredit.Org

func orgs() Orgs {
	list := Orgs{}
	for _, o := range []accredit.Org{
		{ID: School, Code: "SQ-1", Name: "东湖社区学校", Type: "community-school", AreaID: Street, Since: "2010-05-01"},
		{ID: School2, Code: "SQ-2", Name: "西山社区学校", Type: "community-school", AreaID: Street2, Since: "2012-05-01"},
		{ID: School3, Code: "SQ-3", Name: "南桥社区学校", Type: "community-school", AreaID: Street3, Since: "2025-05-01"},
		{ID: Business, Code: "QY-1", Name: "东湖示例企业", Type: "learning-enterprise", AreaID: Street, Since: "2001-01-01"},
	} {
		list[o.ID] = o
	}
	return list
}

// Org implements accredit.Orgs.
func (o Orgs) Org(_ context.Context, id string) (accredit.Org, error) {
	if v, ok := o[id]; ok {
		return v, nil
	}
	return accredit.Org{}, errs.New(errs.NotFound, "org.not_found")
}

// Figures gives every figure the value of Values by its code, else 12.
type Figures struct {
	Values map[string]string // code to value; a test of a gate too
}

func (f *Figures) figure(code, period string) accredit.Figure {
	v, ok := f.Values[code]
	if !ok {
		v = "12"
	}
	return accredit.Figure{Code: code, Name: pack.Text{"zh-CN": code, "en": code}, Unit: pack.Text{"zh-CN": "人", "en": "persons"}, Period: period,
		State: formula.Value.String(), Value: v, Definition: code + " 2021-01-01", Sources: []string{"ledger"}, FrozenAt: time.Now().UTC()}
}

// OfArea implements accredit.Figures.
func (f *Figures) OfArea(_ context.Context, code string, _ int64, period string) (accredit.Figure, error) {
	return f.figure(code, period), nil
}

// OfOrg implements accredit.Figures.
func (f *Figures) OfOrg(_ context.Context, code, _, period string) (accredit.Figure, error) {
	return f.figure(code, period), nil
}

// Holds implements accredit.Figures: a test holds unless Values says "0".
func (f *Figures) Holds(_ context.Context, test string, _ int64, _ string) (bool, string, formula.State, error) {
	v, ok := f.Values[test]
	if !ok {
		v = "1"
	}
	return v != "0", v, formula.Value, nil
}

// Awards says how many awards are in force.
type Awards struct {
	N    int             // of every programme
	Have map[string]bool // "programme/institution or area"
}

// Held implements accredit.Awards.
func (a *Awards) Held(_ context.Context, programme, orgID string, _ int64, _ string) (bool, error) {
	return a.Have[programme+"/"+orgID], nil
}

// InForce implements accredit.Awards.
func (a *Awards) InForce(context.Context, string, string) (int, error) { return a.N, nil }

// Files keeps contents in memory.
type Files struct {
	mu      sync.Mutex
	content map[string][]byte
}

// Put implements accredit.Files.
func (f *Files) Put(_ context.Context, _ *sql.Tx, _ string, content []byte) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	f.content[digest] = content
	return digest, nil
}

// Get implements accredit.Files.
func (f *Files) Get(_ context.Context, digest string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b, ok := f.content[digest]; ok {
		return b, nil
	}
	return nil, errs.New(errs.NotFound, "attach.no_file")
}

// Check implements accredit.Files: it looks at the ending and the size.
func (f *Files) Check(name string, content []byte, types []string, most int64) (string, error) {
	ending := strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
	switch {
	case !slices.Contains(types, ending):
		return "", errs.InvalidField("file", "attach.bad_type")
	case most > 0 && int64(len(content)) > most:
		return "", errs.InvalidField("file", "attach.too_large")
	}
	return "application/" + ending, nil
}

// Store implements accredit.Files.
func (f *Files) Store(ctx context.Context, content []byte) (string, error) {
	return f.Put(ctx, nil, "", content)
}

// Keep implements accredit.Files.
func (f *Files) Keep(context.Context, *sql.Tx, string, string, int64) error { return nil }

// employed knows the accounts that World.Staff names.
type employed struct{}

// OrgsOf implements accredit.Staff.
func (employed) OrgsOf(_ context.Context, accounts []string) ([]string, error) {
	var list []string
	for _, a := range accounts {
		if org, ok := strings.CutPrefix(a, "s-"); ok && !slices.Contains(list, org) {
			list = append(list, org)
		}
	}
	return list, nil
}
