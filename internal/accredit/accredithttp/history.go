package accredithttp

import (
	"net/http"
	"slices"
	"strings"

	"xuedu/internal/accredit"
	"xuedu/internal/web"
)

var historyView = view("history", "")

// historyPage tells who wrote what when, with the differences.
type historyPage struct {
	writePage
	Texts []textHistory
}

// textHistory is the versions of one text, the newest first.
type textHistory struct {
	Name, Href string
	Versions   []textVersion
}

type textVersion struct {
	No            int64
	By, At        string
	Level, Before string // names of the levels; Before is "" where it stayed
	Changed       bool   // the level did
	Pieces        []piece
	Unchanged     bool // the text did not change
}

// history shows every version of every text of an application.
func (h *Pages) history(w http.ResponseWriter, r *http.Request) error {
	wp, err := h.writePage(r, "apply.history")
	if err != nil {
		return err
	}
	p := historyPage{writePage: wp}
	p.Scripts = nil
	for _, f := range p.D.Rules.Programme.Content {
		p.add(contentLeaf+f.Code, f.Name.In(p.Lang), p.Base+"/content#f-"+f.Code)
	}
	for _, l := range leaves(p.C) {
		p.add(l.Code, l.Code+" "+l.Name.In(p.Lang), p.Base+"/leaf/"+l.Code)
	}
	return web.Render(w, r, http.StatusOK, historyView, p)
}

func (p *historyPage) add(leaf, name, href string) {
	t := textHistory{Name: name, Href: href}
	var before accredit.Claim
	for _, c := range p.History {
		if c.Leaf != leaf {
			continue
		}
		v := textVersion{No: c.Version, By: p.Who(c.Author), At: p.DateTime(c.At), Level: p.LevelName(p.D.Rules, c.Level),
			Pieces: diff(before.Reason, c.Reason), Unchanged: before.Reason == c.Reason}
		if c.Level != before.Level {
			v.Changed, v.Before = true, p.LevelName(p.D.Rules, before.Level)
		}
		t.Versions, before = append(t.Versions, v), c
	}
	slices.Reverse(t.Versions)
	if len(t.Versions) > 0 {
		p.Texts = append(p.Texts, t)
	}
}

// piece is a part of a text: kept, taken out or put in.
type piece struct {
	Text     string
	Out, New bool
}

// mostDiff is how long two texts may be, multiplied, to be compared word by
// word; longer ones are shown one after the other.
const mostDiff = 4_000_000

// diff compares two texts: Chinese letter by letter, other scripts word by
// word. Kept and new pieces together are the new text, kept and taken-out
// pieces the old one.
func diff(before, after string) []piece {
	a, b := words(before), words(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var d differ
	d.add(a[:head], piece{})
	d.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	d.add(a[len(a)-tail:], piece{})
	return d.pieces
}

type differ struct{ pieces []piece }

// add appends words, to the last piece if it is of the same kind.
func (d *differ) add(list []string, kind piece) {
	if len(list) == 0 {
		return
	}
	text := strings.Join(list, "")
	if n := len(d.pieces); n > 0 && d.pieces[n-1].Out == kind.Out && d.pieces[n-1].New == kind.New {
		d.pieces[n-1].Text += text
		return
	}
	kind.Text = text
	d.pieces = append(d.pieces, kind)
}

// middle compares by the longest common subsequence.
func (d *differ) middle(a, b []string) {
	if len(a)*len(b) > mostDiff {
		d.add(a, piece{Out: true})
		d.add(b, piece{New: true})
		return
	}
	w := len(b) + 1
	common := make([]int32, (len(a)+1)*w)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i*w+j] = common[(i+1)*w+j+1] + 1
			} else {
				common[i*w+j] = max(common[(i+1)*w+j], common[i*w+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			d.add(a[i:i+1], piece{})
			i, j = i+1, j+1
		case common[(i+1)*w+j] >= common[i*w+j+1]:
			d.add(a[i:i+1], piece{Out: true})
			i++
		default:
			d.add(b[j:j+1], piece{New: true})
			j++
		}
	}
	d.add(a[i:], piece{Out: true})
	d.add(b[j:], piece{New: true})
}

// words cuts a text: letters and digits of Latin scripts stay together, every
// other character stands alone. Together they are the text again.
func words(s string) []string {
	var list []string
	start := 0
	for i, r := range s {
		alone := r > 0x2000 || !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r >= 0xc0)
		if alone {
			if start < i {
				list = append(list, s[start:i])
			}
			n := len(string(r))
			if r == '\uFFFD' { // a broken byte is one byte long
				n = brokenLen(s[i:])
			}
			list = append(list, s[i:i+n])
			start = i + n
		}
	}
	if start < len(s) {
		list = append(list, s[start:])
	}
	return list
}

// brokenLen is how many bytes a replacement character stands for.
func brokenLen(s string) int {
	if strings.HasPrefix(s, "\uFFFD") {
		return len("\uFFFD")
	}
	return 1
}
