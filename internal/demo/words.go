package demo

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"xuedu/internal/pack"
)

//go:embed data
var files embed.FS

// words are the names and titles of an invented city, in one language.
type words struct {
	Class      string                `yaml:"class"`
	Terms      map[string]string     `yaml:"terms"`
	Lecture    string                `yaml:"lecture"`
	Room       []string              `yaml:"room"`
	OnlineRoom string                `yaml:"online_room"`
	Clinic     string                `yaml:"clinic"`
	Cancelled  []string              `yaml:"cancelled"`
	Summaries  map[string]string     `yaml:"summaries"`
	Strip      []string              `yaml:"strip"`
	Hosts      map[string]string     `yaml:"hosts"` // by level of the area, and town
	Towns      []string              `yaml:"towns"` // ends of the names of towns and townships
	Opening    []opening             `yaml:"opening"`
	Org        map[string][]string   `yaml:"org"`
	Brands     []string              `yaml:"brands"`
	Reversal   []string              `yaml:"reversal"`
	Surnames   nameList              `yaml:"surnames"`
	GivenF     []string              `yaml:"given_f"`
	GivenM     []string              `yaml:"given_m"`
	Themes     map[string]themeWords `yaml:"themes"`
}

type themeWords struct {
	Weight float64  `yaml:"weight"`
	Ages   string   `yaml:"ages"`
	Titles []string `yaml:"titles"`
}

// opening is when an institution is open, and how many hours a week that is.
type opening struct {
	Hours string `yaml:"hours"`
	Text  string `yaml:"text"`
}

// openFor lists the openings of at least so many hours a week.
func (w *words) openFor(hours float64) []opening {
	var out []opening
	for _, o := range w.Opening {
		if h, err := strconv.ParseFloat(o.Hours, 64); err == nil && h >= hours {
			out = append(out, o)
		}
	}
	return out
}

// nameList is a list, or a string of one-character names.
type nameList []string

func (l *nameList) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*l = strings.Split(n.Value, "")
		return nil
	}
	return n.Decode((*[]string)(l))
}

// loadWords reads the words of the pack's first language that has any.
func loadWords(p *pack.Pack) (*words, string, error) {
	for _, lang := range append(append([]string{}, p.Languages...), "zh-CN") {
		b, err := files.ReadFile("data/" + lang + ".yaml")
		if err != nil {
			continue
		}
		var w words
		if err := yaml.Unmarshal(b, &w); err != nil {
			return nil, "", fmt.Errorf("demo words %s: %w", lang, err)
		}
		return &w, lang, nil
	}
	return nil, "", fmt.Errorf("demo: no words at all")
}

// theme returns the words of a theme; one that is not known is taught under
// its own name.
func (w *words) theme(c pack.Coded, lang string) themeWords {
	t, ok := w.Themes[c.Code]
	if !ok {
		t = themeWords{Weight: 5, Ages: "all"}
	}
	if len(t.Titles) == 0 {
		t.Titles = []string{c.Name.In(lang)}
	}
	return t
}

// orgName names an institution after its area.
func (w *words) orgName(areaName string, t pack.OrgType, lang string) string {
	for _, s := range w.Strip {
		if rest, ok := strings.CutSuffix(areaName, s); ok && rest != "" {
			areaName = rest
			break
		}
	}
	return areaName + w.space(lang) + w.suffix(t, lang, 0)
}

func (w *words) suffix(t pack.OrgType, lang string, i int) string {
	if s := w.Org[t.Code]; len(s) > 0 {
		return s[i%len(s)]
	}
	return t.Name.In(lang)
}

func (w *words) space(lang string) string {
	if lang == "zh-CN" {
		return ""
	}
	return " "
}

// person invents a name.
func (w *words) person(r *rand.Rand, sex, lang string) string {
	given := w.GivenM
	if sex == "f" {
		given = w.GivenF
	}
	s, g := pick(r, w.Surnames), pick(r, given)
	if lang == "zh-CN" {
		return s + g
	}
	return g + " " + s
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
