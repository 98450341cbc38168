package engine

// Row is one line of the ledger that was not reversed.
type Row struct {
	Person      int64 // 0 = an anonymous head-count
	Home, Place int64 // area ids
	Theme       int64 // theme id
	Day         int32 // 20240301
	Minutes     int32
	Heads       int32
	Born        int32 // year of birth when the person was first recorded, 0 = unknown
	Sex         Sex
	Online      bool
}

// Sex of a person; the zero value is unknown.
type Sex uint8

// The sexes a person can be recorded with.
const (
	Unknown Sex = iota
	Female
	Male
)

// Person is what is known of a person apart from the rows.
type Person struct {
	ID   int64
	Born int32
	Sex  Sex
}

// Redo is a person whose rows are to be taken anew: Rows are all that count,
// in the order of day, then recording.
type Redo struct {
	Person Person
	Rows   []Row
}

// Batch is what was recorded since the engine's last number.
type Batch struct {
	Last      int64    // the ledger's last number in this batch
	Rows      []Row    // new rows in the order of recording, without those of persons in Redo
	Redo      []Redo   // persons of whom a row was reversed
	HeadsGone []Row    // reversed head-counts
	People    []Person // corrections of birth year and sex, in order
}

// Mode filters by the way of attending; the zero value takes both.
type Mode uint8

// The modes.
const (
	AnyMode Mode = iota
	OnSite
	Online
)

// NoTheme as a filter matches no row: a theme the ledger has never seen.
const NoTheme = -1

// Ask is one question. It is comparable, so answers can be kept by it.
type Ask struct {
	From, To         int32 // days, both included
	Root             int   // preorder number: areas outside its subtree are not answered
	ByPlace          bool
	Theme            int64 // 0 = all
	Mode             Mode
	BornFrom, BornTo int32 // both included; 0, 0 = all, unknown years too
	Sex              Sex   // Unknown = all
}

// Sums are additive counts by preorder number, each for a whole subtree.
type Sums struct {
	Rows    []int64 // attendances of persons
	Minutes []int64 // of persons
	Heads   []int64 // anonymous head-counts
}

// byPerson reports whether only rows of certain persons count.
func (a *Ask) byPerson() bool { return a.BornFrom != 0 || a.BornTo != 0 || a.Sex != Unknown }

// rec is one row of a loose person.
type rec struct {
	day         int32
	home, place uint32
	minutes     uint32
	cell        uint32
}

// addition is a row of a settled person that is not in the base, or a row of
// the base of a person who is no longer settled.
type addition struct {
	who     uint32
	place   uint32
	day     int32
	cell    uint32
	minutes uint32
}

// head is an anonymous head-count; a reversed one has n below zero.
type head struct {
	day         int32
	home, place uint32
	cell        uint32
	n           int32
}

// demo packs year of birth and sex.
type demo = uint16

func pack(born int32, s Sex) demo {
	if born < 0 || born > 1<<14-1 {
		born = 0
	}
	return demo(born)<<2 | demo(s)
}

// maxMinutes is what a packed row can hold; persons with longer rows are loose.
const maxMinutes = 1<<11 - 1

func packDay(day int32, minutes uint32) uint16 { return uint16(day%100)<<11 | uint16(minutes) }
