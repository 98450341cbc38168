package indicator

import "slices"

// Where a version comes from.
const (
	FromPack = "pack"
	FromCity = "city"
)

// Holds reports whether d is in force on a day. A version that was replaced
// for all of its days holds on none.
func (d Definition) Holds(day string) bool {
	return d.From <= day && (d.ValidTo == "" || day < d.ValidTo)
}

func (d Definition) replaced() bool { return d.ValidTo != "" && d.ValidTo <= d.From }

// after places d behind the versions of its code: it takes the days from
// d.From on from the version that had them, up to where that one ended. ended
// are the versions that end earlier than before.
func (d Definition) after(list []Definition) (next Definition, ended []Definition) {
	d.Version, d.ValidTo = 1, ""
	for _, v := range list {
		d.Version = max(d.Version, v.Version+1)
	}
	for _, v := range list {
		switch {
		case v.replaced():
		case v.Holds(d.From):
			d.ValidTo = v.ValidTo
			v.ValidTo = d.From
			ended = append(ended, v)
		case v.From > d.From && (d.ValidTo == "" || v.From < d.ValidTo) && len(ended) == 0:
			d.ValidTo = v.From
		}
	}
	return d, ended
}

// newest returns the version of list with the highest number, and false if
// there is none.
func newest(list []Definition) (Definition, bool) {
	if len(list) == 0 {
		return Definition{}, false
	}
	return slices.MaxFunc(list, func(a, b Definition) int { return int(a.Version - b.Version) }), true
}

// on returns the version of list that is in force on a day.
func on(list []Definition, day string) (Definition, bool) {
	i := slices.IndexFunc(list, func(d Definition) bool { return d.Holds(day) })
	if i < 0 {
		return Definition{}, false
	}
	return list[i], true
}
