package paper

import (
	"context"

	"xuedu/internal/release"
)

// Print turns a page that needs nothing else into a PDF.
type Print func(ctx context.Context, page []byte) ([]byte, error)

// Deliver makes all papers of a release in each of its languages, by name.
// print is nil where this machine prints nothing. A PDF that does not come is
// left out and told to missed: nobody's approval waits for a browser. It fails
// with the error of ctx.
func (p Papers) Deliver(ctx context.Context, r *release.Release, print Print, missed func(lang string, err error)) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, lang := range r.Languages {
		var err error
		if out[HTMLName(lang)], err = p.HTML(r, lang, false); err != nil {
			return nil, err
		}
		if out[DOCXName(lang)], err = p.DOCX(r, lang); err != nil {
			return nil, err
		}
		if out[AnnexName(lang)], err = p.Annex(r, lang); err != nil {
			return nil, err
		}
		if print == nil {
			continue
		}
		printed, err := print(ctx, out[HTMLName(lang)])
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			missed(lang, err)
			continue
		}
		out[PDFName(lang)] = printed
	}
	return out, nil
}
