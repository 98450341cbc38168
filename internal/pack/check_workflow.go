package pack

import (
	"path"

	"xuedu/internal/workflow"
)

// checkWorkflows makes sure that every workflow can be run: package workflow
// says what is wrong, the file says where.
func (l *loader) checkWorkflows() {
	seen := map[string]bool{}
	for _, f := range l.pack.files {
		if path.Dir(f.Path) != "workflows" || !l.ok[f.Path] {
			continue
		}
		var d workflow.Definition
		if err := l.docs[f.Path].node.Decode(&d); err != nil {
			continue // read said so
		}
		for _, p := range d.Check() {
			l.say(f.Path, p.Path, p.Key, p.Args...)
		}
		if seen[d.Code] {
			l.say(f.Path, "/code", "pack.problem.code_twice", "Code", d.Code)
		}
		seen[d.Code] = true
	}
}

// Workflow returns a workflow by its code; false if the pack has none.
func (p *Pack) Workflow(code string) (workflow.Definition, bool) {
	for _, d := range p.Workflows {
		if d.Code == code {
			return d, true
		}
	}
	return workflow.Definition{}, false
}
