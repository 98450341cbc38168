package area

import "slices"

// Population is one figure of one edition of a source.
type Population struct {
	AreaID  int64
	AsOf    string // day the figure speaks of
	Persons int64
	Source  string
	Vintage string // which edition of the source
}

// Populations is the population series of all areas. It is immutable.
type Populations struct {
	series map[int64][]Population // by as_of, then vintage
}

// At returns the newest figure of the area itself that is not later than day,
// in its newest vintage. ok is false where the area has no figure of its own:
// nothing is summed up or guessed.
func (p *Populations) At(areaID int64, day string) (persons int64, asOf, source, vintage string, ok bool) {
	list := p.series[areaID]
	for _, f := range slices.Backward(list) {
		if f.AsOf <= day {
			return f.Persons, f.AsOf, f.Source, f.Vintage, true
		}
	}
	return 0, "", "", "", false
}

// Series returns all figures of an area, oldest first.
func (p *Populations) Series(areaID int64) []Population { return slices.Clone(p.series[areaID]) }

// Len returns the number of areas with a figure of their own.
func (p *Populations) Len() int { return len(p.series) }
