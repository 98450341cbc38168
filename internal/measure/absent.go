package measure

import (
	"bytes"
	"context"
	_ "embed" // for absent.yaml
	"fmt"
	"sync"

	yaml "go.yaml.in/yaml/v4"

	"xuedu/internal/errs"
	"xuedu/internal/formula"
	"xuedu/internal/pack"
	"xuedu/internal/period"
)

//go:embed absent.yaml
var absentFile []byte

// absentMeasure is one entry of absent.yaml.
type absentMeasure struct {
	Code  string             `yaml:"code"`
	Zh    string             `yaml:"zh"`
	En    string             `yaml:"en"`
	Unit  formula.Unit       `yaml:"unit"`
	Scale int                `yaml:"scale"`
	Area  formula.Additivity `yaml:"area"` // default sum
	Time  formula.Additivity `yaml:"time"` // default sum
	Dims  []string           `yaml:"dims"`
}

var readAbsent = sync.OnceValues(func() ([]Decl, error) {
	var list []absentMeasure
	dec := yaml.NewDecoder(bytes.NewReader(absentFile))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("read absent.yaml: %w", err)
	}
	decls := make([]Decl, len(list))
	for i, m := range list {
		decls[i] = m.decl()
	}
	return decls, nil
})

func (m *absentMeasure) decl() Decl {
	d := Decl{Code: m.Code, Name: pack.Text{"zh-CN": m.Zh, "en": m.En}, Unit: m.Unit, Scale: m.Scale, Domain: "absent", Absent: true,
		Area: formula.Sum, Time: formula.Sum}
	if m.Area != "" {
		d.Area = m.Area
	}
	if m.Time != "" {
		d.Time = m.Time
	}
	for _, dim := range m.Dims {
		d.Dims = append(d.Dims, formula.Dim{Name: dim, Add: formula.Distinct})
	}
	return d
}

// Absent offers the measures that indicators need and nobody records yet, so
// that a formula can name them: they are not computable, cause NoSource, until
// a domain or an imported series offers the same code.
type Absent struct{}

// Decls implements Source.
func (Absent) Decls(context.Context) ([]Decl, error) { return readAbsent() }

// Version implements Source.
func (Absent) Version(context.Context, string, period.Period) (string, error) { return "", nil }

// Read implements Source: nobody can answer.
func (Absent) Read(_ context.Context, a Ask) (Block, error) {
	return Block{}, errs.New(errs.Unavailable, "measure.absent", "Code", a.Code)
}

// Origin implements Source.
func (Absent) Origin(context.Context, Ask, int, int) ([]Part, int, error) { return nil, 0, nil }
