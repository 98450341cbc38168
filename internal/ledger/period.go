package ledger

import "xuedu/internal/period"

// Day and Period are those of package period; figures are asked by them.
type (
	Day    = period.Day
	Period = period.Period
)

// DayOf, ParseDay and ParsePeriod are those of package period.
var (
	DayOf       = period.DayOf
	ParseDay    = period.ParseDay
	ParsePeriod = period.Parse
)
