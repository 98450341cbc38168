package statistic

// Batch is what is to be written into one return, as part of EnterAll.
type Batch struct {
	ID      string
	Entries []Entry
}

// BatchErrors says for each return what is wrong with its cells, as
// errs.Error of kind Invalid.
type BatchErrors map[string]EntryErrors

func (e BatchErrors) Error() string { return "statistic.entries" }
