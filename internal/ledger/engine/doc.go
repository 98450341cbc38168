// Package engine counts a city's ledger exactly and fast: distinct persons,
// person-times, minutes and regular participants for every area at once, in
// any span of days, by home or by place, by theme, mode, year of birth and
// sex. It holds the ledger in memory and knows no database.
//
// A person whose rows all name one home is settled. Settled persons are
// numbered in the order of their homes, so that the residents of an area are a
// contiguous range of numbers. The base is immutable and lies in one block of
// bytes, usually a mapped file. Per month it holds:
//   - one bit per settled person: did they attend at all (years, quarters);
//   - the same per theme and mode, sparse where few did;
//   - sums of rows and minutes by area, theme and mode;
//   - the rows themselves, sorted by place, then person.
//
// Persons who moved are loose: their rows lie together in the order of days
// and are evaluated one by one. What is recorded after the base was built lies
// in an overlay: rows of settled persons in a list, everybody else loose, a
// bit masking them out of the base. When the overlay grows, Compact makes a
// new base from both.
package engine
