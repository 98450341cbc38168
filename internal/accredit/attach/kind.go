package attach

import (
	"archive/zip"
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"xuedu/internal/errs"
)

// kind is a type of file that can be told by its content.
type kind struct {
	media string
	is    func(content []byte) bool
}

// kinds are the endings this program can look behind; a programme allows some
// of them.
var kinds = map[string]kind{
	"pdf":  {"application/pdf", starts("%PDF-")},
	"jpg":  {"image/jpeg", starts("\xff\xd8\xff")},
	"jpeg": {"image/jpeg", starts("\xff\xd8\xff")},
	"png":  {"image/png", starts("\x89PNG\r\n\x1a\n")},
	"docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", office("word/document.xml")},
	"xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", office("xl/workbook.xml")},
	"pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", office("ppt/presentation.xml")},
	"txt":  {"text/plain; charset=utf-8", plain},
	"csv":  {"text/csv; charset=utf-8", plain},
	"mp4":  {"video/mp4", func(c []byte) bool { return len(c) > 12 && string(c[4:8]) == "ftyp" }},
}

// Limits of a file.
const (
	MostName    = 200      // bytes
	DefaultMost = 20 << 20 // bytes of content where nothing else is said
)

// Check looks at the content whether it is what its name ends in, of one of the
// types (endings, such as pdf), and not larger than most bytes (0 =
// DefaultMost); it returns its kind. It fails with Invalid, field "file", and a
// text that says what to do.
func (s *Store) Check(name string, content []byte, types []string, most int64) (media string, err error) {
	return Check(name, content, types, most)
}

// Check is Store.Check.
func Check(name string, content []byte, types []string, most int64) (media string, err error) {
	if most <= 0 {
		most = DefaultMost
	}
	end := Ending(name)
	k, known := kinds[end]
	switch {
	case !goodName(name):
		return "", errs.InvalidField("file", "attach.bad_name", "Most", MostName)
	case !known || !slices.Contains(types, end):
		return "", errs.InvalidField("file", "attach.bad_type", "Types", strings.Join(types, ", "))
	case len(content) == 0:
		return "", errs.InvalidField("file", "attach.empty")
	case int64(len(content)) > most:
		return "", errs.InvalidField("file", "attach.too_large", "MB", (most+1<<20-1)>>20)
	case !k.is(content):
		return "", errs.InvalidField("file", "attach.not_what_it_says", "Type", end)
	case strings.HasPrefix(k.media, "application/vnd.openxml") && active(content):
		return "", errs.InvalidField("file", "attach.macros")
	}
	return k.media, nil
}

// Ending is what a name ends in, in lower case and without the point; "" = it
// has none.
func Ending(name string) string { return strings.ToLower(strings.TrimPrefix(filepath.Ext(name), ".")) }

// goodName reports whether a name is one that can be shown and saved anywhere:
// no path, nothing that cannot be seen, nothing that turns the direction of
// writing and so hides the ending.
func goodName(name string) bool {
	if name == "" || len(name) > MostName || !utf8.ValidString(name) || strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
}

func starts(mark string) func([]byte) bool {
	return func(c []byte) bool { return bytes.HasPrefix(c, []byte(mark)) }
}

// plain reports whether content is text in UTF-8.
func plain(c []byte) bool { return utf8.Valid(c) && !bytes.ContainsRune(c, 0) }

// Limits of what is packed in an Office file.
const (
	mostParts    = 10_000
	mostUnpacked = 512 << 20 // bytes
)

// office reports whether content is a file of Office Open XML with this main
// part. Only the directory is read.
func office(main string) func([]byte) bool {
	return func(c []byte) bool {
		z, err := zip.NewReader(bytes.NewReader(c), int64(len(c)))
		if err != nil || len(z.File) > mostParts {
			return false
		}
		var types, body bool
		left := uint64(mostUnpacked)
		for _, f := range z.File {
			if f.UncompressedSize64 > left {
				return false
			}
			left -= f.UncompressedSize64
			types = types || f.Name == contentTypes
			body = body || f.Name == main
		}
		return types && body
	}
}

const contentTypes = "[Content_Types].xml"

// active reports whether an Office file holds macros or controls: by its parts,
// or by what it declares of them.
func active(c []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(c), int64(len(c)))
	if err != nil {
		return true
	}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if strings.Contains(name, "vbaproject") || strings.Contains(name, "/activex/") || strings.HasSuffix(name, ".bin") && strings.Contains(name, "macro") {
			return true
		}
		if f.Name == contentTypes && declares(f) {
			return true
		}
	}
	return false
}

func declares(f *zip.File) bool {
	r, err := f.Open()
	if err != nil {
		return true
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, 1<<20))
	return err != nil || bytes.Contains(bytes.ToLower(text), []byte("macroenabled"))
}
