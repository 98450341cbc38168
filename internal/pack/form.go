package pack

// Form is a statistical form: forms/*.yaml. Without its legal head (Head) it
// is a draft that cannot be sent out.
type Form struct {
	Code         string   `yaml:"code" json:"code"` // base2: letters and digits, for it begins the codes of its measures
	Name         Text     `yaml:"name,omitempty" json:"name,omitempty"`
	Head         Head     `yaml:"head,omitempty" json:"head,omitzero"`
	Owner        string   `yaml:"owner,omitempty" json:"owner,omitempty"`   // org code of who answers for its fields
	Levels       []string `yaml:"levels,omitempty" json:"levels,omitempty"` // of the areas that answer: community; a summary has several
	Kind         string   `yaml:"kind,omitempty" json:"kind,omitempty"`     // point = as at a day, span = over the period
	Period       string   `yaml:"period,omitempty" json:"period,omitempty"` // year, quarter
	DueDays      int      `yaml:"due_days,omitempty" json:"due_days,omitempty"`
	Scope        Text     `yaml:"scope,omitempty" json:"scope,omitempty"`               // 填报范围
	Instructions Text     `yaml:"instructions,omitempty" json:"instructions,omitempty"` // how to fill it in
	CellMinutes  string   `yaml:"cell_minutes,omitempty" json:"cell_minutes,omitempty"` // estimate for one typed cell, a decimal: the burden of the form
	SummaryOf    string   `yaml:"summary_of,omitempty" json:"summary_of,omitempty"`     // code of the form that it sums up; then every cell is computed, and rows and fields not written are those of that form
	Basis        Text     `yaml:"basis,omitempty" json:"basis,omitempty"`               // why its fields may be asked, for those that say nothing themselves
	Signatures   []string `yaml:"signatures,omitempty" json:"signatures,omitempty"`     // preparer, reviewer, head
	Rows         Rows     `yaml:"rows,omitempty" json:"rows,omitzero"`
	Fields       []Field  `yaml:"fields,omitempty" json:"fields,omitempty"`
	Rules        []Rule   `yaml:"rules,omitempty" json:"rules,omitempty"`
}

// Head is what the law wants at the top right of a form.
type Head struct {
	Number   string `yaml:"number,omitempty" json:"number,omitempty"`     // 表号
	Organ    Text   `yaml:"organ,omitempty" json:"organ,omitempty"`       // 制定机关
	Basis    string `yaml:"basis,omitempty" json:"basis,omitempty"`       // approval 批准 or filing 备案
	Approver Text   `yaml:"approver,omitempty" json:"approver,omitempty"` // 批准（备案）机关
	Document string `yaml:"document,omitempty" json:"document,omitempty"` // 文号
	From     string `yaml:"from,omitempty" json:"from,omitempty"`         // day
	Until    string `yaml:"until,omitempty" json:"until,omitempty"`       // 有效期至, last day
}

// Rows are fixed, or one for each thing of a register, or free.
type Rows struct {
	Kind  string `yaml:"kind,omitempty" json:"kind,omitempty"`   // single, fixed, repeating
	From  string `yaml:"from,omitempty" json:"from,omitempty"`   // repeating: register that gives the rows (orgs)
	Max   int    `yaml:"max,omitempty" json:"max,omitempty"`     // repeating: at most so many
	Name  Text   `yaml:"name,omitempty" json:"name,omitempty"`   // head of the column of row names
	Fixed []Row  `yaml:"fixed,omitempty" json:"fixed,omitempty"` // fixed: in order
}

// Row is a fixed row. In the formulas of derived cells, Filter is added to
// every measure that knows its dimensions.
type Row struct {
	Code   string            `yaml:"code" json:"code"`
	Name   Text              `yaml:"name,omitempty" json:"name,omitempty"`
	Filter map[string]string `yaml:"filter,omitempty" json:"filter,omitempty"`
	Typed  bool              `yaml:"typed,omitempty" json:"typed,omitempty"` // the registers cannot tell: derived fields are typed in this row
	Total  bool              `yaml:"total,omitempty" json:"total,omitempty"` // of the rows above; Form.Origin says how each field makes it
}

// Field is a column of a form (or its only line of cells, in single rows).
type Field struct {
	Code     string   `yaml:"code" json:"code"`
	Name     Text     `yaml:"name,omitempty" json:"name,omitempty"`
	Note     Text     `yaml:"note,omitempty" json:"note,omitempty"`         // 指标解释
	Group    Text     `yaml:"group,omitempty" json:"group,omitempty"`       // head above several columns, may be empty
	Type     string   `yaml:"type,omitempty" json:"type,omitempty"`         // count, decimal, text, choice, yesno
	Unit     string   `yaml:"unit,omitempty" json:"unit,omitempty"`         // code of a Unit
	Decimals int      `yaml:"decimals,omitempty" json:"decimals,omitempty"` // digits behind the point of a decimal
	Min      string   `yaml:"min,omitempty" json:"min,omitempty"`
	Max      string   `yaml:"max,omitempty" json:"max,omitempty"`
	Choices  []Coded  `yaml:"choices,omitempty" json:"choices,omitempty"`
	Required bool     `yaml:"required,omitempty" json:"required,omitempty"` // may not stay without a state
	Derive   string   `yaml:"derive,omitempty" json:"derive,omitempty"`     // formula over measures, or "org.name" of the register that gives the rows: computed and locked
	SameAs   string   `yaml:"same_as,omitempty" json:"same_as,omitempty"`   // of a typed field: code of the measure or indicator that means the same; with a source for it the field is refused
	Carry    bool     `yaml:"carry,omitempty" json:"carry,omitempty"`       // starts with last period's value, for what seldom changes
	Area     string   `yaml:"area,omitempty" json:"area,omitempty"`         // additivity over areas and rows: sum (default of counts and decimals), none
	Time     string   `yaml:"time,omitempty" json:"time,omitempty"`         // additivity over time: sum, last, none
	Basis    Text     `yaml:"basis,omitempty" json:"basis,omitempty"`       // why it may be asked
	Until    string   `yaml:"until,omitempty" json:"until,omitempty"`       // asked no longer than this day; "" = as long as the form
	Rows     []string `yaml:"rows,omitempty" json:"rows,omitempty"`         // rows it is asked in; empty = all
	// Indicators are the codes of those that it feeds.
	Indicators []string `yaml:"indicators,omitempty" json:"indicators,omitempty"`
}

// Rule is a check over the cells of one return, in the formula language: codes
// are the form's fields, [row=CODE] picks a row, prev(x, 1) is last period.
type Rule struct {
	Code   string   `yaml:"code" json:"code"`
	Text   Text     `yaml:"text,omitempty" json:"text,omitempty"`     // what must hold, in words, with the remedy
	Check  string   `yaml:"check,omitempty" json:"check,omitempty"`   // formula that gives a truth value
	Pair   []string `yaml:"pair,omitempty" json:"pair,omitempty"`     // instead of check: compulsory or exclusive pair of fields
	Kind   string   `yaml:"kind,omitempty" json:"kind,omitempty"`     // check (default), compulsory, exclusive
	Weight string   `yaml:"weight,omitempty" json:"weight,omitempty"` // hard = must hold; soft = may be explained
}
