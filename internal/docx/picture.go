package docx

import (
	"fmt"

	"github.com/gomutex/godocx/common/constants"
	"github.com/gomutex/godocx/common/units"
	"github.com/gomutex/godocx/dml"
	"github.com/gomutex/godocx/dml/dmlct"
	"github.com/gomutex/godocx/dml/dmlpic"
	"github.com/gomutex/godocx/docx"
	"github.com/gomutex/godocx/wml/ctypes"
)

// Picture is an Enhanced Metafile, drawn as wide as the text and no higher than
// most of a page. Alt says what it shows to who does not see it.
type Picture struct {
	EMF           []byte
	Width, Height float64 // of which only the ratio counts
	Alt           string
}

// The room of a picture, in units of 1/914400 inch: 156 mm, and 200 mm high.
const (
	emuWidth  = 156 * 36000
	emuHeight = 200 * 36000
	mimeEMF   = "image/x-emf"
)

// picture adds a paragraph with a picture.
func (p *printer) picture(x *Picture) {
	p.ImageCount++
	name := fmt.Sprintf("image%d.emf", p.ImageCount)
	if p.ImageCount == 1 {
		if err := p.ContentType.AddExtension("emf", mimeEMF); err != nil {
			p.err = err
			return
		}
	}
	p.FileMap.Store(constants.MediaPath+name, x.EMF)
	rels, id := &p.Document.DocRels, fmt.Sprintf("rIdImage%d", p.ImageCount)
	rels.Relationships = append(rels.Relationships, &docx.Relationship{ID: id, Type: constants.SourceRelationshipImage, Target: "media/" + name})
	scale := min(emuWidth/x.Width, emuHeight/x.Height)
	w, h := units.Emu(x.Width*scale), units.Emu(x.Height*scale)
	inline := dml.NewInline(*dmlct.NewPostvSz2D(w, h), dml.DocProp{ID: uint64(p.ImageCount), Name: name, Description: x.Alt},
		*dml.NewPicGraphic(dmlpic.NewPic(id, p.ImageCount, w, h)))
	para := p.AddEmptyParagraph()
	para.Style("Picture")
	ct := para.GetCT()
	ct.Children = append(ct.Children, ctypes.ParagraphChild{Run: &ctypes.Run{Children: []ctypes.RunChild{{Drawing: &dml.Drawing{Inline: []dml.Inline{inline}}}}}})
}
