package pack

// Form is a statistical form: forms/*.yaml. Without its legal head (Head) it
// is a draft that cannot be sent out.
type Form struct {
	Code         string   `yaml:"code"` // base2: letters and digits, for it begins the codes of its measures
	Name         Text     `yaml:"name"`
	Head         Head     `yaml:"head"`
	Owner        string   `yaml:"owner"`  // org code of who answers for its fields
	Levels       []string `yaml:"levels"` // of the areas that answer: community; a summary has several
	Kind         string   `yaml:"kind"`   // point = as at a day, span = over the period
	Period       string   `yaml:"period"` // year, quarter
	DueDays      int      `yaml:"due_days"`
	Scope        Text     `yaml:"scope"`        // 填报范围
	Instructions Text     `yaml:"instructions"` // how to fill it in
	CellMinutes  string   `yaml:"cell_minutes"` // estimate for one typed cell, a decimal: the burden of the form
	SummaryOf    string   `yaml:"summary_of"`   // code of the form that it sums up; then every cell is computed, and rows and fields not written are those of that form
	Basis        Text     `yaml:"basis"`        // why its fields may be asked, for those that say nothing themselves
	Signatures   []string `yaml:"signatures"`   // preparer, reviewer, head
	Rows         Rows     `yaml:"rows"`
	Fields       []Field  `yaml:"fields"`
	Rules        []Rule   `yaml:"rules"`
}

// Head is what the law wants at the top right of a form.
type Head struct {
	Number   string `yaml:"number"`   // 表号
	Organ    Text   `yaml:"organ"`    // 制定机关
	Basis    string `yaml:"basis"`    // approval 批准 or filing 备案
	Approver Text   `yaml:"approver"` // 批准（备案）机关
	Document string `yaml:"document"` // 文号
	From     string `yaml:"from"`     // day
	Until    string `yaml:"until"`    // 有效期至, last day
}

// Rows are fixed, or one for each thing of a register, or free.
type Rows struct {
	Kind  string `yaml:"kind"`  // single, fixed, repeating
	From  string `yaml:"from"`  // repeating: register that gives the rows (orgs), "" = added by hand
	Max   int    `yaml:"max"`   // repeating: at most so many
	Name  Text   `yaml:"name"`  // head of the column of row names
	Fixed []Row  `yaml:"fixed"` // fixed: in order
}

// Row is a fixed row. In the formulas of derived cells, Filter is added to
// every measure that knows its dimensions.
type Row struct {
	Code   string            `yaml:"code"`
	Name   Text              `yaml:"name"`
	Filter map[string]string `yaml:"filter"`
	Typed  bool              `yaml:"typed"` // the registers cannot tell: derived fields are typed in this row
	Total  bool              `yaml:"total"` // of the rows above; Form.Origin says how each field makes it
}

// Field is a column of a form (or its only line of cells, in single rows).
type Field struct {
	Code     string   `yaml:"code"`
	Name     Text     `yaml:"name"`
	Note     Text     `yaml:"note"`     // 指标解释
	Group    Text     `yaml:"group"`    // head above several columns, may be empty
	Type     string   `yaml:"type"`     // count, decimal, text, choice, yesno
	Unit     string   `yaml:"unit"`     // code of a Unit
	Decimals int      `yaml:"decimals"` // digits behind the point of a decimal
	Min      string   `yaml:"min"`
	Max      string   `yaml:"max"`
	Choices  []Coded  `yaml:"choices"`
	Required bool     `yaml:"required"` // may not stay without a state
	Derive   string   `yaml:"derive"`   // formula over measures, or "org.name" of the register that gives the rows: computed and locked
	SameAs   string   `yaml:"same_as"`  // of a typed field: code of the measure or indicator that means the same; with a source for it the field is refused
	Carry    bool     `yaml:"carry"`    // starts with last period's value, for what seldom changes
	Area     string   `yaml:"area"`     // additivity over areas and rows: sum (default of counts and decimals), none
	Time     string   `yaml:"time"`     // additivity over time: sum, last, none
	Basis    Text     `yaml:"basis"`    // why it may be asked
	Until    string   `yaml:"until"`    // asked no longer than this day; "" = as long as the form
	Rows     []string `yaml:"rows"`     // rows it is asked in; empty = all
	// Indicators are the codes of those that it feeds.
	Indicators []string `yaml:"indicators"`
}

// Rule is a check over the cells of one return, in the formula language: codes
// are the form's fields, [row=CODE] picks a row, prev(x, 1) is last period.
type Rule struct {
	Code   string   `yaml:"code"`
	Text   Text     `yaml:"text"`   // what must hold, in words, with the remedy
	Check  string   `yaml:"check"`  // formula that gives a truth value
	Pair   []string `yaml:"pair"`   // instead of check: compulsory or exclusive pair of fields
	Kind   string   `yaml:"kind"`   // check (default), compulsory, exclusive
	Weight string   `yaml:"weight"` // hard = must hold; soft = may be explained
}
