package attach

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"

	"xuedu/internal/errs"
)

// mostSaid is how much of what a scanner says is kept for the log.
const mostSaid = 500

// scan gives content to the scanner. An end with 0 means clean, any other that
// it is refused; no end in time, or no such command, that nobody looked at it,
// and so it is refused too, for now.
func (s *Store) scan(ctx context.Context, content []byte) error {
	if len(s.Scanner) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.Scanner[0], s.Scanner[1:]...)
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(content), &said, &said
	err := cmd.Run()
	if err == nil {
		return nil
	}
	words := strings.ToValidUTF8(said.String(), "")
	if len(words) > mostSaid {
		words = strings.ToValidUTF8(words[:mostSaid], "")
	}
	cause := errors.Join(err, errors.New(strings.TrimSpace(words)))
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && exit.Exited() && ctx.Err() == nil {
		return &errs.Error{Kind: errs.Invalid, Key: "attach.refused", Field: "file", Err: cause}
	}
	return &errs.Error{Kind: errs.Unavailable, Key: "attach.no_scan", Field: "file", Err: cause}
}

// scanner is the name of who looks at files, for the row; "" = nobody.
func (s *Store) scanner() string {
	if len(s.Scanner) == 0 {
		return ""
	}
	return filepath.Base(s.Scanner[0])
}
