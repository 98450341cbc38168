package monitor

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"xuedu/internal/area"
	"xuedu/internal/errs"
	"xuedu/internal/indicator"
	"xuedu/internal/measure"
	"xuedu/internal/monitor/internal/gen"
	"xuedu/internal/pack"
	"xuedu/internal/release"
)

// archiveFormat names the form of an archive; a reader refuses any other.
const archiveFormat = "xuedu-archive/1"

// archiveInput is the name under which a release holds the digest of its
// archive.
const archiveInput = "archive"

// archive is all that the figures of a release were computed from: what the
// sources answered, the definitions, the areas, the lists of the pack.
type archive struct {
	Format        string                            `json:"format"`
	Report        pack.Report                       `json:"report"`
	Units         []pack.Unit                       `json:"units"`
	AgeBands      []pack.AgeBand                    `json:"age_bands"`
	Themes        []pack.Coded                      `json:"themes"`
	ActivityForms []pack.Coded                      `json:"activity_forms"`
	Areas         []area.Area                       `json:"areas"`
	Definitions   map[string][]indicator.Definition `json:"definitions"`
	Tape          *measure.Tape                     `json:"tape"`

	digest string
	body   []byte
}

// record begins an archive of a draft, and returns the figures that fill it.
func (s *Service) record(ctx context.Context, d Draft) (a archive, f Figures, err error) {
	if s.Record == nil {
		return a, s.Figures, nil
	}
	if a.Report, err = s.report(d); err != nil {
		return a, nil, err
	}
	figures, tape, err := s.Record(ctx)
	if err != nil {
		return a, nil, err
	}
	p, tree := s.Pack(), s.Tree()
	a.Format, a.Tape, a.Units, a.AgeBands, a.Themes, a.ActivityForms = archiveFormat, tape, p.Indicators.Units, p.AgeBands, p.Themes, p.ActivityForms
	for n := range tree.Len() {
		a.Areas = append(a.Areas, *tree.At(n))
	}
	versions, err := figures.Versions(ctx)
	a.Definitions = unsigned(versions)
	return a, figures, err
}

// unsigned leaves out who wrote the definitions: it is nothing to compute with.
func unsigned(versions map[string][]indicator.Definition) map[string][]indicator.Definition {
	out := make(map[string][]indicator.Definition, len(versions))
	for code, list := range versions {
		for _, d := range list {
			d.Author = ""
			out[code] = append(out[code], d)
		}
	}
	return out
}

// close packs a full archive and names it in the release.
func (a *archive) close(r *release.Release) error {
	if a.Tape == nil {
		return nil
	}
	content, err := json.Marshal(a)
	if err != nil {
		return err
	}
	a.digest = release.Digest(content)
	r.Inputs = append(r.Inputs, release.Source{Name: archiveInput, Version: archiveFormat, SHA256: a.digest})
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		return err
	}
	err = z.Close()
	a.body = b.Bytes()
	return err
}

func (a *archive) insert(ctx context.Context, tx *sql.Tx) error {
	if a.body == nil {
		return nil
	}
	return gen.New(tx).InsertArchive(ctx, gen.InsertArchiveParams{Digest: a.digest, Body: a.body})
}

// archived reads the archive of a release. It fails with NotFound where the
// release names none or this database does not hold it, and with Conflict where
// what it holds is not what the release names.
func (s *Service) archived(ctx context.Context, r *release.Release) (*archive, error) {
	digest := ""
	for _, x := range r.Inputs {
		if x.Name == archiveInput {
			digest = x.SHA256
		}
	}
	body, err := gen.New(s.DB.Read).GetArchive(ctx, digest)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.New(errs.NotFound, "monitor.archive.none")
	}
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, errs.New(errs.Conflict, "monitor.archive.other")
	}
	content, err := io.ReadAll(z)
	if err != nil || release.Digest(content) != digest {
		return nil, errs.New(errs.Conflict, "monitor.archive.other")
	}
	a := &archive{}
	if err := json.Unmarshal(content, a); err != nil {
		return nil, fmt.Errorf("read archive %s: %w", digest, err)
	}
	if a.Format != archiveFormat {
		return nil, errs.New(errs.Conflict, "monitor.archive.format", "Format", a.Format)
	}
	return a, nil
}
