// Package workflow runs state machines that a pack describes: states, moves,
// who may make them, what they need, and how many working days there are
// (design 4.6). It keeps nothing: a domain stores the state of its things and
// answers for the guards, acts and effects that a definition names.
package workflow

// Definition is one workflow of a pack: workflows/*.yaml.
type Definition struct {
	Code   string            `yaml:"code"` // return
	Name   map[string]string `yaml:"name"` // by language tag
	Start  string            `yaml:"start"`
	States []State           `yaml:"states"`
	Moves  []Move            `yaml:"moves"`
	// Together lists the parts (of a signing, of a review) that one person may
	// take together; parts that stand in no list together need two persons.
	Together [][]string `yaml:"together"`
}

// State is a state of a thing.
type State struct {
	Code   string            `yaml:"code"`
	Name   map[string]string `yaml:"name"`
	Desk   string            `yaml:"desk"`   // whose turn it is: a role of the domain, such as unit, parent, city; "" = nobody's
	Days   int               `yaml:"days"`   // working days that desk has; 0 = no limit of this state's own
	Remind int               `yaml:"remind"` // working days before the last one on which a reminder is due
	Then   string            `yaml:"then"`   // what happens when they are over: "" = a reminder, escalate, or the code of a move
	Final  bool              `yaml:"final"`  // nothing is expected any more
	Allow  []string          `yaml:"allow"`  // acts of the domain that its desk may do here, by name: enter, sign
}

// Move is a way from states to a state.
type Move struct {
	Code   string            `yaml:"code"`
	Name   map[string]string `yaml:"name"` // on the button
	From   []string          `yaml:"from"`
	To     string            `yaml:"to"`
	Who    string            `yaml:"who"`    // desk that may make it; "" = the program itself
	Perm   string            `yaml:"perm"`   // permission it needs
	Reason bool              `yaml:"reason"` // it needs a reason
	Guards []string          `yaml:"guards"` // conditions of the domain, by name: all must hold
	Does   []string          `yaml:"does"`   // effects of the domain, by name
}

// Escalate is the Then of a state that goes up one desk when its days are over.
const Escalate = "escalate"
