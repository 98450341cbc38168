package emf_test

import (
	"bytes"
	"encoding/binary"
	"html/template"
	"testing"

	"xuedu/internal/chart"
	"xuedu/internal/chart/emf"
)

func bars() template.HTML {
	return chart.Bars(chart.Comparison{Head: chart.Head{ID: "a", Title: "参与率 <各区>"}, Points: []chart.Point{
		{Label: "东城区", Value: 14.8, Text: "14.8%"}, {Label: "昌平区", Text: "未报送", Missing: true}, {Label: "R&D", Value: 7, Text: "7.0%"}}})
}

func line() template.HTML {
	return chart.Line(chart.Trend{Head: chart.Head{ID: "b", Title: "t"}, Points: []chart.Point{{Label: "2023", Value: 3, Text: "3"}, {Label: "2024", Value: 5, Text: "5"}},
		Aims: []chart.Aim{{From: 0, To: 1, Value: 6, Text: "6"}}})
}

func choropleth(t testing.TB) template.HTML {
	t.Helper()
	o, err := chart.ParseOutlines([]byte(`{"view":[700,590],"areas":[{"code":"1","name":{"en":"West"},"paths":["M10 10L90 10L90 90ZM5,5L6,6L5,6Z"],"label":{"x":50,"y":60}},` +
		`{"code":"2","name":{"en":"East"},"paths":["M110 10L190 10L190 90Z"],"label":{"x":150,"y":60,"leader":[1,2,3,4]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return chart.Map(chart.Choropleth{Head: chart.Head{ID: "c", Title: "t"}, Outlines: o, Lang: "en", Values: map[string]chart.Point{"1": {Value: 1, Text: "1"}}})
}

// TestRecords: the file is what [MS-EMF] says: records of whole words that add
// up to the sums of the header.
func TestRecords(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]template.HTML{"bars": bars(), "line": line(), "map": choropleth(t)} {
		p, err := emf.Draw(m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		le, n, at := binary.LittleEndian, uint32(0), 0
		for at < len(p.Data) {
			size := int(le.Uint32(p.Data[at+4:]))
			if size < 8 || size%4 != 0 {
				t.Fatalf("%s: a record of %d bytes at %d", name, size, at)
			}
			n, at = n+1, at+size
		}
		if at != len(p.Data) || int(le.Uint32(p.Data[48:])) != at || le.Uint32(p.Data[52:]) != n || string(p.Data[40:44]) != " EMF" || p.Width < 300 {
			t.Errorf("%s: %d bytes, %d records, header %v", name, at, n, p.Data[40:60])
		}
		if again, _ := emf.Draw(m); !bytes.Equal(again.Data, p.Data) {
			t.Errorf("%s: other bytes for the same chart", name)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, m := range []string{"", "<p>", "<svg", `<svg viewBox="0 0 0 5"></svg>`, `<svg viewBox="0 0 5 5"><image/></svg>`,
		`<svg viewBox="0 0 5 5"><line x1="a"/></svg>`, `<svg viewBox="0 0 5 5"><polyline points="1"/></svg>`, `<svg viewBox="0 0 5 5"><path d="M1 2L3"/></svg>`} {
		if _, err := emf.Draw(template.HTML(m)); err == nil {
			t.Errorf("%s was drawn", m)
		}
	}
}

func FuzzDraw(f *testing.F) {
	f.Add(string(bars()))
	f.Add(string(line()))
	f.Add(string(choropleth(f)))
	f.Add(`<svg viewBox="0 0 5 5"><circle cx="1" cy="" r="9"/></svg>`)
	f.Fuzz(func(t *testing.T, m string) {
		if p, err := emf.Draw(template.HTML(m)); err == nil && len(p.Data)%4 != 0 {
			t.Errorf("%d bytes", len(p.Data))
		}
	})
}
