package cli

import (
	"fmt"
	"runtime/debug"
)

// Version is set by the build; see Makefile.
var Version = "dev"

type versionCmd struct{}

func (versionCmd) Run(env *Env) error {
	commit, dirty := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = "+changes"
			}
		}
	}
	_, err := fmt.Fprintf(env.Out, "xuedu %s (commit %s%s)\n", Version, commit, dirty)
	return err
}
