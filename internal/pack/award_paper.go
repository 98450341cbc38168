package pack

import (
	"fmt"
	"regexp"
	"slices"
)

// AwardPaper words the document under which awards are issued, in the layout of
// GB/T 9704. Its texts bind {{words}}, see PaperWords. What is empty is left
// out; without Title and Text the program's own words stand.
type AwardPaper struct {
	Mark  Text   `yaml:"mark" json:"mark,omitzero"`   // in red on top (发文机关标志)
	Organ Text   `yaml:"organ" json:"organ,omitzero"` // who signs; empty = the owners of the pack
	Title Text   `yaml:"title" json:"title,omitzero"`
	To    Text   `yaml:"to" json:"to,omitzero"` // addressees (主送机关), without the colon
	Text  []Text `yaml:"text" json:"text,omitzero"`
	List  Text   `yaml:"list" json:"list,omitzero"`   // title of the list, which is the annex
	Group string `yaml:"group" json:"group,omitzero"` // district: the list has a part for each; "" = one list
	Copy  Text   `yaml:"copy" json:"copy,omitzero"`   // copies to (抄送机关)
	Print Text   `yaml:"print" json:"print,omitzero"` // who prints it (印发机关)
}

// PaperWords are the words that the texts of an AwardPaper bind.
var PaperWords = []string{"programme", "call", "count", "years", "day", "number", "authorisation", "authorisation_number"}

var bound = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// Bind returns the text in lang with its {{words}} put in; an unknown word
// stays as it is.
func (t Text) Bind(lang string, words map[string]string) string {
	return bound.ReplaceAllStringFunc(t.In(lang), func(s string) string {
		if v, ok := words[bound.FindStringSubmatch(s)[1]]; ok {
			return v
		}
		return s
	})
}

// paper checks that the texts of the document bind only words there are.
func (c *awardCheck) paper() {
	p := c.Paper
	texts := map[string]Text{"mark": p.Mark, "organ": p.Organ, "title": p.Title, "to": p.To, "list": p.List, "copy": p.Copy, "print": p.Print}
	for i, t := range p.Text {
		texts[fmt.Sprint("text/", i)] = t
	}
	for where, text := range texts {
		for lang, s := range text {
			for _, m := range bound.FindAllStringSubmatch(s, -1) {
				if !slices.Contains(PaperWords, m[1]) {
					c.say("/paper/"+where+"/"+lang, "award_paper_word", "Word", m[1])
				}
			}
		}
	}
}
