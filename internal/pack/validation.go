package pack

// Validation holds the thresholds above which a cell of a return is asked
// about. An empty field takes the program's own threshold, "0" turns the
// check off.
type Validation struct {
	Change  string `yaml:"change"`       // share by which a number may differ from last period: "0.5"
	Least   string `yaml:"change_least"` // a smaller difference is never asked about: "10"
	RobustZ string `yaml:"robust_z"`     // distance from the median of units of the kind: "3.5"
	Peers   int    `yaml:"peers"`        // so many units there must be to compare with
	Round   string `yaml:"round"`        // share of numbers ending in 0 or 5 above which they look invented: "0.8"
	Minimum int    `yaml:"minimum"`      // numbers a return must have before patterns are looked for
}

// OrDefault fills in what is empty.
func (v Validation) OrDefault() Validation {
	def := Validation{Change: "0.5", Least: "10", RobustZ: "3.5", Peers: 8, Round: "0.8", Minimum: 10}
	if v.Change == "" {
		v.Change = def.Change
	}
	if v.Least == "" {
		v.Least = def.Least
	}
	if v.RobustZ == "" {
		v.RobustZ = def.RobustZ
	}
	if v.Peers == 0 {
		v.Peers = def.Peers
	}
	if v.Round == "" {
		v.Round = def.Round
	}
	if v.Minimum == 0 {
		v.Minimum = def.Minimum
	}
	return v
}
